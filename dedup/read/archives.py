"""What zip and tar archives share: their members, and the names that those get."""

from __future__ import annotations

from typing import NamedTuple

from dedup.models import Rejection
from dedup.read.discover import safe_name
from dedup.read.streams import Readable

# The longest path that systems take.
_LONGEST_NAME = 4096


class Member(NamedTuple):
    """One member of an archive, or a place in it where none can be read.

    Attributes:
        name: Its name, made safe; for a place, empty.
        content: Its bytes, why they cannot be read, or what is passed over in its stead.
        place: The byte of the archive at which it was looked for, for a place without a member.
    """

    name: str
    content: Readable | Rejection | str
    place: str = ""


def safe_member_name(name: str) -> str:
    r"""Return a member's name as a relative path that stays where it is; it is a name only.

    >>> safe_member_name("/../a/./b.html")
    '\\x2e\\x2e/a/b.html'
    """
    parts = (part for part in name[:_LONGEST_NAME].split("/") if part not in ("", "."))
    return safe_name("/".join(r"\x2e\x2e" if part == ".." else part for part in parts)) or "_"


def is_hidden(name: str) -> bool:
    """Return whether a member is, or lies in, what starts with a dot."""
    return name.startswith(".") or "/." in name

"""Files and folders at addresses: what is there, what a folder holds, what a glob matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from dedup.errors import InputError
from dedup.locations import Location, joined_address
from dedup.read.globs import matches_below


class Found(NamedTuple):
    """A file or folder at an address.

    Attributes:
        location: Where it is.
        is_folder: Whether it is a folder.
        size: Its bytes, 0 for a folder.
    """

    location: Location
    is_folder: bool
    size: int

    @property
    def path(self) -> Path:
        """A path by which it is ordered, named and compared with others; nothing is there.

        >>> Found(Location("s3://key:word@news/2026/05"), True, 0).path.as_posix()
        '/s3:/news/2026/05'
        """
        parts = urlsplit(self.location.address, allow_fragments=False)
        host = parts.netloc.rpartition("@")[2]
        return Path(f"/{parts.scheme.lower()}:", host, unquote(parts.path).lstrip("/"))

    def parent(self) -> Found:
        """Return the folder that it is in."""
        parts = urlsplit(self.location.address, allow_fragments=False)
        path = parts.path.rstrip("/").rpartition("/")[0]
        return Found(Location(joined_address(parts._replace(path=path or "/"))), True, 0)

    def children(self) -> list[tuple[str, bool, Found]]:
        """Return the names of what a folder holds, whether it is a folder, and it, by name.

        Raises:
            InputError: It cannot be listed.
        """
        with reading(self.location):
            entries = self.location.entries()
        return [
            (each.name, each.is_folder, Found(self.location / each.name, each.is_folder, each.size))
            for each in entries
        ]


def find(location: Location) -> Found | None:
    """Return what is at an address, None for nothing.

    Raises:
        InputError: That cannot be found out.
    """
    with reading(location):
        found = location.info()
    return None if found is None else Found(location, found.is_folder, found.size)


def matches_at(base: Location, pattern: Sequence[str]) -> list[Found]:
    """Return what a pattern matches in a folder, in sorted order.

    Args:
        base: The folder.
        pattern: The components of the pattern.

    Raises:
        InputError: A folder cannot be listed.
    """
    top = Found(base, True, 0)
    return sorted(matches_below(top, pattern, Found.children), key=lambda each: each.path.parts)


def split_pattern(address: str, wild: int) -> tuple[Location, tuple[str, ...]]:
    """Return the folder before some component of an address, and the components from there on."""
    parts = urlsplit(address, allow_fragments=False)
    names = [name for name in parts.path.split("/") if name]
    base = joined_address(parts._replace(path="/" + "/".join(names[:wild])))
    return Location(base), tuple(map(unquote, names[wild:]))


@contextmanager
def reading(location: Location) -> Iterator[None]:
    """Let a failure at an address be one sentence.

    It is an error of the run, no rejection: a network and a right to read fail for other reasons
    than what is in a file, and another try may succeed.

    Raises:
        InputError: What is done in it fails.
    """
    try:
        yield
    except OSError as error:
        why = " ".join(str(error).split())
        raise InputError(
            f"cannot read {location} ({why}); check the address, and the right to read it"
        ) from error

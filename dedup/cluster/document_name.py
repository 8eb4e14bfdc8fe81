"""Name a document in a sentence for a person, by its headline, its host and its id."""

from __future__ import annotations

from dedup.errors import printable
from dedup.models import Facts

# Longer headlines are cut; ids are not worth more of a line, either.
_TITLE_LENGTH = 80
_ID_LENGTH = 200


def document_name(facts: Facts) -> str:
    """Return what a sentence calls a document: by as much as is known of it.

    >>> document_name(Facts(3, "17", 3, host="post.example", title="Trams return"))
    '"Trams return" (post.example, id 17)'
    >>> document_name(Facts(3, "17", 3, host="post.example"))
    'id 17 of post.example'
    >>> document_name(Facts(3, "17", 3))
    'id 17'
    """
    name = f"id {_one_line(facts.doc_id, _ID_LENGTH)}"
    host = facts.host and _one_line(facts.host, _TITLE_LENGTH)
    title = _one_line(facts.title or "", _TITLE_LENGTH).replace('"', "'")
    if not title:
        return f"{name} of {host}" if host else name
    return f'"{title}" ({host}, {name})' if host else f'"{title}" ({name})'


def _one_line(text: str, length: int) -> str:
    """Return a text of the dump as one printable line of at most a length, before escapes."""
    line = " ".join(text[: 10 * length].split())
    return printable(line if len(line) <= length else line[: length - 3].rstrip() + "...")

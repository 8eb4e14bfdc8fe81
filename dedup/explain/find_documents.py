"""Names that people give to documents and stories, to the rows and ids of these."""

from __future__ import annotations

from collections.abc import Callable

from dedup.cleaning.urls import page_of
from dedup.errors import AmbiguousNameError, NotFoundError, printable
from dedup.store import Store
from dedup.store.name_queries import LEVELS, MOST_FITS, Fit, Fits

# Longest name in a message: more of an id or a title helps nobody to tell it from others.
_LENGTH = 120


def find_document(store: Store, name: str) -> int:
    """Return the row of a document.

    Args:
        store: The store.
        name: Its id; else its address or title; else a part of one of these that no other document
            has. Case does not matter in a title.

    Raises:
        NotFoundError: There is no such document.
        AmbiguousNameError: There are several.
    """
    name = storable(name)
    row = _only(name, "document", lambda level: [store.names.documents(level, *_and_page(name))])
    if row is None:
        raise NotFoundError(
            f"no document has {_shown(name)} in its id, title or address; give another part of one"
        )
    return int(row)


def find_story(store: Store, name: str) -> str:
    """Return the id of a story.

    Args:
        store: The store.
        name: Its id, with or without ``s-``; else the name of one of its documents, as
            :func:`find_document` takes it, or a part of its id, that no other story has; else the
            id of a story that became part of it.

    Raises:
        NotFoundError: There is no such story.
        AmbiguousNameError: There are several.
    """
    name = storable(name)
    story_id = _only(
        name,
        "story",
        lambda level: [store.names.stories(level, *_and_page(name), by_documents=True)],
    )
    if story_id is None:
        row = find_document(store, name)
        (document,) = store.lookups.summaries([row])
        raise NotFoundError(f"{_shown(document[1])} is in no story; show it as a document")
    return str(story_id)


def find_named(store: Store, name: str) -> int | str:
    """Return the row of a document, or the id of a story.

    Args:
        store: The store.
        name: What :func:`find_document` takes, or the id of a story or a part of it. What it fits
            better is returned: an exact id goes before a part of one.

    Raises:
        NotFoundError: It fits nothing.
        AmbiguousNameError: It fits several equally well.
    """
    name = storable(name)
    found = _only(
        name,
        "document or story",
        lambda level: [
            store.names.stories(level, name),
            store.names.documents(level, *_and_page(name)),
        ],
    )
    if found is None:
        raise NotFoundError(
            f"no document has {_shown(name)} in its id, title or address, and no story in its id; "
            "give another part of one"
        )
    return found


def _only(name: str, noun: str, fits: Callable[[int], list[Fits]]) -> int | str | None:
    """Return what alone fits a name at the best level at which anything does, or None.

    Raises:
        NotFoundError: The name is empty.
        AmbiguousNameError: Several fit it there.
    """
    if not name.strip():
        raise NotFoundError(f"the name of a {noun} is empty; give its id or a part of its title")
    for level in range(LEVELS):
        found = fits(level)
        first = [each for some in found for each in some.first]
        if len(first) == 1:
            return first[0].key
        if first:
            raise _ambiguous(name, noun, first[:MOST_FITS], sum(each.total for each in found))
    return None


def _ambiguous(name: str, noun: str, fits: list[Fit], count: int) -> AmbiguousNameError:
    """Return the error that lists what a name fits."""
    lines = [_line(each) for each in fits]
    if count > len(lines):
        lines.append(f"and {count - len(lines):,} more")
    message = f"{_shown(name)} is the name of more than one {noun}; give more of the one you want:"
    return AmbiguousNameError(message, tuple(lines))


def _line(fit: Fit) -> str:
    """Return id, title and host in a line."""
    title = f'  "{_shown(fit.title)}"' if fit.title else ""
    host = f"  ({_shown(fit.host)})" if fit.host else ""
    return f"{_shown(fit.id)}{title}{host}"


def _shown(text: str) -> str:
    """Return a text as one printable line of a message."""
    return printable(text if len(text) <= _LENGTH else f"{text[: _LENGTH - 3]}...")


def storable(name: str) -> str:
    """Return a name as a store keeps it: with question marks for lone surrogates."""
    return name.encode("utf-8", "replace").decode()


def _and_page(name: str) -> tuple[str, str | None]:
    """Return a name, and the page that it names where it is an address."""
    return name, page_of(name)

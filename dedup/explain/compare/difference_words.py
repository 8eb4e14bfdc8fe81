"""A difference in words, for a terminal and for a notebook: OUT is before, OUT2 after.

Texts of the dump are in it as they are; whoever shows them escapes them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dedup.errors import printable
from dedup.models import count_of

if TYPE_CHECKING:
    from dedup.explain.compare.differences import Difference, DocumentChange

CHANGES = {
    "deleted": "now a duplicate",
    "rejected": "now rejected",
    "replaced": "now another member of its story is kept",
    "restored": "now kept",
    "readmitted": "rejected in one of the two",
    "other-story": "now a duplicate in another story",
    "other-canonical": "now a duplicate of another canonical",
    "still-kept": "kept in both",
    "other-relation": "now another relation or score",
}
"""Kinds of changes of documents."""

_SAY_BEFORE = ("restored", "other-story", "other-canonical", "other-relation")
"""What was said before is half of these changes."""

STORIES = {
    "split": "split into several, or into documents in no story",
    "merged": "merged from several, or from documents in no story",
    "torn": "parted and put together anew",
    "grown": "grown by documents that were in no story",
    "shrunk": "shrunk: some documents are in no story now",
    "exchanged": "grown and shrunk",
    "canonical": "the same documents, another canonical",
    "same": "the same",
}
"""What became of stories, by kind."""

FIGURES = ("documents", "in OUT", "in OUT2")
"""Headings of columns of numbers."""

_LONGEST = 200
"""Characters of a title or an id that are shown; --json has all."""


def heading(found: Difference) -> Iterator[str]:
    """Yield what was compared, and the settings that differ."""
    yield f"OUT:  {found.before}"
    yield f"OUT2: {found.after}"
    only = (("OUT", found.only_before), ("OUT2", found.only_after))
    alone = "".join(f"; {count_of(count, 'input')} only in {name}" for name, count in only if count)
    yield f"{count_of(found.compared, 'document')} compared{alone}"
    for each in found.settings:
        yield f"{each.option}: {_setting(each.before)} in OUT, {_setting(each.after)} in OUT2"


def _setting(value: Any) -> str:
    """Return the value of a setting in words."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_setting, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "unknown" if value is None else _cut(str(value))


def tables(found: Difference) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Yield headings and rows of the tables of documents and of stories; none that is empty."""
    for headings, rows in (
        (("OUT", "OUT2", "documents"), _documents(found)),
        (("stories", "in OUT", "in OUT2"), _stories(found)),
    ):
        listed = list(rows)
        if listed:
            yield headings, listed


def _documents(found: Difference) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of documents that changed."""
    for each in found.statuses:
        if each.before != each.after:
            yield each.before, each.after, f"{each.documents:,}"
    for note, count in (
        ("of another story", found.other_story),
        ("of another canonical", found.other_canonical),
        ("by another relation or score", found.other_relation),
    ):
        if count:
            yield "duplicate", f"duplicate {note}", f"{count:,}"


def _stories(found: Difference) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of stories."""
    for each in found.stories:
        if each.before or each.after:
            yield STORIES[each.kind], f"{each.before:,}", f"{each.after:,}"


def notes(found: Difference) -> Iterator[str]:
    """Yield what the numbers of the table of stories do not say of themselves."""
    for each in found.stories:
        if each.kind == "shrunk" and (gone := each.before - each.after):
            yield f"{gone:,} of the shrunk: one document is left, or none, so no story in OUT2"
        if each.kind == "grown" and (new := each.after - each.before):
            yield f"{new:,} of the grown: one document before, or none, so no story in OUT"


def left_out(found: Difference) -> str | None:
    """Return how many documents that changed are not among the examples, None where all are."""
    count = found.changed - len(found.examples)
    return f"{count:,} more {_noun(count, 'document')} changed" if count else None


def why(found: Difference) -> str | None:
    """Return the command that explains the first example that has another document to compare.

    None where there is none, or where a name has a character that cannot be shown.
    """
    for each in found.examples:
        canonicals = (each.canonical_id, each.canonical_before)
        other = next((name for name in canonicals if name not in (None, each.id)), None)
        if other is None or "rejected" in (each.before, each.after):
            continue
        names = [found.after, each.id, other]
        end = ["--"] if any(name.startswith("-") for name in names) else []
        command = shlex.join(["dedup", "explain", *end, *names])
        if printable(command) == command:
            return f"why: {command}"
    return None


def _noun(count: int, noun: str) -> str:
    """Return a noun in the number that it needs."""
    return noun if count == 1 else f"{noun}s"


def example_lines(change: DocumentChange) -> Iterator[str]:
    """Yield the lines on a document that changed."""
    yield f"{CHANGES[change.kind]}: {_name(change.id, change.title, change.host)}"
    score = "" if change.score is None else f", score {change.score:.2f}"
    yield f"{change.before} in OUT, {change.after} in OUT2{score}"
    yield change.reason  # it names the document that tells it now
    if change.kind in _SAY_BEFORE:
        yield f"in OUT: {change.reason_before}"


def _name(doc_id: str, title: str | None, host: str | None = None) -> str:
    """Return a document by title, host and id."""
    behind = ", ".join([*([_cut(host)] if host else []), f"id {_cut(doc_id)}"])
    return f'"{_cut(title)}" ({behind})' if title else behind


def _cut(text: str) -> str:
    """Return a text that is not too long for a line."""
    return f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text

"""One document or one story on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dedup.cli.console import readable
from dedup.cli.shown_lists import why
from dedup.cli.text_columns import ONE_LINE, Column, broken, fitted, print_rows, say
from dedup.errors import printable
from dedup.explain.explained_values import some
from dedup.models import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.summaries import NamedDocument
    from dedup.explain.views.document_view import DocumentView
    from dedup.explain.views.story_view import SideBySide, StoryMember, StoryView, WeakestLink

_LABEL = 13

_ALL = 1 << 30

_EXACT = ("id", "address", "copy of", "source", "story")


def print_document(document: DocumentView, target: Console) -> None:
    """Print a document."""
    _heading(readable(document.title) or "without a title", target)
    for label, value in _described(document):
        _field(label, value, target)
    say(target, "")
    _heading("Removed by cleaning", target)
    for each in document.removed:
        _field(each.step, each.text, target)
    if not document.removed:
        _text("nothing", target, "dim")
    say(target, "")
    _heading("Cleaned text", target)
    nothing = "nothing is kept of a rejected input; --raw reads it again"
    _text(document.text or nothing, target, "" if document.text else "dim")


def print_story(story: StoryView, target: Console) -> None:
    """Print a story with its members."""
    _heading(readable(story.members[0].title) or "without a title", target)
    for label, value in _story_described(story):
        _field(label, value, target)
    say(target, "")
    print_rows(iter(story.members), _member_columns(target), target, _below(target))


def print_side_by_side(pair: SideBySide, story: StoryView, target: Console) -> None:
    """Print two members of a story, mostly the canonical and another one."""
    from dedup.cli.side_by_side import print_sentences

    beside, member = pair.beside, pair.member
    is_canonical = beside == story.members[0]
    names = ("canonical", "member") if is_canonical else ("one", "other")
    said_of_both = [f"{member.relation} {_score(member)}".strip()] if is_canonical else []
    if pair.is_weakest_link and story.weakest:
        said = "" if is_canonical else f" {_link_score(story.weakest)}, without the canonical"
        said_of_both.append(f"weakest link{said}")
    say(target, "")
    _heading(", ".join(said_of_both), target)
    for name, each in zip(names, (beside, member), strict=True):
        _field(name, _titled(each.id, each.title), target)
    print_sentences(pair.sentences, names, target, 0)


def _described(document: DocumentView) -> Iterator[tuple[str, str | None]]:
    """Yield what is known of a document, with its label."""
    yield "id", document.id
    yield "address", document.url
    yield "host", document.host
    yield "date", document.date_words
    yield "language", document.language
    yield "agency", document.agency
    yield "dateline", document.dateline
    yield "status", document.decision
    if document.story_id:
        yield "story", f"{document.story_id} of {count_of(document.size or 0, 'document')}"
    if document.relation:
        yield "canonical", _named(document.canonical)
    yield "copy of", document.copy_of
    yield "why", why(document.reason, document.detail)
    if document.why:
        yield "runner-up", _named(document.runner_up)
    yield "source", document.source


def _story_described(story: StoryView) -> Iterator[tuple[str, str | None]]:
    """Yield what is known of a story, with its label."""
    yield "story", story.story_id
    yield "documents", f"{story.size:,}, {count_of(story.origins, 'independent telling')}"
    if story.first_date:
        yield "dates", f"{story.first_date} to {story.last_date}"
    yield "outlets", some(story.outlets)
    yield "agencies", some(story.agencies)
    yield "why", f"elected by {story.why.rule}: {story.why.detail}"
    if weakest := story.weakest:
        left = _titled(weakest.left, weakest.left_title)
        right = _titled(weakest.right, weakest.right_title)
        yield "weakest link", f"{_link_score(weakest)}: {left} and {right}"
    yield "absorbed", some(story.absorbed)


def _link_score(link: WeakestLink) -> str:
    """Return the score of a weakest link in words."""
    return f"{link.score:.2f} {link.score_kind or ''}".strip()


def _member_columns(target: Console) -> list[Column]:
    """Return the columns of the members of a story."""
    columns = [
        Column("relation", 11, _relation),
        Column("score", 5, lambda each: None if each.score is None else f"{each.score:.2f}", True),
        Column("of", 11, lambda each: each.score_kind),
        Column("date", 10, lambda each: each.date and each.date[:10]),
        Column("title", 0, lambda each: each.title),
    ]
    if target.width >= ONE_LINE:
        columns[4:4] = [
            Column("host", 28, lambda each: each.host, by_ends=True),
            Column("id", 48, lambda each: each.id, by_ends=True),
        ]
    return columns


def _below(target: Console) -> Callable[[StoryMember], str | None]:
    """Return what stands below a member: its host and its id, where columns have no room."""

    def below(member: StoryMember) -> str | None:
        if target.width >= ONE_LINE:
            return None
        host = f"{member.host}  " if member.host else ""
        return f"{host}{fitted(printable(member.id), target.width - 4 - len(host), by_ends=True)}"

    return below


def _relation(member: StoryMember) -> str:
    """Return what a member is to the canonical; a copy stands in from the one it is a copy of."""
    name = member.relation or "canonical"
    return f"└ {name}" if member.copy_of else name


def _score(member: StoryMember) -> str:
    """Return the score of a member in words."""
    return "" if member.score is None else f"{member.score_kind} {member.score:.2f}"


def _named(document: NamedDocument | None) -> str:
    """Return another document by title, host and id."""
    return "no longer in the store" if document is None else str(document)


def _titled(doc_id: str, title: str | None) -> str:
    """Return a document by title and id."""
    return f'"{readable(title)}" (id {doc_id})' if title else f"id {doc_id}"


def _heading(text: str, target: Console) -> None:
    """Print a heading."""
    for line in _broken(text, target.width, target):
        say(target, line, "bold")


def _field(label: str, value: str | None, target: Console) -> None:
    """Print a value behind its label, its further lines below it; nothing where there is none."""
    if not value:
        return
    shown = printable(label)
    exact = label in _EXACT
    for line in _broken(value, target.width - _LABEL, target, exact=exact):
        say(target, f"{shown:<{_LABEL}}{line}")
        shown = ""


def _text(text: str, target: Console, style: str = "") -> None:
    """Print the lines of a text."""
    for line in _broken(text, target.width, target):
        say(target, line, style)


def _broken(text: str, width: int, target: Console, *, exact: bool = False) -> Iterator[str]:
    """Yield the lines of a text; on a terminal they are broken where they are too long for it.

    Args:
        text: The text; what cannot be printed is escaped.
        width: Cells of the terminal that are free.
        target: Where to.
        exact: Whether it is one line whose spaces and joiners matter, such as an id.
    """
    lines = [printable(text)] if exact else (readable(each, _ALL) for each in text.split("\n"))
    for line in lines:
        yield from broken(line, width, target)

"""Lists of stories and documents on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli.text_columns import ONE_LINE, Column, print_rows

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.views.run_lists import ListedDocument, ListedStory


def explain_command(out: Path, store: Path | None) -> str:
    """Return the beginning of a command that explains documents of a run, for a shell."""
    options = () if store is None else ("--store", str(store))
    return " ".join(map(pasted, ("dedup", "explain", *options, str(out))))


def pasted(word: str) -> str:
    """Return a word as a shell reads it; what cannot be seen in it is escaped, as bash knows."""
    if word.isprintable():
        return shlex.quote(word)
    shown = "".join(each if each.isprintable() else _escape(each) for each in _quoted(word))
    return f"$'{shown}'"


def _quoted(word: str) -> str:
    """Return a word with what ends a quotation of bash escaped."""
    return word.replace("\\", "\\\\").replace("'", "\\'")


def _escape(character: str) -> str:
    """Return a character as bash and JSON name it."""
    return f"\\U{ord(character):08x}"


def print_stories(rows: Iterator[ListedStory], target: Console, beginning: str | None) -> None:
    """Print stories, a line each.

    Args:
        rows: The stories.
        target: Where to.
        beginning: Of the command that explains the two documents of each weakest link, which stands
            below the story; None for no command.
    """
    is_wide = target.width >= ONE_LINE
    columns = [
        Column("story", 18, lambda each: each.story_id),
        Column("size", 6, lambda each: f"{each.size:,}", is_right=True),
        Column(
            "weakest", 7, lambda each: _score(each.weakest and each.weakest.score), is_right=True
        ),
        Column("last", 10, lambda each: _day(each.last_date)),
    ]
    if is_wide:
        columns[2:2] = [
            Column("tellings", 8, lambda each: f"{each.origins:,}", is_right=True),
            Column("hosts", 5, lambda each: f"{len(each.outlets):,}", is_right=True),
        ]
        columns[5:5] = [
            Column("of", 11, lambda each: each.weakest and each.weakest.score_kind),
            Column("first", 10, lambda each: _day(each.first_date)),
        ]
        columns.append(Column("host", 28, lambda each: each.host, by_ends=True))
    columns.append(Column("title", 0, lambda each: each.title))

    def link(story: ListedStory) -> str | None:
        if beginning is None or story.weakest is None:
            return None
        ids = (story.weakest.left, story.weakest.right)
        end = ("--", *ids) if any(each.startswith("-") for each in ids) else ids
        return " ".join([beginning, *map(pasted, end)])

    print_rows(rows, columns, target, link, is_whole=True)


def print_documents(rows: Iterator[ListedDocument], target: Console) -> None:
    """Print documents, each with the reason of the decision on it."""
    is_wide = target.width >= ONE_LINE
    columns = [
        Column("status", 9, lambda each: each.relation or each.status),
        Column("score", 5, lambda each: _score(each.score), is_right=True),
        Column("date", 10, lambda each: _day(each.date)),
        Column("id", 48 if is_wide else 24, lambda each: each.id, by_ends=True),
        Column("title", 0, lambda each: each.title),
    ]
    if is_wide:
        columns.insert(2, Column("of", 11, lambda each: each.score_kind))
        columns.insert(4, Column("host", 28, lambda each: each.host, by_ends=True))
    print_rows(rows, columns, target, lambda each: why(each.reason, each.detail))


def why(reason: str, detail: str | None) -> str:
    """Return the reason of a decision, of a rejected input with what was wrong."""
    return f"{reason}: {detail}" if detail else reason


def _score(score: float | None) -> str | None:
    """Return a score with two decimals."""
    return None if score is None else f"{score:.2f}"


def _day(date: str | None) -> str | None:
    """Return the day of a date."""
    return date and date[:10]

"""Lists of stories and documents on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dedup.cli.text_columns import ONE_LINE, Column, fitted, print_rows

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.run_lists import ListedDocument, ListedStory


def print_stories(rows: Iterator[ListedStory], target: Console, *, links: bool) -> None:
    """Print stories, a line each.

    Args:
        rows: The stories.
        target: Where to.
        links: Whether the two documents of each weakest link stand below it.
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
        if not links or story.weakest is None:
            return None
        width = (target.width - 7) // 2
        ids = (story.weakest.left, story.weakest.right)
        return " - ".join(fitted(each, width, by_ends=True) for each in ids)

    print_rows(rows, columns, target, link)


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

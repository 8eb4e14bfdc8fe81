"""Two texts on the terminal, sentence beside sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dedup.cli.console import WIDE, readable
from dedup.models import count_of

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from dedup.explain.evidence import AlignedSentence

MARKERS = {"same": "=", "alike": "~", "only": " ", "cut": "…"}
"""How two sentences correspond, where there is no colour."""

_STYLES = {"same": "green", "alike": "yellow", "only": "", "cut": "dim"}

_LEGEND = "= word for word   ~ retold{}   blank: in one text"
_MARKED = ", words of both in colour"

_LONGEST = 600


def print_sentences(
    rows: Sequence[AlignedSentence],
    names: tuple[str, str],
    target: Console,
    limit: int,
    advice: str = "--sentences 0 shows all",
) -> None:
    """Print two texts: side by side where there is room, else below each other.

    Args:
        rows: Their sentences.
        names: What the two are called.
        target: Where to.
        limit: Most rows; 0 for all.
        advice: How to see all rows.
    """
    from rich.text import Text

    shown = _chosen(rows, limit) if limit else rows
    table = _wide if target.width >= WIDE else _narrow
    target.print(Text(_LEGEND.format(_MARKED if target.color_system else ""), "dim"))
    target.print(table(shown, names))
    if len(shown) < len(rows):
        more = count_of(len(rows) - len(shown), "more row")
        target.print(Text(f"{more}: {advice}", "dim"))


def _chosen(rows: Sequence[AlignedSentence], limit: int) -> Sequence[AlignedSentence]:
    """Return some rows in their order: those of the rarer kind go first.

    What two copies do not share says most of them; so does what two tellings share.
    """
    counts = Counter(row.how for row in rows)
    places = sorted(range(len(rows)), key=lambda place: (counts[rows[place].how], place))
    return [rows[place] for place in sorted(places[:limit])]


def _wide(rows: Sequence[AlignedSentence], names: tuple[str, str]) -> RenderableType:
    """Return a table with a column for each text."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    table.add_column(names[0], ratio=1, overflow="fold")
    table.add_column("", width=1)
    table.add_column(names[1], ratio=1, overflow="fold")
    for row in rows:
        table.add_row(_first(row), MARKERS[row.how], _second(row))
    return table


def _narrow(rows: Sequence[AlignedSentence], names: tuple[str, str]) -> RenderableType:
    """Return a table with both texts in one column, each sentence behind the name of its text."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(width=max(map(len, names)), style="bold")
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        marker = MARKERS[row.how]
        for name, text in zip(names, (_first(row), _second(row)), strict=True):
            if text is not None:
                table.add_row(marker, name, text)
                marker = ""
        table.add_row()
    return table


def _first(row: AlignedSentence) -> Text | None:
    """Return the sentence of the first text, None where there is none."""
    return None if row.first is None else _marked(row.first, row.first_marks, row.how)


def _second(row: AlignedSentence) -> Text | None:
    """Return the sentence of the second text, None where there is none."""
    return None if row.second is None else _marked(row.second, row.second_marks, row.how)


def _marked(sentence: str, marks: Sequence[tuple[int, int]], how: str) -> Text:
    """Return a sentence with the words that both have in colour; all of it where it is the same."""
    from rich.text import Text

    from dedup.explain.explained_values import marked_parts

    style = _STYLES[how]
    if how != "alike":
        return Text(readable(sentence, _LONGEST), style)
    text = Text()
    for part, is_marked in marked_parts(sentence[:_LONGEST], marks):
        text.append(readable(part, _LONGEST), f"{style} bold" if is_marked else "")
    if len(sentence) > _LONGEST:
        text.append("…")
    return text

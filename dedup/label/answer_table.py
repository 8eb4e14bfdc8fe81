"""Pairs to the rows of a table that is filled in elsewhere, and the answers of such a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.config import ReadConfig
from dedup.errors import InputError, printable
from dedup.label.shown_pair import documents_of
from dedup.models import Reason
from dedup.read import Tally, discover, read

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run
    from dedup.label.label_session import LabelSession

LONGEST_TEXT = 1000
"""Characters of a text in a cell."""

MOST_NAMED = 3
"""Rows of unknown pairs that are named."""

_WORDS: dict[str, str] = {
    **dict.fromkeys(("y", "yes", "1", "true", "same"), "y"),
    **dict.fromkeys(("n", "no", "0", "false", "different"), "n"),
    **dict.fromkeys(("s", "skip", "skipped"), "skip"),
    **dict.fromkeys(("", "none"), ""),
}
"""What may stand in the column ``same``, in any case."""

_SAME = {"y": True, "n": False, "skip": None}

# What a table of this package has before a text that a spreadsheet would run.
_GUARD = "'"

Answer = tuple[int, bool | None]
"""The place of a pair, and whether both documents tell one story; None for a skipped pair."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair in a table; its fields are the columns.

    Attributes:
        number: Its number in the order of asking, from 1.
        same: ``y``, ``n`` or ``skip``; None where there is no answer yet.
        a: Id of the one document.
        b: Id of the other.
        a_title: Headline of the one, or None.
        b_title: That of the other.
        a_host: Host of the one, or None.
        b_host: That of the other.
        a_date: Publication of the one, ISO 8601, or None.
        b_date: That of the other.
        a_url: Address of the one, or None.
        b_url: That of the other.
        a_text: Beginning of the cleaned text of the one.
        b_text: That of the other.
    """

    number: int
    same: str | None
    a: str
    b: str
    a_title: str | None
    b_title: str | None
    a_host: str | None
    b_host: str | None
    a_date: str | None
    b_date: str | None
    a_url: str | None
    b_url: str | None
    a_text: str
    b_text: str


@dataclass(frozen=True, slots=True)
class TableAnswers:
    """The answers of a table.

    Attributes:
        new: Those to pairs without an answer.
        changed: Those that are not what the file of labels has.
        unchanged: How many are what it has.
        empty: Rows without an answer.
        unknown: Rows of pairs that the file of labels does not have.
        examples: The ids of the first of these.
    """

    new: tuple[Answer, ...]
    changed: tuple[Answer, ...]
    unchanged: int
    empty: int
    unknown: int
    examples: tuple[tuple[str, str], ...]


def pair_rows(run: Run, session: LabelSession) -> Iterator[PairRow]:
    """Yield the pairs of a session as rows of a table."""
    for pair in session.pairs:
        a, b = documents_of(run, pair)
        yield PairRow(
            (pair.place or 0) + 1, _word(pair), pair.a, pair.b, a.title, b.title, a.host, b.host,
            a.date, b.date, a.url, b.url, a.text[:LONGEST_TEXT], b.text[:LONGEST_TEXT],
        )  # fmt: skip


def table_answers(path: Path, session: LabelSession) -> TableAnswers:
    """Return the answers of a table with the columns ``a``, ``b`` and ``same``.

    Args:
        path: CSV, TSV, or another file that ``dedup run`` reads.
        session: Has the pairs.

    Raises:
        InputError: The file cannot be read, has no such columns, a value of ``same`` is no answer,
            or a pair stands there twice.
    """
    place_of = {_key(pair.a, pair.b): place for place, pair in enumerate(session.pairs)}
    place_of |= {frozenset((pair.a, pair.b)): place for place, pair in enumerate(session.pairs)}
    row_of: dict[int, int] = {}
    new: list[Answer] = []
    changed: list[Answer] = []
    unchanged = empty = unknown = 0
    examples: list[tuple[str, str]] = []
    for row, a, b, word in _rows(path):
        place = place_of.get(frozenset((a, b)), place_of.get(_key(a, b)))
        if place is None:
            unknown += 1
            examples += [(a, b)] * (unknown <= MOST_NAMED)
        elif (earlier := row_of.setdefault(place, row)) != row:
            message = f"row {row} of {path} has the pair of row {earlier} again; remove one of them"
            raise InputError(message, path=path)
        elif not word:
            empty += 1
        elif (before := _word(session.pairs[place])) == word:
            unchanged += 1
        else:
            (changed if before else new).append((place, _SAME[word]))
    return TableAnswers(tuple(new), tuple(changed), unchanged, empty, unknown, tuple(examples))


def _word(pair: LabelledPair) -> str | None:
    """Return the answer to a pair as it stands in a table."""
    if pair.skipped:
        return "skip"
    return {True: "y", False: "n", None: None}[pair.same]


def _key(a: str, b: str) -> frozenset[str]:
    """Return what a pair is known by: its ids in any order, as far as a table keeps them."""
    return frozenset(_id_in_table(each) for each in (a, b))


def _id_in_table(doc_id: str) -> str:
    """Return an id without what a table adds or cannot have."""
    return doc_id.encode("utf-8", "replace").decode().removeprefix(_GUARD).strip()


def _rows(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield the rows of a table: number, both ids, and the answer as in ``_SAME``, or empty."""
    if not path.is_file():
        raise InputError(f"{path} is no file; name the table with the answers", path=path)
    config, tally = ReadConfig(), Tally()
    records = (each for source in discover([path], config) for each in read(source, config, tally))
    for number, record in enumerate(records, 1):
        rejection = record.rejection
        if rejection and rejection.reason is not Reason.NO_TEXT:
            message = f"row {number} of {path}: {printable(rejection.detail)}; mend the table"
            raise InputError(message, path=path)
        yield number, *_cells(record.fields, number, path)


def _cells(fields: Mapping[str, Any], number: int, path: Path) -> tuple[str, str, str]:
    """Return both ids of a row and its answer.

    Raises:
        InputError: A column is missing, or the answer is none.
    """
    missing = [name for name in ("a", "b", "same") if name not in fields]
    if missing:
        raise InputError(
            f"row {number} of {path} has no column {missing[0]}; the table needs the columns a, b "
            "and same, as dedup label --csv writes them",
            path=path,
        )
    a, b, same = ("" if fields[name] is None else str(fields[name]) for name in ("a", "b", "same"))
    word = _WORDS.get(same.strip().lower())
    if word is None:
        shown = printable(same[:60])
        message = f"row {number} of {path}: same is {shown}; write y, n or skip, or leave it empty"
        raise InputError(message, path=path)
    return a, b, word

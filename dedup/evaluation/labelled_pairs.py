"""The file of pairs that a person judged: one JSON object a line, rewritten whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dedup.errors import InputError, printable
from dedup.json_codec import dump_json, load_json
from dedup.models import count_of
from dedup.write import write_file

MOST_PAIRS = 1_000_000
"""Pairs of a file that is read."""

LONGEST_LINE = 1 << 20
"""Bytes of a line that is read."""

MOST_BYTES = 1 << 28
"""Bytes of a file that is read: 256 MiB."""

EXAMPLE = '{"a": "ID", "b": "ID", "same": true}'
"""What a line must have at least."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A pair of documents that was drawn to be judged, or was judged; its fields are the line.

    Only ``a``, ``b`` and ``same`` are needed: a file from elsewhere may have no other. Its pairs
    are examples then, and say nothing about the share of any others.

    Attributes:
        a: Id of the one document.
        b: Id of the other.
        same: Whether both tell one story; None where nobody has said.
        skipped: Whether a person saw it and did not want to say.
        stratum: The part of all pairs from which it was drawn; None for a pair from elsewhere.
        stratum_pairs: Pairs of documents in that part.
        score: How likely both tell one story, as the run has it, in [0, 1].
        together: Whether the run put both into one story.
        place: Its place in the order of asking, from 0.
        answered: Number of the answer, or of its being skipped, from 1 in the order in which they
            were given; None without one.
    """

    a: str
    b: str
    same: bool | None = None
    skipped: bool = False
    stratum: str | None = None
    stratum_pairs: int | None = None
    score: float | None = None
    together: bool | None = None
    place: int | None = None
    answered: int | None = None


def read_labels(path: Path) -> list[LabelledPair]:
    """Return the pairs of a file in its order; fields that are not known are left out.

    A pair from elsewhere that stands there twice, with the same answer, is read once.

    Args:
        path: The file, of JSON lines.

    Raises:
        InputError: The file cannot be read, a line is no pair, or a pair stands there twice.
    """
    pairs: list[LabelledPair] = []
    lines: dict[tuple[str, str], tuple[int, LabelledPair]] = {}
    for number, line in _lines(path):
        where = f"line {number} of {path}"
        pair = _pair(_values(line, where, path), where, path)
        both = min(pair.a, pair.b), max(pair.a, pair.b)
        earlier, first = lines.setdefault(both, (number, pair))
        if earlier == number:
            pairs.append(pair)
        elif pair.stratum is not None or pair.same is not first.same:
            message = f"{where} has the pair of line {earlier} again; remove one of the two"
            raise InputError(message, path=path)
    return pairs


def write_labels(path: Path, labels: Sequence[LabelledPair]) -> None:
    """Write a file of pairs in the place of an earlier one, whole or not at all.

    Args:
        path: The file.
        labels: The pairs, a line each.

    Raises:
        OutputError: It cannot be written.
    """
    write_file(path, map(dump_json, labels))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file that are not empty, with their numbers.

    Raises:
        InputError: It cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            yield from _limited_lines(file, path)
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}); name a file of labelled pairs"
        raise InputError(message, path=path) from error


def _limited_lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield lines until one is too long, or they are too many."""
    number = size = 0
    while line := file.readline(LONGEST_LINE + 1):
        number, size = number + 1, size + len(line)
        if len(line) > LONGEST_LINE:
            most = count_of(LONGEST_LINE, "byte")
            message = f"line {number} of {path} is longer than {most}; write only {EXAMPLE}"
            raise InputError(message, path=path)
        if number > MOST_PAIRS or size > MOST_BYTES:
            message = (
                f"{path} has more than {count_of(MOST_PAIRS, 'line')} or {MOST_BYTES >> 20} MiB; "
                "divide it"
            )
            raise InputError(message, path=path)
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield number, line


def _values(line: bytes, where: str, path: Path) -> dict[str, Any]:
    """Return the object of a line.

    Raises:
        InputError: It is none.
    """
    try:
        values = load_json(line)
    except (ValueError, RecursionError) as error:
        message = (
            f"{where} is no JSON ({printable(str(error))}); each line is like {EXAMPLE}. "
            "A table is read by dedup label --from-csv"
        )
        raise InputError(message, path=path) from error
    if not isinstance(values, dict):
        raise InputError(f"{where} is no JSON object; each line is like {EXAMPLE}", path=path)
    return values


def _pair(values: dict[str, Any], where: str, path: Path) -> LabelledPair:
    """Return the pair of an object.

    Raises:
        InputError: A field is missing, or has a value that it cannot have.
    """

    def refuse(detail: str) -> InputError:
        return InputError(f"{where}: {detail}; each line is like {EXAMPLE}", path=path)

    for name in ("a", "b", "same"):
        if name not in values:
            hint = "" if "story" not in values else " (gold stories are for dedup evaluate)"
            raise refuse(f"{name} is missing{hint}")
    if values.get("stratum") is None:  # a pair from elsewhere: its score may be of any scale
        values = {name: value for name, value in values.items() if name != "score"}
    for name, (of, meaning) in _KINDS.items():
        value = values.get(name)
        if not of(value):
            raise refuse(f"{name} is {_shown(value)}, not {meaning}")
    if values["a"] == values["b"]:
        raise refuse("a and b are one document")
    same = None if values["same"] is None else bool(values["same"])  # 1 and 0 as well
    skipped = bool(values.get("skipped"))
    if same is not None and skipped:
        raise refuse("same has an answer, and skipped says that there is none")
    if (values.get("stratum") is None) != (values.get("stratum_pairs") is None):
        raise refuse("stratum and stratum_pairs need each other")
    known = {name: values[name] for name in _KINDS if values.get(name) is not None}
    return LabelledPair(**{**known, "same": same, "skipped": skipped})


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_answer(value: Any) -> bool:
    return value is None or (isinstance(value, (bool, int)) and value in (0, 1))


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_whole(value: Any, least: int) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (whole and least <= value < 1 << 63)


def _is_share(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value is None or (number and 0 <= value <= 1)


_KINDS: dict[str, tuple[Any, str]] = {
    "a": (_is_id, "the id of a document"),
    "b": (_is_id, "the id of a document"),
    "same": (_is_answer, "true, false or null"),
    "skipped": (_is_flag, "true or false"),
    "stratum": (_is_text, "a text"),
    "stratum_pairs": (lambda value: _is_whole(value, 1), "a count"),
    "score": (_is_share, "a number from 0 to 1"),
    "together": (_is_flag, "true or false"),
    "place": (lambda value: _is_whole(value, 0), "a count"),
    "answered": (lambda value: _is_whole(value, 1), "a count from 1"),
}
"""What the value of each field is, and how a message calls it."""


def _shown(value: Any) -> str:
    """Return a value for a message, short and harmless."""
    shown = printable(str(value))
    return f"{shown[:60]}…" if len(shown) > 60 else shown

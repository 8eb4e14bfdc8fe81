"""The file of pairs that a person judged: one JSON object a line, rewritten whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


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
        answered: Number of the answer, from 1 in the order of answers; None without one.
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
    """Return the pairs of a file in its order.

    Raises:
        InputError: The file cannot be read, or a line is no pair.
    """
    raise NotImplementedError


def write_labels(path: Path, labels: Sequence[LabelledPair]) -> None:
    """Write a file of pairs in the place of an earlier one, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    raise NotImplementedError

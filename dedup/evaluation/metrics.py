"""Compare the stories of a run with stories labelled by hand; read no file and print nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.errors import InputError

Label = Hashable
"""The name of a story; in the output, None for a document that is a story of its own."""

MEASURES = (
    "pair_precision", "pair_recall", "pair_f1", "adjusted_rand",
    "b3_precision", "b3_recall", "b3_f1",
)  # fmt: skip
"""The fields of ``Scores`` that are shares, and so have an interval."""

# The middle 95 % of the resamples.
_PERCENTILES = (2.5, 97.5)

# What stands for the title of a document without one.
_FIRST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Scores:
    """How well the stories of an output agree with the gold stories.

    Attributes:
        n: Documents compared.
        stories: Gold stories among them.
        pair_precision: Of the pairs the output puts into one story, the share that gold does too.
        pair_recall: Of the pairs in one gold story, the share that the output puts together.
        pair_f1: Their harmonic mean.
        adjusted_rand: Agreement on pairs above chance; 1 is perfect, 0 is chance, less is worse.
        b3_precision: B-cubed precision, a mean over documents.
        b3_recall: B-cubed recall, a mean over documents.
        b3_f1: Their harmonic mean.
    """

    n: int
    stories: int
    pair_precision: float
    pair_recall: float
    pair_f1: float
    adjusted_rand: float
    b3_precision: float
    b3_recall: float
    b3_f1: float


@dataclass(frozen=True, slots=True)
class Part:
    """The documents that a mistake took from one story, or put into one.

    Attributes:
        label: The story; None for a document that the output left alone.
        positions: The documents, as positions in the sequences of labels, rising.
    """

    label: Label | None
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A false merge, or a split.

    Attributes:
        label: Of a merge the story of the output, of a split the gold story.
        parts: Of a merge the gold stories that met in it, of a split the stories of the output it
            was cut into; the largest first, then by name.
        wrong_pairs: Pairs of documents that stand in different parts.
    """

    label: Label
    parts: tuple[Part, ...]
    wrong_pairs: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document of the gold file.

    Attributes:
        doc_id: Its id.
        story: Its gold story.
        group: The set it belongs to, or None.
        title: Its title, else its first words, or None.
    """

    doc_id: str
    story: Label
    group: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What an output says of a document.

    Attributes:
        story_id: Its story, None for a story of its own.
        rejected: Whether it could not be used.
        canonical_id: The document that stays for it.
        relation: What it is to that document.
        score: How much so.
    """

    story_id: Label | None = None
    rejected: bool = False
    canonical_id: str | None = None
    relation: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class _Cells:
    """The contingency table of two groupings, its empty cells left out.

    Attributes:
        gold: For each cell the number of its gold story.
        sums: For each cell a row of what its documents add to: their number, their pairs together
            in both groupings, in gold, in the output (half of a pair is each document's), their
            B-cubed precision and recall.
        names: The gold stories by number.
    """

    gold: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]
    names: tuple[Label, ...]


def scores(gold_labels: Sequence[Label], story_labels: Sequence[Label | None]) -> Scores:
    """Compare two groupings of the same documents.

    With tp the pairs together in both groupings, pp those together in the output, gp those together
    in gold, and all = n (n - 1) / 2:

    - pairwise precision is tp / pp, recall tp / gp, each 1 where there is no such pair;
    - the adjusted Rand index is (tp - e) / ((pp + gp) / 2 - e) with e = pp gp / all, 1 where that
      is 0 / 0 (Hubert & Arabie 1985, Comparing Partitions, Journal of Classification 2);
    - B-cubed precision is the mean over documents of the share of their story of the output that is
      of their gold story; recall the mean share of their gold story that is with them
      (Bagga & Baldwin 1998, Algorithms for Scoring Coreference Chains, LREC workshop).

    F1 is the harmonic mean 2 p r / (p + r), 0 where both are 0.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for one of its own.

    Raises:
        ValueError: There is no document, or not one label of each kind for every document.

    >>> found = scores(["a", "a", "b"], ["x", "x", "x"])
    >>> found.pair_precision, found.pair_recall, found.adjusted_rand
    (0.3333333333333333, 1.0, 0.0)
    """
    cells = _count_cells(gold_labels, story_labels)
    # Added one after the other, so that every machine gets the same last digit.
    return _scores([sum(column) for column in cells.sums.T.tolist()], len(cells.names))


def bootstrap(
    gold_labels: Sequence[Label],
    story_labels: Sequence[Label | None],
    *,
    samples: int,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Return for each measure the interval that holds the middle 95 % of its resamples.

    A resample draws whole gold stories, as many as there are, with replacement. A story drawn
    twice is two stories that have not met; each drawn story brings the documents, the pairs and the
    mistakes that it has in the whole output, half of each falsely joined pair being its own. (Were
    stories to be joined anew among those drawn, a story would meet its own copy, or miss those it
    was merged with, and the interval would lie beside the score.) The interval tells how much a
    measure hangs on which stories were labelled.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for one of its own.
        samples: How many resamples.
        seed: Of the random numbers; the same seed gives the same intervals, in whatever order the
            documents come.

    Raises:
        ValueError: As [scores][dedup.evaluation.metrics.scores]; or ``samples`` is not positive.
    """
    if samples < 1:
        raise ValueError("samples must be positive")
    cells = _count_cells(gold_labels, story_labels)
    stories = len(cells.names)
    by_name = sorted(range(stories), key=lambda number: _name(cells.names[number]))
    random = np.random.default_rng(seed)
    of_story = np.zeros((stories, cells.sums.shape[1]))
    np.add.at(of_story, cells.gold, cells.sums)
    of_story = of_story[by_name]
    values = np.empty((samples, len(MEASURES)))
    for sample in values:
        drawn = np.bincount(random.integers(stories, size=stories), minlength=stories)
        found = asdict(_scores((drawn @ of_story).tolist(), stories))
        sample[:] = [found[name] for name in MEASURES]
    low, high = np.percentile(values, _PERCENTILES, axis=0).tolist()
    return dict(zip(MEASURES, zip(low, high, strict=True), strict=True))


def mistakes(
    gold_labels: Sequence[Label], story_labels: Sequence[Label | None]
) -> tuple[list[Mistake], list[Mistake]]:
    """Return the false merges and the splits, those with the most wrong pairs first.

    Ties go by the name of the story.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for one of its own.
    """
    return _divided(story_labels, gold_labels), _divided(gold_labels, story_labels)


def labelled(fields: Mapping[str, Any], doc_id: str, place: str) -> Labelled:
    """Return a document of the gold file.

    Args:
        fields: Its line.
        doc_id: Its id.
        place: Where it stands, for the message.

    Raises:
        InputError: It has no story, or one that is neither text nor a number.
    """
    story = fields.get("story")
    if story is None or story == "":
        raise InputError(f"{place} has no story: every line needs an id and its story")
    if isinstance(story, bool | list | dict):
        raise InputError(f"{place} has a story that is neither text nor a number")
    group = fields.get("set")
    title = fields.get("title")
    return Labelled(
        doc_id=doc_id,
        story=story,
        group=str(group) if group else None,
        title=title if isinstance(title, str) and title.strip() else first_words(fields),
    )


def decided(fields: Mapping[str, Any], place: str) -> Decided:
    """Return what a line of the decisions says; only ``story_id`` decides about scores.

    Args:
        fields: The line.
        place: Where it stands, for the message.

    Raises:
        InputError: Its story is neither text nor a number.
    """
    story_id = fields.get("story_id") or None
    if isinstance(story_id, bool | list | dict):
        raise InputError(f"{place} has a story_id that is neither text nor a number")
    return Decided(
        story_id=story_id,
        rejected=fields.get("status") == "rejected",
        canonical_id=fields.get("canonical_id"),
        relation=fields.get("relation"),
        score=fields.get("score"),
    )


def first_words(fields: Mapping[str, Any]) -> str | None:
    """Return the first words of a record's text, None where it has none.

    >>> first_words({"text": "The ferry will run again."})
    'The ferry will run again.'
    """
    text = fields.get("text")
    if not isinstance(text, str):
        return None
    # Enough characters for the words, so that a long text is not split whole.
    words = text.lstrip()[: 100 * _FIRST_WORDS].split()
    return " ".join(words[:_FIRST_WORDS]) + (" ..." if len(words) > _FIRST_WORDS else "") or None


def _count_cells(gold_labels: Sequence[Label], story_labels: Sequence[Label | None]) -> _Cells:
    """Return the contingency table, cells and stories in the order of their first documents."""
    if not gold_labels:
        raise ValueError("there is no document to compare")
    gold_numbers: dict[Label, int] = {}
    story_numbers: dict[Label, int] = {}
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for gold, label in zip(gold_labels, story_labels, strict=True):
        story = object() if label is None else label
        cell = (
            gold_numbers.setdefault(gold, len(gold_numbers)),
            story_numbers.setdefault(story, len(story_numbers)),
        )
        counts[cell] += 1
    numbers = np.array(list(counts), np.int64)
    count = np.array(list(counts.values()), np.float64)
    in_gold, in_story = (np.bincount(each, count)[each] for each in numbers.T)
    sums = (
        count,
        count * (count - 1) / 2,
        count * (in_gold - 1) / 2,
        count * (in_story - 1) / 2,
        count * count / in_story,
        count * count / in_gold,
    )
    return _Cells(numbers[:, 0], np.stack(sums, axis=1), tuple(gold_numbers))


def _scores(sums: Sequence[float], stories: int) -> Scores:
    """Return the scores that sums as those of :class:`_Cells` give over all documents."""
    n, tp, gp, pp, b3_precision, b3_recall = sums
    pair_precision, pair_recall = (tp / pp if pp else 1.0), (tp / gp if gp else 1.0)
    b3_precision, b3_recall = b3_precision / n, b3_recall / n
    return Scores(
        n=int(n),
        stories=stories,
        pair_precision=pair_precision,
        pair_recall=pair_recall,
        pair_f1=_harmonic(pair_precision, pair_recall),
        adjusted_rand=_adjusted_rand(tp, gp, pp, n * (n - 1) / 2),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=_harmonic(b3_precision, b3_recall),
    )


def _adjusted_rand(tp: float, gp: float, pp: float, total: float) -> float:
    """Return the adjusted Rand index of the four numbers of pairs."""
    expected = gp * pp / total if total else 0.0
    largest = (gp + pp) / 2
    return (tp - expected) / (largest - expected) if largest != expected else 1.0


def _harmonic(one: float, other: float) -> float:
    """Return the harmonic mean of two shares, 0 where both are 0."""
    return 2 * one * other / (one + other) if one + other else 0.0


def _divided(wholes: Sequence[Label | None], parts: Sequence[Label | None]) -> list[Mistake]:
    """Return the wholes that fall into more than one part, the worst first."""
    places: dict[Label, dict[Label, list[int]]] = {}
    for place, (whole, part) in enumerate(zip(wholes, parts, strict=True)):
        if whole is not None:  # a document that is alone has met no other
            key = object() if part is None else part
            places.setdefault(whole, {}).setdefault(key, []).append(place)
    found = []
    for whole, divided in places.items():
        if len(divided) > 1:
            made = [Part(parts[listed[0]], tuple(listed)) for listed in divided.values()]
            made.sort(key=_order)
            found.append(Mistake(whole, tuple(made), _pairs_between(map(len, divided.values()))))
    return sorted(found, key=lambda mistake: (-mistake.wrong_pairs, _name(mistake.label)))


def _order(part: Part) -> tuple[int, bool, tuple[str, str]]:
    """Return what parts are sorted by: the largest first, documents that are alone last."""
    return -len(part.positions), part.label is None, _name(part.label)


def _pairs_between(sizes: Iterable[int]) -> int:
    """Return how many pairs have their two documents in different parts."""
    listed = list(sizes)
    return (sum(listed) ** 2 - sum(size * size for size in listed)) // 2


def _name(label: Label | None) -> tuple[str, str]:
    """Return what labels are sorted by, whatever their types."""
    return (str(label), type(label).__name__)

"""Compare the stories of a run with stories labelled by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.errors import InputError

Label = Hashable
"""The name of a story; None for a document that the output put into no story."""

MEASURES = (
    "pair_precision", "pair_recall", "pair_f1", "adjusted_rand",
    "b3_precision", "b3_recall", "b3_f1", "exact_stories",
)  # fmt: skip
"""The fields of :class:`Scores` that have a confidence interval."""

# By the status of a decision.
_KEPT = {"canonical": True, "unique": True, "duplicate": False}

PERCENTILES = (2.5, 97.5)
"""Ends of the interval that holds the middle 95 % of the resamples."""

# Words of a text that replace a missing title.
_FIRST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Scores:
    """How well the stories of an output agree with the gold stories.

    Attributes:
        n: Documents compared.
        stories: Gold stories among them.
        pair_precision: Share of the pairs in one story of the output that are in one gold story.
        pair_recall: Share of the pairs in one gold story that are in one story of the output.
        pair_f1: Their harmonic mean.
        adjusted_rand: Agreement on pairs above chance; 1 is perfect, 0 is chance, less is worse.
        b3_precision: B-cubed precision, a mean over documents.
        b3_recall: B-cubed recall, a mean over documents.
        b3_f1: Their harmonic mean.
        exact_stories: Share of the gold stories of two or more documents that are exactly one story
            of the output: all their documents are in it, and no other document that is compared.
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
    exact_stories: float


@dataclass(frozen=True, slots=True)
class Part:
    """The documents of a mistake that have the same other label.

    Attributes:
        label: The story; None for a document that the output put into no story.
        positions: The documents, as ascending positions in the sequences of labels.
    """

    label: Label | None
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A false merge, or a split.

    Attributes:
        label: Of a merge the story of the output, of a split the gold story.
        parts: Of a merge the gold stories in it, of a split the stories of the output that it was
            split into; the largest first, then by name.
        wrong_pairs: Number of pairs of documents in different parts.
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
    """The decision of an output on a document.

    Attributes:
        story_id: Its story, None if it is in no story.
        rejected: Whether it could not be used.
        kept: Whether it remains; None if the decision does not say, and where it is rejected.
        canonical_id: The canonical of its story.
        relation: Its relation to the canonical.
        score: The score of the relation.
    """

    story_id: Label | None = None
    rejected: bool = False
    kept: bool | None = None
    canonical_id: str | None = None
    relation: str | None = None
    score: float | None = None


def scores(gold_labels: Sequence[Label], story_labels: Sequence[Label | None]) -> Scores:
    """Return how well two groupings of the same documents agree.

    With tp the pairs together in both groupings, pp those together in the output, gp those together
    in gold, and all = n (n - 1) / 2:

    - pairwise precision is tp / pp, recall tp / gp, each 1 where there is no such pair;
    - the adjusted Rand index is (tp - e) / ((pp + gp) / 2 - e) with e = pp gp / all, 1 where that
      is 0 / 0 (Hubert & Arabie 1985, Comparing Partitions, Journal of Classification 2);
    - B-cubed precision is the mean over documents of the share of their story of the output that is
      also of their gold story; recall is the mean share of their gold story that is also of their
      story (Bagga & Baldwin 1998, Algorithms for Scoring Coreference Chains, LREC workshop);
    - exactly right is a gold story of two or more documents that are all in one story of the
      output, with no document of another gold story; the share is 1 where there is no such story.

    F1 is the harmonic mean 2 p r / (p + r), 0 where both are 0.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for no story.

    Raises:
        ValueError: There is no document, or not one label of each kind for every document.

    >>> found = scores(["a", "a", "b"], ["x", "x", "x"])
    >>> found.pair_precision, found.pair_recall, found.adjusted_rand
    (0.3333333333333333, 1.0, 0.0)
    """
    _, sums, names = _contingency_table(gold_labels, story_labels)
    # Added in order, so that every machine gets the same last digit.
    return _scores([sum(column) for column in sums.T.tolist()], len(names))


def bootstrap(
    gold_labels: Sequence[Label],
    story_labels: Sequence[Label | None],
    *,
    samples: int,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Return for each measure the interval that holds the middle 95 % of its resamples.

    A resample draws whole gold stories, as many as there are, with replacement. A story that is
    drawn twice counts as two stories. Each has the documents, pairs and mistakes that it has in the
    whole output, and half of each false pair. (If false pairs were counted among the drawn stories
    only, a story would be merged with its own copy, or not with others that it was merged with, and
    the interval would not contain the score.) The interval shows how much a measure depends on
    which stories were labelled.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for no story.
        samples: Number of resamples.
        seed: Seed of the random numbers; the same seed gives the same intervals, whatever the order
            of the documents.

    Raises:
        ValueError: As [scores][dedup.evaluation.metrics.scores]; or ``samples`` is not positive.
    """
    if samples < 1:
        raise ValueError("samples must be positive")
    gold, sums, names = _contingency_table(gold_labels, story_labels)
    stories = len(names)
    by_name = sorted(range(stories), key=lambda number: _sort_key(names[number]))
    random = np.random.default_rng(seed)
    of_story = np.zeros((stories, sums.shape[1]))
    np.add.at(of_story, gold, sums)
    of_story = of_story[by_name]
    values = np.empty((samples, len(MEASURES)))
    for sample in values:
        drawn = np.bincount(random.integers(stories, size=stories), minlength=stories)
        measured = asdict(_scores((drawn @ of_story).tolist(), stories))
        sample[:] = [measured[name] for name in MEASURES]
    low, high = np.percentile(values, PERCENTILES, axis=0).tolist()
    return dict(zip(MEASURES, zip(low, high, strict=True), strict=True))


def mistakes(
    gold_labels: Sequence[Label], story_labels: Sequence[Label | None]
) -> tuple[list[Mistake], list[Mistake]]:
    """Return the false merges and the splits, those with most wrong pairs first, ties by name.

    Args:
        gold_labels: The gold story of each document.
        story_labels: Its story in the output, None for no story.
    """
    return _divided(story_labels, gold_labels), _divided(gold_labels, story_labels)


def labelled(fields: Mapping[str, Any], doc_id: str, place: str) -> Labelled:
    """Return a document of the gold file.

    Args:
        fields: Its record.
        doc_id: Its id.
        place: Place of the record in the file, for messages.

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
    """Return the decision in a record; only its ``story_id`` counts for scores.

    Its ``status`` says whether the document remains.

    Args:
        fields: The record.
        place: Place of the record in the file, for messages.

    Raises:
        InputError: The story is neither text nor a number.
    """
    story_id = fields.get("story_id") or None
    if isinstance(story_id, bool | list | dict):
        raise InputError(f"{place} has a story_id that is neither text nor a number")
    status = fields.get("status")
    return Decided(
        story_id=story_id,
        rejected=status == "rejected",
        kept=_KEPT.get(status) if isinstance(status, str) else None,
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
    # Enough characters for the words: a long text is not split as a whole.
    words = text.lstrip()[: 100 * _FIRST_WORDS].split()
    return " ".join(words[:_FIRST_WORDS]) + (" ..." if len(words) > _FIRST_WORDS else "") or None


def _contingency_table(
    gold_labels: Sequence[Label], story_labels: Sequence[Label | None]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], tuple[Label, ...]]:
    """Return the cells of the contingency table that are not empty, in order of first documents.

    Returns:
        The number of the gold story of each of n cells; n x 8 values that a cell adds to the
        numbers of documents, of pairs together in both groupings, in gold, in the output (each
        document has half of a pair), to B-cubed precision and recall, to the numbers of gold
        stories of two or more documents and of those that are exactly right; the gold stories.
    """
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
    is_first = np.zeros(len(count), np.bool_)
    is_first[np.unique(numbers[:, 0], return_index=True)[1]] = True
    sums = (
        count,
        count * (count - 1) / 2,
        count * (in_gold - 1) / 2,
        count * (in_story - 1) / 2,
        count * count / in_story,
        count * count / in_gold,
        is_first & (in_gold > 1),
        (in_gold > 1) & (count == in_gold) & (count == in_story),
    )
    return numbers[:, 0], np.stack(sums, axis=1), tuple(gold_numbers)


def _scores(sums: Sequence[float], stories: int) -> Scores:
    """Return the scores from the eight values of a contingency table, summed over its cells."""
    n, tp, gp, pp, b3_precision, b3_recall, groups, exact = sums
    pair_precision, pair_recall = (tp / pp if pp else 1.0), (tp / gp if gp else 1.0)
    b3_precision, b3_recall = b3_precision / n, b3_recall / n
    return Scores(
        n=int(n),
        stories=stories,
        pair_precision=pair_precision,
        pair_recall=pair_recall,
        pair_f1=harmonic(pair_precision, pair_recall),
        adjusted_rand=_adjusted_rand(tp, gp, pp, n * (n - 1) / 2),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=harmonic(b3_precision, b3_recall),
        exact_stories=exact / groups if groups else 1.0,
    )


def _adjusted_rand(tp: float, gp: float, pp: float, total: float) -> float:
    """Return the adjusted Rand index from numbers of pairs."""
    expected = gp * pp / total if total else 0.0
    largest = (gp + pp) / 2
    return (tp - expected) / (largest - expected) if largest != expected else 1.0


def harmonic(one: float, other: float) -> float:
    """Return the harmonic mean of two shares, 0 where both are 0."""
    return 2 * one * other / (one + other) if one + other else 0.0


def _divided(wholes: Sequence[Label | None], parts: Sequence[Label | None]) -> list[Mistake]:
    """Return the wholes that have more than one part, the worst first."""
    positions: dict[Label, dict[Label, list[int]]] = {}
    for position, (whole, part) in enumerate(zip(wholes, parts, strict=True)):
        if whole is not None:  # a document in no story is merged with none
            key = object() if part is None else part
            positions.setdefault(whole, {}).setdefault(key, []).append(position)
    divided = []
    for whole, positions_of in positions.items():
        if len(positions_of) > 1:
            found = [Part(parts[listed[0]], tuple(listed)) for listed in positions_of.values()]
            # The largest first, documents in no story last.
            found.sort(
                key=lambda part: (-len(part.positions), part.label is None, _sort_key(part.label))
            )
            sizes = [len(part.positions) for part in found]
            wrong_pairs = (sum(sizes) ** 2 - sum(size * size for size in sizes)) // 2
            divided.append(Mistake(whole, tuple(found), wrong_pairs))
    return sorted(divided, key=lambda mistake: (-mistake.wrong_pairs, _sort_key(mistake.label)))


def _sort_key(label: Label | None) -> tuple[str, str]:
    """Return a key by which labels of any types can be sorted."""
    return (str(label), type(label).__name__)

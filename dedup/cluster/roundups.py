"""Find list pages, briefings, live blogs: documents that tell several stories.

What gives one away are its neighbours: each tells one passage of it and nothing else, or they fall
into parties that know nothing of one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int32s, Int64s
from dedup.kernels.roundups import best_passages, parties_of

NEIGHBOUR = 0.1
"""Score from which a document counts as a neighbour: such pairs make loose groups."""

STRONG = 0.3
"""Score from which neighbours are of one party."""

MOST_NEIGHBOURS = 12
"""A document with more is asked only where they are of several parties: it is of a large story."""

LEAST_PARTY = 2
"""Least neighbours of a party that tells more than a passage: a single one may be an error."""

OWN_PART = 0.24
"""Least share of a document that each of two parties, or several entries together, must tell.
Measured: two roundups came to 0.25 and 0.26; of 31 plain articles between two parties 29 came to
0.16 or less."""

LEAST_OVERLAP = 0.2
"""Overlap from which a sentence counts as one that another document has, too."""

MOST_OF_ENTRY = 0.6
"""Most sentences of a document, as a share, that are one entry of it."""

MOST_BESIDE_ENTRY = 0.05
"""Largest mean overlap of the sentences beside an entry with the document that tells it. Measured:
87 % of list pages with the articles of their entries, 2 % of two rewrites."""

MOST_OF_TEASER = 0.4
LEAST_BESIDE_TEASER = 4
MOST_BESIDE_TEASER = 0.04
"""The same of a teaser, and the least sentences beside it. Measured with ``COPIED``: 77 % of list
pages with the articles of their entries, 0.06 % of two rewrites."""

COPIED = 0.6
"""Mean overlap from which a passage is the same words."""

VERBATIM = 0.95
"""Overlap from which a sentence is the same word for word."""

LEAST_UNMATCHED = 3
"""Least sentences that another document does not tell, where it tells the others in the same words:
half of list pages of one site tell one another so, and 1 % of two rewrites."""

MOST_TELLERS = 2
"""Most neighbours that tell the same entry: what more have is the site's, not one article's."""

LEAD = 3
"""First sentences of a text that a list page shows; what is last is often the site's."""

SentenceOverlaps = tuple[Float64s, Float64s, Int32s]
"""The weight of each sentence of a document, the best overlap of each with any sentence of each of
some others, others x sentences, and which sentence of the other that is."""

Overlaps = Callable[[Sequence[tuple[int, list[int]]]], Iterable[SentenceOverlaps]]
"""Returns this for documents and some others each, in their order."""


@dataclass(frozen=True, slots=True)
class Passages:
    """The runs of sentences of a document that some others tell best, a value for each other.

    Attributes:
        start: The first sentence, int32.
        stop: The sentence behind the last, int32.
        share: Share of the document's sentences, float64.
        overlap: Mean overlap of the sentences, in [0, 1].
        beside: How many other sentences the document has, int64.
        overlap_beside: Mean overlap of those.
        place: The sentence of the other document that tells the best sentence, int32.
        tellers: Others x others: whether the second one tells the best sentence, too.
        in_pieces: Whether the other document has some sentences in the same words, here and there,
            and nothing of the others.
        exact: Whether it has the best sentence word for word, and not most of the document.
    """

    start: Int32s
    stop: Int32s
    share: Float64s
    overlap: Float64s
    beside: Int64s
    overlap_beside: Float64s
    place: Int32s
    tellers: Bools
    in_pieces: Bools
    exact: Bools

    @property
    def headed(self) -> Bools:
        """Where the best sentence is at the beginning of the other document, word for word.

        Beside it, the other document may tell some of the rest: the page is of one subject.
        """
        tellers = (self.tellers & self.exact).sum(axis=1)
        headed: Bools = self.exact & (self.place < LEAD) & (tellers <= MOST_TELLERS)
        return headed

    @property
    def entry(self) -> Bools:
        """Where the other document tells this passage and nothing else."""
        return (self.share <= MOST_OF_ENTRY) & (self.overlap_beside <= MOST_BESIDE_ENTRY)

    @property
    def lead(self) -> Bools:
        """Where it is the beginning of the other document, in the same words."""
        tellers = (self.tellers & self.entry).sum(axis=1)
        lead: Bools = (self.overlap >= COPIED) & (self.place < LEAD) & (tellers <= MOST_TELLERS)
        return lead

    @property
    def teaser(self) -> Bools:
        """Where it is such a beginning, short, and the rest of the document something else."""
        return (
            self.lead
            & (self.share <= MOST_OF_TEASER)
            & (self.beside >= LEAST_BESIDE_TEASER)
            & (self.overlap_beside <= MOST_BESIDE_TEASER)
        )


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A document and its neighbours.

    Attributes:
        document: The document.
        others: Its neighbours, ascending.
        party: Number of the party of each, those that are strong neighbours of one another; -1 for
            those that are not strong neighbours of the document.
    """

    document: int
    others: Int64s
    party: Int32s


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a document tells several stories.

    Attributes:
        document: The document.
        roundup: Whether it does, whatever its neighbours are.
        against: Where it does not, but one neighbour tells a teaser of it: the neighbours that
            speak against it unless they are roundups themselves. None where no one does.
    """

    document: int
    roundup: bool
    against: tuple[int, ...] | None = None


Judge = Callable[[Sequence[Neighbourhood]], Iterable[Verdict]]
"""Returns what :func:`judged` does, in any order."""


def roundups(left: Int64s, right: Int64s, scores: Float64s, judge: Judge) -> list[int]:
    """Return the documents that connect stories because they tell several.

    Such a document is one of these:

    - several neighbours each tell a passage of it, word for word their own beginning;
    - its neighbours fall into parties of two or more with no pair between them, and each party
      tells another part of it. An article that only recalls what happened before has one party that
      tells nearly all of it;
    - one neighbour tells a teaser, and no other one more than a passage or, as another list page
      does, some sentences word for word; but for those that are roundups themselves.

    Args:
        left: One document of each scored pair, each pair once.
        right: The other.
        scores: In [0, 1].
        judge: Is called with documents that may be roundups only.

    Returns:
        Documents, ascending.
    """
    near = np.flatnonzero(scores >= NEIGHBOUR)
    left, right, strong = left[near], right[near], scores[near] >= STRONG
    both = np.append(left, right), np.append(right, left)
    found = neighbourhoods_of(*both, np.tile(strong, 2))
    return roundups_among(judge(sorted(found, key=story_first)))


def roundups_among(judged_documents: Iterable[Verdict]) -> list[int]:
    """Return the documents that tell several stories, ascending.

    Args:
        judged_documents: What :func:`judged` yields of all documents that may.
    """
    verdicts = list(judged_documents)
    found = {each.document for each in verdicts if each.roundup}
    suspects = {each.document: each.against for each in verdicts if each.against is not None}
    return sorted(found.union(_without_counterevidence(suspects, found)))


def judged(neighbourhoods: Sequence[Neighbourhood], overlaps: Overlaps) -> Iterator[Verdict]:
    """Yield of each document whether it tells several stories, by what its neighbours tell of it.

    A document without sentences is left out.
    """
    questions = [(each.document, each.others.tolist()) for each in neighbourhoods]
    for near, found in zip(neighbourhoods, overlaps(questions), strict=True):
        weight, best, place = found
        if not weight.sum():
            continue
        passages = _passages(weight > 0, best, place)
        if _lists(weight > 0, passages) or _between_parties(weight, best, near.party):
            yield Verdict(near.document, roundup=True)
        elif passages.teaser.any():
            yield Verdict(near.document, roundup=False, against=_against(near, passages))


def neighbourhoods_of(
    one: Int64s, other: Int64s, strong: Bools, asked: Bools | None = None
) -> Iterator[Neighbourhood]:
    """Yield the documents that may be roundups, ascending.

    Args:
        one: A document.
        other: A neighbour of it. Of each neighbour of a document the strong neighbours are there,
            as far as they are neighbours of the document, too.
        strong: Whether it is a strong one.
        asked: Which documents are of interest, by number; None for all.
    """
    order = np.lexsort([other, one])
    one, other = one[order], other[order]
    strong = strong[order]
    documents = np.arange(max(one.max(initial=-1), other.max(initial=-1)) + 2)
    bounds = np.searchsorted(one, documents)
    party = np.full(other.size, -1, np.int32)
    party[strong], parties = _parties(other[strong], np.searchsorted(one[strong], documents))
    sizes = np.diff(bounds)
    possible = ((sizes > 0) & (sizes <= MOST_NEIGHBOURS)) | (parties > 1)
    if asked is not None:
        possible &= asked
    for document in np.flatnonzero(possible).tolist():
        own = slice(bounds[document], bounds[document + 1])
        yield Neighbourhood(document, other[own], party[own])


def story_first(near: Neighbourhood) -> int:
    """Return a number that the documents of one story mostly share: they are read together."""
    return min(near.document, int(near.others[0]))


def _parties(near: Int64s, bounds: Int64s) -> tuple[Int32s, Int32s]:
    """Return the party of each neighbour of each document, and how many parties each has."""
    party = np.empty(near.size, np.int32)
    parties = np.empty(bounds.size - 1, np.int32)
    parties_of(near, bounds, party, parties)
    return party, parties


def _passages(counted: Bools, best: Float64s, place: Int32s) -> Passages:
    """Return the passages that some other documents tell best.

    Sentences count alike, those without a term not at all: most of the weight of a list page may
    be in one entry with rare names.
    """
    where, sums = np.empty((best.shape[0], 5), np.int32), np.empty((best.shape[0], 3))
    best_passages(best, counted, LEAST_OVERLAP, where, sums)
    top, start, stop, size, matched = where.T
    inside, total, copied = sums.T
    beside, unmatched = counted.sum() - size, counted.sum() - matched
    return Passages(
        start=start,
        stop=stop,
        share=size / (size + beside),
        overlap=inside / size,
        beside=beside,
        overlap_beside=(total - inside) / np.maximum(beside, 1),
        place=place[np.arange(top.size), top],
        tellers=best[:, top].T >= COPIED,
        exact=(best[np.arange(top.size), top] >= VERBATIM)
        & (matched <= MOST_OF_ENTRY * counted.sum()),
        in_pieces=(unmatched >= LEAST_UNMATCHED)
        & (copied >= COPIED * matched)
        & (total - copied <= MOST_BESIDE_ENTRY * unmatched),
    )


def _lists(counted: Bools, passages: Passages) -> bool:
    """Return whether several neighbours each tell an entry, and together a part of a document."""
    shown = np.flatnonzero((passages.entry & passages.lead) | passages.headed)
    if shown.size < 2:
        return False
    listed = np.zeros(counted.size, np.bool_)
    entries = 0
    for at in shown[np.lexsort((passages.start[shown], -passages.share[shown]))].tolist():
        sentences = slice(passages.start[at], passages.stop[at])
        entries += not listed[sentences].any()
        listed[sentences] = True
    return entries > 1 and int((listed & counted).sum()) >= OWN_PART * int(counted.sum())


def _between_parties(weight: Float64s, best: Float64s, party: Int32s) -> bool:
    """Return whether at least two parties each tell a part of a document best."""
    numbers, sizes = np.unique(party[party >= 0], return_counts=True)
    numbers = numbers[sizes >= LEAST_PARTY]
    if numbers.size < 2:
        return False
    stacked = np.array([best[party == number].max(axis=0) for number in numbers])
    teller = np.where(stacked.max(axis=0) >= LEAST_OVERLAP, stacked.argmax(axis=0), -1)
    shares = [float(weight[teller == one].sum() / weight.sum()) for one in range(numbers.size)]
    return int(sum(share >= OWN_PART for share in shares)) > 1


def _against(near: Neighbourhood, passages: Passages) -> tuple[int, ...]:
    """Return the strong neighbours that tell more of a document than list pages do."""
    more = (near.party >= 0) & ~passages.entry & ~passages.in_pieces
    return tuple(near.others[more].tolist())


def _without_counterevidence(suspects: Mapping[int, Sequence[int]], found: set[int]) -> set[int]:
    """Return the suspects that only other suspects, and what was found, speak against."""
    left = dict(suspects)
    while cleared := [
        document
        for document, against in left.items()
        if any(each not in found and each not in left for each in against)
    ]:
        for document in cleared:
            del left[document]
    return set(left)

"""Two texts, sentence beside sentence: what both tell, and what one tells alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.explain.evidence import AlignedSentence
from dedup.explain.texts.weighted_words import WeightedWords, weighted_words
from dedup.kernels.array_types import Float64s
from dedup.models import count_of
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.signatures.vectorizer import SENTENCE_TERMS

MOST_SENTENCES = 200
"""Sentences of a text that are compared."""

LEAST_OVERLAP = 0.2
"""Overlap from which a sentence counts as retold."""

LEAST_RARE = 0.25
"""Weight of shared rare terms from which a sentence counts as retold in words of its own.

A term that n sentences of the one text and m of the other have counts with its weight over the root
of n times m. Read on 27 pairs of rewrites: three of four sentences that only this joins are retold.
"""

LEAST_SHARED = 2
"""Terms that such sentences must share."""

LEAST_MARKED = 0.01
"""Weight of a common word: it is marked only where the words around it are the same, too."""

IN_A_ROW = 3
"""Words that are the same in a row, as many as in a shingle: all of them are marked."""

# What looks like the end of a sentence, and is mostly none: "St.", "Mr.", an initial.
_ABBREVIATION = re.compile(r"([^\W\d_]{1,3})\.[ \t]*")

_Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence.

    Attributes:
        text: Its characters, spaces around it left out.
        words: Its words in lower case.
        spans: Where each stands in ``text``.
        weights: Weight of each.
        terms: Weight of each of its distinct terms.
    """

    text: str
    words: tuple[str, ...]
    spans: _Spans
    weights: tuple[float, ...]
    terms: dict[int, float]


def aligned_sentences(
    first: str,
    second: str,
    language: str | None,
    frequencies: DocumentFrequencies,
    most: int = MOST_SENTENCES,
) -> tuple[AlignedSentence, ...]:
    """Return two texts sentence by sentence, in the order of the first.

    Every sentence stands in one row. Beside one of the first stands what tells it best in the
    second, by the overlap that the story score measures, then by rare terms that both have; each
    of the second stands beside one at most. Where a better one has it, a sentence stands alone, but
    ``alike``. What only the second has follows the sentence that it follows there, among those that
    only the first has.

    Args:
        first: A cleaned text.
        second: Another one.
        language: Their language in two letters; None for unknown, or where they have two.
        frequencies: Those of the run.
        most: Sentences of each text that are compared.

    Returns:
        The rows; the last one is ``cut`` where a text has more than ``most`` sentences, or more
        characters than are read.
    """
    texts = [weighted_words(text, language, frequencies) for text in (first, second)]
    ours, theirs = ([*_sentences(text)] for text in texts)
    one, other = ours[:most], theirs[:most]
    overlaps = _overlaps(one, other)
    partner = _partners(one, other, overlaps)
    rows = [
        (float(place), _row(one, other, overlaps, place, partner.get(place)))
        for place in range(len(one))
    ]
    rows += [
        (at, _alone(other[place], one, overlaps[:, place], flip=True))
        for place, at in _places_of_others(len(one), len(other), partner)
    ]
    rows.sort(key=lambda row: row[0])
    return (*(row for _, row in rows), *_cut(texts, (len(ours), len(theirs)), most))


def _places_of_others(
    ours: int, theirs: int, partner: dict[int, int]
) -> Iterator[tuple[int, float]]:
    """Yield the sentences of the second text that stand beside none, and where each stands.

    Each stands behind the sentence that it follows in its text, and before the next one of the
    first text that has one beside it: spread evenly among those between that have none.
    """
    place_of = {their: our for our, their in partner.items()}
    taken = [*sorted(place_of), theirs]
    paired = [*sorted(partner), ours]
    before, start = -1, 0
    for end in taken:
        following = next(place for place in paired if place > before)
        for number, place in enumerate(range(start, end), 1):
            yield place, before + number * (following - before) / (end - start + 1)
        before, start = place_of.get(end, before), end + 1


def _sentences(text: WeightedWords) -> Iterator[_Sentence]:
    """Yield the sentences of a text; one of no word is none."""
    for places, start, end in _joined(text):
        whole = text.text[start:end]
        start += len(whole) - len(whole.lstrip())
        first, stop = places.start, places.stop
        weights = tuple(text.weights[first:stop].tolist())
        yield _Sentence(
            text=whole.strip(),
            words=tuple(word.casefold() for word in text.words[first:stop]),
            spans=tuple(
                (begin - start, finish - start) for begin, finish in text.spans[first:stop]
            ),
            weights=weights,
            terms=dict(zip(text.terms[first:stop].tolist(), weights, strict=True)),
        )


def _joined(text: WeightedWords) -> Iterator[tuple[range, int, int]]:
    """Yield the sentences of a text; one that ends in an abbreviation goes on with the next."""
    first, begin = 0, 0
    for places, _, end in text.sentences():
        if not _goes_on(text, places.stop):
            yield range(first, places.stop), begin, end
            first, begin = places.stop, end


def _goes_on(text: WeightedWords, stop: int) -> bool:
    """Return whether an abbreviation is before a word: short, with a capital and with a stop."""
    if stop == len(text.words):
        return False
    found = _ABBREVIATION.fullmatch(text.text, text.spans[stop - 1][0], text.spans[stop][0])
    return found is not None and found[1].istitle()


def _overlaps(one: Sequence[_Sentence], other: Sequence[_Sentence]) -> Float64s:
    """Return the weight of the terms that two sentences share, as a share of the heavier one's.

    Returns:
        one x other, in [0, 1]; 0 for a sentence with too few terms to be retold.
    """
    columns = {term: column for column, term in enumerate({t for s in one for t in s.terms})}
    weights = np.zeros((len(one), len(columns)))
    has = np.zeros((len(other), len(columns)))
    for row, sentence in enumerate(one):
        for term, weight in sentence.terms.items():
            weights[row, columns[term]] = weight
    for row, sentence in enumerate(other):
        has[row, [columns[term] for term in sentence.terms if term in columns]] = 1.0
    heavier = np.maximum(_totals(one)[:, None], _totals(other))
    shared = weights @ has.T
    return np.clip(
        np.divide(shared, heavier, out=np.zeros_like(shared), where=heavier < np.inf), 0, 1
    )


def _totals(sentences: Sequence[_Sentence]) -> Float64s:
    """Return the weight of each sentence, infinite for one with too few terms."""
    return np.array(
        [
            sum(each.terms.values()) if len(each.terms) >= SENTENCE_TERMS else np.inf
            for each in sentences
        ]
    )


def _partners(
    one: Sequence[_Sentence], other: Sequence[_Sentence], overlaps: Float64s
) -> dict[int, int]:
    """Return which sentence of the other stands beside each of the one that has any.

    Those that are the same go first, in order; then the pair with the greatest overlap each time,
    of equal ones the first; then likewise by rare terms in common.
    """
    waiting: dict[tuple[str, ...], list[int]] = {}
    for place in reversed(range(len(other))):
        waiting.setdefault(other[place].words, []).append(place)
    partner = {
        place: waiting[sentence.words].pop()
        for place, sentence in enumerate(one)
        if waiting.get(sentence.words)
    }
    for values, least in ((overlaps, LEAST_OVERLAP), (_rare_in_common(one, other), LEAST_RARE)):
        _pair_best(values, least, partner)
    return partner


def _pair_best(values: Float64s, least: float, partner: dict[int, int]) -> None:
    """Put sentences that have none beside one another, those with the greatest value first."""
    taken = set(partner.values())
    lefts, rights = np.nonzero(values >= least)
    for at in np.argsort(-values[lefts, rights], kind="stable").tolist():
        left, right = int(lefts[at]), int(rights[at])
        if left not in partner and right not in taken:
            partner[left] = right
            taken.add(right)


def _rare_in_common(one: Sequence[_Sentence], other: Sequence[_Sentence]) -> Float64s:
    """Return the weight of the terms that two sentences share, less where more sentences have them.

    Returns:
        one x other; see ``LEAST_RARE``. 0 where they share fewer than ``LEAST_SHARED``, and for
        sentences with too few terms to be retold.
    """
    ours, theirs = (Counter(term for s in each for term in s.terms) for each in (one, other))
    weight_of = {term: weight for s in one for term, weight in s.terms.items()}
    columns = {term: column for column, term in enumerate(t for t in weight_of if t in theirs)}
    weights, has = np.zeros((len(one), len(columns))), np.zeros((len(other), len(columns)))
    for sentences, matrix in ((one, weights), (other, has)):
        for row, sentence in enumerate(sentences):
            if len(sentence.terms) >= SENTENCE_TERMS:
                matrix[row, [columns[term] for term in sentence.terms if term in columns]] = 1.0
    shared = weights @ has.T
    for term, column in columns.items():
        weights[:, column] *= weight_of[term] / (ours[term] * theirs[term]) ** 0.5
    return np.where(shared >= LEAST_SHARED, weights @ has.T, 0.0)


def _row(
    one: Sequence[_Sentence],
    other: Sequence[_Sentence],
    overlaps: Float64s,
    place: int,
    partner: int | None,
) -> AlignedSentence:
    """Return the row of a sentence of the first text."""
    sentence = one[place]
    if partner is None:
        return _alone(sentence, other, overlaps[place], flip=False)
    beside = other[partner]
    is_same = sentence.words == beside.words
    return AlignedSentence(
        first=sentence.text,
        second=beside.text,
        overlap=1.0 if is_same else round(float(overlaps[place, partner]), 6),
        how="same" if is_same else "alike",
        first_marks=_marks(sentence, beside),
        second_marks=_marks(beside, sentence),
    )


def _alone(
    sentence: _Sentence, others: Sequence[_Sentence], overlaps: Float64s, *, flip: bool
) -> AlignedSentence:
    """Return the row of a sentence with nothing beside it.

    Args:
        sentence: The sentence.
        others: Those of the other text.
        overlaps: With each of them.
        flip: Whether it is of the second text.
    """
    best = int(np.argmax(overlaps)) if overlaps.size else 0
    overlap = round(float(overlaps[best]), 6) if overlaps.size else 0.0
    marks = _marks(sentence, others[best]) if overlap >= LEAST_OVERLAP else ()
    return AlignedSentence(
        first=None if flip else sentence.text,
        second=sentence.text if flip else None,
        overlap=overlap,
        how="alike" if marks else "only",
        first_marks=() if flip else marks,
        second_marks=marks if flip else (),
    )


def _marks(sentence: _Sentence, other: _Sentence) -> _Spans:
    """Return the spans of words that the other sentence has, too.

    A common word counts only among others that follow one another there as well.
    """
    known = set(other.words)
    runs = set(_runs(other.words, IN_A_ROW))
    marked = [
        word in known and weight >= LEAST_MARKED
        for word, weight in zip(sentence.words, sentence.weights, strict=True)
    ]
    for start, run in enumerate(_runs(sentence.words, IN_A_ROW)):
        if run in runs:
            marked[start : start + IN_A_ROW] = [True] * IN_A_ROW
    follow = set(_runs(other.words, 2))
    spans: list[tuple[int, int]] = []
    last = -1
    for place, (start, end) in enumerate(sentence.spans):
        if not marked[place]:
            continue
        if last == place - 1 and spans and sentence.words[last : place + 1] in follow:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((max(start, spans[-1][1]) if spans else start, end))
        last = place
    return tuple(span for span in spans if span[0] < span[1])


def _runs(words: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    """Yield all runs of some words in a row."""
    for start in range(len(words) - length + 1):
        yield words[start : start + length]


def _cut(
    texts: Sequence[WeightedWords], counts: Sequence[int], most: int
) -> Iterator[AlignedSentence]:
    """Yield a row that says what is left out of either text, none where nothing is."""
    notes = [_rest(text, count - most) for text, count in zip(texts, counts, strict=True)]
    if any(notes):
        yield AlignedSentence(notes[0], notes[1], 0.0, "cut", (), ())


def _rest(text: WeightedWords, more: int) -> str | None:
    """Return what is left out of a text, in words: more sentences, and characters."""
    parts = []
    if more > 0:
        parts.append(count_of(more, "sentence"))
    if text.cut:
        parts.append(count_of(text.cut, "character"))
    if not parts:
        return None
    is_one = len(parts) == 1 and parts[0].startswith("1 ")
    return f"{' and '.join(parts)} {'is' if is_one else 'are'} not compared"

"""Why two representatives were compared as rewrites, or what kept them from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.config import StoryConfig
from dedup.explain.copies.copy_evidence import band_evidence
from dedup.explain.evidence import BandEvidence, CandidateEvidence
from dedup.explain.texts.weighted_words import words_of_terms
from dedup.kernels.array_types import Int16s, UInt32s
from dedup.match.similarity import RaggedArray
from dedup.match.story_score import pair_scores
from dedup.match.term_lsh import DAY, equal_bands, term_pairs
from dedup.pipeline.group_candidates import LEAST_SCORE
from dedup.pipeline.match_rewrites import drawn_for
from dedup.pipeline.representatives import Tokens
from dedup.run.run_settings import scorer_of
from dedup.signatures.term_weights import DocumentFrequencies

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

_FIRST, _SECOND = np.zeros(1, np.int64), np.ones(1, np.int64)


def candidate_evidence(run: Run, first: int, second: int) -> CandidateEvidence:
    """Return whether the heaviest terms of two representatives proposed them, and why.

    Terms are weighted by the frequencies of the last dump.

    Args:
        run: A run of the level ``stories``.
        first: Row of the one; it has a signature.
        second: Row of the other, likewise.
    """
    store, config = run.store, run.config
    frequencies = run.frequencies
    tokens = _tokens(run, (first, second))
    met = _met(run, (first, second), tokens, frequencies)
    stored = store.lookups.candidate_score(first, second)
    score = stored
    if score is None:
        vectors = tokens.vectors(frequencies)
        model = scorer_of(store).candidate
        score = float(pair_scores(vectors, vectors, _FIRST, _SECOND, model)[0])
    # What scores less is not kept.
    compared = stored is not None or (met.passes and score < LEAST_SCORE)
    sentence = _sentence(met, tokens.languages, config.story, compared=compared)
    how = "The candidate score is" if compared else "Measured now, the candidate score is"
    shared, only_first, only_second = met.words
    return CandidateEvidence(
        proposed=compared,
        shared_terms=shared,
        least_shared=config.story.shared_terms,
        bands=met.bands,
        days=met.days,
        window_days=config.story.window_days,
        candidate_score=score,
        sentence=f"{sentence} {how} {score:.3f}.",
        first_terms=only_first,
        second_terms=only_second,
    )


@dataclass(frozen=True, slots=True)
class _Met:
    """What decides whether two representatives meet.

    Attributes:
        words: Words of the heavy terms that both have, that only the first has, and the second.
        bands: Bands over these terms; None where one document has too few of them.
        days: Days between the two, None where a date is unknown.
        passes: Whether they pass all conditions but for the cap of a bucket.
    """

    words: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    bands: BandEvidence | None
    days: float | None
    passes: bool


def _tokens(run: Run, rows: tuple[int, int]) -> Tokens:
    """Return the tokens of two representatives."""
    ((tokens, bounds),) = run.store.signatures.sets(rows, "terms")
    signed = run.store.lookups.signatures(sorted(rows))
    languages = tuple(signed[row][2] for row in rows)
    return Tokens(np.array(rows, np.int64), tokens, bounds, languages)


def _met(run: Run, rows: tuple[int, int], tokens: Tokens, frequencies: DocumentFrequencies) -> _Met:
    """Return what decides whether two representatives meet."""
    story, drawn = run.config.story, drawn_for(run.config)
    heavy = RaggedArray(*tokens.heaviest(frequencies))
    known = run.store.lookups.moments(rows)
    moments = np.array([np.nan if known[row] is None else known[row] for row in rows], np.float64)
    pairs = term_pairs(heavy, moments, _numbered(tokens.languages), story, drawn)
    equal = equal_bands(heavy, story, drawn)
    one, other = heavy.part(0), heavy.part(1)
    shared = np.intersect1d(one, other).size
    similarity = shared / max(one.size + other.size - shared, 1)
    days = abs(float(moments[0] - moments[1])) / DAY
    return _Met(
        _words(run, rows, tokens, frequencies, heavy),
        None if equal is None else band_evidence(equal, story.rows, similarity),
        None if np.isnan(days) else days,
        bool(pairs.left.size),
    )


def _numbered(languages: Sequence[str | None]) -> Int16s:
    """Return languages as numbers, -1 for an unknown one."""
    names = sorted({name for name in languages if name})
    return np.array([names.index(name) if name else -1 for name in languages], np.int16)


def _words(
    run: Run,
    rows: tuple[int, int],
    tokens: Tokens,
    frequencies: DocumentFrequencies,
    heavy: RaggedArray,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return words of the heavy terms that both have, that only the first has, and the second."""
    vectors, _ = tokens.proposing_vectors(frequencies)
    titled = {row: (title, text) for row, title, text in run.store.documents.titled_texts(rows)}
    words = words_of_terms(*titled[rows[1]]) | words_of_terms(*titled[rows[0]])

    def named(wanted: UInt32s, document: int) -> tuple[str, ...]:
        terms, weights = vectors.whole(document)
        weight = dict(zip(terms.tolist(), weights.tolist(), strict=True))
        ordered = sorted(wanted.tolist(), key=lambda term: (-weight[term], term))
        return tuple(words[term] for term in ordered if term in words)

    one, other = heavy.part(0), heavy.part(1)
    return (
        named(np.intersect1d(one, other), 0),
        named(np.setdiff1d(one, other), 0),
        named(np.setdiff1d(other, one), 1),
    )


def _sentence(
    met: _Met, languages: Sequence[str | None], config: StoryConfig, *, compared: bool
) -> str:
    """Return why two representatives were compared, or what is missing."""
    shared, least = len(met.words[0]), config.shared_terms
    terms = f"{shared or 'none'} of their heaviest terms"
    if compared and not met.passes:
        return (
            "They were compared in an earlier dump, when other terms were the heaviest; of those "
            f"of now they share {shared or 'none'}."
        )
    if compared:
        return f"They were compared: they share {terms}, {least} are needed."
    if all(languages) and languages[0] != languages[1]:
        return (
            f"They were not compared: they are in two languages, {languages[0]} and {languages[1]}."
        )
    if met.days is not None and met.days > config.window_days:
        return (
            f"They were not compared: {met.days:.1f} days are between them, "
            f"{config.window_days:g} at most."
        )
    if shared < least:
        return f"They were not compared: they share {terms}, {least} are needed."
    if met.bands is not None and not met.bands.proposed:
        return (
            f"They were not compared: they share {terms}, but no band over these is equal; of "
            f"pairs that share so many {met.bands.probability:.1%} have one."
        )
    return (
        f"They were not compared, though they share {terms}: the bucket has too many documents, or "
        "the two were not compared in one dump."
    )

"""Representatives to scored pairs that may tell one story in other words."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from dedup.config import Config
from dedup.kernels.array_types import Float64s, Int16s, Int32s, Int64s, UInt32s
from dedup.match.candidate_blocks import Block, runs, tile_blocks
from dedup.match.minhash_lsh import Candidates
from dedup.match.similarity import RaggedArray
from dedup.match.story_score import Model, Scorer, pair_scores, sentence_overlaps
from dedup.match.term_lsh import term_pairs
from dedup.models import TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.representatives import BLOCK, Numbered, Representatives, Tokens
from dedup.progress import Progress, log_counts
from dedup.signatures.minhash import permutations
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.store import Store

log = logging.getLogger(__name__)

# Permutations of the story view must not be those of the copy view: any other seed will do.
SEED_SHIFT = 1


def read_heaviest(
    representatives: Representatives, config: Config, progress: Progress
) -> RaggedArray:
    """Return the heaviest terms of each representative."""
    progress.start("terms", representatives.size, "doc")
    heaviest = representatives.heaviest(config.workers, progress)
    progress.end()
    return heaviest


def propose(
    store: Store,
    representatives: Representatives,
    heaviest: RaggedArray,
    config: Config,
    progress: Progress,
) -> Candidates:
    """Return the pairs that :func:`propose_fresh` proposes.

    Args:
        store: Keeps the counts.
        representatives: The documents.
        heaviest: The heaviest terms of each.
        config: Bands and limits.
        progress: Is called with documents.
    """
    progress.start("propose rewrites", None, "doc")
    candidates = propose_fresh(representatives.numbered, heaviest, config)
    progress.advance(representatives.size)
    store.put("story_candidates", candidates.summary())
    log_counts(
        log, "proposed rewrites: {candidates:,} candidate pairs of {tellings:,} tellings",
        candidates=candidates.left.size, tellings=representatives.size,
    )  # fmt: skip
    progress.end()
    return candidates


def propose_fresh(numbered: Numbered, heaviest: RaggedArray, config: Config) -> Candidates:
    """Return the pairs of representatives, one of them new, that :func:`propose_pairs` proposes."""
    candidates = propose_pairs(heaviest, numbered.moments, numbered.languages, config)
    fresh = numbered.fresh
    return candidates.pick(fresh[candidates.left] | fresh[candidates.right])


def propose_pairs(
    heaviest: RaggedArray, moments: Float64s, languages: Int16s, config: Config
) -> Candidates:
    """Return the pairs of documents that share heavy terms within the date window.

    Args:
        heaviest: The heaviest terms of each document.
        moments: Publication of each in seconds, NaN if unknown.
        languages: Language of each as a number, -1 if unknown.
        config: Bands, limits and the seed.
    """
    return term_pairs(heaviest, moments, languages, config.story, drawn_for(config))


def drawn_for(config: Config) -> UInt32s:
    """Return the permutations of the story view."""
    count = config.story.bands * config.story.rows
    return permutations(count, config.sign.seed + SEED_SHIFT)


def score_candidates(
    representatives: Representatives,
    candidates: Candidates,
    scorer: Scorer,
    config: Config,
    progress: Progress,
) -> Float64s:
    """Return for each candidate how likely both tell one story, by the whole text."""
    progress.start("score rewrites", candidates.left.size, "pair")
    scores = np.empty(candidates.left.size)
    ends = candidates.left, candidates.right
    for pairs, found in score_pairs(representatives, *ends, scorer.candidate, config.workers):
        scores[pairs] = found
        progress.advance(pairs.size)
    log_counts(log, "scored {pairs:,} pairs of tellings", pairs=scores.size)
    progress.end()
    return scores


def score_pairs(
    representatives: Representatives, left: Int64s, right: Int64s, model: Model, threads: int = 1
) -> Iterator[tuple[Int64s, Float64s]]:
    """Yield block by block the places of pairs, and how likely both ends tell one story.

    Args:
        representatives: The documents; only those of the pairs are read.
        left: Number of one document of each pair.
        right: Number of the other.
        model: For the features.
        threads: Threads that score; changes no result.
    """
    work = functools.partial(_score_block, representatives.frequencies, model)
    return ordered_map(work, _read_blocks(representatives, left, right), threads)


def _read_blocks(
    representatives: Representatives, left: Int64s, right: Int64s
) -> Iterator[tuple[Block, TermVectors, Tokens]]:
    """Yield pairs block by block, vectors of the earlier documents, tokens of the later."""
    numbered = representatives.numbered
    ends = numbered.place[left], numbered.place[right]
    for near, blocks in tile_blocks(*ends, numbered.tile, BLOCK):
        vectors = representatives.tokens_at(near).vectors(representatives.frequencies)
        for block in blocks:
            yield block, vectors, representatives.tokens_at(block.far)


def _score_block(
    frequencies: DocumentFrequencies, model: Model, loaded: tuple[Block, TermVectors, Tokens]
) -> tuple[Int64s, Float64s]:
    """Return the numbers of the candidates of a block, and how likely both tell one story."""
    block, near, far = loaded
    ends = block.left, block.right
    return block.pairs, pair_scores(near, far.vectors(frequencies), *ends, model)


def overlaps_of(
    representatives: Representatives, questions: Sequence[tuple[int, list[int]]]
) -> Iterator[tuple[Float64s, Float64s, Int32s]]:
    """Yield what :func:`dedup.match.story_score.sentence_overlaps` gives for each question.

    Args:
        representatives: Reads the documents.
        questions: A document and some others each.
    """
    sizes = np.array([1 + len(others) for _, others in questions], np.int64)
    for group in runs(np.arange(sizes.size), np.cumsum(sizes) // BLOCK):
        block = [questions[at] for at in group.tolist()]
        asked = np.concatenate([[document, *others] for document, others in block])
        numbers, places = np.unique(asked, return_inverse=True)
        vectors = representatives.vectors(numbers)
        for start, end in pairwise([0, *np.cumsum(sizes[group]).tolist()]):
            yield sentence_overlaps(vectors, int(places[start]), places[start + 1 : end])

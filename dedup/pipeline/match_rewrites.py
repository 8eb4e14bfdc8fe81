"""Heads to candidates, and candidates to loose groups."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.cluster import average_linkage, groups_of, roundups
from dedup.config import Config
from dedup.kernels.array_types import Float64s, Int32s, Int64s
from dedup.match import (
    Candidates,
    Scorer,
    pair_features,
    probability,
    sentence_overlaps,
    term_pairs,
)
from dedup.models import TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.representatives import BLOCK, Representatives, Tokens
from dedup.progress import Progress
from dedup.signatures import permutations
from dedup.store import Store

log = logging.getLogger(__name__)

# Permutations of the story view must not be those of the copy view: any other seed will do.
SEED_SHIFT = 1

# A pair that scores less adds next to nothing to a mean that must reach ten times as much.
LEAST_SCORE = 0.01


def propose(
    store: Store, representatives: Representatives, config: Config, progress: Progress
) -> Candidates:
    """Return the pairs of heads, one of them new, that share heavy terms within the date window.

    Args:
        store: Keeps the counts.
        representatives: The documents.
        config: Bands and limits.
        progress: Is called with documents.
    """
    progress.start("terms", representatives.size, "doc")
    heaviest = representatives.heaviest(progress)
    progress.end()
    story = config.story
    drawn = permutations(story.bands * story.rows, config.sign.seed + SEED_SHIFT)
    progress.start("propose rewrites", None, "doc")
    candidates = term_pairs(
        heaviest, representatives.moments, representatives.languages, story, drawn
    )
    candidates = candidates.pick(
        representatives.fresh[candidates.left] | representatives.fresh[candidates.right]
    )
    progress.advance(representatives.size)
    progress.end()
    store.put("story_candidates", candidates.summary())
    log.info("rewrites: %s of %d texts", candidates.summary(), representatives.size)
    return candidates


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
    work = functools.partial(_score, representatives, scorer)
    for pairs, found in ordered_map(work, _pieces(representatives, candidates), config.workers):
        scores[pairs] = found
        progress.advance(pairs.size)
    progress.end()
    return scores


def loose_groups(
    representatives: Representatives,
    candidates: Candidates,
    scores: Float64s,
    config: Config,
    progress: Progress,
) -> tuple[Int64s, Int64s]:
    """Group heads loosely by their candidates; what holds no new document is left out.

    Returns:
        Groups of two or more end to end, each ascending, by their smallest member; and their
        bounds.
    """
    progress.start("loose groups", None, "doc")
    near = scores >= LEAST_SCORE
    earlier = representatives.kept()
    representatives.keep(candidates.left[near], candidates.right[near], scores[near])
    left = np.append(earlier[0], candidates.left[near])
    right = np.append(earlier[1], candidates.right[near])
    scores = np.append(earlier[2], scores[near])
    several = roundups(left, right, scores, functools.partial(_overlaps, representatives))
    log.info("rewrites: %d documents tell several stories", len(several))
    plain = ~np.isin(left, several) & ~np.isin(right, several)
    left, right, scores = left[plain], right[plain], scores[plain]
    labels = average_linkage(
        representatives.size, left, right, scores, config.story.loose_threshold
    )
    _cut_large(labels, left, right, scores, config)
    labels = _with_must_links(labels, representatives)
    progress.end()
    return groups_of(labels)


def _with_must_links(labels: Int64s, representatives: Representatives) -> Int64s:
    """Return labels of groups that part no earlier story; alone is who meets no new document."""
    from dedup.kernels.pairs import components  # compiled code is loaded when it is first needed

    every = np.arange(representatives.size)
    ends = np.append(every, every), np.append(labels, representatives.must_link)
    labels = components(representatives.size, *ends)
    touched = np.zeros(representatives.size, np.bool_)
    touched[labels[representatives.fresh | representatives.open]] = True
    return np.where(touched[labels], labels, every)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Candidates of a tile and some later documents.

    Attributes:
        pairs: Their numbers.
        near: The views of the tile's documents that have candidates.
        far: The later documents.
        left: Of each pair the document in ``near``.
        right: The other in ``far``.
    """

    pairs: Int64s
    near: TermVectors
    far: Tokens
    left: Int64s
    right: Int64s


def _pieces(representatives: Representatives, candidates: Candidates) -> Iterator[_Piece]:
    """Yield the candidates, tile by tile, each with a block of later documents after another."""
    left, right = candidates.left, candidates.right
    tiles = representatives.tiles(
        np.minimum(representatives.places(left), representatives.places(right))
    )
    order = np.argsort(tiles, kind="stable")
    for tile in _runs(order, tiles[order]):
        one, other = representatives.places(left[tile]), representatives.places(right[tile])
        later = np.argsort(np.maximum(one, other), kind="stable")
        pairs, one, other = tile[later], one[later], other[later]
        near, nearer = _numbered(np.minimum(one, other))
        far, farther = _numbered(np.maximum(one, other))
        vectors = representatives.weigh(representatives.tokens_at(near))[0]
        for at in _runs(np.arange(pairs.size), farther // BLOCK):
            block = int(farther[at[0]]) // BLOCK * BLOCK
            tokens = representatives.tokens_at(far[block : block + BLOCK])
            yield _Piece(pairs[at], vectors, tokens, nearer[at], farther[at] - block)


def _score(
    representatives: Representatives, scorer: Scorer, piece: _Piece
) -> tuple[Int64s, Float64s]:
    """Return the numbers of some candidates, and their scores."""
    vectors = representatives.weigh(piece.far)[0]
    features = pair_features(piece.near, vectors, piece.left, piece.right)
    return piece.pairs, probability(scorer.candidate.odds(features))


def _runs(values: Int64s, keys: npt.NDArray[np.integer[Any]]) -> list[Int64s]:
    """Return the runs of values with the same key."""
    return np.split(values, np.flatnonzero(np.diff(keys)) + 1) if values.size else []


def _numbered(values: Int32s) -> tuple[Int32s, Int64s]:
    """Return the sorted distinct values, and of each value its place among them."""
    ordered = np.sort(values)
    distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return distinct, np.searchsorted(distinct, values)


def _overlaps(
    representatives: Representatives, asked: Sequence[tuple[int, list[int]]]
) -> Iterator[tuple[Float64s, Float64s]]:
    """Yield the weights of a document's sentences, and how well some others tell them."""
    sizes = np.array([1 + len(others) for _, others in asked], np.int64)
    for group in _runs(np.arange(sizes.size), np.cumsum(sizes) // BLOCK):
        numbers = [row for at in group.tolist() for row in (asked[at][0], *asked[at][1])]
        vectors = representatives.vectors(np.array(numbers, np.int64))
        for start, end in pairwise([0, *np.cumsum(sizes[group]).tolist()]):
            yield sentence_overlaps(vectors.part(start, end))


def _cut_large(
    labels: Int64s, left: Int64s, right: Int64s, scores: Float64s, config: Config
) -> None:
    """Label the parts of groups that are too large to score all their pairs."""
    sizes = np.bincount(labels, minlength=1)
    large = np.flatnonzero(sizes > config.story.max_group)
    inside = np.flatnonzero((labels[left] == labels[right]) & np.isin(labels[left], large))
    inside = inside[np.argsort(labels[left[inside]], kind="stable")]
    for pairs in _runs(inside, labels[left[inside]]):
        group = np.flatnonzero(labels == labels[left[pairs[0]]])
        one, other = np.searchsorted(group, left[pairs]), np.searchsorted(group, right[pairs])
        parts = _cut(group.size, one, other, scores[pairs], config)
        labels[group] = group
        for part in parts:
            labels[group[part]] = group[part[0]]


def _cut(size: int, left: Int64s, right: Int64s, scores: Float64s, config: Config) -> list[Int64s]:
    """Return the parts of a group that are small enough, cut at ever higher scores.

    What no score cuts is cut by number: a story of thousands of tellings is a template's.
    """
    most = config.story.max_group
    parts: list[Int64s] = []
    waiting = [(np.arange(size), config.story.loose_threshold)]
    while waiting:
        part, threshold = waiting.pop()
        if part.size <= most:
            parts.append(part)
        elif threshold > 0.95:
            parts += [part[at : at + most] for at in range(0, part.size, most)]
        else:
            higher = threshold + 0.1
            inside = np.isin(left, part) & np.isin(right, part)
            labels = average_linkage(
                part.size, np.searchsorted(part, left[inside]),
                np.searchsorted(part, right[inside]),
                scores[inside], higher,
            )  # fmt: skip
            members, bounds = groups_of(labels)
            waiting += [(part[members[a:b]], higher) for a, b in pairwise(bounds.tolist())]
    return parts

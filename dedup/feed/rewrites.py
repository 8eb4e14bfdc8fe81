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

from dedup.config import Config
from dedup.feed.ahead import in_order
from dedup.feed.heads import BLOCK, Heads, Tokens
from dedup.group import average_linkage, groups_of, roundups
from dedup.match import (
    Candidates,
    Scorer,
    pair_features,
    probability,
    sentence_overlaps,
    term_pairs,
)
from dedup.models import Views
from dedup.observe import Observer
from dedup.sign import permutations
from dedup.store import Store

log = logging.getLogger(__name__)

# Permutations of the story view must not be those of the copy view: any other seed will do.
SEED_SHIFT = 1

# A pair that scores less adds next to nothing to a mean that must reach ten times as much.
LEAST_SCORE = 0.01


def propose(store: Store, heads: Heads, config: Config, observer: Observer) -> Candidates:
    """Return the pairs of heads, one of them new, that share heavy terms within the date window.

    Args:
        store: Keeps the counts.
        heads: The documents.
        config: Bands and limits.
        observer: Is told documents.
    """
    observer.start("terms", heads.size, "doc")
    heaviest = heads.heaviest(observer)
    observer.end()
    story = config.story
    drawn = permutations(story.bands * story.rows, config.sign.seed + SEED_SHIFT)
    observer.start("propose rewrites", None, "doc")
    candidates = term_pairs(heaviest, heads.moments, heads.languages, story, drawn)
    candidates = candidates.pick(heads.fresh[candidates.left] | heads.fresh[candidates.right])
    observer.advance(heads.size)
    observer.end()
    store.put("story_candidates", candidates.summary())
    log.info("rewrites: %s of %d texts", candidates.summary(), heads.size)
    return candidates


def score_candidates(
    heads: Heads, candidates: Candidates, scorer: Scorer, config: Config, observer: Observer
) -> npt.NDArray[np.float64]:
    """Return for each candidate how likely both tell one story, by the whole text."""
    observer.start("score rewrites", candidates.left.size, "pair")
    scores = np.empty(candidates.left.size)
    work = functools.partial(_score, heads, scorer)
    for pairs, found in in_order(work, _pieces(heads, candidates), config.workers):
        scores[pairs] = found
        observer.advance(pairs.size)
    observer.end()
    return scores


def loose_groups(
    heads: Heads,
    candidates: Candidates,
    scores: npt.NDArray[np.float64],
    config: Config,
    observer: Observer,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Group heads loosely by their candidates; what holds no new document is left out.

    Returns:
        Groups of two or more end to end, each ascending, by their smallest member; and their
        bounds.
    """
    observer.start("loose groups", None, "doc")
    near = scores >= LEAST_SCORE
    earlier = heads.kept()
    heads.keep(candidates.left[near], candidates.right[near], scores[near])
    left = np.append(earlier[0], candidates.left[near])
    right = np.append(earlier[1], candidates.right[near])
    scores = np.append(earlier[2], scores[near])
    several = roundups(left, right, scores, functools.partial(_overlaps, heads))
    log.info("rewrites: %d documents tell several stories", len(several))
    plain = ~np.isin(left, several) & ~np.isin(right, several)
    left, right, scores = left[plain], right[plain], scores[plain]
    labels = average_linkage(heads.size, left, right, scores, config.story.loose)
    _cut_large(labels, left, right, scores, config)
    labels = _held_together(labels, heads)
    observer.end()
    return groups_of(labels)


def _held_together(labels: npt.NDArray[np.int64], heads: Heads) -> npt.NDArray[np.int64]:
    """Return labels of groups that part no earlier story; alone is who meets no new document."""
    from dedup.kernels.pairs import components  # compiled code is loaded when it is first needed

    every = np.arange(heads.size)
    ends = np.append(every, every), np.append(labels, heads.held)
    labels = components(heads.size, *ends)
    touched = np.zeros(heads.size, np.bool_)
    touched[labels[heads.fresh | heads.open]] = True
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

    pairs: npt.NDArray[np.int64]
    near: Views
    far: Tokens
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]


def _pieces(heads: Heads, candidates: Candidates) -> Iterator[_Piece]:
    """Yield the candidates, tile by tile, each with a block of later documents after another."""
    left, right = candidates.left, candidates.right
    tiles = heads.tiles(np.minimum(heads.places(left), heads.places(right)))
    order = np.argsort(tiles, kind="stable")
    for tile in _runs(order, tiles[order]):
        one, other = heads.places(left[tile]), heads.places(right[tile])
        later = np.argsort(np.maximum(one, other), kind="stable")
        pairs, one, other = tile[later], one[later], other[later]
        near, nearer = _numbered(np.minimum(one, other))
        far, farther = _numbered(np.maximum(one, other))
        views = heads.weigh(heads.tokens_at(near))[0]
        for at in _runs(np.arange(pairs.size), farther // BLOCK):
            block = int(farther[at[0]]) // BLOCK * BLOCK
            tokens = heads.tokens_at(far[block : block + BLOCK])
            yield _Piece(pairs[at], views, tokens, nearer[at], farther[at] - block)


def _score(
    heads: Heads, scorer: Scorer, piece: _Piece
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the numbers of some candidates, and their scores."""
    views = heads.weigh(piece.far)[0]
    features = pair_features(piece.near, views, piece.left, piece.right)
    return piece.pairs, probability(scorer.candidate.odds(features))


def _runs(
    values: npt.NDArray[np.int64], keys: npt.NDArray[np.integer[Any]]
) -> list[npt.NDArray[np.int64]]:
    """Return the runs of values with the same key."""
    return np.split(values, np.flatnonzero(np.diff(keys)) + 1) if values.size else []


def _numbered(
    values: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the sorted distinct values, and of each value its place among them."""
    ordered = np.sort(values)
    distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return distinct, np.searchsorted(distinct, values)


def _overlaps(
    heads: Heads, asked: Sequence[tuple[int, list[int]]]
) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Yield the weights of a document's sentences, and how well some others tell them."""
    sizes = np.array([1 + len(others) for _, others in asked], np.int64)
    for group in _runs(np.arange(sizes.size), np.cumsum(sizes) // BLOCK):
        numbers = [row for at in group.tolist() for row in (asked[at][0], *asked[at][1])]
        views = heads.views(np.array(numbers, np.int64))
        for start, end in pairwise([0, *np.cumsum(sizes[group]).tolist()]):
            yield sentence_overlaps(views.part(start, end))


def _cut_large(
    labels: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    config: Config,
) -> None:
    """Label the parts of groups that are too large to score all their pairs."""
    sizes = np.bincount(labels, minlength=1)
    large = np.flatnonzero(sizes > config.story.completed)
    inside = np.flatnonzero((labels[left] == labels[right]) & np.isin(labels[left], large))
    inside = inside[np.argsort(labels[left[inside]], kind="stable")]
    for pairs in _runs(inside, labels[left[inside]]):
        group = np.flatnonzero(labels == labels[left[pairs[0]]])
        one, other = np.searchsorted(group, left[pairs]), np.searchsorted(group, right[pairs])
        parts = _cut(group.size, one, other, scores[pairs], config)
        labels[group] = group
        for part in parts:
            labels[group[part]] = group[part[0]]


def _cut(
    size: int,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    config: Config,
) -> list[npt.NDArray[np.int64]]:
    """Return the parts of a group that are small enough, cut at ever higher scores.

    What no score cuts is cut by number: a story of thousands of write-ups is a template's.
    """
    most = config.story.completed
    parts: list[npt.NDArray[np.int64]] = []
    waiting = [(np.arange(size), config.story.loose)]
    while waiting:
        part, threshold = waiting.pop()
        if part.size <= most:
            parts.append(part)
        elif threshold > 0.95:
            parts += [part[at : at + most] for at in range(0, part.size, most)]
        else:
            higher = threshold + 0.1
            held = np.isin(left, part) & np.isin(right, part)
            labels = average_linkage(
                part.size, np.searchsorted(part, left[held]), np.searchsorted(part, right[held]),
                scores[held], higher,
            )  # fmt: skip
            members, bounds = groups_of(labels)
            waiting += [(part[members[a:b]], higher) for a, b in pairwise(bounds.tolist())]
    return parts

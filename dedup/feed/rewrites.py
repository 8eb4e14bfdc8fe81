"""Heads to candidates, and candidates to loose groups."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.feed.heads import BLOCK, Heads
from dedup.group import average_linkage, roundups
from dedup.match import (
    Candidates,
    Scorer,
    pair_features,
    probability,
    sentence_overlaps,
    term_pairs,
)
from dedup.observe import Observer
from dedup.sign import permutations
from dedup.store import Store

log = logging.getLogger(__name__)

PAIRS_AT_ONCE = 100_000

# Permutations of the story view must not be those of the copy view: any other seed will do.
SEED_SHIFT = 1

# A pair that scores less adds next to nothing to a mean that must reach ten times as much.
LEAST_SCORE = 0.01


def propose(store: Store, heads: Heads, config: Config, observer: Observer) -> Candidates:
    """Return the pairs of heads that share heavy terms within the date window.

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
    observer.advance(heads.size)
    observer.end()
    store.put("story_candidates", candidates.summary())
    log.info("rewrites: %s of %d texts", candidates.summary(), heads.size)
    return candidates


def loose_groups(
    heads: Heads, candidates: Candidates, scorer: Scorer, config: Config, observer: Observer
) -> list[npt.NDArray[np.int64]]:
    """Score candidates on the whole text and group them loosely.

    Returns:
        Groups of two or more, each ascending, by their smallest member.
    """
    observer.start("score rewrites", candidates.left.size, "pair")
    scores = _scores(heads, candidates, scorer, observer)
    heads.release()
    observer.end()
    several = roundups(candidates.left, candidates.right, scores, partial(_overlaps, heads))
    log.info("rewrites: %d documents tell several stories", len(several))
    kept = scores >= LEAST_SCORE
    kept &= ~np.isin(candidates.left, several) & ~np.isin(candidates.right, several)
    left, right, scores = candidates.left[kept], candidates.right[kept], scores[kept]
    labels = average_linkage(heads.size, left, right, scores, config.story.loose)
    groups = []
    for group in _members(labels):
        groups += _cut(group, left, right, scores, config)
    return sorted(groups, key=lambda group: int(group[0]))


def _scores(
    heads: Heads, candidates: Candidates, scorer: Scorer, observer: Observer
) -> npt.NDArray[np.float64]:
    """Return the score of each candidate, two blocks of neighbours in time at once."""
    one, other = heads.places(candidates.left), heads.places(candidates.right)
    first, second = np.minimum(one, other), np.maximum(one, other)
    blocks = (first // BLOCK) * (heads.size // BLOCK + 1) + second // BLOCK
    order = np.argsort(blocks, kind="stable")
    edges = np.flatnonzero(np.diff(blocks[order], prepend=-1, append=-1))
    scores = np.empty(order.size)
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        for at in range(start, end, PAIRS_AT_ONCE):
            pairs = order[at : min(end, at + PAIRS_AT_ONCE)]
            near, far = int(first[pairs[0]] // BLOCK), int(second[pairs[0]] // BLOCK)
            features = pair_features(
                heads.block(near), heads.block(far), first[pairs] % BLOCK, second[pairs] % BLOCK
            )
            scores[pairs] = probability(scorer.candidate.odds(features))
            observer.advance(pairs.size)
    return scores


def _overlaps(
    heads: Heads, document: int, others: Sequence[int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the weights of a document's sentences, and how well some others tell them."""
    return sentence_overlaps(heads.views(np.array([document, *others], np.int64))[0])


def _members(labels: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the groups of two or more."""
    order = np.argsort(labels, kind="stable")
    edges = np.flatnonzero(np.diff(labels[order])) + 1
    return [group for group in np.split(order, edges) if group.size > 1]


def _cut(
    group: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    config: Config,
) -> list[npt.NDArray[np.int64]]:
    """Return the parts of a group that are small enough, cut at ever higher scores.

    What no score cuts is cut by number: a story of thousands of write-ups is a template's.
    """
    most = config.story.completed
    if group.size <= most:
        return [group]
    inside = np.isin(left, group) & np.isin(right, group)
    one, other = np.searchsorted(group, left[inside]), np.searchsorted(group, right[inside])
    parts: list[npt.NDArray[np.int64]] = []
    waiting = [(np.arange(group.size), config.story.loose)]
    while waiting:
        part, threshold = waiting.pop()
        if part.size <= most:
            parts.append(group[part])
        elif threshold > 0.95:
            parts += [group[part[at : at + most]] for at in range(0, part.size, most)]
        else:
            higher = threshold + 0.1
            held = np.isin(one, part) & np.isin(other, part)
            labels = average_linkage(
                part.size, np.searchsorted(part, one[held]), np.searchsorted(part, other[held]),
                scores[inside][held], higher,
            )  # fmt: skip
            waiting += [(part[members], higher) for members in _members(labels)]
    return [part for part in parts if part.size > 1]

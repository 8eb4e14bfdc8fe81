"""The scores of a dump: how many pairs have which, and how likely its bands propose a pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from dedup.report.report_data import BandCurve, Histogram

if TYPE_CHECKING:
    from dedup.config import Config, MatchConfig
    from dedup.store import Dump, Store

BINS = 50
"""Bins of a histogram; each is 0.02 wide."""

_POINTS = 101


def story_scores(store: Store, dump: Dump, config: Config) -> Histogram | None:
    """Return the candidate scores of a dump; None at the level of copies.

    Counted is each pair of tellings that was proposed and scored, one of which is of the dump:
    once, by its candidate score, as ``story_scores`` in the store has it. ``joined`` are those of
    one story. Pairs inside loose groups that were never proposed are not counted, and what their
    dates and the other texts of the group change of a score is not in it: the threshold is one of
    means of such scores.
    """
    if config.level == "copies":
        return None
    return _histogram(store.reports.candidate_bins(dump, BINS), config.story.threshold)


def copy_scores(store: Store, dump: Dump, config: Config) -> Histogram:
    """Return the Jaccard similarities of a dump; ``joined`` are the pairs that match.

    Counted is each measured pair of texts, one of which is of the dump. Texts that are the same are
    no pair: they are found by their digests. The threshold is that of a near copy; a shorter or a
    longer copy matches by its containment, with less.
    """
    return _histogram(store.reports.copy_bins(dump, BINS), config.match.near)


def _histogram(bins: Iterable[tuple[int, int, int]], threshold: float) -> Histogram:
    """Return counted pairs as a histogram."""
    found = np.zeros((2, BINS), np.int64)
    for number, joined, count in bins:
        found[int(bool(joined)), max(0, number)] += count
    apart, together = (tuple(each) for each in found.tolist())
    return Histogram(together, apart, threshold)


def band_curve(config: MatchConfig) -> BandCurve:
    """Return how likely the bands of a signature propose a pair, by Jaccard similarity.

    ``1 - (1 - s^rows)^bands``, as in :mod:`dedup.match.minhash_lsh`. Pairs that share the lead are
    also proposed by bands of their own, which this does not show.
    """
    similarity = np.linspace(0.0, 1.0, _POINTS)
    probability = _proposed(similarity, config)
    return BandCurve(
        config.bands,
        config.rows,
        tuple(np.round(similarity, 2).tolist()),
        tuple(np.round(probability, 6).tolist()),
        config.near,
        round(float(_proposed(np.array(config.near), config)), 6),
    )


def _proposed(similarity: np.typing.NDArray[np.float64], config: MatchConfig) -> np.ndarray:
    """Return the probability that two signatures share a band."""
    found: np.ndarray = 1 - (1 - similarity**config.rows) ** config.bands
    return found

"""Scored pairs to loose groups: documents that may tell one story, few enough to compare all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dedup.cluster.average_linkage import average_linkage, groups_of
from dedup.cluster.roundups import Judge, roundups
from dedup.config import StoryConfig
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.kernels.components import components

# From this threshold on a group that is still too large is cut by number.
HIGHEST_THRESHOLD = 0.95
THRESHOLD_STEP = 0.1


def loose_groups(
    count: int,
    left: Int64s,
    right: Int64s,
    scores: Float64s,
    judge: Judge,
    config: StoryConfig,
) -> tuple[Int64s, list[int]]:
    """Group documents loosely by their scored pairs.

    Documents that tell several stories are in no group: they would tie stories together.

    Args:
        count: Documents; they are numbered 0 to count - 1.
        left: One document of each pair, each pair once.
        right: The other.
        scores: In [0, 1].
        judge: See :func:`dedup.cluster.roundups.roundups`.
        config: Loose threshold, and the most documents of a group.

    Returns:
        For each document the smallest document of its group, int64; and the documents that tell
        several stories, ascending.
    """
    several = roundups(left, right, scores, judge)
    plain = pairs_without(np.array(several, np.int64), left, right)
    left, right, scores = left[plain], right[plain], scores[plain]
    labels = average_linkage(count, left, right, scores, config.loose_threshold)
    _cut_large(labels, left, right, scores, config)
    return labels, several


def pairs_without(documents: Int64s, left: Int64s, right: Int64s) -> Bools:
    """Return which pairs have neither end among some documents."""
    plain: Bools = ~np.isin(left, documents) & ~np.isin(right, documents)
    return plain


def with_must_links(labels: Int64s, must_link: Int64s, changed: Bools) -> Int64s:
    """Return labels of groups where no earlier story is split, and only groups with a change.

    Args:
        labels: Of each document the smallest one of its group.
        must_link: A label of each; documents with one label stay together.
        changed: Documents that are new, or of a story that must be merged again. A document of a
            group without one is alone.
    """
    every = np.arange(labels.size)
    ends = np.append(every, every), np.append(labels, must_link)
    labels = components(labels.size, *ends)
    touched = np.zeros(labels.size, np.bool_)
    touched[labels[changed]] = True
    return np.where(touched[labels], labels, every)


def _cut_large(
    labels: Int64s, left: Int64s, right: Int64s, scores: Float64s, config: StoryConfig
) -> None:
    """Label the parts of groups that are too large to score all their pairs."""
    large = np.flatnonzero(np.bincount(labels, minlength=1) > config.max_group)
    inside = np.flatnonzero((labels[left] == labels[right]) & np.isin(labels[left], large))
    inside = inside[np.argsort(labels[left[inside]], kind="stable")]
    label_of = labels[left[inside]]
    for label in large.tolist():
        start, end = np.searchsorted(label_of, [label, label + 1])
        pairs, group = inside[start:end], np.flatnonzero(labels == label)
        one, other = np.searchsorted(group, left[pairs]), np.searchsorted(group, right[pairs])
        labels[group] = group[cut_group(group.size, one, other, scores[pairs], config)]


def cut_group(
    size: int, left: Int64s, right: Int64s, scores: Float64s, config: StoryConfig
) -> Int64s:
    """Return labels of the parts of a group that are small enough, cut at ever higher scores.

    What no score cuts is cut by number: a story of thousands of tellings is a template's.

    Args:
        size: Documents of the group; they are numbered 0 to size - 1.
        left: One document of each pair inside, each pair once.
        right: The other.
        scores: In [0, 1].
        config: Loose threshold, and the most documents of a part.

    Returns:
        For each document the smallest one of its part.
    """
    most = config.max_group
    found, parts = np.arange(size), []
    waiting = [(np.arange(size), config.loose_threshold)]
    while waiting:
        part, threshold = waiting.pop()
        if part.size <= most:
            parts.append(part)
        elif threshold > HIGHEST_THRESHOLD:
            parts += [part[at : at + most] for at in range(0, part.size, most)]
        else:
            higher = threshold + THRESHOLD_STEP
            inside = np.isin(left, part) & np.isin(right, part)
            one, other = np.searchsorted(part, left[inside]), np.searchsorted(part, right[inside])
            labels = average_linkage(part.size, one, other, scores[inside], higher)
            members, bounds = groups_of(labels)
            waiting += [(part[members[a:b]], higher) for a, b in pairwise(bounds.tolist())]
    for part in parts:
        found[part] = part[0]
    return found

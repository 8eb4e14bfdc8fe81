"""Average linkage of one loose group, where contrast terms keep clusters separate."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.kernels.compiled import compiled

# Contrast terms that count on either side; 4 to 8 did equally well.
MOST_CONTRAST_TERMS = 6

# Log-likelihood ratio that is no evidence yet: two documents against one, and a word of both of the
# two, give 1.9.
CHANCE = 2.0


@compiled()
def _contrast_of(
    a: int, one_size: int, b: int, other_size: int, constant: float, logs: Float64s
) -> float:
    """Return what a term of ``a`` and of ``b`` documents of two clusters is, of the most it can be.

    The log-likelihood ratio (Dunning 1993) of two shares against one, less chance, as a part of
    what a term of all of one side and none of the other has.
    """
    both = one_size + other_size
    ratio = (
        logs[a] + logs[one_size - a] + logs[b] + logs[other_size - b]
        - logs[a + b] - logs[both - a - b] + constant
    )  # fmt: skip
    return float((ratio - CHANCE) / constant)


@compiled()
def contrasts(
    one: Int64s,
    one_size: int,
    other: Int64s,
    other_size: int,
    weights: Float64s,
    logs: Float64s,
    out: Float64s,
) -> None:
    """Fill ``out`` with how strongly each term separates two clusters.

    Above 0 for a term that the first uses more, below 0 for one that the other does; 0 for no
    evidence. The strongest of either side are what :func:`_contrast_terms` adds up.

    Args:
        one: Documents of the first cluster that have each term.
        one_size: How many it has.
        other: The same of the other cluster.
        other_size: Likewise.
        weights: Weight of each term, in [0, 1].
        logs: k log k for each k up to the documents of both.
        out: Output, a value a term.
    """
    constant = logs[one_size + other_size] - logs[one_size] - logs[other_size]
    for term in range(weights.size):
        a, b = one[term], other[term]
        lean = a * other_size - b * one_size
        out[term] = 0.0
        if lean != 0:
            value = _contrast_of(a, one_size, b, other_size, constant, logs) * weights[term]
            out[term] = max(0.0, value) * (1.0 if lean > 0 else -1.0)


@compiled()
def _contrast_terms(
    one: Int64s, one_size: int, other: Int64s, other_size: int, weights: Float64s, logs: Float64s
) -> float:
    """Return how strongly two clusters use words that the other does not, 0 to the most terms.

    The strongest terms of either side are added up, each times its weight, and the weaker side
    counts: a longer text has words that a shorter one lacks, but only two events have words of
    their own on both sides.
    """
    mine = np.zeros(MOST_CONTRAST_TERMS)
    theirs = np.zeros(MOST_CONTRAST_TERMS)
    constant = logs[one_size + other_size] - logs[one_size] - logs[other_size]
    for term in range(weights.size):
        a, b = one[term], other[term]
        lean = a * other_size - b * one_size
        if lean == 0:
            continue
        value = _contrast_of(a, one_size, b, other_size, constant, logs) * weights[term]
        side = mine if lean > 0 else theirs
        if value <= side[MOST_CONTRAST_TERMS - 1]:
            continue
        place = MOST_CONTRAST_TERMS - 1
        while place > 0 and side[place - 1] < value:
            side[place] = side[place - 1]
            place -= 1
        side[place] = value
    return float(min(mine.sum(), theirs.sum()))


@compiled()
def contrast_cost(
    one: int,
    other: int,
    sums: Float64s,
    inner: Float64s,
    counts: Int64s,
    sizes: Int64s,
    weights: Float64s,
    logs: Float64s,
    contrast_weight: float,
) -> float:
    """Return what contrast terms take from a join of two clusters, three documents or more.

    Contrast is by how much the mean log odds of the pairs inside either is higher than the mean of
    those between them; the cost is contrast terms times contrast times ``contrast_weight``.

    Args:
        one: Number of the one cluster.
        other: Number of the other.
        sums: Sum of the log odds between clusters, two by two.
        inner: Sum of the log odds of the pairs inside each cluster.
        counts: clusters x terms: documents of each that have a term.
        sizes: Documents of each.
        weights: Weight of each term, in [0, 1].
        logs: k log k for each k up to all documents.
        contrast_weight: Share of the contrast that a unit of contrast terms costs.
    """
    a, b = sizes[one], sizes[other]
    pairs = (a * (a - 1) + b * (b - 1)) // 2
    contrast = (inner[one] + inner[other]) / pairs - sums[one, other] / (a * b)
    if contrast <= 0.0:
        return 0.0
    terms = _contrast_terms(counts[one], a, counts[other], b, weights, logs)
    return float(contrast_weight * terms * contrast)


@compiled()
def logs_to(most: int) -> Float64s:
    """Return k log k for each k from 0 to ``most``."""
    logs = np.zeros(most + 1)
    for k in range(2, most + 1):
        logs[k] = k * np.log(k)
    return logs


@compiled()
def _best(values: Float64s, alive: Bools, row: int) -> int:
    """Return the cluster with the highest value in a row, the first of equals, or -1."""
    best = -1
    for column in range(alive.size):
        if not alive[column] or column == row:
            continue
        if best < 0 or values[row, column] > values[row, best]:
            best = column
    return best


@compiled()
def size_cost(one: int, other: int, singleton_penalty: float, size_penalty: float) -> float:
    """Return by how much the mean log odds of two clusters must exceed the threshold.

    The mean of few pairs is uncertain, by the square root of how many there are; and a wrong join
    loses as many documents as the smaller cluster has.

    Args:
        one: Documents of one cluster.
        other: Documents of the other.
        singleton_penalty: The cost for one pair.
        size_penalty: What each doubling of the smaller cluster adds.
    """
    cost = singleton_penalty / np.sqrt(one * other) + size_penalty * np.log2(min(one, other))
    return float(cost)


@compiled()
def above_cost(
    means: Float64s, sizes: Int64s, singleton_penalty: float, size_penalty: float
) -> Bools:
    """Return which pairs of clusters have a mean that reaches what their sizes cost.

    Args:
        means: n x n: mean log odds between clusters, less the threshold's.
        sizes: Documents of each.
        singleton_penalty: See :func:`size_cost`.
        size_penalty: Likewise.

    Returns:
        n x n, True above the diagonal only.
    """
    near = np.zeros(means.shape, np.bool_)
    for one in range(sizes.size):
        for other in range(one + 1, sizes.size):
            cost = size_cost(sizes[one], sizes[other], singleton_penalty, size_penalty)
            near[one, other] = means[one, other] >= cost
    return near


@compiled()
def _worth(
    one: int,
    other: int,
    sums: Float64s,
    inner: Float64s,
    counts: Int64s,
    sizes: Int64s,
    weights: Float64s,
    logs: Float64s,
    contrast_weight: float,
    singleton_penalty: float,
    size_penalty: float,
) -> float:
    """Return what a join is worth; contrast terms are counted only where the odds allow it."""
    a, b = sizes[one], sizes[other]
    between = sums[one, other] / (a * b)
    value = between - size_cost(a, b, singleton_penalty, size_penalty)
    if value < 0.0:
        return float(value)
    cost = contrast_cost(one, other, sums, inner, counts, sizes, weights, logs, contrast_weight)
    return float(value - cost)


@compiled()
def _must_link_pair(values: Float64s, alive: Bools, must_link: Int64s) -> tuple[int, int]:
    """Return the two clusters of one label whose join is worth most, or -1, -1."""
    one = other = -1
    for row in range(alive.size):
        for column in range(row + 1, alive.size):
            if not (alive[row] and alive[column] and must_link[row] == must_link[column]):
                continue
            if one < 0 or values[row, column] > values[one, other]:
                one, other = row, column
    return one, other


@compiled()
def _refresh(values: Float64s, alive: Bools, best: Int64s, joined: int, gone: int) -> None:
    """Find the best partner of each cluster anew after a join."""
    for row in range(alive.size):
        if not alive[row]:
            continue
        if row == joined or best[row] == joined or best[row] == gone:
            best[row] = _best(values, alive, row)
            continue
        gain = values[row, joined] - values[row, best[row]]
        if gain > 0.0 or (gain == 0.0 and joined < best[row]):
            best[row] = joined


@compiled(nogil=True)
def agglomerate(
    log_odds: Float64s,
    has_term: Bools,
    weights: Float64s,
    must_link: Int64s,
    contrast_weight: float,
    singleton_penalty: float,
    size_penalty: float,
    merges: Int64s,
    strengths: Float64s,
) -> int:
    """Join the two clusters whose join is worth most, again and again; return how many joins.

    Joining two clusters is worth the mean log odds of the pairs between them, less the cost of
    their sizes, and less what contrast terms take; they are joined while that is not negative.

    At a higher threshold, which is taken from all log odds, the joins are the same ones as far as
    they go, but for those of clusters that must be linked, whose order can differ: every value is
    lower by as much, and where contrast terms are not counted it is negative, and was less than
    what was joined.

    Args:
        log_odds: n x n, symmetric: log odds that two documents tell one story.
        has_term: n x terms: whether a document has a term.
        weights: Weight of each term, in [0, 1].
        must_link: A label of each document; those with the same one are joined before all others.
        contrast_weight: Share of the contrast that a unit of contrast terms costs.
        singleton_penalty: See :func:`size_cost`.
        size_penalty: Likewise.
        merges: Output, (n - 1) x 2: the clusters of each join, by a document of theirs; the first
            of the two is what the joined one is called.
        strengths: Output, n - 1: what each join was worth.
    """
    n = log_odds.shape[0]
    logs = logs_to(n)
    sums = log_odds.copy()
    inner = np.zeros(n)
    counts = has_term.astype(np.int64)
    sizes = np.ones(n, np.int64)
    alive = np.ones(n, np.bool_)
    values = log_odds - singleton_penalty  # one pair each; a word of one document has no contrast
    best = np.empty(n, np.int64)
    for one in range(n):
        best[one] = _best(values, alive, one)
    count = 0
    waiting = True  # while clusters are left that must be linked
    while count < n - 1:
        one, other = _must_link_pair(values, alive, must_link) if waiting else (-1, -1)
        if one < 0:
            waiting = False
            for row in range(n):
                if alive[row] and (one < 0 or values[row, best[row]] > values[one, best[one]]):
                    one = row
            other = best[one]
            if values[one, other] < 0.0:
                break
        merges[count, 0], merges[count, 1] = one, other
        strengths[count] = values[one, other]
        count += 1
        alive[other] = False
        inner[one] += inner[other] + sums[one, other]
        sizes[one] += sizes[other]
        counts[one] += counts[other]
        for row in range(n):
            if alive[row] and row != one:
                sums[one, row] = sums[row, one] = sums[one, row] + sums[other, row]
                value = _worth(
                    one, row, sums, inner, counts, sizes, weights, logs,
                    contrast_weight, singleton_penalty, size_penalty,
                )  # fmt: skip
                values[one, row] = values[row, one] = value
        _refresh(values, alive, best, one, other)
    return count

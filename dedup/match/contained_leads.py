"""Find the texts whose first words are anywhere in a longer one, such as a page of several posts.

Such a page shares too little with each post for their signatures to meet.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s, UInt64s
from dedup.kernels.minhash import permuted
from dedup.match.minhash_lsh import band_keys
from dedup.match.similarity import RaggedArray

TRIED = 8
"""Permutations of the leads' signatures that are looked up."""

LEAST_HITS = 4
"""Least permutations whose smallest value must be in the longer text."""

MOST_LEADS = 100
"""Most different leads with the same smallest value; what more have is no lead but boilerplate."""


def contained_leads(
    texts: RaggedArray, leads: UInt32s, keys: UInt64s, permutations: UInt32s
) -> tuple[Int64s, Int64s]:
    """Return which of some texts contain the lead of which text of the dump.

    The smallest value of a lead under a permutation is that of one of its shingles: where it is
    among the values of another text, that text has this shingle, wherever it is.

    Args:
        texts: Distinct shingles of some texts.
        leads: Signatures of the leads of all texts, n x lead_perm.
        keys: A number for the whole of each; of the texts with one lead that of the least is found,
            so that the order of rows decides nothing.
        permutations: Of the signatures, 2 x lead_perm or more: multipliers and offsets.

    Returns:
        The text, as its place among some, and the row whose lead it contains, one value a pair.
    """
    rows = _one_of_each_lead(leads, keys)
    owner = np.repeat(np.arange(texts.bounds.size - 1), np.diff(texts.bounds))
    codes = []
    for column in range(min(TRIED, leads.shape[1])):
        values = permuted(texts.values, *permutations[:, column])
        order = np.argsort(leads[rows, column], kind="stable")
        ordered = leads[rows[order], column]
        starts = np.searchsorted(ordered, values, "left")
        sizes = np.searchsorted(ordered, values, "right") - starts
        sizes[sizes > MOST_LEADS] = 0
        at = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        codes.append(np.repeat(owner, sizes) * leads.shape[0] + rows[order[at]])
    found, hits = np.unique(np.concatenate(codes), return_counts=True)
    found = found[hits >= LEAST_HITS]
    return found // leads.shape[0], found % leads.shape[0]


def _one_of_each_lead(leads: UInt32s, keys: UInt64s) -> Int64s:
    """Return one row for each different lead."""
    lead = band_keys(leads, 0, leads.shape[1])
    order = np.lexsort([keys, lead])
    ordered = lead[order]
    first: Int64s = order[np.append(True, ordered[1:] != ordered[:-1])[: order.size]]
    return first

"""Find the texts whose first words are anywhere in a longer one, such as a page of several posts.

Such a page shares too little with each post for their signatures to meet.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels.array_types import Int64s, UInt32s, UInt64s
from dedup.kernels.minhash import permuted
from dedup.match.minhash_lsh import band_keys, decoded, encoded
from dedup.match.similarity import RaggedArray
from dedup.match.sorted_lookup import places_among

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
    rows = one_of_each(band_keys(leads, 0, leads.shape[1]), keys)
    owner = np.repeat(np.arange(texts.bounds.size - 1), np.diff(texts.bounds))
    codes = []
    for column in range(min(TRIED, leads.shape[1])):
        values = permuted(texts.values, *permutations[:, column])
        places, which = looked_up(values, leads[rows, column])
        codes.append(encoded(owner[places], rows[which]))
    return decoded(often_hit(np.concatenate(codes)))


def looked_up(
    values: npt.NDArray[np.integer[Any]], leads: npt.NDArray[np.integer[Any]]
) -> tuple[Int64s, Int64s]:
    """Return which values of texts are the smallest value of which leads.

    Args:
        values: Permuted shingles of texts.
        leads: The smallest value of each of some different leads; what more than ``MOST_LEADS``
            have is left out.

    Returns:
        The place of the value, and the place of the lead, one value a hit.
    """
    order = np.argsort(leads, kind="stable")
    places, at = places_among(values, leads[order], MOST_LEADS)
    return places, order[at]


def often_hit(codes: UInt64s) -> UInt64s:
    """Return the pairs of text and lead with ``LEAST_HITS`` or more hits, ascending.

    Args:
        codes: The pair of each hit; see :func:`dedup.match.minhash_lsh.encoded`.
    """
    found, hits = np.unique(codes, return_counts=True)
    often: UInt64s = found[hits >= LEAST_HITS]
    return often


def one_of_each(lead: UInt64s, keys: UInt64s) -> Int64s:
    """Return one place for each different lead, that of the least key.

    Args:
        lead: A number for each lead.
        keys: A number for the whole text of each.
    """
    order = np.lexsort([keys, lead])
    ordered = lead[order]
    first: Int64s = order[np.append(True, ordered[1:] != ordered[:-1])[: order.size]]
    return first

"""From the first terms of texts to how well each language explains them."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Float32s, Float64s, Int64s, UInt32s
from dedup.kernels.compiled import compiled
from dedup.kernels.terms import FLAGS, NUMBER


@compiled(nogil=True)
def look_up_terms(
    tokens: UInt32s,
    bounds: Int64s,
    lead: int,
    hashes: UInt32s,
    begins: Int64s,
    bucket_bits: int,
    depth: int,
    gain: Float32s,
    words: Int64s,
    gained: Float64s,
    rows: Int64s,
    row_bounds: Int64s,
) -> None:
    """Look up the first terms of each text and add up their gain for each language.

    Args:
        tokens: Tokens of all texts, see :mod:`dedup.kernels.terms`.
        bounds: Where each text begins, and the end: n + 1 values.
        lead: First tokens of a text that are read; numbers among them are not looked up.
        hashes: Sorted distinct terms, T, and the greatest number as a guard.
        begins: First place in ``hashes`` for each value of their upper bits.
        bucket_bits: How many bits that are.
        depth: Most terms that share these bits.
        gain: T x L: what a term adds to the log-likelihood of a language.
        words: Output, n: terms that were looked up.
        gained: Output, n x L: sums of ``gain``; begins as zeros.
        rows: Output, n x ``lead`` values: rows of ``gain`` of the terms that are known, end to end.
        row_bounds: Output, n + 1 bounds in ``rows``; the first is 0.
    """
    for text in range(bounds.size - 1):
        count = 0
        known = row_bounds[text]
        for at in range(bounds[text], min(bounds[text] + lead, bounds[text + 1])):
            if tokens[at] & np.uint32(NUMBER):
                continue
            count += 1
            term = tokens[at] & ~FLAGS
            # A binary search guesses wrong at every other step: it takes ten times as long.
            row = begins[term >> np.uint32(32 - bucket_bits)]
            for _ in range(depth):
                row += hashes[row] < term
            if hashes[row] == term:
                rows[known] = row
                known += 1
                for language in range(gained.shape[1]):
                    gained[text, language] += gain[row, language]
        words[text] = count
        row_bounds[text + 1] = known

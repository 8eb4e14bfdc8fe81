"""Loops over bands: the key of each document, and the pairs inside buckets."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s, UInt64s
from dedup.kernels.compiled import compiled


@compiled(nogil=True)
def band_keys(signatures: UInt32s, start: int, rows: int, out: UInt64s) -> None:
    """Write one 64-bit key a document for the band of ``rows`` values from column ``start``.

    Up to two rows the key holds the values themselves. From three on it is a hash of them: two of a
    million documents get one key by accident with a chance of about 3e-8, and verification drops
    them.
    """
    for doc in range(signatures.shape[0]):
        key = np.uint64(0)
        for row in range(start, start + rows):
            if row - start >= 2:
                key ^= key >> np.uint64(32)
                key *= np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(29)
                key *= np.uint64(0xBF58476D1CE4E5B9)
                key ^= key >> np.uint64(32)
                key += np.uint64(signatures[doc, row]) * np.uint64(0x94D049BB133111EB)
            else:
                key = (key << np.uint64(32)) | np.uint64(signatures[doc, row])
        out[doc] = key


@compiled(nogil=True)
def bucket_pairs(members: Int64s, starts: Int64s, ends: Int64s, out: UInt64s) -> None:
    """Write every pair inside each bucket as ``smaller << 32 | larger``."""
    at = 0
    for bucket in range(starts.size):
        for one in range(starts[bucket], ends[bucket]):
            for other in range(one + 1, ends[bucket]):
                low = min(members[one], members[other])
                high = max(members[one], members[other])
                out[at] = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
                at += 1

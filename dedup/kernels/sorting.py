"""Sorting of hashes: by their digits, for comparisons of hashes cannot be foreseen."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

SHORT = 64  # below, sorting by comparison is faster


@nb.njit(cache=True, nogil=True)
def sort_hashes(values: npt.NDArray[Any], lowest: int) -> None:
    """Sort values in place by 32 of their bits, those that agree in their order.

    A radix sort of four passes, least significant byte first: a fifth of the time that sorting by
    comparison takes for the shingles of an article.

    Args:
        values: uint32 or uint64; fewer than ``SHORT`` are sorted by all their bits.
        lowest: Place of the lowest of the bits; those below must be in order where the bits agree.
    """
    if values.size < SHORT:
        values.sort()
        return
    counts = np.zeros((4, 256), np.int64)
    for value in values:
        bits = np.uint64(value) >> np.uint64(lowest)
        for digit in range(4):
            counts[digit, (bits >> np.uint64(8 * digit)) & np.uint64(0xFF)] += 1
    source, target = values, np.empty_like(values)
    for digit in range(4):
        place = np.cumsum(counts[digit]) - counts[digit]
        shift = np.uint64(lowest + 8 * digit)
        for value in source:
            byte = (np.uint64(value) >> shift) & np.uint64(0xFF)
            target[place[byte]] = value
            place[byte] += 1
        source, target = target, source  # after four passes all is back in ``values``

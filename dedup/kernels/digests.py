"""Lines to numbers that are equal where they are."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.kernels.lines import GOLDEN
from dedup.kernels.text import FNV_OFFSET, mix

BREAK = 0x0A


@nb.njit(cache=True, nogil=True)
def digest_lines(
    points: npt.NDArray[np.uint32],
    bounds: npt.NDArray[np.int64],
    out: npt.NDArray[np.uint64],
    out_bounds: npt.NDArray[np.int64],
) -> None:
    """Write a digest of each line of some texts: half a hash above its length.

    Args:
        points: Code points of all texts.
        bounds: Where each text begins, and the end: n + 1 values.
        out: Output, lines of all texts end to end; of n more places than ``points``.
        out_bounds: Output, n + 1 bounds in ``out``.
    """
    count = 0
    for doc in range(bounds.size - 1):
        out_bounds[doc] = count
        at, end = bounds[doc], bounds[doc + 1]
        while at <= end:
            start, digest = at, FNV_OFFSET
            while at + 1 < end and points[at] != BREAK and points[at + 1] != BREAK:
                both = np.uint64(points[at]) | np.uint64(points[at + 1]) << np.uint64(32)
                digest = (digest ^ both) * GOLDEN  # two at a time: each step waits for the last
                at += 2
            if at < end and points[at] != BREAK:
                digest = (digest ^ np.uint64(points[at])) * GOLDEN
                at += 1
            hashed = mix(digest) >> np.uint64(32)
            out[count] = hashed << np.uint64(32) | np.uint64(at - start)
            count += 1
            at += 1
    out_bounds[-1] = count

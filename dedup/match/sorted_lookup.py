"""Look up values in others that ascend."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels.array_types import Bools, Int64s

Integers = npt.NDArray[np.integer[Any]]


def among(values: Integers, wanted: Integers) -> Bools:
    """Return which values are among some others, which ascend.

    A look into those for each value: numpy's isin reads all of them for each batch.
    """
    places = np.minimum(np.searchsorted(wanted, values), max(wanted.size - 1, 0))
    found: Bools = wanted[places] == values if wanted.size else np.zeros(values.size, np.bool_)
    return found


def places_among(
    values: Integers, wanted: Integers, most: int | None = None
) -> tuple[Int64s, Int64s]:
    """Return where some values are among others, which ascend and may have one several times.

    Args:
        values: The values.
        wanted: The others.
        most: A value that is there more often is left out; None for no limit.

    Returns:
        For each time the place in ``values``, ascending, and that in ``wanted``.
    """
    starts = np.searchsorted(wanted, values, "left")
    counts = np.searchsorted(wanted, values, "right") - starts
    if most is not None:
        counts[counts > most] = 0
    places = np.repeat(np.arange(values.size), counts)
    return places, np.arange(places.size) + np.repeat(starts - np.cumsum(counts) + counts, counts)

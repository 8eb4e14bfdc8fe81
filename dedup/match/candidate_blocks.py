"""Order candidates so that each document's term vectors are made few times while they are scored.

Documents have places in the order of time. A tile is a run of neighbours in that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels.array_types import Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Block:
    """Candidates of the documents of one tile and some later documents.

    Attributes:
        pairs: Numbers of the candidates, int64.
        far: Places of the later documents, ascending.
        left: Of each pair the earlier document, by its index among those of the tile.
        right: The later one, by its index in ``far``.
    """

    pairs: Int64s
    far: Int32s
    left: Int64s
    right: Int64s


def tile_blocks(
    one: Int32s, other: Int32s, tiles: Int32s, size: int
) -> Iterator[tuple[Int32s, list[Block]]]:
    """Yield candidates tile by tile, each in blocks of at most ``size`` later documents.

    Args:
        one: Place of one document of each pair.
        other: Place of the other.
        tiles: Tile of each place.
        size: Most later documents of a block.

    Yields:
        Places of the earlier documents of the candidates of a tile, ascending, and its blocks.
    """
    earlier, later = np.minimum(one, other), np.maximum(one, other)
    tile_of = tiles[earlier]
    order = np.argsort(tile_of, kind="stable")
    for tile in runs(order, tile_of[order]):
        pairs = tile[np.argsort(later[tile], kind="stable")]
        near, left = np.unique(earlier[pairs], return_inverse=True)
        far, right = np.unique(later[pairs], return_inverse=True)
        blocks = []
        for at in runs(np.arange(pairs.size), right // size):
            start = int(right[at[0]]) // size * size
            blocks.append(Block(pairs[at], far[start : start + size], left[at], right[at] - start))
        yield near, blocks


def runs(values: Int64s, keys: npt.NDArray[np.integer[Any]]) -> list[Int64s]:
    """Return the runs of values with the same key."""
    return np.split(values, np.flatnonzero(np.diff(keys)) + 1) if values.size else []

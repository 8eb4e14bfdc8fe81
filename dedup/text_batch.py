"""Texts as arrays of code points, for compiled code."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt


def code_points(
    texts: Sequence[str],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the code points of texts end to end, uint32, and their n + 1 bounds, int64."""
    return texts.code_points if isinstance(texts, TextBatch) else _concatenated(texts)


class TextBatch(tuple[str, ...]):
    """Texts whose code points several kernels read, and which are converted once."""

    @functools.cached_property
    def code_points(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        """The result of :func:`code_points`."""
        return _concatenated(self)


def _concatenated(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the code points of texts, and their bounds."""
    # ASCII is converted by itself: one curly quote would make all of the texts wide, which takes
    # several times as long.
    runs = [_code_units("".join(run)) for _, run in groupby(texts, str.isascii)]
    points = np.concatenate([np.empty(0, np.uint32), *runs], dtype=np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return points, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _code_units(text: str) -> npt.NDArray[Any]:
    """Return the code points of a text in the narrowest type that holds all of them."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8)
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) == 2 * len(text):
        return np.frombuffer(units, np.uint16)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)

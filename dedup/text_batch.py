"""Texts as arrays of code points, which is what compiled code reads."""

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
    """Return the code points of some texts end to end, and their n + 1 bounds."""
    return texts.code_points if isinstance(texts, TextBatch) else _concatenated(texts)


class TextBatch(tuple[str, ...]):
    """Some texts that several kernels read: their code points are made once."""

    @functools.cached_property
    def code_points(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        """What :func:`code_points` returns."""
        return _concatenated(self)


def _concatenated(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the code points of some texts, and their bounds."""
    # One curly quote would make all of the texts long ones, which take several times as long.
    runs = [_points("".join(run)) for _, run in groupby(texts, str.isascii)]
    points = np.concatenate([np.empty(0, np.uint32), *runs], dtype=np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return points, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _points(text: str) -> npt.NDArray[Any]:
    """Return the code points of a text, as short as they can be had at once."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8)
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) == 2 * len(text):
        return np.frombuffer(units, np.uint16)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)

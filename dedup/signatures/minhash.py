"""Texts to tokens, shingles and MinHash signatures, a batch at a time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.config import SignConfig
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.text_batch import code_points
from dedup.tokens import character_tables

if TYPE_CHECKING:
    from datasketch import LeanMinHash

SCHEME = "affine32"


@dataclass(frozen=True, slots=True)
class Signed:
    """A batch of n signed texts, ragged parts laid end to end.

    Attributes:
        signatures: n x num_perm, uint32; all ones for a text too short to sign.
        leads: The same of the first shingles of each text, n x lead_perm, uint32.
        tokens: Tokens of each text, int64.
        shingles: Shingle hashes of each text in text order, uint32.
        shingle_bounds: Text d has ``shingles[shingle_bounds[d]:shingle_bounds[d + 1]]``; int64.
        numbers: Sorted distinct hashes of the tokens that start with a digit, uint32.
        number_bounds: The same bounds for ``numbers``.
    """

    signatures: UInt32s
    leads: UInt32s
    tokens: Int64s
    shingles: UInt32s
    shingle_bounds: Int64s
    numbers: UInt32s
    number_bounds: Int64s


@functools.cache
def permutations(num_perm: int, seed: int) -> UInt32s:
    """Return datasketch's own permutations for scheme ``affine32``.

    Args:
        num_perm: How many.
        seed: Seed of datasketch's generator.

    Returns:
        A 2 x num_perm array: odd multipliers, offsets.
    """
    # As datasketch draws them; its import, scipy's with it, takes half a second.
    drawn = np.random.RandomState(seed)
    halves = drawn.randint(0, 2**31, num_perm, dtype=np.uint32)
    offsets = drawn.randint(0, 2**32, num_perm, dtype=np.uint32)
    return np.stack([2 * halves + 1, offsets])


def sign(texts: Sequence[str], config: SignConfig) -> Signed:
    """Tokenise, shingle and sign a batch of texts.

    A token is a run of letters and digits in lower case, or one character of a script written
    without spaces; a shingle is ``config.shingle_size`` tokens in a row, as a 32-bit hash.

    Args:
        texts: Cleaned texts.
        config: Shingle size, permutations, and the length below which a text is not signed.

    Returns:
        The arrays of the batch, in the order of ``texts``.
    """
    from dedup.kernels.minhash import sign_batch  # compiled: loaded when it is first needed

    points, bounds = code_points(texts)
    kinds, folded = character_tables()
    multipliers, offsets = permutations(config.num_perm, config.seed)
    n = len(texts)
    signed = Signed(
        signatures=np.empty((n, config.num_perm), np.uint32),
        leads=np.empty((n, config.lead_perm), np.uint32),
        tokens=np.zeros(n, np.int64),
        shingles=np.empty(points.size, np.uint32),
        shingle_bounds=np.zeros(n + 1, np.int64),
        numbers=np.empty(points.size, np.uint32),
        number_bounds=np.zeros(n + 1, np.int64),
    )
    sign_batch(
        points, bounds, kinds, folded,
        config.shingle_size, config.signable_tokens, config.lead_shingles, multipliers, offsets,
        signed.signatures, signed.leads, signed.tokens, signed.shingles, signed.shingle_bounds,
        signed.numbers, signed.number_bounds,
    )  # fmt: skip
    return signed


def interop(signature: UInt32s, config: SignConfig) -> LeanMinHash:
    """Return a signature as datasketch's own object, for its indexes and comparisons.

    Args:
        signature: One row of :attr:`Signed.signatures`.
        config: The configuration it was made with.
    """
    from datasketch import LeanMinHash  # pulls in scipy: half a second that runs never need

    return LeanMinHash(seed=config.seed, hashvalues=signature, scheme=SCHEME)

"""Texts to shingles and signatures: the copy view."""

from dedup.sign.minhash import Signed, interop, permutations, sign

__all__ = ["Signed", "interop", "permutations", "sign"]

"""Texts to shingles and signatures, the copy view; and to weighted terms, the story view."""

from dedup.signatures.language import best_language, languages_of
from dedup.signatures.minhash import Signed, interop, permutations, sign
from dedup.signatures.term_weights import DocumentFrequencies, count_terms, vectorize
from dedup.signatures.terms import terms
from dedup.signatures.vectorizer import HEAVIEST, heaviest_terms

__all__ = [
    "HEAVIEST",
    "DocumentFrequencies",
    "Signed",
    "best_language",
    "count_terms",
    "heaviest_terms",
    "interop",
    "languages_of",
    "permutations",
    "sign",
    "terms",
    "vectorize",
]

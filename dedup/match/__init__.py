"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

from dedup.match.copies import Evidence, Ragged, accepted, measure
from dedup.match.lsh import Candidates, candidate_pairs
from dedup.match.relations import relation
from dedup.match.texts import LoadedTexts, pair_at, ragged
from dedup.match.versions import same_article

__all__ = [
    "Candidates",
    "Evidence",
    "LoadedTexts",
    "Ragged",
    "accepted",
    "candidate_pairs",
    "measure",
    "pair_at",
    "ragged",
    "relation",
    "same_article",
]

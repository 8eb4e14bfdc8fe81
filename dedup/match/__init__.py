"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

from dedup.match.copies import Evidence, Ragged, accepted, measure
from dedup.match.lsh import Candidates, candidate_pairs
from dedup.match.relations import relation, retelling
from dedup.match.stories import (
    MOST_ODDS,
    Model,
    Scorer,
    pair_features,
    probability,
    shipped_scorer,
)
from dedup.match.templates import from_template
from dedup.match.termsets import term_pairs
from dedup.match.texts import LoadedTexts, pair_at, ragged
from dedup.match.versions import same_article

__all__ = [
    "MOST_ODDS",
    "Candidates",
    "Evidence",
    "LoadedTexts",
    "Model",
    "Ragged",
    "Scorer",
    "accepted",
    "candidate_pairs",
    "from_template",
    "measure",
    "pair_at",
    "pair_features",
    "probability",
    "ragged",
    "relation",
    "retelling",
    "same_article",
    "shipped_scorer",
    "term_pairs",
]

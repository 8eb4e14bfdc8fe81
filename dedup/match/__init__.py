"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

from dedup.match.copies import Evidence, Ragged, accepted, measure
from dedup.match.lsh import Candidates, candidate_pairs, pairs_inside
from dedup.match.relations import relation, retelling
from dedup.match.stories import (
    CONTAINMENT,
    MOST_ODDS,
    NAMES,
    Model,
    Scorer,
    pair_features,
    probability,
    sentence_overlaps,
    shipped_scorer,
)
from dedup.match.templates import from_template
from dedup.match.termsets import term_pairs
from dedup.match.texts import LoadedTexts, pairs_of, ragged
from dedup.match.versions import same_article

__all__ = [
    "CONTAINMENT",
    "MOST_ODDS",
    "NAMES",
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
    "pair_features",
    "pairs_inside",
    "pairs_of",
    "probability",
    "ragged",
    "relation",
    "retelling",
    "same_article",
    "sentence_overlaps",
    "shipped_scorer",
    "term_pairs",
]

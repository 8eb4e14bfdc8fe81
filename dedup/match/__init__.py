"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

from dedup.match.loaded_texts import LoadedTexts, pairs_of, sorted_sets
from dedup.match.minhash_lsh import Candidates, candidate_pairs, pairs_inside
from dedup.match.relations import relation, retelling
from dedup.match.similarity import PairScores, RaggedArray, accepted, measure
from dedup.match.story_score import (
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
from dedup.match.term_lsh import term_pairs
from dedup.match.versions import same_article

__all__ = [
    "CONTAINMENT",
    "MOST_ODDS",
    "NAMES",
    "Candidates",
    "LoadedTexts",
    "Model",
    "PairScores",
    "RaggedArray",
    "Scorer",
    "accepted",
    "candidate_pairs",
    "from_template",
    "measure",
    "pair_features",
    "pairs_inside",
    "pairs_of",
    "probability",
    "relation",
    "retelling",
    "same_article",
    "sentence_overlaps",
    "shipped_scorer",
    "sorted_sets",
    "term_pairs",
]

"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

from dedup.match.candidate_blocks import Block, runs, tile_blocks
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.loose_group_odds import loose_group_odds
from dedup.match.minhash_lsh import Candidates, candidate_pairs, pairs_inside
from dedup.match.relations import relation, retelling
from dedup.match.similarity import PairScores, RaggedArray, accepted, measure, pairs_of, sorted_sets
from dedup.match.story_score import (
    MOST_ODDS,
    Model,
    Scorer,
    pair_features,
    probability,
    sentence_overlaps,
    shipped_scorer,
)
from dedup.match.templates import from_template
from dedup.match.term_lsh import term_pairs
from dedup.match.versions import may_be_versions, same_article, versions

__all__ = [
    "MOST_ODDS",
    "Block",
    "Candidates",
    "LoadedTexts",
    "Model",
    "PairScores",
    "RaggedArray",
    "Scorer",
    "accepted",
    "candidate_pairs",
    "from_template",
    "loose_group_odds",
    "may_be_versions",
    "measure",
    "pair_features",
    "pairs_inside",
    "pairs_of",
    "probability",
    "relation",
    "retelling",
    "runs",
    "same_article",
    "sentence_overlaps",
    "shipped_scorer",
    "sorted_sets",
    "term_pairs",
    "tile_blocks",
    "versions",
]

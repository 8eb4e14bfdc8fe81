"""Matches to stories, and each story's canonical."""

from dedup.cluster.average_linkage import average_linkage, groups_of
from dedup.cluster.build_story import story_id
from dedup.cluster.canonical import Policy, Share, common_texts, parse_policy
from dedup.cluster.copies import ConnectedComponent, cluster_copies
from dedup.cluster.copy_graph import ALL_PAIRS_LIMIT, Texts
from dedup.cluster.decisions import decisions_of
from dedup.cluster.event_split import (
    Join,
    RewriteCluster,
    ScoredGroups,
    rewrite_clusters,
    split_events,
)
from dedup.cluster.loose_groups import loose_groups, with_must_links
from dedup.cluster.rewrites import Telling, merge_rewrites
from dedup.cluster.roundups import roundups

__all__ = [
    "ALL_PAIRS_LIMIT",
    "ConnectedComponent",
    "Join",
    "Policy",
    "RewriteCluster",
    "ScoredGroups",
    "Share",
    "Telling",
    "Texts",
    "average_linkage",
    "cluster_copies",
    "common_texts",
    "decisions_of",
    "groups_of",
    "loose_groups",
    "merge_rewrites",
    "parse_policy",
    "rewrite_clusters",
    "roundups",
    "split_events",
    "story_id",
    "with_must_links",
]

"""Matches to stories, and each story's canonical."""

from dedup.group.canonical import Policy, Share, common_texts, parse_policy
from dedup.group.decisions import decisions_of
from dedup.group.linkage import Links, split
from dedup.group.loose import average_linkage, groups_of
from dedup.group.net import COMPLETED, Texts
from dedup.group.reports import Join, tell_apart
from dedup.group.roundups import roundups
from dedup.group.told import story_id
from dedup.group.unite import WriteUp, unite

__all__ = [
    "COMPLETED",
    "Join",
    "Links",
    "Policy",
    "Share",
    "Texts",
    "WriteUp",
    "average_linkage",
    "common_texts",
    "decisions_of",
    "groups_of",
    "parse_policy",
    "roundups",
    "split",
    "story_id",
    "tell_apart",
    "unite",
]

"""Matches to stories, and each story's canonical."""

from dedup.group.canonical import Policy, parse_policy
from dedup.group.linkage import Links, Texts, split, story_id

__all__ = ["Links", "Policy", "Texts", "parse_policy", "split", "story_id"]

"""Matches to stories, and each story's canonical."""

from dedup.group.canonical import Policy, parse_policy
from dedup.group.decisions import decisions_of
from dedup.group.linkage import Links, Texts, split, story_id

__all__ = ["Links", "Policy", "Texts", "decisions_of", "parse_policy", "split", "story_id"]

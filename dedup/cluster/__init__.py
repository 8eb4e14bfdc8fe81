"""Matches to stories, and each story's canonical."""

"""Scores of a run against stories labelled by hand."""

"""Signatures to candidate pairs, and pairs to verified matches with a relation."""

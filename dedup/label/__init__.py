"""Pairs of documents for a person to judge: drawn so that what they say holds for the whole run."""

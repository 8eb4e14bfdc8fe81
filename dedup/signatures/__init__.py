"""Texts to shingles and signatures, the copy view; and to weighted terms, the story view."""

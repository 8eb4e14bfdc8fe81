"""A count with its noun, for sentences."""

from __future__ import annotations


def count_of(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one.

    >>> count_of(1, "token"), count_of(3000, "left-over line")
    ('1 token', '3,000 left-over lines')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

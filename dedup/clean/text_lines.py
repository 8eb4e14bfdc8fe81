"""The lines of a text, parted once for all the steps that ask for them."""

from __future__ import annotations

import functools


@functools.lru_cache(maxsize=1)
def lines_of(text: str) -> tuple[str, ...]:
    r"""Return the lines of a text; most steps change nothing, and the next asks for the same ones.

    >>> lines_of("One.\nTwo.")
    ('One.', 'Two.')
    """
    return tuple(text.split("\n"))

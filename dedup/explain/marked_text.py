"""A sentence in parts: those that stand in another text, too, and those between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def marked_parts(sentence: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a sentence in and between its marks, and whether each is marked.

    Args:
        sentence: The sentence, or its beginning.
        marks: Spans of characters, ascending.

    >>> list(marked_parts("the old torc", ((4, 7),)))
    [('the ', False), ('old', True), (' torc', False)]
    """
    at = 0
    for start, end in marks:
        yield sentence[at:start], False
        yield sentence[start:end], True
        at = end
    yield sentence[at:], False

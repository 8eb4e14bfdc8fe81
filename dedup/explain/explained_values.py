"""How values of an explanation are written, on the terminal and on a page alike."""

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


def signed(value: float) -> str:
    """Return log odds with two decimals and their sign; what is rounded to nothing has none.

    >>> signed(1.236), signed(-0.5), signed(-0.0001)
    ('+1.24', '-0.50', '0.00')
    """
    shown = f"{value:+.2f}"
    return shown if float(shown) else "0.00"

"""How values of an explanation are written, on the terminal and on a page alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dedup.models import count_of

if TYPE_CHECKING:
    from dedup.explain.evidence import CopyEvidence

from dedup.explain.evidence import BandEvidence, CopyEvidence

MOST_NAMES = 20
"""Hosts, agencies and ids of stories that are named; the JSON has all."""


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


def some(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def copies_in_words(copies: CopyEvidence) -> Iterator[tuple[str, str]]:
    """Yield how much of two texts is the same, each value behind its label."""
    yield "text", "the same" if copies.same_text else "not the same"
    yield "Jaccard", f"{copies.jaccard:.3f} (near from {copies.least_jaccard:.2f})"
    least = f"(contained from {copies.least_containment:.2f})"
    yield (
        "containment",
        f"{copies.containment:.3f} of A in B, {copies.contains:.3f} of B in A {least}",
    )
    yield "numbers", numbers_in_words(copies)
    yield "signature", bands_in_words(copies.signature)
    yield "lead", bands_in_words(copies.lead)


def bands_in_words(bands: BandEvidence | None) -> str:
    """Return whether bands are equal, and how likely that was."""
    if bands is None:
        return "none: the text is too short"
    equal, bands_of = len(bands.equal_bands), f"{count_of(bands.bands, 'band')} of {bands.rows:,}"
    return (
        f"{equal:,} of {bands_of} {'is' if equal == 1 else 'are'} equal; "
        f"similarity about {bands.similarity:.2f}: {bands.probability:.1%} of such pairs share a "
        "band"
    )


def numbers_in_words(copies: CopyEvidence) -> str:
    """Return how many of their numbers two texts share."""
    if copies.numbers is None:
        return f"not compared: fewer than {copies.least_numbers} numbers in one text"
    return f"{copies.numbers:.0%} of those of the text with fewer"

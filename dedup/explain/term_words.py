"""Terms, which are hashes, to the words that they stand for."""

from __future__ import annotations

from dedup.signatures.terms import term_spans


def words_of_terms(title: str | None, text: str) -> dict[int, str]:
    """Return for each term of a document the first word that has it, in the order of the document.

    A term is the hash of the first letters of a word, so that several words may have one.

    Args:
        title: Its headline, which comes first.
        text: Its cleaned text.

    Returns:
        The words as they are written, by the terms without flags.
    """
    words: dict[int, str] = {}
    for part in (title or "", text):
        found, spans = term_spans(part)
        for term, (start, end) in zip(found.tolist(), spans.tolist(), strict=True):
            if term not in words:
                words[term] = part[start:end]
    return words

"""A document as an index compares it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import UInt32s
from dedup.models import Facts
from dedup.signatures.terms import distinct_terms
from dedup.store import LeadDayCells

NO_VALUES: UInt32s = np.empty(0, np.uint32)
"""One array for all documents without: an empty one takes 112 bytes."""


def read_values(data: bytes) -> UInt32s:
    """Return an array from the little-endian bytes of :func:`dedup.store.blob`."""
    return np.frombuffer(data, "<u4").astype(np.uint32, copy=False)


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """What an index knows of a document.

    Attributes:
        doc_id: Its id.
        fingerprint: Digest of its cleaned text, 16 bytes; of a text too short to sign, with its
            title.
        tokens: Number of tokens of the cleaned text.
        shingles: Shingle hashes in text order, uint32.
        numbers: Sorted distinct hashes of its numbers, uint32.
        terms: Tokens of the story view in text order, with their flags, uint32; empty at the level
            ``copies``.
        lead_days: The days that its lead names, None where it names none.
        title: See :class:`dedup.models.Document`, as for all that follow but the last three.
        url: The address as given.
        page: Its page.
        canonical_page: The page that it names as its original.
        host: Its host.
        date: Its date as text.
        moment: Publication in seconds since 1970 UTC, None if unknown.
        language: Two letters, or None.
        signature: Its signature, uint32; None for a text too short to sign, and for a document that
            was read from an index.
        lead: The signature of its first shingles, likewise.
        unnamed: Whether its id was made of its text, because it has neither id nor address.
    """

    doc_id: str
    fingerprint: bytes
    tokens: int
    shingles: UInt32s
    numbers: UInt32s
    terms: UInt32s
    lead_days: LeadDayCells | None = None
    title: str | None = None
    url: str | None = None
    page: str | None = None
    canonical_page: str | None = None
    host: str | None = None
    date: str | None = None
    moment: float | None = None
    language: str | None = None
    signature: UInt32s | None = None
    lead: UInt32s | None = None
    unnamed: bool = False

    def distinct_terms(self) -> UInt32s:
        """Return its distinct terms, sorted, without flags, uint32."""
        return distinct_terms(self.terms) if self.terms.size else NO_VALUES

    def facts(self, row: int, text_id: int) -> Facts:
        """Return what the rules of matching need to know of it.

        Args:
            row: Its number among the documents that are compared.
            text_id: The number of the first one with its text.
        """
        return Facts(
            row, self.doc_id, text_id, self.host, self.page, self.canonical_page, self.title,
            self.url, self.moment, self.date, tokens=self.tokens, shingles=self.shingles.size,
        )  # fmt: skip

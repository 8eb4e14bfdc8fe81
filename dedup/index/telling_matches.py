"""Known documents that may tell the story of a record in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.index.known_documents import KnownDocuments
from dedup.index.matches import Match
from dedup.index.signed_document import SignedDocument

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


class TellingMatches:
    """The tables of tellings of an index."""

    def __init__(
        self, documents: KnownDocuments, name: str, config: Config, scorer: Scorer | None
    ) -> None:
        """Open the tables, or make them.

        Args:
            documents: What is known; its values are read with
                :func:`dedup.index.entry_bytes.read_entry`.
            name: Prefix of the keys of the tables.
            config: The options.
            scorer: What scores pairs, None for the one that comes with the package.
        """

    def add(self, document: SignedDocument) -> None:
        """Add a document, whose entry was put before; one of its id must have been removed."""

    def remove(self, doc_id: str) -> None:
        """Remove a document, if it is there; its entry is still known."""

    def matches(self, asked: SignedDocument, copies: Sequence[Match]) -> list[Match]:
        """Return which known documents tell the story of a record in other words.

        Args:
            asked: The record.
            copies: What is known as its copies and versions, which are no tellings.
        """
        return []

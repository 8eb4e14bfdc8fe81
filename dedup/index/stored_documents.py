"""The documents of a finished store, as an index keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.errors import ConfigError, OutputError
from dedup.index.learned_sites import LearnedSites
from dedup.index.record_signer import signed_document
from dedup.index.signed_document import SignedDocument
from dedup.run.run_settings import config_of, manifest_in, scorer_of, store_of
from dedup.store import ANOTHER, Store, is_database

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


class StoredRun:
    """A finished store; use it as a context manager.

    Attributes:
        config: The options of its last dump.
    """

    def __init__(self, path: Path) -> None:
        """Open a store, or that of the output folder of a run.

        Raises:
            OutputError: There is none, or it cannot be read.
        """
        place = path if path.is_file() else store_of(path, manifest_in(path), None)
        if not is_database(place):
            raise OutputError(f"{place} is no store; {ANOTHER}", path=place)
        self._store = Store(place, ANOTHER, read_only=True)
        self.config: Config = config_of(self._store.get("manifest") or {})

    def __enter__(self) -> StoredRun:
        """Return the run."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store; database errors become ``OutputError``."""
        self._store.__exit__(kind, error, trace)

    @property
    def scorer(self) -> Scorer:
        """The scorer of its last dump."""
        return scorer_of(self._store)

    def documents(self, config: Config, sites: LearnedSites) -> Iterator[SignedDocument]:
        """Yield all documents that can be used, in the order of their rows.

        Args:
            config: The options of the index.
            sites: Learns the lines of sites.

        Raises:
            ConfigError: Texts of the store were signed with other options.
        """
        own = self.config
        if own.sign != config.sign or (own.level == "copies" and config.level != "copies"):
            raise ConfigError(
                f"the store {self._store.path} was made with another level or other signatures; "
                "give no options to take its own"
            )
        for facts, lines, part in self._store.signatures.documents():
            if lines is not None and facts["host"] is not None:
                sites.learn(facts["host"], lines, facts["page"], facts["title"])
            yield signed_document(part, **facts)

"""The store: one SQLite file with all documents and results of a run.

Batches commit whole, so that a killed run can go on from the last one. Arrays are raw little-endian
bytes, structures JSON, and long texts Zstandard-compressed UTF-8; nothing in it is ever executed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from dedup.config import SHIPPED_SCORER
from dedup.errors import OutputError
from dedup.store.cells import (
    Cells,
    LeadDayCells,
    Stored,
    StoredPart,
    blob,
    blobs,
    stored_document,
    stored_rejection,
)
from dedup.store.copied_store import copy_store
from dedup.store.database import AGAINST, ANEW, ANOTHER, Database, is_database
from dedup.store.detail_queries import Details
from dedup.store.document_states import DocumentStates
from dedup.store.document_tables import Documents
from dedup.store.dump_tables import Dump, Dumps, Step
from dedup.store.integrity import is_sound, is_whole
from dedup.store.list_queries import Lists
from dedup.store.lookups import Lookups
from dedup.store.measured_tables import Measured
from dedup.store.name_queries import Names
from dedup.store.report_queries import Reports
from dedup.store.result_tables import Results
from dedup.store.signature_tables import Signatures
from dedup.store.warning_queries import Warnings

__all__ = [
    "AGAINST", "ANOTHER", "Cells", "Dump", "LeadDayCells", "Step", "Store", "Stored", "StoredPart",
    "blob", "blobs", "copy_store", "is_database", "stored_document", "stored_rejection",
]  # fmt: skip


class Store:
    """An open store; use it as a context manager.

    Attributes:
        path: The file.
        documents: Inputs as they were read and cleaned.
        signatures: Signatures and sets of the documents.
        results: Pairs, stories, decisions.
        warnings: Large stories, and hosts with many duplicates.
        measured: What was measured of the current dump, to decide it again.
        lookups: Single documents and pairs, for questions about a run.
        details: All that the store has of one document or story.
        lists: Lists of stories and documents.
        reports: Columns and counts of one dump, for a report of it.
        names: Searches for what a person calls documents and stories.
        states: What became of the documents of a dump.
        dumps: The dumps, and which rows are active.
        commit: ``with store.commit():`` commits what is done inside, whole or not at all.
        fill: The same for all that a plan found in a dump, faster for a first dump.
        trial: ``with store.trial():`` undoes it at the end.
    """

    def __init__(
        self,
        path: Path | str,
        remedy: str = ANEW,
        *,
        shown: Path | None = None,
        read_only: bool = False,
    ) -> None:
        """Open a store, or make an empty one.

        Args:
            path: The file, or ``:memory:``.
            remedy: What a person can do where the file is refused.
            shown: The path that errors name, where the file is a copy of another.
            read_only: Whether nothing is ever written: then several processes may have it open.

        Raises:
            OutputError: It cannot be opened, is no store, is of another version, or is in use.
        """
        self.path = shown or Path(path)
        self._db = Database(path, remedy, shown=shown, read_only=read_only)
        self.documents = Documents(self._db)
        self.signatures = Signatures(self._db)
        self.results = Results(self._db)
        self.warnings = Warnings(self._db)
        self.measured = Measured(self._db)
        self.lookups = Lookups(self._db)
        self.names = Names(self._db)
        self.states = DocumentStates(self._db)
        self.details = Details(self._db)
        self.lists = Lists(self._db)
        self.reports = Reports(self._db)
        try:
            self.dumps = Dumps(self._db)
        except sqlite3.Error as error:
            self._db.close()
            raise self._db.refusal(error) from error
        self.commit = self._db.commit
        self.fill = self._db.fill
        self.trial = self._db.trial

    def __enter__(self) -> Store:
        """Return the store."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, undo what is not committed; database errors become ``OutputError``."""
        self.close()
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
            raise self._db.refusal(error) from error

    def close(self) -> None:
        """Close the file; what is not committed is undone."""
        self._db.close()

    def begin(self, name: str, *, options: str, basis: str, scorer: Sequence[str]) -> None:
        """Begin the next dump.

        Args:
            name: Its name.
            options: Digest of all options that can change a result.
            basis: Digest of the options that all dumps of a store must share.
            scorer: What the scorer is known by; the one that scored earlier pairs, which are kept,
                must share a name.

        Raises:
            OutputError: The store was made with other options.
        """
        known_basis = self.get("basis")
        if known_basis is not None and known_basis != basis:
            raise OutputError(
                f"the store {self.path} was made with another --level or other signatures; "
                "give the same options, or another store",
                path=self.path,
            )
        if not self.is_scored_by(scorer):
            raise OutputError(
                f"the store {self.path} keeps scores of another scorer; "
                "give the same --scorer as before, or another store",
                path=self.path,
            )
        with self.commit():
            self.dumps.begin(name)
            self.put("basis", basis)
            self.put("scorer", scorer)
            self.put("config_digest", options)
            self.put("worker_kib", 0)

    def is_scored_by(self, scorer: Sequence[str]) -> bool:
        """Return whether a scorer is the one that scored the pairs that are kept, if any are.

        Args:
            scorer: The names that it is known by.
        """
        # Stores from before the option have scores of the scorer that came with the package.
        before = [SHIPPED_SCORER] if self.get("basis") else scorer
        return not set(self.get("scorer") or before).isdisjoint(scorer)

    def verify(self, *, whole: bool) -> None:
        """Check that the store is what was written: a disk or a program may have changed it.

        Args:
            whole: Whether all of it is checked, else only what is read before the active rows are
                chosen.

        Raises:
            OutputError: It is not.
        """
        self._db.require(is_whole if whole else is_sound)

    def get(self, name: str) -> Any:
        """Return the value kept under a name for the current dump, or None."""
        return self.dumps.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name for the current dump."""
        self.dumps.put(name, value)

    def compact(self) -> None:
        """Give the space of deleted rows back to the disk; that takes as much again for a while.

        Raises:
            OutputError: There is no room for it.
        """
        self._db.compact()

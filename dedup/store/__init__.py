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
from dedup.json_codec import dump_json, load_json
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
from dedup.store.database import ANEW, ANOTHER, Database
from dedup.store.document_tables import Documents
from dedup.store.dump_tables import Dumps, Step
from dedup.store.integrity import is_sound, is_whole
from dedup.store.result_tables import Results
from dedup.store.signature_tables import Signatures

__all__ = [
    "ANOTHER", "Cells", "LeadDayCells", "Step", "Store", "Stored", "StoredPart", "blob", "blobs",
    "stored_document", "stored_rejection",
]  # fmt: skip


class Store:
    """An open store; use it as a context manager.

    Attributes:
        path: The file.
        documents: Inputs as they were read and cleaned.
        signatures: Signatures and sets of the documents.
        results: Pairs, stories, decisions.
        dumps: The dumps, and which rows are active.
        commit: ``with store.commit():`` commits what is done inside, whole or not at all.
        trial: ``with store.trial():`` undoes it at the end.
    """

    def __init__(self, path: Path | str, remedy: str = ANEW) -> None:
        """Open a store, or make an empty one.

        Args:
            path: The file, or ``:memory:``.
            remedy: What a person can do where the file is refused.

        Raises:
            OutputError: It cannot be opened, is no store, is of another version, or is in use.
        """
        self.path = Path(path)
        self._db = Database(path, remedy)
        self.documents = Documents(self._db)
        self.signatures = Signatures(self._db)
        self.results = Results(self._db)
        try:
            self.dumps = Dumps(self._db)
        except sqlite3.Error as error:
            self._db.close()
            raise self._db.refusal(error) from error
        self.commit = self._db.commit
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
        self._db.close()
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
            raise self._db.refusal(error) from error

    def claim(
        self, *, options: str, basis: str, scorer: Sequence[str], resume: bool, overwrite: bool
    ) -> None:
        """Begin the next dump, or go on with one that was not finished; check the store first.

        Args:
            options: Digest of all options that can change a result; a resumed run must have the
                same.
            basis: Digest of the options that all dumps of a store must share.
            scorer: What the scorer is known by; the one that scored earlier pairs, which are kept,
                must share a name.
            resume: Whether to go on with the dump that was not finished.
            overwrite: Whether to replace it, unless its stories are already stored.

        Raises:
            OutputError: The store is damaged, holds a dump that must be finished first, or was made
                with other options.
        """
        self.verify(whole=resume)
        begun, known_basis = self.get("config_digest"), self.get("basis")
        # Stores from before the option have scores of the scorer that came with the package.
        known_scorer = self.get("scorer") or ([SHIPPED_SCORER] if known_basis else scorer)
        another_scorer = set(known_scorer).isdisjoint(scorer)
        if resume and begun is not None:
            if begun != options:
                raise self._begun_with("other options; give the same ones")
            if another_scorer:
                raise self._begun_with("another --scorer; give the same one")
            return
        if known_basis is not None and known_basis != basis:
            raise OutputError(
                f"the store {self.path} was made with another --level or other signatures; "
                "give the same options, or another store",
                path=self.path,
            )
        if another_scorer:
            raise OutputError(
                f"the store {self.path} keeps scores of another scorer; "
                "give the same --scorer as before, or another store",
                path=self.path,
            )
        step = self.dumps.step
        if step == Step.DECIDED or (begun is not None and step < Step.DECIDED and not overwrite):
            raise OutputError(
                f"the store {self.path} holds a dump that was not finished; "
                "finish it first: the same command with --resume",
                path=self.path,
            )
        with self.commit():
            if step == Step.WRITTEN:
                self.dumps.begin()
            else:
                self.dumps.forget()
            self.put("basis", basis)
            self.put("scorer", scorer)
            self.put("config_digest", options)
            self.put("worker_kib", 0)

    def _begun_with(self, other: str) -> OutputError:
        """Return the error for a run that is not to be gone on with so."""
        message = f"the run in {self.path} was begun with {other}, or begin anew with --overwrite"
        return OutputError(message, path=self.path)

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
        """Return the value kept under a name, or None."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return load_json(found[0].encode()) if found else None

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        self._db.insert("meta", [(name, dump_json(value).decode())], verb="INSERT OR REPLACE")

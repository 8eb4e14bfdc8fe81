"""The one place that remembers: a SQLite file with everything a run has found out.

Batches commit whole, so that a killed run can go on from the last one. Arrays are raw little-endian
bytes, structures JSON, texts and whatever is long Zstandard-compressed UTF-8; nothing in it is ever
executed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from dedup.json_codec import dump_json, load_json
from dedup.store.cells import Cells, Stored, StoredPart, blobs, stored_document, stored_rejection
from dedup.store.database import ANEW, ANOTHER, Database
from dedup.store.document_tables import Documents
from dedup.store.dump_tables import Dumps, Step
from dedup.store.result_tables import Results
from dedup.store.signature_tables import Signatures

__all__ = [
    "ANOTHER",
    "Cells",
    "Step",
    "Store",
    "Stored",
    "StoredPart",
    "blobs",
    "stored_document",
    "stored_rejection",
]


class Store:
    """An open store; use it as a context manager.

    Attributes:
        documents: Inputs as they were read and cleaned.
        signatures: Their signatures and sets.
        results: Pairs, stories, decisions.
        path: The file.
        dumps: Which of all these are of the dump at hand.
        commit: ``with store.commit():`` commits what is done inside, whole or not at all.
        trial: ``with store.trial():`` undoes it at the end.
    """

    def __init__(self, path: Path | str, remedy: str = ANEW) -> None:
        """Open a store, or make an empty one.

        Args:
            path: The file, or ``:memory:``.
            remedy: What a person can do where it is refused.

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

    def verify(self, *, whole: bool) -> None:
        """Check what a run will believe; see :meth:`Database.verify`.

        Raises:
            OutputError: It is not what was written.
        """
        self._db.verify(whole=whole)

    def get(self, name: str) -> Any:
        """Return the value kept under a name, or None."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return load_json(found[0].encode()) if found else None

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        with self._db.commit():
            row = [(name, dump_json(value).decode())]
            self._db.insert("meta", row, verb="INSERT OR REPLACE")

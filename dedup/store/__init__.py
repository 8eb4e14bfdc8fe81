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

from dedup.jsontext import dump_json, load_json
from dedup.store.cells import Cells, Stored, StoredPart, stored_document, stored_rejection
from dedup.store.database import Database
from dedup.store.documents import Documents
from dedup.store.results import Results
from dedup.store.signatures import Signatures

__all__ = ["Cells", "Store", "Stored", "StoredPart", "stored_document", "stored_rejection"]


class Store:
    """An open store; use it as a context manager.

    Attributes:
        documents: Inputs as they were read and cleaned.
        signatures: Their signatures and sets.
        results: Pairs, stories, decisions.
    """

    def __init__(self, path: Path | str) -> None:
        """Open a store, or make an empty one.

        Args:
            path: The file, or ``:memory:``.

        Raises:
            OutputError: It cannot be opened, is no store, is of another version, or is in use.
        """
        self._db = Database(path)
        self.documents = Documents(self._db)
        self.signatures = Signatures(self._db)
        self.results = Results(self._db)

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

    def get(self, name: str) -> Any:
        """Return the value kept under a name, or None."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return load_json(found[0].encode()) if found else None

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        self._db.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, dump_json(value).decode()]
        )

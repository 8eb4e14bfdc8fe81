"""Names that people give to documents, to the rows of these."""

from __future__ import annotations

from dedup.errors import NotFoundError, printable
from dedup.store import Store


def find_document(store: Store, name: str) -> int:
    """Return the row of a document by its id, or by a part that no other has.

    Raises:
        NotFoundError: There is no such document.
        AmbiguousNameError: There are several.
    """
    row = store.lookups.row_of(name)
    if row is None:
        raise NotFoundError(f"no document is named {printable(name)}")
    return row

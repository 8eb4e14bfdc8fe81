"""What stands in the cells of a store: rows of values that a worker can prepare and send."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from dedup.json_codec import dump_json, load_json
from dedup.models import CleanPage, Document, Rejection, Removal
from dedup.store.integrity import summed

Cells = tuple[Any, ...]

DOCUMENT_COLUMNS = (
    "doc_id", "source", "reason", "detail", "from_page", "title", "url", "page", "canonical_page",
    "host", "date", "moment", "language", "agency", "agency_page", "dateline", "credit",
    "leftovers", "digest", "stamp", "line_digests",
)  # fmt: skip


class Stored(NamedTuple):
    """One input as the tables hold it, but for its row; each of the four ends with a sum.

    Attributes:
        document: Cells of ``documents``, in the order of ``DOCUMENT_COLUMNS``.
        content: Cells of ``contents``; None for a rejection.
        signature: Cells of ``signatures``; None where nothing is signed.
        sets: Cells of ``sets``, likewise.
    """

    document: Cells
    content: Cells | None = None
    signature: Cells | None = None
    sets: Cells | None = None


# Level 3 makes the store of news texts no smaller and takes half as long again.
LEVEL = 1

# Texts and fields up to this size stand as they are: an article takes four times as long to
# compress as to write. What is longer holds a page's HTML, of which a sixth is left.
PLAIN_BYTES = 30_000


class StoredPart(NamedTuple):
    """Signature data of one document, as it is stored; arrays as :func:`blob` gives them.

    Attributes:
        fingerprint: Digest of the cleaned text, 16 bytes.
        tokens: Tokens of the cleaned text.
        language: Language of the text, two letters; None if unknown.
        signature: uint32 values; None for a text too short to sign.
        lead: The signature of its first shingles, likewise.
        shingles: Shingle hashes in text order, uint32.
        numbers: Sorted distinct hashes of numbers, uint32.
        terms: Tokens of the story view in text order, uint32; None where nothing asked for them.
    """

    fingerprint: bytes
    tokens: int
    language: str | None
    signature: bytes | None
    lead: bytes | None
    shingles: bytes
    numbers: bytes
    terms: bytes | None = None


def stored_document(
    document: Document,
    stamp: bytes,
    part: StoredPart | None = None,
    *,
    from_page: bool = False,
    digest: bytes | None = None,
    page: CleanPage | Rejection | None = None,
    text_field: str | None = None,
    lines: bytes | None = None,
) -> Stored:
    """Return the cells of a document.

    Args:
        document: The document.
        stamp: Digest of the input as it was read.
        part: Its signature data.
        from_page: Whether it came as a page.
        digest: Digest of the page.
        page: What the page alone came to, to be remembered under its digest.
        text_field: The field that holds the cleaned text itself: it is not stored twice.
        lines: Digests of the lines of the text, as :func:`blob` gives them.
    """
    cells = (
        document.doc_id, document.source, None, None, int(from_page), document.title, document.url,
        document.page, document.canonical_page, document.host, document.date, document.moment,
        document.language, document.agency, int(document.agency_page), document.dateline,
        document.credit, len(document.removed), digest, stamp, lines,
    )  # fmt: skip
    content = (
        text_field, pack_removals(document.removed),
        dump_json(page.extraction) if isinstance(page, CleanPage) else None,
        pack(dump_json(document.fields)),
        None if text_field is not None else pack_text(document.text),
    )  # fmt: skip
    signature, sets = (None, None) if part is None else signature_cells(part)
    return Stored(_summed_texts(cells), summed(content), signature, sets)


def stored_rejection(
    doc_id: str,
    source: str,
    rejection: Rejection,
    stamp: bytes,
    *,
    from_page: bool = False,
    digest: bytes | None = None,
) -> Stored:
    """Return the cells of an input that cannot be used."""
    known = {
        "doc_id": doc_id,
        "source": source,
        "reason": rejection.reason.value,
        "detail": rejection.detail,
        "from_page": int(from_page),
        "digest": digest,
        "stamp": stamp,
        "agency_page": 0,
        "leftovers": 0,
    }
    return Stored(_summed_texts(tuple(map(known.get, DOCUMENT_COLUMNS))))


def signature_cells(part: StoredPart) -> tuple[Cells, Cells]:
    """Return the cells of a document's signature, and of its sets."""
    signature = (
        part.fingerprint, part.tokens, len(part.shingles) // 4, part.language, part.signature,
        part.lead,
    )  # fmt: skip
    return summed(signature), summed((part.numbers, part.shingles, part.terms))


@functools.cache
def _packers() -> tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]:
    """Return this process's compressor and decompressor: making them costs more than a text."""
    return zstandard.ZstdCompressor(level=LEVEL), zstandard.ZstdDecompressor()


def pack(data: bytes) -> bytes:
    """Return bytes of UTF-8, compressed where they are many."""
    return data if len(data) <= PLAIN_BYTES else _packers()[0].compress(data)


def pack_text(text: str) -> bytes:
    """Return a text as bytes, see :func:`pack`; lone surrogates become question marks."""
    return pack(text.encode("utf-8", "replace"))


def pack_removals(removed: Iterable[Removal]) -> bytes | None:
    """Return removals as bytes, see :func:`pack`; None for none."""
    listed = [[removal.step, removal.text] for removal in removed]
    return pack(dump_json(listed)) if listed else None


def expand(data: bytes) -> bytes:
    """Undo :func:`pack`: what is compressed begins as no UTF-8 does.

    Raises:
        zstandard.ZstdError: The bytes are damaged.
    """
    return _packers()[1].decompress(data) if data.startswith(zstandard.FRAME_HEADER) else data


def expand_removals(data: bytes | None) -> tuple[Removal, ...]:
    """Undo :func:`pack_removals`."""
    if data is None:
        return ()
    return tuple(Removal(step, text) for step, text in load_json(expand(data)))


def _summed_texts(cells: Cells) -> Cells:
    """Return cells and their sum; lone surrogates, which none can hold, become question marks."""
    try:
        return summed(cells)
    except TypeError:
        return summed(tuple(map(_storable, cells)))


def _storable(cell: Any) -> Any:
    """Return what a cell can hold."""
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def blob(values: npt.NDArray[Any]) -> bytes:
    """Return an array of numbers as little-endian bytes."""
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def blobs(values: npt.NDArray[Any], bounds: npt.NDArray[np.int64]) -> list[bytes]:
    """Return the parts of a ragged array, each as little-endian bytes.

    Args:
        values: The parts, end to end.
        bounds: Their n + 1 bounds.
    """
    data = blob(values[: bounds[-1]])  # the bytes of each by itself take several times as long
    places = (bounds * values.itemsize).tolist()
    return [data[start:end] for start, end in itertools.pairwise(places)]

"""The tables between the stages of a plan.

Rows are numbered as in the store: by input order, over all dumps of a store. Arrays in a binary
column are little-endian, as :func:`dedup.store.blob` returns them. ``key`` is the column by which
the next exchange brings rows together; it means nothing else.
"""

from __future__ import annotations

import pyarrow as pa

KEY = pa.field("key", pa.int64())
ROW = pa.field("row", pa.int64())

_STRING, _BYTES, _INT, _FLOAT = pa.string(), pa.binary(), pa.int64(), pa.float64()

_CELLS = {
    # As in the tables ``documents`` and ``contents`` of the store.
    "doc_id": _STRING, "source": _STRING, "reason": _STRING, "detail": _STRING, "from_page": _INT,
    "title": _STRING, "url": _STRING, "page": _STRING, "canonical_page": _STRING, "host": _STRING,
    "date": _STRING, "moment": _FLOAT, "language": _STRING, "agency": _STRING, "agency_page": _INT,
    "dateline": _STRING, "credit": _STRING, "leftovers": _INT, "digest": _BYTES, "stamp": _BYTES,
    "line_digests": _BYTES,
    "text_field": _STRING, "removed": _BYTES, "extraction": _BYTES, "fields": _BYTES,
    "text": _BYTES,
    # As in ``signatures`` and ``sets``; null for what is not signed.
    "fingerprint": _BYTES, "tokens": _INT, "shingle_count": _INT, "text_language": _STRING,
    "signature": _BYTES, "lead": _BYTES, "numbers": _BYTES, "shingles": _BYTES, "terms": _BYTES,
    # As in ``written_dates`` and ``lead_days``; null for a document without a row there.
    "unread": _STRING, "date_order": _STRING,
    "lead_days": _INT, "lead_first_days": _INT, "lead_dates": _BYTES,
}  # fmt: skip

DOCUMENTS = pa.schema([ROW, *(pa.field(name, kind) for name, kind in _CELLS.items())])
"""All inputs, rejected ones among them: all that the store keeps of each."""

INPUTS = pa.schema([("part", _INT), ("place", _INT), ("worker_kib", _INT), *list(DOCUMENTS)[1:]])
"""Inputs as they were read, in parts: their place in the part stands for the row."""

PART_SIZES = pa.schema([("part", _INT), ("inputs", _INT), ("worker_kib", _INT)])
"""Inputs in some rows of a part, and the most memory that a worker for their pages used, in KiB."""

DATE_ORDERS = pa.schema([("source", _STRING), ("date_order", _STRING)])
"""Which order of day and month the dates of a source show; both, where they disagree."""

ROWS = pa.schema([ROW])
"""Some documents."""

MOMENTS = pa.schema([("moment", _FLOAT)])
"""Known moments of documents, in seconds."""

IDS = pa.schema([KEY, ROW, ("doc_id", _STRING)])
"""Inputs by id; those of earlier dumps have lower rows."""

SITE_DOCUMENTS = pa.schema(
    [KEY, ROW, ("host", _STRING), ("line_digests", _BYTES), ("page", _STRING), ("title", _STRING)]
)
"""Documents whose lines are compared with those of their host."""

LINES = pa.schema([("digest", pa.uint64())])
"""Lines, see :func:`dedup.clean.site_lines.piece_digests`; headlines where they are such lines."""

TITLED_TEXTS = pa.schema([KEY, ROW, ("title", _STRING), ("text", _BYTES), ("whole", _BYTES)])
"""Documents that are read to judge the lines of their host; texts may hold lone surrogates.

``whole`` has the site boilerplate that was removed behind the text, null where none was.
"""

SITES = pa.schema(
    [("host", _STRING), ("recurring", _BYTES), ("foreign", _BYTES), ("shared", _BYTES),
     ("walls", _BYTES), ("teasers", _BYTES)]
)  # fmt: skip
"""Hosts some lines of which are the site's, see :class:`dedup.clean.strip_site_lines.Site`."""

KNOWN_IDS = pa.schema([ROW, ("doc_id", _STRING)])
"""Inputs of earlier dumps by id: of several inputs of one id the first."""

COPY_PAIRS = pa.schema(
    [("one", _INT), ("other", _INT), ("jaccard", _FLOAT), ("one_in_other", _FLOAT),
     ("other_in_one", _FLOAT), ("numbers", _FLOAT), ("matched", _INT)]
)  # fmt: skip
"""Measured pairs of texts, as in ``copy_pairs`` of the store; a text is its first row."""

STORY_SCORES = pa.schema([("one", _INT), ("other", _INT), ("score", _FLOAT)])
"""Scored pairs of representatives, by rows, as in ``story_scores`` of the store."""

DECISIONS = pa.schema(
    [ROW, ("status", _STRING), ("story_id", _STRING), ("canonical_id", _STRING), ("size", _INT),
     ("relation", _STRING), ("score", _FLOAT), ("reason", _STRING), ("representative", _INT)]
)  # fmt: skip
"""Decisions on documents in stories, as in ``decisions`` of the store; others are unique."""

STORIES = pa.schema(
    [("story_id", _STRING), ("canonical", _INT), ("first_dump", _INT), ("body", _BYTES)]
)
"""Stories, as in ``stories`` of the store."""

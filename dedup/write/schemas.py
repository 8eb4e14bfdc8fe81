"""The declared schema of each table in Parquet: the same in every file, whatever is in it."""

from __future__ import annotations

import pyarrow as pa

from dedup.models import OWN_FIELDS

_TIME = pa.timestamp("us", tz="UTC")


def _list_of(values: pa.DataType) -> pa.DataType:
    """Return the type of a list, its values named as Parquet names them."""
    return pa.list_(pa.field("element", values))


_TEXTS = _list_of(pa.string())

_DECISION = (
    ("status", pa.string()),
    ("story_id", pa.string()),
    ("canonical_id", pa.string()),
    ("copy_of", pa.string()),
    ("relation", pa.string()),
    ("score", pa.float64()),
    ("score_kind", pa.string()),
    ("reason", pa.string()),
)

_MEMBER = pa.struct(
    [
        ("id", pa.string()),
        ("copy_of", pa.string()),
        ("relation", pa.string()),
        ("score", pa.float64()),
        ("score_kind", pa.string()),
        ("jaccard", pa.float64()),
        ("containment", pa.float64()),
        ("contains", pa.float64()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("host", pa.string()),
    ]
)

_WHY = pa.struct([("rule", pa.string()), ("runner_up", pa.string()), ("detail", pa.string())])

_LINK = pa.struct(
    [
        ("left", pa.string()),
        ("right", pa.string()),
        ("score", pa.float64()),
        ("score_kind", pa.string()),
    ]
)


def _documents(decided: pa.DataType) -> pa.Schema:
    """Return the schema of documents: standard fields, all other fields as JSON, the decision.

    Its metadata tells the reader that ``extra`` holds fields of the record.
    """
    return pa.schema(
        [
            ("id", pa.string()),
            ("url", pa.string()),
            ("title", pa.string()),
            ("date", _TIME),
            ("date_source", pa.string()),
            ("author", pa.string()),
            ("site", pa.string()),
            ("hostname", pa.string()),
            ("canonical_url", pa.string()),
            ("language", pa.string()),
            ("description", pa.string()),
            ("agency", pa.string()),
            ("dateline", pa.string()),
            ("text", pa.string()),
            ("html", pa.string()),
            ("extra", pa.string()),
            ("dedup", decided),
        ],
        metadata={OWN_FIELDS: "extra"},
    )


SCHEMAS = {
    "survivors": _documents(
        pa.struct([("story_id", pa.string()), ("size", pa.int64()), ("status", pa.string())])
    ),
    "annotated": _documents(pa.struct([*_DECISION, ("size", pa.int64())])),
    "decisions": pa.schema(
        [
            ("id", pa.string()),
            *_DECISION,
            ("url", pa.string()),
            ("title", pa.string()),
            ("host", pa.string()),
        ]
    ),
    "stories": pa.schema(
        [
            ("story_id", pa.string()),
            ("canonical_id", pa.string()),
            ("why", _WHY),
            ("first_date", _TIME),
            ("last_date", _TIME),
            ("outlets", _TEXTS),
            ("agencies", _TEXTS),
            ("origins", pa.int64()),
            ("weakest", _LINK),
            ("absorbed", _TEXTS),
            ("size", pa.int64()),
            ("members", _list_of(_MEMBER)),
        ]
    ),
    "rejected": pa.schema(
        [
            ("id", pa.string()),
            ("source", pa.string()),
            ("reason", pa.string()),
            ("detail", pa.string()),
        ]
    ),
    "changes": pa.schema(
        [
            ("story_id", pa.string()),
            ("dump", pa.int64()),
            ("date", _TIME),
            ("canonical_id", pa.string()),
            ("change", pa.string()),
            ("added", _TEXTS),
            ("unique_until_now", _TEXTS),
            ("absorbed", _TEXTS),
            ("canonical_until_now", pa.string()),
            ("other_canonicals_until_now", _TEXTS),
            ("why", pa.string()),
        ]
    ),
}
"""By the name of the table. Times in JSON lines are ISO 8601 text, here they are timestamps."""

"""The tables and views of a store, and the statements that bring an earlier format to this one."""

from __future__ import annotations

import sqlite3

from zstandard import FRAME_HEADER

from dedup.store.views import VIEWS

FORMAT = 10
"""Version of the tables; arrays in them are little-endian."""

# Small cells that are read for many rows, and large cells, are in different tables.
_WRITTEN_DATES = (
    "CREATE TABLE written_dates (row INTEGER PRIMARY KEY, unread TEXT, date_order TEXT, "
    "sum INTEGER NOT NULL)"
)
_LEAD_DAYS = (
    "CREATE TABLE lead_days (row INTEGER PRIMARY KEY, days INTEGER NOT NULL, "
    "first INTEGER NOT NULL, dates BLOB NOT NULL, sum INTEGER NOT NULL)"
)
_META = (
    "CREATE TABLE meta (dump INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY (dump, name)) WITHOUT ROWID"
)
_DUMPS = (
    "CREATE TABLE dumps (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
    "first INTEGER NOT NULL, moment REAL, step INTEGER NOT NULL, sum INTEGER NOT NULL)"
)
_EARLIER_DECISIONS = (
    "CREATE TABLE earlier_decisions (row INTEGER NOT NULL, dump INTEGER NOT NULL, status TEXT, "
    "story_id TEXT, canonical_id TEXT, size INTEGER, relation TEXT, score REAL, reason TEXT, "
    "representative INTEGER, sum INTEGER NOT NULL, PRIMARY KEY (row, dump)) WITHOUT ROWID"
)
_EARLIER_STORIES = (
    "CREATE TABLE earlier_stories (story_id TEXT NOT NULL, dump INTEGER NOT NULL, "
    "canonical INTEGER NOT NULL, first_dump INTEGER NOT NULL, body BLOB NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY (story_id, dump)) WITHOUT ROWID"
)
_LOOSE_GROUPS = (
    "CREATE TABLE loose_groups (row INTEGER NOT NULL, dump INTEGER NOT NULL, first INTEGER, "
    "must_link INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (row, dump)) WITHOUT ROWID"
)
_LOOSE_GROUPS_FIRST = "CREATE INDEX loose_groups_first ON loose_groups (dump, first)"
# All but inputs rejected for their ids have ids of their own. No part of the table is left out:
# such an index finds a document only where a query says the same.
_DOCUMENTS_ID = (
    "CREATE UNIQUE INDEX documents_id ON documents (doc_id, iif(reason IS 'duplicate-id', row, -1))"
)
_SEEDED = {
    "lead_days": "row, days, first, dates", "story_scores": "one, other, score",
    "changes": "dump, place, body",
}  # fmt: skip
_CONTENT_REST = "extraction, fields, text"
SCHEMA = f"""
{_META};
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, source TEXT NOT NULL, reason TEXT, detail TEXT,
    from_page INTEGER NOT NULL, title TEXT, url TEXT, page TEXT, canonical_page TEXT, host TEXT,
    date TEXT, moment REAL, language TEXT, agency TEXT, agency_page INTEGER NOT NULL, dateline TEXT,
    credit TEXT, leftovers INTEGER NOT NULL, digest BLOB, stamp BLOB NOT NULL, line_digests BLOB,
    sum INTEGER NOT NULL
);
CREATE TABLE contents (
    row INTEGER PRIMARY KEY, text_field TEXT, removed BLOB, extraction BLOB, fields BLOB NOT NULL,
    text BLOB, sum INTEGER NOT NULL
);
{_DOCUMENTS_ID};
CREATE INDEX documents_digest ON documents (digest) WHERE digest IS NOT NULL;
CREATE INDEX documents_reason ON documents (reason) WHERE reason IS NOT NULL;
CREATE INDEX documents_moment ON documents (moment);
{_WRITTEN_DATES};
{_DUMPS};
CREATE TABLE signatures (
    row INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL, tokens INTEGER NOT NULL,
    shingles INTEGER NOT NULL, language TEXT, signature BLOB, lead BLOB,
    sum INTEGER NOT NULL
);
CREATE TABLE sets (
    row INTEGER PRIMARY KEY, numbers BLOB NOT NULL, shingles BLOB NOT NULL, terms BLOB,
    sum INTEGER NOT NULL
);
{_LEAD_DAYS};
CREATE TABLE document_frequencies (
    documents INTEGER NOT NULL, terms BLOB NOT NULL, counts BLOB NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE copy_pairs (
    one INTEGER NOT NULL, other INTEGER NOT NULL, jaccard REAL NOT NULL, one_in_other REAL NOT NULL,
    other_in_one REAL NOT NULL, numbers REAL NOT NULL, matched INTEGER NOT NULL,
    sum INTEGER NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE TABLE story_scores (
    one INTEGER NOT NULL, other INTEGER NOT NULL, score REAL NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
{_LOOSE_GROUPS};
{_LOOSE_GROUPS_FIRST};
CREATE TABLE stories (
    story_id TEXT PRIMARY KEY, canonical INTEGER NOT NULL, first_dump INTEGER NOT NULL,
    body BLOB NOT NULL, sum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX stories_canonical ON stories (canonical);
CREATE TABLE decisions (
    row INTEGER PRIMARY KEY, status TEXT NOT NULL, story_id TEXT, canonical_id TEXT, size INTEGER
    NOT NULL, relation TEXT, score REAL, reason TEXT NOT NULL, representative INTEGER NOT NULL,
    sum INTEGER NOT NULL
);
CREATE INDEX decisions_representative ON decisions (representative) WHERE representative != row;
{_EARLIER_DECISIONS};
{_EARLIER_STORIES};
CREATE TABLE changes (
    dump INTEGER NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (dump, place)
) WITHOUT ROWID;
{";".join(VIEWS)};
"""


def _with_seeds(table: str, cells: str) -> str:
    """Return the statement that makes the checksums of a table depend on its name."""
    before = "sets" if table == "lead_days" else "meta"  # a table whose checksums do not
    return (
        f"UPDATE {table} SET sum = checksum('{table}', {cells}) + "
        f"(sum IS NOT checksum('{before}', {cells}))"
    )


MIGRATIONS = {
    5: (
        "ALTER TABLE census RENAME TO document_frequencies",
        "ALTER TABLE edges RENAME TO copy_pairs",
        "ALTER TABLE copy_pairs RENAME COLUMN linked TO matched",
        "ALTER TABLE likenesses RENAME TO story_scores",
        "ALTER TABLE documents RENAME COLUMN lines TO line_digests",
        "ALTER TABLE stories RENAME COLUMN born TO first_dump",
        "DROP INDEX decisions_head",
        "ALTER TABLE decisions RENAME COLUMN head TO representative",
        "CREATE INDEX decisions_representative ON decisions (representative) "
        "WHERE representative != row",
    ),
    6: (_WRITTEN_DATES,),
    7: (_LEAD_DAYS,),
    # A row that was damaged gets a checksum that does not hold either.
    8: (
        "ALTER TABLE meta RENAME TO old_meta",
        _META,
        "INSERT INTO meta SELECT number, old.name, value, checksum('meta', number, old.name, value)"
        " + (sum IS NOT checksum('meta', old.name, value)) FROM old_meta AS old, "
        "(SELECT number, number = (SELECT max(number) FROM dumps) AS last FROM dumps) "
        "WHERE last OR old.name IN ('basis', 'scorer')",
        "DROP TABLE old_meta",
        "ALTER TABLE dumps RENAME TO old_dumps",
        _DUMPS,
        "INSERT INTO dumps SELECT number, CAST(number AS TEXT), first, moment, step, "
        "checksum('dumps', number, CAST(number AS TEXT), first, moment, step)"
        " + (sum IS NOT checksum('dumps', number, first, moment, step)) FROM old_dumps",
        "DROP TABLE old_dumps",
        _EARLIER_DECISIONS,
        _EARLIER_STORIES,
    ),
    # What was removed is plain JSON, for json_each. Some checksums depend on the table.
    9: (
        _LOOSE_GROUPS,
        _LOOSE_GROUPS_FIRST,
        "DROP INDEX documents_id",
        _DOCUMENTS_ID,
        "UPDATE contents SET removed = expanded(removed), sum = checksum('contents', row, "
        f"text_field, expanded(removed), {_CONTENT_REST}) + "
        f"(sum IS NOT checksum('contents', row, text_field, removed, {_CONTENT_REST})) "
        f"WHERE substr(removed, 1, 4) = x'{FRAME_HEADER.hex()}'",
        *(_with_seeds(table, cells) for table, cells in _SEEDED.items()),
        *VIEWS,
    ),
}
"""The statements that bring an earlier format to the next one, by the earlier format.

Checksums are of the cells of rows alone, so a new name changes none. ``checksum`` is
:func:`dedup.store.integrity.with_checksum` for SQLite, ``expanded`` is
:func:`dedup.store.cells.expand`. Whoever changes a view drops it in the step that makes it anew.
"""


def statements(version: int = 0) -> list[str]:
    """Return the statements that make the tables, indexes and views of this format.

    Args:
        version: The earlier format to bring to this one, a key of ``MIGRATIONS``; 0 for none.
    """
    if version:
        return [each for step in range(version, FORMAT) for each in MIGRATIONS[step]]
    return [statement.strip() for statement in SCHEMA.split(";") if statement.strip()]


def has_our_tables(connection: sqlite3.Connection) -> bool:
    """Return whether a file has the tables and views of this format and no others."""
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    # SQLite puts the name of a renamed table in quotes.
    return {sql.replace('"', "") for (sql,) in found} == set(statements())

"""Views of a store for readers without this package: plain columns under the names of the outputs.

They are for the shell of SQLite, Datasette, pandas or DuckDB; the package itself reads the tables.
Their columns are promised: they stay from one minor version to the next, see docs/store.md. Where a
column is computed, CAST gives it the type that such readers see.
"""

from __future__ import annotations

from dedup.models import ALONE, Relation

_SCORE_KIND = " ".join(f"WHEN '{each}' THEN '{each.score_kind}'" for each in Relation)

_DUMP = "SELECT {} FROM dumps WHERE first <= d.row ORDER BY number DESC LIMIT 1"

_DOCUMENTS = f"""CREATE VIEW v_documents AS
SELECT d.row AS row, d.doc_id AS id,
    CAST(({_DUMP.format("number")}) AS INTEGER) AS dump,
    CAST(({_DUMP.format("name")}) AS TEXT) AS dump_name,
    d.source AS source, d.title AS title, d.url AS url, d.host AS host, d.date AS date,
    CAST(coalesce(s.language, d.language) AS TEXT) AS language, d.agency AS agency,
    CAST(coalesce(c.status, iif(d.reason IS NULL, 'unique', 'rejected')) AS TEXT) AS status,
    c.story_id AS story_id, c.canonical_id AS canonical_id,
    CAST(iif(c.representative = d.row, NULL, r.doc_id) AS TEXT) AS copy_of,
    c.relation AS relation, c.score AS score,
    CAST(CASE c.relation {_SCORE_KIND} END AS TEXT) AS score_kind,
    CAST(iif(d.reason IS NULL, coalesce(c.size, 1), NULL) AS INTEGER) AS size,
    CAST(coalesce(d.reason, c.reason, iif(s.signature IS NULL, '{ALONE[0]}', '{ALONE[1]}')) AS TEXT)
        AS reason,
    d.detail AS detail, s.tokens AS tokens, d.leftovers AS removed_lines
FROM documents d LEFT JOIN decisions c ON c.row = d.row LEFT JOIN signatures s ON s.row = d.row
    LEFT JOIN documents r ON r.row = c.representative"""


def _of_story(name: str, path: str, kind: str = "TEXT") -> str:
    """Return a column that is read from the JSON of a story."""
    return f"CAST(json_extract(CAST(s.body AS TEXT), '$.{path}') AS {kind}) AS {name}"


_STORY_COLUMNS = ",\n    ".join(
    (
        _of_story("canonical_id", "members[0].doc_id"),
        "CAST(json_array_length(CAST(s.body AS TEXT), '$.members') AS INTEGER) AS size",
        _of_story("why_rule", "why.rule"),
        _of_story("why_runner_up", "why.runner_up"),
        _of_story("why_detail", "why.detail"),
        _of_story("first_date", "first_date"),
        _of_story("last_date", "last_date"),
        _of_story("outlets", "outlets"),
        _of_story("agencies", "agencies"),
        _of_story("origins", "origins", "INTEGER"),
        _of_story("weakest_left", "weakest.left"),
        _of_story("weakest_right", "weakest.right"),
        _of_story("weakest_score", "weakest.score", "REAL"),
        _of_story("weakest_score_kind", "weakest.score_kind"),
        _of_story("absorbed", "absorbed"),
    )
)

_STORIES = f"""CREATE VIEW v_stories AS
SELECT s.story_id AS story_id,
    {_STORY_COLUMNS},
    s.first_dump AS first_dump
FROM stories s"""


def _of_member(name: str, path: str, kind: str) -> str:
    """Return a column that is read from the JSON of a member."""
    return f"CAST(json_extract(m.value, '$.{path}') AS {kind}) AS {name}"


_MEMBER_COLUMNS = ",\n    ".join(
    (
        _of_member("relation", "relation", "TEXT"),
        _of_member("score", "score", "REAL"),
        f"CAST(CASE json_extract(m.value, '$.relation') {_SCORE_KIND} END AS TEXT) AS score_kind",
        _of_member("jaccard", "jaccard", "REAL"),
        _of_member("containment", "contained", "REAL"),
        _of_member("contains", "contains", "REAL"),
    )
)

_MEMBERS = f"""CREATE VIEW v_members AS
SELECT s.story_id AS story_id, d.row AS row, d.doc_id AS id,
    CAST(m.key = 0 AS INTEGER) AS is_canonical,
    {_MEMBER_COLUMNS},
    CAST(iif(c.representative = d.row, NULL, r.doc_id) AS TEXT) AS copy_of,
    d.url AS url, d.title AS title, d.host AS host, d.date AS date
FROM stories s CROSS JOIN json_each(CAST(s.body AS TEXT), '$.members') m
    CROSS JOIN documents d ON d.row = json_extract(m.value, '$.row')
    LEFT JOIN decisions c ON c.row = d.row LEFT JOIN documents r ON r.row = c.representative"""

_PAIR = "JOIN documents l ON l.row = p.one JOIN documents r ON r.row = p.other"

_COPY_PAIRS = f"""CREATE VIEW v_copy_pairs AS
SELECT l.doc_id AS left_id, r.doc_id AS right_id, p.jaccard AS jaccard,
    p.one_in_other AS containment, p.other_in_one AS contains, p.numbers AS numbers,
    p.matched AS matched
FROM copy_pairs p {_PAIR}"""

_STORY_SCORES = f"""CREATE VIEW v_story_scores AS
SELECT l.doc_id AS left_id, r.doc_id AS right_id, p.score AS candidate_score
FROM story_scores p {_PAIR}"""

_REMOVED_LINES = """CREATE VIEW v_removed_lines AS
SELECT d.doc_id AS id, d.row AS row, CAST(e.key AS INTEGER) AS place,
    CAST(json_extract(e.value, '$[0]') AS TEXT) AS step,
    CAST(json_extract(e.value, '$[1]') AS TEXT) AS text
FROM documents d CROSS JOIN contents t ON t.row = d.row
    CROSS JOIN json_each(CAST(t.removed AS TEXT)) e
WHERE d.leftovers > 0"""

VIEWS = (_DOCUMENTS, _MEMBERS, _STORIES, _COPY_PAIRS, _STORY_SCORES, _REMOVED_LINES)
"""The statements that make the views."""

"""The views of a store say what the outputs say, to every program that reads SQLite."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from runs import dated_article, text_of

from dedup.models import Document, Removal
from dedup.store import Store, stored_document

VIEWS = {
    "v_documents": {"row": int, "dump": int, "score": float, "size": int, "tokens": int,
                    "removed_lines": int},
    "v_stories": {"size": int, "origins": int, "weakest_score": float, "first_dump": int},
    "v_members": {"row": int, "is_canonical": int, "score": float, "jaccard": float,
                  "containment": float, "contains": float},
    "v_copy_pairs": {"jaccard": float, "containment": float, "contains": float, "numbers": float,
                     "matched": int},
    "v_story_scores": {"candidate_score": float},
    "v_removed_lines": {"row": int, "place": int},
}  # fmt: skip
"""The views, and their columns that are numbers; all others are texts."""


def rows_of(store, query, *parameters):
    """The rows of a query as dictionaries, read as any other program reads them."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, parameters)]


@pytest.fixture(scope="module")
def store(sample_run):
    return sample_run.path / "store.sqlite"


@pytest.fixture(scope="module")
def days(command, tmp_path_factory):
    """A store of two dumps: rewrites, copies, an id that comes twice."""
    folder = tmp_path_factory.mktemp("days")
    one, two = folder / "one.jsonl", folder / "two.jsonl"
    store = folder / "news.sqlite"
    first = [dated_article(f"a{seed}", text_of(seed)) for seed in range(3)]
    first.append(dated_article("a0", text_of(7)))
    second = [dated_article("b0", text_of(0), day=2), dated_article("b1", text_of(9), day=2)]
    for path, records, name in ((one, first, "first"), (two, second, "second")):
        path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
        out = command.run(path, "--store", store, "--dump", name, out=folder / name)
    return store, out


def rounded(line):
    """The fields of an output with the digits that outputs have."""
    return {
        name: round(cell, 6) if isinstance(cell, float) else cell for name, cell in line.items()
    }


def shared(view_rows, lines):
    """Rows and lines, both cut down to the names that both have."""
    names = view_rows[0].keys() & lines[0].keys()
    cut = [{name: row[name] for name in names} for row in view_rows]
    return list(map(rounded, cut)), [
        rounded({name: line[name] for name in names}) for line in lines
    ]


def test_documents_have_the_decisions_on_them(store, sample_run):
    rows = rows_of(store, "SELECT * FROM v_documents ORDER BY row")
    found, expected = shared(rows, sample_run.decisions)

    assert found == expected
    assert len(found[0]) > 10


def test_rejected_documents_say_where_they_were_and_why(store, sample_run):
    rows = rows_of(store, "SELECT * FROM v_documents WHERE status = 'rejected' ORDER BY row")

    assert rows
    assert shared(rows, sample_run.rejected)[0] == shared(rows, sample_run.rejected)[1]
    assert {"id", "source", "reason", "detail"} <= rows[0].keys()


def test_sizes_are_those_of_the_stories(store):
    query = (
        "SELECT d.size, s.size AS expected FROM v_documents d LEFT JOIN v_stories s "
        "USING (story_id) WHERE status != 'rejected'"
    )
    for row in rows_of(store, query):
        assert row["size"] == (row["expected"] or 1)


def test_stories_are_those_of_the_outputs(store, sample_run):
    rows = rows_of(store, "SELECT * FROM v_stories ORDER BY story_id")
    for row in rows:
        for name in ("outlets", "agencies", "absorbed"):
            row[name] = json.loads(row[name])
        ends = {name: row[f"weakest_{name}"] for name in ("left", "right", "score", "score_kind")}
        row["weakest"] = rounded(ends)
        row["why"] = {name: row[f"why_{name}"] for name in ("rule", "runner_up", "detail")}
    found, expected = shared(rows, sample_run.stories)

    assert found == [{**line, "weakest": rounded(line["weakest"])} for line in expected]
    assert {"weakest", "why", "origins", "size", "outlets", "last_date"} <= found[0].keys()


def test_members_are_those_of_the_outputs_the_canonical_first(store, sample_run):
    for story in sample_run.stories:
        query = "SELECT * FROM v_members WHERE story_id = ?"
        rows = rows_of(store, query, story["story_id"])

        found, expected = shared(rows, story["members"])
        assert found == expected
        assert [row["is_canonical"] for row in rows] == [1] + [0] * (story["size"] - 1)


def test_pairs_have_the_ids_of_documents(store, sample_run):
    ids = {line["id"] for line in sample_run.decisions}
    for view in ("v_copy_pairs", "v_story_scores"):
        pairs = rows_of(store, f"SELECT left_id, right_id FROM {view}")
        table = rows_of(store, f"SELECT count(*) AS pairs FROM {view.removeprefix('v_')}")

        assert table == [{"pairs": len(pairs)}]
        assert {name for pair in pairs for name in pair.values()} <= ids


def test_a_copy_of_its_canonical_is_a_measured_pair(store):
    query = (
        "SELECT m.jaccard, p.jaccard AS measured, m.containment, p.containment AS measured_share "
        "FROM v_members m JOIN v_documents d USING (id) "
        "JOIN v_copy_pairs p ON left_id = m.id AND right_id = d.canonical_id WHERE p.matched"
    )
    rows = rows_of(store, query)

    assert rows
    for row in rows:
        assert row["jaccard"] == row["measured"]
        assert row["containment"] == row["measured_share"]


def test_removed_lines_are_what_cleaning_removed(store, sample_run):
    query = "SELECT id, count(*) AS lines FROM v_removed_lines GROUP BY id ORDER BY id"
    counted = "SELECT id, removed_lines AS lines FROM v_documents WHERE lines > 0 ORDER BY id"

    assert rows_of(store, query) == rows_of(store, counted)
    for row in rows_of(store, "SELECT * FROM v_removed_lines"):
        assert row["step"]
        assert row["text"]


def test_what_cleaning_removed_can_be_read_however_long_it_is(tmp_path):
    removed = (Removal("one", "x" * 100_000), Removal("two", '\u2028 "quoted" \\ é'))
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        document = Document("a", "source", {}, "some words", removed=removed)
        store.documents.add([stored_document(document, bytes(8))])

    rows = rows_of(path, "SELECT step, text FROM v_removed_lines WHERE id = 'a' ORDER BY place")
    assert [(row["step"], row["text"]) for row in rows] == [
        (each.step, each.text) for each in removed
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_has_one_type(view, store):
    rows = rows_of(store, f"SELECT * FROM {view}")

    assert rows
    for name in rows[0]:
        kinds = {type(row[name]) for row in rows} - {type(None)}
        assert kinds <= {VIEWS[view].get(name, str)}, name


INDEXED = [
    ("v_documents", "id"), ("v_documents", "row"), ("v_stories", "story_id"),
    ("v_members", "story_id"), ("v_copy_pairs", "left_id"), ("v_story_scores", "left_id"),
    ("v_removed_lines", "id"), ("v_removed_lines", "row"),
]  # fmt: skip


@pytest.mark.parametrize(("view", "column"), INDEXED)
def test_one_document_or_story_is_found_by_an_index(view, column, store):
    plan = rows_of(store, f"EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE {column} = ?", "x")
    scans = [row["detail"] for row in plan if row["detail"].startswith("SCAN")]

    # A store has few dumps, and the members of one story are read from its JSON.
    assert [each for each in scans if each != "SCAN dumps" and "VIRTUAL" not in each] == []


def test_all_dumps_of_a_store_are_shown_as_they_are_now(days):
    store, _ = days
    rows = {(row["id"], row["row"]): row for row in rows_of(store, "SELECT * FROM v_documents")}

    assert {(row["dump"], row["dump_name"]) for row in rows.values()} == {
        (1, "first"),
        (2, "second"),
    }
    assert [row["reason"] for (name, _), row in rows.items() if name == "a0"][1] == "duplicate-id"
    copy, original = rows["b0", 4], rows["a0", 0]
    assert {copy["status"], original["status"]} == {"canonical", "duplicate"}
    assert copy["story_id"] == original["story_id"]
    members = rows_of(store, "SELECT id FROM v_members ORDER BY id")
    assert [row["id"] for row in members] == ["a0", "b0"]


def test_the_columns_that_are_promised_are_there(store):
    for view, numbers in VIEWS.items():
        assert numbers.keys() <= rows_of(store, f"SELECT * FROM {view} LIMIT 1")[0].keys()

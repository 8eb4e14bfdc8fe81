"""Parquet holds the rows that JSON lines hold."""

from __future__ import annotations

import json
import random

import pyarrow.parquet as pq
import pytest

TABLES = ("survivors", "decisions", "stories")

# At the level of stories, records of random words would be rewrites.
TABLE = ("--level", "copies", "--format", "parquet")

MIXED = [
    {"views": 3, "tags": ["a"], "rank": 1},
    {"views": "many", "tags": "a", "rank": 1.5},
    {"views": None, "tags": {"x": 1}, "rank": 2**70},
    {"views": [1, 2], "tags": [], "rank": None},
    {"views": 1.5, "extra": {"deep": [{"er": True}]}, "rank": "first"},
    {"views": True, "extra": {"deep": "text"}},
    {"list": [None], "nothing": None},
]


def rows(path):
    return pq.read_table(path).to_pylist()


def filled(lines):
    """Lines with every field that one of them has; a missing field is an empty cell."""
    names = dict.fromkeys(name for line in lines for name in line)
    return [{name: line.get(name) for name in names} for line in lines]


def records(extras):
    words = ["amber", "basin", "copper", "delta", "ember", "falcon", "granite", "harbor"]
    for number, extra in enumerate([*extras, {}]):
        text = " ".join(random.Random(min(number, len(extras) - 1)).choices(words, k=60))
        yield {"id": f"r{number}", "text": text, **extra}


@pytest.fixture
def both(command, tmp_path):
    def run(source):
        lines = command.run(source, "--level", "copies", out=tmp_path / "lines")
        command.run(source, *TABLE, out=tmp_path / "table")
        return lines, tmp_path / "table"

    return run


def test_the_samples_give_the_same_rows(command, samples, copies_run, tmp_path):
    lines, table = copies_run, tmp_path / "table"
    command.run(samples / "dump", *TABLE, out=table)

    assert rows(table / "decisions.parquet") == filled(lines.decisions)
    assert rows(table / "stories.parquet") == filled(lines.stories)
    assert rows(table / "survivors.parquet") == filled(lines.survivors)


def test_only_the_three_tables_are_parquet(command, jsonl, tmp_path):
    table = tmp_path / "table"
    command.run(jsonl(list(records([{}, {}]))), *TABLE, out=table)

    assert {path.name for path in table.iterdir()} == {
        *(f"{name}.parquet" for name in TABLES),
        "rejected.jsonl",
        "manifest.json",
        "store.sqlite",
    }


def as_cell(value):
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def test_a_field_of_mixed_types_becomes_text(both, jsonl):
    _, table = both(jsonl(records(MIXED)))
    found = {row["id"]: row for row in rows(table / "survivors.parquet")}

    for number, extra in enumerate(MIXED[:-1]):
        row = found[f"r{number}"]
        for name in ("views", "tags", "rank", "extra"):
            assert row[name] == as_cell(extra.get(name)), (number, name)
    assert all(row.get("nothing") is None for row in found.values())


def test_a_type_that_changes_after_a_thousand_rows_is_seen(both, jsonl):
    plain = [
        {"id": f"p{n}", "text": f"the {n} th of some short texts here", "v": n} for n in range(1100)
    ]
    _, table = both(jsonl([*plain, *records([{"v": "text"}, {"w": 1}])]))
    found = {row["id"]: row for row in rows(table / "survivors.parquet")}

    assert len(found) == 1102
    assert found["p7"]["v"] == "7"
    assert found["r0"]["v"] == "text"


def test_whole_numbers_and_fractions_share_a_column_of_numbers(both, jsonl):
    _, table = both(jsonl(records([{"v": 1}, {"v": 2.5}])))

    assert {row["v"] for row in rows(table / "survivors.parquet")} >= {1, 2.5}


def test_a_run_without_stories_gives_readable_tables(command, jsonl, tmp_path):
    """Every record is rejected but a pair, so that a column may hold nothing at all."""
    run = command.run(jsonl(records([{}])), *TABLE, out=tmp_path / "out")

    assert len(rows(run.path / "survivors.parquet")) == 1
    assert [row["status"] for row in rows(run.path / "decisions.parquet")] == [
        "canonical",
        "duplicate",
    ]


ODD = {
    "half a character": {"odd": "\ud800"},
    "half a character in a list": {"odd": ["\ud800"]},
    "half a character in a name": {"\ud800": 1},
    "an empty object": {"odd": {}},
    "an empty object in a list": {"odd": [{}]},
    "an empty list": {"odd": []},
    "a list of nothing": {"odd": [None]},
    "an empty name": {"": 1},
    "a whole number over 64 bits": {"odd": 2**70},
    "one over 64 bits in a list": {"odd": [2**70]},
    "a name with dots": {"a.b": {"c.d": 1}},
}


@pytest.mark.parametrize("odd", [pytest.param(odd, id=name) for name, odd in ODD.items()])
def test_whatever_json_can_hold_can_be_written(odd, both, jsonl):
    """Among plain values and alone."""
    lines, table = both(jsonl(records([odd, odd])))

    assert [row["id"] for row in rows(table / "survivors.parquet")] == [
        each["id"] for each in lines.survivors
    ]

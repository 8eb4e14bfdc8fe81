"""The Parquet files of all days share one schema a table, and other tools read them together."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.json_codec import dump_json
from dedup.models import Decision, OutputRecord, Relation, Status
from dedup.write.document_rows import survivor_rows
from dedup.write.lines import change_lines, decision_lines, rejected_lines, story_lines
from dedup.write.parquet import write_parquet
from dedup.write.schemas import SCHEMAS

pytestmark = pytest.mark.slow

TABLES = ("survivors", "decisions", "stories", "rejected", "changes")

DAYS = 24
"""Dumps that go through the command."""

STANDARD = ("title", "url", "date", "author", "site", "language", "agency", "html", "dedup")

texts = st.text(st.characters(), max_size=12)
names = st.none() | texts
dates = st.none() | st.sampled_from(["2026-03-04", "2026-03-04T10:30:00Z"])
shares = st.floats(0, 1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
fields = st.dictionaries(st.sampled_from(STANDARD) | texts, values, max_size=6)
relations = st.sampled_from([relation.value for relation in Relation])

decisions = st.builds(
    Decision,
    row=st.just(0),
    doc_id=texts,
    status=st.sampled_from(Status),
    story_id=names,
    canonical_id=names,
    size=st.integers(1, 2**40),
    relation=st.none() | relations,
    score=st.none() | shares,
    reason=texts,
    copy_of=names,
    url=names,
    title=names,
    host=names,
)
survivors = st.tuples(
    st.builds(OutputRecord, texts, dates, fields.map(dump_json), names), decisions
)
members = st.fixed_dictionaries(
    {
        "doc_id": texts,
        "relation": st.none() | relations,
        **dict.fromkeys(("score", "jaccard", "contained", "contains"), st.none() | shares),
        **dict.fromkeys(("copy_of", "url", "title", "host"), names),
    }
)
links = st.fixed_dictionaries({"left": texts, "right": texts, "score": shares, "score_kind": names})
stories = st.fixed_dictionaries(
    {
        "story_id": texts,
        "why": st.fixed_dictionaries({"rule": texts, "runner_up": texts, "detail": texts}),
        "first_date": dates,
        "last_date": dates,
        **dict.fromkeys(("outlets", "agencies", "absorbed"), st.lists(texts, max_size=2)),
        "origins": st.integers(1, 9),
        "weakest": st.none() | links,
        "members": st.lists(members, min_size=1, max_size=3),
    }
)
changes = st.fixed_dictionaries(
    {
        **dict.fromkeys(("story_id", "canonical_id", "change", "why"), texts),
        "dump": st.integers(1, 400),
        "date": dates,
    },
    optional={
        **dict.fromkeys(("added", "unique_until_now", "absorbed"), st.lists(texts, max_size=2)),
        "canonical_until_now": names,
    },
)
rejections = st.tuples(texts, texts, texts, names)


def few(one):
    return st.lists(one, max_size=3)


dumps = st.fixed_dictionaries(
    {
        "survivors": few(survivors).map(lambda found: list(survivor_rows(found, {}))),
        "decisions": few(decisions).map(lambda found: list(decision_lines(found))),
        "stories": few(stories).map(lambda found: list(story_lines(found))),
        "rejected": few(rejections).map(lambda found: list(rejected_lines(found))),
        "changes": few(changes).map(lambda found: list(change_lines(found))),
    }
)


@pytest.fixture(scope="module")
def random_days(tmp_path_factory):
    """The tables of 1,000 random small dumps, and how many rows each has in all."""
    folder = tmp_path_factory.mktemp("random")
    counts = Counter()
    number = 0

    @settings(max_examples=1000, suppress_health_check=list(HealthCheck))
    @given(dumps)
    def write(dump):
        nonlocal number
        number += 1
        for table, found in dump.items():
            path = folder / f"{number:04}" / f"{table}.parquet"
            path.parent.mkdir(exist_ok=True)
            write_parquet(path, found, table)
            counts[table] += len(found)

    write()
    assert number >= 1000
    return folder, counts


def records_of(day):
    """The dump of a day: fields and rejections that come and go, copies of the day before."""
    text = "the ferry to port elwood runs again from monday after repairs to the ramp"
    yield {"id": f"{day}a", "text": f"{text} {day}", "date": f"2026-03-{day % 28 + 1:02}"}
    yield {"id": f"{day}b", "text": f"{text} {day - 1}", "views": day if day % 2 else "many"}
    if day % 3 == 0:
        yield {"id": f"{day}c", "text": "short", "url": f"https://a.example/{day}"}
    if day % 4 == 0:
        yield {"id": day, "text": [f"{text} {day}"], "title": 5, "tags": [{"a": None}, "b"]}


@pytest.fixture(scope="module")
def days(command, tmp_path_factory):
    """The folders of some days of one store, and how many rows each table has in all."""
    folder = tmp_path_factory.mktemp("days")
    counts = Counter()
    for day in range(DAYS):
        source = folder / f"{day}.jsonl"
        source.write_text("".join(json.dumps(each) + "\n" for each in records_of(day)), "utf-8")
        arguments = (source, "--store", folder / "news.sqlite", "--format", "parquet")
        out = command.run(*arguments, "--window", 99, out=folder / "out" / str(day)).path
        for table in TABLES:
            counts[table] += pq.read_metadata(out / f"{table}.parquet").num_rows
    assert all(counts[table] for table in TABLES)
    return folder / "out", counts


def by_pyarrow(paths):
    return ds.dataset(paths, schema=pq.read_schema(paths[0])).to_table().num_rows


def by_polars(paths):
    import polars

    return polars.read_parquet(paths).height


def by_duckdb(paths):
    import duckdb

    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        return len(database.execute("SELECT * FROM read_parquet(?)", [paths]).fetchall())


def by_datasets(paths, cache):
    from datasets import load_dataset

    found = load_dataset("parquet", data_files=paths, split="train", cache_dir=str(cache))
    return sum(1 for _ in found)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("source", ["random_days", "days"])
def test_the_tables_of_all_days_are_read_together(source, table, request, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder, counts = request.getfixturevalue(source)
    paths = sorted(map(str, folder.glob(f"*/{table}.parquet")))

    for path in paths:
        assert pq.read_schema(path).equals(SCHEMAS[table], check_metadata=True), path
    assert by_pyarrow(paths) == counts[table]
    assert by_polars(paths) == counts[table]
    assert by_duckdb(paths) == counts[table]
    assert by_datasets(paths, tmp_path) == counts[table]

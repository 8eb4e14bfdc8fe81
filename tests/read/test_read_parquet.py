from __future__ import annotations

import datetime
import gzip
import io
import random
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import ids, reasons

from dedup.config import ReadConfig
from dedup.read import Source, Tally, read
from dedup.read.table_values import json_value


def stored(table, **options):
    sink = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), sink, **options)
    return sink.getvalue()


def test_each_row_is_a_record(dump):
    content = stored({"id": ["x", None, ""], "text": ["a", "b", "c"], "n": [1, 2, 3]})
    found = dump.read("a.parquet", content)
    assert ids(found) == ["x", "a.parquet:2", "a.parquet:3"]
    assert found[1].fields == {"id": None, "text": "b", "n": 2}


def test_rows_are_numbered_over_all_batches_and_row_groups(dump):
    found = dump.read("a.parquet", stored({"text": ["a"] * 500}, row_group_size=70))
    assert ids(found) == [f"a.parquet:{n}" for n in range(1, 501)]
    assert sum(each.consumed for each in found) == dump.tally.bytes > 0


def test_bytes_are_consumed_as_rows_come(dump):
    texts = [random.Random(n).randbytes(1_000).hex() for n in range(500)]
    found = dump.read("a.parquet", stored({"text": texts}, row_group_size=70))
    half = sum(each.consumed for each in found[:250])
    assert half == pytest.approx(dump.tally.bytes / 2, rel=0.3)


def test_the_format_is_detected_by_its_content(dump):
    assert dump.read_one("a.dat", stored({"text": ["a"]})).text == "a"


def test_the_fields_can_be_mapped(dump):
    assert dump.read_one("a.parquet", stored({"b": ["a"]}), fields=(("text", "b"),)).text == "a"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        (float("nan"), None),
        (float("inf"), None),
        ("a", "a"),
        (b"caf\xc3\xa9", "café"),
        (b"\xff", "/w=="),
        (Decimal("1.10"), "1.10"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29, 12, 30), "2024-02-29T12:30:00"),
        (datetime.time(12, 30), "12:30:00"),
        (datetime.timedelta(hours=1), "1:00:00"),
        ([b"a", [None]], ["a", [None]]),
        ({"a": {1: Decimal(1)}}, {"a": {"1": "1"}}),
        ([("k", b"v")], [["k", "v"]]),
    ],
    ids=repr,
)
def test_values_become_json(value, expected):
    assert json_value(value) == expected


def test_columns_of_every_type_are_read(dump):
    when = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "text": ["a"],
            "when": pa.array([when], pa.timestamp("s", "UTC")),
            "fine": pa.array([1], pa.timestamp("ns")),
            "far": pa.array([10**15], pa.timestamp("ms")),
            "tags": [["x", "y"]],
            "owner": [{"name": "n", "raw": b"\xff"}],
            "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
            "kind": pa.array(["k"]).dictionary_encode(),
        }
    )
    fields = dump.read_one("a.parquet", stored(table)).fields
    assert fields["when"] == "2024-02-29T12:30:00+00:00"
    assert fields["fine"].startswith("1970-01-01")
    assert isinstance(fields["far"], str)
    assert fields["owner"] == {"name": "n", "raw": "/w=="}
    assert (fields["tags"], fields["map"], fields["kind"]) == (["x", "y"], [["k", 1]], "k")


def test_text_that_is_not_utf8_costs_no_other_row(dump):
    odd = pa.array([b"ok", b"caf\xe9", None]).view(pa.string())
    found = dump.read("a.parquet", stored({"text": odd}))
    assert [each.text for each in found] == ["ok", "café", None]


def test_a_time_in_a_zone_that_does_not_exist_is_broken(dump):
    table = {"text": ["a"], "when": pa.array([0], pa.timestamp("s", "Mars/Phobos"))}
    assert reasons(dump.read("a.parquet", stored(table))) == ["broken-parquet"]


def test_a_file_that_is_cut_is_broken(dump):
    content = stored({"text": ["a"]})
    found = dump.read("a.parquet", content[:-20])
    assert (ids(found), reasons(found)) == (["a.parquet:1"], ["broken-parquet"])
    assert dump.tally.bytes == len(content) - 20


def test_damage_costs_the_rest_of_its_row_group(dump):
    texts = [f"{n} " * 500 for n in range(400)]
    table = {"text": texts}
    content = bytearray(stored(table, row_group_size=100, compression="zstd", use_dictionary=False))
    at = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(2).column(0).data_page_offset
    content[at : at + 400] = b"\xff" * 400
    found = dump.read("a.parquet", bytes(content))
    (damaged,) = [place for place, reason in enumerate(reasons(found)) if reason]
    assert reasons(found)[damaged] == "broken-parquet"
    assert 200 <= damaged < 300
    assert [each.text for each in found[:damaged]] == texts[:damaged]
    assert [each.text for each in found[damaged + 1 :]] == texts[300:]
    assert ids(found) == [f"a.parquet:{n + 1}" for n in [*range(damaged + 1), *range(300, 400)]]


@pytest.mark.parametrize(
    "table", [{"text": pa.array([], pa.string())}, {}], ids=["rows", "columns"]
)
def test_a_table_without_rows_or_columns_is_empty(dump, table):
    assert reasons(dump.read("a.parquet", stored(table))) == ["empty"]


def test_a_packed_file_must_be_unpacked_first(dump):
    found = dump.read_one("a.parquet.gz", gzip.compress(stored({"text": ["a"]})))
    assert found.rejection.reason == "unknown-kind"
    assert "gzip" in found.rejection.detail


def test_stdin_cannot_be_parquet(monkeypatch):
    content = stored({"text": ["a"]})
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    (found,) = read(Source("-", None), ReadConfig(), Tally())
    assert found.rejection.reason == "unknown-kind"

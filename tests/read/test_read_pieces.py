"""Pieces of a file give the records of the whole file."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dedup.config import ReadConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.errors import InputError
from dedup.models import RawLine
from dedup.pipeline.plan_inputs import cut_sources
from dedup.read import Source, Tally, read_raw
from dedup.read.pieces import count_lines, read_piece

LAWS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None
)
SMALL = ReadConfig(max_document_bytes=1000)

BOM = b"\xef\xbb\xbf"

LINES = st.one_of(
    st.sampled_from(
        [
            b"", b"  ", b"\r", b"{}", b"[]", b",", b"7", b"null", b"\xff\xfe", b"\x1f\x8b",
            b'{"text": "Rain"}', b'{"id": "a", "text": "Rain"}\r', BOM + b'{"text": "Snow"}',
            b'{"text": "a"}{"text": "b"}', b'{"text": "a"}, {"text": "b"},', b'{"text": "cut',
            b'{"text": "' + b"x" * 1100 + b'"}', b"y" * 2100, b" " * 2100, b"{",
            b'{"html": "<p>Rain</p>"}',
            b'[{"text": "a"}, {"text": "b"}]', '{"text": "R\u00e9gen"}'.encode(),
        ]
    ),
    st.binary(max_size=30),
)  # fmt: skip


def bare(raws):
    """Records without what is only for the progress bar, as a run of the pages knows them."""
    return [replace(raw, consumed=0) for raw in raws]


def whole(source, config=SMALL):
    tally = Tally()
    return bare(read_raw(source, config, tally)), tally


def cut(source, split_bytes, config=SMALL):
    tally = Tally()
    pieces = list(cut_sources(InMemoryEngine(), [source], split_bytes))
    raws = bare(raw for piece in pieces for raw in read_piece(piece, config, tally))
    return raws, tally, pieces


def assert_same(source, split_bytes, config=SMALL):
    raws, counted, pieces = cut(source, split_bytes, config)
    expected, tally = whole(source, config)
    assert raws == expected
    assert (counted.files, counted.bytes, counted.passed_over) == (
        tally.files, tally.bytes, tally.passed_over,
    )  # fmt: skip
    return pieces


@LAWS
@given(st.lists(LINES, max_size=12), st.booleans(), st.integers(1, 3000), st.booleans())
@example([b'{"text": "Rain"}', b"x" * 2100, b"", b"{}"], True, 1, False)
def test_lines_in_ranges_of_any_size(dump, lines, has_last_end, split_bytes, has_mark):
    first = [b'{"text": "first"}'] if split_bytes % 4 else []
    content = b"\n".join([*first, *lines]) + b"\n" * has_last_end
    assert_same(dump.write("a.jsonl", BOM * has_mark + content), split_bytes)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_file_of_lines_is_cut_at_lines(end, dump):
    content = end.join(json.dumps({"text": f"text {n}"}).encode() for n in range(1000))
    pieces = assert_same(dump.write("a.jsonl", content), 1000, ReadConfig())
    assert len(pieces) > 15


@pytest.mark.parametrize(
    "content",
    [
        b'[{"text": "a"},\n{"text": "b"}]' + b" " * 100,
        b'{\n  "text": "a"\n}\n{\n  "text": "b"\n}\n',
        b'{"text": "a"},\n{"text": "b"},\n',
        b'{"text": "a"} {"text": "b"}',
        '{"text": "a"}\n{"text": "b"}\n'.encode("utf-16"),
        b"\n" * 100,
        b"7\n8\n" * 20,
    ],
    ids=["array", "pretty", "commas", "one line", "utf-16", "blank", "numbers"],
)
def test_what_is_no_file_of_lines_is_one_piece(content, dump):
    assert len(assert_same(dump.write("a.jsonl", content), 10)) == 1


def test_compressed_lines_are_one_piece(dump, packed):
    suffix, pack = packed
    content = pack(b'{"text": "Rain"}\n' * 100)
    for name in (f"a.jsonl.{suffix}", "a.jsonl"):
        assert len(assert_same(dump.write(name, content), 10)) == 1


def test_lines_are_cut_whatever_the_name(dump):
    source = dump.write("part-00000", b'{"text": "Rain"}\n' * 100)
    assert len(assert_same(source, 200)) > 5


def test_a_file_that_cannot_be_read_to_its_end_is_one_piece(dump, monkeypatch):
    source = dump.write("a.jsonl", b'{"text": "Rain"}\n' * 100)

    def counted(source, start, stop):
        return None if start > 500 else count_lines(source, start, stop)

    monkeypatch.setattr("dedup.pipeline.plan_inputs.count_lines", counted)
    assert len(assert_same(source, 200)) == 1


def parquet(rows, group, **columns):
    file = io.BytesIO()
    table = pa.table({"text": [f"text {n}" for n in range(rows)], **columns})
    pq.write_table(table, file, row_group_size=group)
    return file.getvalue()


@settings(LAWS, max_examples=30)
@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 5_000))
def test_row_groups_in_pieces_of_any_size(dump, rows, group, split_bytes):
    assert_same(dump.write("a.parquet", parquet(rows, group)), split_bytes, ReadConfig())


def test_a_damaged_row_group_costs_itself_in_pieces_too(dump):
    content = bytearray(parquet(40, 10))
    at = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(2).column(0).data_page_offset
    content[at : at + 20] = b"\xff" * 20
    pieces = assert_same(dump.write("a.parquet", bytes(content)), 1, ReadConfig())
    assert len(pieces) == 4


@pytest.mark.parametrize("content", [b"PAR1 cut", b"PAR1" * 20])
def test_damaged_parquet_is_one_piece(content, dump):
    assert len(assert_same(dump.write("a.parquet", content), 1)) == 1


def test_links_and_folders_are_refused_as_they_are_in_the_whole(dump, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "lines.jsonl"
    outside.write_bytes(b'{"text": "Rain"}\n' * 100)
    (dump.folder / "link.jsonl").symlink_to(outside)
    source = Source("link.jsonl", dump.folder / "link.jsonl", 1700, dump.folder.resolve())
    assert len(assert_same(source, 100)) == 1


def test_a_file_that_changed_is_an_error(dump):
    source = dump.write("a.jsonl", b'{"text": "Rain"}\n' * 100)
    pieces = list(cut_sources(InMemoryEngine(), [source], 200))
    with source.path.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(InputError, match="changed while it was read"):
        list(read_piece(pieces[1], ReadConfig(), Tally()))


def test_a_table_that_was_replaced_by_one_of_as_many_row_groups_is_an_error(dump, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["Rain"] * 90}), path, row_group_size=9)
    source = Source("a.parquet", path, path.stat().st_size)
    pieces = list(cut_sources(InMemoryEngine(), [source], 200))
    assert len(pieces) > 1
    pq.write_table(pa.table({"text": ["Snow falls"] * 100}), path, row_group_size=10)
    with pytest.raises(InputError, match="changed while it was read"):
        list(read_piece(pieces[1], ReadConfig(), Tally()))


def test_a_file_that_another_machine_does_not_have_is_an_error(dump):
    source = dump.write("a.jsonl", b'{"text": "Rain"}\n' * 100)
    pieces = list(cut_sources(InMemoryEngine(), [source], 10_000))
    source.path.unlink()
    with pytest.raises(InputError, match="all machines reach"):
        list(read_piece(pieces[0], ReadConfig(), Tally()))


def test_lines_stay_unparsed(dump):
    source = dump.write("a.jsonl", b'{"text": "Rain"}\n' * 100)
    raws, _, _ = cut(source, 100)
    assert {type(raw) for raw in raws} == {RawLine}

"""Files that processes of an engine write: all rows, in their order, in row groups that fit."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write import part_files as module
from dedup.write.part_files import PART_FILES, part_files, row_groups, write_parquet_part

SCHEMA = pa.schema([("row", pa.int64()), ("text", pa.binary())])

CELLS = st.lists(st.tuples(st.integers(0, 99), st.binary(max_size=30) | st.none()), max_size=12)


def batch_of(rows):
    columns = list(zip(*rows, strict=True)) or [(), ()]
    return pa.record_batch(list(map(pa.array, columns, SCHEMA.types)), schema=SCHEMA)


@given(st.lists(CELLS, max_size=6), st.integers(1, 8), st.integers(1, 90))
def test_row_groups_have_all_rows_in_their_order_and_fit(lists, most_rows, most_bytes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS_A_GROUP", most_rows)
        patch.setattr(module, "BYTES_A_GROUP", most_bytes)
        groups = list(row_groups(map(batch_of, lists)))
    expected = [row for rows in lists for row in rows]
    assert [row for group in groups for row in zip(*group.to_pydict().values(), strict=True)] == (
        expected
    )
    assert all(0 < len(group) <= most_rows for group in groups)


def test_a_row_group_ends_where_its_bytes_are_too_many(monkeypatch):
    monkeypatch.setattr(module, "BYTES_A_GROUP", 1_000)
    rows = [(number, b"x" * 300) for number in range(10)]
    assert [len(group) for group in row_groups([batch_of(rows)])] == [3, 3, 3, 1]
    assert len(list(row_groups([batch_of([(1, b"x" * 5_000)] * 2)]))) == 2


@given(st.lists(CELLS, max_size=4))
def test_a_file_has_the_rows_and_is_reported(tmp_path_factory, lists):
    folder = Location.of(tmp_path_factory.mktemp("parts"))
    expected = [row for rows in lists for row in rows]
    found = list(write_parquet_part(folder, SCHEMA, map(batch_of, lists)))
    files = part_files(pa.Table.from_batches(found, PART_FILES))
    assert [each.name for each in folder.entries()] == [each.name for each in files]
    assert len(files) == (1 if expected else 0)
    for file in files:
        with (folder / file.name).read() as opened:
            table = pq.read_table(opened)
        assert list(zip(*table.to_pydict().values(), strict=True)) == expected
        assert (file.rows, file.first) == (len(expected), expected[0][0])
        assert file.bytes == (folder / file.name).info().size


def test_the_same_task_again_writes_another_file(tmp_path):
    folder = Location.of(tmp_path)
    for _ in range(2):
        list(write_parquet_part(folder, SCHEMA, [batch_of([(1, b"a")])]))
    assert len(folder.entries()) == 2


def test_files_are_ordered_by_their_first_numbers(tmp_path):
    found = [
        batch
        for first in (30, 4, 500)
        for batch in write_parquet_part(Location.of(tmp_path), SCHEMA, [batch_of([(first, b"")])])
    ]
    assert [each.first for each in part_files(pa.Table.from_batches(found))] == [4, 30, 500]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (Location.of(tmp_path / "file" / "in"), Location("none://a/b")):
        with pytest.raises(OutputError, match="cannot write to"):
            list(write_parquet_part(folder, SCHEMA, [batch_of([(1, b"a")])]))

"""Parts of a table that processes of an engine write: all lines, in files of at most some bytes."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write import line_parts
from dedup.write.line_parts import part_names, write_line_part
from dedup.write.part_files import PART_FILES, part_files


def written(folder, lines, most, first=7):
    """Write lines with ascending numbers, and return the files in their order."""
    items = [(first + 3 * number, line) for number, line in enumerate(lines)]
    rows = write_line_part(
        Location.of(folder), "decisions", ".jsonl", items, lambda item: item[0],
        lambda found: (line for _, line in found), most,
    )  # fmt: skip
    return part_files(pa.Table.from_batches(rows, PART_FILES))


@given(
    st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)),
    st.integers(1, 60) | st.none(),
)
def test_files_have_all_lines_in_order_and_are_as_full_as_fits(tmp_path_factory, lines, most):
    folder = tmp_path_factory.mktemp("parts")
    files = written(folder, lines, most)
    found = [(folder / file.name).read_bytes() for file in files]

    assert b"".join(found) == b"".join(line + b"\n" for line in lines)
    assert [(file.rows, file.bytes) for file in files] == [
        (each.count(b"\n"), len(each)) for each in found
    ]
    if most is None:
        assert len(files) == bool(lines)
        return
    for file in files:
        assert file.bytes <= most or file.rows == 1
    for file, after in zip(files, found[1:], strict=False):
        assert file.bytes + len(after.partition(b"\n")[0]) + 1 > most


@given(st.lists(st.sampled_from([b"a", b"b" * 20])), st.integers(1, 60) | st.none())
def test_a_file_has_the_number_of_its_first_line(tmp_path_factory, lines, most):
    files = written(tmp_path_factory.mktemp("parts"), lines, most)
    before = 0
    for file in files:
        assert file.first == 7 + 3 * before
        before += file.rows
    assert before == len(lines)


def test_more_files_of_a_size_than_names_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(line_parts, "MOST_SHARDS", 2)
    files = written(tmp_path, [b"{}"] * 2, 1)
    assert part_names("survivors", ".jsonl", files, 1) == [
        "survivors-00000.jsonl", "survivors-00001.jsonl",
    ]  # fmt: skip
    for refused in (
        lambda: written(tmp_path, [b"{}"] * 3, 1),
        lambda: part_names("survivors", ".jsonl", [*files, *files], 1),
    ):
        with pytest.raises(OutputError, match="choose a larger --shard-size"):
            refused()

"""Survivors in shards, and compressed JSON lines: the same lines in the same order."""

import json

import pyarrow.parquet as pq
import pytest
from click import BadParameter
from hypothesis import given
from hypothesis import strategies as st
from runs import ROOT, read_lines
from test_annotate import RECORDS, TEXT, expand, refused

from dedup.cli.sizes import Size
from dedup.errors import OutputError
from dedup.write import table_files
from dedup.write.table_files import files_of, write_table_file

TABLES = ("survivors", "decisions", "stories", "rejected", "changes")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@given(st.lists(st.binary(max_size=30)), st.integers(1, 60))
def test_shards_have_all_lines_in_order_and_are_as_full_as_fits(lines, most):
    shards = [list(shard) for _, shard in files_of("a", ".jsonl", lines, most)]
    sizes = [sum(len(line) + 1 for line in shard) for shard in shards]

    assert [line for shard in shards for line in shard] == lines
    assert len(shards) == 1 or all(shards)
    for shard, size in zip(shards, sizes, strict=True):
        assert size <= most or len(shard) == 1
    for size, after in zip(sizes, shards[1:], strict=False):
        assert size + len(after[0]) + 1 > most


def test_shards_are_numbered_from_0():
    files = files_of("a", ".jsonl.gz", [b"{}"] * 3, 1)

    assert [name for name, lines in files if list(lines)] == [
        f"a-0000{number}.jsonl.gz" for number in range(3)
    ]


def test_too_many_shards_are_refused(monkeypatch):
    monkeypatch.setattr(table_files, "MOST_SHARDS", 2)
    files = files_of("a", ".jsonl", [b"{}"] * 3, 1)
    with pytest.raises(OutputError, match="choose a larger --shard-size"):
        [list(lines) for _, lines in files]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"])
def test_the_same_lines_give_the_same_bytes(suffix, tmp_path):
    line = {"id": "a", "source": "b", "reason": "empty", "detail": None}
    for name in ("one", "two"):
        write_table_file(tmp_path / name, [line] * 100, "rejected", suffix)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_all_tables_are_compressed(kind, command, samples, sample_run, tmp_path):
    arguments = (samples / "dump", "--compress", kind, "--store", tmp_path / "news.sqlite")
    run = command.run(*arguments, out=tmp_path / "out")

    suffix = f".jsonl.{kind}"
    assert names_in(run.path) == sorted(
        [*(f"{table}{suffix}" for table in TABLES), "manifest.json"]
    )
    for table, lines in sample_run.tables().items():
        assert expand(run.path / f"{table}{suffix}") == lines


def test_survivors_in_shards_are_those_in_one_file(command, samples, sample_run, tmp_path):
    arguments = (samples / "dump", "--shard-size", "20kB")
    run = command.run(*arguments, "--compress", "zst", out=tmp_path / "out")
    shards = sorted(run.path.glob("survivors-*.jsonl.zst"))
    parts = [expand(shard) for shard in shards]

    assert len(shards) > 2
    assert b"".join(parts) == sample_run.tables()["survivors"]
    assert all(len(part) <= 20_000 for part in parts)
    assert not list(run.path.glob("survivors.*"))
    again = command.run(run.path / "survivors-*.jsonl.zst", out=tmp_path / "again")
    assert [each["id"] for each in again.decisions] == [each["id"] for each in sample_run.survivors]


def test_shards_in_parquet_have_the_survivors(command, samples, sample_run, tmp_path):
    arguments = (samples / "dump", "--format", "parquet", "--shard-size", "20kB")
    run = command.run(*arguments, out=tmp_path / "out")
    shards = sorted(run.path.glob("survivors-*.parquet"))

    found = [row["id"] for shard in shards for row in pq.read_table(shard).to_pylist()]
    assert len(shards) > 2
    assert found == [each["id"] for each in sample_run.survivors]


def test_files_of_another_layout_do_not_stay(command, jsonl, tmp_path):
    """Nor do shards; a file of the user does."""
    out = tmp_path / "out"
    layouts = (
        ("--shard-size", "100"),
        ("--compress", "zst"),
        ("--format", "parquet", "--shard-size", "1GB"),
        (),
    )
    for layout in layouts:
        run = command.run(jsonl(RECORDS), "--level", "copies", *layout, "--overwrite", out=out)
        (out / "survivors-20260504.jsonl").write_text("mine")
    tables = [f"{table}.jsonl" for table in TABLES[:-1]]

    assert names_in(run.path) == sorted(
        [*tables, "manifest.json", "store.sqlite", "survivors-20260504.jsonl"]
    )


def test_a_dump_without_survivors_has_one_empty_shard(command, jsonl, tmp_path):
    first = command.run(jsonl(RECORDS[:1]), "--shard-size", "1kB", out=tmp_path / "out")
    arguments = (jsonl([RECORDS[0], {**RECORDS[0], "id": "c"}], "b.jsonl"), "--level", "copies")

    assert names_in(first.path)[-1] == "survivors-00000.jsonl"
    run = command.run(*arguments, "--shard-size", "1B", out=tmp_path / "small")
    assert [len(read_lines(path)) for path in run.path.glob("survivors-*")] == [1]


def test_compressed_decisions_are_evaluated(command, samples, sample_gold, tmp_path):
    run = command.run(samples / "dump", "--compress", "gz", out=tmp_path / "out")
    for out in (run.path, run.path / "decisions.jsonl.gz"):
        done = command("evaluate", out, sample_gold, "--json")
        assert json.loads(done.stdout)["all"]["b3_f1"] == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "parquet", "--compress", "gz"), "--compress is for JSON lines"),
        (("--survivors", "-", "--shard-size", "1MB"), "--survivors - writes none"),
        (("--shard-size", "many"), "is no size"),
        (("--shard-size", "0MB"), "too small"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_read(
    options, message, command, jsonl, tmp_path
):
    arguments = (jsonl([{"id": "a", "text": TEXT}]), "-o", tmp_path / "out", *options)

    assert message in refused(command, *arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("256MB", 256_000_000),
        ("1 GiB", 2**30),
        ("1.5kb", 1500),
        ("2K", None),
        ("700", 700),
        ("1TB", 10**12),
        ("-1", None),
        ("1e3", None),
        ("٣MB", None),
        ("", None),
    ],
)
def test_a_size_has_a_unit_or_is_in_bytes(given, size):
    if size is None:
        with pytest.raises(BadParameter):
            Size().convert(given, None, None)
    else:
        assert Size().convert(given, None, None) == size


def test_the_page_of_outputs_names_the_formats():
    page = (ROOT / "docs" / "outputs.md").read_text("utf-8")

    assert all(f"`{suffix}`" in page for suffix in table_files.SUFFIXES)

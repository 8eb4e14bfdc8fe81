"""Files and folders at addresses are found and read as those of this machine."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.config import Config, ReadConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.errors import InputError, OutputError
from dedup.locations import Location
from dedup.pipeline.plan_inputs import split_inputs
from dedup.read import Tally, discover, read_raw
from dedup.read.address_folders import Found, split_pattern

EVERYTHING = ReadConfig()

PAGE = b"<html><body><p>Rain fell on Monday.</p></body></html>"


def packed(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def table(rows):
    content = io.BytesIO()
    pq.write_table(
        pa.table({"text": [f"text {n}" for n in range(rows)]}), content, row_group_size=9
    )
    return content.getvalue()


FILES = {
    "05/a.jsonl": b'{"text": "Rain"}\r\n' * 50,
    "05/b.jsonl.gz": gzip.compress(b'{"text": "Rain"}\n' * 50),
    "05/c.parquet": table(30),
    "05/d.zip": packed({"x/a.html": PAGE, ".hidden": b"x", "e/robots.txt": b"x"}),
    "06/a.jsonl": b'{"text": "Snow"}\n',
    "06/x.example/index.html?p=1": PAGE,
    "06/x.example/100%41 #1.html": PAGE,
    "06/x.example/.hidden.html": PAGE,
    "06/x.example/robots.txt": b"none",
    "06/x.example/caf\u00e9/deep/z.html": PAGE,
    ".git/a.html": PAGE,
    "empty.jsonl": b"",
    "lines.txt": b"A text.",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name, content in FILES.items():
        path = tmp_path / "dump" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def records_of(inputs, config=EVERYTHING):
    tally = Tally()
    sources = list(discover(inputs, config, tally=tally, addresses=True))
    raws = [replace(raw, consumed=0) for each in sources for raw in read_raw(each, config, tally)]
    seen = [(each.name, each.size, each.place, each.folder) for each in sources]
    return seen, raws, (tally.files, tally.bytes, tally.passed_over, tally.digest())


def addresses(tree, inputs):
    return [f"file://{tree}/{each}" for each in inputs]


@pytest.mark.parametrize(
    "inputs",
    [
        ["dump"],
        ["dump/"],
        ["dump/05/a.jsonl"],
        ["dump/05", "dump/06"],
        ["dump/05", "dump/05/a.jsonl", "dump/06/a.jsonl"],
        ["dump/05/a.jsonl", "dump/06/a.jsonl"],
        ["dump/*/a.jsonl"],
        ["dump/*/*.jsonl", "dump/lines.txt"],
        ["dump/**/*.html"],
        ["dump/0[56]"],
        ["dump/0*/x.example"],
        ["dump/empty.jsonl"],
    ],
    ids=" ".join,
)
def test_names_records_and_counts_are_those_of_this_machine(inputs, tree):
    assert records_of(addresses(tree, inputs)) == records_of(inputs)
    config = ReadConfig(exclude=("*.zip", "caf\u00e9"))
    assert records_of(addresses(tree, inputs), config) == records_of(inputs, config)


def test_addresses_and_paths_together(tree):
    names, raws, _ = records_of(["dump/05", *addresses(tree, ["dump/06"])])
    assert len({raw.doc_id for raw in raws}) == len(raws)
    assert {name.partition("/")[0] for name, *_ in names} == {"05", "06"}


def test_a_name_has_a_question_mark_as_its_code(tree):
    given = f"file://{tree}/dump/06/x.example/index.html%3Fp=1"
    assert [name for name, *_ in records_of([given])[0]] == ["index.html?p=1"]


def test_without_an_engine_addresses_are_refused(tree):
    with pytest.raises(InputError, match="is an address"):
        discover([f"file://{tree}/dump"])


@pytest.mark.parametrize(
    ("given", "message"),
    [("gone", "does not exist: check the address"), ("gone/*", "matches no file"),
     ("*.gone", "matches no file")],
)  # fmt: skip
def test_what_is_not_there_is_refused(given, message, tree):
    with pytest.raises(InputError, match=message):
        discover([f"file://{tree}/{given}"], addresses=True)


def test_an_address_of_an_unknown_kind_is_one_sentence():
    with pytest.raises(InputError, match=r"^cannot read gopher://a/b \(") as refused:
        discover(["gopher://user:word@a/b?key=secret"], addresses=True)
    assert "secret" not in str(refused.value)
    assert "word" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_an_error_and_no_rejection(tree):
    (source,) = discover([f"file://{tree}/dump/lines.txt"], addresses=True)
    Path("dump/lines.txt").unlink()
    with pytest.raises(InputError, match="cannot read file://"):
        list(read_raw(source, ReadConfig(), Tally()))


@pytest.mark.parametrize("split_bytes", [100, 400, 100_000])
def test_parts_at_an_address_have_the_records_of_this_machine(split_bytes, tree):
    given = addresses(tree, ["dump"])
    split = split_inputs(InMemoryEngine(), given, Config(), split_bytes=split_bytes)
    raws = [
        replace(raw, consumed=0, **({"digest": None} if hasattr(raw, "digest") else {}))
        for part in split.parts for raw in part.read(Tally())
    ]  # fmt: skip
    expected = [
        replace(raw, **({"digest": None} if hasattr(raw, "digest") else {}))
        for raw in records_of(["dump"])[1]
    ]
    assert raws == expected
    assert split.names == given


def test_an_output_at_an_address_among_the_inputs_is_refused(tree):
    split = partial(split_inputs, InMemoryEngine(), addresses(tree, ["dump"]), Config())
    for output in addresses(tree, ["dump/out", "dump", ""]):
        with pytest.raises(OutputError):
            split(split_bytes=100, outputs=[Location.of(output)])
    split(split_bytes=100, outputs=[Location.of(f"file://{tree}/dump-2")])


def test_an_address_without_a_host_stays_one():
    found = Found(Location("hdfs:///news/2026"), True, 0)
    assert found.parent().location == Location("hdfs:///news")
    assert split_pattern("hdfs:///news/*/a", 1) == (Location("hdfs:///news"), ("*", "a"))

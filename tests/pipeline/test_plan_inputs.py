"""A dump in parts leaves the bytes and rows of a dump that is read as a whole."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
from contextlib import contextmanager
from functools import partial
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plan_runs import Compared, in_memory, local
from runs import ROOT, dated_article, text_of

from dedup.config import Config, ReadConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.errors import InputError, OutputError
from dedup.locations import Location
from dedup.pipeline.earlier_dumps import StoredDumps
from dedup.pipeline.plan import collect_results, plan_dump
from dedup.pipeline.plan_documents import plan_documents
from dedup.pipeline.plan_inputs import split_inputs
from dedup.pipeline.store_results import store_results
from dedup.read import Tally, discover, read_raw

DATA = ROOT.parent / "shared" / "data"

slow = pytest.mark.slow


@contextmanager
def in_parts(inputs, split_bytes, engine):
    """Let ``dedup run`` take a dump through the plan in parts, and compare what is counted."""

    def stages(records, size, store, config, progress, scorer=None):
        split = split_inputs(engine, inputs, config, split_bytes=split_bytes)
        assert split.size == size
        assert len(split.parts) > 1
        earlier = StoredDumps(store, config.story.window_days)
        planned = plan_dump(engine, split.parts, earlier, config, progress, scorer)
        store_results(store, collect_results(engine, planned), planned.before.stories, config)
        assert counted(split, planned.cleaned) == whole(inputs, config)
        for _ in records:  # what is read for the manifest
            pass

    with mock.patch("dedup.run.dump.run_stages", stages):
        yield


def counted(split, cleaned):
    """What is counted of a dump in parts."""
    tally = Tally()
    tally.add(split.tally)
    tally.add(cleaned.tally)
    return tally.files, tally.bytes, tally.passed_over


def whole(inputs, config):
    """What is counted of a dump that is read as a whole."""
    tally = Tally()
    for source in discover(inputs, config.read, tally=tally):
        for _ in read_raw(source, config.read, tally):
            pass
    return tally.files, tally.bytes, tally.passed_over


def raws_of(split, tally=None):
    return [raw for part in split.parts for raw in part.read(tally or Tally())]


@pytest.fixture(params=["copies", "stories"])
def compared(request, command, tmp_path):
    return Compared(command, tmp_path, "--level", request.param)


@pytest.mark.parametrize(
    ("name", "split_bytes"),
    [("dump.jsonl", 100_000), ("outlets", 200_000), pytest.param("", 200_000, marks=slow)],
)
def test_samples_in_parts(name, split_bytes, command, samples, tmp_path):
    dump = samples / name
    compared = Compared(command, tmp_path)
    compared.same([dump], in_memory(4), way=partial(in_parts, [dump], split_bytes))


@slow
@pytest.mark.skipif(not (DATA / "pages").exists(), reason="the pages are not beside this folder")
def test_pages_in_parts(compared):
    pages = DATA / "pages"
    compared.same([pages], in_memory(4), way=partial(in_parts, [pages], 20_000_000))


def test_lines_of_several_files_on_the_engine_of_this_machine(compared, tmp_path):
    dump = tmp_path / "dump"
    dump.mkdir()
    for file in range(3):
        records = [dated_article(f"{file}-{n}", text_of(n % 40, 60)) for n in range(30)]
        lines = [json.dumps({**record, "id": None}) + "\r\n" for record in records]
        lines[7:7] = ["\n", "[]\n", "{\n", "x" * 50 + "\n"]
        (dump / f"{file}.jsonl").write_text("".join(lines), "utf-8")
    engines = local(1, partition_bytes=10_000, start_bytes=1)
    compared.same([dump], engines, way=partial(in_parts, [dump], 3_000))


def test_parquet_in_parts(compared, tmp_path):
    records = [{"text": text_of(n % 40, 60), "title": f"Title {n % 40}"} for n in range(100)]
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.Table.from_pylist(records), path, row_group_size=9)
    compared.same([path], in_memory(4), way=partial(in_parts, [path], 2_000))


def archive(path, names):
    with tarfile.open(path, "w:gz") as file:
        for name in names:
            page = f"<html><body><p>{text_of(name)}</p></body></html>".encode()
            member = tarfile.TarInfo(name)
            member.size = len(page)
            file.addfile(member, io.BytesIO(page))


def test_what_is_passed_over_in_archives_is_counted_even_where_nothing_else_is_in_them(tmp_path):
    dump = tmp_path / "dump"
    dump.mkdir()
    archive(dump / "a.tar.gz", ["a.html", ".hidden.html", "x/robots.txt"])
    archive(dump / "b.tar.gz", ["left.html", "out.html"])
    (dump / "c.html").write_text(f"<html><body><p>{text_of(7)}</p></body></html>")
    (dump / ".d.html").write_text("hidden")
    config = Config(read=ReadConfig(exclude=("left.html", "out.html")))
    engine = InMemoryEngine(2)
    split = split_inputs(engine, [dump], config, split_bytes=1)
    cleaned = plan_documents(engine, split.parts, config)
    assert counted(split, cleaned) == whole([dump], config)
    assert len(split.parts) == 3
    assert cleaned.tally.passed_over["left out by --include or --exclude"] == 2
    assert sum(table.num_rows for table in cleaned.documents) == 2


def test_parts_are_sent_to_other_processes_in_other_folders(tmp_path, monkeypatch):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.jsonl").write_bytes(b'{"text": "Rain"}\n' * 100)
    monkeypatch.chdir(tmp_path)
    split = split_inputs(InMemoryEngine(), ["dump"], Config(), split_bytes=500)
    expected = raws_of(split)
    sent = pickle.dumps(split.parts)
    monkeypatch.chdir("/")
    parts = pickle.loads(sent)
    assert [raw for part in parts for raw in part.read(Tally())] == expected
    assert expected[-1].doc_id == "a.jsonl:100"


def test_small_files_are_together_and_large_ones_are_not(tmp_path):
    for number in range(100):
        (tmp_path / f"{number:03}.txt").write_text("A text of some words.")
    (tmp_path / "z.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Rain"}\n' * 100, 0))
    split = split_inputs(InMemoryEngine(), [tmp_path], Config(), split_bytes=500_000)
    assert 1 < len(split.parts) < 10
    assert len(raws_of(split)) == 200
    assert split.size == sum(part.size for part in split.parts)
    assert [part.number for part in split.parts] == list(range(len(split.parts)))


def test_a_folder_without_files_has_no_parts(tmp_path):
    assert split_inputs(InMemoryEngine(), [tmp_path], Config(), split_bytes=100).parts == []


@pytest.mark.parametrize(
    ("given", "message"),
    [("-", "stdin"), ("gone.jsonl", "does not exist"), ("*.gone", "matches no file")],
)
def test_inputs_that_cannot_be_read_are_refused(given, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        split_inputs(InMemoryEngine(), [given], Config(), split_bytes=100)


def test_records_without_a_text_are_refused(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"body": "Rain"}\n' * 100)
    with pytest.raises(InputError, match="--field text=body"):
        split_inputs(InMemoryEngine(), [tmp_path], Config(), split_bytes=100)


def test_inputs_of_which_none_can_be_read_are_refused_where_results_would_be_replaced(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"no JSON\n" * 10)
    split = partial(split_inputs, InMemoryEngine(), [tmp_path], Config(), split_bytes=10)
    assert len(raws_of(split())) == 10
    with pytest.raises(InputError, match="the results stay"):
        split(remedy="the results stay")


@pytest.mark.parametrize(
    ("output", "message"),
    [("", "would be read and replaced"), ("dump", "would be read and replaced"),
     ("dump/a.jsonl", "would be read and replaced"), ("dump/out", "lies in the input folder")],
)  # fmt: skip
def test_an_output_among_the_inputs_is_refused(output, message, tmp_path):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.jsonl").write_bytes(b'{"text": "Rain"}\n')
    with pytest.raises(OutputError, match=message):
        split_inputs(
            InMemoryEngine(), [tmp_path / "dump"], Config(), split_bytes=10,
            outputs=[Location.of(tmp_path / output)],
        )  # fmt: skip


def test_an_output_beside_the_inputs_is_none_of_them(tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(b'{"text": "Rain"}\n')
    inputs, outputs = [tmp_path / "dump.jsonl"], [Location.of(tmp_path / "dump")]
    engine = InMemoryEngine()
    assert split_inputs(engine, inputs, Config(), split_bytes=9, outputs=outputs).size == 17

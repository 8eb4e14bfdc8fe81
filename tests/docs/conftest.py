"""What the tests of the pages have: the scripts, and a folder with the files that pages name."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from engine_runs import as_on_an_engine
from judged_runs import judged_pairs
from pipeline_inputs import write_pipeline_inputs
from recipe_inputs import write_recipe_inputs
from runs import ROOT, read_lines

from dedup.evaluation.labelled_pairs import LabelledPair, write_labels

sys.path.insert(0, str(ROOT / "scripts"))

ONE, OTHER = "harborpost.example", "lakecitynews.example"


@pytest.fixture(autouse=True)
def _no_folder_of_another_test():
    """Datatrove keeps where a relative path was; each test has a current folder of its own."""
    yield
    if datatrove := sys.modules.get("datatrove.io"):
        datatrove.DataFolder.clear_instance_cache()


@pytest.fixture(scope="session")
def desk(tmp_path_factory, samples, sample_run):
    """A folder with small inputs under the names that the pages use; tests copy it."""
    folder = tmp_path_factory.mktemp("desk")
    for host in (ONE, OTHER):
        shutil.copytree(samples / "dump" / host, folder / "crawl" / host)
    for day, host in (("2024-05-01", ONE), ("2024-05-02", OTHER)):
        pages = sorted((samples / "dump" / host).rglob("*.html"))[:5]
        (folder / day).mkdir()
        for number, page in enumerate(pages):
            shutil.copy(page, folder / day / f"{number}.html")
    page = pages[0].read_bytes()
    (folder / "page.html").write_bytes(page)
    (folder / "page.html.gz").write_bytes(gzip.compress(page))
    archive = _first_members((samples / "dump.warc.gz").read_bytes(), 9)
    for name in ("dump", "2024-05-01", "2024-05-02"):
        (folder / f"{name}.warc.gz").write_bytes(archive)
    records = [_record(each) for each in sample_run.survivors[:12]]
    _write_records(folder, records)
    write_pipeline_inputs(folder, records)
    gold = [{"id": each["id"], "story": each["id"]} for each in sample_run.decisions]
    (folder / "gold.jsonl").write_bytes(_lines(gold))
    stories = {each["id"]: each["story"] for each in read_lines(samples / "expected.jsonl")}
    first, second, *_ = sample_run.survivors
    elsewhere = LabelledPair(first["id"], second["id"], same=False)
    pairs = judged_pairs(sample_run.path, stories, 200)
    write_labels(folder / "labels.jsonl", [*pairs, elsewhere])
    shutil.copy(ROOT / "dedup" / "match" / "scorer.json", folder / "my-scorer.json")
    as_on_an_engine(sample_run.path, [samples / "dump"], folder / "big")
    (folder / "bin").mkdir()
    write_recipe_inputs(folder, samples)
    step = folder / "bin" / "next-step"
    step.write_text("#!/bin/sh\ncat > next-step.jsonl\n")
    step.chmod(0o755)
    return folder


def _record(survivor):
    """A record with a text and a date under the names of both kinds that pages use."""
    text, date = survivor["text"], survivor.get("date")
    known = {"id": survivor["id"], "title": survivor["title"], "rank": len(text)}
    return {**known, "text": text, "body": text, "date": date, "published": date}


def _write_records(folder, records):
    """Write records in every form that a page names; one of them is there twice."""
    records = [*records, {**records[0], "id": "copy"}]
    data = _lines(records)
    (folder / "news.jsonl").write_bytes(data)
    (folder / "news.jsonl.gz").write_bytes(gzip.compress(data))
    (folder / "news.jsonl.zst").write_bytes(zstandard.compress(data))
    pq.write_table(pa.Table.from_pylist(records), folder / "news.parquet")


def _lines(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _first_members(data, count):
    """The first members of a file of many gzip members."""
    rest = data
    for _ in range(count):
        member = zlib.decompressobj(wbits=31)
        member.decompress(rest)
        rest = member.unused_data
    return data[: len(data) - len(rest)]

"""What a plan writes to files of parts is what the command writes, whatever the partitions."""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_runs import AnyOrder
from runs import dated_article, text_of
from test_plan import copies_of_one, made, undated

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.local import LocalEngine
from dedup.errors import OutputError
from dedup.locations import Location
from dedup.pipeline.earlier_dumps import NoEarlierDumps
from dedup.pipeline.on_tables.described_stories import stories_by_range
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.plan import final_stories, plan_dump
from dedup.pipeline.plan_results import plan_results
from dedup.pipeline.tables import STORIES
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.manifest import first_dump, manifest_of_facts, what_was_read
from dedup.run.places import read_inputs
from dedup.run.run_settings import config_of, manifest_in
from dedup.scorer_file import scorer_file
from dedup.write import Layout
from dedup.write.line_parts import part_names
from dedup.write.part_files import PartFile

slow = pytest.mark.slow

TABLES = ("decisions", "stories", "survivors", "rejected", "annotated")

OF_ONE_RUN = {"timings", "peak_memory_mib", "settings"}


class Shuffled(AnyOrder):
    """An engine whose partitions come in any order, some of them empty."""

    def keep(self, table, name):
        order = np.random.default_rng(len(name)).permutation(len(table))
        return [table[place] for place in order] + [table[0].slice(0, 0)]


def at_hand(records, tally):
    """Read records that are at hand."""
    return iter(records)


def in_parts(records, parts):
    """Records in parts of different sizes, one of them empty."""
    cuts = sorted(random.Random(parts).choices(range(len(records) + 1), k=parts - 1))
    bounds = [0, *cuts, len(records)]
    ranges = [records[start:end] for start, end in pairwise(bounds)]
    ranges.insert(1, [])
    return [InputPart(number, partial(at_hand, part)) for number, part in enumerate(ranges)]


class Both:
    """A dump through the command, and through the plan to files of parts."""

    def __init__(self, command, folder, *options):
        self.command, self.folder, self.options = command, folder, options

    def run(self, dump, suffix=".jsonl"):
        """Run the command; return its folder and its file of all documents."""
        out, annotated = self.folder / "run", self.folder / f"all{suffix}"
        way = {".jsonl": (), ".parquet": ("--format", "parquet")}.get(
            suffix, ("--compress", suffix.rpartition(".")[2])
        )
        done = self.command(
            "run", dump, "-o", out, "--annotate", annotated, "--quiet", "--overwrite",
            *self.options, *way,
        )  # fmt: skip
        assert (out / "manifest.json").exists(), done.stderr
        return out, annotated

    def plan(
        self, dump, engine, suffix=".jsonl", parts=4, name="plan", shard_bytes=None, **options
    ):
        """Run the plan; return a folder with the parts, and the manifest."""
        manifest = manifest_in(self.folder / "run")
        config, tally = config_of(manifest), Tally()
        records = list(read_inputs([dump], config, tally))
        planned = plan_dump(
            engine, in_parts(records, parts), NoEarlierDumps(), config, NullProgress()
        )
        table_format, _, compression = suffix.removeprefix(".").partition(".")
        layout = Layout(table_format, compression or None, shard_bytes)
        staging, out = self.folder / f"{name}.new", self.folder / name
        written = plan_results(
            engine, planned, final_stories(engine, planned), config, layout, Location.of(staging),
            annotated=Location.of(staging) / "annotated" / f"all{suffix}", **options,
        )  # fmt: skip
        for table in (*written.tables.values(), written.annotated):
            for file, named in table.last_names().items():
                file.move(Location.of(out) / named)
            for file, named in zip(table.files, table.names, strict=True):
                assert (out / named).stat().st_size == file.bytes
        read = what_was_read(manifest["read"]["inputs"], tally)
        found = manifest_of_facts(
            written.facts, config, None, scorer_file(None), read,
            first_dump(manifest["store"]["name"], written.facts),
        )  # fmt: skip
        return out, found

    def same(self, dump, engines, suffix=".jsonl", **options):
        """Compare all lines and the manifest."""
        run, annotated = self.run(dump, suffix)
        expected = manifest_in(run)
        for number, engine in enumerate(engines):
            out, manifest = self.plan(dump, engine, suffix, name=f"plan-{number}", **options)
            manifest = json.loads(json.dumps(manifest))
            for name in expected.keys() - OF_ONE_RUN:
                assert manifest[name] == expected[name], name
            for table in TABLES:
                whole = annotated if table == "annotated" else run / f"{table}{suffix}"
                stem = "all" if table == "annotated" else table
                assert joined(out, stem, suffix) == content(whole, suffix), table


def content(path, suffix):
    """What is in a file, without what compression makes of it."""
    if suffix == ".parquet":
        table = pq.read_table(path)
        return table.schema.metadata, table.to_pylist()
    if suffix == ".jsonl":
        return path.read_bytes()
    with pa.CompressedInputStream(str(path), {"gz": "gzip", "zst": "zstd"}[suffix[7:]]) as file:
        return file.read()


def joined(folder, stem, suffix):
    """What is in the parts of a table together."""
    parts = sorted(folder.glob(f"{stem}-?????{suffix}"))
    assert parts
    assert [part.name for part in parts] == [
        f"{stem}-{number:05}{suffix}" for number in range(len(parts))
    ]
    if suffix == ".parquet":
        found = [content(part, suffix) for part in parts]
        return found[0][0], [row for _, rows in found for row in rows]
    if suffix == ".jsonl":
        assert len(parts) == 1 or all(part.stat().st_size for part in parts)
    # Each part is a stream of its own, and so are all of them one after another.
    whole = folder / f"{stem}{suffix}"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    return b"".join(content(part, suffix) for part in parts)


@pytest.fixture(params=["copies", "stories"])
def both(request, command, tmp_path):
    return Both(command, tmp_path, "--level", request.param)


ENGINES = (InMemoryEngine(1), InMemoryEngine(5), Shuffled(3))


@slow
@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_pages_of_the_sample(suffix, both, samples):
    both.same(samples / "dump.jsonl", [Shuffled(3)], suffix, range_documents=10)


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_pages(suffix, command, jsonl, tmp_path):
    pages = [
        {
            "id": f"page-{number}",
            "url": f"https://one.example/{number}",
            "html": "<html><head><title>Rain</title></head><body><article>"
            f"<p>{text_of(number % 3)}</p></article></body></html>",
        }
        for number in range(6)
    ]
    pages.insert(2, {"id": "none", "html": "nothing"})
    Both(command, tmp_path).same(jsonl(pages), [Shuffled(3)], suffix, parts=2)


def odd_records():
    """Records that are rejected, share an id, have no date or one that is not read."""
    text = text_of(5)
    return [
        {"id": "a", "text": text, "date": "03.04.2026", "url": "https://one.example/a"},
        {"id": "b", "text": text, "date": "25.04.2026", "url": "https://one.example/b"},
        {"id": "a", "text": text_of(6)},
        {"id": "c", "text": "Too short."},
        {"id": "d", "title": "Rain", "text": "Rain.", "date": "one day in May"},
        {"id": "e", "title": "Rain", "text": "Rain.", "dedup": {"of": "the record"}},
        {"id": "f", "text": ""},
        {"id": "g \ud800", "text": text_of(7) + " \ud800", "title": "Snow \ud800"},
        {"text": text_of(8), "n": [1, 2.5, None, {"x": "é"}], "author": ["A", "B"]},
        {"text": text_of(8), "date": "2026-05-04T10:00:00Z"},
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"])
def test_records_of_every_odd_kind_in_all_formats(suffix, both, jsonl):
    both.same(jsonl([*odd_records(), *copies_of_one(30)]), ENGINES, suffix, range_documents=1)


@pytest.mark.parametrize("shard_bytes", [1, 3_000])
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
def test_files_of_at_most_some_bytes_are_the_whole_together(
    suffix, shard_bytes, command, jsonl, tmp_path
):
    both = Both(command, tmp_path, "--level", "copies")
    dump = jsonl([*odd_records(), *copies_of_one(30)])
    both.same(dump, [InMemoryEngine(1), Shuffled(3)], suffix, shard_bytes=shard_bytes)
    out = tmp_path / "plan-1"
    assert len(list(out.glob(f"decisions-?????{suffix}"))) <= 5  # a file for each partition
    for stem in ("survivors", "all"):
        parts = sorted(out.glob(f"{stem}-?????{suffix}"))
        assert len(parts) > 1
        if suffix == ".jsonl":
            contents = map(Path.read_bytes, parts)
            assert all(len(each) <= shard_bytes or each.count(b"\n") == 1 for each in contents)


@pytest.mark.parametrize("records", [[], [{"id": "a", "text": ""}, {"id": "b"}]])
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
def test_a_dump_of_nothing_and_of_rejections_alone(records, suffix, both, jsonl):
    both.same(jsonl(records), ENGINES, suffix)


@pytest.mark.parametrize("with_dates", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("articles", [300, pytest.param(3_000, marks=slow)])
def test_made_articles_of_all_kinds(articles, with_dates, both, tmp_path):
    dump = made(tmp_path, articles)
    both.same(dump if with_dates else undated(dump), ENGINES, range_documents=20)


def test_warnings_of_more_stories_and_hosts_than_are_listed(command, jsonl, tmp_path):
    records = []
    for story in range(300):
        text = text_of(story, 60)
        for copy in range(2 + story % 5):
            host = f"host-{len(records) % 110}.example"
            name = f"{story}-{copy}"
            records.append(dated_article(name, text, url=f"https://{host}/{name}"))
    random.Random(1).shuffle(records)
    both = Both(
        command, tmp_path, "--level", "copies", "--warn-story-size", "3", "--warn-host-share", "0.4"
    )
    both.same(jsonl(records), ENGINES, range_documents=100)
    warnings = manifest_in(tmp_path / "run")["warnings"]
    assert warnings["stories_in_all"] > len(warnings["stories"]) == 100
    assert warnings["hosts_in_all"] > 20


@slow
def test_processes_that_write_change_nothing(command, tmp_path):
    small = {"partition_bytes": 100_000, "start_bytes": 1}
    with LocalEngine(tmp_path / "engine", workers=2, **small) as engine:
        both = Both(command, tmp_path, "--level", "stories")
        both.same(made(tmp_path, 300), [engine], ".jsonl.gz", range_documents=20)


def test_what_no_task_reported_does_not_count(command, jsonl, tmp_path):
    """As from a task that was killed after it had written, and was run again."""
    both = Both(command, tmp_path)
    dump = jsonl(copies_of_one(3))
    both.run(dump)
    staging = tmp_path / "plan.new"
    for table in TABLES:
        (staging / table).mkdir(parents=True)
        (staging / table / f"{'0' * 32}.jsonl").write_bytes(b"half a line")
    out, _ = both.plan(dump, InMemoryEngine(2))
    for table in TABLES[:-1]:
        assert joined(out, table, ".jsonl") == (tmp_path / "run" / f"{table}.jsonl").read_bytes()


def test_a_folder_that_cannot_be_written_is_one_sentence(command, jsonl, tmp_path):
    both = Both(command, tmp_path)
    dump = jsonl(copies_of_one(3))
    both.run(dump)
    (tmp_path / "plan.new").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        both.plan(dump, InMemoryEngine(2))


class Interleaved(InMemoryEngine):
    """An engine that does not keep the rows of a part together."""

    def keep(self, table, name):
        whole = pa.concat_tables(table)
        return [whole.take(pa.array(range(start, len(whole), 2), pa.int64())) for start in range(2)]


def test_rows_of_one_partition_between_those_of_another_are_noticed(command, jsonl, tmp_path):
    both = Both(command, tmp_path)
    dump = jsonl([dated_article(f"a{number}", text_of(number)) for number in range(6)])
    both.run(dump)
    with pytest.raises(ValueError, match="between those of another"):
        both.plan(dump, Interleaved())


@given(
    ids=st.lists(st.integers(0, 2**64 - 1).map("s-{:016x}".format), unique=True),
    ranges=st.integers(1, 50),
)
def test_ranges_are_in_the_order_of_ids(ids, ranges):
    ids.sort()
    columns = [pa.array(ids), *(pa.nulls(len(ids), kind) for kind in STORIES.types[1:])]
    batch = pa.record_batch(columns, schema=STORIES)
    (found,) = stories_by_range(ranges, iter([batch]))
    keys = found["key"].to_pylist()
    assert keys == sorted(keys)
    assert set(keys) <= set(range(ranges))


def test_more_files_than_names_are_refused():
    file = PartFile("a.jsonl", 1, 2, 0)
    assert part_names("decisions", ".jsonl", [file, file])[1] == "decisions-00001.jsonl"
    with pytest.raises(OutputError, match="choose fewer --partitions"):
        part_names("decisions", ".jsonl", [file] * 100_001)

"""The plan leaves the bytes and rows that the stages leave, on every engine."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import import_module

import pytest
from plan_runs import Compared, in_memory, local, through_plan
from runs import ROOT, dated_article, text_of
from test_dumps import DAYS
from test_thirty_days import documents_of

from dedup.config import Config, MatchConfig, StoryConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.pipeline import plan_rewrites
from dedup.pipeline.on_tables import ordered_representatives, rewrite_candidates, story_neighbours

DATA = ROOT.parent / "shared" / "data"

slow = pytest.mark.slow
needs_pages = pytest.mark.skipif(
    not (DATA / "pages").exists(), reason="the pages are not beside this folder"
)
needs_articles = pytest.mark.skipif(
    not (DATA / "dev.jsonl").exists(), reason="the labelled articles are not beside this folder"
)


@pytest.fixture(params=["copies", "stories"])
def compared(request, command, tmp_path):
    return Compared(command, tmp_path, "--level", request.param)


def made(folder, articles, *options):
    """A dump of made articles of all kinds."""
    dump = folder / f"made-{articles}.jsonl"
    script = ROOT / "scripts" / "make_dump.py"
    words = ["--articles", articles, "--words", 120, "--out", dump, *options]
    subprocess.run([sys.executable, script, *map(str, words)], check=True, capture_output=True)
    return dump


def undated(dump):
    """The same dump without dates."""
    records = map(json.loads, dump.read_bytes().splitlines())
    stripped = dump.with_name(f"undated-{dump.name}")
    lines = (json.dumps({**each, "date": None}) + "\n" for each in records)
    stripped.write_text("".join(lines), "utf-8")
    return stripped


def with_changes(text, rng, words):
    """A text with some of its words replaced."""
    found = text.split()
    for place in rng.sample(range(len(found)), words):
        found[place] = f"changed{rng.randrange(1000)}"
    return " ".join(found)


def copies_of_one(count):
    """Articles that differ in a few words: one story."""
    rng, text = random.Random(count), text_of(1, 150)
    return [
        dated_article(f"a{number}", with_changes(text, rng, rng.randrange(4)), hour=number % 24)
        for number in range(count)
    ]


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.warc.gz", "dump"])
def test_samples_in_three_forms(name, compared, samples):
    compared.same([samples / name], in_memory(4))


@pytest.fixture
def small_limits(monkeypatch):
    """Limits of large dumps, reached by small ones."""
    monkeypatch.setattr(plan_rewrites, "DRIVER_PAIRS", 0)
    monkeypatch.setattr(plan_rewrites, "RANGE_IDS", 7)
    monkeypatch.setattr(ordered_representatives, "TILE_TOKENS", 2_000)
    monkeypatch.setattr(plan_rewrites, "FREQUENT", 30)
    monkeypatch.setattr(rewrite_candidates, "SLICES", 40)
    monkeypatch.setattr(story_neighbours, "BLOCK_DOCUMENTS", 30)


@pytest.mark.usefixtures("small_limits")
class TestLimitsOfLargeDumps:
    """Pairs are joined in rounds, in small tiles and blocks, with keys in slices by themselves."""

    def test_samples(self, command, samples, tmp_path):
        compared = Compared(command, tmp_path, "--level", "stories")
        compared.same([samples / "dump.jsonl"], in_memory(1, 5))

    @slow
    @pytest.mark.parametrize("with_dates", [True, False], ids=["dated", "undated"])
    def test_full_buckets_and_groups_that_are_cut(self, with_dates, command, tmp_path):
        story = StoryConfig(bucket_cap=8, neighbours=3, max_group=4)
        compared = Compared(command, tmp_path, config=replace(Config(), story=story))
        dump = made(tmp_path, 400)
        compared.same([dump if with_dates else undated(dump)], in_memory(1, 5))

    def test_days_in_one_store(self, command, jsonl, tmp_path):
        dumps = [jsonl(day, f"day-{number}.jsonl") for number, day in enumerate(DAYS)]
        compared = Compared(command, tmp_path, "--level", "stories")
        compared.same(dumps, in_memory(5), store=True)

    @slow
    def test_files_of_an_engine(self, command, tmp_path):
        compared = Compared(command, tmp_path, "--level", "stories")
        compared.same([made(tmp_path, 200)], local(1, partition_bytes=100_000, start_bytes=1))


@pytest.mark.parametrize("partitions", [1, 4, 7])
def test_days_in_one_store(partitions, compared, jsonl):
    dumps = [jsonl(day, f"day-{number}.jsonl") for number, day in enumerate(DAYS)]
    compared.same(dumps, in_memory(partitions), store=True)


@pytest.mark.parametrize("options", [(), ("--expire", "6")], ids=" ".join)
@pytest.mark.parametrize("days", [8, pytest.param(30, marks=slow)])
@pytest.mark.parametrize("level", ["copies", "stories"])
def test_many_days_in_one_store(level, days, options, command, jsonl, tmp_path):
    rng = random.Random(f"{level} {options}")
    dumps = [jsonl(documents_of(day, rng), f"day-{day}.jsonl") for day in range(1, days + 1)]
    compared = Compared(command, tmp_path, "--level", level, *options)
    compared.same(dumps, in_memory(4 if days < 30 else 7), store=True)


@pytest.mark.parametrize("days", [3, pytest.param(12, marks=slow)])
def test_days_of_made_articles_in_one_store(days, command, tmp_path):
    dump = made(tmp_path, 100 * days, "--days", days)
    lines = dump.read_bytes().splitlines(keepends=True)
    lines.sort(key=lambda line: json.loads(line)["date"][:10])
    dumps = []
    for day in range(days):
        dumps.append(tmp_path / f"day-{day}.jsonl")
        dumps[-1].write_bytes(b"".join(lines[100 * day : 100 * day + 100]))
    Compared(command, tmp_path, "--level", "stories").same(dumps, in_memory(4), store=True)


def test_records_of_every_odd_kind(compared, jsonl):
    text = text_of(5)
    records = [
        {"id": "a", "text": text, "date": "03.04.2026"},
        {"id": "b", "text": text, "date": "25.04.2026"},
        {"id": "a", "text": text_of(6)},
        {"id": "c", "text": "Too short."},
        {"id": "d", "title": "Rain", "text": "Rain."},
        {"id": "e", "title": "Rain", "text": "Rain."},
        {"id": "f", "text": ""},
        {"id": "g \ud800", "text": text_of(7) + " \ud800"},
        {"text": text_of(8), "n": [1, 2.5, None, {"x": "é"}]},
        {"id": "h", "html": f"<html><body><p>{text_of(9)}</p></body></html>"},
        {"id": "i", "html": "nothing"},
    ]
    compared.same([jsonl(records)], in_memory(1, 7))


def test_ids_that_are_made_of_a_file_name_in_one_store(compared, tmp_path):
    dumps = []
    for day in range(3):
        dumps.append(tmp_path / str(day) / "news.jsonl")
        dumps[-1].parent.mkdir()
        texts = [text_of(day), text_of(f"{day}-other")]
        dumps[-1].write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    for dump in dumps:
        day = dump.rename(tmp_path / "news.jsonl")
        compared.same([day], in_memory(4), store=True)
        for folder in tmp_path.glob("*/news"):
            shutil.move(folder, folder.with_name(dump.parent.name))


@pytest.mark.parametrize("records", [[], [{"id": "a", "text": ""}, {"id": "b"}]])
def test_a_dump_of_nothing_and_of_rejections_alone(records, compared, jsonl):
    compared.same([jsonl(records)], in_memory(1, 4))


@pytest.mark.parametrize("count", [300, pytest.param(3_000, marks=slow)])
def test_a_story_of_many_copies(count, compared, jsonl):
    compared.same([jsonl(copies_of_one(count))], in_memory(4))


@pytest.mark.parametrize("with_dates", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("articles", [300, pytest.param(3_000, marks=slow)])
def test_full_buckets(articles, with_dates, command, tmp_path):
    dump = made(tmp_path, articles)
    config = replace(
        Config(),
        match=MatchConfig(bucket_cap=5, neighbours=2),
        story=StoryConfig(bucket_cap=8, neighbours=3),
    )
    compared = Compared(command, tmp_path, config=config)
    compared.same([dump if with_dates else undated(dump)], in_memory(7))


@pytest.mark.parametrize("with_dates", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("articles", [300, pytest.param(6_000, marks=slow)])
def test_made_articles_of_all_kinds(articles, with_dates, compared, tmp_path):
    dump = made(tmp_path, articles)
    engines = in_memory(4) if articles == 300 else in_memory(1, 4, 7)
    compared.same([dump if with_dates else undated(dump)], engines)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=slow)])
def test_processes_and_spilled_tables_change_nothing(workers, compared, samples, tmp_path):
    small = {"partition_bytes": 100_000, "start_bytes": 1}
    compared.same([made(tmp_path, 200), samples / "dump.jsonl"], local(workers, **small))


@pytest.mark.parametrize("rule", ["longest", "field:rank:desc"])
def test_a_rule_that_decides_first(rule, command, jsonl, tmp_path):
    records = [{**each, "rank": place % 7} for place, each in enumerate(copies_of_one(30))]
    compared = Compared(command, tmp_path, "--canonical", rule)
    compared.same([jsonl(records)], in_memory(4))


def test_a_rule_on_a_field_that_no_document_has_is_refused_in_the_same_words(
    command, jsonl, tmp_path
):
    records = [
        {**each, f"name-{place} \ud800": place} for place, each in enumerate(copies_of_one(3))
    ]
    dump = jsonl([*records, {"id": "rejected", "text": "", "rank": 1}])
    rules = ["--canonical", "field:title:asc", "--canonical", "field:rank:asc"]
    words = ["run", dump, "-o", tmp_path / "out", *rules]
    refused = command(*words)
    with through_plan(InMemoryEngine(4)):
        again = command(*words)
    assert again.exit_code == refused.exit_code == 1
    assert again.stderr == refused.stderr
    assert "rank" in again.stderr


@slow
def test_hostile_inputs(command, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "hostile")
    kinds, making = import_module("kinds"), import_module("making")
    making.put(tmp_path / "dump", kinds.NEIGHBOURS)
    for case in kinds.CASES:
        making.put(tmp_path / "dump" / case.name, case.files)
    try:
        Compared(command, tmp_path, *kinds.OPTIONS).same([tmp_path / "dump"], in_memory(4))
    finally:
        # Folders this deep are more than Python's own removal can walk.
        subprocess.run(["rm", "-rf", tmp_path / "dump"], check=True)


@slow
@needs_pages
def test_pages(compared):
    compared.same([DATA / "pages"], in_memory(4))


@slow
@needs_articles
def test_labelled_articles(compared):
    compared.same([DATA / "dev.jsonl"], in_memory(7))

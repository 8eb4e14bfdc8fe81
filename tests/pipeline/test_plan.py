"""The plan leaves the bytes that the stages leave, whatever the engine and the partitions."""

from __future__ import annotations

import random

import pytest
from plan_runs import Compared, in_memory
from runs import ROOT, dated_article, text_of
from test_dumps import DAYS
from test_thirty_days import documents_of

LEVELS = pytest.mark.parametrize("level", ["copies", "stories"])

DATA = ROOT.parent / "shared" / "data"

PARTITIONS = (1, 4, 7)


@pytest.fixture(params=["copies", "stories"])
def compared(request, command, tmp_path):
    return Compared(command, tmp_path, "--level", request.param)


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.warc.gz", "dump"])
def test_samples_in_three_forms(name, compared, samples):
    compared.same([samples / name], in_memory(4))


def test_days_in_one_store(compared, jsonl):
    dumps = [jsonl(day, f"day-{number}.jsonl") for number, day in enumerate(DAYS)]
    compared.same(dumps, in_memory(*PARTITIONS), store=True)


@pytest.mark.parametrize("options", [(), ("--expire", "3")], ids=" ".join)
@pytest.mark.parametrize("days", [6, pytest.param(30, marks=pytest.mark.slow)])
def test_many_days_in_one_store(days, options, command, jsonl, tmp_path):
    rng = random.Random(20261127)
    dumps = [jsonl(documents_of(day, rng), f"day-{day}.jsonl") for day in range(1, days + 1)]
    Compared(command, tmp_path / "days", *options).same(dumps, in_memory(4), store=True)


def changed(text, rng, words):
    """A text with some of its words replaced."""
    found = text.split()
    for place in rng.sample(range(len(found)), words):
        found[place] = f"changed{rng.randrange(1000)}"
    return " ".join(found)


def test_a_story_of_hundreds_of_copies(compared, jsonl):
    rng = random.Random(1)
    text = text_of(1, 150)
    records = [
        dated_article(f"a{number}", changed(text, rng, rng.randrange(4)), hour=number % 24)
        for number in range(300)
    ]
    compared.same([jsonl(records)], in_memory(4))


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
    ]
    compared.same([jsonl(records)], in_memory(*PARTITIONS))


def test_an_empty_dump_and_one_of_rejections(compared, jsonl):
    for records in ([], [{"id": "a", "text": ""}, {"id": "b"}]):
        dump = jsonl(records, f"{len(records)}.jsonl")
        compared.same([dump], in_memory(1, 4))


def test_two_hundred_labelled_articles_without_dates(compared, jsonl):
    if not (DATA / "dev.jsonl").exists():
        pytest.skip("the labelled set is not beside this checkout")
    lines = (DATA / "dev.jsonl").read_text("utf-8").splitlines()[:200]
    dump = compared.folder / "dev.jsonl"
    dump.write_text("\n".join(lines), "utf-8")
    compared.same([dump], in_memory(4))

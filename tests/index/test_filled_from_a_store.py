"""An index that begins with the documents of a finished store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dedup import Config, StoryIndex
from dedup.config import SignConfig
from dedup.errors import ConfigError, OutputError
from dedup.run.dump import run_dump

WORDS = [f"word{number * number % 8191}" for number in range(400)]
PROMPT = "Read more stories like this one every morning in our newsletter, which is free of charge."


def text_of(number):
    return "\n".join(" ".join(WORDS[number + k : number + k + 15]) + "." for k in (0, 100, 200))


def record_of(number):
    return {
        "id": f"d{number}", "url": f"https://a.example/{number}", "title": f"Report {number}",
        "date": f"2026-03-0{number % 9 + 1}", "text": f"{text_of(number)}\n{PROMPT}",
    }  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    dump = folder / "news.jsonl"
    records = [*(record_of(7 * number) for number in range(6)), {"id": "bad", "text": "Too short"}]
    dump.write_text("\n".join(map(json.dumps, records)))
    run_dump([dump], folder / "out", config=Config(level="copies"))
    return folder / "out"


@pytest.mark.parametrize("name", ["store.sqlite", ""])
def test_the_documents_of_a_store_are_known(run, name):
    with StoryIndex(store=run / name) as index:
        assert len(index) == 6
        assert index.config.level == "copies"
        [match] = index.match({"id": "x", "text": text_of(7)})
    assert (match.id, match.relation, match.title) == ("d7", "exact", "Report 7")


def test_more_documents_can_be_added_and_known_ones_replaced(run):
    with StoryIndex(store=str(run)) as index:
        index.add({"id": "new", "text": text_of(60)})
        index.add({"id": "d7", "text": text_of(80)})
        assert len(index) == 7
        assert [match.id for match in index.match({"text": text_of(60)})] == ["new"]
        assert index.match({"text": text_of(7)}) == []


def test_the_lines_that_sites_had_in_the_store_are_known(run):
    with StoryIndex(store=run) as index:
        index.add({"id": "other", "url": "https://b.example/x", "text": text_of(60)})
        assert [match.relation for match in index.match(record_of(60))] == ["exact"]


OTHER = {
    "a level that the store has no terms for": {"level": "stories"},
    "other signatures": {"config": Config(level="copies", sign=SignConfig(seed=2))},
}


@pytest.mark.parametrize("options", OTHER.values(), ids=OTHER)
def test_options_that_do_not_fit_the_store_are_refused(run, options):
    with pytest.raises(ConfigError, match="give no options to take its own"):
        StoryIndex(store=run, **options)


def test_what_is_no_store_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing", Path(__file__)):
        with pytest.raises(OutputError):
            StoryIndex(store=path)

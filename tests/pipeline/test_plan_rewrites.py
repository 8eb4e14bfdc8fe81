"""The plan of rewrites leaves what a run at the level of stories leaves, value by value."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from plan_runs import AnyOrder, read_documents
from runs import ROOT

from dedup.config import Config, StoryConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.json_codec import dump_json, load_json
from dedup.pipeline import cluster_rewrites, plan_rewrites
from dedup.pipeline.on_tables import rewrite_scores, story_neighbours
from dedup.pipeline.store_tables import EarlierResults
from dedup.run.dump import run_dump
from dedup.signatures.term_weights import DocumentFrequencies

sys.path.insert(0, str(ROOT / "scripts"))
from make_dump import Shape, make_dump

AFFAIRS = json.loads((ROOT / "tests/cases/affairs.json").read_text("utf-8"))["affairs"]

TABLES = {
    "decisions": "row, status, story_id, canonical_id, size, relation, score, reason, "
    "representative",
    "stories": "story_id, canonical, first_dump, body",
    "story_scores": "one, other, score",
    "document_frequencies": "documents, terms, counts",
}

CONFIG = Config(workers=1)

PLANS = [
    (1, 16, 10_000_000, 10_000_000),
    (5, 40, 2_000, 0),
    (7, 300, 20_000, 100),
]
"""Partitions, slices of the keys of bands, tokens of a tile, most pairs joined in this process."""


@dataclass
class Plans:
    """What is in the store before and after rewrites are clustered, and what plans found of it."""

    before: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    after: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)


def read_tables(store):
    execute = store._db.execute
    return {
        name: set(map(tuple, execute(f"SELECT {columns} FROM {name}").fetchall()))
        for name, columns in TABLES.items()
    }


def copies_of(decisions, first, earlier):
    """Rows and representatives of the decisions that the dump at hand made."""
    before = dict(zip(earlier.rows.tolist(), earlier.representatives.tolist(), strict=True))
    made = [
        (row, representative)
        for row, *_, representative in decisions
        if row >= first or before.get(row) != representative
    ]
    columns = [pa.array([pair[k] for pair in made], pa.int64()) for k in (0, 1)]
    return pa.table(columns, schema=plan_rewrites.COPIES)


def planned(plan, store, exact_duplicates, earlier, scorer, config):
    """Run the plan, and return its results as they go to the store."""
    partitions, slices, tile_tokens, driver_pairs = plan
    engine = (InMemoryEngine if partitions == 1 else AnyOrder)(partitions)
    stored = read_tables(store)
    results = plan_rewrites.plan_rewrites(
        engine,
        engine.load(read_documents(store)),
        engine.load(copies_of(stored["decisions"], earlier.first, earlier)),
        exact_duplicates.texts,
        EarlierResults(
            earlier,
            np.empty((0, 6)),
            store.results.candidate_scores(),
            DocumentFrequencies(*store.signatures.document_frequencies()),
        ),
        scorer,
        config,
        slices=slices,
        tile_tokens=tile_tokens,
        driver_pairs=driver_pairs,
    )
    counted = results.frequencies
    scores = engine.collect(results.candidate_scores).to_pydict().values()
    return {
        "stories": engine.collect(results.stories).to_pylist(),
        "decisions": engine.collect(results.decisions).to_pylist(),
        "story_scores": set(zip(*scores, strict=True)),
        "document_frequencies": {
            (counted.documents, counted.terms.tobytes(), counted.counts.tobytes())
        } if counted.documents else set(),
        "values": results.values,
    }  # fmt: skip


@pytest.fixture
def compared(monkeypatch, tmp_path):
    """Run a dump of a store, and compare what plans find with what the run stores."""
    original = cluster_rewrites.cluster_rewrites
    seen: list[Plans] = []

    def watched(store, exact_duplicates, earlier, scorer, config, progress, decided=None):
        plans = Plans(before=read_tables(store))
        for plan in PLANS:
            parts = store, exact_duplicates, earlier, scorer, config
            plans.found.append(planned(plan, *parts))
        original(store, exact_duplicates, earlier, scorer, config, progress)
        plans.after = read_tables(store)
        names = ("story_candidates", "event_splits", "scorer_models", "rewrite_basis")
        values = {name: store.get(name) for name in names}
        found_values = [load_json(dump_json(found["values"])) for found in plans.found]
        assert found_values == [values] * len(PLANS)
        seen.append(plans)

    def run(dump, config=CONFIG, store=None):
        out = tmp_path / f"out-{len(seen)}"
        run_dump([dump], out, config, store=store)
        plans = seen[-1]
        for found in plans.found:
            require_equal(plans, found)
        return plans

    monkeypatch.setattr(cluster_rewrites, "cluster_rewrites", watched)
    monkeypatch.setattr(rewrite_scores, "BLOCK", 20)  # several keys, as where many may be roundups
    monkeypatch.setattr(plan_rewrites, "FREQUENT", 30)
    monkeypatch.setattr(plan_rewrites, "SAMPLE", 100)
    monkeypatch.setattr(story_neighbours, "BLOCK_DOCUMENTS", 30)
    return run


def require_equal(plans, found):
    """What was stored and what a plan found make what the run left."""
    decisions = {row: cells for row, *cells in plans.before["decisions"]}
    decisions |= {row: cells for row, *cells in (each.values() for each in found["decisions"])}
    assert {(row, *cells) for row, cells in decisions.items()} == plans.after["decisions"]

    representatives = {each["representative"] for each in found["decisions"]}
    kept = {story for story in plans.before["stories"] if story[1] not in representatives}
    stories = {tuple(story.values()) for story in found["stories"]}
    assert kept | stories == plans.after["stories"]

    assert not found["story_scores"] & plans.before["story_scores"]
    assert found["story_scores"] | plans.before["story_scores"] == plans.after["story_scores"]
    assert found["document_frequencies"] == plans.after["document_frequencies"]


def affair_records(*, dated=True):
    """Reports of affairs, and of every third one a copy elsewhere."""
    texts = [text for each in AFFAIRS for report in each["reports"] for text in report["texts"]]
    for number, text in enumerate(texts):
        hosts = [text["outlet"], *(["copies.example"] if number % 3 == 0 else [])]
        for host in hosts:
            yield {
                "id": f"{host}-{number}",
                "title": text["title"],
                "text": text["text"],
                "url": f"https://{host}/{number}",
            } | ({"date": text["time"]} if dated else {})


@pytest.fixture(scope="module")
def made_dump(tmp_path_factory):
    """Make a dump of news over some days."""

    def make(days, **shape):
        path = tmp_path_factory.mktemp("made") / "dump.jsonl"
        make_dump(Shape(600, seed=5, words=150, days=days, **shape), path)
        return path

    return make


def test_samples_have_the_stories_of_a_run(compared, samples):
    assert len(compared(samples / "dump.jsonl").found[0]["stories"]) > 2


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_affairs_have_the_stories_of_a_run(dated, compared, jsonl):
    plans = compared(jsonl(affair_records(dated=dated)))
    assert plans.found[0]["values"]["event_splits"] > 0
    assert len(plans.found[0]["stories"]) > 10


def test_a_dump_over_many_days_has_the_stories_of_a_run(compared, made_dump):
    assert len(compared(made_dump(12)).found[0]["stories"]) > 20


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_buckets_over_the_cap_have_the_pairs_of_a_run(dated, compared, made_dump, jsonl):
    records = [json.loads(line) for line in made_dump(3).read_bytes().splitlines()]
    for number, record in enumerate(records):
        if not dated and number % 4:
            del record["date"]
    config = replace(CONFIG, story=StoryConfig(bucket_cap=2, neighbours=2))
    counts = compared(jsonl(records), config).found[0]["values"]["story_candidates"]
    assert counts["buckets_over_cap"] > 10


def test_earlier_stories_go_on_as_in_a_run(compared, jsonl, tmp_path, made_dump):
    made = map(json.loads, made_dump(6).read_bytes().splitlines())
    records = [*affair_records(), *made]
    stories = []
    for number in range(5):
        day = jsonl(records[number::5], f"day-{number}.jsonl")
        plans = compared(day, store=tmp_path / "news.sqlite")
        stories += [(number + 1, story) for story in plans.found[0]["stories"]]
    assert any(story["first_dump"] < dump for dump, story in stories)
    assert any(json.loads(story["body"])["absorbed"] for _, story in stories)


def test_rules_on_own_fields_read_them(compared, jsonl):
    rules = replace(CONFIG.cluster, canonical=("field:section:asc",))
    records = [{**record, "section": "news" if number % 2 else "sport"}
               for number, record in enumerate(affair_records())]  # fmt: skip
    assert compared(jsonl(records), replace(CONFIG, cluster=rules)).found[0]["stories"]


def test_a_dump_without_texts_that_can_be_signed_has_no_stories(compared, jsonl):
    records = [
        {"id": f"{number}", "text": f"Six words about number {number}."} for number in (1, 2)
    ]
    assert compared(jsonl(records)).found[0]["stories"] == []

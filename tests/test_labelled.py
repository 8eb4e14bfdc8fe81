"""On labelled news, planted copies are found, and strangers are left apart."""

from __future__ import annotations

import importlib.util
import json
import random
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "dev.jsonl"

ARTICLES = 300
SEED = 11

JOINED = 0.98
TOLD = 0.95

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not DATA.exists(), reason="the labelled articles are not beside this folder"
    ),
]

KINDS = {"exact": "exact", "near 2%": "near", "cut 60%": "abridged", "extended": "expanded"}


@pytest.fixture(scope="module")
def bench():
    """The script that plants copies."""
    spec = importlib.util.spec_from_file_location(
        "bench_copies", ROOT / "scripts" / "bench_copies.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def articles(bench):
    """A sample of the articles that have no copy among the others."""
    lines = map(json.loads, DATA.read_text("utf-8").splitlines())
    found = [{key: line[key] for key in ("id", "story", "text")} for line in lines]
    alone = bench.without_copies(found)
    sample = random.Random(SEED).sample(alone, ARTICLES)
    for article in sample:
        article["words"] = len(article["text"].split())
    return sample


@pytest.fixture(scope="module")
def planted(bench, articles):
    return {kind: copies for kind, copies in bench.plant(articles, SEED).items() if kind in KINDS}


@pytest.fixture(scope="module")
def decisions_on(bench, articles, planted, tmp_path_factory):
    """Decide on the articles and one kind of copies, once a kind."""
    known = {}

    def decide(kind):
        if kind not in known:
            records = [*articles, *planted[kind]]
            known[kind] = bench.decide(records, tmp_path_factory.mktemp("bench"))
        return known[kind]

    return decide


@pytest.mark.parametrize("kind", KINDS)
def test_planted_copies_are_joined_and_told(kind, bench, planted, decisions_on):
    judged = [bench.told(copy, decisions_on(kind), KINDS[kind]) for copy in planted[kind]]
    joined = sum(found for found, _ in judged) / len(judged)
    told = sum(right for _, right in judged) / len(judged)

    assert len(judged) == ARTICLES
    assert joined >= JOINED
    assert told >= TOLD


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_labels_meet_in_a_story(kind, articles, planted, decisions_on):
    label = {article["id"]: article["story"] for article in articles}
    label |= {copy["id"]: label[copy["of"]] for copy in planted[kind]}
    met = defaultdict(set)
    for doc_id, decision in decisions_on(kind).items():
        if decision["story_id"]:
            met[decision["story_id"]].add(label[doc_id])

    assert [labels for labels in met.values() if len(labels) > 1] == []

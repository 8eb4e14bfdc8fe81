"""The sites that the bench of list pages makes, and what it counts on them."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import bench_list_pages as bench
import pytest
from runs import ROOT

CASES = json.loads((ROOT / "tests" / "cases" / "stories.json").read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """English articles, with the report of each."""
    documents = [each for case in CASES if case["language"] == "en" for each in case["documents"]]
    lines = [
        json.dumps({"id": each["id"], "text": each["text"], "story": each["story"] or each["id"]})
        for each in documents
    ]
    path = tmp_path_factory.mktemp("labelled") / "labelled.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_site_has_articles_and_lists_that_show_some_of_them(labelled):
    (pool,) = bench.read_articles([labelled])
    site = bench.make_site(pool, random.Random(3))
    assert site == bench.make_site(pool, random.Random(3))
    kinds = {each["id"].split("-")[0] for each in site}
    assert kinds == {"article", "list"}
    for each in site:
        if each["id"].startswith("article"):
            assert bench.SHORTEST <= len(each["text"].split()) <= 2 * bench.LONGEST


def test_an_article_that_is_a_duplicate_of_a_list_is_counted_by_the_kind_of_its_teasers():
    text = " ".join(f"word{number}" for number in range(60))
    site = [
        {"id": "article-0", "title": "A", "text": text},
        {"id": "list-0 first sentence", "title": "A", "text": text, "date": "2020-01-01"},
    ]
    counts = bench.count_duplicates(site)
    assert (counts["article"], counts["list"]) == (1, 1)
    assert counts["article of list"] == counts["article of first sentence"] == 1


def test_the_bench_prints_its_figures(labelled):
    command = [sys.executable, str(ROOT / "scripts" / "bench_list_pages.py"), str(labelled)]
    run = subprocess.run(
        [*command, "--sites", "3"], check=True, capture_output=True, text=True, timeout=300
    )
    assert run.stdout.startswith("3 sites, ")

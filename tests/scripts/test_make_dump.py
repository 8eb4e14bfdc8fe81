"""A made dump is the same each time, has what it promises, and says all of it in its labels."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from itertools import combinations

import pytest
from make_dump import Shape, gold_file, make_dump
from runs import ROOT, read_lines

ARTICLES = 1_200


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a dump of a shape and return its records and its labels."""

    def make(shape, name="dump.jsonl"):
        out = tmp_path_factory.mktemp("dump") / name
        kinds = make_dump(shape, out)
        gold = read_lines(gold_file(out))
        assert kinds == Counter(line["kind"] for line in gold)
        return read_lines(out), gold

    return make


@pytest.fixture(scope="module")
def news(made):
    return made(Shape(ARTICLES, seed=3, words=150, days=3))


@pytest.fixture(scope="module")
def copies(made):
    return made(Shape(ARTICLES, seed=3, words=150, days=2, copies=0.3))


def shingles(text, size):
    words = text.replace(",", "").replace(".", "").lower().split()
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def without_numbers(text):
    return re.sub(r"\d[\d.,]*", "0", text).split()


def shares(records, gold, kind, size=3):
    """Share of the shingles of copies of a kind that stand in their sources."""
    texts = {record["id"]: record["text"] for record in records}
    found = []
    for line in gold:
        if line["kind"] == kind:
            mine, source = (shingles(texts[line[key]], size) for key in ("id", "source"))
            found.append(len(mine & source) / len(mine))
    return sum(found) / len(found)


def test_every_article_has_a_label_and_every_label_an_article(news):
    records, gold = news

    ids = [record["id"] for record in records]
    assert len(ids) == len(set(ids)) == ARTICLES
    assert set(ids) == {line["id"] for line in gold}
    assert all(set(line) == {"id", "story", "kind", "source"} for line in gold)


def test_each_story_has_one_original_and_a_source_is_of_its_story(news):
    _, gold = news

    story_of = {line["id"]: line["story"] for line in gold}
    originals = Counter(line["story"] for line in gold if line["kind"] == "original")
    assert set(originals.values()) == {1}
    assert set(originals) == set(story_of.values())
    for line in gold:
        assert (line["source"] is None) == (line["kind"] == "original")
        assert line["source"] is None or story_of[line["source"]] == line["story"]


def test_all_kinds_are_there_and_stories_have_a_long_tail(news):
    _, gold = news

    kinds = Counter(line["kind"] for line in gold)
    sizes = Counter(Counter(line["story"] for line in gold).values())
    assert len(kinds) == 8
    assert min(kinds.values()) > 10
    assert sizes[1] > sum(sizes.values()) / 2
    assert max(sizes) > 10


def test_days_follow_each_other_and_the_length_is_kept(news):
    records, _ = news

    days = [record["date"][:10] for record in records]
    words = [len(record["text"].split()) for record in records]
    assert days == sorted(days)
    assert len(set(days)) == 3
    assert 120 < sum(words) / len(words) < 190


def test_copies_are_as_noisy_as_told(copies):
    records, gold = copies

    kinds = Counter(line["kind"] for line in gold)
    assert set(kinds) == {"original", "exact", "near", "abridged", "expanded"}
    assert 0.25 < 1 - kinds["original"] / ARTICLES < 0.35
    assert shares(records, gold, "exact") == 1
    assert shares(records, gold, "abridged") == 1
    assert 0.9 < shares(records, gold, "near", size=1) < 0.98
    assert 0.6 < shares(records, gold, "expanded") < 0.9


def test_a_rewrite_shares_words_and_no_sentences(news):
    records, gold = news

    assert shares(records, gold, "rewrite", size=1) > 0.3
    assert shares(records, gold, "rewrite", size=5) < 0.02
    assert 0.2 < shares(records, gold, "derived", size=5) < 0.7


def test_reports_of_a_template_are_stories_of_their_own_with_other_numbers(news):
    records, gold = news

    story_of = {line["id"]: line["story"] for line in gold}
    by_page = {}
    for record in records:
        words = tuple(without_numbers(record["title"]))
        by_page.setdefault((record["url"].split("/")[2], words), []).append(record)
    pairs = [
        pair
        for listed in by_page.values()
        for pair in combinations(listed, 2)
        if story_of[pair[0]["id"]] != story_of[pair[1]["id"]]
    ]
    assert pairs
    for one, other in pairs:
        assert without_numbers(one["text"]) == without_numbers(other["text"])
        assert one["text"] != other["text"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path):
    found = set()
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.jsonl"
        script = ROOT / "scripts" / "make_dump.py"
        subprocess.run(
            [sys.executable, script, "--articles", "300", "--words", "60", "-o", out],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        found.add(out.read_bytes() + gold_file(out).read_bytes())
    assert len(found) == 1


def test_pages_are_labelled_by_their_path(tmp_path):
    out = tmp_path / "pages"

    make_dump(Shape(60, words=80), out, pages=True)

    paths = {path.relative_to(out).as_posix(): path for path in out.rglob("*.html")}
    assert set(paths) == {line["id"] for line in read_lines(gold_file(out))}
    assert all("<p>" in path.read_text("utf-8") for path in paths.values())

"""Articles that are asked for one by one find the copies that a run over all of them finds."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import product

import pytest
from made_runs import Shape, make_dump

from dedup import Config, StoryIndex, open_run
from dedup.run.dump import run_dump

# Articles, their mean words, the share of copies, and the least share that is found. News has
# updates, templates and affairs, and lines that outlets put around their texts: the first three
# documents of each of 150 outlets keep them, which is a fifth of the smaller news.
CASES = {
    "2,000 copies": (2_000, 120, 0.3, 0.995),
    "2,000 news": (2_000, 120, None, 0.98),
    "20,000 news": (20_000, 250, None, 0.995),
}


def make_news(folder, articles, words, copies):
    """Made news, and the story of each by id."""
    path = folder / "news.jsonl"
    make_dump(Shape(articles, words=words, copies=copies), path)
    gold = map(json.loads, (folder / "news.gold.jsonl").read_bytes().splitlines())
    return path, {each["id"]: each["story"] for each in gold}


def streamed(records):
    """The known documents that are named for each record, match then add in order of date."""
    with StoryIndex(level="copies") as index:
        for record in sorted(records, key=lambda record: record["date"]):
            yield record["id"], [match.id for match in index.match(record)]
            index.add(record)


def run_over(path, out):
    """The story of copies of each document by id, None outside, and all pairs that match."""
    run_dump([path], out, Config(level="copies"))
    decisions = map(json.loads, (out / "decisions.jsonl").read_bytes().splitlines())
    story_of = {each["id"]: each["story_id"] for each in decisions}
    pairs = set()
    with open_run(out) as run:
        rows = run.store.lookups.rows_of(list(story_of))
        id_of = {row: doc_id for doc_id, row in rows.items()}
        with_text = defaultdict(list)
        signatures = run.store.lookups.signatures(sorted(id_of))
        for row, (fingerprint, *_) in signatures.items():
            with_text[fingerprint].append(id_of[row])
        for same in with_text.values():
            pairs.update(product(same, same))
        for one, other, *_ in run.store.lookups.matched_pairs_of(sorted(id_of)):
            ends = (with_text[signatures[row][0]] for row in (one, other))
            pairs.update(product(*ends))
    return story_of, {frozenset(pair) for pair in pairs}


@pytest.mark.parametrize(
    ("articles", "words", "copies", "least"),
    [
        pytest.param(*case, id=name, marks=pytest.mark.slow if case[0] > 2_000 else ())
        for name, case in CASES.items()
    ],
)
def test_a_stream_finds_the_copies_of_a_run_and_no_stranger(
    tmp_path, articles, words, copies, least
):
    path, made_story = make_news(tmp_path, articles, words, copies)
    story_of, matching = run_over(path, tmp_path / "out")
    records = list(map(json.loads, path.read_bytes().splitlines()))
    before, expected, found, strangers = set(), 0, 0, []
    for doc_id, named in streamed(records):
        story = story_of[doc_id]
        if story in before:
            expected += 1
            found += any(story_of[each] == story for each in named)
        if story is not None:
            before.add(story)
        strangers += [
            (doc_id, each)
            for each in named
            if made_story[each] != made_story[doc_id]
            and frozenset([each, doc_id]) not in matching
        ]  # fmt: skip
    assert expected > len(records) / 10
    assert found >= least * expected
    assert strangers == []

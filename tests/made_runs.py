"""Runs on made news, and the pairs of documents that their outputs put into one story."""

from __future__ import annotations

import json
import sys
from itertools import combinations

from runs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from make_dump import Shape, make_dump


def made_records(folder, articles=400, **shape):
    """Made news as records, in order of days."""
    source = folder / f"made-{articles}.jsonl"
    make_dump(Shape(articles, words=120, **shape), source)
    return [json.loads(line) for line in source.read_bytes().splitlines()]


def joined_pairs(decisions):
    """The pairs of ids that the lines of ``decisions.jsonl`` have in one story, in their order."""
    stories = {}
    for each in decisions:
        if each["story_id"] is not None:
            stories.setdefault(each["story_id"], []).append(each["id"])
    return {
        pair
        for ids in stories.values()
        for pair in combinations(sorted(ids, key=str.encode), 2)
    }  # fmt: skip


def cells_by_id(run, population):
    """What a population has of each pair of representatives, by their ids."""
    known = run.store.lookups.ids(population.rows.tolist())
    ids = [known[row] for row in population.rows.tolist()]
    fields = ("score", "grouped", "together", "linked", "documents")
    columns = [getattr(population, name).tolist() for name in fields]
    ends = zip(population.left.tolist(), population.right.tolist(), strict=True)
    return {
        (ids[left], ids[right]): dict(zip(fields, cells, strict=True))
        for (left, right), *cells in zip(ends, *columns, strict=True)
    }

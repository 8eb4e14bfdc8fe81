"""The documents and the loose groups of a finished run, for tests that look at all of them."""

from __future__ import annotations

import random

from runs import read_lines

from dedup.explain.summaries import summaries


def documents_of(run):
    """What is known of each document of the store, by row."""
    end = run.store.dumps.first + len(read_lines(run.path / "decisions.jsonl"))
    found = summaries(run.store, range(end))
    return {row: found[row] for row in sorted(found)}


def last_groups(run, documents):
    """The loose groups that the last dump made: rows of each, by a document of it."""
    groups = {}
    for row in documents:
        dump, first, members = run.store.lookups.loose_group(row) or (0, None, [])
        if dump == run.store.dumps.number and first is not None:
            groups[first] = [member for member, _ in members]
    return groups


def pairs_near(run, documents, count, seed=1):
    """Pairs of documents of one story or of one loose group."""
    near = {}
    for row, each in documents.items():
        near.setdefault(each.story_id, []).append(row)
    near.pop(None, None)
    lists = [
        each for each in (*near.values(), *last_groups(run, documents).values()) if len(each) > 1
    ]
    rng = random.Random(seed)
    return [tuple(rng.sample(rng.choice(lists), 2)) for _ in range(count)]


def in_one_story(documents, first, second):
    """Whether the run made one story of two documents."""
    story = documents[first].story_id
    return story is not None and story == documents[second].story_id

"""Read folders of labelled articles, and divide them for training and tests."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedup.config import STANDARD_FIELDS

Article = dict[str, Any]

SUFFIX, PAIRS = ".jsonl", ".pairs.jsonl"

FOLDS = 5


@dataclass(frozen=True, slots=True)
class StorySet:
    """Labelled articles, with judged pairs where there are any.

    Attributes:
        name: Name of its file.
        articles: Each with `id`, `text`, `story`, and perhaps `event` and `topic`.
        pairs: Each with `a`, `b` and `same`; None where the labels count.
    """

    name: str
    articles: Sequence[Article]
    pairs: Sequence[Article] | None

    @property
    def has_dates(self) -> bool:
        """Whether an article has a date."""
        return any(article.get("date") for article in self.articles)


def lines_of(path: Path) -> list[Article]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def read_sets(paths: Sequence[Path]) -> Iterator[StorySet]:
    """Yield the sets of some folders and files, by path; articles are in the order of their ids."""
    folders = (path.glob(f"*{SUFFIX}") if path.is_dir() else [path] for path in paths)
    for path in sorted(path for found in folders for path in found):
        if path.name.endswith(PAIRS):
            continue
        name = path.name.removesuffix(SUFFIX)
        pairs = path.with_name(name + PAIRS)
        judged = lines_of(pairs) if pairs.exists() else None
        yield StorySet(name, sorted(lines_of(path), key=lambda each: each["id"]), judged)


def records_of(articles: Sequence[Article], *, dated: bool) -> list[Article]:
    """Return articles without labels, and without dates where they are to have none."""
    names = [name for name in STANDARD_FIELDS if dated or name != "date"]
    return [{name: a[name] for name in names if a.get(name) is not None} for a in articles]


def event_of(article: Article) -> str:
    """Return the label by which two articles are the same: the event where there is one."""
    return str(article.get("event") or article["story"])


def folds_of(labelled: StorySet, seed: int | None = None) -> list[tuple[StorySet, StorySet]]:
    """Return the training and the test articles of each fold of a set.

    A topic or, without one, a story is in one fold only. Where pairs were judged, only these stay
    together.

    Args:
        labelled: The set.
        seed: Shuffles topics and stories; None takes them in the order of their names.
    """
    keys = _keys(labelled)
    names = sorted(set(keys))
    if seed is not None:
        random.Random(seed).shuffle(names)
    fold_of = {name: number % FOLDS for number, name in enumerate(names)}
    folds = [fold_of[key] for key in keys]
    return [
        (
            _part(labelled, [fold != number for fold in folds]),
            _part(labelled, [fold == number for fold in folds]),
        )
        for number in range(FOLDS)
    ]


def halves_of(labelled: StorySet, seed: int) -> tuple[StorySet, StorySet]:
    """Return two sets with half of the topics each or, of a set without several, of the stories.

    Args:
        labelled: The set.
        seed: Shuffles topics and stories.
    """
    keys = _keys(labelled)
    if len(set(keys)) < 2:
        keys = [str(article["story"]) for article in labelled.articles]
    names = sorted(set(keys))
    random.Random(seed).shuffle(names)
    first = set(names[: len(names) // 2])
    return (
        _part(labelled, [key in first for key in keys]),
        _part(labelled, [key not in first for key in keys]),
    )


def _keys(labelled: StorySet) -> list[str]:
    """Return for each article what stays together in a fold."""
    key_of = {a["id"]: str(a.get("topic") or a["story"]) for a in labelled.articles}
    if labelled.pairs is not None:
        group = {key: key for key in key_of}
        for pair in labelled.pairs:
            ends = [_root(group, pair[end]) for end in ("a", "b") if pair[end] in group]
            for end in ends:
                group[end] = min(ends)
        key_of = {key: _root(group, key) for key in group}
    return [key_of[article["id"]] for article in labelled.articles]


def _root(group: dict[str, str], key: str) -> str:
    """Return the name of the group that an article is in."""
    while group[key] != key:
        key = group[key]
    return key


def _part(labelled: StorySet, kept: Sequence[bool]) -> StorySet:
    """Return a set with some of its articles."""
    articles = [a for a, keep in zip(labelled.articles, kept, strict=True) if keep]
    return StorySet(labelled.name, articles, labelled.pairs)

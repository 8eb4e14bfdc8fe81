#!/usr/bin/env python3
"""Count how many planted copies are found and told as what they are.

Plants into the labelled articles, for each of them that has no copy among them and 50 words or
more, an exact copy, one with words changed, cuts to several lengths,
and one extended by half with the text of an article of another story; runs `dedup run --level
copies` on all of them together, and then on the articles with one kind of copy at a time. Prints
for each kind the share joined to its source (one story) and the share told as what it is, and all
stories in which two labels met.

A copy is told right when its relation to its source is right, whichever of the two was elected: a
cut whose source is its duplicate must have made the source `expanded`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dedup.config import Config
from dedup.run.dump import run_dump

Article = dict[str, Any]

FLIPPED = {"abridged": "expanded", "expanded": "abridged"}

WORDS = ["amber", "basin", "copper", "delta", "ember", "falcon", "granite", "harbor", "island"]


def changed(text: str, share: float, rng: random.Random) -> str:
    """Return a text with a share of its words replaced by unrelated ones, line breaks kept."""
    lines = [line.split(" ") for line in text.split("\n")]
    places = [(i, k) for i, line in enumerate(lines) for k, word in enumerate(line) if word]
    for i, k in rng.sample(places, max(1, round(share * len(places)))):
        lines[i][k] = rng.choice(WORDS)
    return "\n".join(" ".join(line) for line in lines)


def cut(text: str, share: float) -> str:
    """Return the first share of a text, by words."""
    words = text.split(" ")
    return " ".join(words[: max(1, round(share * len(words)))])


def extended(text: str, other: str) -> str:
    """Return a text with half its length of another one behind it."""
    return f"{text}\n{' '.join(other.split()[: len(text.split()) // 2])}"


def plant(articles: list[Article], seed: int) -> dict[str, list[Article]]:
    """Return the copies of each kind."""
    rng = random.Random(seed)
    makers: dict[str, Callable[[Article], str]] = {
        "exact": lambda a: str(a["text"]),
        "near 2%": lambda a: changed(a["text"], 0.02, rng),
        "cut 60%": lambda a: cut(a["text"], 0.6),
        "extended": lambda a: extended(a["text"], stranger(a, articles, rng)["text"]),
        "cut 30%": lambda a: cut(a["text"], 0.3),
        "cut 15%": lambda a: cut(a["text"], 0.15),
    }
    return {
        kind: [{"id": f"{a['id']}~{kind}", "text": make(a), "of": a["id"]} for a in articles]
        for kind, make in makers.items()
    }


def stranger(article: Article, articles: list[Article], rng: random.Random) -> Article:
    """Return an article of another story, at least half as long; of the longest ones, any other."""
    others = [a for a in articles if a["story"] != article["story"]]
    return rng.choice([a for a in others if 2 * a["words"] >= article["words"]] or others)


RELATION = {"exact": "exact", "near 2%": "near", "extended": "expanded"}


def decide(records: list[Article], folder: Path) -> dict[str, Article]:
    """Run the tool on records and return its decisions by id."""
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    run_dump([source], folder / "out", Config(level="copies"), overwrite=True)
    lines = (folder / "out" / "decisions.jsonl").read_text("utf-8").splitlines()
    return {decision["id"]: decision for decision in map(json.loads, lines)}


def told(copy: Article, decisions: dict[str, Article], relation: str) -> tuple[bool, bool]:
    """Return whether a copy is in its source's story, and told as what it is."""
    mine, source = decisions[copy["id"]], decisions[copy["of"]]
    joined = mine["story_id"] is not None and mine["story_id"] == source["story_id"]
    if not joined:
        return False, False
    if mine["canonical_id"] == copy["of"]:
        return True, mine["relation"] == relation
    if mine["status"] == "canonical":
        return True, source["relation"] == FLIPPED.get(relation, relation)
    # Both are duplicates of a third: right if that one is another copy of the source's very text,
    # or stands to the copy as the source does.
    return True, mine["relation"] == relation or source["relation"] == FLIPPED.get(
        relation, relation
    )


def without_copies(articles: list[Article]) -> list[Article]:
    """Return the articles without a copy among the others, long enough to be signed when cut."""
    with tempfile.TemporaryDirectory() as folder:
        decisions = decide(articles, Path(folder))
    alone = [a for a in articles if decisions[a["id"]]["status"] == "unique"]
    return [a for a in alone if len(a["text"].split()) >= 50]


def mixed(decisions: dict[str, Article], story_of: dict[str, str]) -> list[set[str]]:
    """Return the labels of each story in which two or more met."""
    labels: dict[str, set[str]] = {}
    for doc_id, decision in decisions.items():
        if decision["story_id"]:
            labels.setdefault(decision["story_id"], set()).add(story_of[doc_id])
    return [found for found in labels.values() if len(found) > 1]


def report(name: str, copies: dict[str, list[Article]], articles: list[Article]) -> None:
    """Run one dump and print its figures."""
    records = articles + [copy for kind in copies.values() for copy in kind]
    label = {a["id"]: a["story"] for a in articles}
    story_of = label | {c["id"]: label[c["of"]] for kind in copies.values() for c in kind}
    with tempfile.TemporaryDirectory() as folder:
        decisions = decide(records, Path(folder))
    for kind, planted in copies.items():
        relation = RELATION.get(kind, "abridged")
        judged = [told(copy, decisions, relation) for copy in planted]
        found = sum(joined for joined, _ in judged) / len(judged)
        right = sum(correct for _, correct in judged) / len(judged)
        print(f"{name:10} {kind:9} n {len(judged):5}  joined {found:6.2%}  told right {right:6.2%}")
    print(f"{name:10} stories in which two labels met: {len(mixed(decisions, story_of))}")


def main() -> None:
    """Read the arguments and print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="also articles that have copies")
    arguments = parser.parse_args()
    lines = arguments.labelled.read_text("utf-8").splitlines()
    articles = [{key: a[key] for key in ("id", "story", "text")} for a in map(json.loads, lines)]
    if not arguments.all:
        articles = without_copies(articles)
    for article in articles:
        article["words"] = len(article["text"].split())
    copies = plant(articles, arguments.seed)
    report("together", copies, articles)
    for kind, planted in copies.items():
        report("alone", {kind: planted}, articles)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Say how well stories are found on labelled articles that stand in real page shells.

PAGES is a folder of HTML files with a `gold.jsonl` beside them (`id`, `file`, `story`, `date`);
LABELLED holds the text of the same articles (`id`, `text`, `story`, perhaps `topic`). The pages
are cleaned as `dedup clean` does it, with and without the removal of site boilerplate, and grouped
with and without their dates: fold by fold, the pages of one fifth of the stories, with a scorer
that was trained on the text of the others, and on the sets of --also.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from labelled_sets import Article, StorySet, folds_of, read_sets
from train_scorer import grouped, prepare, prepare_both, train

from dedup.config import Config
from dedup.evaluation.metrics import Scores
from dedup.evaluation.metrics import scores as compare
from dedup.match.story_score import Scorer
from dedup.run.clean_dump import clean_dump

NEVER = 1_000_000  # a line recurs in so many documents of one host: none does


def cleaned(pages: Path, config: Config) -> dict[str, Article]:
    """Return what cleaning makes of the pages of a folder, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cleaned.jsonl"
        clean_dump(sorted(pages.glob("*.html")), out, config)
        lines = map(json.loads, out.read_text("utf-8").splitlines())
        return {Path(line["id"]).name: line for line in lines}


def in_shells(
    labelled: StorySet, file_of: Mapping[str, str], pages: Mapping[str, Article]
) -> StorySet:
    """Return the labelled articles with what was found on their pages.

    A page that was rejected has nothing as its text: it cannot be grouped, and counts as alone.
    """
    articles = []
    for article in labelled.articles:
        page = pages.get(file_of[article["id"]], {})
        own = {name: page.get(name) for name in ("url", "title", "date")}
        articles.append(article | own | {"text": page.get("text") or "nothing"})
    return replace(labelled, articles=articles)


def within_topics(articles: Sequence[Article], found: Sequence[str]) -> float:
    """Return the pairwise F1 over pairs of articles of one topic."""
    topics = np.array([article.get("topic") or "" for article in articles])
    gold = np.array([article["story"] for article in articles])
    made = np.array(found)
    both = joined_pairs = same_pairs = 0
    for topic in sorted(set(topics) - {""}):
        at = np.flatnonzero(topics == topic)
        upper = np.triu_indices(at.size, 1)
        same = (gold[at][:, None] == gold[at])[upper]
        joined = (made[at][:, None] == made[at])[upper]
        both += int((same & joined).sum())
        joined_pairs += int(joined.sum())
        same_pairs += int(same.sum())
    return 2 * both / max(1, joined_pairs + same_pairs)


def cross_validated(
    folds: Sequence[tuple[Scorer, StorySet]], config: Config, *, dated: bool
) -> tuple[Scores, float]:
    """Return what the folds come to together, and the pairwise F1 within topics."""
    gold: list[str] = []
    found: list[str] = []
    articles: list[Article] = []
    for number, (scorer, held_out) in enumerate(folds):
        part = prepare(held_out, config, dated=dated)
        found += [f"{number}:{story}" for story in grouped(part, scorer, config)]
        gold += [article["story"] for article in held_out.articles]
        articles += held_out.articles
    return compare(gold, found), within_topics(articles, found)


def shown(name: str, result: tuple[Scores, float]) -> str:
    """Return one row of figures."""
    scores, topics = result
    return (
        f"{name:34} B3 P {scores.b3_precision:.3f} R {scores.b3_recall:.3f} F1 {scores.b3_f1:.3f}"
        f"   ARI {scores.adjusted_rand:.3f}   within topics F1 {topics:.3f}"
    )


def main() -> None:
    """Print the figures with dates, and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path, help="JSON lines with id, text, story, topic")
    parser.add_argument("pages", type=Path, help="folder with pages and gold.jsonl")
    parser.add_argument("--also", type=Path, nargs="*", default=(), help="other labelled sets")
    parser.add_argument("--seed", type=int, nargs="*", default=(None,), help="of the folds")
    parser.add_argument("--workers", type=int, default=2, help="processes that clean pages")
    parser.add_argument("--brief", action="store_true", help="with and without dates only")
    args = parser.parse_args()
    config = Config(workers=args.workers)
    (labelled,) = read_sets([args.labelled])
    gold = map(json.loads, (args.pages / "gold.jsonl").read_text("utf-8").splitlines())
    file_of = {line["id"]: line["file"] for line in gold}
    also = [part for each in read_sets(args.also) for part in prepare_both(each, config)]
    story = replace(config.story, date_penalty=0.0)
    clean = replace(config.clean, site_boilerplate_documents=NEVER)
    left = replace(config, clean=clean)
    steps = [
        ("with dates", True, config, config),
        ("without dates", False, config, config),
        ("with dates that only end the window", True, config, replace(config, story=story)),
        ("with dates, boilerplate left", True, left, left),
        ("without dates, boilerplate left", False, left, left),
    ][: 2 if args.brief else None]
    made = {id(each): cleaned(args.pages, each) for each in (config, left)[: 1 + (not args.brief)]}
    for seed in args.seed:
        folds = [
            (train([*also, *prepare_both(training, config)], config), held_out)
            for training, held_out in folds_of(labelled, seed)
        ]
        for name, dated, pages, used in steps:
            tests = [
                (scorer, in_shells(held_out, file_of, made[id(pages)]))
                for scorer, held_out in folds
            ]
            title = name if seed is None else f"seed {seed}, {name}"
            print(shown(title, cross_validated(tests, used, dated=dated)), flush=True)


if __name__ == "__main__":
    main()

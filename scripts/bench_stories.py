#!/usr/bin/env python3
"""Say how well stories are found on labelled articles that stand in real page shells.

PAGES is a folder of HTML files with a `gold.jsonl` beside them (`id`, `file`, `story`, `date`);
LABELLED holds the text of the same articles (`id`, `text`, `story`, perhaps `topic`). The pages
are cleaned as `dedup clean` does it, with and without the removal of residue, and grouped with and
without their dates: fold by fold, the pages of one fifth of the stories, with a scorer that was
trained on the text of the others.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from train_scorer import Article, Fold, cross_validated, folds_of, prepare, told

from dedup.config import Config
from dedup.run import clean_dump

NEVER = 1_000_000  # a line recurs in so many documents of one host: none does


def cleaned(pages: Path, config: Config) -> dict[str, Article]:
    """Return what cleaning makes of the pages of a folder, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cleaned.jsonl"
        clean_dump(sorted(pages.glob("*.html")), out, config)
        lines = map(json.loads, out.read_text("utf-8").splitlines())
        return {Path(line["id"]).name: line for line in lines}


def in_shells(
    labelled: Sequence[Article], gold: Sequence[Article], pages: dict[str, Article], *, dated: bool
) -> list[Article]:
    """Return the labelled articles with the text that was found on their pages.

    A page that was rejected has its title as its text: it cannot be grouped, and counts as alone.
    """
    file_of = {line["id"]: line["file"] for line in gold}
    articles = []
    for article in labelled:
        page = pages.get(file_of[article["id"]], {})
        own = {"text": page.get("text") or "nothing", "url": page.get("url")}
        if dated and page.get("date"):
            own["date"] = page["date"]
        articles.append(article | own)
    return articles


def main() -> None:
    """Print the figures with dates, and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path, help="JSON lines with id, text, story, topic")
    parser.add_argument("pages", type=Path, help="folder with pages and gold.jsonl")
    parser.add_argument("--workers", type=int, default=2, help="processes that clean pages")
    args = parser.parse_args()
    config = Config(workers=args.workers)
    lines = args.labelled.read_text("utf-8").splitlines()
    labelled = sorted(map(json.loads, lines), key=lambda article: article["id"])
    gold = [
        json.loads(line) for line in (args.pages / "gold.jsonl").read_text("utf-8").splitlines()
    ]
    trained = [prepare(training, config) for training, _ in folds_of(labelled)]
    story = replace(config.story, date_penalty=0.0)
    clean = replace(config.clean, site_boilerplate_documents=NEVER)
    for changed, steps in (
        (config, (("with dates", True, config), ("without dates", False, config),
                  ("with dates that only end the window", True, replace(config, story=story)))),
        (replace(config, clean=clean), (("with dates, without residue", True, None),
                                        ("without dates, without residue", False, None))),
    ):  # fmt: skip
        pages = cleaned(args.pages, changed)
        for name, dated, used in steps:
            articles = in_shells(labelled, gold, pages, dated=dated)
            folds = [
                Fold(training, prepare(test, used or changed))
                for training, (_, test) in zip(trained, folds_of(articles), strict=True)
            ]
            print(told(name, cross_validated(folds, used or changed)), flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Learn the story score from labelled articles, and say how well it tells stories apart.

LABELLED has a line for each article with `id`, `text` and `story`, and perhaps `topic`: stories of
one topic are alike, and are never parted by the folds. Prints what five folds by story give at the
default threshold, and whether a score of 0.7 means seven in ten; `--ablate` prints what each
feature and each step adds. Without `-o` nothing is written. The same input gives the same bytes.

A feature whose weight would be negative is left out: more of each must speak for one story.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.evaluation.metrics import Scores
from dedup.evaluation.metrics import scores as compare
from dedup.match.minhash_lsh import Candidates, pairs_inside
from dedup.match.story_score import FEATURES, Model, Scorer, pair_features, probability
from dedup.models import RawRecord
from dedup.pipeline.cluster_copies import cluster_copy_pairs
from dedup.pipeline.cluster_rewrites import cluster_rewrites, group_candidates
from dedup.pipeline.earlier_stories import EarlierStories, read_earlier_stories
from dedup.pipeline.exact_duplicates import ExactDuplicates, read_exact_duplicates
from dedup.pipeline.match_copies import match_copies
from dedup.pipeline.match_rewrites import propose, score_candidates
from dedup.pipeline.representatives import Representatives
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.stages import clean_stages
from dedup.progress import NullProgress
from dedup.read.records import record
from dedup.store import Store

FOLDS = 5

# Ridge penalty on the weights; ten times more or less changed B-cubed F1 by less than 0.002.
PENALTY = 0.1

Article = dict[str, Any]
Floats = npt.NDArray[np.float64]


def fit(features: Floats, same: npt.NDArray[np.bool_]) -> Model:
    """Return the logistic function that fits best with no weight below zero."""
    used = np.ones(features.shape[1], np.bool_)
    while True:
        weights = _newton(features[:, used], same)
        if (weights[1:] >= 0).all() or used.sum() == 1:
            break
        used[np.flatnonzero(used)[int(np.argmin(weights[1:]))]] = False
    whole = np.zeros(features.shape[1])
    whole[used] = weights[1:]
    return Model(round(float(weights[0]), 4), tuple(round(float(each), 4) for each in whole))


def _newton(features: Floats, same: npt.NDArray[np.bool_]) -> Floats:
    """Return intercept and weights of a ridge-penalised logistic regression."""
    inputs = np.column_stack([np.ones(same.size), features])
    penalty = np.full(inputs.shape[1], PENALTY)
    penalty[0] = 0.0
    weights = np.zeros(inputs.shape[1])
    for _ in range(100):
        chance = 1.0 / (1.0 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (chance - same) + penalty * weights
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles, taken as far as the stories of copies.

    Attributes:
        articles: The articles.
        store: Holds them.
        exact_duplicates: Which texts are the same.
        earlier: Stories of earlier dumps: none.
        representatives: What is left of them.
        story: Label of each head.
        candidates: Proposed pairs of heads.
        features: Their features.
    """

    articles: Sequence[Article]
    store: Store
    exact_duplicates: ExactDuplicates
    earlier: EarlierStories
    representatives: Representatives
    story: npt.NDArray[np.str_]
    candidates: Candidates
    features: Floats


def records_of(articles: Sequence[Article], config: Config) -> Iterator[RawRecord]:
    """Yield articles as a run reads them, without what tells the label."""
    for each in articles:
        fields = {name: each[name] for name in ("id", "text", "url", "date") if each.get(name)}
        yield record(fields, "articles", each["id"], config.read)


def prepare(articles: Sequence[Article], config: Config) -> Part:
    """Read, clean, sign and group copies of some articles, and propose pairs."""
    store = Store(":memory:")
    progress = NullProgress()
    clean_stages(records_of(articles, config), None, store, config, progress, signed=True)
    sign_texts(store, config, progress)
    exact_duplicates, earlier = read_exact_duplicates(store), read_earlier_stories(store)
    pair_scores = match_copies(store, exact_duplicates, earlier, config, progress)
    cluster_copy_pairs(store, exact_duplicates, pair_scores, earlier, config, progress)
    representatives = Representatives(store, earlier)
    label = {row: article["story"] for row, article in enumerate(articles)}
    story = np.array([label[row] for row in representatives.rows.tolist()])
    candidates = propose(store, representatives, config, NullProgress())
    vectors = representatives.vectors(np.arange(representatives.size))
    features = pair_features(vectors, vectors, candidates.left, candidates.right)
    return Part(
        articles, store, exact_duplicates, earlier, representatives, story, candidates, features
    )


def inside(
    part: Part, candidate: Model, config: Config
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, npt.NDArray[np.bool_]]:
    """Return all pairs of heads inside the loose groups, their features and labels."""
    scores = score_candidates(
        part.representatives, part.candidates, Scorer(candidate, candidate), config, NullProgress()
    )
    with part.store.trial():
        numbers, bounds = group_candidates(
            part.representatives, part.candidates, scores, config, NullProgress()
        )
    vectors = part.representatives.vectors(numbers)
    left, right = pairs_inside(bounds[:-1], bounds[1:])
    features = pair_features(vectors, vectors, left, right)
    left, right = numbers[left], numbers[right]
    return left, right, features, part.story[left] == part.story[right]


def train(
    part: Part, config: Config, masked: int | None = None
) -> tuple[Scorer, Floats, npt.NDArray[np.bool_]]:
    """Return the scorer, and features and labels that its second half was learned from."""
    features = part.features.copy()
    same = part.story[part.candidates.left] == part.story[part.candidates.right]
    if masked is not None:
        features[:, masked] = 0.0
    candidate = fit(features, same)
    *_, every, alike = inside(part, candidate, config)
    if masked is not None:
        every[:, masked] = 0.0
    return Scorer(candidate, fit(every, alike)), every, alike


def grouped(part: Part, scorer: Scorer, config: Config) -> list[str]:
    """Return the story that each article is put into; its own id where it is alone."""
    with part.store.trial():  # the store keeps the stories of copies
        if config.level == "stories":
            cluster_rewrites(
                part.store, part.exact_duplicates, part.earlier, scorer, config, NullProgress()
            )
        return [each.story_id or each.doc_id for each in part.store.results.decisions()]


def topic_f1(articles: Sequence[Article], found: Sequence[str]) -> float:
    """Return the pairwise F1 over pairs of articles of one topic."""
    topics = np.array([article.get("topic") or "" for article in articles])
    gold = np.array([article["story"] for article in articles])
    made = np.array(found)
    both = told = true = 0
    for topic in sorted(set(topics) - {""}):
        at = np.flatnonzero(topics == topic)
        upper = np.triu_indices(at.size, 1)
        same = (gold[at][:, None] == gold[at])[upper]
        joined = (made[at][:, None] == made[at])[upper]
        both += int((same & joined).sum())
        told += int(joined.sum())
        true += int(same.sum())
    return 2 * both / max(1, told + true)


def fold_numbers(articles: Sequence[Article]) -> npt.NDArray[np.int64]:
    """Return the fold that tests each article; a topic or a story is in one fold only."""
    keys = [article.get("topic") or article["story"] for article in articles]
    fold = {key: number % FOLDS for number, key in enumerate(sorted(set(keys)))}
    return np.array([fold[key] for key in keys], np.int64)


def folds_of(articles: Sequence[Article]) -> list[tuple[list[Article], list[Article]]]:
    """Return training and test articles of each fold."""
    numbers = fold_numbers(articles).tolist()
    return [
        (
            [a for a, number in zip(articles, numbers, strict=True) if number != fold],
            [a for a, number in zip(articles, numbers, strict=True) if number == fold],
        )
        for fold in range(FOLDS)
    ]


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold, ready to be trained and tested on."""

    training: Part
    test: Part


def cross_validated(
    folds: Sequence[Fold],
    config: Config,
    masked: int | None = None,
    change: Callable[[Scorer], Scorer] = lambda scorer: scorer,
) -> tuple[Scores, float]:
    """Return what the folds come to together, and the pairwise F1 within topics."""
    gold: list[str] = []
    found: list[str] = []
    articles: list[Article] = []
    for number, fold in enumerate(folds):
        scorer, _, _ = train(fold.training, config, masked)
        if masked is not None:
            scorer = _without(scorer, masked)
        found += [f"{number}:{story}" for story in grouped(fold.test, change(scorer), config)]
        gold += [article["story"] for article in fold.test.articles]
        articles += fold.test.articles
    return compare(gold, found), topic_f1(articles, found)


def _without(scorer: Scorer, masked: int) -> Scorer:
    """Return a scorer that does not look at one feature."""
    parts = []
    for model in (scorer.candidate, scorer.group):
        weights = list(model.weights)
        weights[masked] = 0.0
        parts.append(Model(model.intercept, tuple(weights)))
    return Scorer(*parts)


def told(name: str, result: tuple[Scores, float]) -> str:
    """Return one row of figures."""
    scores, topics = result
    return (
        f"{name:34} B3 P {scores.b3_precision:.3f} R {scores.b3_recall:.3f} F1 {scores.b3_f1:.3f}"
        f"   ARI {scores.adjusted_rand:.3f}   within topics F1 {topics:.3f}"
    )


def ablation(folds: Sequence[Fold], config: Config) -> None:
    """Print what each feature and each step adds."""
    story = config.story
    steps: list[tuple[str, Config, Callable[[Scorer], Scorer]]] = [
        ("copies only", replace(config, level="copies"), lambda s: s),
        (
            "candidates only, no completion",
            replace(
                config, story=replace(story, loose_threshold=story.threshold, contrast_weight=0.0)
            ),
            lambda s: Scorer(s.candidate, Model(8.0, (0.0,) * len(FEATURES))),
        ),
        (
            "completion, one model for both",
            replace(config, story=replace(story, contrast_weight=0.0)),
            lambda s: Scorer(s.candidate, s.candidate),
        ),
        (
            "completion, a model of its own",
            replace(config, story=replace(story, contrast_weight=0.0)),
            lambda s: s,
        ),
        ("and rival terms (shipped)", config, lambda s: s),
    ]
    for name, changed, change in steps:
        print(told(name, cross_validated(folds, changed, change=change)), flush=True)
    for number, name in enumerate(FEATURES):
        print(told(f"without {name}", cross_validated(folds, config, number)), flush=True)


def calibration(whole: Part, config: Config) -> list[tuple[float, float, int]]:
    """Return mean score, share of pairs of one story, and pairs, by tenths of the score.

    All articles are one dump, for a smaller one has fewer strangers; each fold's pairs are scored
    by what was learned from the pairs of the others. A pair of two folds is scored twice, and
    counts half each time.
    """
    numbers = fold_numbers(whole.articles)[whole.representatives.rows]
    candidates = whole.candidates
    same = whole.story[candidates.left] == whole.story[candidates.right]
    scores: list[Floats] = []
    truth: list[npt.NDArray[np.bool_]] = []
    weights: list[Floats] = []
    for fold in range(FOLDS):
        others = (numbers[candidates.left] != fold) & (numbers[candidates.right] != fold)
        candidate = fit(whole.features[others], same[others])
        left, right, features, alike = inside(whole, candidate, config)
        votes = (numbers[left] == fold).astype(np.float64) + (numbers[right] == fold)
        group = fit(features[votes == 0], alike[votes == 0])
        scores.append(probability(group.odds(features[votes > 0])))
        truth.append(alike[votes > 0])
        weights.append(votes[votes > 0] / 2)
    chance, one_story = np.concatenate(scores), np.concatenate(truth)
    part_weight = np.concatenate(weights)
    tenth = np.minimum((chance * 10).astype(int), 9)
    return [
        (
            float(np.average(chance[at], weights=part_weight[at])),
            float(np.average(one_story[at], weights=part_weight[at])),
            round(part_weight[at].sum()),
        )
        for at in (tenth == k for k in range(10))
        if at.any()
    ]


def described(model: Model) -> dict[str, Any]:
    """Return a model as JSON values."""
    return {
        "intercept": model.intercept,
        "weights": dict(zip(FEATURES, model.weights, strict=True)),
    }


def main() -> None:
    """Train, print, and write what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("labelled", type=Path, help="JSON lines with id, text, story, topic")
    parser.add_argument("-o", "--output", type=Path, help="write the scorer to this file")
    parser.add_argument("--name", help="what the scorer calls its data (default: the file's name)")
    parser.add_argument("--ablate", action="store_true", help="print what each feature adds")
    args = parser.parse_args()
    config = Config()
    raw = args.labelled.read_bytes()
    articles = sorted(map(json.loads, raw.splitlines()), key=lambda article: article["id"])
    folds = [Fold(prepare(a, config), prepare(b, config)) for a, b in folds_of(articles)]
    result = cross_validated(folds, config)
    print(told(f"{FOLDS} folds by story", result), flush=True)
    whole = prepare(articles, config)
    print("score   of one story   pairs")
    for mean, share, pairs in calibration(whole, config):
        print(f"{mean:5.2f}   {share:12.2f}   {pairs:5}")
    if args.ablate:
        ablation(folds, config)
    scorer, _, _ = train(whole, config)
    data = {
        "made_by": "scripts/train_scorer.py",
        "data": {
            "name": args.name or args.labelled.name,
            "sha256": hashlib.sha256(raw).hexdigest(),
            "articles": len(articles),
            "stories": len({article["story"] for article in articles}),
        },
        "cross_validated": {
            "folds": FOLDS,
            "b3_f1": round(result[0].b3_f1, 4),
            "ari": round(result[0].adjusted_rand, 4),
            "within_topics_f1": round(result[1], 4),
        },
        "features": dict(FEATURES),
        "candidate": described(scorer.candidate),
        "group": described(scorer.group),
    }
    text = json.dumps(data, indent=2) + "\n"
    if args.output:
        args.output.write_text(text, "utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Learn the story score from sets of labelled articles, and say what a score means.

SET is a file of articles, or a folder of such files, as scripts/bench_story_sets.py reads them. All
sets count alike, each with its dates and without. Prints for each set how far the score is from the
share of pairs that are one story, scored by a scorer that never saw the set (with --folds: that
never saw these stories), and then the same for all sets by tenths of the score. Without `-o` and
`--each` nothing is written. The same input gives the same bytes.

A feature whose weight would be negative is left out: more of each must speak for one story.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from labelled_sets import FOLDS, StorySet, event_of, folds_of, read_sets, records_of

from dedup.config import Config
from dedup.match.loose_group_odds import group_features
from dedup.match.minhash_lsh import Candidates, pairs_inside
from dedup.match.story_score import (
    MOST_ODDS,
    Model,
    Scorer,
    pair_features,
    probability,
    shipped_scorer,
)
from dedup.models import RawRecord
from dedup.pipeline.cluster_copies import cluster_copy_pairs
from dedup.pipeline.cluster_rewrites import cluster_rewrites, read_groups, score_groups
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.earlier_stories import EarlierStories, read_earlier_stories
from dedup.pipeline.exact_duplicates import ExactDuplicates, read_exact_duplicates
from dedup.pipeline.group_candidates import LooseGroups, group_candidates
from dedup.pipeline.match_copies import match_copies
from dedup.pipeline.match_rewrites import propose, read_heaviest, score_candidates
from dedup.pipeline.representatives import Representatives, read_representatives
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.stages import clean_stages
from dedup.progress import NullProgress
from dedup.read.records import record
from dedup.scorer_file import scorer_file, scorer_text
from dedup.store import Store
from dedup.tune.logistic_fit import Examples, fit

ROUNDS = 20
"""Most times that a scorer is brought nearer to what its scores mean."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """A set, taken as far as the stories of copies.

    Attributes:
        labelled: The set.
        store: Holds the articles.
        exact_duplicates: Which texts are the same.
        earlier: Stories of earlier dumps: none.
        representatives: What is left of the articles.
        candidates: Proposed pairs of representatives.
        features: Their features.
    """

    labelled: StorySet
    store: Store
    exact_duplicates: ExactDuplicates
    earlier: EarlierStories
    representatives: Representatives
    candidates: Candidates
    features: Floats

    def same(self, left: Ints, right: Ints) -> Ints:
        """Return for pairs of representatives 1 for one story, 0 for two, -1 where unknown."""
        rows = self.representatives.numbered.rows
        articles = self.labelled.articles
        if self.labelled.pairs is None:
            events = np.array([event_of(articles[row]) for row in rows.tolist()])
            same: Ints = (events[left] == events[right]).astype(np.int64)
            return same
        home = self._homes()
        judged = {}
        for pair in self.labelled.pairs:
            ends = frozenset(home[pair[end]] for end in ("a", "b") if pair[end] in home)
            if pair["same"] in (0, 1) and len(ends) == 2:
                judged[ends] = pair["same"]
        ids = [articles[row]["id"] for row in rows.tolist()]
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([judged.get(frozenset((ids[a], ids[b])), -1) for a, b in pairs], np.int64)

    def _homes(self) -> dict[str, str]:
        """Return for each article the one that represents it and its copies."""
        decisions = self.store.results.decisions()
        return {each.doc_id: each.canonical_id or each.doc_id for each in decisions}


def raw_records(labelled: StorySet, config: Config, *, dated: bool) -> Iterator[RawRecord]:
    """Yield articles as a run reads them, without what tells the label."""
    for fields in records_of(labelled.articles, dated=dated):
        yield record(fields, "articles", fields["id"], config.read)


def prepare(labelled: StorySet, config: Config, *, dated: bool) -> Part:
    """Read, clean, sign and group copies of a set, and propose pairs."""
    store = Store(":memory:")
    progress = NullProgress()
    records = raw_records(labelled, config, dated=dated)
    clean_stages(records, None, store, config, progress, signed=True)
    sign_texts(store, config, progress)
    exact_duplicates, earlier = read_exact_duplicates(store), read_earlier_stories(store)
    pair_scores = match_copies(store, exact_duplicates, earlier, config, progress)
    cluster_copy_pairs(store, exact_duplicates, pair_scores, earlier, config, progress)
    representatives = read_representatives(store, earlier)
    heaviest = read_heaviest(representatives, config, progress)
    candidates = propose(store, representatives, heaviest, config, progress)
    vectors = representatives.vectors(np.arange(representatives.size))
    features = pair_features(vectors, vectors, candidates.left, candidates.right)
    return Part(labelled, store, exact_duplicates, earlier, representatives, candidates, features)


def prepare_both(labelled: StorySet, config: Config) -> list[Part]:
    """Return a set with its dates, where it has any, and without."""
    kinds = (True, False) if labelled.has_dates else (False,)
    return [prepare(labelled, config, dated=dated) for dated in kinds]


# --- learning ------------------------------------------------------------------------------------


def train(parts: Sequence[Part], config: Config) -> Scorer:
    """Return the scorer that some parts teach.

    The model of loose groups is learned with an intercept for each part: the share of pairs that
    are one story differs from set to set, and is not what a feature should explain. Then its odds
    are stretched and moved as a whole, until a score is the share of pairs that are one story.
    """
    known = [(part.features, _known(part, part.candidates)) for part in parts]
    candidate = fit(examples(parts, known), separate=False)
    groups = [loose_groups_of(part, candidate, config) for part in parts]
    known = []
    for part, loose in zip(parts, groups, strict=True):
        numbers, bounds = loose.members, loose.bounds
        left, right = pairs_inside(bounds[:-1], bounds[1:])
        vectors = part.representatives.vectors(numbers)
        known_of = part.representatives.numbered
        days = known_of.moments[numbers], known_of.lead_days[numbers]
        features, _ = group_features(vectors, *days, left, right)
        known.append((features, part.same(numbers[left], numbers[right])))
    group = fit(examples(parts, known), separate=True)
    for _ in range(ROUNDS):
        scored = [
            scored_pairs(part, each, group, config)
            for part, each in zip(parts, groups, strict=True)
        ]
        slope = fit(examples(parts, [(odds[:, None], same) for odds, same in scored]))
        group = Model(
            group.intercept * slope.weights[0] + slope.intercept,
            tuple(weight * slope.weights[0] for weight in group.weights),
        )
        if abs(slope.weights[0] - 1) + abs(slope.intercept) < 1e-3:
            break
    return Scorer(_rounded(candidate), _rounded(group))


def _known(part: Part, candidates: Candidates) -> Ints:
    """Return the labels of candidates."""
    return part.same(candidates.left.astype(np.int64), candidates.right.astype(np.int64))


def _rounded(model: Model) -> Model:
    """Return a model as it is written."""
    return Model(round(model.intercept, 4), tuple(round(weight, 4) for weight in model.weights))


def examples(parts: Sequence[Part], known: Sequence[tuple[Floats, Ints]]) -> Examples:
    """Return the pairs with a label; those of a set count 1 together, with and without dates."""
    names = [part.labelled.name for part in parts]
    features, same, weights, number = [], [], [], []
    for at, (name, (own, label)) in enumerate(zip(names, known, strict=True)):
        kept = np.flatnonzero(label >= 0)
        features.append(own[kept])
        same.append(label[kept] == 1)
        weights.append(np.full(kept.size, 1 / max(1, kept.size) / names.count(name)))
        number.append(np.full(kept.size, at))
    return Examples(*map(np.concatenate, (features, same, weights, number)))


# --- scores --------------------------------------------------------------------------------------


def loose_groups_of(part: Part, candidate: Model, config: Config) -> LooseGroups:
    """Return the loose groups."""
    scorer = Scorer(candidate, candidate)
    progress = NullProgress()
    scores = score_candidates(part.representatives, part.candidates, scorer, config, progress)
    with part.store.trial():
        return group_candidates(
            part.store, part.representatives, part.candidates, scores, config, progress
        )


def scored_pairs(
    part: Part, groups: LooseGroups, model: Model, config: Config
) -> tuple[Floats, Ints]:
    """Return the log odds and the label of the pairs that the score does not rule out."""
    odds, same = [np.empty(0)], [np.empty(0, np.int64)]
    loaded = read_groups(StoredDocuments(part.store), part.representatives, groups, config)
    for batch in loaded:
        numbers, scored = score_groups(part.representatives, model, config, batch)
        asked = scored.odds > -MOST_ODDS
        odds.append(scored.odds[asked])
        same.append(part.same(numbers[scored.left[asked]], numbers[scored.right[asked]]))
    return np.concatenate(odds), np.concatenate(same)


def grouped(part: Part, scorer: Scorer, config: Config) -> list[str]:
    """Return the story that each article is put into; its own id where it is alone."""
    with part.store.trial():  # the store keeps the stories of copies
        if config.level == "stories":
            cluster_rewrites(
                part.store, part.exact_duplicates, part.earlier, scorer, config, NullProgress()
            )
        return [each.story_id or each.doc_id for each in part.store.results.decisions()]


@dataclass(frozen=True, slots=True)
class Reliability:
    """What scores are worth, by tenths of the score.

    Attributes:
        mean: Mean score of each tenth, NaN where there is none.
        share: Share of its pairs that are one story.
        weight: What its pairs count together.
    """

    mean: Floats
    share: Floats
    weight: Floats

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of score and share (Naeini 2015)."""
        used = self.weight > 0
        apart = np.abs(self.mean[used] - self.share[used])
        return float(np.average(apart, weights=self.weight[used])) if used.any() else 0.0


def reliability(scored: Sequence[tuple[Floats, Ints, float]]) -> Reliability:
    """Return what scores are worth.

    Args:
        scored: Log odds and labels of some parts, and what the pairs of each count together.
    """
    chance = probability(np.concatenate([odds[same >= 0] for odds, same, _ in scored]))
    truth = np.concatenate([same[same >= 0] for _, same, _ in scored])
    weight = np.concatenate(
        [np.full((same >= 0).sum(), count / max(1, (same >= 0).sum())) for _, same, count in scored]
    )
    tenth = np.minimum((chance * 10).astype(int), 9)
    total = np.bincount(tenth, weight, 10).astype(np.float64)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(tenth, weight * chance, 10) / total
        share = np.bincount(tenth, weight * truth, 10) / total
    return Reliability(mean, share, total)


def calibration_error(
    labelled: StorySet, scorer: Path | None, config: Config, *, dated: bool
) -> float:
    """Return the expected calibration error of a scorer on a set."""
    part = prepare(labelled, config, dated=dated)
    used = scorer_file(scorer).scorer or shipped_scorer()
    groups = loose_groups_of(part, used.candidate, config)
    return reliability([(*scored_pairs(part, groups, used.group, config), 1.0)]).error


# --- the command ---------------------------------------------------------------------------------


Split = tuple[str, list[Part], list[Part]]
"""A name, what is trained on, and what is held out."""


def by_set(parts: Sequence[Part]) -> Iterator[Split]:
    """Yield for each set the parts of the others, and its own."""
    for name in dict.fromkeys(part.labelled.name for part in parts):
        own = [part for part in parts if part.labelled.name == name]
        yield name, [part for part in parts if part.labelled.name != name], own


def by_fold(sets: Sequence[StorySet], config: Config, seed: int | None) -> Iterator[Split]:
    """Yield for each fold of all sets what is trained on, and what is held out."""
    folds = [folds_of(labelled, seed) for labelled in sets]
    for number in range(FOLDS):
        training, held_out = zip(*(each[number] for each in folds), strict=True)
        yield (
            f"fold {number + 1}",
            [part for each in training for part in prepare_both(each, config)],
            [part for each in held_out for part in prepare_both(each, config)],
        )


def written(scorer: Scorer, sets: Sequence[StorySet], name: str, error: float | None) -> str:
    """Return the file of a scorer."""
    digest = hashlib.sha256()
    for labelled in sets:
        for lines in (labelled.articles, labelled.pairs or ()):
            digest.update(json.dumps(lines, sort_keys=True).encode())
    data = {
        "name": name,
        "sets": {labelled.name: len(labelled.articles) for labelled in sets},
        "sha256": digest.hexdigest(),
    }
    rounded = None if error is None else round(error, 4)
    return scorer_text(scorer, "scripts/train_scorer.py", data, rounded)


def main() -> None:
    """Train, print, and write what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    parser.add_argument("-o", "--output", type=Path, help="write the scorer of all sets")
    parser.add_argument(
        "--each", type=Path, metavar="FOLDER",
        help="write for each set SET.json, the scorer that never saw it",
    )  # fmt: skip
    parser.add_argument("--folds", action="store_true", help="hold out stories, not whole sets")
    parser.add_argument("--seed", type=int, help="of the folds")
    parser.add_argument("--name", default="labelled sets", help="what the scorer calls its data")
    args = parser.parse_args()
    config = Config()
    sets = list(read_sets(args.sets))
    if len(sets) < (1 if args.folds else 2):
        parser.error("give two sets or more, or one and --folds")
    parts = [part for labelled in sets for part in prepare_both(labelled, config)]
    scored: list[tuple[Floats, Ints, float]] = []
    splits = by_fold(sets, config, args.seed) if args.folds else by_set(parts)
    print(f"{'held out':14} {'pairs':>6} {'one story':>10} {'mean score':>11} {'ECE':>6}")
    for name, training, held_out in splits:
        scorer = train(training, config)
        own = []
        for part in held_out:
            groups = loose_groups_of(part, scorer.candidate, config)
            own.append((*scored_pairs(part, groups, scorer.group, config), 1 / len(held_out)))
        scored += own
        _print_row(name, own)
        if args.each and not args.folds:
            args.each.mkdir(parents=True, exist_ok=True)
            others = [labelled for labelled in sets if labelled.name != name]
            text = written(scorer, others, f"{args.name} without {name}", None)
            (args.each / f"{name}.json").write_text(text, "utf-8")
    found = reliability(scored)
    _print_row("all", scored)
    print("score   of one story   weight")
    for mean, share, weight in zip(found.mean, found.share, found.weight, strict=True):
        print(f"{mean:5.2f}   {share:12.2f}   {weight:6.2f}")
    if args.output:
        text = written(train(parts, config), sets, args.name, found.error)
        args.output.write_text(text, "utf-8")


def _print_row(name: str, scored: Sequence[tuple[Floats, Ints, float]]) -> None:
    """Print how far scores are from what they say."""
    found = reliability(scored)
    used = found.weight > 0
    share, mean = (
        float(np.average(each[used], weights=found.weight[used])) if used.any() else np.nan
        for each in (found.share, found.mean)
    )
    pairs = sum(int((same >= 0).sum()) for _, same, _ in scored)
    print(f"{name:14} {pairs:6} {share:10.2f} {mean:11.2f} {found.error:6.3f}", flush=True)


if __name__ == "__main__":
    main()

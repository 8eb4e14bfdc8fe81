#!/usr/bin/env python3
"""Say how often the intervals of `dedup tune` hold the truth, and how wide they are.

    python scripts/bench_labels.py SET.jsonl --scorer scorers/{set}.json

Each SET holds labelled articles: a line for each with `id`, `text`, `story`, and perhaps `date`,
`title`, `url` and `language`. No label reaches the run. For each seed pairs are drawn as
`dedup label` draws them and answered by the labels; the estimates are those of `dedup tune`, at the
threshold of the run and at others. Columns, for precision, recall and documents lost:

  true    of all pairs of the population: of each, whether both articles have one `story`
  within  share of the seeds in which the interval holds it
  width   mean width of the interval; of documents lost, as a share of the removed ones
  error   mean difference of the estimate from the truth, in the same unit
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from labelled_sets import StorySet, read_sets, records_of
from measured import machine

from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.explain.open_run import Run, open_run
from dedup.kernels.array_types import Float64s, Int64s
from dedup.label.decided_stories import DecidedStories
from dedup.label.draw_pairs import draw_pairs, strata_of
from dedup.label.pair_population import PairPopulation, pair_population
from dedup.tune.estimates import Answers, Interval, estimate
from dedup.tune.replay_settings import Outcome, Setting, replay_settings

THRESHOLDS = (0.2, 0.5, 0.8)
"""Beside that of the run."""

COUNTS = (50, 100, 200, 400)

FIGURES = ("precision", "recall", "lost")


@dataclass(frozen=True, slots=True)
class Row:
    """How the intervals of one figure do.

    Attributes:
        name: Of the set.
        answers: Pairs that were answered, at most.
        threshold: Of the setting.
        is_current: Whether the run has it.
        figure: One of ``FIGURES``.
        true: The true value.
        of: What widths and errors are shares of: removed documents, or 1.
        within: Share of the seeds in which the interval holds the true value.
        width: Mean width of the interval.
        error: Mean difference of the estimate from the true value.
    """

    name: str
    answers: int
    threshold: float
    is_current: bool
    figure: str
    true: float
    of: int
    within: float
    width: float
    error: float


@dataclass(frozen=True, slots=True)
class Labels:
    """What is true of the population of a run.

    Attributes:
        cell_of: Number of the pair of the population by the lower and the higher number of two
            representatives.
        representative: The number of the representative of each document.
        story: The story of each document.
        same: Pairs of documents of one story, for each pair of the population.
    """

    cell_of: Mapping[tuple[int, int], int]
    representative: Mapping[str, int]
    story: Mapping[str, str]
    same: Int64s

    def answers(self, drawn: Sequence[LabelledPair]) -> Answers:
        """Answer some pairs by the labels."""
        cells = []
        for pair in drawn:
            one, other = sorted((self.representative[pair.a], self.representative[pair.b]))
            cells.append(self.cell_of[one, other])
        same = [self.story[pair.a] == self.story[pair.b] for pair in drawn]
        return Answers(np.array(cells, np.int64), np.array(same, np.bool_))


def labels_of(run: Run, population: PairPopulation, labelled: StorySet) -> Labels:
    """Return what the labels of a set say of the pairs of a run."""
    story = {article["id"]: str(article["story"]) for article in labelled.articles}
    stories = DecidedStories.read(run.store)
    copies = [stories.copies_of(row).tolist() for row in population.rows.tolist()]
    ids = run.store.lookups.ids([row for each in copies for row in each])
    gold = [[story[ids[row]] for row in each] for each in copies]
    cells = list(zip(population.left.tolist(), population.right.tolist(), strict=True))
    return Labels(
        {(min(pair), max(pair)): number for number, pair in enumerate(cells)},
        {ids[row]: number for number, each in enumerate(copies) for row in each},
        story,
        np.array([_same(gold[one], gold[other], one == other) for one, other in cells], np.int64),
    )


def _same(one: Sequence[str], other: Sequence[str], are_copies: bool) -> int:
    """Count the pairs of documents of one story, one of each representative."""
    found = sum(left == right for left in one for right in other)
    return (found - len(one)) // 2 if are_copies else found


def measured(
    run: Run, labelled: StorySet, seeds: int, counts: Sequence[int], thresholds: Sequence[float]
) -> Iterator[Row]:
    """Yield the figures of a set.

    Args:
        run: The run on it.
        labelled: Its articles, each with a story.
        seeds: How many samples are drawn.
        counts: Answers of each.
        thresholds: Settings beside that of the run.
    """
    population, story = pair_population(run), run.config.story
    truth = labels_of(run, population, labelled)
    settings = [
        Setting(each, story.window_days)
        for each in dict.fromkeys((story.threshold, *thresholds))
        if each >= story.loose_threshold
    ]
    everything = np.arange(population.left.size)
    outcomes = list(replay_settings(run, population, settings, everything))
    strata = strata_of(population, story.threshold)
    samples = [
        truth.answers(draw_pairs(run, population, max(counts), seed)) for seed in range(seeds)
    ]
    for count in counts:
        for outcome in outcomes:
            found = []
            for sample in samples:
                answers = Answers(sample.pair[:count], sample.same[:count])
                asked = Outcome(
                    outcome.setting, outcome.together, outcome.lost[answers.pair], outcome.removed
                )
                found.append(estimate(answers, population.documents, strata, asked))
            values = true_values(population, truth.same, outcome)
            for figure, true in zip(FIGURES, values, strict=True):
                intervals = [getattr(each, figure) for each in found]
                yield _row(labelled.name, count, outcome, story.threshold, figure, true, intervals)


def true_values(
    population: PairPopulation, same: Int64s, outcome: Outcome
) -> tuple[float, float, float]:
    """Return true precision, recall and documents lost of a setting."""
    joined, found = population.documents[outcome.together].sum(), same[outcome.together].sum()
    lost = outcome.lost * (population.documents - same)
    return (
        float(found / joined) if joined else 1.0,
        float(found / same.sum()) if same.any() else 1.0,
        float(lost.sum()),
    )


def _row(
    name: str, count: int, outcome: Outcome, current: float, figure: str, true: float,
    intervals: Sequence[Interval],
) -> Row:  # fmt: skip
    """Return how some intervals of one figure do."""
    ends: Float64s = np.array([(each.low, each.high, each.value) for each in intervals])
    low, high, value = ends.T
    of = max(outcome.removed, 1) if figure == "lost" else 1
    threshold = outcome.setting.threshold
    return Row(
        name, count, threshold, threshold == current, figure, true, of,
        float(np.mean((low <= true + 1e-9) & (true <= high + 1e-9))),
        float(np.mean(high - low)) / of,
        float(np.mean(value) - true) / of,
    )  # fmt: skip


def shown(rows: Sequence[Row]) -> str:
    """Return the three figures of one setting in one line."""
    first = rows[0]
    mark = "*" if first.is_current else " "
    figures = "  ".join(
        f"{row.figure:9} {row.true:7.3f} {row.within:6.2f} {row.width:6.3f} {row.error:+6.3f}"
        for row in rows
    )
    return f"{first.name:12} {first.answers:4} {first.threshold:5.2f}{mark} {figures}"


def run_on(labelled: StorySet, scorer: Path | None, folder: Path) -> Path:
    """Run on the articles of a set without their labels, and return the output folder."""
    source, out = folder / f"{labelled.name}.jsonl", folder / labelled.name
    records = records_of(labelled.articles, dated=True)
    source.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    command = [sys.executable, "-m", "dedup", "run", str(source), "-o", str(out), "--quiet"]
    subprocess.run([*command, *(["--scorer", str(scorer)] if scorer else [])], check=True)
    return out


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    parser.add_argument(
        "--scorer",
        metavar="FILE",
        help="file of another scorer; {set} in it stands for the name of the set,\n"
        "for scorers that were trained without it",
    )
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--thresholds", type=float, nargs="*", default=THRESHOLDS)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write what was asked for."""
    args = arguments()
    columns = "  ".join(
        f"{each:9} {'true':>7} {'within':>6} {'width':>6} {'error':>6}" for each in FIGURES
    )
    print(f"{'set':12} {'n':>4} {'thr.':>5}  {columns}")
    rows: list[Row] = []
    for labelled in read_sets(args.sets):
        scorer = Path(args.scorer.replace("{set}", labelled.name)) if args.scorer else None
        with (
            tempfile.TemporaryDirectory(prefix="labels-") as folder,
            open_run(run_on(labelled, scorer, Path(folder))) as run,
        ):
            found = list(measured(run, labelled, args.seeds, args.counts, args.thresholds))
        for place in range(0, len(found), len(FIGURES)):
            print(shown(found[place : place + len(FIGURES)]), flush=True)
        rows.extend(found)
    if args.output:
        figures = {"machine": machine(("numpy",)), "rows": [asdict(row) for row in rows]}
        args.output.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

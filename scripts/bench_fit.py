#!/usr/bin/env python3
"""Say what a scorer that is fitted on one half of labelled articles does to the other half.

SET is a file of articles, or a folder of such files, as scripts/bench_story_sets.py reads them. A
half has half of the topics or, without these, of the stories. On one half `dedup run` runs, and the
pairs that `dedup label` draws from it are judged by the labels of the set; where pairs of the set
were judged, all of these are taken. A scorer is fitted on them. The other half is run with and
without it. Then the halves change places. Columns:

  labels  judged pairs; all of the half where this is more than it has
  used    those that are in a loose group together
  F1      of the other half by the scorer of the run, as scripts/bench_story_sets.py has it
  gain    by how much the fitted scorer and its threshold change that, taken or not
  taken   whether it is better with confidence
  held    F1 of held-out judged pairs by the run's scorer and by fitted ones, and the interval

The last lines have for each set what was gained where a scorer was taken and nothing where none
was, on the mean and at worst.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench_story_sets import measured
from labelled_sets import StorySet, event_of, halves_of, read_sets, records_of
from measured import machine

from dedup import deduplicate
from dedup.config import Config
from dedup.errors import ConfigError
from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.explain.open_run import Run, open_run
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population
from dedup.match.story_score import Scorer
from dedup.run.dump import run_dump
from dedup.tune.fit_scorer import fit_scorer

ALL = 10**9


@dataclass(frozen=True, slots=True)
class Row:
    """What a fit on one half does to the other.

    Attributes:
        name: Of the set.
        seed: Of the halves.
        half: Which half is labelled.
        labels: Judged pairs.
        used: Those that are in a loose group together.
        f1: Of the other half by the scorer of the run.
        gain: What the fitted scorer changes where it is taken, 0 where it is not.
        taken: Whether it is.
        before: F1 of held-out judged pairs by the run's scorer.
        after: The same by fitted ones.
        low: Lower end of the 95 % interval of the difference.
        high: Upper end.
        sentence: The outcome in words.
    """

    name: str
    seed: int
    half: int
    labels: int
    used: int
    f1: float
    gain: float
    taken: bool
    before: float
    after: float
    low: float
    high: float
    sentence: str


def f1_of(
    labelled: StorySet, config: Config, scorer: Path | Scorer | None, *, dated: bool
) -> float:
    """Return the F1 of a run on some articles."""
    result = deduplicate(records_of(labelled.articles, dated=dated), config=config, scorer=scorer)
    names = [article["id"] for article in labelled.articles]
    return measured(labelled, {name: result.decision(name) for name in names}).f1 or 0.0


def judged_pairs(run: Run, labelled: StorySet, count: int, seed: int) -> list[LabelledPair]:
    """Return pairs of a run, judged by the labels of a set."""
    event = {article["id"]: event_of(article) for article in labelled.articles}
    if labelled.pairs is not None:
        return [
            LabelledPair(pair["a"], pair["b"], pair["same"] == 1)
            for pair in labelled.pairs
            if pair["same"] in (0, 1) and pair["a"] in event and pair["b"] in event
        ]
    drawn = draw_pairs(run, pair_population(run), count, seed)
    return [replace(each, same=event[each.a] == event[each.b]) for each in drawn]


def rows_of(
    labelled: StorySet, counts: Sequence[int], seed: int, scorer: Path | None, *, dated: bool
) -> Iterator[Row]:
    """Yield what fits on each half of a set do to the other."""
    both = halves_of(labelled, seed)
    for half, (own, other) in enumerate((both, both[::-1])):
        before = f1_of(other, Config(), scorer, dated=dated)
        with tempfile.TemporaryDirectory() as folder, opened(own, folder, scorer, dated) as run:
            for count in counts:
                labels = judged_pairs(run, own, count, seed)
                yield fitted_row(run, labels, Row(
                    labelled.name, seed, half, len(labels), 0, before, 0.0, False, 0, 0, 0, 0, "",
                ), other, dated=dated)  # fmt: skip


def opened(labelled: StorySet, folder: str, scorer: Path | None, dated: bool) -> Run:
    """Run `dedup run` on some articles without labels, and open it."""
    source, out = Path(folder) / "articles.jsonl", Path(folder) / "out"
    lines = (json.dumps(each) + "\n" for each in records_of(labelled.articles, dated=dated))
    source.write_text("".join(lines), "utf-8")
    run_dump([source], out, Config(), scorer=scorer)
    return open_run(out)


def fitted_row(
    run: Run, labels: Sequence[LabelledPair], row: Row, other: StorySet, *, dated: bool
) -> Row:
    """Return the row of a fit."""
    try:
        found = fit_scorer(run, labels, seed=row.seed)
    except ConfigError as error:
        return replace(row, sentence=str(error))
    gain = 0.0
    if found.scorer is not None:
        story = replace(Config().story, threshold=found.threshold)
        gain = f1_of(other, replace(Config(), story=story), found.scorer, dated=dated) - row.f1
    return replace(
        row, used=found.labels, gain=gain, taken=found.is_better, before=found.before,
        after=found.after, low=found.gain[0], high=found.gain[1], sentence=found.sentence,
    )  # fmt: skip


HEADINGS = (
    f"{'set':14} {'seed':>4} {'half':>4} {'labels':>7} {'used':>6} {'F1':>6} {'gain':>7} "
    f"{'taken':>5}  held-out"
)


def shown(row: Row) -> str:
    """Return a row of the table."""
    taken = "yes" if row.taken else "no"
    held = f"{row.before:.3f} to {row.after:.3f}, {row.low:+.3f} to {row.high:+.3f}"
    return (
        f"{row.name:14} {row.seed:4} {row.half:4} {row.labels:7} {row.used:6} {row.f1:6.3f} "
        f"{row.gain:+7.4f} {taken:>5}  {held if row.used else row.sentence}"
    )


def summed(rows: Sequence[Row]) -> Mapping[str, dict[str, float]]:
    """Return for each set how many fits there are and were taken, the mean gain, and the worst."""
    found = {}
    for name in dict.fromkeys(row.name for row in rows):
        gains = [row.gain for row in rows if row.name == name]
        found[name] = {
            "fits": len(gains),
            "taken": sum(row.taken for row in rows if row.name == name),
            "mean": sum(gains) / len(gains),
            "worst": min(gains),
        }
    return found


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="of the halves")
    parser.add_argument(
        "--labels", type=int, nargs="+", default=[300, 600, 1200, ALL], help="judged pairs"
    )
    parser.add_argument(
        "--scorer", metavar="FILE",
        help="scorer of the runs; {set} in it stands for the name of the set",
    )  # fmt: skip
    parser.add_argument("--undated", action="store_true", help="take the dates away")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    args = parser.parse_args()
    print(HEADINGS)
    rows = []
    for labelled in read_sets(args.sets):
        scorer = Path(args.scorer.replace("{set}", labelled.name)) if args.scorer else None
        for seed in args.seeds:
            for row in rows_of(labelled, args.labels, seed, scorer, dated=not args.undated):
                rows.append(row)
                print(shown(row), flush=True)
    total = summed(rows)
    print(f"{'set':14} {'fits':>5} {'taken':>6} {'mean gain':>10} {'worst':>8}")
    for name, each in total.items():
        print(f"{name:14} {each['fits']:5} {each['taken']:6} {each['mean']:+10.4f} "
              f"{each['worst']:+8.4f}")  # fmt: skip
    if args.output:
        figures = {"machine": machine(()), "sets": total, "fits": list(map(asdict, rows))}
        args.output.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

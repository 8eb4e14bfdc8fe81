#!/usr/bin/env python3
"""Say how well stories are found on sets of labelled articles, and what is lost.

Each FOLDER holds sets NAME.jsonl: a line for each article with `id`, `text`, `story`, and perhaps
`event`, `date`, `title`, `url` and `language`. Where NAME.pairs.jsonl lies beside it (`a`, `b`,
`same` as 1 or 0), these judged pairs count in place of `story`. No label reaches the run. Columns:

  P R F1     B-cubed; of judged pairs: of those that were joined; of sets with an `event` besides
             `story`: P is the share of joined pairs within an event, R the share of pairs within
             a story that were joined
  alone      F1 where nothing is joined, which no output should fall below
  far        joined pairs of different events (`event`, else `story`); of judged pairs: those that
             are different
  joined     joined pairs; of judged pairs: those that are judged
  removed    documents that are duplicates
  lost       removed documents of whose event (`event`, else `story`) no document remains. Of judged
             pairs the least that it can be: of two different documents in one story one is lost,
             unless a kept document is judged the same as it; each document counts once.
  ECE        expected calibration error of the story score, of all pairs that it is asked for

The last line has the mean F1 over sets, and the sums of the counts. A set of articles that all
differ has no F1.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from labelled_sets import SUFFIX, Article, StorySet, event_of, read_sets, records_of
from measured import machine
from train_scorer import calibration_error

from dedup import Config, deduplicate
from dedup.evaluation.articles_lost import articles_lost
from dedup.evaluation.metrics import Decided, Labelled
from dedup.evaluation.metrics import scores as compare
from dedup.models import Decision, Status


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one set; None where a set has none.

    Attributes:
        name: Of the set.
        kind: What is scored: ``stories``, ``events``, ``pairs`` or ``all differ``.
        documents: Articles.
        stories: Labels.
        precision: See the columns of the table, for this and the fields below.
        recall: Likewise.
        f1: Their harmonic mean.
        ari: Adjusted Rand index.
        alone: F1 where nothing is joined.
        far: Joined pairs that are different.
        joined: Joined pairs.
        same: Judged pairs that are the same.
        different: Judged pairs that are different.
        removed: Duplicates.
        lost: Articles lost.
        calibration_error: Expected calibration error of the story score.
    """

    name: str
    kind: str
    documents: int
    stories: int
    far: int
    joined: int
    removed: int
    lost: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    ari: float | None = None
    alone: float | None = None
    same: int | None = None
    different: int | None = None
    calibration_error: float | None = None


def run(
    labelled: StorySet, config: Config, scorer: Path | None, *, dated: bool
) -> dict[str, Decision]:
    """Return the decisions on the articles of a set, by id."""
    result = deduplicate(records_of(labelled.articles, dated=dated), config=config, scorer=scorer)
    return {article["id"]: result.decision(article["id"]) for article in labelled.articles}


def measured(labelled: StorySet, decisions: Mapping[str, Decision]) -> Row:
    """Return the figures of one set."""
    if labelled.pairs is not None:
        return of_pairs(labelled, labelled.pairs, decisions)
    articles = labelled.articles
    gold = [str(article["story"]) for article in articles]
    events = [event_of(article) for article in articles]
    found = [_story(decisions[article["id"]]) for article in articles]
    joined = _pairs(found)
    row = Row(
        name=labelled.name,
        kind="stories",
        documents=len(articles),
        stories=len(set(gold)),
        far=joined - _pairs(list(zip(events, found, strict=True))),
        joined=joined,
        removed=_removed(decisions),
        lost=lost_of_stories(articles, events, decisions),
    )
    if row.stories == row.documents:
        return replace(row, kind="all differ")
    if events != gold:
        right = _pairs(list(zip(gold, found, strict=True)))
        precision, recall = 1 - row.far / max(1, joined), right / max(1, _pairs(gold))
        return replace(row, kind="events", **_shares(precision, recall))
    scores = compare(gold, found)
    return replace(
        row,
        precision=scores.b3_precision,
        recall=scores.b3_recall,
        f1=scores.b3_f1,
        ari=scores.adjusted_rand,
        alone=compare(gold, [None] * len(gold)).b3_f1,
    )


def of_pairs(
    labelled: StorySet, pairs: Sequence[Article], decisions: Mapping[str, Decision]
) -> Row:
    """Return the figures of a set whose pairs are judged."""
    known = [pair for pair in pairs if pair["a"] in decisions and pair["b"] in decisions]
    same, different = (
        [(pair["a"], pair["b"]) for pair in known if pair["same"] == judged] for judged in (1, 0)
    )
    right, far = (
        sum(_story(decisions[a]) == _story(decisions[b]) for a, b in judged)
        for judged in (same, different)
    )
    return Row(
        name=labelled.name,
        kind="pairs",
        documents=len(labelled.articles),
        stories=len(labelled.articles),
        far=far,
        joined=right + far,
        removed=_removed(decisions),
        lost=lost_of_pairs(same, different, decisions),
        same=len(same),
        different=len(different),
        **_shares(right / max(1, right + far), right / max(1, len(same))),
    )


def lost_of_stories(
    articles: Sequence[Article], labels: Sequence[str], decisions: Mapping[str, Decision]
) -> int:
    """Return how many articles are lost, each of which has a label."""
    documents = [Labelled(a["id"], label) for a, label in zip(articles, labels, strict=True)]
    made = {
        name: Decided(
            kept=None if each.status is Status.REJECTED else _kept(each),
            canonical_id=each.canonical_id,
        )
        for name, each in decisions.items()
    }
    losses = articles_lost(documents, made)
    return len(losses.lost) if losses else 0


def lost_of_pairs(
    same: Sequence[tuple[str, str]],
    different: Sequence[tuple[str, str]],
    decisions: Mapping[str, Decision],
) -> int:
    """Return how many articles are lost at least, by what is known of some pairs."""
    told = {b for pair in same for a, b in (pair, pair[::-1]) if _kept(decisions[a])}
    costs = []
    for pair in different:
        one, other = (decisions[each] for each in pair)
        if one.story_id is not None and one.story_id == other.story_id:
            costs.append([each for each in pair if not _kept(decisions[each])])
    lost: set[str] = set()
    count = 0
    # Pairs with the canonical first: which of the two is lost is known of them alone.
    for removed in sorted(costs, key=lambda removed: (len(removed), removed)):
        if lost.isdisjoint(removed) and told.isdisjoint(removed):
            lost.update(removed)
            count += 1
    return count


def summed(rows: Sequence[Row]) -> dict[str, float | int | None]:
    """Return the mean F1 over the sets that have one, and the sums of the counts."""
    f1 = [row.f1 for row in rows if row.f1 is not None]
    counts = ("documents", "far", "joined", "removed", "lost")
    return {
        "macro_f1": sum(f1) / len(f1) if f1 else None,
        "sets": len(f1),
        **{name: sum(getattr(row, name) for row in rows) for name in counts},
        "lost_by_pairs": sum(row.lost for row in rows if row.kind == "pairs"),
    }


HEADINGS = (
    f"{'set':14} {'n':>6} {'stories':>8} {'P':>6} {'R':>6} {'F1':>6} {'ARI':>6} {'alone':>6} "
    f"{'far':>6} {'joined':>7} {'removed':>8} {'lost':>6} {'ECE':>6}"
)


def shown(row: Row) -> str:
    """Return one row of the table."""
    shares = (row.precision, row.recall, row.f1, row.ari, row.alone)
    values = " ".join(_share(value) for value in shares)
    stories = row.stories if row.kind in ("stories", "events") else row.kind
    lost = f"{row.lost}+" if row.kind == "pairs" and row.lost else f"{row.lost}"
    line = (
        f"{row.name:14} {row.documents:6} {stories:>8} {values} {row.far:6} {row.joined:7} "
        f"{row.removed:8} {lost:>6} {_share(row.calibration_error)}"
    )
    if row.kind == "pairs":
        line += (
            f"  same {row.joined - row.far} of {row.same}, different {row.far} of {row.different}"
        )
    return line.rstrip()


def _story(decision: Decision) -> str:
    """Return the story of a document, its own id where it has none."""
    return str(decision.story_id or decision.doc_id)


def _kept(decision: Decision) -> bool:
    """Return whether a document that was not rejected remains."""
    return decision.status in (Status.CANONICAL, Status.UNIQUE)


def _removed(decisions: Mapping[str, Decision]) -> int:
    """Return the number of duplicates."""
    return sum(each.status is Status.DUPLICATE for each in decisions.values())


def _pairs(labels: Sequence[Any]) -> int:
    """Return the number of pairs with one label."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def _shares(precision: float, recall: float) -> dict[str, Any]:
    """Return precision and recall with their harmonic mean."""
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def _share(value: float | None) -> str:
    """Return a share for the table."""
    return " " * 6 if value is None else f"{value:6.3f}"


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line; ``config`` has the options of the runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument(
        "--scorer",
        metavar="FILE",
        help="file of another scorer; {set} in it stands for the name of the set,\n"
        "for scorers that were trained without it",
    )
    parser.add_argument("--undated", action="store_true", help="take the dates away")
    parser.add_argument("--threshold", type=float, help="as of dedup run")
    parser.add_argument("--workers", type=int, default=1, help="processes; changes no figure")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    args = parser.parse_args()
    args.sets = list(read_sets(args.folders))
    if not args.sets:
        parser.error(f"no {SUFFIX} in {', '.join(map(str, args.folders))}")
    args.config = Config(workers=args.workers)
    if args.threshold is not None:
        story = replace(args.config.story, threshold=args.threshold)
        args.config = replace(args.config, story=story)
    return args


def main() -> None:
    """Measure, print, and write what was asked for."""
    args = arguments()
    print(HEADINGS)
    rows = []
    for labelled in args.sets:
        scorer = Path(args.scorer.replace("{set}", labelled.name)) if args.scorer else None
        decisions = run(labelled, args.config, scorer, dated=not args.undated)
        error = calibration_error(labelled, scorer, args.config, dated=not args.undated)
        rows.append(replace(measured(labelled, decisions), calibration_error=error))
        print(shown(rows[-1]), flush=True)
    total = summed(rows)
    if total["macro_f1"] is not None:
        print(f"macro F1 {total['macro_f1']:.4f} over {total['sets']} sets")
    print(
        f"articles lost: {total['lost']} of {total['removed']} removed, of {total['documents']} "
        f"documents; {total['lost_by_pairs']} of them, at least, by judged pairs"
    )
    if args.output:
        figures = {"machine": machine(()), "total": total, "sets": list(map(asdict, rows))}
        args.output.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

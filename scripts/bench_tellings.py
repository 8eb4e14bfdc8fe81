#!/usr/bin/env python3
"""Say which tellings an index names on sets of labelled articles, beside what a run joins.

Each FOLDER holds sets as for scripts/bench_story_sets.py. The articles of a set are asked about and
then added in the order of their dates, those without one first and in an order drawn. Columns:

  documents  articles with an earlier telling of their story within the window, of which the index
             knows no copy
  right      share of the named tellings that are of the same event (`event`, else `story`); of
             judged pairs: of those that are judged
  found      share of the documents with such a telling for which one of their event is named
  run        the same of what a run over the set joins, copies left out
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_story_sets import run
from labelled_sets import SUFFIX, StorySet, event_of, read_sets, records_of

from dedup import Config, StoryIndex
from dedup.cleaning.dates import parse_date
from dedup.errors import RejectedRecordError
from dedup.models import Decision
from dedup.scorer_file import scorer_file

SEED = 5

DAY = 86_400

Named = Mapping[str, Sequence[str]]
"""For each document the earlier ones that are named as tellings of its story, the best first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one set.

    Attributes:
        named: Named tellings whose label is known.
        right: Those of the same event.
        found: Documents with an earlier telling for which one of their event is named.
        documents: Documents with an earlier telling.
    """

    named: int = 0
    right: int = 0
    found: int = 0
    documents: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Return the sums."""
        return Figures(
            self.named + other.named,
            self.right + other.right,
            self.found + other.found,
            self.documents + other.documents,
        )

    def __str__(self) -> str:
        """Return both shares."""
        return f"{self.right / max(1, self.named):6.3f} {self.found / max(1, self.documents):6.3f}"


class Truth:
    """What the labels of a set say of its documents, in the order of a stream."""

    def __init__(
        self, labelled: StorySet, order: Sequence[str], window: float, dated: bool
    ) -> None:
        """Read the labels.

        Args:
            labelled: The set.
            order: Ids of its documents in their order.
            window: Most days between two tellings.
            dated: Whether dates are known.
        """
        self._article = {each["id"]: each for each in labelled.articles}
        self._moment = moments(labelled) if dated else {}
        self._window = window * DAY
        self._judged = None
        if labelled.pairs is not None:
            self._judged = {
                frozenset((each["a"], each["b"])): bool(each["same"])
                for each in labelled.pairs
                if each["same"] in (0, 1) and each["a"] != each["b"]
            }
        self.earlier = self._earlier(order)

    def is_same(self, one: str, other: str) -> bool | None:
        """Return whether two documents are of one event, None where that is not known."""
        if self._judged is not None:
            return self._judged.get(frozenset((one, other)))
        return event_of(self._article[one]) == event_of(self._article[other])

    def is_near(self, one: str, other: str) -> bool:
        """Return whether two documents are within the window."""
        first, second = self._moment.get(one), self._moment.get(other)
        return first is None or second is None or abs(first - second) <= self._window

    def _earlier(self, order: Sequence[str]) -> dict[str, list[str]]:
        """Return for each document the earlier ones of its story within the window."""
        place = {name: at for at, name in enumerate(order)}
        found: dict[str, list[str]] = defaultdict(list)
        for one, other in self._pairs_of_stories(order):
            if one in place and other in place and self.is_near(one, other):
                first, second = sorted((one, other), key=place.__getitem__)
                found[second].append(first)
        return found

    def _pairs_of_stories(self, order: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Yield the pairs that tell one story."""
        if self._judged is not None:
            yield from (tuple(sorted(pair)) for pair, same in self._judged.items() if same)
            return
        members: dict[str, list[str]] = defaultdict(list)
        for name in order:
            story = str(self._article[name]["story"])
            yield from ((other, name) for other in members[story])
            members[story].append(name)

    def figures(self, named: Named, copies: Named) -> Figures:
        """Return the counts of what was named, of documents in the order of the stream."""
        wanted = {name for name, earlier in self.earlier.items() if earlier and not copies[name]}
        judged = [
            (name, same)
            for name, others in named.items()
            for other in others
            if (same := self.is_same(name, other)) is not None
        ]
        found = {name for name, same in judged if same}
        return Figures(
            len(judged), sum(same for _, same in judged), len(found & wanted), len(wanted)
        )


def moments(labelled: StorySet) -> dict[str, float]:
    """Return the moment of each dated article, in seconds."""
    read = {each["id"]: parse_date(each.get("date")) for each in labelled.articles}
    return {name: date[1] for name, date in read.items() if date is not None}


def ask(
    labelled: StorySet, index: StoryIndex, *, dated: bool
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Stream a set through an index; return the tellings and the copies that are named."""
    records = records_of(labelled.articles, dated=dated)
    random.Random(SEED).shuffle(records)
    at = moments(labelled) if dated else {}
    tellings: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    for record in sorted(records, key=lambda each: at.get(each["id"], 0.0)):
        try:
            matches = index.match(record)
            index.add(record)
        except RejectedRecordError:
            continue
        tellings[record["id"]] = [match.id for match in matches if not match.is_copy]
        copies[record["id"]] = [match.id for match in matches if match.is_copy]
    return tellings, copies


def joined(
    truth: Truth,
    copies: Named,
    decisions: Mapping[str, Decision],
) -> dict[str, list[str]]:
    """Return for each document the earlier ones that a run joins with it, without its copies."""
    members: dict[str, list[str]] = defaultdict(list)
    found = {}
    for name in copies:
        others = members[decisions[name].story_id or name]
        near = (other for other in others if truth.is_near(name, other))
        found[name] = [other for other in near if other not in copies[name]]
        others.append(name)
    return found


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument(
        "--scorer", metavar="FILE", help="another scorer; {set} stands for the name of the set"
    )
    parser.add_argument("--undated", action="store_true", help="take the dates away")
    parser.add_argument("--threshold", type=float, help="of the index, as of dedup run")
    args = parser.parse_args()
    args.sets = list(read_sets(args.folders))
    if not args.sets:
        parser.error(f"no {SUFFIX} in {', '.join(map(str, args.folders))}")
    return args


def main() -> None:
    """Measure and print."""
    args = arguments()
    dated, config = not args.undated, Config()
    print(f"{'set':14} {'documents':>9} {'right':>6} {'found':>6}   run {'right':>6} {'found':>6}")
    of_index = of_run = Figures()
    for labelled in args.sets:
        file = Path(args.scorer.replace("{set}", labelled.name)) if args.scorer else None
        scorer = scorer_file(file).scorer if file else None
        with StoryIndex(config=config, threshold=args.threshold, scorer=scorer) as index:
            tellings, copies = ask(labelled, index, dated=dated)
        truth = Truth(labelled, list(tellings), config.story.window_days, dated=dated)
        own = truth.figures(tellings, copies)
        decisions = run(labelled, config, file, dated=dated)
        batch = truth.figures(joined(truth, copies, decisions), copies)
        of_index, of_run = of_index + own, of_run + batch
        print(f"{labelled.name:14} {own.documents:9} {own}       {batch}", flush=True)
    print(f"{'together':14} {of_index.documents:9} {of_index}       {of_run}")


if __name__ == "__main__":
    main()

"""Two documents to the settings with which they would be decided on otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.canonical import RULES, Ballot
from dedup.explain.evidence import ElectionStep, Setting
from dedup.explain.rewrites.rewrite_evidence import PairReplay
from dedup.match.story_score import probability

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

LEAST_THRESHOLD, MOST_THRESHOLD = 0.01, 0.99
"""Bounds of ``--threshold``."""

OWN_RULES = ("earliest", "latest", "longest", "cleanest", "shortest-url")
"""Rules of an election that compare what each document has by itself."""

DIGITS = 4
"""Decimal places of a threshold that is named."""

_MARGIN = 1e-9
"""Sums of other order differ by less."""

_LEVEL_STORIES = Setting(
    "--level", "stories", True, False,
    "the two could join at --level stories, which compares tellings in other words",
)  # fmt: skip
_LEVEL_COPIES = Setting(
    "--level", "copies", False, True,
    "the two would part at --level copies: they are no copies of one document",
)  # fmt: skip


def changed_settings(run: Run, pair: PairReplay | None, *, together: bool) -> tuple[Setting, ...]:
    """Return settings with which two documents would be decided on otherwise.

    Args:
        run: The run.
        pair: The two, or the representatives whose copies they are, in their loose group; None
            where rewrites say nothing on them.
        together: Whether they are one story.
    """
    if run.config.level == "copies":
        return () if together else (_LEVEL_STORIES,)
    if pair is None:
        return ()
    settings = [*_thresholds(run, pair)]
    if not together:
        settings += () if pair.roundups else _wider_window(pair)
    elif run.store.dumps.number == 1:  # dumps of one store have one level
        settings.append(_LEVEL_COPIES)
    return tuple(settings)


def other_elections(
    run: Run, canonical: int, other: int, election: Sequence[ElectionStep]
) -> tuple[Setting, ...]:
    """Return rules that would elect another document of a story before its canonical.

    Args:
        run: The run.
        canonical: Row of the canonical.
        other: Row of the other document.
        election: The rules as they decided between these two. What ``whole`` decided, or an earlier
            dump, no rule changes.
    """
    decided = {step.rule for step in election if step.decides}
    if not decided or decided & {"whole", "handed-on", "kept"}:
        return ()
    known = run.store.results.facts([canonical, other], {canonical: canonical, other: other})
    one, two = map(Ballot, known)
    return tuple(
        Setting(
            "--canonical", name, True, False,
            f"--canonical {name} puts the other first: {rule.says(two)}, not {rule.says(one)}",
        )
        for name, rule in ((name, RULES[name]) for name in OWN_RULES)
        if rule.key(two) < rule.key(one)
    )  # fmt: skip


def joining_threshold(pair: PairReplay) -> float:
    """Return the highest threshold at which two representatives of a group are joined.

    The joins at a threshold are the first ones of those at a lower one, see
    :func:`dedup.kernels.event_split.agglomerate`. So the group is joined at the lowest threshold
    there is, and the two are together up to the threshold where a join is worth 0 that unites them,
    or one before it.

    Returns:
        A probability: 1 where earlier stories hold them together whatever the threshold, and 0
        where no threshold joins them.
    """
    group = pair.group
    lowest = replace(group.config, threshold=max(LEAST_THRESHOLD, group.config.loose_threshold))
    labels = np.arange(group.size)
    least = math.inf
    for join in group.joins_at(lowest):
        if group.must_link[join.left] != group.must_link[join.right]:
            least = min(least, join.odds)
        labels[labels == join.right] = join.left
        if labels[pair.one] == labels[pair.other]:
            return float(probability(np.array(lowest.threshold_odds + least)))
    return 0.0


def _thresholds(run: Run, pair: PairReplay) -> Iterator[Setting]:
    """Yield the threshold that would change the decision, if there is one."""
    if not pair.in_one_group or pair.group.dump != run.store.dumps.number:
        return
    highest = joining_threshold(pair)
    unit = 10**DIGITS
    if pair.joined:
        value = math.ceil((highest + _MARGIN) * unit) / unit
        if value <= MOST_THRESHOLD:
            sentence = f"the two would part at --threshold {value:g} and above"
            yield Setting("--threshold", value, False, True, sentence)
    else:
        value = math.floor((highest - _MARGIN) * unit) / unit
        if value >= max(LEAST_THRESHOLD, run.config.story.loose_threshold):
            sentence = f"the two would join at --threshold {value:g} and below"
            yield Setting("--threshold", value, True, True, sentence)


def _wider_window(pair: PairReplay) -> Iterator[Setting]:
    """Yield the window in which two documents would be compared that are too far apart."""
    parts, at = pair.group.parts, pair.group.pair(pair.one, pair.other)
    days = float(pair.group.days[at])
    if parts.far[at] and not (parts.foreign[at] or parts.template[at]):
        least = least_window(days)
        sentence = (
            f"the two could join with --window {least:g} or more, which lets them be compared"
        )
        yield Setting("--window", least, True, False, sentence)


def least_window(days: float) -> float:
    """Return the least window, in whole hundredths of a day, for two documents."""
    return math.ceil(days * 100) / 100

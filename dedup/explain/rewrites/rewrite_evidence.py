"""Two tellings to what their score is made of, and what the joins of their group made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.event_split import join_parts, terms_of
from dedup.explain.evidence import (
    Contribution,
    JoinEvidence,
    RewriteEvidence,
)
from dedup.explain.rewrites.candidate_evidence import candidate_evidence
from dedup.explain.rewrites.loose_group_replay import GroupReplay, replay, replay_alone
from dedup.explain.summaries import summaries
from dedup.explain.texts.weighted_words import words_of_terms
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.match.loose_group_odds import FRESH_DAYS
from dedup.match.story_score import GROUP_FEATURES, MOST_ODDS, probability
from dedup.run.run_settings import scorer_of

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.store import Store


@dataclass(frozen=True, slots=True)
class PairReplay:
    """Two representatives in their loose group.

    Attributes:
        group: The group; where the two are in no group together, one of these two alone.
        one: The first, as its index in the group.
        other: The second.
        roundups: Rows of those of the two that tell several stories.
    """

    group: GroupReplay
    one: int
    other: int
    roundups: tuple[int, ...]

    @property
    def in_one_group(self) -> bool:
        """Whether they are in one loose group."""
        return self.group.dump is not None

    @property
    def joined(self) -> bool:
        """Whether the run joined their clusters."""
        return self.in_one_group and bool(
            self.group.labels[self.one] == self.group.labels[self.other]
        )

    @property
    def odds(self) -> float:
        """The log odds that both tell one story."""
        return float(self.group.odds[self.one, self.other])


def replay_pair(run: Run, first: int, second: int) -> PairReplay | None:
    """Return two documents in their loose group, a copy by its representative.

    Returns:
        None where there is no such pair: at ``--level copies``, where both are copies of one
        document, and where one is rejected or too short to have a signature.
    """
    lookups = run.store.lookups
    rows = tuple(map(lookups.representative, (first, second)))
    if run.config.level == "copies" or rows[0] == rows[1] or unsigned(run.store, rows):
        return None
    groups = [lookups.loose_group(row) for row in rows]
    roundups = tuple(
        row for row, group in zip(rows, groups, strict=True) if group and group[1] is None
    )
    together = groups[0] is not None and groups[0] == groups[1] and not roundups
    group = replay(run, rows[0]) if together else None
    group = group or replay_alone(run, rows)
    one, other = map(group.rows.index, rows)
    return PairReplay(group, one, other, roundups)


def unsigned(store: Store, rows: Sequence[int]) -> tuple[int, ...]:
    """Return which of some documents the story view does not compare: they have no signature."""
    signed = {row for row, *_ in store.lookups.tellings(rows)}
    return tuple(row for row in rows if row not in signed)


def rewrite_evidence(run: Run, first: int, second: int) -> RewriteEvidence | None:
    """Return what the score of two tellings is made of, and what grouping made of it.

    Args:
        run: The run.
        first: Row of the one document; a copy is explained by its representative.
        second: Row of the other.

    Returns:
        None where :func:`replay_pair` finds no pair.
    """
    pair = replay_pair(run, first, second)
    return None if pair is None else evidence_of(run, pair)


def evidence_of(run: Run, pair: PairReplay) -> RewriteEvidence:
    """Return the evidence on a pair; see :func:`rewrite_evidence`."""
    group = pair.group
    rows = group.rows[pair.one], group.rows[pair.other]
    ids = {row: each.id for row, each in summaries(run.store, group.rows).items()}
    return RewriteEvidence(
        of=(ids[rows[0]], ids[rows[1]]),
        candidate=candidate_evidence(run, *rows),
        contributions=tuple(contributions(run, pair)),
        log_odds=pair.odds,
        score=float(probability(np.array(pair.odds))),
        threshold=run.config.story.threshold,
        group_size=group.size if pair.in_one_group else None,
        join=_join_evidence(run, pair, ids) if pair.in_one_group else None,
        roundups=tuple(ids[row] for row in pair.roundups),
        exact=group.dump in (None, run.store.dumps.number),
    )


def contributions(run: Run, pair: PairReplay) -> Iterator[Contribution]:
    """Yield the addends of the log odds of a pair."""
    group, model = pair.group, scorer_of(run.store).group
    parts, at = group.parts, group.pair(pair.one, pair.other)
    total = model.intercept
    yield Contribution("intercept", None, None, total, "log odds where every feature is 0")
    values = parts.features[at].tolist()
    for (name, meaning), weight, value in zip(
        GROUP_FEATURES.items(), model.weights, values, strict=True
    ):
        total += weight * value
        yield Contribution(name, value, weight, weight * value, meaning)
    affair, date, bounded = (float(each[at]) for each in (parts.affair, parts.date, parts.bounded))
    yield Contribution("affair", None, None, -affair, _affair_meaning(pair))
    days = float(group.days[at])
    yield Contribution("date", None if np.isnan(days) else days, None, -date, _date_meaning(run))
    total -= affair + date
    meaning = f"log odds are kept within -{MOST_ODDS:g} and {MOST_ODDS:g}"
    yield Contribution("bound", None, None, bounded - total, meaning)
    bars = {
        "window": (parts.far[at], f"more than the window of {run.config.story.window_days:g} days"),
        "language": (parts.foreign[at], "the two are in different languages"),
        "template": (parts.template[at], "the same words about other things: one template"),
    }
    for name, (applies, meaning) in bars.items():
        if applies:
            value = days if name == "window" else None
            yield Contribution(name, value, None, -MOST_ODDS - bounded, meaning)
            bounded = -MOST_ODDS


def _affair_meaning(pair: PairReplay) -> str:
    """Return what the penalty of an affair is."""
    if not pair.in_one_group:
        return "known inside a loose group only, and the two are in none together"
    return "both are as much like reports of other days in their loose group"


def _date_meaning(run: Run) -> str:
    """Return what the penalty of days is."""
    penalty = run.config.story.date_penalty
    return f"days between the two: each beyond {FRESH_DAYS:g} costs {penalty:g}"


def _join_evidence(run: Run, pair: PairReplay, ids: Mapping[int, str]) -> JoinEvidence:
    """Return the last comparison of the clusters of two representatives of one group."""
    group, story = pair.group, run.config.story
    clusters, joined = clusters_of(pair)
    parts = join_parts(group.odds, *terms_of(group.vectors, 0, group.size), clusters, story)
    one, other = (set(group.must_link[members].tolist()) for members in clusters)
    first, second = ([group.rows[index] for index in members] for members in clusters)
    return JoinEvidence(
        joined=joined,
        members=(tuple(ids[row] for row in first), tuple(ids[row] for row in second)),
        mean_log_odds=parts.mean,
        threshold_log_odds=story.threshold_odds,
        size_cost=parts.size_cost,
        contrast_cost=parts.contrast_cost,
        contrast_terms=(
            _words(run.store, first, parts.contrast_terms[0]),
            _words(run.store, second, parts.contrast_terms[1]),
        ),
        worth=parts.worth(story.threshold_odds),
        must_link=not one.isdisjoint(other),
    )


def clusters_of(pair: PairReplay) -> tuple[tuple[Int64s, Int64s], bool]:
    """Return the clusters of both when they were last compared, and whether they were joined."""
    group = pair.group
    labels = np.arange(group.size)
    for join in group.joins:
        if {labels[pair.one], labels[pair.other]} == {join.left, join.right}:
            break
        labels[labels == join.right] = join.left
    first, second = (np.flatnonzero(labels == labels[each]) for each in (pair.one, pair.other))
    return (first, second), pair.joined


def _words(store: Store, rows: Sequence[int], terms: UInt32s) -> tuple[str, ...]:
    """Return for each term a word that some documents have for it."""
    wanted = dict.fromkeys(terms.tolist(), "")
    for _, title, text in store.documents.titled_texts(rows):
        if all(wanted.values()):
            break
        words = words_of_terms(title, text)
        wanted.update(
            {term: words[term] for term, word in wanted.items() if not word and term in words}
        )
    return tuple(filter(None, wanted.values()))

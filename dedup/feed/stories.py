"""Loose groups to stories of rewrites, in the place of the stories of copies that they join."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.feed.ahead import in_order
from dedup.feed.heads import Heads, Tokens
from dedup.feed.match import load_texts
from dedup.feed.past import Past
from dedup.feed.rewrites import loose_groups, propose, score_candidates
from dedup.feed.twins import Twins
from dedup.group import Join, WriteUp, decisions_of, parse_policy, tell_apart, unite
from dedup.kernels.views import PARTS
from dedup.match import (
    CONTAINMENT,
    MOST_ODDS,
    NAMES,
    LoadedTexts,
    Scorer,
    from_template,
    pair_features,
    pairs_inside,
    pairs_of,
    probability,
    relation,
    retelling,
)
from dedup.models import Decision, Facts, Link, Pair, Relation, Story, Views
from dedup.observe import Observer
from dedup.store import Store

GROUP_BATCH = 2_000
"""Documents of loose groups that are loaded at once."""

Value = TypeVar("Value", np.float64, np.bool_)

SECONDS_A_DAY = 86_400

FRESH_DAYS = 1.5
"""Outlets retell a wire story within a day or so; what comes later is often the next report."""


def group_rewrites(
    store: Store, twins: Twins, past: Past, scorer: Scorer, config: Config, observer: Observer
) -> None:
    """Find write-ups that tell one story in other words, and unite their stories.

    Args:
        store: Holds the stories of copies; they are replaced where they are united.
        twins: Which texts are the same.
        past: The earlier stories, which stay together.
        scorer: What pairs are scored with.
        config: The options.
        observer: Is told pairs and documents.
    """
    observer.start("count terms", None, "doc")
    heads = Heads(store, past, config.workers)
    heads.keep_census()
    observer.advance(heads.size)
    observer.end()
    candidates = propose(store, heads, config, observer)
    scores = score_candidates(heads, candidates, scorer, config, observer)
    members, bounds = loose_groups(heads, candidates, scores, config, observer)
    observer.start("group rewrites", members.size, "doc")
    stage = _Stage(store, twins, past, heads, scorer, config)
    loaded = (stage.load(*batch) for batch in _batches(members, bounds))
    for scored in in_order(stage.score, loaded, config.workers):
        stage.unite(scored)
        observer.advance(scored.numbers.size, scored.numbers.size)
    observer.end()


def _batches(
    members: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield groups until they hold enough documents to be loaded at once, and their bounds."""
    start = 0
    while start < bounds.size - 1:
        end = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        part = bounds[start : end + 1]
        yield members[part[0] : part[-1]], part - part[0]
        start = end


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some loose groups as they are loaded.

    Attributes:
        numbers: Their documents.
        starts: Where in these each group begins, and the end.
        tokens: See :meth:`Heads.tokens`.
        texts: Shingles and numbers, by row.
    """

    numbers: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    tokens: Tokens
    texts: LoadedTexts


@dataclass(frozen=True, slots=True)
class _Scored:
    """Some loose groups with all their pairs scored.

    Attributes:
        numbers: See :class:`_Batch`.
        starts: Likewise.
        views: Of the documents.
        left: One document of each pair, group by group, by its number in the batch.
        right: The other.
        odds: Log odds that both tell one story.
        shared: Whether they share some of their text word for word.
    """

    numbers: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    views: Views
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    odds: npt.NDArray[np.float64]
    shared: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Found:
    """Write-ups that tell one story, by their numbers in the batch.

    Attributes:
        members: Two or more, ascending.
        scores: members x members: how likely two of them tell one story.
        shared: members x members: whether one was made from the other, partly word for word.
        weakest: The weakest join, by numbers in the batch, and its score.
    """

    members: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    shared: npt.NDArray[np.bool_]
    weakest: tuple[int, int, float]


class _Stage:
    """What grouping a batch needs."""

    def __init__(
        self,
        store: Store,
        twins: Twins,
        past: Past,
        heads: Heads,
        scorer: Scorer,
        config: Config,
    ) -> None:
        """Hold it."""
        self._past = past
        self._store = store
        self._twins = twins
        self._heads = heads
        self._scorer = scorer
        self._config = config
        self._policy = parse_policy(config.group.canonical)
        self._own_fields = any(rule.name.startswith("field:") for rule in self._policy)

    def load(self, numbers: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> _Batch:
        """Read what telling the stories of some loose groups takes."""
        texts = load_texts(self._store, self._heads.rows[numbers].tolist(), self._config)
        return _Batch(numbers, starts, self._heads.tokens(numbers), texts)

    def score(self, batch: _Batch) -> _Scored:
        """Score all pairs inside some loose groups: compiled code mostly, for any thread."""
        views, _ = self._heads.weigh(batch.tokens)
        left, right = pairs_inside(batch.starts[:-1], batch.starts[1:])
        odds, shared = self._odds(views, batch.texts, batch.numbers, left, right)
        return _Scored(batch.numbers, batch.starts, views, left, right, odds, shared)

    def unite(self, scored: _Scored) -> None:
        """Make stories of some loose groups and store them."""
        found: list[_Found] = []
        at = 0
        for start, end in pairwise(scored.starts.tolist()):
            pairs = slice(at, at := at + (end - start) * (end - start - 1) // 2)
            left, right = scored.left[pairs] - start, scored.right[pairs] - start
            odds = _square(end - start, left, right, scored.odds[pairs])
            shared = _square(end - start, left, right, scored.shared[pairs])
            held = self._heads.held[scored.numbers[start:end]]
            found += _clusters(odds, shared, held, scored.views, start, self._config)
        found = [each for each in found if self._is_news(scored.numbers[each.members])]
        self._write(found, scored.numbers, scored.views)

    def _is_news(self, members: npt.NDArray[np.int64]) -> bool:
        """Return whether a story is not as it was: a new document is in it."""
        return bool((self._heads.fresh[members] | self._heads.open[members]).any())

    def _odds(
        self,
        views: Views,
        texts: LoadedTexts,
        numbers: npt.NDArray[np.int64],
        left: npt.NDArray[np.int64],
        right: npt.NDArray[np.int64],
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Return the log odds of pairs, and whether they share some of their text word for word.

        Far apart in time or off one template they have none.
        """
        story = self._config.story
        features = pair_features(views, views, left, right)
        odds = self._scorer.group.odds(features)
        apart = np.abs(self._heads.moments[numbers[left]] - self._heads.moments[numbers[right]])
        late = np.nan_to_num(apart / SECONDS_A_DAY)
        odds -= story.lateness * np.maximum(0.0, late - FRESH_DAYS)
        odds[late > story.window_days] = -MOST_ODDS
        languages = self._heads.languages[numbers]
        strange = languages[left] != languages[right]
        odds[strange & (languages[left] >= 0) & (languages[right] >= 0)] = -MOST_ODDS
        evidence = texts.measured(left, right)
        shared = evidence.max_containment() >= story.derived
        close = np.flatnonzero(shared)
        for index, pair in zip(close.tolist(), pairs_of(evidence.pick(close)), strict=True):
            if from_template(
                pair,
                containment=features[index, CONTAINMENT],
                names=features[index, NAMES],
                match=self._config.match,
                story=story,
            ):
                odds[index] = -MOST_ODDS
        return odds, shared

    def _write(self, found: Sequence[_Found], numbers: npt.NDArray[np.int64], views: Views) -> None:
        """Elect, name relations, and store."""
        rows = self._heads.rows[numbers]
        heads = [int(rows[member]) for cluster in found for member in cluster.members]
        copies = self._store.results.copies(heads)
        everyone = sorted({*heads, *(row for listed in copies.values() for row in listed)})
        twin_of = self._twins.of(everyone)
        known = self._store.results.facts(everyone, twin_of, with_fields=self._own_fields)
        facts = {each.row: each for each in known}
        texts = load_texts(self._store, sorted(set(twin_of.values())), self._config)
        relate = partial(_relate, texts=texts, config=self._config)
        stories: list[tuple[Story, int]] = []
        decisions: list[Decision] = []
        for cluster in found:
            write_ups = [
                WriteUp(
                    facts[int(rows[member])],
                    tuple(facts[row] for row in copies.get(int(rows[member]), ())),
                    _whole(views, int(member))[0],
                )
                for member in cluster.members
            ]
            one, other, score = cluster.weakest
            weakest = Link(
                facts[int(rows[one])].doc_id, facts[int(rows[other])].doc_id, round(score, 6)
            )
            story = unite(
                write_ups, cluster.scores, cluster.shared, weakest, texts, relate, self._policy
            )
            stories.append(self._past.named(story, [member.row for member in story.members]))
            decisions += decisions_of(stories[-1][0])
        self._store.results.add_united(heads, stories, decisions)


def _whole(views: Views, document: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Return the distinct terms of a document and their weights."""
    part = slice(views.bounds[PARTS * document], views.bounds[PARTS * document + 1])
    return views.terms[part], views.mass[part]


def _square(
    size: int,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    values: npt.NDArray[Value],
) -> npt.NDArray[Value]:
    """Return a symmetric matrix of the values of pairs, with nothing on its diagonal."""
    made = np.zeros((size, size), values.dtype)
    made[left, right] = made[right, left] = values
    return made


def _clusters(
    odds: npt.NDArray[np.float64],
    shared: npt.NDArray[np.bool_],
    held: npt.NDArray[np.int64],
    views: Views,
    start: int,
    config: Config,
) -> list[_Found]:
    """Return the stories of one loose group.

    Args:
        odds: members x members, 0 on the diagonal.
        shared: members x members: whether they share some of their text word for word.
        held: A label of each; those with the same one are of one story.
        views: Those of the batch.
        start: The group's first number in the batch; the others follow.
        config: Threshold and the price of rivalry.
    """
    size = odds.shape[0]
    wholes = [_whole(views, start + index) for index in range(size)]
    threshold = np.log(config.story.threshold / (1 - config.story.threshold))
    joins = tell_apart(
        odds - threshold,
        [terms for terms, _ in wholes],
        [weights for _, weights in wholes],
        price=config.story.rivalry,
        held=held,
        lone=config.story.lone,
    )
    cluster_of = {index: [index] for index in range(size)}
    weakest: dict[int, Join] = {}
    for join in joins:
        cluster_of[join.left] += cluster_of.pop(join.right)
        inner = [join, *(weakest.pop(end) for end in (join.left, join.right) if end in weakest)]
        weakest[join.left] = min(inner, key=lambda each: each.odds)
    found = []
    for first, listed in cluster_of.items():
        if len(listed) == 1:
            continue
        members = np.array(sorted(listed))
        chosen = np.ix_(members, members)
        one, other = weakest[first].left, weakest[first].right
        score = float(probability(np.array(weakest[first].odds + threshold)))
        found.append(
            _Found(
                start + members, probability(odds[chosen]), shared[chosen],
                (start + one, start + other, score),
            )
        )  # fmt: skip
    return found


def _relate(
    canonical: Facts,
    member: Facts,
    pair: Pair,
    chance: float,
    *,
    texts: LoadedTexts,
    config: Config,
) -> tuple[Relation, float]:
    """Return what a member is to the canonical: a copy, or a retelling."""
    copy = relation(canonical, member, pair, texts.passages, config.match)
    return copy or retelling(pair, chance, config.story)

"""Loose groups to stories of rewrites, in the place of the stories of copies that they join."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dedup.cluster import Join, Telling, decisions_of, merge_rewrites, parse_policy, split_events
from dedup.config import Config
from dedup.kernels.array_types import Bools, Float32s, Float64s, Int64s, UInt32s
from dedup.kernels.vectorizer import PARTS
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
from dedup.models import Decision, Facts, Link, Pair, Relation, Story, TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import load_texts
from dedup.pipeline.match_rewrites import loose_groups, propose, score_candidates
from dedup.pipeline.representatives import Representatives, Tokens
from dedup.progress import Progress
from dedup.store import Store

GROUP_BATCH = 2_000
"""Documents of loose groups that are loaded at once."""

Value = TypeVar("Value", np.float64, np.bool_)

SECONDS_A_DAY = 86_400

FRESH_DAYS = 1.5
"""Outlets retell a wire story within a day or so; what comes later is often the next report."""


def group_rewrites(
    store: Store,
    exact_duplicates: ExactDuplicates,
    earlier: EarlierStories,
    scorer: Scorer,
    config: Config,
    progress: Progress,
) -> None:
    """Find tellings that tell one story in other words, and unite their stories.

    Args:
        store: Holds the stories of copies; they are replaced where they are united.
        exact_duplicates: Which texts are the same.
        earlier: The earlier stories, which stay together.
        scorer: What pairs are scored with.
        config: The options.
        progress: Is called with pairs and documents.
    """
    progress.start("count terms", None, "doc")
    representatives = Representatives(store, earlier, config.workers)
    representatives.keep_document_frequencies()
    progress.advance(representatives.size)
    progress.end()
    candidates = propose(store, representatives, config, progress)
    scores = score_candidates(representatives, candidates, scorer, config, progress)
    members, bounds = loose_groups(representatives, candidates, scores, config, progress)
    progress.start("cluster rewrites", members.size, "doc")
    stage = _Stage(store, exact_duplicates, earlier, representatives, scorer, config)
    loaded = (stage.load(*batch) for batch in _batches(members, bounds))
    for scored in ordered_map(stage.score, loaded, config.workers):
        stage.merge_rewrites(scored)
        progress.advance(scored.numbers.size, scored.numbers.size)
    progress.end()


def _batches(members: Int64s, bounds: Int64s) -> Iterator[tuple[Int64s, Int64s]]:
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
        tokens: See :meth:`Representatives.tokens`.
        texts: Shingles and numbers, by row.
    """

    numbers: Int64s
    starts: Int64s
    tokens: Tokens
    texts: LoadedTexts


@dataclass(frozen=True, slots=True)
class _Scored:
    """Some loose groups with all their pairs scored.

    Attributes:
        numbers: See :class:`_Batch`.
        starts: Likewise.
        vectors: Of the documents.
        left: One document of each pair, group by group, by its number in the batch.
        right: The other.
        odds: Log odds that both tell one story.
        shared: Whether they share some of their text word for word.
    """

    numbers: Int64s
    starts: Int64s
    vectors: TermVectors
    left: Int64s
    right: Int64s
    odds: Float64s
    shared: Bools


@dataclass(frozen=True, slots=True)
class _Found:
    """Tellings that tell one story, by their numbers in the batch.

    Attributes:
        members: Two or more, ascending.
        scores: members x members: how likely two of them tell one story.
        shared: members x members: whether one was made from the other, partly word for word.
        weakest: The weakest join, by numbers in the batch, and its score.
    """

    members: Int64s
    scores: Float64s
    shared: Bools
    weakest: tuple[int, int, float]


class _Stage:
    """What grouping a batch needs."""

    def __init__(
        self,
        store: Store,
        exact_duplicates: ExactDuplicates,
        earlier: EarlierStories,
        representatives: Representatives,
        scorer: Scorer,
        config: Config,
    ) -> None:
        """Hold it."""
        self._earlier = earlier
        self._store = store
        self._exact_duplicates = exact_duplicates
        self._representatives = representatives
        self._scorer = scorer
        self._config = config
        self._policy = parse_policy(config.cluster.canonical)
        self._own_fields = any(rule.name.startswith("field:") for rule in self._policy)

    def load(self, numbers: Int64s, starts: Int64s) -> _Batch:
        """Read what telling the stories of some loose groups takes."""
        texts = load_texts(self._store, self._representatives.rows[numbers].tolist(), self._config)
        return _Batch(numbers, starts, self._representatives.tokens(numbers), texts)

    def score(self, batch: _Batch) -> _Scored:
        """Score all pairs inside some loose groups: compiled code mostly, for any thread."""
        vectors, _ = self._representatives.weigh(batch.tokens)
        left, right = pairs_inside(batch.starts[:-1], batch.starts[1:])
        odds, shared = self._odds(vectors, batch.texts, batch.numbers, left, right)
        return _Scored(batch.numbers, batch.starts, vectors, left, right, odds, shared)

    def merge_rewrites(self, scored: _Scored) -> None:
        """Make stories of some loose groups and store them."""
        found: list[_Found] = []
        at = 0
        for start, end in pairwise(scored.starts.tolist()):
            pairs = slice(at, at := at + (end - start) * (end - start - 1) // 2)
            left, right = scored.left[pairs] - start, scored.right[pairs] - start
            odds = _square(end - start, left, right, scored.odds[pairs])
            shared = _square(end - start, left, right, scored.shared[pairs])
            must_link = self._representatives.must_link[scored.numbers[start:end]]
            found += _clusters(odds, shared, must_link, scored.vectors, start, self._config)
        found = [each for each in found if self._is_news(scored.numbers[each.members])]
        self._write(found, scored.numbers, scored.vectors)

    def _is_news(self, members: Int64s) -> bool:
        """Return whether a story is not as it was: a new document is in it."""
        return bool(
            (self._representatives.fresh[members] | self._representatives.open[members]).any()
        )

    def _odds(
        self, vectors: TermVectors, texts: LoadedTexts, numbers: Int64s, left: Int64s, right: Int64s
    ) -> tuple[Float64s, Bools]:
        """Return the log odds of pairs, and whether they share some of their text word for word.

        Far apart in time or off one template they have none.
        """
        story = self._config.story
        features = pair_features(vectors, vectors, left, right)
        odds = self._scorer.group.odds(features)
        apart = np.abs(
            self._representatives.moments[numbers[left]]
            - self._representatives.moments[numbers[right]]
        )
        late = np.nan_to_num(apart / SECONDS_A_DAY)
        odds -= story.date_penalty * np.maximum(0.0, late - FRESH_DAYS)
        odds[late > story.window_days] = -MOST_ODDS
        languages = self._representatives.languages[numbers]
        strange = languages[left] != languages[right]
        odds[strange & (languages[left] >= 0) & (languages[right] >= 0)] = -MOST_ODDS
        pair_scores = texts.measured(left, right)
        shared = pair_scores.max_containment() >= story.derived
        close = np.flatnonzero(shared)
        for index, pair in zip(close.tolist(), pairs_of(pair_scores.pick(close)), strict=True):
            if from_template(
                pair,
                containment=features[index, CONTAINMENT],
                names=features[index, NAMES],
                match=self._config.match,
                story=story,
            ):
                odds[index] = -MOST_ODDS
        return odds, shared

    def _write(self, found: Sequence[_Found], numbers: Int64s, vectors: TermVectors) -> None:
        """Elect, name relations, and store."""
        rows = self._representatives.rows[numbers]
        representatives = [int(rows[member]) for cluster in found for member in cluster.members]
        copies = self._store.results.copies(representatives)
        everyone = sorted(
            {*representatives, *(row for listed in copies.values() for row in listed)}
        )
        text_id_of = self._exact_duplicates.of(everyone)
        known = self._store.results.facts(everyone, text_id_of, with_fields=self._own_fields)
        facts = {each.row: each for each in known}
        texts = load_texts(self._store, sorted(set(text_id_of.values())), self._config)
        relate = partial(_relate, texts=texts, config=self._config)
        stories: list[tuple[Story, int]] = []
        decisions: list[Decision] = []
        for cluster in found:
            tellings = [
                Telling(
                    facts[int(rows[member])],
                    tuple(facts[row] for row in copies.get(int(rows[member]), ())),
                    _whole(vectors, int(member))[0],
                )
                for member in cluster.members
            ]
            one, other, score = cluster.weakest
            weakest = Link(
                facts[int(rows[one])].doc_id, facts[int(rows[other])].doc_id, round(score, 6)
            )
            story = merge_rewrites(
                tellings, cluster.scores, cluster.shared, weakest, texts, relate, self._policy
            )
            stories.append(
                self._earlier.keep_story_id(story, [member.row for member in story.members])
            )
            decisions += decisions_of(stories[-1][0])
        self._store.results.add_merged(representatives, stories, decisions)


def _whole(vectors: TermVectors, document: int) -> tuple[UInt32s, Float32s]:
    """Return the distinct terms of a document and their weights."""
    part = slice(vectors.bounds[PARTS * document], vectors.bounds[PARTS * document + 1])
    return vectors.terms[part], vectors.weight[part]


def _square(
    size: int, left: Int64s, right: Int64s, values: npt.NDArray[Value]
) -> npt.NDArray[Value]:
    """Return a symmetric matrix of the values of pairs, with nothing on its diagonal."""
    made = np.zeros((size, size), values.dtype)
    made[left, right] = made[right, left] = values
    return made


def _clusters(
    odds: Float64s,
    shared: Bools,
    must_link: Int64s,
    vectors: TermVectors,
    start: int,
    config: Config,
) -> list[_Found]:
    """Return the stories of one loose group.

    Args:
        odds: members x members, 0 on the diagonal.
        shared: members x members: whether they share some of their text word for word.
        must_link: A label of each; those with the same one are of one story.
        vectors: Those of the batch.
        start: The group's first number in the batch; the others follow.
        config: Threshold and the price of rivalry.
    """
    size = odds.shape[0]
    wholes = [_whole(vectors, start + index) for index in range(size)]
    threshold = np.log(config.story.threshold / (1 - config.story.threshold))
    joins = split_events(
        odds - threshold,
        [terms for terms, _ in wholes],
        [weights for _, weights in wholes],
        contrast_weight=config.story.contrast_weight,
        must_link=must_link,
        singleton_penalty=config.story.singleton_penalty,
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

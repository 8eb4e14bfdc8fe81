"""Representatives to loose groups by their scored candidates, or by those that are stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np

from dedup.cluster.average_linkage import groups_of
from dedup.cluster.loose_groups import loose_groups, with_must_links
from dedup.cluster.roundups import Judge, judged
from dedup.config import Config
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.match.minhash_lsh import Candidates, encoded
from dedup.match.similarity import RaggedArray
from dedup.match.sorted_lookup import among
from dedup.match.story_score import Scorer
from dedup.pipeline.earlier_decision import EarlierDecision
from dedup.pipeline.match_rewrites import (
    overlaps_of,
    propose,
    propose_fresh,
    read_heaviest,
    score_candidates,
)
from dedup.pipeline.representatives import Numbered, Representatives
from dedup.pipeline.rewrite_basis import RewriteBasis
from dedup.progress import Progress, log_counts
from dedup.store import Store

log = logging.getLogger(__name__)

# A pair that scores less adds next to nothing to a mean that must reach ten times as much.
LEAST_SCORE = 0.01

ScoredPairs = tuple[Int64s, Int64s, Float64s]
"""Numbers of one representative and the other of each pair, each pair once; and the scores."""


@dataclass(frozen=True, slots=True)
class LooseGroups:
    """Loose groups of representatives, by number.

    Attributes:
        members: Groups of two or more end to end, each ascending, by their smallest member, int64.
        bounds: Their n + 1 bounds.
        roundups: Those that tell several stories, which are in no group for that, ascending.
    """

    members: Int64s
    bounds: Int64s
    roundups: Int64s

    def columns(self, numbered: Numbered) -> tuple[Int64s, Int64s, Bools, Int64s]:
        """Return what is stored of them, by row; see ``dedup.store.Results.add_loose_groups``.

        Returns:
            Row of each representative; that of the first of its group, and whether it is in one;
            and the row that it shares with those that must be linked with it.
        """
        alone = self.roundups[~np.isin(self.roundups, self.members)]
        firsts = np.repeat(self.members[self.bounds[:-1]], np.diff(self.bounds))
        members, firsts = np.append(self.members, alone), np.append(firsts, alone)
        rows = numbered.rows[members]
        order = np.argsort(rows)
        links = numbered.rows[numbered.must_link[members[order]]]
        return rows[order], numbered.rows[firsts[order]], order < self.members.size, links

    def rows(self, numbered: Numbered) -> Iterator[tuple[int, int | None, int]]:
        """Yield the same row by row."""
        columns = (each.tolist() for each in self.columns(numbered))
        for row, first, is_grouped, link in zip(*columns, strict=True):
            yield row, first if is_grouped else None, link


def find_loose_groups(
    store: Store,
    representatives: Representatives,
    scorer: Scorer,
    config: Config,
    progress: Progress,
    decided: EarlierDecision | None,
) -> LooseGroups:
    """Return loose groups; those that were made from the same are read.

    Args:
        store: Gets the scores and the groups.
        representatives: What is grouped.
        scorer: What pairs are scored with.
        config: The options.
        progress: Is called with pairs and documents.
        decided: See :func:`dedup.pipeline.cluster_rewrites.cluster_rewrites`.
    """
    basis = RewriteBasis.of(representatives.numbered, scorer, config)
    known = decided.basis if decided and decided.basis else {}
    if known.get("groups") == basis.groups:
        return kept_groups(store, representatives.numbered)
    store.put("rewrite_basis", asdict(basis))
    heaviest = read_heaviest(representatives, config, progress)
    candidates = propose(store, representatives, heaviest, config, progress)
    if decided and known.get("scores") == basis.scores:
        before = replace(config, story=decided.config.story)
        kept = kept_scores(store, representatives.numbered, heaviest, candidates, before)
    else:
        kept = np.full(candidates.left.size, np.nan)
    unknown = np.isnan(kept)
    kept[unknown] = score_candidates(
        representatives, candidates.pick(unknown), scorer, config, progress
    )
    if decided:
        store.measured.forget_rewrites()
    return group_candidates(store, representatives, candidates, kept, config, progress)


def kept_groups(store: Store, numbered: Numbered) -> LooseGroups:
    """Return the loose groups that are stored of the current dump."""
    labels = np.arange(numbered.size)
    stored = store.measured.loose_groups()
    members, firsts = (numbered.numbers(column)[0] for column in stored.T)
    labels[members] = firsts
    return LooseGroups(*groups_of(labels), np.empty(0, np.int64))


def kept_scores(
    store: Store,
    numbered: Numbered,
    heaviest: RaggedArray,
    candidates: Candidates,
    before: Config,
) -> Float64s:
    """Return the scores of candidates that were scored before, NaN for the others.

    Scores below :data:`LEAST_SCORE` were not stored: they are 0 here. What was scored before is
    proposed again to know of these.

    Args:
        store: Has the scores.
        numbered: The representatives, the same as before.
        heaviest: The heaviest terms of each.
        candidates: The pairs.
        before: The options that candidates were proposed with before.
    """
    proposed = propose_fresh(numbered, heaviest, before)
    codes = encoded(candidates.left, candidates.right)
    scores = np.where(among(codes, encoded(proposed.left, proposed.right)), 0.0, np.nan)
    left, right, stored = numbered.pairs(store.measured.candidate_scores())
    known = encoded(left, right)
    still = among(known, codes)
    scores[np.searchsorted(codes, known[still])] = stored[still]
    return scores


def group_candidates(
    store: Store,
    representatives: Representatives,
    candidates: Candidates,
    scores: Float64s,
    config: Config,
    progress: Progress,
) -> LooseGroups:
    """Group representatives loosely by their candidates; store the groups and the scores."""
    progress.start("loose groups", None, "doc")
    near = scores >= LEAST_SCORE
    numbered = representatives.numbered
    left, right, scores = candidates.left[near], candidates.right[near], scores[near]
    before = numbered.pairs(store.results.candidate_scores())
    ends = numbered.rows[left].tolist(), numbered.rows[right].tolist()
    store.results.add_candidate_scores(zip(*ends, scores.tolist(), strict=True))
    judge = partial(judged, overlaps=partial(overlaps_of, representatives))
    groups = group_pairs(numbered, before, (left, right, scores), judge, config)
    store.results.add_loose_groups(groups.rows(numbered))
    progress.end()
    return groups


def group_pairs(
    numbered: Numbered, before: ScoredPairs, found: ScoredPairs, judge: Judge, config: Config
) -> LooseGroups:
    """Group representatives loosely by scored pairs; groups with no new document are left out.

    Args:
        numbered: The representatives.
        before: The pairs that earlier dumps scored.
        found: Those of the dump at hand.
        judge: Finds roundups.
        config: Limits of groups.
    """
    left, right, scores = (np.append(one, other) for one, other in zip(before, found, strict=True))
    labels, several = loose_groups(numbered.size, left, right, scores, judge, config.story)
    return groups_with_changes(numbered, labels, several)


def groups_with_changes(numbered: Numbered, labels: Int64s, several: Sequence[int]) -> LooseGroups:
    """Return loose groups that have a new document, or one of a story that is merged again.

    Args:
        numbered: The representatives.
        labels: Of each the smallest one of its group.
        several: Those that tell several stories, ascending.
    """
    log_counts(
        log, "left out {roundups:,} roundups, which tell several stories", roundups=len(several)
    )
    members, bounds = groups_of(with_must_links(labels, numbered.must_link, numbered.changed))
    return LooseGroups(members, bounds, np.array(several, np.int64))

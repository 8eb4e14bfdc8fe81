"""Stored signatures to matches, and the measured pairs to the store."""

from __future__ import annotations

import logging

import numpy as np

from dedup.config import Config
from dedup.kernels.array_types import Bools, Int64s
from dedup.match import LoadedTexts, PairScores, accepted, candidate_pairs, pairs_of, same_article
from dedup.models import Facts
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.progress import Progress
from dedup.store import Store

log = logging.getLogger(__name__)

PAIR_BATCH = 10_000

# Pairs that share less than this say nothing to anybody; they are measured and not kept.
KEPT_CONTAINMENT = 0.2


def match_copies(
    store: Store,
    exact_duplicates: ExactDuplicates,
    earlier: EarlierStories,
    config: Config,
    progress: Progress,
) -> PairScores:
    """Propose pairs by their signatures, measure each on the text, and return those that match.

    Rows of the evidence are documents' rows. Pairs of two earlier texts are not measured again.

    Args:
        store: Where signatures are read and measured pairs are kept.
        exact_duplicates: Which texts are the same.
        earlier: Tells which documents are new.
        config: Bands and thresholds.
        progress: Is called with pairs.
    """
    progress.start("match", None, "text")
    signed, whole, leads = store.signatures.matrices(
        exact_duplicates.text_ids, config.sign.num_perm, config.sign.lead_perm
    )
    candidates = candidate_pairs(whole, leads, config.match)
    del whole, leads
    candidates = candidates.pick(
        (signed[candidates.left] >= earlier.first) | (signed[candidates.right] >= earlier.first)
    )
    store.put("candidates", candidates.summary())
    log.info("match: %s of %d texts", candidates.summary(), signed.size)
    progress.advance(signed.size)
    progress.end()
    progress.start("verify pairs", candidates.left.size, "pair")
    linked = [_remembered(store, exact_duplicates)]
    for start in range(0, candidates.left.size, PAIR_BATCH):
        window = slice(start, start + PAIR_BATCH)
        left, right = signed[candidates.left[window]], signed[candidates.right[window]]
        pair_scores = _measure_rows(store, left, right, config)
        links = accepted(pair_scores, config.match)
        links |= _versions(store, exact_duplicates, pair_scores, ~links, config)
        _keep_copy_pairs(store, pair_scores, links)
        linked.append(pair_scores.pick(links))
        progress.advance(left.size)
    progress.end()
    return PairScores.concatenate(linked)


def _remembered(store: Store, exact_duplicates: ExactDuplicates) -> PairScores:
    """Return the pairs of earlier texts that match, by the first documents that have them now."""
    found = np.array(list(store.results.matched_pairs()), np.float64).reshape(-1, 6)
    found = found[np.isin(found[:, :2], exact_duplicates.rows).all(axis=1)]
    one, other = (exact_duplicates.texts(found[:, column].astype(np.int64)) for column in (0, 1))
    turned = one > other
    found[turned, 3:5] = found[turned, 4:2:-1]
    pairs = PairScores(np.minimum(one, other), np.maximum(one, other), *found[:, 2:].T)
    return pairs.pick(one != other)


def _measure_rows(store: Store, left: Int64s, right: Int64s, config: Config) -> PairScores:
    """Measure pairs of rows, loading only the sets they need."""
    rows, inverse = np.unique(np.concatenate([left, right]), return_inverse=True)
    texts = load_texts(store, rows.tolist(), config)
    return texts.measured(inverse[: left.size], inverse[left.size :]).of_rows(rows)


def _versions(
    store: Store,
    exact_duplicates: ExactDuplicates,
    pair_scores: PairScores,
    open_pairs: Bools,
    config: Config,
) -> Bools:
    """Return which of the pairs not matched by text alone are versions of one outlet's article."""
    found = np.zeros(pair_scores.left.size, np.bool_)
    worth = open_pairs & (pair_scores.max_containment() >= config.match.update_containment)
    worth &= exact_duplicates.may_share_host(pair_scores.left, pair_scores.right)
    pairs = np.flatnonzero(worth)
    if not pairs.size:
        return found
    text_ids = np.unique(np.concatenate([pair_scores.left[pairs], pair_scores.right[pairs]]))
    by_text: dict[int, list[Facts]] = {}
    text_id_of = exact_duplicates.documents(text_ids)
    for facts in store.results.facts(sorted(text_id_of), text_id_of):
        by_text.setdefault(facts.text_id, []).append(facts)
    texts = load_texts(store, text_ids.tolist(), config)
    for index, pair in zip(pairs, pairs_of(pair_scores.pick(pairs)), strict=True):
        ones = by_text[int(pair_scores.left[index])]
        others = by_text[int(pair_scores.right[index])]
        found[index] = any(
            same_article(one, other, pair, texts.passages, config.match)
            for one in ones
            for other in others
        )
    return found


def _keep_copy_pairs(store: Store, pair_scores: PairScores, links: Bools) -> None:
    """Store the measured pairs that share something."""
    kept = links | (pair_scores.max_containment() >= KEPT_CONTAINMENT)
    some = pair_scores.pick(kept)
    columns = (
        some.left, some.right, some.jaccard, some.left_in_right, some.right_in_left, some.numbers,
        links[kept].astype(np.int64),
    )  # fmt: skip
    store.results.add_copy_pairs(zip(*(column.tolist() for column in columns), strict=True))


def load_texts(store: Store, text_ids: list[int], config: Config) -> LoadedTexts:
    """Load what comparing some texts takes."""
    shingles, numbers = store.signatures.sets(text_ids, "shingles", "numbers")
    return LoadedTexts(text_ids, shingles, numbers, config.match)

"""Stored signatures to matching pairs, and the measured pairs to the store."""

from __future__ import annotations

import logging

import numpy as np

from dedup.config import Config
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.minhash_lsh import Candidates, candidate_pairs
from dedup.match.similarity import PairScores, accepted
from dedup.match.versions import versions
from dedup.models import Facts
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.progress import Progress
from dedup.store import Store

log = logging.getLogger(__name__)

PAIR_BATCH = 10_000

# Documents of the page that another one names as its original; most pages were crawled once.
MOST_ORIGINALS = 8

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

    Pairs of two earlier texts are not measured again.

    Args:
        store: Where signatures are read and measured pairs are kept.
        exact_duplicates: Which texts are the same.
        earlier: Says which documents are new.
        config: Bands and thresholds.
        progress: Is called with pairs.

    Returns:
        The matching pairs, by rows of documents.
    """
    progress.start("match", None, "text")
    signed, whole, leads = store.signatures.matrices(
        exact_duplicates.text_ids, config.sign.num_perm, config.sign.lead_perm
    )
    candidates = candidate_pairs(whole, leads, config.match)
    del whole, leads
    candidates = _with_originals(candidates, signed, store, exact_duplicates)
    fresh = signed >= earlier.first
    candidates = candidates.pick(fresh[candidates.left] | fresh[candidates.right])
    store.put("candidates", candidates.summary())
    log.info("match: %s of %d texts", candidates.summary(), signed.size)
    progress.advance(signed.size)
    progress.end()
    progress.start("verify pairs", candidates.left.size, "pair")
    matched = np.array(list(store.results.matched_pairs()), np.float64).reshape(-1, 6)
    linked = [matched_before(matched, exact_duplicates)]
    for start in range(0, candidates.left.size, PAIR_BATCH):
        window = slice(start, start + PAIR_BATCH)
        left, right = signed[candidates.left[window]], signed[candidates.right[window]]
        rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
        texts = load_texts(store, rows.tolist(), config)
        pair_scores = texts.measured(places[: left.size], places[left.size :]).of_rows(rows)
        links = accepted(pair_scores, config.match)
        may_be = ~links & (pair_scores.max_containment() >= config.match.update_containment)
        may_be &= exact_duplicates.may_share_host(pair_scores.left, pair_scores.right)
        pairs = pair_scores.pick(may_be)
        text_ids = np.unique(np.concatenate([pairs.left, pairs.right]))
        documents = facts_by_text(store, exact_duplicates, text_ids)
        links[may_be] = versions(pairs, documents, texts.passages, config.match)
        _keep_copy_pairs(store, pair_scores, links)
        linked.append(pair_scores.pick(links))
        progress.advance(left.size)
    progress.end()
    return PairScores.concatenate(linked)


def _with_originals(
    candidates: Candidates, signed: Int64s, store: Store, exact_duplicates: ExactDuplicates
) -> Candidates:
    """Return candidates with the pairs of a page and the one that it names as its original.

    A part of a long article shares few bands with the page that has all parts.
    """
    pairs = store.documents.declared_originals(MOST_ORIGINALS)
    if not pairs.size:
        return candidates
    texts = exact_duplicates.texts(pairs[np.isin(pairs, exact_duplicates.rows).all(axis=1)])
    texts = texts[np.isin(texts, signed).all(axis=1)]
    left, right = np.searchsorted(signed, texts).T
    return candidates.and_pairs(left, right)


def matched_before(matched: Float64s, exact_duplicates: ExactDuplicates) -> PairScores:
    """Return the pairs of earlier texts that match, by the first documents that have them now.

    Args:
        matched: A line for each pair: both rows and the four scores of :class:`PairScores`.
        exact_duplicates: Which texts are the same; pairs of other documents are left out.
    """
    matched = matched[np.isin(matched[:, :2], exact_duplicates.rows).all(axis=1)]
    one, other = (exact_duplicates.texts(matched[:, k].astype(np.int64)) for k in (0, 1))
    turned = one > other
    matched[turned, 3:5] = matched[turned, 4:2:-1]
    pairs = PairScores(np.minimum(one, other), np.maximum(one, other), *matched[:, 2:].T)
    return pairs.pick(one != other)


def _keep_copy_pairs(store: Store, pair_scores: PairScores, links: Bools) -> None:
    """Store the measured pairs that share something."""
    kept = links | (pair_scores.max_containment() >= KEPT_CONTAINMENT)
    columns = (*pair_scores.pick(kept).columns(), links[kept].astype(np.int64))
    store.results.add_copy_pairs(zip(*(column.tolist() for column in columns), strict=True))


def load_texts(store: Store, text_ids: list[int], config: Config) -> LoadedTexts:
    """Load what comparing some texts takes."""
    shingles, numbers = store.signatures.sets(text_ids, "shingles", "numbers")
    return LoadedTexts(text_ids, shingles, numbers, config.match)


def facts_by_text(
    store: Store, exact_duplicates: ExactDuplicates, text_ids: Int64s, *, with_fields: bool = False
) -> dict[int, list[Facts]]:
    """Read the facts of the documents that have some texts, ascending ``text_ids``."""
    text_id_of = exact_duplicates.documents(text_ids)
    facts: dict[int, list[Facts]] = {}
    for each in store.results.facts(sorted(text_id_of), text_id_of, with_fields=with_fields):
        facts.setdefault(each.text_id, []).append(each)
    return facts

"""Stored signatures to matches, and the measured pairs to the store."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.feed.past import Past
from dedup.feed.twins import Twins
from dedup.match import (
    Evidence,
    LoadedTexts,
    accepted,
    candidate_pairs,
    pairs_of,
    same_article,
)
from dedup.models import Facts
from dedup.observe import Observer
from dedup.store import Store

log = logging.getLogger(__name__)

PAIR_BATCH = 10_000

# Pairs that share less than this say nothing to anybody; they are measured and not kept.
KEPT_CONTAINMENT = 0.2


def match_copies(
    store: Store, twins: Twins, past: Past, config: Config, observer: Observer
) -> Evidence:
    """Propose pairs by their signatures, measure each on the text, and return those that match.

    Rows of the evidence are documents' rows. Pairs of two earlier texts are not measured again.

    Args:
        store: Where signatures are read and measured pairs are kept.
        twins: Which texts are the same.
        past: Tells which documents are new.
        config: Bands and thresholds.
        observer: Is told pairs.
    """
    observer.start("match", None, "text")
    signed, whole, leads = store.signatures.matrices(
        twins.firsts, config.sign.num_perm, config.sign.lead_perm
    )
    candidates = candidate_pairs(whole, leads, config.match)
    del whole, leads
    candidates = candidates.pick(
        (signed[candidates.left] >= past.first) | (signed[candidates.right] >= past.first)
    )
    store.put("candidates", candidates.summary())
    log.info("match: %s of %d texts", candidates.summary(), signed.size)
    observer.advance(signed.size)
    observer.end()
    observer.start("verify pairs", candidates.left.size, "pair")
    linked = [_remembered(store, twins)]
    for start in range(0, candidates.left.size, PAIR_BATCH):
        window = slice(start, start + PAIR_BATCH)
        left, right = signed[candidates.left[window]], signed[candidates.right[window]]
        evidence = _measure_rows(store, left, right, config)
        links = accepted(evidence, config.match)
        links |= _versions(store, twins, evidence, ~links, config)
        _keep_edges(store, evidence, links)
        linked.append(evidence.pick(links))
        observer.advance(left.size)
    observer.end()
    return Evidence.concatenate(linked)


def _remembered(store: Store, twins: Twins) -> Evidence:
    """Return the pairs of earlier texts that match, by the first documents that have them now."""
    found = np.array(list(store.results.linked()), np.float64).reshape(-1, 6)
    found = found[np.isin(found[:, :2], twins.rows).all(axis=1)]
    one, other = (twins.texts(found[:, column].astype(np.int64)) for column in (0, 1))
    turned = one > other
    found[turned, 3:5] = found[turned, 4:2:-1]
    pairs = Evidence(np.minimum(one, other), np.maximum(one, other), *found[:, 2:].T)
    return pairs.pick(one != other)


def _measure_rows(
    store: Store, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], config: Config
) -> Evidence:
    """Measure pairs of rows, loading only the sets they need."""
    rows, inverse = np.unique(np.concatenate([left, right]), return_inverse=True)
    texts = load_texts(store, rows.tolist(), config)
    return texts.measured(inverse[: left.size], inverse[left.size :]).of_rows(rows)


def _versions(
    store: Store,
    twins: Twins,
    evidence: Evidence,
    open_pairs: npt.NDArray[np.bool_],
    config: Config,
) -> npt.NDArray[np.bool_]:
    """Return which of the pairs not matched by text alone are versions of one outlet's article."""
    found = np.zeros(evidence.left.size, np.bool_)
    worth = open_pairs & (evidence.max_containment() >= config.match.update_containment)
    worth &= twins.may_share_host(evidence.left, evidence.right)
    pairs = np.flatnonzero(worth)
    if not pairs.size:
        return found
    firsts = np.unique(np.concatenate([evidence.left[pairs], evidence.right[pairs]]))
    by_text: dict[int, list[Facts]] = {}
    twin_of = twins.documents(firsts)
    for facts in store.results.facts(sorted(twin_of), twin_of):
        by_text.setdefault(facts.twin, []).append(facts)
    texts = load_texts(store, firsts.tolist(), config)
    for index, pair in zip(pairs, pairs_of(evidence.pick(pairs)), strict=True):
        ones = by_text[int(evidence.left[index])]
        others = by_text[int(evidence.right[index])]
        found[index] = any(
            same_article(one, other, pair, texts.passages, config.match)
            for one in ones
            for other in others
        )
    return found


def _keep_edges(store: Store, evidence: Evidence, links: npt.NDArray[np.bool_]) -> None:
    """Store the measured pairs that share something."""
    kept = links | (evidence.max_containment() >= KEPT_CONTAINMENT)
    some = evidence.pick(kept)
    columns = (
        some.left, some.right, some.jaccard, some.left_in_right, some.right_in_left, some.numbers,
        links[kept].astype(np.int64),
    )  # fmt: skip
    store.results.add_edges(zip(*(column.tolist() for column in columns), strict=True))


def load_texts(store: Store, firsts: list[int], config: Config) -> LoadedTexts:
    """Load what comparing some texts takes."""
    shingles, numbers = store.signatures.sets(firsts, "shingles", "numbers")
    return LoadedTexts(firsts, shingles, numbers, config.match)

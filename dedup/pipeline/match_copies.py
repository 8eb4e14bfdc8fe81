"""Stored signatures to matching pairs, and the measured pairs to the store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import numpy as np

from dedup.cluster.canonical import STUB_RATIO
from dedup.cluster.copy_graph import CONTAINED
from dedup.config import Config
from dedup.kernels.array_types import Bools, Float64s, Int64s, UInt32s, UInt64s
from dedup.match.contained_leads import contained_leads
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.minhash_lsh import Candidates, band_keys, candidate_pairs, decoded, encoded
from dedup.match.similarity import PairScores, accepted
from dedup.match.versions import versions
from dedup.models import Facts
from dedup.pipeline.document_source import DocumentSource, StoredDocuments
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.progress import Progress, log_counts
from dedup.signatures.minhash import permutations
from dedup.store import Store

log = logging.getLogger(__name__)

PAIR_BATCH = 10_000

# Documents of the page that another one names as its original; most pages were crawled once.
MOST_ORIGINALS = 8

# Texts whose leads are looked for at once.
TEXT_BATCH = 5_000

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
    keys = band_keys(whole, 0, config.sign.num_perm)
    del whole
    candidates = _with_originals(candidates, signed, store, exact_duplicates)
    fresh = signed >= earlier.first
    candidates = candidates.pick(fresh[candidates.left] | fresh[candidates.right])
    store.put("candidates", candidates.summary())
    progress.advance(signed.size)
    progress.end()
    progress.start("verify pairs", candidates.left.size, "pair")
    matched = np.array(list(store.results.matched_pairs()), np.float64).reshape(-1, 6)
    pairs = signed[candidates.left], signed[candidates.right]
    before = matched_before(matched, exact_duplicates)
    linked = [before, *_verified(store, exact_duplicates, *pairs, config, progress)]
    progress.end()
    progress.start("match posts", None, "pair")
    longer = longer_texts(PairScores.concatenate(linked))
    posts = _posts(store, signed, fresh, longer, leads, keys, config)
    new = ~np.isin(encoded(*posts), encoded(*pairs))
    linked += _verified(store, exact_duplicates, posts[0][new], posts[1][new], config, progress)
    matching = PairScores.concatenate(linked)
    log_counts(
        log, "matched copies: {candidates:,} candidate pairs of {texts:,} texts, {matches:,} match",
        texts=signed.size, candidates=pairs[0].size + int(new.sum()),
        matches=matching.left.size - before.left.size,
    )  # fmt: skip
    progress.end()
    return matching


def _verified(
    store: Store,
    exact_duplicates: ExactDuplicates,
    left: Int64s,
    right: Int64s,
    config: Config,
    progress: Progress,
) -> Iterator[PairScores]:
    """Measure pairs of texts, store what shares something, and yield those that match."""
    source, may_share_host = StoredDocuments(store), exact_duplicates.may_share_host
    for texts, pair_scores, links, may_be in measured(source, left, right, may_share_host, config):
        pairs = pair_scores.pick(may_be)
        text_ids = np.unique(np.concatenate([pairs.left, pairs.right]))
        documents = facts_by_text(source, exact_duplicates, text_ids)
        links[may_be] = versions(pairs, documents, texts.passages, config.match)
        _keep_copy_pairs(store, pair_scores, links)
        yield pair_scores.pick(links)
        progress.advance(links.size)


def measured(
    source: DocumentSource,
    left: Int64s,
    right: Int64s,
    may_share_host: Callable[[Int64s, Int64s], Bools],
    config: Config,
) -> Iterator[tuple[LoadedTexts, PairScores, Bools, Bools]]:
    """Measure pairs of texts, a batch at a time.

    Args:
        source: Where their sets are.
        left: One text of each pair.
        right: The other.
        may_share_host: See :meth:`ExactDuplicates.may_share_host`.
        config: The thresholds.

    Yields:
        The texts of a batch, what was measured, which pairs match by their text, and which of the
        others may be versions of one article.
    """
    for start in range(0, left.size, PAIR_BATCH):
        ends = left[start : start + PAIR_BATCH], right[start : start + PAIR_BATCH]
        rows, places = np.unique(np.concatenate(ends), return_inverse=True)
        texts = load_texts(source, rows.tolist(), config)
        pair_scores = texts.measured(places[: ends[0].size], places[ends[0].size :]).of_rows(rows)
        links = accepted(pair_scores, config.match)
        may_be = ~links & (pair_scores.max_containment() >= config.match.update_containment)
        may_be &= may_share_host(pair_scores.left, pair_scores.right)
        yield texts, pair_scores, links, may_be


def shares_enough(pair_scores: PairScores) -> Bools:
    """Return which pairs are kept, whether they match or not."""
    return pair_scores.max_containment() >= KEPT_CONTAINMENT


def longer_texts(pair_scores: PairScores) -> Int64s:
    """Return the texts that contain another and much more: each may be a page of several posts."""
    contained, contains = pair_scores.left_in_right, pair_scores.right_in_left
    short, long = pair_scores.left, pair_scores.right
    turned = contains > contained
    short, long = np.where(turned, long, short), np.where(turned, short, long)
    most, least = np.maximum(contained, contains), np.minimum(contained, contains)
    return np.unique(long[(most >= CONTAINED) & (most >= STUB_RATIO * least)])


def _posts(
    store: Store,
    signed: Int64s,
    fresh: Bools,
    longer: Int64s,
    leads: UInt32s,
    keys: UInt64s,
    config: Config,
) -> tuple[Int64s, Int64s]:
    """Return pairs of texts, the smaller first, one of which contains the lead of the other.

    Args:
        store: Where their shingles are read.
        signed: The texts with a signature.
        fresh: Which of them are new; pairs without one are left out.
        longer: Those that may contain others.
        leads: Signatures of the leads of all.
        keys: A number for the whole of each.
        config: The permutations.
    """
    drawn = permutations(config.sign.num_perm, config.sign.seed)
    found = [np.empty((2, 0), np.int64)]
    for start in range(0, longer.size, TEXT_BATCH):
        batch = longer[start : start + TEXT_BATCH]
        texts = load_texts(StoredDocuments(store), batch.tolist(), config).all_distinct()
        place, others = contained_leads(texts, leads, keys, drawn)
        places = np.searchsorted(signed, batch)[place]
        new = (places != others) & (fresh[places] | fresh[others])
        found.append(np.sort(signed[np.stack([places, others])[:, new]], axis=0))
    left, right = np.concatenate(found, axis=1)
    return decoded(np.unique(encoded(left, right)))


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
    return by_texts(
        matched[np.isin(matched[:, :2], exact_duplicates.rows).all(axis=1)], exact_duplicates.texts
    )


def known_matches(store: Store, exact_duplicates: ExactDuplicates) -> PairScores:
    """Return the pairs that match as they are stored, where all were measured before."""
    return matched_before(store.measured.matched_pairs(), exact_duplicates)


def by_texts(matched: Float64s, texts: Callable[[Int64s], Int64s]) -> PairScores:
    """Return pairs of documents as pairs of their texts, the smaller first.

    Args:
        matched: See :func:`matched_before`.
        texts: Returns for each of some documents the first document with its text.
    """
    one, other = (texts(matched[:, k].astype(np.int64)) for k in (0, 1))
    turned = one > other
    jaccard, contained, contains, numbers = matched[:, 2:].T
    pairs = PairScores(
        np.minimum(one, other),
        np.maximum(one, other),
        jaccard,
        np.where(turned, contains, contained),
        np.where(turned, contained, contains),
        numbers,
    )
    return pairs.pick(one != other)


def _keep_copy_pairs(store: Store, pair_scores: PairScores, links: Bools) -> None:
    """Store the measured pairs that share something."""
    kept = links | shares_enough(pair_scores)
    columns = (*pair_scores.pick(kept).columns(), links[kept].astype(np.int64))
    store.results.add_copy_pairs(zip(*(column.tolist() for column in columns), strict=True))


def load_texts(source: DocumentSource, text_ids: list[int], config: Config) -> LoadedTexts:
    """Load what comparing some texts takes."""
    shingles, numbers = source.sets(text_ids, "shingles", "numbers")
    return LoadedTexts(text_ids, shingles, numbers, config.match)


def facts_by_text(
    source: DocumentSource,
    exact_duplicates: ExactDuplicates,
    text_ids: Int64s,
    *,
    with_fields: bool = False,
) -> dict[int, list[Facts]]:
    """Read the facts of the documents that have some texts, ascending ``text_ids``."""
    text_id_of = exact_duplicates.documents(text_ids)
    facts: dict[int, list[Facts]] = {}
    for each in source.facts(sorted(text_id_of), text_id_of, with_fields=with_fields):
        facts.setdefault(each.text_id, []).append(each)
    return facts

"""The run: the stages in their order, each fed from the store and written back to it in batches."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.errors import InputError
from dedup.group import Links, decisions_of, parse_policy, split
from dedup.match import (
    Evidence,
    LoadedTexts,
    accepted,
    candidate_pairs,
    measure,
    pair_at,
    ragged,
    relation,
    same_article,
)
from dedup.models import Decision, Facts, Pair, RawRecord, Rejection, Relation, Story
from dedup.sign import Signed, sign
from dedup.store import Store, StoredPart

if TYPE_CHECKING:
    from dedup.clean.workers import Cleaned

log = logging.getLogger(__name__)

# A batch of inputs commits when it holds this many, or this much raw text: about two seconds of
# pages, which is what a kill costs.
BATCH_RECORDS = 1000
BATCH_BYTES = 8_000_000

SIGN_BATCH = 1000
PAIR_BATCH = 50_000
GROUP_BATCH = 5_000

# Pairs that share less than this say nothing to anybody; they are measured and not kept.
KEPT_CONTAINMENT = 0.2


class Observer(Protocol):
    """What watches a run: the command line's bars, or nothing."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins; ``total`` in ``unit``, None where it is not known."""

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on by so many units, and so many documents."""

    def end(self) -> None:
        """The stage is done."""


def take_in(records: Iterable[RawRecord], store: Store, config: Config, observer: Observer) -> None:
    """Clean records and store them; those that a killed run has stored are only counted off.

    Args:
        records: What was read, from the first input on.
        store: Where documents go.
        config: Limits and workers.
        observer: Is told bytes and documents.

    Raises:
        InputError: The inputs are not those of the run that is resumed.
    """
    from dedup.clean.workers import clean_records  # its pool is not needed to group

    fresh = _behind_stored(iter(records), store, observer)
    cleaned = clean_records(
        fresh, config.clean, workers=config.workers, recall=store.documents.recall
    )
    batch: list[Cleaned] = []
    size = 0
    worker_kib = store.get("worker_kib") or 0
    with closing(cleaned):  # an error must end the workers before it leaves
        for item in cleaned:
            batch.append(item)
            worker_kib = max(worker_kib, item.worker_kib)
            size += len(item.record.html or item.record.text or b"")
            observer.advance(item.record.consumed, 1)
            if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                _store_batch(store, batch)
                batch, size = [], 0
    _store_batch(store, batch)
    store.put("worker_kib", worker_kib)
    log.info("read and clean: %d inputs", store.documents.count())


def _store_batch(store: Store, batch: Iterable[Cleaned]) -> None:
    """Commit one batch of inputs."""
    store.documents.add([(item.record, item.result, item.digest, item.page) for item in batch])


def _behind_stored(
    records: Iterator[RawRecord], store: Store, observer: Observer
) -> Iterator[RawRecord]:
    """Pass over the records that are stored, comparing ids, and yield the others."""
    for stored in store.documents.ids():
        record = next(records, None)
        if record is None or record.doc_id.encode("utf-8", "replace").decode() != stored:
            raise InputError(
                "the inputs changed since the run that is to be resumed; "
                "give the same inputs, or begin anew with --overwrite"
            )
        observer.advance(record.consumed, 1)
    yield from records


def drop_residue(store: Store, config: Config, observer: Observer) -> None:
    """Take each host's recurring left-over lines out of its documents; one commit for all hosts."""
    from dedup.clean.documents import too_short
    from dedup.clean.residue import find_residue, host_lines, strip_residue

    if store.get("residue"):
        return
    least = config.clean.residue_documents

    def changes() -> Iterator[tuple[int, str, tuple[str, ...], Rejection | None]]:
        for host in store.documents.hosts(least):
            found = find_residue(host_lines(store.documents.texts_of_host(host)), least)
            if found.size:
                residue = frozenset(found.tolist())
                log.info("residue: %d lines recur on %s", found.size, host)
                for row, text in list(store.documents.texts_of_host(host)):
                    kept, lines = strip_residue(text, residue)
                    if lines:
                        yield row, kept, lines, too_short(kept, config.clean)
            observer.advance(1)

    store.documents.strip(changes())


def sign_texts(store: Store, config: Config, observer: Observer) -> None:
    """Sign the documents that are not signed yet, a batch and a commit at a time."""
    while batch := store.signatures.unsigned(SIGN_BATCH):
        signed = sign([text for _, text, _ in batch], config.sign)
        store.signatures.add(
            _stored_part(row, text, title, signed, index, config)
            for index, (row, text, title) in enumerate(batch)
        )
        observer.advance(len(batch), len(batch))


def _stored_part(
    row: int, text: str, title: str | None, signed: Signed, index: int, config: Config
) -> StoredPart:
    """Return what is stored of one signed text.

    The fingerprint of a text too short to sign takes in its title: what is left of a failed page
    ("This video is not available.") is the same for many articles.
    """
    short = bool(signed.tokens[index] < config.sign.signable_tokens)
    printed = f"{text}\0{title or ''}" if short else text
    fingerprint = hashlib.blake2b(printed.encode("utf-8", "surrogatepass"), digest_size=16)
    return StoredPart(
        row=row,
        fingerprint=fingerprint.digest(),
        tokens=int(signed.tokens[index]),
        signature=None if short else signed.signatures[index],
        lead=None if short else signed.leads[index],
        shingles=_part(signed.shingles, signed.shingle_bounds, index),
        numbers=_part(signed.numbers, signed.number_bounds, index),
    )


def _part(
    values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64], index: int
) -> npt.NDArray[np.uint32]:
    """Return one text's part of a ragged array."""
    return values[bounds[index] : bounds[index + 1]]


class Twins:
    """Which documents have the same text; each text stands for all its documents.

    Attributes:
        rows: Documents with signature data, ascending.
        twin: For each the first document with its text.
        firsts: The distinct values of ``twin``, ascending.
    """

    def __init__(self, store: Store) -> None:
        """Read the fingerprints."""
        self.rows, self.twin = store.signatures.twins()
        self.firsts = np.unique(self.twin)
        self._by_twin = np.argsort(self.twin, kind="stable")
        self._sorted = self.twin[self._by_twin]

    def documents(self, firsts: npt.NDArray[np.int64]) -> dict[int, int]:
        """Return the documents that have some texts, each with the first document of its text."""
        starts = np.searchsorted(self._sorted, firsts, "left")
        ends = np.searchsorted(self._sorted, firsts, "right")
        return {
            int(row): int(first)
            for first, start, end in zip(firsts, starts, ends, strict=True)
            for row in self.rows[self._by_twin[start:end]]
        }

    def repeated(self) -> npt.NDArray[np.int64]:
        """Return the first documents of the texts that several documents have."""
        firsts, counts = np.unique(self.twin, return_counts=True)
        return firsts[counts > 1]


def match_copies(store: Store, twins: Twins, config: Config, observer: Observer) -> Evidence:
    """Propose pairs by their signatures, measure each on the text, and return those that match.

    Rows of the evidence are documents' rows.

    Args:
        store: Where signatures are read and measured pairs are kept.
        twins: Which texts are the same.
        config: Bands and thresholds.
        observer: Is told pairs.
    """
    observer.start("match", None, "text")
    signed, whole, leads = store.signatures.matrices(
        twins.firsts, config.sign.num_perm, config.sign.lead_perm
    )
    candidates = candidate_pairs(whole, leads, config.match)
    del whole, leads
    store.put("candidates", candidates.summary())
    log.info("match: %s of %d texts", candidates.summary(), signed.size)
    observer.advance(signed.size)
    observer.end()
    observer.start("verify pairs", candidates.left.size, "pair")
    linked = []
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


def _measure_rows(
    store: Store, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], config: Config
) -> Evidence:
    """Measure pairs of rows, loading only the sets they need."""
    rows, inverse = np.unique(np.concatenate([left, right]), return_inverse=True)
    listed = rows.tolist()
    evidence = measure(
        ragged(store.signatures.sets(listed, "shingles")),
        ragged(store.signatures.sets(listed, "numbers")),
        inverse[: left.size],
        inverse[left.size :],
        config.match,
    )
    return evidence.of_rows(rows)


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
    pairs = np.flatnonzero(worth)
    if not pairs.size:
        return found
    firsts = np.unique(np.concatenate([evidence.left[pairs], evidence.right[pairs]]))
    by_text: dict[int, list[Facts]] = {}
    twin_of = twins.documents(firsts)
    for facts in store.results.facts(sorted(twin_of), twin_of):
        by_text.setdefault(facts.twin, []).append(facts)
    texts = _load_texts(store, firsts.tolist(), config)
    for index in pairs:
        pair = pair_at(evidence, int(index))
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
        links[kept],
    )  # fmt: skip
    store.results.add_edges(zip(*(column.tolist() for column in columns), strict=True))


def group_stories(
    store: Store, twins: Twins, evidence: Evidence, config: Config, observer: Observer
) -> None:
    """Turn matches into stories, elect their canonicals, and store stories and decisions.

    Args:
        store: Where facts and sets are read and results go.
        twins: Which texts are the same.
        evidence: The pairs that match.
        config: Thresholds and the policy.
        observer: Is told documents.
    """
    policy = parse_policy(config.group.canonical)
    own_fields = any(rule.name.startswith("field:") for rule in policy)

    sets = iter(_connected_sets(twins, evidence))
    while batch := _take_documents(sets):
        firsts = np.concatenate([firsts for firsts, _ in batch])
        twin_of = twins.documents(np.sort(firsts))
        facts: dict[int, list[Facts]] = {}
        for one in store.results.facts(sorted(twin_of), twin_of, with_fields=own_fields):
            facts.setdefault(one.twin, []).append(one)
        texts = _load_texts(store, sorted(facts), config)

        def relate(
            canonical: Facts, member: Facts, pair: Pair, texts: LoadedTexts = texts
        ) -> tuple[Relation, float] | None:
            return relation(canonical, member, pair, texts.passages, config.match)

        stories: list[Story] = []
        decisions: list[Decision] = []
        for members, edges in batch:
            documents = tuple(chain.from_iterable(facts[int(first)] for first in members))
            found = split(Links(documents, _pairs_of(evidence, edges)), texts, relate, policy)
            stories += found
            decisions += chain.from_iterable(map(decisions_of, found))
        store.results.add_decisions(stories, decisions)
        observer.advance(len(twin_of), len(twin_of))


def _connected_sets(
    twins: Twins, evidence: Evidence
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield texts that hang together, as first rows, with the numbers of the pairs between them.

    A text that several documents have hangs together with itself.
    """
    from dedup.kernels.pairs import components  # compiled code is loaded when it is first needed

    left = np.searchsorted(twins.firsts, evidence.left)
    right = np.searchsorted(twins.firsts, evidence.right)
    root = components(twins.firsts.size, left, right)
    sizes = np.bincount(root, minlength=root.size)
    several = sizes[root] > 1
    several[np.searchsorted(twins.firsts, twins.repeated())] = True
    nodes = np.flatnonzero(several)
    nodes = nodes[np.argsort(root[nodes], kind="stable")]
    edges = np.argsort(root[left], kind="stable")
    edge_roots = root[left][edges]
    starts = np.flatnonzero(np.diff(root[nodes], prepend=-1))
    for start, end in zip(starts, [*starts[1:], nodes.size], strict=True):
        members = nodes[start:end]
        first, last = np.searchsorted(edge_roots, [root[members[0]], root[members[0]] + 1])
        yield twins.firsts[members], edges[first:last]


def _take_documents(
    sets: Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Take sets until they hold enough texts to be loaded at once."""
    taken = []
    size = 0
    for members, edges in sets:
        taken.append((members, edges))
        size += members.size
        if size >= GROUP_BATCH:
            break
    return taken


def _load_texts(store: Store, firsts: list[int], config: Config) -> LoadedTexts:
    """Load what comparing some texts takes."""
    shingles, numbers = (
        dict(zip(firsts, store.signatures.sets(firsts, column), strict=True))
        for column in ("shingles", "numbers")
    )
    return LoadedTexts(shingles, numbers, config.match)


def _pairs_of(evidence: Evidence, edges: npt.NDArray[np.int64]) -> dict[tuple[int, int], Pair]:
    """Return some pairs of the evidence by their rows."""
    return {
        (int(evidence.left[edge]), int(evidence.right[edge])): pair_at(evidence, int(edge))
        for edge in edges
    }


def run_stages(
    records: Iterable[RawRecord], size: int | None, store: Store, config: Config, observer: Observer
) -> None:
    """Take records through all stages; everything found is in the store afterwards.

    Args:
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, or that of a killed run on the same records.
        config: The options.
        observer: Is told how far it got.
    """
    clean_stages(records, size, store, config, observer)
    observer.start("sign", store.signatures.signable(), "doc")
    observer.advance(store.signatures.count())
    sign_texts(store, config, observer)
    observer.end()
    store.results.clear()
    twins = Twins(store)
    evidence = match_copies(store, twins, config, observer)
    observer.start("group", None, "doc")
    group_stories(store, twins, evidence, config, observer)
    observer.end()


def clean_stages(
    records: Iterable[RawRecord], size: int | None, store: Store, config: Config, observer: Observer
) -> None:
    """Take records through reading and cleaning only; see :func:`run_stages`."""
    observer.start("read and clean", size, "B")
    take_in(records, store, config, observer)
    observer.end()
    observer.start("residue", None, "host")
    drop_residue(store, config, observer)
    observer.end()


def tally_results(store: Store) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return documents by status, rejected ones by reason, duplicates by relation."""
    status: Counter[str] = Counter({"canonical": 0, "duplicate": 0, "unique": 0, "rejected": 0})
    reasons: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    for decision in store.results.decisions():
        status[decision.status] += 1
        if decision.status == "rejected":
            reasons[decision.reason] += 1
        if decision.relation:
            relations[decision.relation] += 1
    return status, reasons, relations

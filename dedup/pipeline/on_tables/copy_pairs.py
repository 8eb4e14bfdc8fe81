"""Candidate pairs of copies meet their texts, are measured, and are found to be versions or not."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import Config
from dedup.engines.engine import Batches, Shared, as_batches
from dedup.kernels.array_types import Bools, Int64s
from dedup.match.similarity import PairScores
from dedup.match.sorted_lookup import among, places_among
from dedup.match.versions import versions
from dedup.models import Facts
from dedup.pipeline.match_copies import longer_texts, measured, shares_enough
from dedup.pipeline.on_tables.copy_candidates import places_of, texts_of
from dedup.pipeline.on_tables.partition import Partition
from dedup.pipeline.on_tables.stage_arrays import (
    batch_of,
    distinct,
    filled,
    numbers,
    pair_scores_of,
    whole,
)
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.tables import (
    CANDIDATES,
    COPY_PAIRS,
    MEASURED_PAIRS,
    NEEDED,
    ROWS,
    TEXTS,
    VERSION_FACTS,
)


def needed_texts(batches: Batches) -> Batches:
    """Yield the texts of pairs, with the places where they are needed."""
    for table in filled(batches):
        one, other = numbers(table, "one", "other")
        places = np.tile(places_of(one, other), 2)
        yield batch_of(NEEDED, distinct(np.append(one, other), places))


def to_places(needs: pa.Table, described: pa.Table) -> Batches:
    """Yield what describes texts, once for each place where it is needed, by place."""
    row, place = distinct(*numbers(needs, "key", "place"))
    described = described.take(pa.array(np.argsort(described["key"].to_numpy(), kind="stable")))
    needed, at = places_among(row, described["key"].to_numpy())
    found = described.take(pa.array(at)).set_column(0, "key", pa.array(place[needed]))
    yield from as_batches(found, found.schema)


def texts_to_measure(repeated: Shared, wanted: Shared, batches: Batches) -> Batches:
    """Yield what measuring takes of the texts that are wanted, by text."""
    texts, rows = texts_of(repeated), wanted()["row"].to_numpy()
    for table in filled(batches):
        part = table.filter(pa.array(among(table["row"].to_numpy(), rows)))
        row = part["row"].to_numpy()
        yield pa.record_batch(
            [row, row, _host_digests(part["host"]), texts.repeated(row),
             *(part[name].combine_chunks() for name in ("shingles", "numbers"))],
            schema=TEXTS,
        )  # fmt: skip


def _host_digests(hosts: pa.ChunkedArray) -> Int64s:
    """Return digests of hosts, 0 or more; -1 for unknown ones."""
    keys = string_keys(hosts.fill_null("")).to_numpy() & np.iinfo(np.int64).max
    return np.where(hosts.is_null().to_numpy(), -1, keys)


def measured_pairs(config: Config, texts: pa.Table, pairs: pa.Table) -> Batches:
    """Yield what is measured on pairs, and the passages of those that may be versions."""
    _, first = np.unique(texts["row"].to_numpy(), return_index=True)
    part = Partition(texts.take(pa.array(first)))
    host, repeated = numbers(part.table, "host_digest", "repeated")

    def may_share_host(left: Int64s, right: Int64s) -> Bools:
        left, right = part.places(left), part.places(right)
        same = (host[left] == host[right]) & (host[left] >= 0)
        found: Bools = same | repeated[left] | repeated[right]
        return found

    key, one, other = numbers(pairs, *CANDIDATES.names)
    order = np.lexsort([other, one, key])
    ends = one[order], other[order]
    for loaded, scores, links, may_be in measured(part, *ends, may_share_host, config):
        passages = np.full(links.size, np.nan)
        for at in np.flatnonzero(may_be).tolist():
            passages[at] = loaded.passages(int(scores.left[at]), int(scores.right[at]))
        kept = links | may_be | shares_enough(scores)
        columns = [column[kept] for column in (*scores.columns(), links.astype(np.int64))]
        shares = pa.array(passages[kept], mask=~may_be[kept])
        yield batch_of(MEASURED_PAIRS, (*columns, shares))


def _may_be_versions(config: Config, table: pa.Table) -> pa.ChunkedArray:
    """Return which measured pairs are versions if their documents are of one page."""
    enough = pc.greater_equal(table["passages"], config.match.update_passages)
    return pc.fill_null(enough, False)


def possible_versions(config: Config, batches: Batches) -> Batches:
    """Yield the pairs that are versions if their documents are of one page, by their place."""
    for table in filled(batches):
        part = table.filter(_may_be_versions(config, table))
        place = places_of(*numbers(part, "one", "other"))
        yield from part.add_column(0, "key", pa.array(place)).to_batches()


def settled_pairs(config: Config, batches: Batches) -> Batches:
    """Yield the measured pairs that need nothing more."""
    for table in filled(batches):
        part = table.filter(pc.invert(_may_be_versions(config, table)))
        yield from _kept(pair_scores_of(part), part["matched"].to_numpy() > 0)


def _kept(scores: PairScores, links: Bools) -> Batches:
    """Yield the pairs that are kept."""
    kept = links | shares_enough(scores)
    yield batch_of(COPY_PAIRS, [c[kept] for c in (*scores.columns(), links.astype(np.int64))])


def version_facts(repeated: Shared, wanted: Shared, batches: Batches) -> Batches:
    """Yield what tells whether the documents of some texts are versions, by text."""
    texts, rows = texts_of(repeated), wanted()["row"].to_numpy()
    for table in filled(batches):
        row = table["row"].to_numpy()
        text_id = texts.texts(row)
        chosen = pc.and_(pa.array(among(text_id, rows)), table["host"].is_valid())
        columns = {"key": pa.array(text_id), "text_id": pa.array(text_id)}
        found = pa.table(
            [columns[name] if name in columns else table[name] for name in VERSION_FACTS.names],
            schema=VERSION_FACTS,
        )
        yield from found.filter(pc.and_(chosen, table["fingerprint"].is_valid())).to_batches()


def version_pairs(config: Config, facts: pa.Table, pairs: pa.Table) -> Batches:
    """Yield pairs that may be versions of one article, matched where they are."""
    documents: defaultdict[int, dict[int, Facts]] = defaultdict(dict)
    for _, row, text_id, host, page, title, moment in zip(
        *(facts[name].to_pylist() for name in VERSION_FACTS.names), strict=True
    ):
        documents[text_id][row] = Facts(
            row, "", text_id, host=host, page=page, title=title, moment=moment
        )
    scores = pair_scores_of(pairs)
    ends = zip(*(pairs[name].to_pylist() for name in ("one", "other")), strict=True)
    passages = dict(zip(ends, pairs["passages"].to_pylist(), strict=True))
    of_text = defaultdict(list, {text: list(each.values()) for text, each in documents.items()})
    found = versions(scores, of_text, lambda one, other: passages[one, other], config.match)
    yield from _kept(scores, found)


def matching(batches: Batches) -> Batches:
    """Yield the measured pairs that match."""
    for table in filled(batches):
        yield from table.filter(pc.greater(table["matched"], 0)).to_batches()


def longer_of_pairs(batches: Batches) -> Batches:
    """Yield the texts that contain another and much more."""
    matches = whole(matching(batches), COPY_PAIRS)
    yield batch_of(ROWS, [longer_texts(pair_scores_of(matches))])

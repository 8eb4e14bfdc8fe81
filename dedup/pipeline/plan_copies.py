"""The part of the plan from documents to stories of copies, read from top to bottom.

Equal texts are found by their fingerprints, and everything after that is about texts, each known by
the first row that has it. Texts that share a bucket of a band are candidates; each pair meets its
texts and is measured on them; what matches is connected, and each connected set makes stories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import Config
from dedup.engines.engine import Batches, Engine, Shared, Table
from dedup.match.contained_leads import TRIED
from dedup.match.minhash_lsh import candidate_counts, encoded
from dedup.pipeline import tables
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import RepeatedTexts
from dedup.pipeline.match_copies import by_texts
from dedup.pipeline.on_tables import copy_candidates as propose
from dedup.pipeline.on_tables import copy_pairs as measure
from dedup.pipeline.on_tables import copy_posts as posts
from dedup.pipeline.on_tables import copy_stories as cluster
from dedup.pipeline.on_tables.stage_arrays import as_they_are, batch_of, count_rows, numbers

Describe = Callable[[Shared, Shared, Batches], Batches]


@dataclass(frozen=True, slots=True)
class Copies(Generic[Table]):
    """The stories of copies of a dump.

    Attributes:
        pairs: Measured pairs of texts, ``COPY_PAIRS``, as far as they are kept.
        stories: ``STORIES``, those of copies.
        decisions: ``DECISIONS`` on their documents, with the representative of each.
        repeated: ``REPEATED_TEXTS``, by row.
        candidates: The counts of :meth:`dedup.match.minhash_lsh.Candidates.summary`.
        replaced: Ids of the earlier stories that these replace.
        open: Numbers of those that are in parts for now and must be merged again.
    """

    pairs: Table
    stories: Table
    decisions: Table
    repeated: pa.Table
    candidates: dict[str, int]
    replaced: tuple[str, ...]
    open: frozenset[int]


def plan_copies(
    engine: Engine[Table],
    documents: Table,
    matched: pa.Table,
    earlier: EarlierStories,
    config: Config,
) -> Copies[Table]:
    """Find the copies among documents, and the canonical of each story of copies.

    Args:
        engine: Runs the stages.
        documents: All active documents, ``DOCUMENTS``.
        matched: The pairs of two earlier documents that match, ``COPY_PAIRS``.
        earlier: Their stories.
        config: Bands, thresholds and the policy.
    """
    repeated = _repeated_texts(engine, documents)
    texts = RepeatedTexts(*numbers(repeated, "row", "text_id"))
    run = _Run(engine, documents, engine.share(repeated), earlier.first, config)

    candidates, counts = _candidates(run)
    before = engine.load(_matched_before(matched, texts))
    pairs = _measured(run, candidates, "copy pairs")
    posts = _posts(run, engine.union(pairs, before), candidates)
    pairs = engine.union(pairs, _measured(run, posts, "pairs of posts"))

    links = engine.union(engine.map(pairs, measure.matching, tables.COPY_PAIRS), before)
    stories = engine.keep(_stories(run, links, texts, earlier), "stories of copies")
    replaced, still_open = _earlier_stories(engine, stories)
    return Copies(
        pairs,
        engine.map(stories, cluster.only_stories, tables.STORIES, tables.STORIES.names),
        engine.map(stories, cluster.only_decisions, tables.DECISIONS, ["decisions"]),
        repeated,
        counts,
        tuple(earlier.story(number).story_id for number in sorted(replaced)),
        still_open,
    )


@dataclass(frozen=True, slots=True)
class _Run(Generic[Table]):
    """What all parts of the plan are given.

    Attributes:
        engine: Runs the stages.
        documents: The documents.
        repeated: Which of them have the same text.
        first: Row of the first input of this dump.
        config: The options.
    """

    engine: Engine[Table]
    documents: Table
    repeated: Shared
    first: int
    config: Config


def _repeated_texts(engine: Engine[Table], documents: Table) -> pa.Table:
    """Return the documents whose text others have, too, by row."""
    columns = ["row", "fingerprint"]
    texts = engine.map(documents, propose.by_fingerprint, tables.FINGERPRINTS, columns)
    found = engine.exchange([texts], propose.repeated_texts, tables.REPEATED_TEXTS)
    return engine.collect(found).sort_by("row")


def _candidates(run: _Run[Table]) -> tuple[Table, dict[str, int]]:
    """Return the pairs to measure, and their counts."""
    engine, cap = run.engine, run.config.match.bucket_cap
    by_band = partial(propose.by_band, run.repeated, run.config)
    bands = engine.map(run.documents, by_band, tables.BANDS, ["row", "signature", "lead"])
    buckets = engine.keep(
        engine.exchange([bands], propose.in_buckets, tables.BUCKETS), "buckets of copies"
    )
    counts = engine.collect(
        engine.map(buckets, partial(propose.bucket_counts, cap), tables.BUCKET_COUNTS)
    )
    over_cap, largest = numbers(counts, *tables.BUCKET_COUNTS.names)

    inside = partial(propose.pairs_in_buckets, cap, run.first)
    small = engine.map(buckets, inside, tables.CANDIDATES)
    pairs = engine.union(small, _neighbours(run, buckets), _declared_originals(run))
    pairs = engine.exchange([pairs], propose.distinct_pairs, tables.CANDIDATES)
    pairs = engine.keep(pairs, "candidates of copies")
    count = engine.collect(engine.map(pairs, count_rows, tables.COUNTS, ["one"]))
    found = sum(count["count"].to_pylist())
    return pairs, candidate_counts(found, int(over_cap.sum()), int(largest.max(initial=1)))


def _neighbours(run: _Run[Table], buckets: Table) -> Table:
    """Return the pairs of the buckets over the cap: of neighbours, by their signatures."""
    engine, config = run.engine, run.config
    over_cap = partial(propose.over_cap, config.match.bucket_cap)
    capped = engine.map(buckets, over_cap, tables.CAPPED)
    signatures = partial(propose.signatures, _wanted(engine, capped))
    columns = ["row", "signature", "lead"]
    signed = engine.map(run.documents, signatures, tables.SIGNATURES, columns)
    ranked = partial(propose.with_sort_values, config)
    members = engine.exchange([signed, capped], ranked, tables.RANKED)
    neighbours = partial(propose.neighbours, config, run.first)
    return engine.exchange([members], neighbours, tables.CANDIDATES)


def _declared_originals(run: _Run[Table]) -> Table:
    """Return the pairs of a page and the one that it names as its original."""
    engine = run.engine
    columns = ["row", "doc_id", "page", "canonical_page", "lead"]
    pages, named = (
        engine.map(run.documents, partial(stage, run.repeated), tables.ORIGINALS, columns)
        for stage in (propose.by_page, propose.by_named_page)
    )
    pairs = partial(propose.declared_originals, run.first)
    return engine.exchange([pages, named], pairs, tables.CANDIDATES)


def _measured(run: _Run[Table], pairs: Table, name: str) -> Table:
    """Return what is measured on pairs of texts, ``COPY_PAIRS``, as far as it is kept."""
    engine, config = run.engine, run.config
    columns = ["row", "host", "shingles", "numbers"]
    texts = _at_places(run, pairs, measure.texts_to_measure, tables.TEXTS, columns)
    compare = partial(measure.measured_pairs, config)
    scored = engine.exchange([texts, pairs], compare, tables.MEASURED_PAIRS)
    scored = engine.keep(scored, f"{name}, measured")

    possible = partial(measure.possible_versions, config)
    open_pairs = engine.map(scored, possible, tables.POSSIBLE_VERSIONS)
    columns = ["row", "fingerprint", "host", "page", "title", "moment"]
    facts = _at_places(run, open_pairs, measure.version_facts, tables.VERSION_FACTS, columns)
    decide = partial(measure.version_pairs, config)
    settled = engine.map(scored, partial(measure.settled_pairs, config), tables.COPY_PAIRS)
    decided = engine.exchange([facts, open_pairs], decide, tables.COPY_PAIRS)
    return engine.keep(engine.union(settled, decided), name)


def _at_places(
    run: _Run[Table], pairs: Table, describe: Describe, schema: pa.Schema, columns: list[str]
) -> Table:
    """Return what describes the texts of pairs, at the places where the pairs meet them.

    Args:
        run: The run.
        pairs: The pairs, by places.
        describe: The stage that describes texts: given which texts are repeated, which are wanted,
            and documents.
        schema: The schema of what it yields.
        columns: The columns of documents that it needs.
    """
    engine = run.engine
    needs = engine.map(pairs, measure.needed_texts, tables.NEEDED, ["one", "other"])
    of_texts = partial(describe, run.repeated, _wanted(engine, needs))
    described = engine.map(run.documents, of_texts, schema, columns)
    return engine.exchange([needs, described], measure.to_places, schema)


def _wanted(engine: Engine[Table], needed: Table) -> Shared:
    """Return the texts that are keys of a table, each once, ascending: ``ROWS``."""
    rows = engine.map(needed, propose.distinct_keys, tables.ROWS, ["key"])
    return engine.share(propose.distinct_rows(engine.collect(rows)))


def _posts(run: _Run[Table], pairs: Table, candidates: Table) -> Table:
    """Return pairs of a text and one whose lead it contains, as far as they are no candidates.

    The texts that contain another and much more are few: their rows are shared. All their shingles
    meet the few smallest values of all leads.
    """
    engine, config = run.engine, run.config
    tried = min(TRIED, config.sign.lead_perm)
    found = engine.collect(engine.map(pairs, measure.longer_of_pairs, tables.ROWS))
    longer = engine.share(propose.distinct_rows(found))
    leads_of_texts = partial(posts.leads_of_texts, run.repeated, config)
    columns = ["row", "signature", "lead"]
    leads = engine.map(run.documents, leads_of_texts, tables.LEADS, columns)
    leads = engine.keep(engine.exchange([leads], posts.distinct_leads, tables.LEADS), "leads")
    values = engine.map(leads, partial(posts.largest_values, tried), tables.LARGEST_VALUES)
    largest = posts.largest_of_all(engine.collect(values), tried)
    values_of_longer = partial(posts.values_of_longer, longer, largest, config)
    columns = ["row", "shingles"]
    inside = engine.map(run.documents, values_of_longer, tables.LEAD_VALUES, columns)
    of_leads = engine.map(leads, partial(posts.values_of_leads, tried), tables.LEAD_VALUES)
    hits = engine.exchange([inside, of_leads], posts.shared_values, tables.LEAD_HITS)
    often = engine.exchange([hits], partial(posts.contained, run.first), tables.PAIRS)
    return engine.load(_without_candidates(engine, engine.collect(often), candidates))


def _without_candidates(engine: Engine[Table], pairs: pa.Table, candidates: Table) -> pa.Table:
    """Return the distinct pairs that are no candidates, by places."""
    already = partial(posts.already_candidates, engine.share(pairs))
    known = engine.collect(engine.map(candidates, already, tables.PAIRS, ["one", "other"]))
    codes, without = (encoded(*numbers(table, "one", "other")) for table in (pairs, known))
    new = np.setdiff1d(codes, without)
    return pa.Table.from_batches(propose.candidate_rows(new, 0), tables.CANDIDATES)


def _matched_before(matched: pa.Table, texts: RepeatedTexts) -> pa.Table:
    """Return the pairs of earlier documents that match as pairs of their texts."""
    columns = numbers(matched, *tables.COPY_PAIRS.names[:6])
    found = by_texts(np.stack(columns, axis=1).astype(np.float64), texts.texts)
    columns = [*found.columns(), np.ones(found.left.size, np.int64)]
    return pa.Table.from_batches([batch_of(tables.COPY_PAIRS, columns)])


def _stories(
    run: _Run[Table], links: Table, texts: RepeatedTexts, earlier: EarlierStories
) -> Table:
    """Return the stories of the sets of documents that are connected with a new one."""
    engine = run.engine
    ends = engine.collect(engine.map(links, as_they_are, tables.PAIRS, ["one", "other"]))
    labels = cluster.label_documents(texts, ends, earlier)
    shared = engine.share(labels)
    columns = [name for name in tables.CLUSTERED.names if name not in ("key", "text_id")]
    documents = engine.map(
        run.documents,
        partial(cluster.documents_by_set, shared, run.config),
        tables.CLUSTERED,
        columns,
    )
    pairs = engine.map(links, partial(cluster.pairs_by_set, shared), tables.LABELLED_PAIRS)
    elect = partial(cluster.stories_of_copies, earlier, run.config)
    return engine.exchange([documents, pairs], elect, tables.STORIES_OF_COPIES)


def _earlier_stories(
    engine: Engine[Table], stories: Table
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the numbers of the stories that were replaced, and of those that are open."""
    columns = ["replaced", "open"]
    schema = pa.schema([tables.STORIES_OF_COPIES.field(name) for name in columns])
    found = engine.collect(engine.map(stories, as_they_are, schema, columns))
    replaced, still_open = (frozenset(pc.list_flatten(found[name]).to_pylist()) for name in columns)
    return replaced, still_open

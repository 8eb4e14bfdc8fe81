"""The plan of rewrites: documents and the decisions of copies to stories of rewrites.

Representatives are sorted by id, range by range, and numbered in the process that runs the plan;
pairs are of numbers. What is shared with all processes is some tens of bytes a representative, and
how many have each term. A document is sent once to each place where a stage needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Generic

import numpy as np
import pyarrow as pa

from dedup.cluster.roundups import Neighbourhood, Verdict
from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.kernels.array_types import Int64s, UInt64s
from dedup.match.minhash_lsh import candidate_counts, decoded, encoded
from dedup.match.story_score import Scorer
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.group_candidates import LooseGroups, ScoredPairs, group_pairs
from dedup.pipeline.on_tables.copy_pairs import to_places
from dedup.pipeline.on_tables.merged_rewrites import (
    columns_read,
    flattened,
    group_routes,
    loose_groups_table,
    merge_rewrites_of_groups,
    send_documents,
    sent_schema,
)
from dedup.pipeline.on_tables.ordered_representatives import (
    COPIES,
    EVERY,
    RANGE_IDS,
    by_range_of_ids,
    in_order_of_ids,
    number_listed,
    range_bounds,
    sample_of_ids,
)
from dedup.pipeline.on_tables.representative_rows import (
    READ,
    add_counts,
    count_fresh,
    count_fresh_terms,
    representatives_of,
)
from dedup.pipeline.on_tables.rewrite_candidates import (
    cut_by_keys,
    distinct_pairs,
    frequent_keys,
    fresh_pairs,
    keys_of_sample,
    pairs_of_slices,
    slice_count,
)
from dedup.pipeline.on_tables.rewrite_scores import (
    judge,
    needed_of_neighbours,
    needed_of_pairs,
    neighbourhoods_table,
    score_tiles,
    scores_by_rows,
    verdicts_of,
)
from dedup.pipeline.on_tables.shared_representatives import (
    SharedRepresentatives,
    by_row,
    frequencies_table,
    numbered_table,
)
from dedup.pipeline.on_tables.stage_arrays import as_they_are, count_rows
from dedup.pipeline.plan_loose_groups import DRIVER_PAIRS, plan_loose_groups
from dedup.pipeline.representatives import Numbered
from dedup.pipeline.rewrite_basis import RewriteBasis
from dedup.pipeline.store_tables import EarlierResults
from dedup.pipeline.tables import (
    BAND_KEYS,
    CANDIDATE_SCORES,
    COUNTS,
    DECISIONS,
    LISTED,
    LISTED_BY_RANGE,
    MERGED,
    NEEDED,
    NUMBERED_SCORES,
    REPRESENTATIVES,
    REWRITE_CANDIDATES,
    SAMPLED_IDS,
    SENT_TERMS,
    SLICE_PAIRS,
    STORIES,
    TERM_COUNTS,
    TERM_SLICES,
    VERDICTS,
)
from dedup.signatures.term_weights import DocumentFrequencies

FREQUENT, SAMPLE = 100_000, 10_000
"""Documents from which a key is a slice by itself, and those of the sample that shows it."""

TOKENS = pa.schema([REPRESENTATIVES.field(name) for name in ("row", "terms")])
SLICE_COUNTS = pa.schema([SLICE_PAIRS.field(name) for name in ("capped", "largest")])
SPLITS = pa.schema([MERGED.field("splits")])


@dataclass(frozen=True, slots=True)
class Rewrites(Generic[Table]):
    """What the plan of rewrites finds.

    Attributes:
        stories: Rows of ``STORIES``: each replaces those of copies whose canonicals are among its
            representatives.
        decisions: Rows of ``DECISIONS``, which replace those of copies.
        candidate_scores: Rows of ``CANDIDATE_SCORES`` that later dumps need.
        loose_groups: Rows of ``LOOSE_GROUPS``, ascending.
        frequencies: How many representatives have each term, those of earlier dumps among them.
        values: What is kept of the dump by name.
    """

    stories: Table
    decisions: Table
    candidate_scores: Table
    loose_groups: pa.Table
    frequencies: DocumentFrequencies
    values: Mapping[str, Any]


def plan_rewrites(
    engine: Engine[Table],
    documents: Table,
    copies: Table,
    texts: Callable[[Int64s], Int64s],
    earlier: EarlierResults,
    scorer: Scorer,
    config: Config,
    *,
    slices: int | None = None,
    tile_tokens: int | None = None,
    ids_of_range: int | None = None,
    driver_pairs: int | None = None,
) -> Rewrites[Table]:
    """Find tellings that tell one story in other words, and merge their stories.

    Args:
        engine: Runs the plan.
        documents: Rows of ``DOCUMENTS``, those of active earlier documents among them.
        copies: Columns ``row`` and ``representative`` of the decisions on copies.
        texts: Returns for documents the first one with the text of each, int64.
        earlier: What earlier dumps found.
        scorer: What pairs are scored with.
        config: The options.
        slices: Slices of the keys of bands, None for what suits the size; changes no result.
        tile_tokens: Tokens of a tile, likewise.
        ids_of_range: Representatives that are sorted by id together, likewise.
        driver_pairs: Most scored pairs that are joined in this process, likewise.
    """
    driver_pairs = DRIVER_PAIRS if driver_pairs is None else driver_pairs
    decided = engine.collect(_columns(engine, copies, COPIES))
    copied = copied_documents(decided, earlier.stories)
    pick = partial(representatives_of, engine.share(copied))
    picked = engine.map(documents, pick, REPRESENTATIVES, READ)
    representatives = engine.keep(picked, "representatives")
    listed = engine.collect(in_order(engine, representatives, ids_of_range or RANGE_IDS))
    numbered = number_listed(listed, copied, earlier.stories, tile_tokens)
    del listed
    frequencies = _frequencies(engine, representatives, earlier)
    shared = _shared(engine, numbered, frequencies)

    tokens = _columns(engine, representatives, TOKENS)
    slices = slices or slice_count(numbered.size, config.story.bands)
    frequent = _frequent_keys(engine, tokens, shared, numbered.size, config)
    cut = partial(cut_by_keys, shared, config, slices, frequent)
    sliced = engine.map(tokens, cut, TERM_SLICES)
    candidates, counts = _candidates(engine, sliced, shared, config)
    scored = _scored(engine, tokens, candidates, shared, scorer)
    before = numbered.pairs(earlier.candidate_scores)
    ask = partial(_verdicts, engine, tokens, shared)
    groups = _groups(engine, scored, before, numbered, shared, ask, config, driver_pairs)
    merged = _merged(
        engine, documents, group_routes(numbered, groups, copied, texts), shared, earlier.stories,
        scorer, config,
    )  # fmt: skip
    splits = engine.collect(_columns(engine, merged, SPLITS))["splits"].to_numpy().sum()
    return Rewrites(
        engine.map(merged, partial(flattened, "stories"), STORIES, ["stories"]),
        engine.map(merged, partial(flattened, "decisions"), DECISIONS, ["decisions"]),
        engine.map(scored, partial(scores_by_rows, shared), CANDIDATE_SCORES),
        loose_groups_table(groups, numbered),
        frequencies,
        {
            "story_candidates": counts,
            "event_splits": int(splits),
            "scorer_models": asdict(scorer),
            "rewrite_basis": asdict(RewriteBasis.of(numbered, scorer, config)),
        },
    )


def _columns(engine: Engine[Table], table: Table, schema: pa.Schema) -> Table:
    """Return some columns of a table."""
    return engine.map(table, as_they_are, schema, schema.names)


def in_order(engine: Engine[Table], representatives: Table, most: int) -> Table:
    """Return representatives with their places in the order of their ids, ``LISTED``.

    Args:
        engine: Sorts ranges of ids: they take more memory than all else that is known of all
            representatives.
        representatives: Rows of ``REPRESENTATIVES``.
        most: Representatives of a range, more or less.
    """
    every = min(EVERY, most)
    sample = engine.map(
        representatives, partial(sample_of_ids, every), SAMPLED_IDS, ["row", "doc_id"]
    )
    bounds = range_bounds(engine.collect(sample), every, most).to_pylist()
    ranged = engine.map(
        representatives, partial(by_range_of_ids, bounds), LISTED_BY_RANGE,
        LISTED_BY_RANGE.names[1:],
    )  # fmt: skip
    return engine.exchange([ranged], in_order_of_ids, LISTED)


def _shared(
    engine: Engine[Table], numbered: Numbered, frequencies: DocumentFrequencies
) -> SharedRepresentatives:
    """Return what all processes know of all representatives."""
    return SharedRepresentatives(
        engine.share(numbered_table(numbered)),
        numbered.names,
        engine.share(frequencies_table(frequencies)),
        frequencies.documents,
    )


def _frequencies(
    engine: Engine[Table], representatives: Table, earlier: EarlierResults
) -> DocumentFrequencies:
    """Return how many representatives, of earlier dumps, too, have each term."""
    count = partial(count_fresh_terms, earlier.stories.first)
    counts = engine.map(representatives, count, TERM_COUNTS, TOKENS.names)
    added = engine.collect(engine.exchange([counts], add_counts, TERM_COUNTS)).sort_by("key")
    fresh = engine.map(
        representatives, partial(count_fresh, earlier.stories.first), COUNTS, ["row"]
    )
    terms, counted = (added[name].to_numpy() for name in TERM_COUNTS.names)
    documents = int(engine.collect(fresh)["count"].to_numpy().sum())
    return earlier.frequencies.and_of(
        DocumentFrequencies(terms.astype(np.uint32), counted, documents)
    )


def _frequent_keys(
    engine: Engine[Table],
    tokens: Table,
    shared: SharedRepresentatives,
    documents: int,
    config: Config,
) -> UInt64s:
    """Return the keys of bands that so many documents have that each is a slice by itself."""
    if documents < FREQUENT:
        return np.empty(0, np.uint64)
    every = max(1, documents // SAMPLE)
    sample = engine.map(tokens, partial(keys_of_sample, shared, config, every), BAND_KEYS)
    keys = engine.collect(sample)["key_hash"].to_numpy()
    return frequent_keys(keys, every, FREQUENT)


def _candidates(
    engine: Engine[Table], sliced: Table, shared: SharedRepresentatives, config: Config
) -> tuple[Table, dict[str, int]]:
    """Return the candidate pairs of slices, and the counts for the manifest."""
    joined = engine.exchange([sliced], partial(pairs_of_slices, config), SLICE_PAIRS)
    found = engine.keep(joined, "pairs of slices")
    fresh = engine.map(found, partial(fresh_pairs, shared), REWRITE_CANDIDATES, ["pairs"])
    candidates = engine.keep(
        engine.exchange([fresh], distinct_pairs, REWRITE_CANDIDATES), "candidates of rewrites"
    )
    count = engine.collect(engine.map(candidates, count_rows, COUNTS))["count"].to_numpy()
    buckets = engine.collect(_columns(engine, found, SLICE_COUNTS))
    capped, largest = (buckets[name].to_numpy() for name in SLICE_COUNTS.names)
    counts = int(count.sum()), int(capped.sum()), int(largest.max(initial=1))
    return candidates, candidate_counts(*counts)


def _scored(
    engine: Engine[Table],
    tokens: Table,
    candidates: Table,
    shared: SharedRepresentatives,
    scorer: Scorer,
) -> Table:
    """Return the candidate pairs that score enough to be of a loose group, by number."""
    needs = engine.map(candidates, partial(needed_of_pairs, shared), NEEDED)
    sent = _sent(engine, tokens, needs)
    score = partial(score_tiles, shared, scorer.candidate)
    return engine.keep(
        engine.exchange([candidates, sent], score, NUMBERED_SCORES), "scores of rewrites"
    )


def _groups(
    engine: Engine[Table],
    scored: Table,
    before: ScoredPairs,
    numbered: Numbered,
    shared: SharedRepresentatives,
    ask: Callable[[Table], Iterator[Verdict]],
    config: Config,
    driver_pairs: int,
) -> LooseGroups:
    """Return loose groups: made in this process, or by the engine where there are too many pairs.

    Args:
        engine: Runs the plan.
        scored: The scored pairs of the dump at hand.
        before: Those of earlier dumps.
        numbered: The representatives.
        shared: The same for all processes.
        ask: Returns which documents of ``NEIGHBOURHOODS`` tell several stories.
        config: The options.
        driver_pairs: Most pairs that are joined in this process.
    """
    count = engine.collect(engine.map(scored, count_rows, COUNTS))["count"].to_numpy().sum()
    if count + before[0].size > driver_pairs:
        codes = pa.table([encoded(*before[:2]), before[2]], schema=NUMBERED_SCORES)
        both = engine.union(scored, engine.load(codes))
        return plan_loose_groups(engine, both, numbered, shared, ask, config, driver_pairs)
    found = engine.collect(scored).sort_by("pair")
    pairs = *decoded(found["pair"].to_numpy()), found["score"].to_numpy()

    def judge(near: Sequence[Neighbourhood]) -> Iterator[Verdict]:
        return ask(engine.load(neighbourhoods_table(near)))

    return group_pairs(numbered, before, pairs, judge, config)


def _sent(engine: Engine[Table], tokens: Table, needs: Table) -> Table:
    """Return the tokens of documents at each place where they are needed."""
    described = engine.map(tokens, by_row, SENT_TERMS)
    return engine.exchange([needs, described], to_places, SENT_TERMS)


def _verdicts(
    engine: Engine[Table],
    tokens: Table,
    shared: SharedRepresentatives,
    asked: Table,
) -> Iterator[Verdict]:
    """Return which documents of ``NEIGHBOURHOODS`` tell several stories."""
    needs = engine.map(asked, partial(needed_of_neighbours, shared), NEEDED)
    sent = _sent(engine, tokens, needs)
    verdicts = engine.exchange([asked, sent], partial(judge, shared), VERDICTS)
    return verdicts_of(engine.collect(verdicts))


def _merged(
    engine: Engine[Table],
    documents: Table,
    routes: pa.Table,
    shared: SharedRepresentatives,
    earlier: EarlierStories,
    scorer: Scorer,
    config: Config,
) -> Table:
    """Return what becomes of loose groups: in each, all pairs are scored, not only candidates.

    The routes are shared, 32 bytes a document of a group. An exchange that sends them to documents
    would first send the texts of all documents by row, some kilobytes each.
    """
    schema, columns = sent_schema(config), columns_read(config)
    send_all = partial(send_documents, engine.share(routes), schema)
    sent = engine.map(documents, send_all, schema, columns)
    merge = partial(merge_rewrites_of_groups, shared, earlier, scorer.group, config)
    return engine.keep(engine.exchange([sent], merge, MERGED), "merged rewrites")


def copied_documents(decided: pa.Table, earlier: EarlierStories) -> pa.Table:
    """Return the documents that are copies of others, ascending, and what represents them.

    Args:
        decided: Rows and representatives of the decisions of the dump at hand.
        earlier: The earlier stories; what is decided again counts no more.
    """
    rows, of = (decided[name].to_numpy() for name in COPIES.names)
    still = ~np.isin(earlier.rows, rows)
    rows, of = np.append(rows, earlier.rows[still]), np.append(of, earlier.representatives[still])
    copied = np.flatnonzero(rows != of)
    copied = copied[np.argsort(rows[copied])]
    return pa.table([rows[copied], of[copied]], schema=COPIES)

"""Slices of the keys of bands have the pairs of all documents together, however many they are."""

from __future__ import annotations

from itertools import pairwise
from math import nan

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import Config, StoryConfig
from dedup.match.minhash_lsh import decoded
from dedup.match.similarity import RaggedArray
from dedup.match.term_lsh import DAY, rank
from dedup.pipeline.match_rewrites import propose_pairs
from dedup.pipeline.on_tables import rewrite_candidates
from dedup.pipeline.on_tables.rewrite_candidates import cut, frequent_keys, pairs_of_slices
from dedup.pipeline.tables import TERM_SLICES

documents = st.lists(
    st.tuples(
        st.frozensets(st.integers(1, 11).map(lambda number: number * 8), max_size=8),
        st.one_of(st.just(nan), st.integers(0, 6).map(lambda half: half * DAY / 2)),
        st.sampled_from([-1, -1, 0, 1]),
    ),
    max_size=14,
)


def arrays(docs):
    sets, moments, languages = zip(*docs, strict=True) if docs else ((), (), ())
    bounds = np.concatenate([[0], np.cumsum([len(each) for each in sets])]).astype(np.int64)
    values = np.array([value for each in sets for value in sorted(each)], np.uint32)
    return RaggedArray(values, bounds), np.array(moments, float), np.array(languages, np.int16)


NONE = np.empty(0, np.uint64)


def some_keys(docs, config, random):
    """Some keys of documents, as if a sample had shown that many have them."""
    ranked = rank(*arrays(docs), config.story.shared_terms)
    keys = np.unique(rewrite_candidates._scattered(rewrite_candidates._keys(ranked, config)))
    return np.sort(keys[[random.random() < 0.3 for _ in keys.tolist()]])


def in_slices(docs, config, slices, parts, random):
    """Pairs and counts of slices, to which documents come in parts and in any order."""
    batches = []
    frequent = some_keys(docs, config, random)
    for first, last in pairwise(np.linspace(0, len(docs), parts + 1).astype(int).tolist()):
        part = arrays(docs[first:last])
        batches.append(cut(np.arange(first, last), *part, config, slices, frequent))
    table = pa.Table.from_batches(batches, TERM_SLICES)
    order = list(range(table.num_rows))
    random.shuffle(order)
    table = table.take(pa.array(order, pa.int64())).combine_chunks()
    found = pa.Table.from_batches(pairs_of_slices(config, table)) if order else None
    if found is None:
        return set(), 0, 1
    left, right = decoded(found["pairs"].combine_chunks().flatten().to_numpy())
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    return pairs, sum(found["capped"].to_pylist()), max(found["largest"].to_pylist())


@settings(max_examples=300)
@given(
    documents,
    st.sampled_from([(1, 1), (8, 1), (8, 2), (5, 3), (300, 1)]),
    st.integers(0, 4),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.5, 4.0]),
    st.integers(1, 40),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_slices_have_the_pairs_and_counts_of_all_documents_together(
    docs, shape, cap, neighbours, days, slices, parts, random
):
    """Also of full buckets, of documents without a date, and of equal documents."""
    story = StoryConfig(
        bands=shape[0], rows=shape[1], shared_terms=1, window_days=days, bucket_cap=cap,
        neighbours=neighbours,
    )  # fmt: skip
    config = Config(story=story)
    whole = propose_pairs(*arrays(docs), config)
    expected = set(zip(whole.left.tolist(), whole.right.tolist(), strict=True))
    found = in_slices(docs, config, slices, parts, random)
    assert found == (expected, whole.capped, whole.largest)


def test_a_document_goes_once_to_each_slice_with_all_of_its_keys():
    docs = [(frozenset(range(n, n + 20)), 0.0, 0) for n in range(1, 30)]
    config = Config()
    batch = cut(np.arange(29), *arrays(docs), config, 16, NONE)
    ends = list(zip(batch["key"].to_pylist(), batch["number"].to_pylist(), strict=True))
    assert len(set(ends)) == len(ends) <= 29 * 16
    bands = {}
    for number, listed in zip(batch["number"].to_pylist(), batch["bands"].to_pylist(), strict=True):
        bands.setdefault(number, []).extend(listed)
    assert all(sorted(each) == list(range(config.story.bands)) for each in bands.values())
    assert len(bands) == 29


def test_keys_that_a_sample_has_once_are_not_frequent():
    sample = np.array([5, 7, 5, 9, 9, 9, 1], np.uint64)
    assert frequent_keys(sample, 10, 20).tolist() == [5, 9]
    assert frequent_keys(sample, 10, 30).tolist() == [9]
    assert frequent_keys(sample, 100, 30).tolist() == [5, 9]


def test_frequent_keys_are_slices_of_their_own():
    docs = [(frozenset(range(20)), 0.0, 0)] * 5 + [(frozenset(range(50, 70)), 0.0, 0)]
    config = Config()
    ranked = rank(*arrays(docs), config.story.shared_terms)
    hashes = rewrite_candidates._scattered(rewrite_candidates._keys(ranked, config)).ravel()
    frequent = frequent_keys(hashes, 1, 4)
    assert frequent.size == config.story.bands
    batch = cut(np.arange(6), *arrays(docs), config, 16, frequent)
    slice_of = dict(zip(batch["key"].to_pylist(), batch["number"].to_pylist(), strict=True))
    assert {number for key, number in slice_of.items() if key < 16} == {5}
    assert sum(key >= 16 for key in batch["key"].to_pylist()) == 5 * frequent.size

"""Stages of copies over rows in any order: values decide, never their digests alone."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.match.minhash_lsh import bucket_pairs, decoded
from dedup.match.sorted_lookup import among, places_among
from dedup.pipeline.exact_duplicates import ExactDuplicates, RepeatedTexts
from dedup.pipeline.on_tables.copy_candidates import (
    declared_originals,
    in_buckets,
    over_cap,
    pairs_in_buckets,
    repeated_texts,
)
from dedup.pipeline.on_tables.copy_pairs import to_places
from dedup.pipeline.tables import BANDS, FINGERPRINTS, NEEDED, ORIGINALS, SIGNATURES


def table(schema, *rows):
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table(list(map(pa.array, columns, schema.types)), schema=schema)


def rows_of(batches):
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


@given(st.lists(st.integers(0, 6), max_size=30))
def test_repeated_texts_say_of_each_document_what_all_texts_say(texts):
    first = {text: texts.index(text) for text in texts}
    rows, text_id = np.arange(len(texts)), np.array([first[text] for text in texts], np.int64)
    every = ExactDuplicates(rows, text_id, np.full(rows.size, -1))
    several = every.repeated[np.searchsorted(every.text_ids, text_id)]
    found = RepeatedTexts(rows[several][::-1], text_id[several][::-1])
    assert found.texts(rows).tolist() == text_id.tolist()
    assert found.repeated(rows).tolist() == several.tolist()


@given(st.lists(st.integers(-3, 9)), st.sets(st.integers(-3, 9)))
def test_values_are_among_others_as_in_sets(values, wanted):
    found = among(np.array(values, np.int64), np.array(sorted(wanted), np.int64))
    assert found.tolist() == [value in wanted for value in values]


@given(st.lists(st.integers(-3, 9)), st.lists(st.integers(-3, 9)))
def test_values_are_found_as_often_as_others_have_them(values, wanted):
    wanted.sort()
    places, at = places_among(np.array(values, np.int64), np.array(wanted, np.int64))
    expected = [
        (place, other)
        for place, value in enumerate(values)
        for other, found in enumerate(wanted)
        if found == value
    ]
    assert list(zip(places.tolist(), at.tolist(), strict=True)) == expected


def test_texts_with_one_key_are_compared():
    one, other = b"same key" + b"one text", b"same key" + b"another."
    rows = [(1, 7, one), (1, 3, other), (1, 5, one), (1, 4, one), (2, 6, b"of one document.")]
    assert sorted(rows_of(repeated_texts(table(FINGERPRINTS, *rows)))) == [(4, 4), (5, 4), (7, 4)]


def test_bands_with_one_key_are_buckets_of_their_own():
    rows = [(9, 0, 4), (9, 1, 3), (9, 0, 2), (9, 1, 8), (9, 2, 1), (5, 0, 1)]
    found = rows_of(in_buckets(table(BANDS, *rows)))
    assert found == [(9, 0, 2, 2), (9, 0, 4, 2), (9, 1, 3, 2), (9, 1, 8, 2)]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=40),
    st.integers(2, 5),
    st.randoms(use_true_random=False),
)
def test_buckets_in_any_order_have_the_pairs_of_bands(bands, cap, random):
    rows = [(key, band, row) for row, (key, band) in enumerate(bands)]
    expected, capped = set(), set()
    for band in range(3):
        members = np.array([row for _, of, row in rows if of == band], np.int64)
        keys = np.array([key for key, of, _ in rows if of == band], np.uint64)
        found = bucket_pairs(keys, cap)
        left, right = decoded(found.codes)
        expected |= set(zip(members[left].tolist(), members[right].tolist(), strict=True))
        capped |= {row for bucket in found.capped for row in members[bucket].tolist()}
    random.shuffle(rows)
    buckets = list(in_buckets(table(BANDS, *rows)))
    pairs = rows_of(pairs_in_buckets(cap, 0, iter(buckets)))
    assert [pair[1:] for pair in pairs] == sorted(expected)
    assert {key for key, *_ in rows_of(over_cap(cap, iter(buckets)))} == capped
    new = rows_of(pairs_in_buckets(cap, 10, iter(buckets)))
    assert new == [pair for pair in pairs if pair[2] >= 10]


def test_pages_with_one_key_are_compared():
    named = [(1, "a.example/whole", "part", 4)]
    pages = [(1, "b.example/other", "other", 1), (1, "a.example/whole", "whole", 2)]
    found = rows_of(declared_originals(0, table(ORIGINALS, *pages), table(ORIGINALS, *named)))
    assert [pair[1:] for pair in found] == [(2, 4)]


def test_of_many_documents_of_a_page_the_first_by_id_are_looked_at():
    """A document without a text counts, as in a run."""
    named = [(1, "page", "part", 99)]
    pages = [(1, "page", f"d{row:02}", None if row == 3 else 20 - row) for row in range(12)]
    found = rows_of(declared_originals(0, table(ORIGINALS, *pages[::-1]), table(ORIGINALS, *named)))
    assert [pair[1] for pair in found] == [20 - row for row in range(7, -1, -1) if row != 3]


@pytest.mark.parametrize("turned", [1, -1])
def test_what_describes_a_text_goes_to_each_place_once(turned):
    """Two rows describe text 5, as where two documents have it."""
    needs = [(5, 70), (5, 60), (5, 70), (8, 70), (9, 60)][::turned]
    described = [(8, b"eight", b""), (5, b"five", b""), (6, b"six", b""), (5, b"fifth", b"")]
    found = to_places(table(NEEDED, *needs), table(SIGNATURES, *described[::turned]))
    assert sorted(row[:2] for row in rows_of(found)) == [
        (60, b"fifth"), (60, b"five"), (70, b"eight"), (70, b"fifth"), (70, b"five"),
    ]  # fmt: skip

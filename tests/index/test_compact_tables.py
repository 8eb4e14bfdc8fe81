"""Compact tables hold what datasketch's own tables hold."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.index import compact_tables
from dedup.index.compact_tables import compact_lsh

WIDTH, BANDS, ROWS = 12, 4, 3


def minhash(values):
    return LeanMinHash(seed=1, hashvalues=np.array(values, np.uint32), scheme="affine32")


def both():
    return compact_lsh(WIDTH, BANDS, ROWS), MinHashLSH(num_perm=WIDTH, params=(BANDS, ROWS))


signatures = st.lists(st.integers(0, 3), min_size=WIDTH, max_size=WIDTH).map(minhash)
steps = st.lists(st.tuples(st.integers(0, 15), signatures), max_size=200)


@settings(deadline=None)
@given(steps)
def test_they_find_what_datasketch_finds_after_any_additions_and_removals(steps):
    ours, theirs = both()
    for number, signature in steps:
        key = b"%d" % number
        assert (key in ours) == (key in theirs)
        for lsh in (ours, theirs):
            if key in lsh:
                lsh.remove(key)
            else:
                lsh.insert(key, signature)
        assert set(ours.query(signature)) == set(theirs.query(signature))


def test_they_grow_and_shrink_and_still_find_all():
    ours, theirs = both()
    drawn = np.random.RandomState(0).randint(0, 30, (3_000, WIDTH))
    known = [(b"%d" % number, minhash(row)) for number, row in enumerate(drawn)]
    for key, signature in known:
        ours.insert(key, signature)
        theirs.insert(key, signature)
    for key, _ in known[::2]:
        ours.remove(key)
        theirs.remove(key)
    for _, signature in known[::5]:
        assert set(ours.query(signature)) == set(theirs.query(signature))


def test_a_large_bucket_gives_its_latest_documents(monkeypatch):
    monkeypatch.setattr(compact_tables, "MOST_OF_BUCKET", 3)
    ours, _ = both()
    signature = minhash(range(WIDTH))
    for number in range(6):
        ours.insert(b"%d" % number, signature)
    ours.remove(b"4")
    assert set(ours.query(signature)) == {b"5", b"3", b"2"}


def test_removing_one_of_many_reads_no_others_of_its_bucket():
    class Ids(list):
        reads = 0

        def __getitem__(self, at):
            Ids.reads += 1
            return super().__getitem__(at)

    ours, _ = both()
    ours.keys.ids = Ids()
    for number in range(50):
        ours.insert(b"%d" % number, minhash(range(WIDTH)))
    for number in range(50):
        ours.remove(b"%d" % number)
    assert Ids.reads == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_up_several_buckets_at_once_gives_each(rows):
    ours = compact_lsh(WIDTH, BANDS, rows)
    signature = minhash(range(WIDTH))
    ours.insert(b"a", signature)
    ours.add_to_query_buffer(signature)
    assert ours.collect_query_buffer() == [b"a"]

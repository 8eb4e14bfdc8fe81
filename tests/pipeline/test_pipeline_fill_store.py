"""Rows of the tables of an engine, as they go to a store."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.pipeline.fill_store import sorted_cells


@given(st.lists(st.lists(st.integers(-9, 9), max_size=8), max_size=6), st.integers(1, 100))
def test_all_rows_come_in_runs_that_are_sorted(lists, most):
    batches = [
        pa.record_batch({"one": pa.array(each, pa.int64()), "other": pa.array(each, pa.int64())})
        for each in lists
    ]
    found = list(sorted_cells(batches, ("one", "other"), most))
    assert sorted(found) == sorted((number, number) for each in lists for number in each)
    falls = sum(after < before for before, after in pairwise(found))
    assert falls <= sum(batch.nbytes for batch in batches) // most

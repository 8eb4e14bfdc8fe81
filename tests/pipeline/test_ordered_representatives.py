"""Representatives are numbered in the order of their ids, which are sorted range by range."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.engines.in_memory import InMemoryEngine
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.on_tables.ordered_representatives import COPIES, number_listed
from dedup.pipeline.on_tables.stage_arrays import batch_of
from dedup.pipeline.plan_rewrites import in_order
from dedup.pipeline.tables import REPRESENTATIVES

IDS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), unique=True)


def representatives(ids):
    """A representative for each id; its moment is its place among them, its tokens are ten."""
    count = len(ids)
    languages = [(None, "", "de", "en")[place % 4] for place in range(count)]
    rows = list(range(count))
    columns = [rows, ids, rows, languages, [3] * count, [10] * count, [b""] * count]
    return pa.Table.from_batches([batch_of(REPRESENTATIVES, columns)])


@given(IDS, st.integers(1, 5), st.integers(1, 9))
def test_numbers_are_places_in_the_order_of_bytes(ids, partitions, most):
    engine = InMemoryEngine(partitions)
    listed = engine.collect(in_order(engine, engine.load(representatives(ids)), most))
    shuffled = listed.take(pa.array(np.random.default_rng(0).permutation(len(listed))))
    numbered = number_listed(shuffled, COPIES.empty_table(), EarlierStories.empty(), 20)

    ordered = sorted(range(len(ids)), key=lambda row: ids[row].encode())
    assert numbered.rows.tolist() == ordered
    assert numbered.moments.tolist() == ordered
    names = [numbered.names[number] for number in numbered.languages]
    assert names == [(None, None, "de", "en")[row % 4] for row in ordered]
    assert numbered.lead_days.tolist() == [3] * len(ids)
    assert numbered.tile.tolist() == [(10 * (place + 1)) // 20 for place in range(len(ids))]


def test_ranges_of_ids_in_no_order_are_about_as_large_as_is_asked_for():
    ids = [f"{number:04}" for number in np.random.default_rng(1).permutation(3_000)]
    engine = InMemoryEngine(4)
    listed = engine.collect(in_order(engine, engine.load(representatives(ids)), 100))

    sizes = np.bincount(listed["place"].to_numpy() >> 32)
    assert sizes.sum() == 3_000
    assert sizes.size == 30
    assert sizes.max() < 500

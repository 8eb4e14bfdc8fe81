"""Candidates come in blocks: each once, with its documents where the block says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.match.candidate_blocks import runs, tile_blocks

pairs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda p: p[0] != p[1]))


@given(pairs, st.integers(1, 9), st.integers(1, 5))
def test_each_candidate_is_in_one_block_of_the_tile_of_its_earlier_document(drawn, width, size):
    one, other = np.array(drawn, np.int32).reshape(-1, 2).T
    tiles = (np.arange(31) // width).astype(np.int32)
    seen, order = {}, []
    for near, blocks in tile_blocks(one, other, tiles, size):
        (tile,) = set(tiles[near].tolist())
        order.append(tile)
        assert near.tolist() == sorted(set(near.tolist()))
        for block in blocks:
            assert 0 < block.far.size <= size
            ends = zip(near[block.left].tolist(), block.far[block.right].tolist(), strict=True)
            seen.update(zip(block.pairs.tolist(), ends, strict=True))
    assert seen == {number: tuple(sorted(pair)) for number, pair in enumerate(drawn)}
    assert order == sorted(set(order))


@given(pairs, st.integers(1, 9), st.integers(1, 5))
def test_a_later_document_is_in_one_block_of_a_tile(drawn, width, size):
    one, other = np.array(drawn, np.int32).reshape(-1, 2).T
    tiles = (np.arange(31) // width).astype(np.int32)
    for _, blocks in tile_blocks(one, other, tiles, size):
        far = np.concatenate([block.far for block in blocks])
        assert far.tolist() == sorted(set(far.tolist()))


@pytest.mark.parametrize(
    ("keys", "expected"), [([], []), ([7], [[0]]), ([1, 1, 2, 1], [[0, 1], [2], [3]])]
)
def test_runs_are_cut_where_the_key_changes(keys, expected):
    found = runs(np.arange(len(keys)), np.array(keys, np.int64))
    assert [run.tolist() for run in found] == expected

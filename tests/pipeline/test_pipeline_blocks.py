"""Documents come in blocks and tiles, and threads work on them: none of this changes a story."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from dedup import Config, deduplicate
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline import cluster_rewrites, match_rewrites, representatives

CASES = Path(__file__).parent.parent / "cases"

RECORDS = [
    {"id": f"{report['report']}-{text['outlet']}", "text": text["text"], "date": text["time"]}
    for affair in json.loads((CASES / "affairs.json").read_text("utf-8"))["affairs"]
    for report in affair["reports"]
    for text in report["texts"]
]


@pytest.fixture(scope="module")
def whole():
    return deduplicate(RECORDS)


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("threads", [1, 3])
def test_small_blocks_and_many_threads_change_nothing(monkeypatch, whole, size, threads):
    monkeypatch.setattr(representatives, "BLOCK", size)
    monkeypatch.setattr(match_rewrites, "BLOCK", size)
    monkeypatch.setattr(representatives, "TILE_TOKENS", 500 * size)
    monkeypatch.setattr(cluster_rewrites, "GROUP_BATCH", size)
    found = deduplicate(RECORDS, config=Config(workers=threads))
    assert found.decisions == whole.decisions
    assert found.stories == whole.stories


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order_whoever_is_done_first(threads):

    def work(number):
        time.sleep(number % 3 / 100)
        return number

    assert list(ordered_map(work, range(10), threads)) == list(range(10))


def test_no_more_items_are_made_than_can_be_worked_on():
    made = []
    found = ordered_map(lambda item: item, (made.append(n) or n for n in range(100)), 2)
    assert next(found) == 0
    assert len(made) == 3
    found.close()


def test_what_fails_in_a_thread_fails_here():
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(lambda item: 1 // item, [1, 0, 1], 2))

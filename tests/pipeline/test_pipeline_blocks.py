"""Documents come in blocks and tiles, and threads work on them: none of this changes a story."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dedup import Config, deduplicate
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
    result = deduplicate(RECORDS, config=Config(workers=threads))
    assert result.decisions == whole.decisions
    assert result.stories == whole.stories

"""Twenty thousand articles on Sail have the bytes of a run on one machine."""

from __future__ import annotations

import pytest
from cluster_runs import ended, left_by, made_dump, started, tables_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return made_dump(tmp_path_factory.mktemp("sail"), 20_000)


@pytest.mark.parametrize("level", ["copies", "stories"])
def test_twenty_thousand_articles_have_the_bytes_of_a_run_on_one_machine(level, dump, tmp_path):
    ended(started(dump, tmp_path / "local", "--level", level))
    running = started(dump, tmp_path / "sail", "--level", level, "--engine", "sail")
    assert ended(running) == ""
    assert left_by(running) == {}
    assert tables_in(tmp_path / "sail") == tables_in(tmp_path / "local")

"""Kills and damage at random moments, by the script that replays as many as one has time for."""

from __future__ import annotations

import random

import pytest
import replay_faults
from replay_faults import Blow, Case

SEED = 20261122

KILLS = 8


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    return Case(replay_faults.pages(folder / "pages"), folder)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_a_run_that_is_killed_at_a_random_moment_ends_with_the_same_bytes(number, case, tmp_path):
    rng = random.Random(SEED + number)
    replay_faults.killed_run(case, tmp_path / "out", rng)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("sight", ["store.sqlite", ".dedup.new/.decisions.jsonl.part"])
def test_an_interrupted_run_says_how_to_resume_it(name, sight, case, tmp_path):
    out = tmp_path / "out"
    met = replay_faults.strike(case.dump, out, Blow(name, 0.0, sight), random.Random(SEED))
    assert met in ("stopped", "late")
    replay_faults.check_named_are_whole(case, out)
    replay_faults.finish(case.dump, out, "--resume")
    assert replay_faults.tables(out) == case.expected


@pytest.mark.slow
def test_no_input_is_lost_of_a_damaged_dump_whose_run_is_killed(tmp_path):
    lines = replay_faults.replayed(tmp_path, random.Random(SEED))
    assert "inputs" in lines[0]


@pytest.mark.slow
def test_a_byte_changed_in_a_killed_store_is_refused_or_harmless(case, tmp_path):
    replay_faults.flipped(case, tmp_path / "out", random.Random(SEED))

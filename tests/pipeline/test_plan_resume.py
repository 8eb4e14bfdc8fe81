"""A run through the plan that is stopped and resumed ends as a run that was not stopped."""

from __future__ import annotations

import pytest
from plan_runs import through_plan
from test_dumps import DAYS, content, files, timeless

from dedup.engines.in_memory import InMemoryEngine


class Stopped(Exception):
    """Somebody pulled the plug."""


class Resumed:
    """Two days in one store, the second one stopped and resumed."""

    def __init__(self, command, folder, dumps):
        self.command, self.folder, self.dumps = command, folder, dumps
        folder.mkdir()
        self.store = folder / "news.sqlite"

    def run(self, day, *options):
        out = self.folder / f"day-{day}"
        return self.command(
            "run", self.dumps[day], "-o", out, "--store", self.store, "--quiet", *options
        )

    def stop(self, day, place, monkeypatch):
        """Run a day until some function would begin."""

        def stop(*_, **__):
            raise Stopped

        with monkeypatch.context() as patch:
            patch.setattr(place, stop)
            with pytest.raises(Stopped):
                self.run(day)

    def state(self):
        found = files(self.folder / "day-1")
        found["manifest.json"] = timeless(found["manifest.json"])
        return found, content(self.store)


@pytest.fixture
def dumps(jsonl):
    return [jsonl(day, f"day-{number}.jsonl") for number, day in enumerate(DAYS[:2])]


@pytest.fixture
def expected(command, tmp_path, dumps):
    """What the stages leave."""
    straight = Resumed(command, tmp_path / "straight", dumps)
    for day in range(2):
        assert straight.run(day).exit_code == 0
    return straight.state()


PLAN = (
    "dedup.pipeline.plan_documents.find_sites",
    "dedup.pipeline.run_plan.store_results",
    "dedup.pipeline.store_results.note_changes",
    "dedup.run.result_files.ResultFiles.write",
    "dedup.run.dump.manifest_of",
)

STAGES = (
    "dedup.pipeline.stages.remove_site_boilerplate",
    "dedup.pipeline.cluster_copies.cluster_copy_pairs",
    "dedup.run.result_files.ResultFiles.write",
)


@pytest.mark.parametrize("place", PLAN)
def test_a_plan_that_is_stopped_and_resumed(place, command, tmp_path, dumps, expected, monkeypatch):
    resumed = Resumed(command, tmp_path / "resumed", dumps)
    with through_plan(InMemoryEngine(4)):
        resumed.run(0)
        resumed.stop(1, place, monkeypatch)
        done = resumed.run(1, "--resume")
    assert done.exit_code == 0, done.stderr
    assert resumed.state() == expected


@pytest.mark.parametrize("place", STAGES)
def test_a_dump_that_the_stages_began_is_finished_through_the_plan(
    place, command, tmp_path, dumps, expected, monkeypatch
):
    resumed = Resumed(command, tmp_path / "resumed", dumps)
    resumed.run(0)
    resumed.stop(1, place, monkeypatch)
    with through_plan(InMemoryEngine(4)):
        done = resumed.run(1, "--resume")
    assert done.exit_code == 0, done.stderr
    assert resumed.state() == expected


def test_a_plan_whose_results_are_stored_is_not_resumed_on_other_inputs(
    command, tmp_path, dumps, monkeypatch
):
    resumed = Resumed(command, tmp_path / "resumed", dumps)
    with through_plan(InMemoryEngine(4)):
        resumed.run(0)
        resumed.stop(1, "dedup.run.result_files.ResultFiles.write", monkeypatch)
        dumps[1].write_text(dumps[1].read_text("utf-8").replace("word", "other"), "utf-8")
        done = resumed.run(1, "--resume")
    assert done.exit_code == 1
    assert "the inputs changed" in done.stderr

"""Whether machines can do a run: what each reports, and one sentence for what is wrong."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from dedup.engines.spark.machine_check import TASKS, SharedPlace, check_machines
from dedup.engines.spark.spark_tasks import ProbeTask
from dedup.errors import EngineError, OutputError
from dedup.locations import Location


class Machine:
    """A session whose tasks run in this process; what they report may be changed."""

    def __init__(self, then=lambda report: report):
        self._then = then

    def range(self, count):
        self._numbers = pa.record_batch([pa.array(range(count), pa.int64())], ["id"])
        return self

    def mapInArrow(self, func, schema):
        self._tasks = func
        return self

    def collect(self, rows, advance, kind):
        batches = list(self._tasks([self._numbers]))
        reports = [
            json.dumps(self._then(json.loads(report))).encode()
            for batch in batches
            for report in batch["report"].to_pylist()
        ]
        return pa.table({"report": pa.array(reports, pa.binary())})


@pytest.fixture
def places(tmp_path):
    return {
        option: SharedPlace(Location.of(tmp_path / name), Location.of(tmp_path / name / "probe"))
        for option, name in (("-o", "out"), ("--work", "work"))
    }


def test_machines_that_share_folders_pass_and_leave_nothing(places, tmp_path):
    check_machines(Machine(), places)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "work"]


def test_each_task_makes_a_folder_of_its_own(places):
    reports = []
    check_machines(Machine(lambda report: reports.append(report) or report), places)
    assert len({report["made"] for report in reports}) == TASKS


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dedup": "0.0.9"}, "has dedup 0.0.9, and this one"),
        ({"python": "3.9.1"}, "runs Python 3.9.1, and this one"),
    ],
)
def test_another_version_is_one_sentence(places, changed, said):
    with pytest.raises(EngineError, match=said):
        check_machines(Machine(lambda report: {**report, **changed}), places)


def test_a_folder_that_a_machine_cannot_use_is_one_sentence(places):
    machine = Machine(lambda report: {**report, "faults": ["", "Permission denied"]})
    with pytest.raises(OutputError, match=r"cannot read and write .*work \(Permission denied\)"):
        check_machines(machine, places)


def test_a_folder_of_a_machine_that_this_process_cannot_use_is_one_sentence(places):
    place = places["--work"]
    (place.probe / "taken").write_bytes(b"")  # stands for a folder of a user with another group

    def other_user(report):
        return {**report, "made": "taken", "machine": "node7", "user": "spark"}

    with pytest.raises(OutputError) as error:
        check_machines(Machine(other_user), {"--work": place})
    for said in ("the machine node7 makes in", "the user spark", "umask 002", "with --work"):
        assert said in str(error.value)


def test_what_is_wrong_with_a_folder_is_reported(tmp_path):
    (tmp_path / "probe").write_bytes(b"")
    folders = (Location.of(tmp_path), Location.of(tmp_path / "none"))
    [batch] = list(ProbeTask(folders).run(0))
    assert json.loads(batch["report"][0].as_py())["faults"] == ["", "No such file or directory"]

"""Hostile inputs of every kind in one folder: each as documented, no neighbour hurt."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass

import pytest
from kinds import CASES, MEMORY, NEIGHBOURS, OPTIONS
from making import put
from runs import Out

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Hostile:
    """A run and what was given to it."""

    out: Out
    stderr: str


@pytest.fixture(scope="session")
def run_folder(command):
    """Run the installed command over a folder."""

    def run(folder, out):
        done = command.installed("run", folder, "-o", out, *OPTIONS, timeout=280)
        assert done.returncode == 0, done.stderr.decode()
        return Hostile(Out(out), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def neighbours(run_folder, tmp_path_factory):
    """A run over the good neighbours alone."""
    folder = tmp_path_factory.mktemp("neighbours")
    put(folder / "dump", NEIGHBOURS)
    return run_folder(folder / "dump", folder / "out")


@pytest.fixture(scope="session")
def hostile(run_folder, tmp_path_factory):
    """One run over everything."""
    folder = tmp_path_factory.mktemp("hostile")
    put(folder / "dump", NEIGHBOURS)
    for case in CASES:
        put(folder / "dump" / case.name, case.files)
    yield run_folder(folder / "dump", folder / "out")
    # Folders this deep are more than Python's own removal can walk.
    subprocess.run(["rm", "-rf", folder / "dump"], check=True)


def ids_of(run):
    return Counter(each["id"] for each in run.out.decisions)


def expected_ids(neighbours):
    wanted = Counter(doc_id for case in CASES for doc_id, _ in case.outcomes())
    return wanted + ids_of(neighbours)


def test_there_are_forty_kinds_at_least():
    assert len({case.kind for case in CASES}) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_input_has_its_documented_outcome(hostile, case):
    survivors = {str(each["id"]): each for each in hostile.out.survivors}
    rejections = {(each["id"], each["reason"]) for each in hostile.out.rejected}
    decisions = Counter((each["id"], each["status"]) for each in hostile.out.decisions)
    for doc_id, wanted in case.outcomes():
        if isinstance(wanted, str):
            assert (doc_id, wanted) in rejections
            assert decisions[doc_id, "rejected"] == 1
            continue
        assert decisions[doc_id, "unique"] == 1, [
            e for e in hostile.out.rejected if e["id"] == doc_id
        ]
        found = survivors[doc_id]
        assert wanted.text in found["text"]
        assert wanted.without not in found["text"]
        assert {name: found.get(name) for name in wanted.fields} == wanted.fields


def test_every_input_is_reported_once_and_nothing_else(hostile, neighbours):
    assert ids_of(hostile) == expected_ids(neighbours)
    counts = hostile.out.manifest["counts"]
    parts = ("canonical", "duplicate", "unique", "rejected")
    assert counts["inputs"] == sum(counts[part] for part in parts)
    assert counts["inputs"] == sum(ids_of(hostile).values())


def test_good_neighbours_are_unharmed(hostile, neighbours):
    alone = (neighbours.out.path / "survivors.jsonl").read_bytes().splitlines()
    together = (hostile.out.path / "survivors.jsonl").read_bytes().splitlines()

    assert len(alone) == 7
    assert set(alone) <= set(together)
    assert neighbours.out.rejected == []
    assert len(NEIGHBOURS) == 4


def test_a_person_sees_no_traceback(hostile):
    assert "Traceback" not in hostile.stderr
    assert "\x1b[2J" not in hostile.stderr


def test_no_library_says_what_it_thinks_of_a_page(hostile):
    lines = [line for line in hostile.stderr.splitlines() if not re.match(r"\d\d:\d\d:\d\d ", line)]
    assert re.match(r"[\d,]+ inputs in ", lines[0])
    heads = {line.partition(":")[0] for line in lines[1:]}
    assert heads <= {"rejected", "passed over", "dates", "results"}


def test_memory_stays_under_the_cap(hostile):
    peak = hostile.out.manifest["peak_memory_mib"]

    assert 0 < peak["parent"] < MEMORY
    assert 0 < peak["largest_worker"] < MEMORY


def test_its_report_runs_nothing_and_leads_to_every_input(command, hostile, open_report, tmp_path):
    page = tmp_path / "report.html"
    assert command("report", hostile.out.path, "-o", page, "--quiet").exit_code == 0
    report = open_report(page)
    report.draw_all()

    assert report.headlines()["inputs"] == hostile.out.manifest["counts"]["inputs"]
    assert report.headlines()["rejected"] == len(hostile.out.rejected)
    for address, number in report.links():
        report.go(address)
        assert (address, report.count()) == (address, number)
    assert report.find("img, #list script, #list svg").count() == 0


def test_hidden_files_and_links_to_folders_are_counted(hostile):
    passed_over = hostile.out.manifest["read"]["passed_over"]

    assert passed_over["hidden file or folder"] == 1
    assert passed_over["link to a folder"] == 1

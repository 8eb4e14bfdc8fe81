"""Finished runs that the tests of explanations share; these only look at them."""

from __future__ import annotations

import json

import pytest
from runs import ROOT

from dedup.explain.open_run import open_run

DEV = ROOT.parent / "shared" / "data" / "dev.jsonl"


@pytest.fixture(scope="session")
def samples_run(sample_run):
    """OUT of a run on the sample pages at default options."""
    return sample_run.path


@pytest.fixture(scope="session")
def dev_run(command, tmp_path_factory):
    """OUT of a run on the labelled news."""
    if not DEV.exists():
        pytest.skip("the labelled news are not on this machine")
    return command.run(DEV, out=tmp_path_factory.mktemp("dev") / "out").path


@pytest.fixture(scope="session")
def two_dumps(command, tmp_path_factory):
    """OUT and store of a run on half of the labelled news, after one on the other half."""
    if not DEV.exists():
        pytest.skip("the labelled news are not on this machine")
    folder = tmp_path_factory.mktemp("dumps")
    lines = DEV.read_bytes().splitlines(keepends=True)
    for name, half in (("first", lines[:1200]), ("second", lines[1200:])):
        source = folder / f"{name}.jsonl"
        source.write_bytes(b"".join(half))
        command.run(source, "--store", folder / "store.sqlite", out=folder / name)
    return folder / "second", folder / "store.sqlite"


@pytest.fixture(scope="module")
def opened(command, tmp_path_factory):
    """Run on some records and open the result; it is closed at the end of the module."""
    runs = []

    def run(records, *options):
        folder = tmp_path_factory.mktemp("records")
        source = folder / "records.jsonl"
        source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
        runs.append(open_run(command.run(source, *options, out=folder / "out").path))
        return runs[-1]

    yield run
    for each in runs:
        each.close()

"""Each name in the table of names of docs/outputs.md is one of the outputs, the store or --json."""

import dataclasses
import json
import re
import sqlite3

import pytest
from runs import ROOT

from dedup.config import Config
from dedup.explain import evidence
from dedup.explain.compare import differences
from dedup.match.story_score import FEATURES

PAGE = (ROOT / "docs" / "outputs.md").read_text("utf-8")

TABLE = PAGE.split("## Names\n", 1)[1].split("\n## ", 1)[0]

ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| quantity"))
]

NAME = re.compile(r"`([a-z_]+)`")


def keys_in(value):
    """All keys of nested JSON values."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from keys_in(each)


def names_of_classes(module):
    for each in vars(module).values():
        if dataclasses.is_dataclass(each):
            yield from (field.name for field in dataclasses.fields(each))
    yield from getattr(module, "KINDS", ())


def names_in_store(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type != 'index'"):
            yield name
            yield from (cells[1] for cells in store.execute(f"PRAGMA table_info({name})"))
        for (body,) in store.execute("SELECT body FROM stories"):
            yield from keys_in(json.loads(body))


@pytest.fixture(scope="module")
def known(command, jsonl_runs):
    """Every name that an output, the store or a command has."""
    run, evaluation = jsonl_runs
    tables = [run.decisions, run.stories, run.survivors, run.rejected, run.manifest, evaluation]
    return {
        *(key for table in tables for key in keys_in(table)),
        *names_of_classes(evidence),
        *names_of_classes(differences),
        *names_in_store(run.path / "store.sqlite"),
        *keys_in(Config().as_dict()),
        *FEATURES,
        "removed",  # of `dedup clean`
        "probability",
    }


@pytest.fixture(scope="module")
def jsonl_runs(command, samples, sample_gold, tmp_path_factory):
    """A run whose every host is in the warnings, and an evaluation of it."""
    out = tmp_path_factory.mktemp("names") / "out"
    run = command.run(samples / "dump", "--warn-story-size", "2", "--warn-host-share", "0", out=out)
    done = command("evaluate", out, sample_gold, "--json")
    return run, json.loads(done.stdout)


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_each_name_of_a_quantity_is_in_an_output(row, known):
    names = NAME.findall(" ".join([row[1], *row[3:]]))
    assert set(names) <= known


def test_no_name_stands_for_two_quantities_without_saying_which():
    """`why` is an object in one output and a sentence in another; the table says which."""
    first = [NAME.findall(row[1])[0] for row in ROWS if NAME.findall(row[1])]
    shared = {name for name in first if first.count(name) > 1}
    assert shared == {"score", "containment", "why"}


def test_a_large_host_has_its_duplicates_under_both_names(jsonl_runs):
    hosts = jsonl_runs[0].manifest["warnings"]["hosts"]
    assert hosts
    assert all(each["lost"] == each["duplicates"] for each in hosts)

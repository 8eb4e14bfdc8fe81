"""The results of a plan in a store: every row as a run leaves it."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pyarrow as pa
import pytest
from plan_runs import read_documents
from test_dumps import DAYS, Nights, content

from dedup.config import Config
from dedup.pipeline.earlier_stories import read_earlier_stories
from dedup.pipeline.store_results import PlanResults, StoriesTables, store_results
from dedup.pipeline.store_tables import documents_below, known_ids
from dedup.pipeline.tables import (
    CANDIDATE_SCORES,
    COPY_PAIRS,
    DECISIONS,
    DOCUMENTS,
    LOOSE_GROUPS,
    STORIES,
)
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.store import Step, Store, copy_store

NORMAL, FULL = 1, 2  # of PRAGMA synchronous
WINDOW = Config().story.window_days


def table(rows, schema):
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(list(map(pa.array, columns, schema.types)), schema=schema)


class Finished:
    """All that a finished store has of its last dump, as tables."""

    def __init__(self, path):
        with Store(path) as store:
            self.name, first, number = store.dumps.name, store.dumps.first, store.dumps.number
            store.dumps.look_back(WINDOW)
            documents = read_documents(store)
            self.documents = documents.filter(pa.compute.field("row") >= first)
            self.frequencies = DocumentFrequencies(*store.signatures.document_frequencies())
        touched = f"story_id IN (SELECT story_id FROM decisions WHERE row >= {first})"
        pairs = f"one >= {first} OR other >= {first}"
        with closing(sqlite3.connect(path)) as database:

            def rows(name, where):
                return [row[:-1] for row in database.execute(f"SELECT * FROM {name} WHERE {where}")]

            self.copy_pairs = table(rows("copy_pairs", pairs), COPY_PAIRS)
            self.candidate_scores = table(rows("story_scores", pairs), CANDIDATE_SCORES)
            groups = rows("loose_groups", f"dump = {number}")
            self.loose_groups = table([(row, *cells) for row, _, *cells in groups], LOOSE_GROUPS)
            self.stories = StoriesTables(
                table(rows("stories", touched), STORIES),
                table(rows("decisions", touched), DECISIONS),
            )
            self.replaced = [name for name, *_ in rows("earlier_stories", f"dump = {number}")]
            values = rows("meta", f"dump = {number}")
            self.values = {name: json.loads(value) for _, name, value in values}

    def write(self, path):
        """Write all to a store with the earlier dumps."""
        with Store(path) as store:
            store.begin(self.name, options="", basis=self.values["basis"], scorer=["shipped"])
            moments = self.documents.filter(pa.compute.field("reason").is_null())["moment"]
            store.dumps.look_back(WINDOW, moments.drop_null().to_numpy())
            results = PlanResults(
                self.documents.to_batches(), self.copy_pairs, self.stories, self.replaced,
                candidate_scores=self.candidate_scores, frequencies=self.frequencies,
                loose_groups=self.loose_groups, values=self.values,
            )  # fmt: skip
            store_results(store, results, read_earlier_stories(store), Config())
            assert store.dumps.step == Step.DECIDED
            store.dumps.reach(Step.WRITTEN)


@pytest.mark.parametrize("level", ["copies", "stories"])
def test_what_is_written_from_tables_is_what_a_run_writes_day_by_day(
    level, command, jsonl, tmp_path
):
    nights = Nights(command, jsonl, tmp_path, "--level", level)
    written = tmp_path / "written.sqlite"
    for number in range(1, len(DAYS) + 1):
        nights.run(number)
        Finished(nights.store).write(written)
        assert content(written) == content(nights.store)


def test_samples_with_pages_and_rejections_are_written_as_a_run_writes_them(sample_run, tmp_path):
    store = tmp_path / "copy.sqlite"
    store.write_bytes((sample_run.path / "store.sqlite").read_bytes())
    Finished(store).write(tmp_path / "written.sqlite")
    assert content(tmp_path / "written.sqlite") == content(store)


def test_stories_of_rewrites_take_the_places_of_stories_of_copies():
    def stories(*found):
        told = [(name, rows[0], 1, b"{}") for name, rows in found]
        decided = [
            (row, "canonical", name, "a", 2, None, None, "", rows[0])
            for name, rows in found
            for row in rows
        ]
        return StoriesTables(table(told, STORIES), table(decided, DECISIONS))

    copies, merged = stories(("a", [1, 2]), ("b", [5, 6])), stories(("c", [5, 6, 8]))
    left = copies.replaced_by(merged)
    assert left.stories["story_id"].to_pylist() == ["a", "c"]
    assert left.decisions["row"].to_pylist() == [1, 2, 5, 6, 8]


def test_only_earlier_documents_and_ids_are_read_for_the_next_dump(command, jsonl, tmp_path):
    nights = Nights(command, jsonl, tmp_path, "--level", "copies")
    nights.run(1)
    nights.run(2)
    with Store(nights.store) as store:
        store.dumps.look_back(WINDOW)
        batches = list(documents_below(store, store.dumps.first))
        assert pa.Table.from_batches(batches, DOCUMENTS)["doc_id"].to_pylist() == list("abxy")
        (ids,) = known_ids(store)
        assert ids["doc_id"].to_pylist() == list("abxy")
        assert ids["row"].to_pylist() == [0, 1, 2, 3]


@pytest.mark.parametrize("fails", [False, True])
def test_a_first_dump_is_written_to_a_synchronised_journal_and_later_ones_to_the_log(
    fails, tmp_path
):
    def settings(store):
        names = "journal_mode", "synchronous"
        return [store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    with Store(tmp_path / "store.sqlite") as store:
        assert settings(store) == ["wal", NORMAL]
        with suppress(KeyboardInterrupt), store.fill():
            assert settings(store) == ["truncate", FULL]
            store.put("value", 1)
            if fails:
                raise KeyboardInterrupt
        assert settings(store) == ["wal", NORMAL]
        assert store.get("value") == (None if fails else 1)
        store._db.first = 1
        with store.fill():
            assert settings(store) == ["wal", NORMAL]


@pytest.mark.parametrize("copied", [False, True], ids=["itself", "a copy"])
def test_a_first_dump_that_is_killed_while_it_is_written_leaves_an_empty_store(copied, tmp_path):
    path = tmp_path / "store.sqlite"
    code = (
        "import os, sys; from dedup.store import Store, stored_rejection\n"
        "from dedup.models import Reason, Rejection\n"
        "store = Store(sys.argv[1])\n"
        "store.begin('day', options='', basis='', scorer=['shipped'])\n"
        "with store.fill():\n"
        "    for batch in range(100):\n"
        "        store.documents.add([stored_rejection(f'{batch}-{n}', 'x' * 1000,"
        " Rejection(Reason.EMPTY), b'') for n in range(100)])\n"
        "    os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], check=False, timeout=60)
    assert done.returncode == 9
    assert path.stat().st_size > 1_000_000, "nothing of it was in the file yet"
    if copied:
        copy_store(path, tmp_path / "copy.sqlite")
        path = tmp_path / "copy.sqlite"
    with Store(path) as store:
        assert store.documents.count() == 0
        assert store.dumps.name == "day"
        store.verify(whole=True)
    assert [each.name for each in tmp_path.glob(f"{path.name}-*")] == []

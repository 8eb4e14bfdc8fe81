"""Dumps taken through the stages and through the plan, and all bytes and rows compared."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from test_dumps import content, files, timeless

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.local import LocalEngine
from dedup.pipeline.run_plan import run_plan
from dedup.pipeline.store_tables import documents_below
from dedup.pipeline.tables import DOCUMENTS
from dedup.run.dump import run_dump
from dedup.store.database import NO_END


def read_documents(store):
    """The active documents of a store, as a table of ``DOCUMENTS``."""
    return pa.Table.from_batches(documents_below(store, NO_END), DOCUMENTS)


def shuffled(stage, *tables):
    """Call a stage with the rows of each table in an order that nobody expects."""
    drawn = np.random.default_rng(0)
    return stage(*(table.take(drawn.permutation(len(table))) for table in tables))


class AnyOrder(InMemoryEngine):
    """An engine that keeps no order of rows behind an exchange, as others."""

    def exchange(self, tables, stage, schema):
        return InMemoryEngine.exchange(self, tables, partial(shuffled, stage), schema)


@contextmanager
def through_plan(engine):
    """Let ``dedup run`` take dumps through the plan."""

    def stages(records, size, store, config, progress, scorer=None):
        run_plan(engine, records, size, store, config, progress, scorer)

    with mock.patch("dedup.run.dump.run_stages", stages):
        yield


def in_memory(*partitions):
    """Engines of this process by name, each made for one dump in a folder."""
    return {
        f"memory-{each}": lambda _, each=each: nullcontext(InMemoryEngine(each))
        for each in partitions
    }


def local(*workers, **options):
    """Engines of this machine, likewise."""
    return {
        f"local-{each}": lambda folder, each=each: LocalEngine(folder, workers=each, **options)
        for each in workers
    }


class Compared:
    """Dumps taken both ways, with some options of the command."""

    def __init__(self, command, folder, *options, config=None):
        """Compare in a folder; with a ``config`` the library runs the dumps."""
        self.command, self.folder, self.options, self.config = command, folder, options, config

    def same(self, dumps, engines, *, store=False, way=through_plan):
        """Take dumps through the stages, and through the plan on each engine.

        Args:
            dumps: Files or folders, one after another.
            engines: What makes engines, by name.
            store: Whether all dumps are in one store.
            way: How dumps go through the plan.
        """
        for dump in map(Path, dumps):
            expected = self._run("stages", dump, store)
            for name, engine in engines.items():
                with engine(self.folder / f"{name}.engine") as opened, way(opened):
                    found = self._run(name, dump, store)
                _assert_same(expected, found, f"{dump.name} on {name}")

    def _run(self, way, dump, store):
        """Run a dump, and return the bytes and the rows that must be the same."""
        out = self.folder / way / dump.stem
        kept = self.folder / f"{way}.sqlite" if store else None
        if self.config:
            run_dump([dump], out, self.config, store=kept)
        else:
            stored = ("--store", kept) if kept else ()
            done = self.command("run", dump, "-o", out, "--quiet", *self.options, *stored)
            assert done.exit_code in (0, 1), done.stderr
            assert (out / "manifest.json").exists(), done.stderr
        found = files(out)
        found.pop("store.sqlite", None)
        found["manifest.json"] = timeless(found["manifest.json"])
        return found, content(kept or out / "store.sqlite")


def _assert_same(expected, found, where):
    """Compare what two runs left, and name the rows by which they differ."""
    for table, rows in expected[1].items():
        others = found[1][table]
        if rows != others:
            lacks, has = ([row for row in one if row not in other][:3]
                          for one, other in ((rows, others), (others, rows)))  # fmt: skip
            pytest.fail(f"{where}: {table} lacks {lacks} and has {has}")
    assert found[0] == expected[0], where

"""Dumps taken through today's stages and through the plan, and all bytes compared."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from test_dumps import content, files, timeless

from dedup.engines.in_memory import InMemoryEngine
from dedup.pipeline.run_plan import run_plan


@contextmanager
def through_plan(engine):
    """Let ``dedup run`` take dumps through the plan."""

    def stages(records, size, store, config, progress, scorer=None):
        run_plan(engine, records, size, store, config, progress, scorer)

    with mock.patch("dedup.run.dump.run_stages", stages):
        yield


def results(out, store):
    """Every byte that a run leaves but those of times, and every row of its store."""
    found = files(out)
    found.pop("store.sqlite", None)
    found["manifest.json"] = timeless(found["manifest.json"])
    return found, content(store)


class Compared:
    """A dump after another, in one store or each in its own, by both ways.

    Attributes:
        folder: Where all goes.
    """

    def __init__(self, command, folder, *options):
        self.command, self.folder, self.options = command, Path(folder), options
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, way, dump, *options):
        """Run a dump and return all that must be the same."""
        out = self.folder / way / Path(dump).stem
        done = self.command("run", dump, "-o", out, "--quiet", *self.options, *options)
        assert done.exit_code in (0, 1), done.stderr
        store = self.folder / f"{way}.sqlite" if "--store" in options else out / "store.sqlite"
        return done.stderr, *results(out, store)

    def store(self, way):
        return "--store", self.folder / f"{way}.sqlite"

    def same(self, dumps, engines, *, store=False):
        """Take dumps through the stages, and through the plan on each engine.

        Args:
            dumps: Files, one after another.
            engines: Names and engines.
            store: Whether all dumps are in one store.
        """
        for dump in dumps:
            expected = self.run("stages", dump, *(self.store("stages") if store else ()))
            for name, engine in engines.items():
                with through_plan(engine):
                    found = self.run(name, dump, *(self.store(name) if store else ()))
                assert_same(expected, found, f"{Path(dump).name} on {name}")


def assert_same(expected, found, where):
    """Compare what two runs left, and say where they differ."""
    (_, files_expected, rows_expected), (_, files_found, rows_found) = expected, found
    for table, rows in rows_expected.items():
        missing = [row for row in rows if row not in set(rows_found[table])][:3] if (
            rows != rows_found[table]
        ) else []  # fmt: skip
        assert rows == rows_found[table], f"{where}: {table} differs, first at {missing}"
    assert files_found == files_expected, where
    assert found[0] == expected[0], where


def in_memory(*partitions):
    """Engines of one process, by name."""
    return {f"memory-{each}": InMemoryEngine(each) for each in partitions}

"""Thirty days of retries and kills end as thirty days of which nothing went wrong."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from runs import Out
from test_dumps import article, content, files, timeless

pytestmark = pytest.mark.slow

SEED = 20261127

DAYS = 30

# Functions before which a run is stopped, and how often they are called before that.
PLACES = [
    ("dedup.pipeline.cleaned_rows.prepare_rows", 1),
    ("dedup.pipeline.stages.remove_site_boilerplate", 1),
    ("dedup.pipeline.match_copies.match_copies", 1),
    ("dedup.pipeline.cluster_copies.cluster_copy_pairs", 1),
    ("dedup.pipeline.decide.note_changes", 1),
    ("dedup.run.result_files.ResultFiles.write", 1),
    ("dedup.write.OutputFolder.put_in_place", 1),
    ("dedup.store.dump_tables.Dumps.finish", 1),
    *(("pathlib.Path.replace", place) for place in range(1, 12)),
    *(("pathlib.Path.unlink", place) for place in range(1, 4)),
]


class Stopped(BaseException):
    """Somebody pulled the plug."""


def documents_of(day, rng):
    """A few documents: of the day, copies within the day, and copies of earlier days."""
    seeds = [f"{day}-{number}" for number in range(rng.randint(1, 3))]
    seeds += [f"{max(1, day - rng.randint(0, 7))}-{rng.randint(0, 1)}" for _ in range(3)]
    return [
        article(f"d{day}n{number}", seed, hour=number, date=f"2026-03-{day:02}T{number:02}:00:00Z")
        for number, seed in enumerate(seeds)
    ]


class Replay:
    """One store, and a folder for each day."""

    def __init__(self, command, folder, dumps, options):
        self.command, self.folder, self.dumps, self.options = command, folder, dumps, options
        self.store = folder / "news.sqlite"
        folder.mkdir()

    def out(self, day):
        return self.folder / f"day-{day:02}"

    def arguments(self, day, *options):
        return ["run", self.dumps[day], "-o", self.out(day), "--store", self.store, "--quiet",
                *self.options, *options]  # fmt: skip

    def run(self, day, *options):
        done = self.command(*self.arguments(day, *options))
        assert done.exit_code == 0, done.stderr
        return done

    def stop(self, day, place, calls, monkeypatch, *options):
        """Run a day until some function is called for the n-th time; return whether it was."""
        left = [calls]

        def counted(*arguments, **keywords):
            left[0] -= 1
            if not left[0]:
                raise Stopped
            return original(*arguments, **keywords)

        with monkeypatch.context() as patch:
            where, _, name = place.rpartition(".")
            original = getattr(_resolved(where), name)
            patch.setattr(place, counted)
            try:
                self.command(*self.arguments(day, *options))
            except Stopped:
                return True
        return False

    def kill(self, day, moment, *options):
        """Run a day in a process of its own, and kill that after some seconds."""
        running = self.command.spawn(*self.arguments(day, *options))
        time.sleep(moment)
        if running.process.poll() is None:
            running.kill()

    def retry(self, day, *options):
        """Run a day again, which writes the same, or is refused because it has expired."""
        before = files(self.out(day))
        done = self.command(*self.arguments(day, *options))
        assert done.exit_code == 0 or "have expired" in done.stderr
        assert files(self.out(day)) == before

    def state(self):
        """What must not depend on what went wrong."""
        results = {}
        for day in self.dumps:
            found = files(self.out(day))
            found["manifest.json"] = timeless(found["manifest.json"])
            results[day] = found
        return results, content(self.store)


def _resolved(name):
    """A module, or a class in one."""
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, inner = name.rpartition(".")
        return getattr(importlib.import_module(module), inner)


@pytest.fixture(scope="module")
def seconds(command, tmp_path_factory):
    """How long a day takes in a process of its own."""
    folder = tmp_path_factory.mktemp("timed")
    dump = folder / "dump.jsonl"
    dump.write_text('{"id": "a", "text": "' + "word " * 100 + '"}\n', "utf-8")
    began = time.monotonic()
    command.installed("run", dump, "-o", folder / "out", "--store", folder / "s", "-q")
    return time.monotonic() - began


@pytest.mark.parametrize(
    "options",
    [("--level", "copies"), ("--level", "copies", "--expire", "6"), ("--level", "stories")],
    ids=" ".join,
)
def test_thirty_days_with_retries_and_kills_end_as_without(
    options, command, jsonl, tmp_path, monkeypatch, seconds
):
    rng = random.Random(f"{SEED} {options}")
    days = range(1, DAYS + 1)
    dumps = {day: jsonl(documents_of(day, rng), f"day-{day:02}.jsonl") for day in days}
    straight = Replay(command, tmp_path / "straight", dumps, options)
    replay = Replay(command, tmp_path / "replay", dumps, options)
    killed = set(rng.sample(days, 3))
    stopped = 0
    for day in days:
        straight.run(day)
        if day in killed:
            replay.kill(day, seconds * rng.uniform(0.3, 1))
        elif day % 2:
            stopped += replay.stop(day, *rng.choice(PLACES), monkeypatch, "--resume")
        replay.run(day, "--resume")
        again = rng.randint(1, day)
        if rng.random() < 0.5:
            stopped += replay.stop(again, *rng.choice(PLACES[-16:]), monkeypatch)
            replay.command(*replay.arguments(again))
        replay.retry(again, *rng.choice([(), ("--resume",), ("--overwrite",)]))

    assert stopped > DAYS // 3
    expected, found = straight.state(), replay.state()
    assert found[0] == expected[0]
    assert found[1] == expected[1]


def test_a_day_in_the_middle_can_be_killed_at_every_step_of_its_move(
    command, jsonl, tmp_path, monkeypatch
):
    dumps = {
        day: jsonl(documents_of(day, random.Random(day)), f"day-{day}.jsonl") for day in (1, 2)
    }
    nights = Replay(command, tmp_path / "nights", dumps, ("--level", "copies"))
    nights.run(1)
    nights.run(2)
    written = files(nights.out(1))
    stopped = 0
    for place, calls in PLACES[-14:]:
        stopped += nights.stop(1, place, calls, monkeypatch, "--overwrite")
        nights.run(1, "--resume")
        assert files(nights.out(1)) == written
    assert stopped > 10
    assert Path(nights.out(1), "manifest.json").exists()
    assert Out(nights.out(2)).manifest["store"]["dump"] == 2

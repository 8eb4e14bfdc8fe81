"""Whole runs in tests: the command, in this process or its own, and what it leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).parent.parent

TABLES = ("decisions", "stories", "survivors", "rejected")


WORDS = [f"word{number}" for number in range(4000)]


def text_of(seed, words=120):
    """A text that shares next to nothing with that of another seed."""
    return " ".join(random.Random(seed).sample(WORDS, words))


def dated_article(doc_id, text, day=1, hour=8, **more):
    """The record of an article of March 2026 on a host of its own."""
    return {
        "id": doc_id,
        "url": f"https://{doc_id}.example/news/{doc_id}",
        "title": f"About {doc_id}",
        "date": f"2026-03-{day:02}T{hour:02}:00:00Z",
        "text": text,
        **more,
    }


def read_lines(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@dataclass(frozen=True)
class Out:
    """The folder of a finished run."""

    path: Path

    @property
    def decisions(self):
        return read_lines(self.path / "decisions.jsonl")

    @property
    def stories(self):
        return read_lines(self.path / "stories.jsonl")

    @property
    def survivors(self):
        return read_lines(self.path / "survivors.jsonl")

    @property
    def rejected(self):
        return read_lines(self.path / "rejected.jsonl")

    @property
    def manifest(self):
        return json.loads((self.path / "manifest.json").read_bytes())

    def status(self):
        return {each["id"]: each["status"] for each in self.decisions}

    def tables(self):
        """The bytes of everything that must not change from run to run."""
        return {name: (self.path / f"{name}.jsonl").read_bytes() for name in TABLES}


@dataclass(frozen=True)
class Spawned:
    """A command in a process group of its own."""

    process: subprocess.Popen

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Command:
    """The command as a user meets it: in this process, or installed and in another."""

    program = Path(sys.executable).with_name("dedup")

    def __call__(self, *arguments, stdin=None):
        """Run it here; an unexpected error keeps its traceback."""
        from dedup.cli import main

        return CliRunner().invoke(main, [*map(str, arguments)], input=stdin, catch_exceptions=False)

    def run(self, *arguments, out, stdin=None, exit_code=0):
        """Run `dedup run`, which must end so, and return its folder."""
        done = self("run", *arguments, "-o", out, "--quiet", stdin=stdin)
        assert done.exit_code == exit_code, done.stderr
        return Out(Path(out))

    def installed(self, *arguments, **options):
        """Run the installed entry point to its end, in the project's folder."""
        options = {"cwd": ROOT, "capture_output": True, "timeout": 120, **options}
        return subprocess.run([self.program, *map(str, arguments)], check=False, **options)

    def spawn(self, *arguments):
        """Start the installed entry point and return at once."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [self.program, *map(str, arguments)]
        return Spawned(subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet))

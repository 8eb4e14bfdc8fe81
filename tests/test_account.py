"""Runs of users other than the installer: no home, read-only code, a container."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from runs import ROOT, Out, read_lines

pytestmark = pytest.mark.slow

NOBODY = 12345

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may run as another user")

TEXT = "The council voted on Tuesday to keep the old library open for a year. " * 4
RECORDS = [{"id": name, "text": TEXT} for name in "ab"]


def state(cache):
    """The files of a cache, which a run that compiles something adds to."""
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*")}


@pytest.fixture(scope="module")
def warmed(command):
    """The cache of the tests after `dedup warm`."""
    done = command.installed("warm", text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return Path(os.environ["DEDUP_CACHE"])


@pytest.fixture
def own_cache(warmed, tmp_path, monkeypatch):
    """A copy of that cache, which no other test adds to, as the cache of the commands."""
    cache = shutil.copytree(warmed, tmp_path / "cache")
    monkeypatch.setenv("DEDUP_CACHE", str(cache))
    return cache


class TestWarm:
    def test_it_says_where_and_how_long(self, warmed, command):
        done = command.installed("warm", "--language", "en", text=True)
        assert done.stdout == ""
        assert re.fullmatch(
            r"compiled code ready after \d+\.\d s, 1 word lists after another \d+\.\d s\n"
            rf"kept in {re.escape(str(warmed))}\n",
            done.stderr,
        )

    @pytest.mark.parametrize("name", ["dump", "dump.jsonl"])
    @pytest.mark.parametrize("options", [[], ["--level", "copies"], ["--workers", "1"]])
    def test_a_run_after_it_compiles_nothing(
        self, name, options, own_cache, command, samples, tmp_path
    ):
        before = state(own_cache)
        done = command.installed("run", samples / name, "-o", tmp_path / "out", *options, text=True)
        assert done.returncode == 0, done.stderr
        assert "compiling" not in done.stderr
        assert state(own_cache) == before

    def test_the_next_dump_of_a_store_compiles_nothing(
        self, own_cache, command, samples, jsonl, tmp_path
    ):
        before = state(own_cache)
        records = read_lines(samples / "dump.jsonl")
        for number in (1, 2):
            done = command.installed(
                "run", jsonl({**each, "id": f"{number}-{n}"} for n, each in enumerate(records)),
                "-o", tmp_path / f"out-{number}", "--store", tmp_path / "store.sqlite", text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert "compiling" not in done.stderr
        assert state(own_cache) == before

    def test_a_language_without_a_list_is_refused(self, command):
        done = command.installed("warm", "--language", "tlh", text=True)
        assert done.returncode == 2
        assert "--language tlh: there is no such word list; there are ar, bg," in done.stderr

    def test_where_nothing_can_be_kept_it_says_so(self, command):
        done = command.installed(
            "warm", text=True, env={**os.environ, "DEDUP_CACHE": "/dev/null/cache"}
        )
        assert done.returncode == 1
        assert done.stderr.startswith("Error: nothing can be kept: /dev/null/cache cannot be made")
        assert len(done.stderr.splitlines()) == 1


def run_with(command, records, cache, *options):
    """A short run with a cache."""
    return command.installed(
        "run", records, "-o", records.with_name("out"), "--level", "copies", *options,
        env={**os.environ, "DEDUP_CACHE": str(cache)}, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def first(command, tmp_path_factory):
    """A short run with an empty cache, and that cache."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "records.jsonl").write_text("".join(json.dumps(each) + "\n" for each in RECORDS))
    return run_with(command, folder / "records.jsonl", folder / "cache"), folder / "cache"


class TestFirstUse:
    @pytest.fixture
    def again(self, first, command, jsonl, tmp_path):
        """A copy of that cache, and the run with it."""
        cache = tmp_path / "cache"
        shutil.copytree(first[1], cache)
        return cache, lambda *options: run_with(command, jsonl(RECORDS), cache, *options)

    def test_it_says_once_that_it_compiles(self, first):
        done, cache = first
        (line,) = [line for line in done.stderr.splitlines() if "compiling" in line]
        assert re.fullmatch(rf"[-\d]+ [:\d]+ compiling, once, up to \d+ s; kept in {cache}", line)

    def test_quiet_says_nothing(self, again):
        cache, run = again
        shutil.rmtree(cache)
        assert run("--quiet").stderr == ""

    def test_compiled_code_that_was_damaged_is_compiled_again(self, again):
        cache, run = again
        for path in cache.rglob("*.nbc"):
            path.write_bytes(path.read_bytes()[:-100])
        done = run()
        assert done.returncode == 0
        assert "compiling, once" in done.stderr
        assert "compiling" not in run("--overwrite").stderr

    def test_a_folder_that_others_can_write_is_not_used(self, again):
        cache, run = again
        cache.chmod(0o777)
        before = state(cache)
        done = run()
        assert done.returncode == 0
        assert "in each one" in done.stderr
        assert f"{cache} can be written by other users; set DEDUP_CACHE" in done.stderr
        assert state(cache) == before


@pytest.fixture
def place():
    """A folder in which every user may look, and one of its folders in which nobody's work goes."""
    with tempfile.TemporaryDirectory(prefix="dedup-") as name:
        Path(name).chmod(0o755)
        own = Path(name) / "own"
        own.mkdir()
        os.chown(own, NOBODY, NOBODY)
        yield Path(name)


def install_read_only(place):
    """Copy the package to where nobody but root can write, and return the folder."""
    code = place / "code"
    shutil.copytree(ROOT / "dedup", code / "dedup", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (code, *code.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return code


@cache
def python_of_all():
    """A Python of this version that every user can run: that of the tests, or the system's."""
    for path in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError):
            subprocess.run([path, "-c", ""], user=NOBODY, group=NOBODY, check=True)
            return path
    return pytest.skip("no other user can run this Python")


def as_nobody(code, *arguments, cwd, **variables):
    """Run the command of a copied package as a user that owns nothing and has no entry."""
    libraries = sysconfig.get_path("purelib")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{code}:{libraries}", **variables}
    return subprocess.run(
        [python_of_all(), "-m", "dedup", *map(str, arguments)],
        user=NOBODY, group=NOBODY, extra_groups=[], env=environment, cwd=cwd, umask=0o022,
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@as_root
class TestAnotherUser:
    @pytest.fixture
    def run(self, place):
        code = install_read_only(place)

        def run(dump, *options, **variables):
            given = place / "in"
            if not given.exists():
                shutil.copytree(dump, given) if dump.is_dir() else shutil.copy(dump, given)
            return as_nobody(
                code, "run", given, "-o", place / "own" / "out", *options,
                cwd=place / "own", **variables,
            )  # fmt: skip

        return run

    def test_without_a_home_and_a_cache_a_run_compiles_in_memory(self, run, jsonl, place):
        done = run(jsonl(RECORDS), "--level", "copies", HOME="/nonexistent")

        assert done.returncode == 0, done.stderr
        line, *summary = done.stderr.splitlines()
        assert " compiling, up to 30 s, in this run and in each one: " in line
        assert line.endswith("; set DEDUP_CACHE to a folder that only you can write")
        assert summary[0].startswith("2 inputs in ")
        assert [path.name for path in (place / "own").iterdir()] == ["out"]

    @pytest.mark.parametrize("name", ["dump", "dump.jsonl"])
    def test_a_cache_that_root_has_filled_is_read(
        self, name, run, samples, sample_run, warmed, place
    ):
        cache = place / "cache"
        shutil.copytree(warmed, cache)
        done = run(samples / name, HOME="/nonexistent", DEDUP_CACHE=str(cache))

        assert done.returncode == 0, done.stderr
        assert "compiling" not in done.stderr
        if name == "dump":
            assert Out(place / "own" / "out").tables() == sample_run.tables()

    def test_that_code_is_not_kept_where_root_alone_can_write_is_said_once(self, run, jsonl, place):
        cache = place / "cache"
        cache.mkdir(0o755)
        done = run(jsonl(RECORDS), "--level", "copies", DEDUP_CACHE=str(cache))

        assert done.returncode == 0, done.stderr
        (line,) = [line for line in done.stderr.splitlines() if "compiling" in line]
        assert f"in this run and in each one: {cache} cannot be written; " in line

    def test_without_a_folder_for_temporary_files_it_says_so(self, run, samples, place):
        hide = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/nonexistent']"
        (place / "code" / "sitecustomize.py").write_text(hide)
        done = run(samples / "dump", HOME="/nonexistent")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            "Error: no folder for temporary files can be written; set TMPDIR to one that can"
        )
        assert "Traceback" not in done.stderr


def steps(dockerfile):
    """Yield the steps of a Dockerfile, each a word and what follows it."""
    for line in dockerfile.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split(" ", 1)


@as_root
class TestImage:
    """The steps of the Dockerfile in a folder that stands for the image, without a builder."""

    @pytest.fixture
    def image(self, place, warmed, tmp_path):
        """Do the steps; return how to run as a user what the image runs."""
        variables = {}
        for word, rest in steps(ROOT / "Dockerfile"):
            if word == "ENV":
                variables |= dict(each.split("=", 1) for each in shlex.split(rest))
            elif word == "RUN" and "pip install" in rest:
                code = install_read_only(place)
                variables["DEDUP_CACHE"] = f"{place}{variables['DEDUP_CACHE']}"
                # What the tests have compiled before, for this kind of processor or another.
                shutil.copytree(warmed, variables["DEDUP_CACHE"])
            elif word == "RUN":
                command, *arguments = shlex.split(rest)
                assert command == "dedup"
                subprocess.run(
                    [sys.executable, "-m", "dedup", *arguments], check=True, capture_output=True,
                    env={**os.environ, **variables, "PYTHONPATH": str(code)}, cwd=tmp_path,
                )  # fmt: skip
                shutil.copytree(variables["DEDUP_CACHE"], warmed, dirs_exist_ok=True)
            else:
                assert word in ("FROM", "COPY", "USER", "WORKDIR", "ENTRYPOINT"), word
        return lambda *arguments: as_nobody(
            code, *arguments, cwd=place / "own", HOME="/", **variables
        )

    def test_a_day_runs_in_it(self, image, place, samples, sample_run):
        shutil.copytree(samples / "dump", place / "in")
        done = image("run", place / "in", "-o", place / "own" / "today")

        assert done.returncode == 0, done.stderr
        assert "compiling" not in done.stderr
        assert Out(place / "own" / "today").tables() == sample_run.tables()


class TestDockerfile:
    def test_it_ends_as_a_user_that_is_not_root_and_starts_the_command(self):
        last = dict(steps(ROOT / "Dockerfile"))
        assert int(last["USER"]) > 0
        assert json.loads(last["ENTRYPOINT"]) == ["dedup"]

    def test_it_copies_all_that_an_installation_reads_and_no_more(self):
        copied = {
            name
            for word, rest in steps(ROOT / "Dockerfile")
            if word == "COPY"
            for name in rest.split()[:-1]
        }
        kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        assert {line[1:] for line in kept if line.startswith("!")} == copied
        assert all((ROOT / name).exists() for name in copied)

    def test_its_command_stands_in_the_documentation(self):
        shown = [
            line.removeprefix("# ")
            for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
            if line.startswith("# docker ")
        ]
        page = (ROOT / "docs" / "installation.md").read_text("utf-8").replace(" \\\n    ", " ")
        assert len(shown) == 2
        assert [line for line in shown if line not in page] == []

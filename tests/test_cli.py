"""The commands: help, refusals in one sentence, exit codes, what goes to stdout."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time

import click
import pytest
from runs import Out, read_lines

from dedup.cli import main
from dedup.version import __version__
from dedup.write import OutputFolder

TEXT = "The ferry to Port Elwood will run again from Monday, its owner said on Friday. " * 3

RECORDS = [
    {"id": "a", "text": TEXT},
    {"id": "b", "text": TEXT},
    {"id": "c", "text": "The council of Northvale voted on Tuesday to keep the old library open."},
]

REWRITES = [
    {
        "id": "agency",
        "title": "Ferry runs aground off Kellin Point, 214 taken off",
        "date": "2026-03-02T06:00:00Z",
        "text": "The car ferry Marlona ran aground on rocks off Kellin Point early on Monday with "
        "214 people aboard, the Brannish coastguard said.\n\nAll of them were taken off by "
        "lifeboat and helicopter within three hours. Eleven passengers were treated for bruises "
        "and cold.\n\nThe ship had left Port Elwood for St Brannoc at 3.40 a.m. and lost power in "
        "both engines, said its owner, Sundale Line. Captain Ivo Terrant dropped both anchors, "
        "which did not hold.",
    },
    {
        "id": "paper",
        "title": "Passengers tell of their night on the stranded ferry",
        "date": "2026-03-03T09:00:00Z",
        "text": "Lena Orsett was asleep in her cabin when the Marlona struck the rocks at Kellin "
        "Point on Monday. The nurse helped others into life jackets, then waited on deck.\n\n"
        "Like all 214 people on the ferry she was brought to safety by the coastguard. Many "
        "praised the volunteers of the place, who handed out soup and blankets in "
        "the village school.\n\nSundale Line has promised a full refund. Why both engines failed "
        "is not yet known; investigators have begun their work.",
    },
]

HEAVY = ["numba", "trafilatura", "datasketch", "pyarrow", "sqlite3", "lxml", "numpy", "pebble"]

COMMANDS = [[], *([name] for name in main.commands)]


def copied(name, times, host=None):
    """Copies of one text of its own, each of its own host unless one is named."""
    words = [f"{name}word{number}" for number in range(60)]
    return [
        {
            "id": f"{name}{number}",
            "text": " ".join(words),
            "url": f"https://{host or f'{name}{number}.example'}/{name}/{number}.html",
        }
        for number in range(times)
    ]


@pytest.fixture
def source(jsonl):
    return jsonl(RECORDS)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def sentence(done, code):
    """Check that a command failed with one sentence, and return it."""
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("Error: ")
    # Wrong usage may say where help is; there is nothing else.
    assert all(line.startswith(("Usage:", "Try")) for line in lines[:-1] if line)
    return lines[-1]


class TestHelp:
    @pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name[0] if name else "dedup")
    def test_help_has_examples_that_name_the_command(self, name, command):
        done = command(*name, "--help")

        assert done.exit_code == 0
        assert "Example" in done.stdout
        assert f"  dedup {' '.join(name)}".rstrip() in done.stdout
        assert command(*name, "-h").stdout == done.stdout

    @pytest.mark.parametrize("each", main.commands.values(), ids=main.commands)
    def test_every_option_has_a_help_text(self, each):
        options = [option for option in each.params if isinstance(option, click.Option)]

        assert len(options) > 3
        for option in options:
            assert option.help, option.name
            assert option.help.endswith("."), option.name

    @pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name[0] if name else "dedup")
    def test_help_waits_for_nothing_heavy(self, name):
        code = (
            "import sys\n"
            "from dedup.cli import main\n"
            f"main({[*name, '--help']}, standalone_mode=False)\n"
            f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )

        assert done.stderr.strip() == "[]"

    def test_a_run_imports_neither_linear_algebra_nor_parquet(self, jsonl, out):
        run = [sys.executable, "-X", "importtime", "-m", "dedup", "run", jsonl(RECORDS), "-o", out]
        done = subprocess.run(run, check=True, capture_output=True, text=True)

        assert "numba" in done.stderr
        assert "scipy.linalg.blas" not in done.stderr
        assert "pyarrow" not in done.stderr

    def test_both_entry_points_print_the_version(self, command):
        module = subprocess.run(
            [sys.executable, "-m", "dedup", "--version"], check=True, capture_output=True, text=True
        )

        assert module.stdout == f"dedup, version {__version__}\n"
        assert command.installed("--version", text=True).stdout == module.stdout


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--timeout", "0"], r"--timeout is 0"),
            (["--timeout", "nan"], r"--timeout is nan"),
            (["--timeout", "soon"], r"'soon' is not a valid float"),
            (["--memory", "5"], r"--memory is 5"),
            (["--min-tokens", "0"], r"--min-tokens is 0"),
            (["--agency", ""], r"--agency '': give a name"),
            (["--agency", "In(ter)wire"], r"--agency 'In\(ter\)wire': give a name"),
            (["--max-bytes", "1"], r"--max-bytes is 1"),
            (["--workers", "0"], r"--workers"),
            (["--field", "text"], r"NAME=OWN"),
            (["--field", "text="], r"NAME=OWN"),
            (["--field", "words=body"], r"--field words: .* one of id, text"),
            (["--canonical", "newest"], r"--canonical newest: no such rule; use .*earliest"),
            (["--canonical", "field:x"], r"--canonical field:x: no such rule"),
            (["--level", "chapters"], r"--level.*'copies', 'stories'"),
            (["--threshold", "1"], r"--threshold is 1\.0, .* between 0\.1 and 0\.99"),
            (["--threshold", "nan"], r"--threshold is nan"),
            (["--threshold", "high"], r"'high' is not a valid float"),
            (["--threshold", "0.05"], r"--threshold is 0\.05, but must lie between 0\.1 and 0\.99"),
            (["--window", "-1"], r"--window is -1\.0"),
            (["--warn-story-size", "1"], r"--warn-story-size is 1, .* between 2 and"),
            (["--warn-story-size", "2.5"], r"'2\.5' is not a valid integer"),
            (["--warn-host-share", "50"], r"--warn-host-share is 50\.0, .* between 0\.0 and 1\.0"),
            (["--format", "xml"], r"--format"),
            (["--survivors", "file"], r"--survivors"),
            (["--resume", "--overwrite"], r"--resume and --overwrite exclude each other"),
            (["--nonsense"], r"No such option"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_an_unusable_value_is_reported(self, arguments, message, command, source, out):
        assert re.search(message, sentence(command("run", source, "-o", out, *arguments), 2))

    def test_a_rule_that_is_not_known_costs_no_run(self, command, source, out):
        sentence(command("run", source, "-o", out, "--canonical", "newest"), 2)

        assert not out.exists()

    def test_no_input_and_no_output_are_reported(self, command, source, out):
        assert "INPUT" in sentence(command("run", "-o", out), 2)
        assert "--output" in sentence(command("run", source), 2)
        assert "INPUT" in sentence(command("clean"), 2)
        assert "No such command" in sentence(command("nothing"), 2)

    def test_an_input_that_is_not_there_is_reported_before_the_folder_is_made(
        self, command, source, out, tmp_path
    ):
        missing = tmp_path / "nothing.jsonl"
        for arguments in ([missing], [source, missing], [tmp_path / "*.warc"]):
            line = sentence(command("run", *arguments, "-o", out), 1)
            assert "nothing.jsonl" in line or "*.warc" in line
            assert not out.exists()

    def test_the_output_cannot_be_a_file(self, command, source, out):
        out.write_text("mine")

        assert "is a file" in sentence(command("run", source, "-o", out), 2)
        assert out.read_text() == "mine"


class TestOutput:
    def test_a_run_that_is_there_is_not_overwritten_silently(self, command, source, out):
        before = command.run(source, out=out).tables()
        line = sentence(command("run", source, "-o", out), 1)

        assert "--resume" in line
        assert "--overwrite" in line
        assert Out(out).tables() == before

    @pytest.mark.parametrize(
        "name", ["store.sqlite", "survivors.parquet", "decisions.jsonl", "manifest.json"]
    )
    def test_any_file_of_a_run_is_a_run(self, name, command, source, out):
        out.mkdir()
        (out / name).write_text("mine")

        sentence(command("run", source, "-o", out), 1)
        assert (out / name).read_text() == "mine"

    def test_overwrite_replaces_a_run_and_leaves_other_files(self, command, source, jsonl, out):
        command.run(source, "--format", "parquet", out=out)
        (out / "notes.txt").write_text("mine")
        run = command.run(jsonl(RECORDS[:2], "other.jsonl"), "--overwrite", out=out)

        assert len(run.decisions) == 2
        assert not list(out.glob("*.parquet"))
        assert (out / "notes.txt").read_text() == "mine"

    @pytest.mark.parametrize("inside", ["out", "deep/er/out", ""])
    def test_the_output_cannot_lie_among_the_input(self, inside, command, source, tmp_path):
        dump = tmp_path / "dump"
        dump.mkdir()
        source.rename(dump / "a.jsonl")
        line = sentence(command("run", dump, "-o", dump / inside), 1)

        assert "input folder" in line
        assert [path.name for path in dump.iterdir()] == ["a.jsonl"]

    def test_a_link_does_not_hide_that_it_does(self, command, source, tmp_path):
        dump = tmp_path / "dump"
        dump.mkdir()
        (tmp_path / "link").symlink_to(dump)

        sentence(command("run", source, dump, "-o", tmp_path / "link" / "out"), 1)
        sentence(command("run", source, tmp_path / "link", "-o", dump / "out"), 1)

    def test_a_glob_does_not_hide_that_it_does(self, command, source, tmp_path):
        (tmp_path / "dump").mkdir()
        source.rename(tmp_path / "dump" / "a.jsonl")
        arguments = ["run", tmp_path / "dump" / "*", "-o", tmp_path / "dump" / "out", "--quiet"]
        first = command(*arguments)
        second = command(*arguments, "--overwrite")

        assert 1 in (first.exit_code, second.exit_code)

    def test_overwrite_never_removes_an_input(self, command, source, out):
        survivors = command.run(source, out=out).path / "survivors.jsonl"
        before = survivors.read_bytes()
        sentence(command("run", survivors, "-o", out, "--overwrite", "--quiet"), 1)

        assert survivors.read_bytes() == before

    def test_a_folder_that_cannot_be_made_is_reported(self, command, source, tmp_path):
        (tmp_path / "file").write_text("mine")
        line = sentence(command("run", source, "-o", tmp_path / "file" / "out"), 1)

        assert "cannot write to" in line

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
    def test_a_read_only_folder_is_reported(self, command, source, out):
        out.mkdir(mode=0o555)

        assert "cannot write to" in sentence(command("run", source, "-o", out), 1)

    def test_a_read_only_disk_is_reported(self, command, source, out, monkeypatch):
        def refuse(self, **options):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr("pathlib.Path.mkdir", refuse)

        assert "Read-only" in sentence(command("run", source, "-o", out, "--quiet"), 1)


class TestFullDisk:
    @pytest.mark.parametrize("place", [1, 2, 3, 4])
    @pytest.mark.parametrize("kind", ["jsonl", "parquet"])
    def test_a_disk_that_fills_up_while_results_are_written(
        self, kind, place, command, source, out, monkeypatch
    ):
        """The n-th file cannot be flushed to the disk."""
        calls = []

        def refuse(descriptor):
            calls.append(descriptor)
            if len(calls) == place:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("os.fsync", refuse)
        line = sentence(command("run", source, "-o", out, "--quiet", "--format", kind), 1)

        assert "no space left" in line
        assert not list(out.glob(f"*.{kind}"))
        assert not list(out.glob(".*"))
        assert not (out / "manifest.json").exists()

        monkeypatch.undo()
        assert command.run(source, "--resume", out=out).status() == {
            "a": "canonical",
            "b": "duplicate",
            "c": "unique",
        }

    @pytest.mark.parametrize("kibibytes", [4, 60, 200, 380])
    @pytest.mark.parametrize("kind", ["jsonl", "parquet"])
    @pytest.mark.slow
    def test_a_disk_that_is_full_at_any_time(self, kibibytes, kind, command, samples, out):
        """No file may grow beyond a limit: the store cannot be made, or filled."""

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (kibibytes * 1024, kibibytes * 1024))

        done = command.installed(
            *("run", samples / "dump.jsonl", "-o", out, "--quiet", "--format", kind),
            preexec_fn=limit,
            text=True,
        )
        if done.returncode == 0:
            assert kibibytes >= 200
            return

        assert done.returncode == 1
        assert "Traceback" not in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert not list(out.glob("*.jsonl"))
        assert not (out / "manifest.json").exists()

    @pytest.mark.slow
    def test_a_stdout_that_is_full_is_reported(self, command, samples, out):
        with open("/dev/full", "wb") as full:  # noqa: PTH123
            done = command.installed(
                *("run", samples / "dump.jsonl", "-o", out, "--quiet", "--survivors", "-"),
                capture_output=False,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "no space left" in done.stderr


class TestTwoAtOnce:
    @pytest.mark.parametrize("option", [[], ["--resume"], ["--overwrite"]], ids=" ".join)
    def test_the_second_is_refused_and_does_no_harm(self, option, command, source, out):
        command.run(source, out=out)
        with OutputFolder(out).claim():
            before = {path: path.read_bytes() for path in out.iterdir()}
            line = sentence(command("run", source, "-o", out, "--quiet", *option), 1)

            assert "in use by another run" in line
            assert {path: path.read_bytes() for path in out.iterdir()} == before

    def test_a_lock_that_was_opened_before_its_run_ended_is_none(
        self, command, source, out, monkeypatch
    ):
        command.run(source, out=out)

        def end_of_the_first(*_):
            (out / ".dedup.lock").unlink()

        monkeypatch.setattr("dedup.write.file_lock.fcntl.flock", end_of_the_first)
        line = sentence(command("run", source, "-o", out, "--quiet", "--overwrite"), 1)
        assert "in use by another run" in line

    def test_the_folder_is_free_afterwards(self, command, source, out):
        run = command.run(source, out=out)

        assert not list(out.glob(".*"))
        assert command.run(source, "--resume", out=out).tables() == run.tables()

    @pytest.mark.slow
    def test_the_second_is_refused_while_the_first_really_runs(self, command, samples, out):
        first = command.spawn("run", samples / "dump", "-o", out, "--quiet")
        while not (out / "store.sqlite").exists():
            assert first.process.poll() is None
            time.sleep(0.005)
        second = command("run", samples / "dump", "-o", out, "--quiet")
        first.process.wait(60)

        assert "in use by another run" in sentence(second, 1)
        assert first.process.returncode == 0


class TestStreams:
    def test_survivors_to_stdout_are_json_lines_and_nothing_else(self, command, samples, tmp_path):
        arguments = ("run", samples / "dump.jsonl", "--survivors", "-")
        done = command.installed(*arguments, "-o", tmp_path / "one")
        plain = command.run(samples / "dump.jsonl", out=tmp_path / "two")

        assert done.returncode == 0
        assert done.stdout == plain.tables()["survivors"]
        assert b"62 inputs" in done.stderr
        assert not (tmp_path / "one" / "survivors.jsonl").exists()
        assert (tmp_path / "one" / "manifest.json").exists()

    @pytest.mark.slow
    def test_a_reader_that_leaves_early_gets_no_traceback(self, command, samples, out):
        with subprocess.Popen(
            [command.program, "run", samples / "dump.jsonl", "-o", out, "-q", "--survivors", "-"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running:
            running.stdout.read(10)
            running.stdout.close()
            errors = running.stderr.read()

        assert b"Traceback" not in errors
        assert running.returncode in (0, 1)

    def test_stdin_is_an_input(self, command, out):
        lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
        run = command.run("-", out=out, stdin=lines)

        assert run.status() == {"a": "canonical", "b": "duplicate", "c": "unique"}

    def test_a_pipe_of_two_runs(self, command, source, tmp_path):
        first = command("run", source, "-o", tmp_path / "one", "--survivors", "-", "--quiet")
        twice = first.stdout + json.dumps({"id": "again", "text": TEXT}) + "\n"
        run = command.run("-", out=tmp_path / "two", stdin=twice)

        assert run.status() == {"a": "canonical", "c": "unique", "again": "duplicate"}

    def test_the_summary_goes_to_stderr_and_counts_everything(self, command, source, out):
        done = command("run", source, "-o", out)

        assert done.stdout == ""
        assert "3 inputs" in done.stderr
        assert "1 are duplicates" in done.stderr
        assert str(out) in done.stderr

    def test_quiet_says_nothing(self, command, samples, out):
        done = command.installed("run", samples / "dump", "-o", out, "--quiet")

        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    @pytest.mark.parametrize("delay", [0.0, 0.3, 0.9])
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.slow
    def test_a_signal_ends_a_run_without_a_traceback(self, command, samples, out, number, delay):
        running = subprocess.Popen(
            [command.program, "run", samples / "dump", "-o", out, "--quiet"],
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not (out / "store.sqlite").exists():
            assert running.poll() is None
            time.sleep(0.005)
        time.sleep(delay)
        if number == signal.SIGINT:  # a terminal sends it to all processes
            os.killpg(running.pid, number)
        else:
            running.send_signal(number)
        printed = b"".join(running.communicate(timeout=60))

        assert running.returncode == 1
        assert printed == b"Error: stopped; continue with the same command and --resume\n"
        assert not list(out.glob("*.jsonl"))


class TestOptions:
    def test_strict_fails_on_a_rejection_and_writes_all_the_same(self, command, jsonl, out):
        source = jsonl([*RECORDS, {"id": "empty", "text": ""}])
        done = command("run", source, "-o", out, "--strict")

        assert done.exit_code == 1
        assert "1 no-text" in done.stderr
        assert [each["id"] for each in Out(out).rejected] == ["empty"]
        assert len(Out(out).survivors) == 2

    def test_strict_without_a_rejection_is_fine(self, command, source, out):
        assert command("run", source, "-o", out, "--strict").exit_code == 0

    def test_rejections_alone_do_not_fail_a_run(self, command, jsonl, out):
        assert command("run", jsonl([*RECORDS, {"id": "e"}]), "-o", out).exit_code == 0

    def test_a_dry_run_lists_and_does_nothing(self, command, samples, out):
        done = command("run", samples / "dump", "-o", out, "--dry-run")

        assert done.exit_code == 0
        assert done.stdout == ""
        assert done.stderr.count(".html\n") == 62
        assert "62 files" in done.stderr
        assert not out.exists()
        assert command("run", samples / "dump", "--dry-run").exit_code == 0
        assert "does not exist" in sentence(command("run", samples / "no", "--dry-run"), 1)

    def test_fields_are_mapped(self, command, jsonl, out):
        own = [{"key": each["id"], "body": each["text"], "n": 1} for each in RECORDS]
        run = command.run(jsonl(own), "--field", "text=body", "--field", "id=key", out=out)

        assert run.status() == {"a": "canonical", "b": "duplicate", "c": "unique"}
        assert [set(each) for each in run.survivors] == [{"key", "body", "n", "dedup"}] * 2

    def test_limits_reject(self, command, jsonl, out):
        source = jsonl([*RECORDS, {"id": "long", "text": "word " * 500}])
        run = command.run(source, "--min-tokens", 14, "--max-bytes", 1000, out=out)

        assert {each["id"]: each["reason"] for each in run.rejected} == {
            "c": "too-short",
            "records.jsonl:4": "too-large",  # the line is too long to be looked at
        }

    def test_rewrites_are_one_story_unless_the_level_is_copies(self, command, jsonl, out):
        source = jsonl(REWRITES)
        stories = command.run(source, out=out).decisions
        copies = command.run(source, "--level", "copies", "--overwrite", out=out).decisions

        assert {each["relation"] for each in stories} == {None, "rewrite"}
        assert {each["status"] for each in copies} == {"unique"}

    @pytest.mark.parametrize("option", [("--threshold", 0.99), ("--window", 1)], ids=str)
    def test_rewrites_stay_apart_beyond_the_threshold_or_the_window(
        self, option, command, jsonl, out
    ):
        run = command.run(jsonl(REWRITES), *option, out=out)

        assert set(run.status().values()) == {"unique"}

    def test_all_options_are_in_the_manifest(self, command, source, out):
        options = {
            "--threshold": 0.75,
            "--window": 2.5,
            "--warn-story-size": 7,
            "--warn-host-share": 0.25,
        }
        chosen = (str(each) for option in options.items() for each in option)
        config = command.run(source, *chosen, "--level", "copies", out=out).manifest["config"]

        assert config["level"] == "copies"
        assert config["story"]["threshold"] == 0.75
        assert config["story"]["window_days"] == 2.5
        assert config["cluster"]["warn_story_size"] == 7
        assert config["cluster"]["warn_host_share"] == 0.25


class TestLargeStories:
    """The warnings of the summary."""

    def warnings(self, command, source, out, *options):
        """Return the lines of the summary on stories and hosts."""
        done = command("run", source, "-o", out, "--level", "copies", "--overwrite", *options)
        assert done.exit_code == 0, done.output
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        return [line for line in lines if re.match(r"story |host |\d+ more", line)]

    def test_a_large_story_is_listed_with_its_weakest_link(self, command, jsonl, out):
        source = jsonl(copied("a", 3))
        (line,) = self.warnings(command, source, out, "--warn-story-size", 3)
        (story,) = Out(out).stories

        assert line == (
            f"story {story['story_id']}: 3 documents of 3 outlets; weakest link: a0 and a1 at 1.00"
        )
        assert self.warnings(command, source, out, "--warn-story-size", 4) == []

    def test_the_threshold_is_named_where_it_would_help(self, command, samples, out):
        done = command("run", samples / "dump.jsonl", "-o", out, "--warn-story-size", 4)
        lines = [line for line in done.stderr.splitlines() if line.startswith("story ")]
        advice = "; a higher --threshold joins fewer rewrites"
        advised = {line.split()[1].rstrip(":") for line in lines if line.endswith(advice)}

        assert lines
        assert advised < {line.split()[1].rstrip(":") for line in lines}
        assert advised == {
            story["story_id"]
            for story in Out(out).stories
            if story["size"] >= 4
            and {"derived", "rewrite"} & {member["relation"] for member in story["members"]}
        }

    def test_a_story_of_unknown_outlets_is_listed_without_them(self, command, jsonl, out):
        (line,) = self.warnings(command, jsonl(RECORDS[:2]), out, "--warn-story-size", 2)

        assert ": 2 documents; weakest link: a and b at 1.00" in line

    def test_a_host_with_many_duplicates_is_listed(self, command, jsonl, out):
        source = jsonl(copied("a", 12, host="mirror.example"))

        assert self.warnings(command, source, out) == [
            "host mirror.example: 11 of 12 documents are duplicates: 11 exact"
        ]
        assert self.warnings(command, source, out, "--warn-host-share", 0.95) == []

    def test_the_commands_that_it_names_show_the_story_and_the_duplicates(
        self, command, jsonl, tmp_path
    ):
        source, out = jsonl(copied("a", 12, host="mirror.example")), tmp_path / "an out's folder"
        done = command("run", source, "-o", out, "--warn-story-size", 3)
        lines = [line for line in done.stderr.splitlines() if ": dedup " in line]
        read, listed = (
            command(*shlex.split(line)[shlex.split(line).index("dedup") + 1 :]) for line in lines
        )

        assert (read.exit_code, listed.exit_code) == (0, 0), read.output + listed.output
        assert Out(out).stories[0]["story_id"] in read.stdout
        assert listed.stdout.count("exact") >= 11

    def test_the_first_five_are_listed_and_the_rest_counted(self, command, jsonl, out):
        records = [each for name in "abcdefg" for each in copied(name, 2)]
        lines = self.warnings(command, jsonl(records), out, "--warn-story-size", 2)

        assert [line.split()[0] for line in lines] == ["story"] * 5 + ["2"]
        assert lines[-1] == "2 more large stories, 0 more such hosts: see manifest.json"

    def test_a_name_cannot_write_on_the_terminal(self, command, jsonl, out):
        records = copied("x", 2)
        records[0]["id"] = "a\x1b[2J\nhost evil.example\ud800" + "b" * 300
        (line,) = self.warnings(command, jsonl(records), out, "--warn-story-size", 2)

        assert r"a\x1b[2J\nhost evil.example" in line
        assert line.isprintable()
        assert len(line) < 400

    def test_quiet_lists_nothing(self, command, jsonl, out):
        source = jsonl(copied("a", 12, host="mirror.example"))

        assert self.warnings(command, source, out, "--warn-story-size", 2, "--quiet") == []
        assert Out(out).manifest["warnings"]["stories_in_all"] == 1


class TestClean:
    def test_it_writes_documents_with_what_was_taken_out(self, command, jsonl):
        text = f"PORT ELWOOD, March 6 (Reuters) - {TEXT.strip()}\nSign up to our newsletter!"
        done = command("clean", jsonl([{"id": "a", "text": text, "own": [1, None]}]), "--quiet")
        (line,) = map(json.loads, done.stdout_bytes.splitlines())

        assert done.exit_code == 0
        assert line["text"] == TEXT.strip()
        assert (line["id"], line["own"], line["agency"]) == ("a", [1, None], "Reuters")
        assert line["dateline"].startswith("PORT ELWOOD")
        assert {"dateline", "prompts"} <= {piece["step"] for piece in line["removed"]}
        for piece in line["removed"]:
            assert piece["text"] in text

    def test_pages_give_their_fields(self, command, samples):
        done = command("clean", samples / "dump", "--quiet")
        lines = [json.loads(line) for line in done.stdout_bytes.splitlines()]

        assert len(lines) == 59
        for line in lines:
            assert {"id", "text", "title", "removed"} <= line.keys()

    def test_cleaning_twice_is_cleaning_once(self, command, samples, tmp_path):
        once = command("clean", samples / "dump", "--quiet").stdout_bytes
        path = tmp_path / "once.jsonl"
        path.write_bytes(once)
        twice = command("clean", path, "--quiet").stdout_bytes

        assert [json.loads(line)["text"] for line in twice.splitlines()] == [
            json.loads(line)["text"] for line in once.splitlines()
        ]

    def test_a_file_is_written_whole_and_never_replaced_silently(self, command, source, tmp_path):
        out, rejected = tmp_path / "clean.jsonl", tmp_path / "rejected.jsonl"
        done = command("clean", source, "-o", out, "--rejected", rejected)
        assert (done.exit_code, done.stdout) == (0, "")
        assert "3 inputs: 3 cleaned, 0 rejected" in done.stderr
        assert [each["id"] for each in read_lines(out)] == ["a", "b", "c"]
        assert read_lines(rejected) == []

        assert "--overwrite" in sentence(command("clean", source, "-o", out), 1)
        (tmp_path / "new").mkdir()
        refused = command("clean", source, "-o", tmp_path / "new" / "x", "--rejected", rejected)
        assert "--overwrite" in sentence(refused, 1)
        assert not (tmp_path / "new" / "x").exists()
        assert command("clean", source, "-o", out, "--overwrite").exit_code == 0

    @pytest.mark.parametrize("arguments", [["clean", "-o"], ["run", "-o", "out", "--annotate"]])
    def test_an_output_is_never_put_in_the_place_of_a_pipe(
        self, arguments, command, jsonl, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        source, pipe = jsonl([{"id": "a", "text": TEXT}]), tmp_path / "pipe.jsonl"
        os.mkfifo(pipe)
        done = command(*arguments, pipe, source, "--overwrite", "--quiet")

        assert "is no regular file" in sentence(done, 1)
        assert pipe.is_fifo()

    def test_rejected_inputs_are_written_with_their_reasons(self, command, samples, tmp_path):
        rejected = tmp_path / "rejected.jsonl"
        done = command("clean", samples / "dump", "--rejected", rejected, "--quiet", "--strict")

        assert done.exit_code == 1
        assert {each["reason"] for each in read_lines(rejected)} == {"empty", "no-text", "not-html"}

    def test_an_input_is_never_replaced(self, command, source):
        before = source.read_bytes()
        sentence(command("clean", source, "-o", source, "--overwrite", "--quiet"), 1)

        assert source.read_bytes() == before


def test_ctrl_c_while_modules_are_imported_is_no_traceback():
    program = (
        "import builtins, dedup.__main__ as dedup\n"
        "imported = builtins.__import__\n"
        "def stopped(name, *rest):\n"
        "    if name == 'dedup.cli': raise KeyboardInterrupt\n"
        "    return imported(name, *rest)\n"
        "builtins.__import__ = stopped\n"
        "dedup.command()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Aborted!\n")

"""What the command writes to stderr: bars, lines of a log, JSON for machines."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from types import ModuleType, SimpleNamespace

import pytest
import tqdm.notebook  # noqa: F401  # patched in a test
from runs import ROOT, Out

from dedup import deduplicate
from dedup.cli import log as cli_log
from dedup.progress_bars import _bar_class
from dedup.stage_progress import NAMES, ShownProgress, StageProgress

CLOCK = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "

TEXT = "The council voted on Tuesday to keep the old library of the town open for a year. " * 4
RECORDS = [{"id": str(n), "text": f"Report {n % 3}. {TEXT}"} for n in range(6)]


@pytest.fixture
def often(monkeypatch):
    """A minute is a moment."""
    monkeypatch.setattr(cli_log, "LINE_SECONDS", 0.02)


class TestWithoutATerminal:
    def test_a_short_run_writes_its_summary_alone(self, command, samples, tmp_path):
        done = command("run", samples / "dump.jsonl", "-o", tmp_path / "out")
        lines = [line for line in done.stderr.splitlines() if "compiling" not in line]
        assert re.match(r"62 inputs in \d+\.\d s: ", lines[0])
        assert "\r" not in done.stderr

    def test_a_long_run_writes_a_line_a_minute_and_one_for_each_long_stage(
        self, often, command, samples, tmp_path
    ):
        done = command("run", samples / "dump", "-o", tmp_path / "out")
        lines = done.stderr.splitlines()
        reading = [line for line in lines if "reading and cleaning" in line]

        assert len(reading) > 2
        for line in reading[:-1]:
            facts = r"(\d+ documents, )?([\d.,]+/s, )?(\d+ s|\d+ s left)"
            assert re.fullmatch(rf"{CLOCK}reading and cleaning: \d+%, {facts}", line)
        assert re.fullmatch(rf"{CLOCK}reading and cleaning: done, 62 documents, \d+ s", reading[-1])
        assert "\r" not in done.stderr

    def test_verbose_has_a_sentence_on_each_stage_with_its_time(self, command, samples, tmp_path):
        done = command("run", samples / "dump", "-o", tmp_path / "out", "-v")
        lines = [line for line in done.stderr.splitlines() if re.match(CLOCK, line)]
        sentences = [re.sub(CLOCK, "", line) for line in lines if "compiling" not in line]

        assert sentences[0] == "read and cleaned 62 inputs"
        assert "matched copies: 20 candidate pairs of 50 texts, 17 match" in sentences
        assert len(sentences) == 9
        assert command("run", samples / "dump", "-o", tmp_path / "b", "-q").stderr == ""

    def test_a_log_that_ends_early_changes_no_result(self, command, samples, sample_run, tmp_path):
        reader, writer = os.pipe()
        os.close(reader)
        done = command.installed(
            "run", samples / "dump", "-o", tmp_path / "out", "-v", capture_output=False,
            stderr=writer, stdout=subprocess.PIPE,
        )  # fmt: skip
        os.close(writer)
        assert done.stdout == b""
        assert Out(tmp_path / "out").tables() == sample_run.tables()


def objects(stderr):
    """The lines of a log for machines."""
    lines = [json.loads(line) for line in stderr.splitlines()]
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
        assert line["level"] in ("info", "warning", "error")
        assert line["event"]
    return lines


class TestForMachines:
    def run(self, command, *arguments):
        return objects(command("run", *arguments, "--log-format", "json").stderr)

    def test_each_stage_and_the_summary_are_objects(self, command, samples, tmp_path):
        lines = self.run(command, samples / "dump", "-o", tmp_path / "out")
        stages = [line for line in lines if line["event"] == "stage"]
        (summary,) = [line for line in lines if line["event"] == "summary"]
        manifest = Out(tmp_path / "out").manifest

        assert [each["stage"] for each in stages] == list(manifest["timings"])
        assert stages[0]["documents"] == 62
        assert summary["counts"] == manifest["counts"]
        assert summary["exit_code"] == 0
        assert lines[-1] == summary

    def test_a_line_a_minute_says_how_far_a_stage_is(self, often, command, samples, tmp_path):
        lines = self.run(command, samples / "dump", "-o", tmp_path / "out")
        reading = [
            line
            for line in lines
            if line["event"] == "progress" and line["stage"] == "read and clean"
        ]
        shares = [line["share"] for line in reading]
        assert len(shares) > 1
        assert shares == sorted(shares)
        assert {"documents", "seconds", "per_second", "seconds_left"} <= reading[0].keys()

    def test_verbose_adds_messages_with_their_numbers(self, command, samples, tmp_path):
        lines = self.run(command, samples / "dump", "-o", tmp_path / "out", "-v")
        (matched,) = [line for line in lines if line.get("message", "").startswith("matched")]
        assert (matched["candidates"], matched["texts"], matched["matches"]) == (20, 50, 17)
        assert matched["stage"] == "match posts"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--workers", "0"], "Invalid value for '--workers': 0 is not"),
            (["--workres", "2"], "No such option"),
            (["--threshold", "7"], "--threshold is 7"),
            (["--canonical", "nobody"], "nobody"),
        ],
    )
    def test_an_error_is_one_object(self, options, message, command, samples, tmp_path):
        arguments = ["run", samples / "dump", "-o", tmp_path / "out", *options]
        done = command(*arguments, "--log-format=json")
        (line,) = objects(done.stderr)

        assert (line["level"], line["event"]) == ("error", "error")
        assert message in line["message"]
        assert done.exit_code == command(*arguments).exit_code != 0

    def test_quiet_leaves_errors(self, command, samples, tmp_path):
        arguments = [samples / "dump.jsonl", "-o", tmp_path / "out", "-q"]
        assert self.run(command, *arguments) == []
        (line,) = self.run(command, *arguments)
        assert "holds an earlier run" in line["message"]

    def test_a_dry_run_lists_objects(self, command, samples):
        *sources, total = self.run(command, samples / "dump", "--dry-run")
        assert total["files"] == len(sources) == 62
        assert total["bytes"] == sum(source["bytes"] for source in sources)

    def test_cleaning_has_a_summary_too(self, command, samples, tmp_path):
        out = tmp_path / "clean.jsonl"
        done = command("clean", samples / "dump.jsonl", "-o", out, "--log-format", "json")
        summary = objects(done.stderr)[-1]
        assert summary["event"] == "summary"
        assert summary["counts"]["inputs"] == 62
        assert summary["exit_code"] == 0

    def test_cleaning_nothing_says_its_exit_code(self, command, tmp_path):
        (tmp_path / "empty").mkdir()
        done = command("clean", tmp_path / "empty", "--log-format", "json")
        *_, summary, error = objects(done.stderr)
        assert summary["exit_code"] == done.exit_code == 1
        assert error["event"] == "error"

    def test_the_format_of_a_settings_file_holds_for_errors_in_options(
        self, command, samples, tmp_path
    ):
        settings = tmp_path / "nightly.toml"
        settings.write_text('log-format = "json"', "utf-8")
        arguments = ["run", samples / "dump.jsonl", "--config", settings, "--workers", "0"]
        (line,) = objects(command(*arguments).stderr)
        assert "--workers" in line["message"]
        assert command(*arguments, "--log-format", "text").stderr.startswith("Usage: ")

    @pytest.mark.parametrize("name", ["run", "clean"])
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_a_run_that_is_stopped_while_it_loads_says_so_in_one_line(
        self, name, form, command, samples, monkeypatch
    ):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(f"dedup.cli.{name}.load_for_pages", stop)
        arguments = [name, samples / "dump.jsonl", "-o", "out", "--log-format", form]
        done = command(*arguments)
        assert done.exit_code == 1
        if form == "json":
            (line,) = objects(done.stderr)
            assert (line["event"], line["message"]) == ("error", "stopped")
        else:
            assert done.stderr == "Error: stopped\n"


def on_a_terminal(arguments, columns=80, stop_after=None, **variables):
    """Run the command on a terminal; return what it wrote, and its exit code."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "dedup", *map(str, arguments)], cwd=ROOT, stderr=its,
        stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm", **variables},
    )  # fmt: skip
    os.close(its)
    written, began = b"", time.monotonic()
    try:
        while data := os.read(ours, 65536):
            written += data
            if stop_after is not None and stop_after in written:
                process.send_signal(signal.SIGINT)
                stop_after = None
            assert time.monotonic() - began < 120
    except OSError:  # Linux: the other end was closed
        pass
    os.close(ours)
    return written.decode(), process.wait(60)


def screen(written):
    """The lines that remain on a terminal, which knows \\r and the erasing to the end of a line."""
    lines = []
    column = 0
    for row in written.replace("\r\n", "\n").split("\n"):
        cells = []
        for part in row.split("\r"):
            for piece in re.split(r"(\033\[K)", part):
                if piece == "\033[K":
                    del cells[column:]
                    continue
                column = len(piece)
                cells[:column] = piece
            column = 0
        lines.append("".join(cells).rstrip())
    return [line for line in lines if line]


@pytest.mark.slow
class TestOnATerminal:
    @pytest.mark.parametrize("columns", [40, 80, 200])
    def test_bars_come_one_at_a_time_and_leave_nothing_but_lines(self, columns, samples, tmp_path):
        written, code = on_a_terminal(["run", samples / "dump", "-o", tmp_path / "out"], columns)
        drawn = re.split(r"[\r\n]+", written)

        assert code == 0
        assert any(re.match(r"reading and cleaning +\d+ %\|", line) for line in drawn)
        assert max(map(len, (line for line in drawn if "%|" in line))) < columns
        remaining = [line for line in screen(written) if "compiling" not in line]
        while re.fullmatch(r"[a-z ]+: (\d+ \w+, )?\d+ s", remaining[0]):
            remaining.pop(0)
        assert re.match(r"62 inputs in ", remaining[0])

    @pytest.mark.parametrize("variables", [{"TERM": "dumb"}])
    def test_a_terminal_that_cannot_move_its_cursor_gets_lines(self, variables, samples, tmp_path):
        written, _ = on_a_terminal(["run", samples / "dump", "-o", tmp_path / "out"], **variables)
        assert "\r" not in written.replace("\r\n", "\n")
        assert "\033" not in written

    def test_bars_have_no_colours(self, samples, tmp_path):
        written, _ = on_a_terminal(["run", samples / "dump", "-o", tmp_path / "out"])
        assert set(re.findall(r"\033\[[\d;]*[a-zA-Z]", written)) <= {"\033[K"}

    def test_a_stopped_run_leaves_one_clean_line(self, samples, tmp_path):
        written, code = on_a_terminal(
            ["run", samples / "dump", "-o", tmp_path / "out"], stop_after=b"reading and cleaning"
        )
        assert code == 1
        assert [line for line in screen(written) if "compiling" not in line] == [
            "Error: stopped; continue with the same command and --resume"
        ]


def test_every_stage_has_a_name_for_a_person():
    stages = {
        call.args[0].value
        for path in (ROOT / "dedup").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") == "start"
        and len(call.args) == 3
        and isinstance(call.args[0], ast.Constant)
    }
    assert stages == NAMES.keys()


@pytest.mark.parametrize(
    ("stage", "facts", "result"),
    [
        (StageProgress("match", None, "text"), "10 s", "10 s"),
        (StageProgress("match", None, "text", 500), "500 texts, 10 s", "500 texts, 10 s"),
        (
            StageProgress("sign", 4000, "doc", 1000),
            "1,000 documents, 100/s, 30 s left",
            "1,000 documents, 10 s",
        ),
        (
            StageProgress("read and clean", 1000, "B", 100, 15),
            "15 documents, 1.5/s, 1 min 30 s left",
            "15 documents, 10 s",
        ),
        (
            StageProgress("read and clean", None, "B", 100, 1500),
            "1,500 documents, 150/s, 10 s",
            "1,500 documents, 10 s",
        ),
        (StageProgress("write", None, "file", 1), "10 s", "10 s"),
        (StageProgress("sign", 0, "doc"), "10 s", "10 s"),
    ],
)
def test_a_stage_is_described_by_what_means_something(stage, facts, result):
    stage.began = time.monotonic() - 10.001
    assert stage.facts() == facts
    assert stage.result() == result


def test_a_rate_waits_for_some_seconds():
    assert StageProgress("sign", 4000, "doc", 1000).facts() == "1,000 documents, 0 s"


class Display:
    """Keeps what it is asked to show."""

    interval = 0.01

    def __init__(self):
        self.calls = []

    def begin(self, stage):
        self.calls.append(("begin", stage.stage))

    def update(self, stage):
        self.calls.append(("update", stage.done))

    def finish(self, stage):
        self.calls.append(("finish", stage.done))

    def stop(self):
        self.calls.append(("stop",))


def test_a_stage_that_counts_nothing_is_shown_meanwhile():
    display = Display()
    with ShownProgress(display) as progress:
        progress.start("match", None, "text")
        time.sleep(0.2)
        progress.advance(5)
        progress.end()
        progress.advance(7)
    assert display.calls[0] == ("begin", "match")
    assert display.calls.count(("update", 0)) > 2
    assert display.calls[-2:] == [("finish", 5), ("stop",)]


class TestLibrary:
    def test_it_shows_nothing_unless_it_is_asked(self, capfd):
        deduplicate(RECORDS)
        deduplicate(RECORDS, progress=False)
        deduplicate(RECORDS, progress=True)  # there is no terminal
        assert capfd.readouterr() == ("", "")

    def test_in_a_notebook_the_bars_are_widgets(self, monkeypatch):
        notebook = ModuleType("IPython")
        notebook.get_ipython = SimpleNamespace
        widget = type("tqdm_notebook", (), {})
        monkeypatch.setitem(sys.modules, "IPython", notebook)
        monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", ModuleType("zmqshell"))
        monkeypatch.delitem(sys.modules, "tqdm.autonotebook", raising=False)
        monkeypatch.setattr("tqdm.notebook.IProgress", object())
        monkeypatch.setattr("tqdm.notebook.tqdm", widget)
        found = _bar_class()
        del sys.modules["tqdm.autonotebook"]
        assert found is widget

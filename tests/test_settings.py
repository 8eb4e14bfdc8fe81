"""Options in a settings file: found or named, checked, outdone by the command line, recorded."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import hypothesis
import hypothesis.strategies as st
import pytest
from click.core import ParameterSource
from hypothesis import given
from runs import Out

from dedup.cli import main
from dedup.cli.settings import REMOVES, SettingsCommand
from dedup.cli.settings_file import LARGEST_BYTES
from dedup.cli.settings_values import settable
from dedup.config import Config

TEXT = "The ferry to Port Elwood will run again from Monday, its owner said on Friday. " * 3

RECORDS = [{"id": "a", "text": TEXT}, {"id": "b", "text": TEXT}]

VALUES = (
    *("true", "[]", "[[]]", "{}", '{a = "b"}', "[{}]", "1979-05-27", "07:32:00", "[1, 'a']"),
    *('["a"]', '""', '"~"', '"-"', '"/"', "0.5", "inf", "-nan", r'"\u0000"'),
)
"""TOML values of every type."""

SETTABLE = [
    pytest.param(name, key, id=f"{name} {key}")
    for name, each in main.commands.items()
    for key in settable(each)
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder: that of a project, with a file of records."""
    monkeypatch.chdir(tmp_path)
    lines = "".join(json.dumps(each) + "\n" for each in RECORDS)
    (tmp_path / "news.jsonl").write_text(lines, "utf-8")
    return tmp_path


def write(path, text):
    """Write a settings file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def succeed(command, *arguments):
    """Run a command, which must succeed, and return what it prints on stderr."""
    done = command(*arguments)
    assert done.exit_code == 0, done.output
    return done.stderr


def refusal(command, *arguments):
    """Run a command, which must be refused as wrong usage, and return the sentence."""
    done = command(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    *usage, line = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert all(each.startswith(("Usage:", "Try", "settings:")) for each in usage if each)
    return line.removeprefix("Error: ")


def manifest(out="out"):
    return Out(Path(out)).manifest


def parse(name, *arguments):
    """Parse the command line of a command, and return its context."""
    each = main.commands[name]
    paths = [argument for argument in each.params if isinstance(argument, click.Argument)]
    given = ["news.jsonl" for argument in paths if argument.name != "inputs"]
    context = click.Context(main, info_name="dedup")
    return each.make_context(name, [*map(str, arguments), *given], parent=context)


def sample(option):
    """A value for an option that is not its default: as TOML, and on the command line."""
    kind = option.type
    if option.name == "inputs":
        return '["news.jsonl"]', ["news.jsonl"]
    flag = max(option.opts, key=len)
    if option.is_bool_flag:
        return "true", [flag]
    if isinstance(kind, click.types.IntParamType):
        return "3", [flag, "3"]
    if isinstance(kind, click.types.FloatParamType):
        return "0.25", [flag, "0.25"]
    if isinstance(kind, click.Choice):
        text = kind.choices[-1]
    else:
        text = "text=body" if "=" in (option.metavar or "") else "3"
    return (f'["{text}"]' if option.multiple else f'"{text}"'), [flag, text]


class TestEveryOption:
    @pytest.mark.parametrize("each", main.commands.values(), ids=main.commands)
    def test_every_command_reads_a_settings_file(self, each, command):
        assert isinstance(each, SettingsCommand)
        assert "--config" in command(each.name, "--help").stdout

    @pytest.mark.parametrize(("name", "key"), SETTABLE)
    @pytest.mark.parametrize("table", ["", "own"])
    def test_it_means_in_a_file_what_it_means_on_the_command_line(self, name, key, table, folder):
        option = settable(main.commands[name])[key]
        text, arguments = sample(option)
        spelled = key.replace("-", "_") if table else key
        write(folder / "dedup.toml", f"{f'[{name}]' if table else ''}\n{spelled} = {text}\n")
        inputs = [] if key == "inputs" or "inputs" not in keys_of(name) else ["news.jsonl"]
        from_file = parse(name, *inputs)
        given = parse(name, "--no-config", *arguments, *inputs)

        assert from_file.params == given.params
        assert from_file.get_parameter_source(option.name) is ParameterSource.DEFAULT_MAP
        assert given.get_parameter_source(option.name) is ParameterSource.COMMANDLINE

    def test_there_are_options_to_try(self):
        assert len(SETTABLE) > 40


def keys_of(name):
    return settable(main.commands[name]).keys()


class TestWhichFile:
    def test_the_nearest_folder_wins(self, command, folder, monkeypatch):
        write(folder / "dedup.toml", "threshold = 0.6")
        write(folder / "project" / "dedup.toml", "threshold = 0.7")
        below = folder / "project" / "a" / "b"
        below.mkdir(parents=True)
        monkeypatch.chdir(below)
        printed = succeed(command, "run", folder / "news.jsonl", "-o", "out")

        assert printed.startswith("settings: ../../dedup.toml (threshold)\n")
        assert manifest()["config"]["story"]["threshold"] == 0.7

    def test_dedup_toml_wins_over_pyproject(self, command, folder):
        write(folder / "pyproject.toml", "[tool.dedup]\nthreshold = 0.7")
        succeed(command, "run", "news.jsonl", "-o", "one")
        write(folder / "dedup.toml", "threshold = 0.6")
        succeed(command, "run", "news.jsonl", "-o", "two")

        assert manifest("one")["settings"]["file"] == "pyproject.toml"
        assert manifest("one")["config"]["story"]["threshold"] == 0.7
        assert manifest("two")["config"]["story"]["threshold"] == 0.6

    @pytest.mark.parametrize(
        "other",
        [
            "[project]\nname = 'mine'",
            "[tool.other]\nthreshold = 0.9",
            "[tool.other]\nneeds = 'dedup'",
            "tool = 'dedup'",
            "this is no TOML",
            "# " + "x" * LARGEST_BYTES,
        ],
        ids=lambda text: text[:30],
    )
    def test_a_pyproject_of_others_does_not_stop_the_search(
        self, other, command, folder, monkeypatch
    ):
        write(folder / "dedup.toml", "threshold = 0.6")
        write(folder / "project" / "pyproject.toml", other)
        monkeypatch.chdir(folder / "project")
        printed = succeed(command, "run", "../news.jsonl", "-o", "out")

        assert printed.startswith("settings: ../dedup.toml (threshold)\n")

    def test_a_named_file_is_read_in_place_of_those_that_would_be_found(self, command, folder):
        write(folder / "dedup.toml", "no-such-option = 1")
        named = write(folder / "nightly" / "own.toml", "threshold = 0.8")
        succeed(command, "run", "news.jsonl", "-o", "out", "--config", named)

        assert manifest()["config"]["story"]["threshold"] == 0.8
        assert manifest()["settings"]["file"] == "own.toml"

    def test_a_named_pyproject_must_have_the_table(self, command, folder):
        named = write(folder / "else" / "pyproject.toml", "[tool.other]\n")
        line = refusal(command, "run", "news.jsonl", "-o", "out", "--config", named)

        assert "has no table [tool.dedup]" in line

    def test_no_file_is_read_under_no_config(self, command, folder):
        write(folder / "dedup.toml", "no-such-option = 1")
        succeed(command, "run", "news.jsonl", "-o", "out", "--no-config")

        assert manifest()["settings"]["file"] is None
        assert manifest()["settings"]["sha256"] is None

    @pytest.mark.parametrize("swapped", [False, True])
    def test_a_file_and_no_file_exclude_each_other(self, swapped, command, folder):
        write(folder / "dedup.toml", "threshold = 0.6")
        given = [("--no-config",), ("--config", "dedup.toml")]
        chosen = [word for option in given[:: -1 if swapped else 1] for word in option]

        assert "exclude each other" in refusal(command, "run", "news.jsonl", *chosen)

    def test_a_named_file_that_is_not_there_is_reported(self, command):
        assert "does not exist" in refusal(command, "run", "news.jsonl", "--config", "none.toml")

    def test_a_folder_of_that_name_is_no_settings_file(self, command, folder):
        (folder / "dedup.toml").mkdir()
        succeed(command, "run", "news.jsonl", "-o", "out")

    def test_a_pipe_of_that_name_is_not_waited_for(self, command, folder):
        os.mkfifo(folder / "dedup.toml")
        succeed(command, "run", "news.jsonl", "-o", "out")

    def test_a_current_folder_that_is_gone_has_no_settings(self, command, folder, monkeypatch):
        gone = folder / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        succeed(command, "run", folder / "news.jsonl", "-o", folder / "out")

    def test_quiet_does_not_say_which(self, command, folder):
        write(folder / "dedup.toml", "threshold = 0.6")
        assert succeed(command, "run", "news.jsonl", "-o", "one", "-q") == ""
        write(folder / "dedup.toml", "quiet = true")
        assert succeed(command, "run", "news.jsonl", "-o", "two") == ""

    def test_a_machine_reads_which(self, command, folder):
        write(folder / "dedup.toml", 'log-format = "json"\n[run]\nmin-tokens = 7')
        printed = succeed(command, "run", "news.jsonl", "-o", "out")
        first, *_ = map(json.loads, printed.splitlines())

        assert first["event"] == "settings"
        assert first["file"] == "dedup.toml"
        assert first["keys"] == ["log-format", "run.min-tokens"]

    def test_help_neither_reads_one_nor_changes_its_defaults(self, command, folder):
        before = command("run", "--help").stdout
        write(folder / "dedup.toml", "no-such-option = 1")

        assert command("run", "--help").stdout == before
        assert str(Config().story.threshold) in before
        assert "[tool.dedup]" in before


class TestValues:
    def test_a_table_of_the_command_wins_over_shared_keys(self, command, folder):
        write(folder / "dedup.toml", "min-tokens = 9\n[run]\nmin-tokens = 7\n[clean]\nquiet = true")
        succeed(command, "run", "news.jsonl", "-o", "out")

        assert manifest()["config"]["clean"]["min_tokens"] == 7
        assert manifest()["settings"]["origin"]["min-tokens"] == "file: run.min-tokens"
        assert command("clean", "news.jsonl").stderr == ""

    def test_a_key_of_another_command_is_passed_over(self, command, folder):
        write(folder / "dedup.toml", 'threshold = 0.6\nbootstrap = 10\nrejected = "r.jsonl"')
        succeed(command, "clean", "news.jsonl")

        assert (folder / "r.jsonl").exists()

    def test_options_of_the_command_line_win(self, command, folder):
        write(folder / "dedup.toml", 'threshold = 0.6\nlevel = "copies"\nmin_tokens = 8')
        printed = succeed(
            command, *("run", "news.jsonl", "-o", "out", "--threshold", "0.7", "--level", "stories")
        )

        assert printed.startswith("settings: dedup.toml (min-tokens)\n")
        assert manifest()["config"]["story"]["threshold"] == 0.7
        assert manifest()["config"]["level"] == "stories"
        assert manifest()["config"]["clean"]["min_tokens"] == 8

    def test_an_engine_and_files_of_the_run_go_together(self, command, folder):
        """Whichever the file sets, and whichever the command line."""
        files = {"annotate": "all.jsonl", "report": "page.html", "survivors": "-"}
        run = ("run", "news.jsonl", "-o", "out", "--dry-run")
        write(folder / "dedup.toml", '[run]\nengine = "sail"\nwork = "work"')
        for name, value in files.items():
            done = command(*run, f"--{name}", value)
            assert "settings: dedup.toml (run.engine, run.work)\n" in done.stderr
        done = command(*run, "--store", "news.sqlite")
        assert "settings: dedup.toml (nothing)\n" in done.stderr
        lines = [f'{name} = "{value}"' for name, value in files.items()]
        write(folder / "dedup.toml", "\n".join(["[run]", *lines, 'store = "news.sqlite"']))
        done = command(*run, "--engine", "sail")
        keys = ", ".join(f"run.{name}" for name in files)
        assert f"settings: dedup.toml ({keys})\n" in done.stderr

    def test_a_value_that_is_overruled_may_be_out_of_range(self, command, folder):
        write(folder / "dedup.toml", 'threshold = 7\nlevel = "chapters"')
        succeed(
            command, *("run", "news.jsonl", "-o", "out", "--threshold", "0.7", "--level", "stories")
        )

    def test_a_flag_is_switched_off_on_the_command_line(self, command, folder):
        lines = (folder / "news.jsonl").read_text() + '{"id": "c", "text": ""}\n'
        (folder / "news.jsonl").write_text(lines)
        write(folder / "dedup.toml", "strict = true")

        assert command("run", "news.jsonl", "-o", "one").exit_code == 1
        assert command("run", "news.jsonl", "-o", "two", "--no-strict").exit_code == 0
        assert command("run", "news.jsonl", "-o", "three", "--no-strict", "--strict").exit_code == 1
        assert manifest("two")["settings"]["origin"]["strict"] == "command line"

    def test_several_values_replace_those_of_the_file(self, command, folder):
        write(folder / "dedup.toml", 'agency = ["Interwire", "Brannish Wire"]')
        succeed(command, "run", "news.jsonl", "-o", "one")
        succeed(command, "run", "news.jsonl", "-o", "two", "--agency", "Wend Wire")

        assert manifest("one")["config"]["clean"]["agencies"] == ["Interwire", "Brannish Wire"]
        assert manifest("two")["config"]["clean"]["agencies"] == ["Wend Wire"]

    @pytest.mark.parametrize(
        "field",
        [
            *('field = {text = "body"}', 'field = ["text=body"]', 'field = "text=body"'),
            *('field.text = "body"', '[field]\ntext = "body"', '[run.field]\ntext = "body"'),
        ],
    )
    def test_fields_are_a_list_or_a_table(self, field, command, folder):
        records = [{"id": each["id"], "body": each["text"]} for each in RECORDS]
        (folder / "own.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
        write(folder / "dedup.toml", field)
        succeed(command, "run", "own.jsonl", "-o", "out")

        assert set(Out(folder / "out").status().values()) == {"canonical", "duplicate"}

    def test_paths_and_inputs_are_relative_to_the_file(self, command, folder, monkeypatch):
        write(folder / "dedup.toml", 'inputs = ["news.jsonl"]\n[run]\noutput = "results/out"')
        (folder / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(folder / "a" / "b")
        printed = succeed(command, "run")
        found = Out(folder / "results" / "out")

        assert found.status() == {"a": "canonical", "b": "duplicate"}
        assert found.manifest["read"]["inputs"] == ["../../news.jsonl"]
        assert "settings: ../../dedup.toml (inputs, run.output)" in printed

    def test_inputs_of_the_command_line_replace_those_of_the_file(self, command, folder):
        write(folder / "dedup.toml", 'inputs = ["missing.jsonl"]')
        succeed(command, "run", "news.jsonl", "-o", "out")

        assert manifest()["settings"]["origin"]["inputs"] == "command line"

    def test_an_input_may_be_a_glob_below_a_folder_named_like_one(self, command, folder):
        place = folder / "n[e]ws"
        write(place / "own.toml", 'inputs = ["*.jsonl"]\noutput = "out"')
        (folder / "news.jsonl").rename(place / "news.jsonl")
        succeed(command, "run", "--config", place / "own.toml")

        assert len(Out(place / "out").decisions) == 2

    def test_a_number_is_taken_for_a_text(self, command, folder):
        write(folder / "dedup.toml", '[run]\nstore = "news.sqlite"\ndump = 20240502')
        succeed(command, "run", "news.jsonl", "-o", "out")

        assert manifest()["store"]["name"] == "20240502"

    def test_stdin_stays_stdin(self, command, folder):
        write(folder / "dedup.toml", '[run]\ninputs = ["-"]\n[clean]\noutput = "-"')
        done = command("run", "-o", "out", stdin=(folder / "news.jsonl").read_text())

        assert done.exit_code == 0, done.output
        assert manifest()["read"]["inputs"] == ["-"]
        assert command("clean", "news.jsonl", "-q").stdout.count("\n") == 2

    def test_a_byte_order_mark_and_line_ends_of_windows_are_read(self, command, folder):
        content = b"\xef\xbb\xbfthreshold = 0.6\r\n[run]\r\nmin-tokens = 7\r\n"
        (folder / "dedup.toml").write_bytes(content)
        succeed(command, "run", "news.jsonl", "-o", "out")

        assert manifest()["config"]["story"]["threshold"] == 0.6


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("threshhold = 0.5", "threshhold: there is no such option; did you mean threshold?"),
            ("[run]\nmin-token = 5", "run.min-token: there is no such option; .*min-tokens"),
            ("[clean]\nthreshold = 0.5", "clean.threshold: there is no such option"),
            (
                "storr = 1",
                "storr: there is no such option; did you mean store or scorer or sort[?]",
            ),
            ("[rum]\nthreshold = 0.5", "rum: there is no such option; did you mean run?"),
            ("run = 3", r"run: give a table of options, as in \[run\]"),
            ("config = 'other.toml'", "config: there is no such option"),
            ('"\\u001b[2J" = 1', r"\\x1b\[2J: there is no such option"),
            ("threshold = '0.5'", "threshold: give a number, not a string"),
            ("threshold = true", "threshold: give a number, not true or false"),
            ("threshold = 2026-03-01", "threshold: give a number, not a date or a time"),
            ("min_tokens = 5.0", "min-tokens: give an integer, not a number"),
            ("min_tokens = [5]", "min-tokens: give an integer, not a list"),
            ("strict = 'yes'", "strict: give true or false, not a string"),
            ("strict = 1", "strict: give true or false, not an integer"),
            ("dump = 1.5", "dump: give a string, not a number"),
            ("level = 3", "level: give a string, not an integer"),
            ("include = [1]", "include: give a string, not an integer"),
            ("include = {a = 'b'}", "include: give a string, not a table"),
            ("field = {text = 1}", "field: give a string, not an integer"),
            ("inputs = [1]", "inputs: give a string, not an integer"),
            ('scorer = "a\\u0000b"', r"scorer: a string cannot have the character U\+0000"),
            ("max-bytes = 5000\nmax_bytes = 6000", "max-bytes: is the same option as max-bytes"),
            ("warn-story-size = 5\nreport-size = 6", "report-size: is the same option as warn-"),
            ("level = 'chapters'", r"'chapters' is not one of .*\(dedup.toml: level\)"),
            ("workers = 0", r"0 is not in the range .*\(dedup.toml: workers\)"),
            ("threshold = 7", r"--threshold is 7\.0, .* 0\.99 \(dedup.toml: threshold\)"),
            ("[run]\ntimeout = nan", r"--timeout is nan.* \(dedup.toml: run.timeout\)"),
            ("include = ['..']", r"--include \.\.: .* \(dedup.toml: include\)"),
            ("field = ['text']", r"--field text: write it .* \(dedup.toml: field\)"),
            ("canonical = ['newest']", r"--canonical newest: .* \(dedup.toml: canonical\)"),
            ("expire = 9", r"--expire needs a --store \(dedup.toml: expire\)"),
            ("resume = true\noverwrite = true", r"exclude each other \(dedup.toml: resume, overw"),
        ],
        ids=lambda text: text[:40],
    )
    def test_a_wrong_setting_names_the_file_and_the_key(self, text, message, command, folder):
        write(folder / "dedup.toml", text)
        line = refusal(command, "run", "news.jsonl", "-o", "out")

        assert "dedup.toml: " in line
        assert re.search(message, line), line
        assert not (folder / "out").exists()

    def test_a_value_of_the_command_line_is_not_laid_to_the_file(self, command, folder):
        write(folder / "dedup.toml", "threshold = 0.5")
        line = refusal(command, "run", "news.jsonl", "-o", "out", "--threshold", "7")

        assert "dedup.toml" not in line

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"threshold 0.5", "Expected .* line 1, column 11"),
            (b"\n\nlevel = 'copies", "line 3, column 16"),
            (b"a = 1\nfield = {", "line 2, column 10"),
            (b"level = 'cop\xffies'", "not UTF-8 .*line 1, column 13"),
            (b"level = 1\nlevel = 2", "line 2"),
            (b"x = " + b"9" * 5000, "digits"),
            (b"x = " + b"[" * 100_000, "nested too deeply"),
            (b"x = '" + b"x" * LARGEST_BYTES + b"'", "larger than"),
        ],
        ids=lambda value: repr(value[:30]),
    )
    @pytest.mark.parametrize("named", [False, True])
    def test_what_is_no_toml_is_one_sentence_with_the_place(
        self, content, message, named, command, folder
    ):
        (folder / ("own.toml" if named else "dedup.toml")).write_bytes(content)
        chosen = ["--config", "own.toml"] if named else []
        line = refusal(command, "run", "news.jsonl", "-o", "out", *chosen)

        assert re.match(rf"(own|dedup).toml cannot be read as TOML: .*{message}", line), line

    def test_a_user_without_a_home_has_no_paths_in_it(self, command, folder, monkeypatch):
        def missing(user):
            raise KeyError(user)

        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setattr("pwd.getpwuid", missing)
        write(folder / "dedup.toml", 'output = "~/out"')

        assert "output: this user has no home" in refusal(command, "run", "news.jsonl")

    @pytest.mark.parametrize("table", ["tool.dedup = 3", "[[tool.dedup]]\nthreshold = 0.5"])
    def test_a_table_of_ours_must_be_a_table(self, table, command, folder):
        write(folder / "pyproject.toml", table)

        assert "tool.dedup is no table" in refusal(command, "run", "news.jsonl", "-o", "out")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_a_file_that_cannot_be_read_is_reported(self, command, folder):
        write(folder / "dedup.toml", "threshold = 0.5").chmod(0)

        assert "cannot be read" in refusal(command, "run", "news.jsonl", "-o", "out")


def give_away(path, monkeypatch):
    """Make a file another user's."""
    if os.geteuid() == 0:
        os.chown(path, 12345, -1, follow_symlinks=False)
    else:
        monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)


@given(
    st.sampled_from(sorted({each.values[1] for each in SETTABLE})),
    st.sampled_from(VALUES) | st.builds(json.dumps, st.text(max_size=20) | st.integers()),
)
@hypothesis.settings(
    max_examples=300,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_any_value_is_taken_or_refused_with_its_key(folder, key, text):
    write(folder / "dedup.toml", f"{key} = {text}")
    refusals = []
    for name in main.commands:
        try:
            parse(name, *(["news.jsonl"] if "inputs" in keys_of(name) else []))
        except click.UsageError as error:
            refusals.append(error.format_message())

    assert all("dedup.toml" in each for each in refusals)


class TestTrust:
    """A file that was found may have been put there by others."""

    @pytest.fixture
    def project(self, folder, monkeypatch):
        """A folder below that of the settings, where the command is run."""
        (folder / "project" / "below").mkdir(parents=True)
        monkeypatch.chdir(folder / "project" / "below")
        return folder / "project"

    def test_a_file_of_another_user_is_refused_unless_it_is_named(
        self, command, folder, project, monkeypatch
    ):
        path = write(project / "dedup.toml", "threshold = 0.6")
        give_away(path, monkeypatch)
        run = ("run", folder / "news.jsonl")

        assert "../dedup.toml belongs to another user" in refusal(command, *run, "-o", "out")
        succeed(command, *run, "-o", "one", "--no-config")
        succeed(command, *run, "-o", "two", "--config", path)
        assert manifest("two")["config"]["story"]["threshold"] == 0.6

    def test_so_is_a_link_of_another_user_to_a_file_of_ones_own(
        self, command, folder, project, monkeypatch
    ):
        own = write(folder / "own.toml", "threshold = 0.6")
        (project / "dedup.toml").symlink_to(own)
        give_away(project / "dedup.toml", monkeypatch)

        line = refusal(command, "run", folder / "news.jsonl", "-o", "out")
        assert "belongs to another user" in line

    def test_a_pyproject_of_another_user_counts_only_if_it_has_settings(
        self, command, folder, project, monkeypatch
    ):
        path = write(project / "pyproject.toml", "[project]\nname = 'dedup-tool'")
        give_away(path, monkeypatch)
        succeed(command, "run", folder / "news.jsonl", "-o", "out")

        path.write_text("[tool.dedup]\nthreshold = 0.6")
        line = refusal(command, "run", folder / "news.jsonl", "-o", "out")
        assert "belongs to another user" in line

    def test_a_file_that_everyone_may_write_is_refused(self, command, folder, project):
        path = write(project / "dedup.toml", "threshold = 0.6")
        path.chmod(0o666)

        line = refusal(command, "run", folder / "news.jsonl", "-o", "out")
        assert "every user may write" in line
        path.chmod(0o664)
        succeed(command, "run", folder / "news.jsonl", "-o", "out")

    @pytest.mark.parametrize("argument", [".", "..", "../below/../*", "../*.toml", "../dedup.toml"])
    def test_a_file_in_the_input_is_part_of_the_dump(self, argument, command, folder, project):
        write(project / "dedup.toml", "threshold = 0.6")
        write(project / "below" / "a.html", "<p>page")
        if argument == ".":
            write(project / "below" / "dedup.toml", "threshold = 0.6")
        line = refusal(command, "run", argument, "-o", folder / "out")

        assert f"dedup.toml lies in the INPUT {argument}" in line

    def test_a_file_beside_the_input_is_not(self, command, folder, project):
        write(project / "dedup.toml", 'inputs = ["../news*.jsonl"]\noutput = "out"')
        succeed(command, "run")

        assert len(Out(project / "out").decisions) == 2

    @pytest.mark.parametrize("outside", ["../out", "{folder}/out", "~/out", "link/out"])
    @pytest.mark.parametrize("key", ["output", "store"])
    def test_a_found_file_names_no_files_outside_of_its_folder(
        self, key, outside, command, folder, project, monkeypatch
    ):
        monkeypatch.setenv("HOME", str(folder))
        (project / "link").symlink_to(folder)
        text = f'{key} = "{outside.format(folder=folder)}"'
        path = write(project / "dedup.toml", text)
        output = [] if key == "output" else ["-o", folder / "results"]
        line = refusal(command, "run", folder / "news.jsonl", *output)

        assert f"../dedup.toml: {key} names " in line
        assert "outside of the folder of the file" in line
        assert not (folder / "out").exists()
        succeed(command, "run", folder / "news.jsonl", *output, "--config", path)
        assert (folder / "out").exists()

    def test_a_whole_path_inside_of_the_folder_is_fine(self, command, folder, project):
        write(project / "dedup.toml", f'output = "{project}/out"')
        succeed(command, "run", folder / "news.jsonl")

        assert (project / "out").exists()

    def test_a_found_file_replaces_results_in_its_folder_only(self, command, folder, project):
        path = write(project / "dedup.toml", "overwrite = true")
        run = ("run", folder / "news.jsonl", "-o")
        for _ in range(2):
            succeed(command, *run, project / "out")

        before = succeed(command, *run, folder / "out", "--overwrite")
        line = refusal(command, *run, folder / "out")
        assert "../dedup.toml: overwrite does not hold for" in line
        assert "settings" in before
        succeed(command, *run, folder / "out", "--config", path)
        assert "--overwrite" in command(*run, folder / "out", "--no-overwrite").stderr

    def test_a_found_file_deletes_from_stores_in_its_folder_only(self, command, folder, project):
        write(project / "dedup.toml", "expire = 30")
        run = ("run", folder / "news.jsonl", "--store")
        line = refusal(command, *run, folder / "news.sqlite", "-o", "out")

        assert "../dedup.toml: expire does not hold for" in line
        succeed(command, *run, project / "news.sqlite", "-o", folder / "out")

    def test_a_found_file_removes_dumps_of_stores_in_its_folder_only(
        self, command, folder, project
    ):
        run = ("run", folder / "news.jsonl", "-o", "out", "--store")
        for store in (folder / "news.sqlite", project / "news.sqlite"):
            succeed(command, *run, store, "--overwrite")
        write(project / "dedup.toml", "[store]\nremove-last = true")
        line = refusal(command, "store", folder / "news.sqlite")

        assert "../dedup.toml: store.remove-last does not hold for" in line
        assert "removed dump 1" in succeed(command, "store", project / "news.sqlite")

    def test_a_found_file_replaces_scorers_in_its_folder_only(self, command, folder, project):
        write(project / "dedup.toml", "[tune]\noverwrite = true")
        line = refusal(command, "tune", "out", "labels.jsonl", "--fit", folder / "scorer.json")

        assert "../dedup.toml: tune.overwrite does not hold for" in line

    def test_a_link_to_settings_is_read_where_the_link_is(self, command, folder, project):
        write(folder / "kept" / "settings.toml", 'output = "out"')
        (project / "dedup.toml").symlink_to("../kept/settings.toml")
        succeed(command, "run", folder / "news.jsonl")

        assert (project / "out").exists()

    def test_every_flag_is_known_to_remove_nothing_or_is_listed(self):
        flags = {
            option.name
            for each in main.commands.values()
            for option in each.params
            if isinstance(option, click.Option) and option.is_flag
        }
        harmless = {
            *("strict", "quiet", "verbose", "resume", "dry_run", "as_json", "no_config"),
            *("check", "compact", "raw", "side_by_side", "documents", "as_csv", "everything"),
            "web",
        }

        assert flags - {*REMOVES} == harmless


class TestExclusions:
    def test_overwrite_on_the_command_line_switches_off_resume_of_the_file(self, command, folder):
        write(folder / "dedup.toml", "[run]\nresume = true")
        for options in ([], ["--overwrite"]):
            succeed(command, "run", "news.jsonl", "-o", "out", *options)
        assert manifest()["settings"]["origin"]["resume"] == "default"
        write(folder / "dedup.toml", "[run]\noverwrite = true")
        succeed(command, "run", "news.jsonl", "-o", "out", "--resume")
        assert "exclude each other" in refusal(
            command, "run", "news.jsonl", "-o", "out", "--resume", "--overwrite"
        )

    def test_against_on_the_command_line_takes_the_place_of_the_store_of_the_file(
        self, command, folder
    ):
        write(folder / "dedup.toml", '[run]\nstore = "news.sqlite"\nexpire = 9\ndump = "one"')
        succeed(command, "run", "news.jsonl", "-o", "out")
        done = command("run", "news.jsonl", "-o", "other", "--against", "news.sqlite")

        assert "could be used" in done.stderr.replace("could not", "could")  # all ids are known
        assert manifest("other")["store"]["against"] == "news.sqlite"


class TestManifest:
    def test_it_records_where_each_value_came_from(self, command, folder):
        path = write(folder / "dedup.toml", "threshold = 0.6\n[run]\nmin_tokens = 7")
        succeed(command, "run", "news.jsonl", "-o", "out", "--window", 2)
        settings = manifest()["settings"]
        origin = settings["origin"]

        assert settings["file"] == "dedup.toml"
        assert settings["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert origin["threshold"] == "file: threshold"
        assert origin["min-tokens"] == "file: run.min-tokens"
        assert {name for name, where in origin.items() if where == "command line"} == {
            "inputs", "output", "window"
        }  # fmt: skip
        assert origin["level"] == "default"
        shown = {key for key in keys_of("run") if not key.startswith("report-")}
        assert origin.keys() == shown

    def test_it_changes_no_result_and_no_digest(self, command, folder):
        succeed(command, "run", "news.jsonl", "-o", "one", "--threshold", "0.6")
        write(folder / "dedup.toml", "threshold = 0.6")
        succeed(command, "run", "news.jsonl", "-o", "two")
        one, two = Out(folder / "one"), Out(folder / "two")

        assert one.tables() == two.tables()
        assert one.manifest["config"] == two.manifest["config"]
        succeed(command, "run", "news.jsonl", "-o", "one", "--resume")  # the options are the same

    def test_it_says_so_of_a_run_without_a_file(self, sample_run):
        settings = sample_run.manifest["settings"]

        assert settings["file"] is None
        assert "file" not in "".join(settings["origin"].values())

    def test_no_path_of_the_machine_is_in_it(self, command, folder):
        path = write(folder / "dedup.toml", "threshold = 0.6")
        succeed(command, "run", "news.jsonl", "-o", "out", "--config", path)

        assert str(folder) not in json.dumps(manifest()["settings"])


def test_toml_is_loaded_only_where_there_is_a_file(folder):
    code = (
        "import sys\n"
        "from dedup.cli import main\n"
        "main(['run', 'news.jsonl', '--dry-run'], standalone_mode=False)\n"
        "print('tomllib' in sys.modules, 'difflib' in sys.modules)"
    )

    def loaded():
        run = [sys.executable, "-c", code]
        return subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()

    assert loaded() == ["False", "False"]
    write(folder / "dedup.toml", "threshold = 0.6")
    assert loaded() == ["True", "False"]


@pytest.mark.parametrize("name", ["annotate", "output", "work"])
def test_a_file_that_was_found_names_no_address(command, folder, name):
    write(folder / "dedup.toml", f'[run]\nengine = "sail"\n{name} = "s3://news/a.jsonl?key=hidden"')
    run = ("run", "news.jsonl", *(() if name == "output" else ("-o", "out")))
    done = command(*run)

    assert done.exit_code == 2
    assert f"dedup.toml: run.{name} names s3://news/a.jsonl, outside of the folder" in done.stderr
    assert "hidden" not in done.stderr


def test_completion_reads_no_settings(command, folder):
    write(folder / "dedup.toml", "this is no TOML")
    done = command.installed(
        env={
            **os.environ,
            "_DEDUP_COMPLETE": "bash_complete",
            "COMP_WORDS": "dedup run --",
            "COMP_CWORD": "2",
        },
        cwd=folder,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert {"plain,--config", "plain,--no-config", "plain,--output"} <= {*done.stdout.split()}


@pytest.mark.parametrize(
    "remote",
    ["sc://elsewhere:15002/;token=hidden", "spark://elsewhere:7077", "k8s://https://elsewhere:443"],
)
def test_a_file_that_was_found_names_no_server(command, folder, remote):
    path = write(folder / "dedup.toml", f'[run]\nengine = "spark"\nremote = "{remote}"')
    run = ("run", "news.jsonl", "-o", "out", "--dry-run")
    done = command(*run)

    assert done.exit_code == 2
    assert "dedup.toml: run.remote names an address, to which the documents would go" in done.stderr
    assert "hidden" not in done.stderr
    assert command(*run, "--config", path).exit_code == 0
    assert command(*run, "--remote", remote).exit_code == 0
    write(path, '[run]\nengine = "spark"\nremote = "local[2]"')
    assert command(*run).exit_code == 0

"""Keywords of the library: each is an option of the command, with its values and its sentences."""

from __future__ import annotations

import inspect
import os
from datetime import date
from pathlib import Path
from unittest import mock

import click
import numpy as np
import pytest
from runs import text_of

from dedup import Config, clean, deduplicate
from dedup.cli.clean import clean as clean_command
from dedup.cli.run import run as run_command
from dedup.config import CleanConfig, StoryConfig
from dedup.errors import DedupError
from dedup.option_fields import FIELD_OF
from dedup.stage_progress import NAMES

RECORDS = [{"id": "a", "text": text_of(1)}, {"id": "b", "text": text_of(1)}]

VALUES = {
    "level": ("copies", ["copies"]),
    "threshold": (0.3, ["0.3"]),
    "window": (2, ["2"]),
    "canonical": (["latest", "agency,declared"], ["latest", "agency,declared"]),
    "workers": (3, ["3"]),
    "field": ({"text": "body", "id": "meta.id"}, ["text=body", "id=meta.id"]),
    "min_tokens": (9, ["9"]),
    "exclude_host": (["a.example", "b.example"], ["a.example", "b.example"]),
    "agency": ("Kell Wire", ["Kell Wire"]),
    "expire": (9, ["9", "--store", "news.sqlite"]),
    "timeout": (5, ["5"]),
    "memory": (512, ["512"]),
    "max_bytes": (5000, ["5000"]),
    "include": ("*.html", ["*.html"]),
    "exclude": (["*.txt", "sport/**"], ["*.txt", "sport/**"]),
    "scorer": ("scorer.json", ["scorer.json"]),
    "store": ("news.sqlite", ["news.sqlite"]),
    "dump": ("monday", ["monday", "--store", "news.sqlite"]),
    "against": ("news.sqlite", ["news.sqlite"]),
    "resume": (True, ["", "--store", "news.sqlite"]),
    "overwrite": (True, ["", "--store", "news.sqlite"]),
}
"""Of each keyword a value, and the values of its option; behind them, options that it needs."""

IN_FILES = "the result is in memory"
ON_MACHINES = "the result is in files that machines share"
ON_A_TERMINAL = "it is about what the command prints"
WITHOUT = {
    "output": IN_FILES, "format": IN_FILES, "survivors": IN_FILES, "annotate": IN_FILES,
    "compress": IN_FILES, "shard_size": IN_FILES, "report": IN_FILES, "rejected": IN_FILES,
    "warn_story_size": ON_A_TERMINAL, "warn_host_share": ON_A_TERMINAL,
    "quiet": ON_A_TERMINAL, "verbose": ON_A_TERMINAL, "log_format": ON_A_TERMINAL,
    "strict": "it is about the exit code", "max_rejected": "it is about the exit code",
    "engine": ON_MACHINES, "remote": ON_MACHINES, "work": ON_MACHINES, "partitions": ON_MACHINES,
    "dry_run": "a program lists its files itself",
    "config": "settings are keywords; a Config holds all of them", "no_config": "as config",
}  # fmt: skip
"""Options without a keyword that does the same, with the reason."""


def options_of(command):
    """The names of the options of a command, with underscores, those shown in its help."""
    return [
        option.opts[0].removeprefix("--").replace("-", "_")
        if option.opts[0].startswith("--")
        else next(each for each in option.opts if each.startswith("--"))[2:].replace("-", "_")
        for option in command.params
        if isinstance(option, click.Option)
    ]


def arguments(name, values):
    """An option, given with each of its values, as on the command line."""
    option = f"--{name.replace('_', '-')}"
    if values[0] == "":
        return [option, *values[1:]]
    at = next((at for at, each in enumerate(values) if each.startswith("--")), len(values))
    return [*(part for value in values[:at] for part in (option, value)), *values[at:]]


class Called(Exception):
    """A run that was about to begin."""


def calls_of(function):
    """Return a function that raises what it is called with, in place of another."""
    shape = inspect.signature(function)

    def call(*given, **options):
        bound = shape.bind(*given, **options)
        raise Called(bound.arguments)

    return call


@pytest.mark.parametrize("name", options_of(run_command))
def test_every_option_of_a_run_has_its_keyword(name):
    has_keyword = name in inspect.signature(deduplicate).parameters and name != "config"

    assert has_keyword == (name in VALUES) == (name not in WITHOUT)


@pytest.mark.parametrize("name", options_of(clean_command))
def test_every_option_of_cleaning_has_its_keyword(name):
    has_keyword = name in inspect.signature(clean).parameters and name != "config"

    assert has_keyword == (name not in {**WITHOUT, "overwrite": IN_FILES})


@pytest.mark.parametrize("name", VALUES)
def test_a_keyword_does_what_its_option_does(name, command, tmp_path, monkeypatch):
    from dedup.run.dump import run_dump

    monkeypatch.chdir(tmp_path)
    Path("news.jsonl").write_text('{"text": "Rain."}\n')
    value, given = VALUES[name]
    needed = {"store": "news.sqlite"} if "--store" in given else {}
    stand_in = calls_of(run_dump)
    with mock.patch("dedup.api.deduplicate.run_dump", stand_in), pytest.raises(Called) as library:
        deduplicate("news.jsonl", **needed, **{name: value})
    with mock.patch("dedup.run.dump.run_dump", stand_in), pytest.raises(Called) as by_command:
        command("run", "news.jsonl", "-o", "out", "--quiet", *arguments(name, given))
    ours, theirs = library.value.args[0], by_command.value.args[0]

    assert ours["config"] == theirs["config"]
    assert repr(ours["config"]) == repr(theirs["config"])  # 2 and 2.0 have other digests
    for each in ("store", "dump", "against", "scorer", "resume", "overwrite"):
        assert ours[each] == theirs[each]
    default = Config(workers=os.cpu_count())
    assert (ours["config"] != default) == (name in FIELD_OF)


def test_what_is_not_given_is_that_of_the_config_or_of_the_command():
    config = Config(level="copies", workers=1, story=StoryConfig(threshold=0.4, window_days=2.0))
    with (
        mock.patch("dedup.api.deduplicate.run_dump", calls_of(lambda *given, **_: None)),
        pytest.raises(Called) as called,
    ):
        deduplicate(RECORDS, config=config, threshold=0.5, min_tokens=2)

    assert called.value.args[0]["given"][2] == Config(
        level="copies",
        workers=1,
        clean=CleanConfig(min_tokens=2),
        story=StoryConfig(threshold=0.5, window_days=2.0),
    )


MISTAKES = {
    "threshold": [2.0, 0.0],
    "window": [-1.0],
    "canonical": ["nothing", "field:"],
    "field": [{"nope": "a"}, "text", "text="],
    "min_tokens": [0],
    "exclude_host": ["https://a.example/"],
    "agency": ["(Wire)"],
    "expire": [9.0],
    "timeout": [0.0],
    "memory": [5],
    "max_bytes": [1],
    "include": ["/"],
    "exclude": ["../a"],
    "scorer": ["missing.json", "news.jsonl"],
    "dump": ["monday"],
    "store": ["news.jsonl", "s3://bucket/store"],
    "against": ["missing.sqlite"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in MISTAKES for value in MISTAKES[name]]
)
def test_a_value_that_cannot_be_used_is_refused_with_the_sentence_of_the_command(
    name, value, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("news.jsonl").write_text('{"text": "Rain in Saltby again on Monday."}\n')
    text = next(f"{a}={b}" for a, b in value.items()) if isinstance(value, dict) else str(value)
    done = command("run", "news.jsonl", "-o", "out", "--quiet", *arguments(name, [text]))
    assert done.exit_code in (1, 2)

    with pytest.raises(DedupError) as refused:
        deduplicate("news.jsonl", **{name: value})
    assert done.stderr.splitlines()[-1] == f"Error: {refused.value}"


CONTRADICTIONS = [
    {"store": "a.sqlite", "against": "b.sqlite"},
    {"store": "a.sqlite", "resume": True, "overwrite": True},
    {"store": "a.sqlite", "dump": " "},
    {"store": "a.sqlite", "expire": 1.0},
]


@pytest.mark.parametrize("given", CONTRADICTIONS, ids=str)
def test_keywords_that_do_not_go_together_are_refused_as_options_are(
    given, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("news.jsonl").write_text('{"text": "Rain."}\n')
    options = [
        part
        for name, value in given.items()
        for part in (f"--{name}", *([] if value is True else [value]))
    ]
    done = command("run", "news.jsonl", "-o", "out", "--quiet", *options)

    with pytest.raises(DedupError) as refused:
        deduplicate("news.jsonl", **given)
    assert done.stderr.splitlines()[-1] == f"Error: {refused.value}"
    assert not Path("a.sqlite").exists()


@pytest.mark.parametrize("name", ["resume", "overwrite"])
def test_there_is_nothing_to_go_on_with_or_to_replace_without_a_store(name):
    with pytest.raises(DedupError, match=f"--{name} needs a --store"):
        deduplicate(RECORDS, **{name: True})


WRONG_TYPES = [
    ({"threshold": "0.3"}, "--threshold takes a number, not '0.3'"),
    ({"window": True}, "--window takes a number, not True"),
    ({"min_tokens": 2.5}, "--min-tokens takes an integer, not 2.5"),
    ({"workers": True}, "--workers takes an integer, not True"),
    ({"agency": 5}, "--agency takes a text or a list of texts, not 5"),
    ({"exclude_host": ["a.example", None]}, "--exclude-host takes a text or a list of texts"),
    ({"field": {"text": 5}}, "--field takes a text or a list of texts, not 5"),
    ({"canonical": 5}, "--canonical takes a text or a list of texts, not 5"),
    ({"store": 5}, "--store takes a path, not 5"),
    ({"store": ""}, "--store takes a path, not ''"),
    ({"against": b"news.sqlite"}, "--against takes a path, not b'news.sqlite'"),
    (
        {"store": "news.sqlite", "dump": date(2026, 3, 30)},
        "--dump takes a text, as in str(day), not datetime.date(2026, 3, 30)",
    ),
    ({"scorer": 5}, "--scorer takes a path or a scorer, not 5"),
    ({"config": {}}, "config takes a Config, not {}"),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG_TYPES, ids=str)
def test_a_value_of_a_wrong_type_is_a_type_error(given, sentence):
    with pytest.raises(TypeError) as refused:
        deduplicate(RECORDS, **given)
    assert str(refused.value).startswith(sentence)


def test_numbers_of_numpy_are_numbers():
    result = deduplicate(RECORDS, threshold=np.float32(0.25), min_tokens=np.int64(200))

    assert [each["reason"] for each in result.rejected] == ["too-short"] * 2


def test_a_keyword_that_is_no_option_is_named():
    with pytest.raises(TypeError, match="treshold"):
        deduplicate(RECORDS, treshold=0.3)


class Display:
    """What shows progress, and keeps what it was shown."""

    interval = 0.01
    shown = None

    def __init__(self):
        self.begun, self.stopped = [], 0
        Display.shown = self

    def begin(self, stage):
        self.begun.append(stage.stage)

    def update(self, stage):
        pass

    def finish(self, stage):
        pass

    def stop(self):
        self.stopped += 1


@pytest.mark.parametrize(("call", "last"), [(deduplicate, "write"), (clean, "site boilerplate")])
def test_progress_is_shown_stage_by_stage(call, last, monkeypatch):
    monkeypatch.setattr("dedup.progress_bars.Bars", Display)
    call(RECORDS, progress=True)
    shown = Display.shown

    assert shown.begun[0] == "read and clean"
    assert shown.begun[-1] == last
    assert {*shown.begun} <= NAMES.keys()
    assert shown.stopped == 1


def test_progress_prints_nothing_where_nobody_looks(capfd):
    deduplicate(RECORDS, progress=True)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("call", [deduplicate, clean])
@pytest.mark.parametrize("given", ["yes", 1, dict], ids=repr)
def test_what_cannot_get_the_progress_is_of_a_wrong_type(call, given):
    with pytest.raises(TypeError, match="progress takes True, or an object with start, advance"):
        call(RECORDS, progress=given)

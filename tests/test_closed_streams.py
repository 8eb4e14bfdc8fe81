"""Readers that close a stream early, and streams that are closed from the start."""

import json
import os
import subprocess

import pytest
from runs import Out

FILES = {"survivors.jsonl", "decisions.jsonl", "stories.jsonl", "rejected.jsonl", "manifest.json",
         "store.sqlite"}  # fmt: skip


@pytest.fixture
def dump(jsonl):
    """More survivors than a pipe takes at once."""
    text = "The ferry to the island {0} runs again from Monday on, {0} days after the storm. "
    return jsonl([{"id": str(n), "text": text.format(n) * 40} for n in range(200)])


def through_head(command, *arguments, stream):
    """Run the installed command with a pipe that is closed after some bytes of it were read."""
    reading, writing = os.pipe()
    others = {name: subprocess.PIPE for name in ("stdout", "stderr") if name != stream}
    with subprocess.Popen(
        [command.program, *map(str, arguments)], **{**others, stream: writing}
    ) as process:
        os.close(writing)
        head = os.read(reading, 20)
        os.close(reading)
        rest = b"".join(filter(None, process.communicate(timeout=120)))
    return process.returncode, head, rest


def names(out):
    return {path.name for path in out.iterdir()}


def is_whole(out):
    counts = Out(out).manifest["counts"]
    return counts["inputs"] == len(Out(out).decisions) == 200


def test_a_reader_of_survivors_that_stops_early_changes_no_file(command, dump, tmp_path):
    out = tmp_path / "out"
    arguments = ["run", dump, "-o", out, "--level", "copies", "--survivors", "-", "--quiet"]
    code, head, messages = through_head(command, *arguments, stream="stdout")

    assert (code, messages) == (0, b"")
    assert head.startswith(b'{"id":"0"')
    assert names(out) == FILES - {"survivors.jsonl"}
    assert is_whole(out)


def test_a_reader_of_clean_documents_may_stop_early(command, dump):
    code, head, messages = through_head(command, "clean", dump, "--quiet", stream="stdout")
    assert (code, messages) == (0, b"")
    assert head.startswith(b'{"id":"0"')


def test_a_reader_of_messages_that_stops_early_changes_no_file(command, dump, tmp_path):
    out = tmp_path / "out"
    arguments = ["run", dump, "-o", out, "--level", "copies", "--verbose"]
    code, _, rest = through_head(command, *arguments, stream="stderr")

    assert (code, rest) == (0, b"")
    assert names(out) == FILES
    assert is_whole(out)


@pytest.mark.parametrize("closed", ["1", "2", "1 2", "0 1 2"])
def test_streams_that_are_closed_from_the_start_get_into_no_file(closed, command, dump, tmp_path):
    """The first files that are opened would get their numbers."""
    out = tmp_path / "out"
    redirected = " ".join(f"{number}>&-" for number in closed.split())
    line = f'exec "$0" run "$1" -o "$2" --level copies {redirected}'
    done = subprocess.run(
        ["sh", "-c", line, command.program, dump, out], check=False, capture_output=True
    )

    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert names(out) == FILES
    assert is_whole(out)
    for name in ("decisions", "survivors"):
        for line in (out / f"{name}.jsonl").read_bytes().splitlines():
            assert isinstance(json.loads(line), dict)


def with_full(command, *arguments, streams):
    """Run the installed command with streams that take nothing, as on a full disk."""
    line = f'exec "$0" "$@" {" ".join(f"{number}>/dev/full" for number in streams)}'
    return subprocess.run(
        ["sh", "-c", line, command.program, *map(str, arguments)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--help"], "stdout cannot be written: No space left on device"),
        (["run", "--help"], "stdout cannot be written: No space left on device"),
        (["clean", "DUMP", "-q"], "no space left to write <stdout>; free some"),
        (
            ["run", "DUMP", "-o", "OUT", "--level", "copies", "--survivors", "-", "-q"],
            "no space left to write <stdout>; free some and continue with the same command and "
            "--resume",
        ),
    ],
)  # fmt: skip
def test_data_for_a_full_disk_is_an_error_of_one_line(arguments, message, command, dump, tmp_path):
    places = {"DUMP": dump, "OUT": tmp_path / "out"}
    done = with_full(command, *(places.get(each, each) for each in arguments), streams=[1])
    assert (done.returncode, done.stderr) == (1, f"Error: {message}\n")


def test_dumps_for_a_full_disk_are_an_error_of_one_line(command, dump, tmp_path):
    out = tmp_path / "out"
    command("run", dump, "-o", out, "--level", "copies")
    done = with_full(command, "store", out / "store.sqlite", streams=[1])
    message = "Error: stdout cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_messages_for_a_full_disk_change_no_file_and_no_exit_code(command, dump, tmp_path):
    out = tmp_path / "out"
    arguments = ["run", dump, "-o", out, "--level", "copies", "--verbose"]

    assert with_full(command, *arguments, streams=[2]).returncode == 0
    assert names(out) == FILES
    assert is_whole(out)
    assert with_full(command, *arguments, streams=[2]).returncode == 1


def test_survivors_for_a_closed_stdout_are_dropped(command, dump, tmp_path):
    out = tmp_path / "out"
    line = 'exec "$0" run "$1" -o "$2" --level copies --survivors - >&-'
    done = subprocess.run(
        ["sh", "-c", line, command.program, dump, out], check=False, capture_output=True
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert is_whole(out)

"""`dedup run --engine`: what it leaves, how it goes on after it was stopped, what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from engine_commands import copied, run_on_sail, tables_of
from runs import ROOT, dated_article, text_of

from dedup.cli.summary import run_summary
from dedup.locations import Location
from dedup.models import report_of

KILLED = Path(__file__).with_name("killed_engine_run.py")


def dump_of(count, **more):
    """Articles of which each third is a copy of one before it."""
    return [
        dated_article(f"a{number}", text_of(number - (number % 3 == 2)), day=1 + number % 3, **more)
        for number in range(count)
    ]


def in_use(out):
    """All that is in a folder beside its results."""
    return [path.name for path in out.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """A file of records, and the bytes that a run on one machine makes of it."""
    path = tmp_path_factory.mktemp("engine") / "news.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in dump_of(12)))
    return path


@pytest.fixture(scope="module")
def expected(command, news, tmp_path_factory):
    return command.run(news, out=tmp_path_factory.mktemp("engine") / "local").tables()


@pytest.fixture(scope="module")
def done(command, news, tmp_path_factory):
    return run_on_sail(command, news, out=tmp_path_factory.mktemp("engine") / "out")


def test_the_parts_one_behind_another_are_the_files_of_a_run_on_one_machine(done, expected):
    assert tables_of(done.path) == expected


def test_nothing_temporary_stays_in_the_folder(done):
    assert in_use(done.path) == []


def test_the_manifest_says_what_each_stage_took(done):
    manifest = done.manifest
    engine = manifest["engine"]

    assert (engine["name"], engine["remote"], engine["partitions"]) == ("sail", None, None)
    assert engine["version"]
    seconds = sum(each["task_seconds"] for each in engine["stages"])
    assert engine["task_seconds"] == pytest.approx(seconds, abs=0.002)
    assert engine["core_hours"] == pytest.approx(seconds / 3600, abs=0.0001)
    assert engine["shuffled_bytes"] == sum(each["shuffled_bytes"] for each in engine["stages"])
    stages = {each["stage"]: each for each in engine["stages"]}
    assert stages["read and clean"]["rows"] >= 12
    assert {"seconds", "tasks", "shuffled_bytes", "largest_bytes", "median_bytes"} <= {
        *stages["find duplicate ids"]
    }
    assert manifest["timings"]["read and clean"] > 0


@pytest.mark.parametrize(
    ("out", "make", "show"),
    [
        (Location.of("big news"), "'{}/store.sqlite' --from '{}'", "'{}'"),
        (Location("s3://news/big?a=b"), "big.sqlite --from s3://news/big", "big.sqlite"),
    ],
)
def test_the_summary_names_the_store_before_what_reads_it(done, out, make, show):
    stories = [{"story_id": "s-1", "size": 9, "outlets": 1, "weakest": None, "rewrites": 0}]
    manifest = {**done.manifest, "warnings": {**done.manifest["warnings"], "stories": stories}}
    lines = run_summary(report_of(manifest, None), out).splitlines()
    make, show = (each.format(out, out) for each in (make, show))

    first = lines.index(f"before dedup show: dedup store {make}")
    assert lines.index(f"read one: dedup show {show} s-1") > first


def test_the_summary_of_a_run_whose_store_was_made_does_not_ask_for_it(done, tmp_path):
    stories = [{"story_id": "s-1", "size": 9, "outlets": 1, "weakest": None, "rewrites": 0}]
    manifest = {**done.manifest, "warnings": {**done.manifest["warnings"], "stories": stories}}
    (tmp_path / "store.sqlite").write_bytes(b"rows")

    summary = run_summary(report_of(manifest, None), Location.of(tmp_path))
    assert "before dedup show" not in summary
    assert "read one: dedup show" in summary


def test_the_manifest_lists_the_files_of_each_table(done):
    for table, files in done.manifest["files"].items():
        for each in files:
            path = done.path / each["name"]
            assert each["name"].startswith(table)
            assert path.stat().st_size == each["bytes"]
            assert len(path.read_bytes().splitlines()) == each["rows"]


def test_counts_are_those_of_a_run_on_one_machine(command, news, done, tmp_path):
    local = command.run(news, out=tmp_path / "local").manifest
    same = ("counts", "rejected_by_reason", "duplicates_by_relation", "dates", "warnings")

    assert {name: done.manifest[name] for name in same} == {name: local[name] for name in same}
    assert done.manifest["read"]["bytes"] == local["read"]["bytes"]


def test_a_run_on_an_engine_imports_it_and_no_other_run_does(tmp_path, news):
    program = (
        "import sys; from dedup.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "print(sorted({'pyspark', 'pysail', 'grpc', 'pandas'} & {*sys.modules}))"
    )
    arguments = ["run", news, "-o", tmp_path / "out", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=True, timeout=120,
    )  # fmt: skip

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_library_imports_no_engine():
    program = "import sys, dedup; print({'pyspark', 'pysail', 'grpc'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "set()"


WITHOUT_ENGINE = [("--remote", "local[2]"), ("--work", "work"), ("--partitions", "4")]


@pytest.mark.parametrize(("option", "value"), WITHOUT_ENGINE)
def test_an_option_of_engines_is_refused_without_one(command, news, tmp_path, option, value):
    done = command("run", news, "-o", tmp_path / "out", option, value)

    assert done.exit_code == 2
    assert f"{option} is for a run on an engine: add --engine" in done.stderr
    assert not (tmp_path / "out").exists()


REFUSED = {
    "--store": ("news.sqlite", "Run without --engine"),
    "--against": ("news.sqlite", "Run without --engine"),
    "--expire": ("9", "Run without --engine"),
    "--workers": ("2", "leave it out"),
}


@pytest.mark.parametrize("option", REFUSED)
def test_what_does_not_go_with_an_engine_says_what_to_do(command, news, tmp_path, option):
    value, advice = REFUSED[option]
    done = command("run", news, "-o", tmp_path / "out", "--engine", "sail", option, value)

    assert done.exit_code == 2
    assert advice in done.stderr
    assert "local[4]" not in done.stderr
    assert len(done.stderr.splitlines()[-1]) < 250
    assert not (tmp_path / "out").exists()


REMOTES = {
    ("sail", "local[2]"): "is a master of Spark: use it with --engine spark",
    ("spark", "cluster"): "--remote takes an address such as sc://host:15002",
    ("spark", "sc://127.0.0.1:1"): "cannot be reached (Connection refused)",
    ("sail", "sc://127.0.0.1:1"): "cannot be reached (Connection refused)",
    ("spark", "sc://nowhere.invalid/;token=secret"): "the engine at sc://nowhere.invalid cannot be",
    ("spark", "sc://me:secret@nowhere.invalid"): "parameters stand behind a slash",
    ("spark", "sc://nowhere.invalid:15002;token=secret"): "parameters stand behind a slash",
    ("spark", f"sc://{'long' * 20}"): "cannot be reached (encoding with 'idna' codec failed",
}


@pytest.mark.parametrize(("engine", "remote"), REMOTES)
def test_an_engine_that_cannot_be_reached_is_one_sentence(command, news, tmp_path, engine, remote):
    out = tmp_path / "out"
    done = command("run", news, "-o", out, "--engine", engine, "--remote", remote)

    assert done.exit_code in (1, 2)
    assert REMOTES[engine, remote] in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.fixture(scope="module")
def reported(command, done, news, tmp_path_factory):
    """A finished run that is asked for its page, and the page."""
    folder = tmp_path_factory.mktemp("engine")
    out, page = copied(done.path, folder / "out").path, folder / "page.html"
    run_on_sail(command, news, "--resume", "--report", page, out=out)
    return out, page


def test_a_page_of_the_run_comes_with_the_store_that_it_is_made_of(command, reported, expected):
    out, page = reported
    shown = command("show", out, "--status", "duplicate", "--json")

    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    assert shown.exit_code == 0
    assert tables_of(out) == expected
    assert in_use(out) == []


def test_a_page_that_was_written_stays(command, news, reported):
    out, page = reported
    page.write_text("another")
    run_on_sail(command, news, "--resume", "--report", page, out=out)

    assert page.read_text() == "another"


PAGES = {
    "there already": ("page.html", "already exists; replace it with --overwrite"),
    "a file of the run": ("out/manifest.json", "is a file of the run; name another one"),
    "the folder of its tables": ("out/store", "is a file of the run; name another one"),
    "among its tables": ("out/store/page.html", "is a file of the run; name another one"),
    "in no folder": ("news.jsonl/page.html", "cannot be written"),
}


@pytest.mark.parametrize("options", [(), ("--resume",)])
@pytest.mark.parametrize("place", PAGES)
def test_a_page_that_cannot_be_written_is_refused_first(command, tmp_path, place, options):
    """With --resume a run that was never begun is begun."""
    news = tmp_path / "news.jsonl"
    news.write_text(json.dumps({"text": text_of(1)}) + "\n")
    (tmp_path / "page.html").write_text("another")
    name, why = PAGES[place]
    out = tmp_path / "out"
    arguments = (news, "-o", out, "--engine", "sail", "--report", tmp_path / name)
    refused = command("run", *arguments, *options)

    assert refused.exit_code == 1
    assert why in refused.stderr
    assert not out.exists()


def test_a_page_among_the_inputs_is_refused(command, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "news.jsonl").write_text(json.dumps({"text": text_of(1)}) + "\n")
    page, out = folder / "page.html", tmp_path / "out"
    refused = command("run", folder, "-o", out, "--engine", "sail", "--report", page)

    assert "lies in the input folder" in refused.stderr
    assert not out.exists()


def test_a_page_needs_a_run_on_this_machine(command, news):
    done = command("run", news, "-o", "s3://news/out", "--engine", "sail", "--report", "page.html")

    assert done.exit_code == 1
    assert "dedup store FILE --from s3://news/out" in done.stderr


def test_a_page_is_of_this_machine(command, news, tmp_path):
    page, out = "s3://news/page.html?key=hidden", tmp_path / "out"
    done = command("run", news, "-o", out, "--engine", "sail", "--report", page)

    assert done.exit_code == 1
    assert "--report writes its page to this machine: give a path, not an address" in done.stderr
    assert "hidden" not in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [
        ("--annotate", "all.jsonl", "run in {} was begun with no --annotate"),
        ("--shard-size", "1MB", "run in {} is finished and its files are of no --shard-size"),
    ],
)
def test_what_a_run_was_begun_without_is_to_be_left_out(
    command, news, done, tmp_path, option, value, what
):
    given = tmp_path / value if option == "--annotate" else value
    arguments = ("run", news, "-o", done.path, "--engine", "sail", "--resume", option, given)
    refused = command(*arguments)

    assert refused.exit_code == 1
    sentence = f"the {what.format(done.path)}; leave it out, or begin anew with --overwrite"
    assert sentence in refused.stderr


def test_a_stream_is_refused(command, tmp_path):
    done = command("run", "-", "-o", tmp_path / "out", "--engine", "sail", stdin='{"text": "a"}')

    assert done.exit_code == 1
    assert "write it to a file that all machines reach" in done.stderr


def test_an_address_is_a_place_for_results_with_an_engine_only(command, news):
    done = command("run", news, "-o", "s3://bucket/out?access_key=secret")

    assert done.exit_code == 1
    assert "s3://bucket/out is an address: results are written to this machine" in done.stderr
    assert "--engine" in done.stderr


def test_a_finished_run_is_kept(command, news, done):
    before = {path: path.read_bytes() for path in done.path.iterdir() if path.is_file()}
    refused = command("run", news, "-o", done.path, "--engine", "sail")

    assert refused.exit_code == 1
    assert "holds an earlier run; continue it with --resume" in refused.stderr
    assert {path: path.read_bytes() for path in done.path.iterdir() if path.is_file()} == before


def test_a_finished_run_is_finished(command, news, done):
    again = command("run", news, "-o", done.path, "--engine", "sail", "--resume")

    assert again.exit_code == 0
    assert "finished before; its results are as they were" in again.stderr


def test_other_options_are_no_resume(command, news, done):
    refused = command(
        "run", news, "-o", done.path, "--engine", "sail", "--resume", "--threshold", "0.5"
    )

    assert refused.exit_code == 1
    assert "was begun with other options (story.threshold)" in refused.stderr


def test_a_finished_run_is_not_written_in_another_format(command, news, done):
    refused = command(
        "run", news, "-o", done.path, "--engine", "sail", "--resume", "--compress", "zst"
    )

    assert refused.exit_code == 1
    assert "its tables are .jsonl, not .jsonl.zst" in refused.stderr


def test_other_inputs_are_no_resume(command, jsonl, done):
    refused = command("run", jsonl(dump_of(5)), "-o", done.path, "--engine", "sail", "--resume")

    assert refused.exit_code == 1
    assert "the inputs changed since the run in" in refused.stderr


def test_a_finished_run_whose_files_were_changed_is_begun_anew(command, news, done, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(done.path, out)
    next(out.glob("decisions-*")).write_bytes(b"")
    refused = command("run", news, "-o", out, "--engine", "sail", "--resume")

    assert refused.exit_code == 1
    assert "were changed or removed; begin anew with --overwrite" in refused.stderr


def test_a_run_on_one_machine_replaces_one_on_an_engine(command, news, done, expected, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(done.path, out)
    local = command.run(news, "--overwrite", out=out)

    assert local.tables() == expected
    assert tables_of(out) == dict.fromkeys(expected, b"")
    assert not (out / "store").exists()
    assert not {"engine", "files"} & {*local.manifest}


def test_a_run_on_one_machine_does_not_continue_one_on_an_engine(command, news, done, tmp_path):
    out = copied(done.path, tmp_path / "out").path

    def files():
        return {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    other = tmp_path / "other.sqlite"
    for made, options in ((None, ()), (out / "store.sqlite", ()), (other, ("--store", other))):
        if made:
            assert command("store", made, "--from", out).exit_code == 0
        before = files()
        refused = command("run", news, "-o", out, "--resume", *options)

        assert refused.exit_code == 1
        assert refused.stderr.splitlines()[-1] == (
            f"Error: {out} holds a finished run that was made with --engine; give the same "
            "--engine, or begin anew with --overwrite"
        )
        assert files() == before
    assert command("regroup", out, "-o", tmp_path / "again").exit_code == 0
    local = command.run(news, "--overwrite", out=out)
    assert not {"engine", "files"} & {*local.manifest}


def begun_before(out, work):
    """A folder for temporary tables with those of a run that was stopped."""
    begun = out / ".dedup.engine" / "begun.json"
    begun.parent.mkdir()
    begun.write_text(json.dumps({"run": "abc", "work": str(work)}))
    kept = work / "dedup-abc" / "kept" / "inputs"
    kept.mkdir(parents=True)
    (kept / "1.arrow").write_bytes(b"rows")
    return work


def test_a_run_on_an_engine_replaces_one_on_one_machine(command, news, expected, tmp_path):
    out = tmp_path / "out"
    command.run(news, "--level", "copies", out=out)
    work = begun_before(out, tmp_path / "work")
    run_on_sail(command, news, "--overwrite", "--work", work, out=out)

    assert tables_of(out) == expected
    assert list(work.iterdir()) == []
    assert not (out / "store.sqlite").exists()
    assert not (out / "decisions.jsonl").exists()


def test_nothing_is_left_of_a_run_without_an_input(command, tmp_path):
    out = tmp_path / "out"
    done = command("run", tmp_path / "missing", "-o", out, "--engine", "sail")

    assert done.exit_code == 1
    assert "does not exist" in done.stderr
    assert not out.exists()


def test_nothing_is_left_of_a_run_that_is_refused(command, jsonl, tmp_path):
    out, work = tmp_path / "out", tmp_path / "work"
    records = jsonl([{"body": "Rain."}] * 3)
    done = command("run", records, "-o", out, "--engine", "sail", "--work", work)

    assert done.exit_code == 1
    assert "--field text=" in done.stderr
    assert not out.exists()
    assert list(work.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(command, news, tmp_path):
    work = tmp_path / "work"
    work.write_text("a file")
    done = command("run", news, "-o", tmp_path / "out", "--engine", "sail", "--work", work)

    assert done.exit_code == 2
    done = command("run", news, "-o", work / "out", "--engine", "sail")
    assert done.exit_code == 1
    assert "cannot write to" in done.stderr


@pytest.mark.parametrize("option", ["-o", "--work"])
@pytest.mark.parametrize("name", ["a" * 300, "circle/folder"])
def test_a_name_that_no_folder_can_have_is_one_sentence(command, news, tmp_path, option, name):
    (tmp_path / "circle").symlink_to("circle")
    places = {"-o": tmp_path / "out", "--work": tmp_path / "work", option: tmp_path / name}
    page = ("--report", tmp_path / "page.html", "--resume")
    arguments = [each for place in places.items() for each in place]
    done = command("run", news, "--engine", "sail", *arguments, *page)

    assert done.exit_code == 1
    assert "is no place for a file" in done.stderr
    assert "Traceback" not in done.stderr


WORKS = {
    "a path": lambda folder: folder / "file" / "work",
    "an address": lambda _: "s3://bucket/work?secret=hidden",
}


@pytest.mark.parametrize("place", WORKS)
def test_a_work_folder_that_cannot_be_written_is_named_as_it_was_given(
    command, news, tmp_path, place
):
    (tmp_path / "file").write_text("a file")
    work, out = WORKS[place](tmp_path), tmp_path / "out"
    done = command("run", news, "-o", out, "--engine", "sail", "--work", work)

    assert done.exit_code == 1
    shown = str(work).partition("?")[0]
    assert f"this process cannot read and write {shown} (" in done.stderr
    assert "give with --work a folder that" in done.stderr
    assert not any(each in done.stderr for each in ("probe", "Errno", "errno", "hidden"))
    assert not out.exists()


def kept_stages():
    """The names of the tables that a plan keeps, in the order in which they are kept."""
    return [
        "inputs", "questions on sites", "documents", "stories of copies", "representatives",
        "described stories",
    ]  # fmt: skip


def stopped_after(table, news, out, *options, by=signal.SIGKILL, delay=0.0):
    """Run the command in a process of its own that gets a signal when it has kept a table.

    Two minutes are many times what it takes; a client that asks a server that is gone again and
    again takes longer.
    """
    arguments = ["run", news, "-o", out, "--engine", "sail", *options]
    return subprocess.run(
        [sys.executable, str(KILLED), by.name, table, str(delay), *map(str, arguments)],
        cwd=ROOT, check=False, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.4])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_says_how_it_goes_on(
    command, news, expected, tmp_path, number, delay
):
    out = tmp_path / "out"
    stopped = stopped_after("documents", news, out, by=number, delay=delay)

    assert stopped.returncode == 1
    assert stopped.stdout == ""
    assert stopped.stderr.splitlines()[-1] == (
        "Error: stopped; continue with the same command and --resume"
    )
    assert "Traceback" not in stopped.stderr
    run_on_sail(command, news, "--resume", out=out)
    assert tables_of(out) == expected


@pytest.mark.slow
@pytest.mark.parametrize("table", kept_stages())
def test_a_run_that_was_killed_goes_on_from_the_tables_that_it_kept(
    command, news, expected, tmp_path, table
):
    out = tmp_path / "out"
    assert stopped_after(table, news, out).returncode == -signal.SIGKILL
    assert not (out / "manifest.json").exists()
    refused = command("run", news, "-o", out, "--engine", "sail")
    assert "holds an earlier run; continue it with --resume" in refused.stderr
    shown = command("show", out)
    assert "holds no finished run; continue the run that was stopped there" in shown.stderr
    local = command("run", news, "-o", out, "--resume")
    assert "was begun with --engine" in local.stderr
    run_on_sail(command, news, "--resume", out=out)

    assert tables_of(out) == expected
    done = json.loads((out / "manifest.json").read_bytes())["engine"]["stages"]
    assert "read and clean" not in {each["stage"] for each in done}
    assert in_use(out) == []


@pytest.mark.slow
def test_earlier_results_stay_until_the_new_ones_are_whole(command, news, expected, tmp_path):
    out, work = tmp_path / "out", tmp_path / "work"
    before = command.run(news, "--level", "copies", out=out).tables()
    stopped_after("documents", news, out, "--overwrite", "--work", work)
    assert {name: (out / f"{name}.jsonl").read_bytes() for name in before} == before
    refused = command("run", news, "-o", out, "--engine", "sail", "--resume")
    assert f"was begun with --work {work}; give the same" in refused.stderr
    run_on_sail(command, news, "--resume", "--work", work, out=out)

    assert tables_of(out) == expected
    assert list(work.iterdir()) == []

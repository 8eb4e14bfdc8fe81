"""A finished run is opened with the store that it was made with, which is never changed."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys

import pytest
from runs import dated_article, text_of

from dedup import StoryIndex
from dedup.errors import DedupError, OutputError
from dedup.explain.open_run import open_run
from dedup.store import Store


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder in which commands are run, with a dump for each of three days."""
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    for day in (1, 2, 3):
        records = [dated_article(f"d{day}-{seed}", text_of(seed), day) for seed in range(3)]
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (place / f"day-{day}.jsonl").write_text(lines, "utf-8")
    return place


@pytest.fixture
def days(command, folder):
    """Two dumps of one store that was named by a relative path."""
    (folder / "stores").mkdir()
    for day in (1, 2):
        command.run(f"day-{day}.jsonl", "--store", "stores/news.sqlite", out=f"results/{day}")
    return folder


def documents_of(out, **options):
    with open_run(out, **options) as run:
        return [summary[1] for summary in run.store.lookups.summaries(range(6))]


def test_a_run_with_its_store_in_its_folder_is_opened(samples_run):
    with open_run(samples_run) as run:
        assert run.manifest["store"].get("file") is None
        assert run.store.path == samples_run / "store.sqlite"


def test_a_store_is_opened_without_the_folder_of_a_run(samples_run):
    with open_run(samples_run / "store.sqlite") as run:
        assert run.manifest == json.loads((samples_run / "manifest.json").read_bytes())


def test_the_manifest_says_which_store_was_named(days):
    manifest = json.loads((days / "results" / "1" / "manifest.json").read_bytes())

    assert manifest["store"]["file"] == "stores/news.sqlite"


def test_a_store_that_was_named_is_found_from_where_the_command_was_run(days):
    assert documents_of("results/1") == documents_of("results/2")
    assert len(documents_of("results/1")) == 6


def test_a_store_beside_the_results_is_found_from_anywhere(command, folder, monkeypatch):
    command.run("day-1.jsonl", "--store", "news.sqlite", out="out")
    monkeypatch.chdir("/")

    assert len(documents_of(folder / "out")) == 3


def test_a_store_that_was_moved_together_with_the_results_is_found(command, folder, tmp_path):
    command.run("day-1.jsonl", "--store", folder / "news.sqlite", out=folder / "out")
    moved = tmp_path / "archive"
    folder.rename(moved)

    assert len(documents_of(moved / "out")) == 3


def test_a_store_that_is_elsewhere_is_named_by_hand(days, tmp_path):
    store = shutil.move(days / "stores" / "news.sqlite", tmp_path / "moved.sqlite")

    with pytest.raises(OutputError, match="not found; name it with --store FILE"):
        open_run("results/1")
    assert len(documents_of("results/1", store=store)) == 6


def test_another_store_is_refused(days, command):
    command.run("day-1.jsonl", "--store", "other.sqlite", "--dump", "else", out="else")

    with pytest.raises(OutputError, match="does not have the dump in results/1"):
        open_run("results/1", store="other.sqlite")


def test_the_store_of_the_manifest_goes_before_one_in_the_folder(days):
    shutil.copy(days / "day-1.jsonl", days / "results" / "1" / "store.sqlite")

    assert len(documents_of("results/1")) == 6


def test_a_run_against_a_store_says_that_it_kept_none(days, command):
    command.run("day-3.jsonl", "--against", "stores/news.sqlite", out="against")

    with pytest.raises(OutputError, match="kept no store, as --against asks"):
        open_run("against")


def test_a_retry_writes_the_same_manifest(days, command):
    before = (days / "results" / "1" / "manifest.json").read_bytes()
    again = ["--store", days / "stores" / "news.sqlite", "--dump", "1"]
    command.run("day-1.jsonl", *again, out="results/1")

    assert (days / "results" / "1" / "manifest.json").read_bytes() == before


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(OutputError, match="holds no finished run"):
        open_run(tmp_path)


@pytest.mark.parametrize("opened", [open_run, lambda place: StoryIndex(store=place)])
def test_a_run_that_is_not_there_is_refused_as_missing(opened, tmp_path):
    with pytest.raises(OutputError, match=r"nope does not exist; name the output folder"):
        opened(tmp_path / "nope")


def test_a_store_of_an_earlier_format_says_how_to_migrate_it(samples_run, tmp_path):
    path = tmp_path / "store.sqlite"
    shutil.copy(samples_run / "store.sqlite", path)
    data = bytearray(path.read_bytes())
    data[60:64] = (9).to_bytes(4, "big")  # the format, in the header of the file
    path.write_bytes(data)

    with pytest.raises(OutputError, match=f"bring it to this one first: dedup store {path}"):
        open_run(path)


def test_several_processes_ask_one_run_and_leave_it_as_it_was(samples_run, tmp_path):
    out = shutil.copytree(samples_run, tmp_path / "out")
    before = (out / "store.sqlite").read_bytes()
    question = "import sys, dedup.explain.open_run as o; o.open_run(sys.argv[1]).close()"
    with open_run(out):
        other = subprocess.run([sys.executable, "-c", question, out], check=False)

    assert other.returncode == 0
    assert (out / "store.sqlite").read_bytes() == before


def test_a_run_that_is_being_written_is_not_opened(samples_run, tmp_path):
    path = tmp_path / "store.sqlite"
    shutil.copy(samples_run / "store.sqlite", path)
    with Store(path) as store:
        store.put("note", 1)
        with pytest.raises(OutputError, match="in use by another run"):
            open_run(path)


def test_a_question_leaves_no_file_beside_the_store(samples_run, tmp_path):
    path = tmp_path / "store.sqlite"
    shutil.copy(samples_run / "store.sqlite", path)
    before = path.read_bytes()
    with open_run(path) as run:
        assert run.documents()

    assert [each.name for each in tmp_path.iterdir()] == ["store.sqlite"]
    assert path.read_bytes() == before


def test_a_store_that_changed_since_is_not_read_on(samples_run, tmp_path):
    path = tmp_path / "store.sqlite"
    shutil.copy(samples_run / "store.sqlite", path)
    with open_run(path) as run:
        assert run.documents()
        with Store(path) as store:
            store.put("note", 1)
        with pytest.raises(OutputError, match="has changed since it was opened"):
            run.documents()


def test_a_run_in_a_folder_that_cannot_be_written_is_opened(samples_run, tmp_path):
    out = shutil.copytree(samples_run, tmp_path / "out")
    out.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert len(documents_of(out)) == 6
        assert {path.name for path in out.iterdir()} == {
            path.name for path in samples_run.iterdir()
        }
    finally:
        out.chmod(stat.S_IRWXU)


KILLED_WHILE_WRITING = """
import os, sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("PRAGMA journal_mode = TRUNCATE")
store.execute("PRAGMA cache_size = 1")
store.execute("BEGIN")
store.execute("UPDATE documents SET title = 'half written'")
os._exit(0)
"""


def test_what_a_killed_run_has_written_by_half_is_not_read(samples_run, tmp_path):
    out = shutil.copytree(samples_run, tmp_path / "out")
    subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, out / "store.sqlite"], check=True)
    assert (out / "store.sqlite-journal").stat().st_size
    with pytest.raises(OutputError):
        open_run(out)


@pytest.mark.parametrize(
    "change",
    [
        {"config": 3},
        {"config": {"story": 3}},
        {"config": {"story": {"threshold": "high"}}},
        {"store": "store.sqlite"},
        {"scorer": "shipped"},
        {"versions": []},
        {"versions": [3]},
    ],
    ids=str,
)
def test_a_manifest_that_was_changed_by_hand_is_refused(command, samples_run, tmp_path, change):
    out = shutil.copytree(samples_run, tmp_path / "out")
    manifest = json.loads((out / "manifest.json").read_bytes())
    (out / "manifest.json").write_text(json.dumps({**manifest, **change}), "utf-8")
    with pytest.raises(OutputError, match=r"is no manifest of dedup"):
        open_run(out)
    done = command("regroup", out, "-o", tmp_path / "again")
    assert done.exit_code == 1
    assert "is no manifest of dedup" in done.stderr


def test_a_run_says_what_it_is(samples_run):
    with open_run(samples_run) as run:
        shown = repr(run)
        assert shown.startswith(f"<Run {samples_run}: dump ")
        assert "62 inputs (16 canonical, 28 duplicate, 15 unique, 3 rejected)" in shown
        assert "62 inputs" in run._repr_html_()
    assert repr(run).endswith(", closed>")


def test_a_closed_run_says_that_it_is_closed(samples_run):
    with open_run(samples_run) as run:
        pass
    for ask in (run.stories, lambda: run.document("ferry"), lambda: run.explain("a", "b")):
        with pytest.raises(DedupError, match="is closed; open it again"):
            ask()


@pytest.mark.parametrize("content", [b"", b'{"id": "a"}\n', bytes(range(256))])
def test_a_file_that_is_no_store_is_no_run(tmp_path, content):
    file = tmp_path / "news.jsonl"
    file.write_bytes(content)
    with pytest.raises(OutputError, match=r"news.jsonl is no run; name the output folder"):
        open_run(file)

"""`deduplicate` with a store of earlier dumps: what the command does on that store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

import pyarrow
import pytest
from runs import ROOT, dated_article, read_lines, text_of
from test_dumps import DAYS, content

from dedup import deduplicate
from dedup.api.keywords import config_of
from dedup.errors import InputError, OutputError
from dedup.match.story_score import read_scorer
from dedup.run.dump import run_dump
from dedup.store import Store
from dedup.write import decision_lines

NAMES = ("2026-03-01", "2026-03-02", "2026-03-03")


def tables(result):
    """The tables of a result, as their files have them."""
    return {
        "decisions": list(decision_lines(result.decisions)),
        "stories": result.stories,
        "survivors": result.survivors,
        "rejected": result.rejected,
        "changes": result.changes,
    }


def written(out):
    """The same of the folder of a run."""
    return {name: read_lines(out / f"{name}.jsonl") for name in
            ("decisions", "stories", "survivors", "rejected", "changes")}  # fmt: skip


def rows(store):
    """All rows of a store but times, memory, and the folder that the command notes."""
    found = content(store)
    found["meta"] = [row for row in found["meta"] if row[1] != "out"]
    return found


def without_source(found):
    """Tables without the name of the file that a rejected input was in."""
    rejected = [{**each, "source": None} for each in found["rejected"]]
    return {**found, "rejected": rejected}


class Pair:
    """A store that the command fills, and one that the library fills."""

    def __init__(self, command, folder, level):
        self.command, self.folder, self.level = command, folder, level
        self.by_command, self.by_library = folder / "command.sqlite", folder / "library.sqlite"

    def run(self, number, dump, inputs=None, **options):
        """Take a dump through both, and return what each gave."""
        name = NAMES[number]
        out = self.folder / f"out-{name}"
        done = self.command(
            "run", dump, "-o", out, "--store", self.by_command, "--dump", name, "--quiet",
            "--level", self.level,
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        result = self.deduplicate(number, dump if inputs is None else inputs, **options)
        return written(out), tables(result)

    def deduplicate(self, number, inputs, **options):
        return deduplicate(
            inputs, store=self.by_library, dump=NAMES[number], level=self.level, **options
        )


@pytest.fixture(params=["copies", "stories"])
def pair(request, command, tmp_path):
    return Pair(command, tmp_path, request.param)


def test_three_days_in_one_store_and_retries_are_those_of_the_command(pair, jsonl):
    dumps = [jsonl(day, f"day-{number}.jsonl") for number, day in enumerate(DAYS)]
    given = []
    for number, dump in enumerate(dumps):
        by_command, by_library = pair.run(number, dump)
        assert by_library == by_command
        assert rows(pair.by_library) == rows(pair.by_command)
        given.append(by_library)
    assert any(each["changes"] for each in given)
    assert given[2]["rejected"]

    before = pair.by_library.read_bytes()
    for number in (1, 0, 2):
        for options in ({}, {"resume": True}):
            again = pair.deduplicate(number, dumps[number], **options)
            assert tables(again) == given[number]
    assert pair.by_library.read_bytes() == before


@pytest.mark.parametrize(
    "wrap", [list, iter, tuple, deque], ids=["list", "generator", "tuple", "deque"]
)
def test_records_give_what_a_file_of_them_gives_and_can_be_retried(pair, jsonl, wrap):
    for number, day in enumerate(DAYS):
        dump = jsonl(day, f"day-{number}.jsonl")
        by_command, by_library = pair.run(number, dump, wrap(day))
        assert without_source(by_library) == without_source(by_command)
    before = pair.by_library.read_bytes()
    again = tables(pair.deduplicate(1, wrap(DAYS[1])))
    assert again == {**written(pair.folder / f"out-{NAMES[1]}"), "rejected": []}
    assert pair.by_library.read_bytes() == before


def test_pages_in_one_store_are_those_of_the_command(command, samples, tmp_path):
    pair = Pair(command, tmp_path, "stories")
    by_command, by_library = pair.run(0, samples / "dump")

    assert by_library == by_command
    assert rows(pair.by_library) == rows(pair.by_command)


def of_duckdb(records):
    duckdb = pytest.importorskip("duckdb")
    rows = [(each["id"], each["date"], each["text"]) for each in records]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE news (id TEXT, date TEXT, text TEXT)")
    connection.executemany("INSERT INTO news VALUES (?, ?, ?)", rows)
    return connection.sql("SELECT * FROM news ORDER BY id")


TABLES = {
    "arrow": lambda records: pyarrow.Table.from_pylist(records),
    "stream": lambda records: pyarrow.Table.from_pylist(records).to_reader(),
    "pandas": lambda records: pytest.importorskip("pandas").DataFrame(records),
    "polars": lambda records: pytest.importorskip("polars").DataFrame(records),
    "datasets": lambda records: pytest.importorskip("datasets").Dataset.from_list(records),
    "duckdb": of_duckdb,
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_may_be_retried_and_replaced(kind, tmp_path):
    store, records = tmp_path / "news.sqlite", many(3000)
    table = TABLES[kind](records)
    options = {"store": store, "dump": "monday", "level": "copies"}
    first = deduplicate(table, **options)
    before = store.read_bytes()

    again = TABLES[kind](records) if kind == "stream" else table
    assert tables(deduplicate(again, **options)) == tables(first)
    assert store.read_bytes() == before
    again = TABLES[kind](records) if kind == "stream" else table
    replaced = deduplicate(again, min_tokens=7, overwrite=True, **options)
    assert tables(replaced) == tables(first)
    other = TABLES[kind](records[:-1])
    with pytest.raises(OutputError, match="the inputs changed"):
        deduplicate(other, min_tokens=7, **options)
    other = TABLES[kind](records[:-1]) if kind == "stream" else other
    assert len(deduplicate(other, min_tokens=7, overwrite=True, **options).decisions) == 2999


def test_records_without_an_id_are_others_in_each_dump(tmp_path):
    store = tmp_path / "news.sqlite"
    deduplicate([{"text": text_of(1)}], store=store, dump="monday")
    result = deduplicate([{"text": text_of(2)}], store=store, dump="tuesday")

    assert [each.doc_id for each in result.decisions] == ["2/records:1"]


def test_other_records_under_the_name_of_a_dump_are_refused_or_replace_it(tmp_path):
    store = tmp_path / "news.sqlite"
    deduplicate(DAYS[0], store=store, dump="monday")
    before = store.read_bytes()

    with pytest.raises(OutputError, match=r"the inputs changed .* replace it with --overwrite"):
        deduplicate(DAYS[0][:2], store=store, dump="monday")
    with pytest.raises(OutputError, match=r"other options \(story.threshold\)"):
        deduplicate(DAYS[0], store=store, dump="monday", threshold=0.4)
    assert store.read_bytes() == before
    result = deduplicate(DAYS[0][:2], store=store, dump="monday", overwrite=True)
    assert [each.doc_id for each in result.decisions] == ["a", "b"]
    with Store(store) as opened:
        assert [each.name for each in opened.dumps.all()] == ["monday"]


def test_a_store_that_is_only_read_stays_as_it_is(tmp_path):
    store = tmp_path / "news.sqlite"
    deduplicate(DAYS[0], store=store, dump="monday")
    before = store.read_bytes()
    result = deduplicate(DAYS[1], against=store)

    assert result.decision("c").canonical_id == "a"
    assert store.read_bytes() == before
    assert not result.changes


def test_old_documents_leave_the_store(tmp_path):
    store = tmp_path / "news.sqlite"
    for day in (1, 20, 21):
        records = [dated_article(f"a{day}", text_of(day), day)]
        deduplicate(records, store=store, dump=str(day), expire=7)

    with pytest.raises(OutputError, match=r"documents of the dump 1 .* have expired"):
        deduplicate([dated_article("a", text_of(1), 1)], store=store, dump="1", expire=7)


def test_dumps_without_a_name_get_one(tmp_path):
    store = tmp_path / "news.sqlite"
    for day in DAYS:
        deduplicate(day, store=str(store))
    with Store(store) as opened:
        assert [each.name for each in opened.dumps.all()] == ["dump", "dump-2", "dump-3"]


class Stop(Exception):
    """What ends a run in the middle."""


class Stopping:
    """A progress that ends the run when a stage begins."""

    def __init__(self, stage, stop):
        self.stage, self.stop = stage, stop

    def start(self, stage, total, unit):
        if stage == self.stage:
            self.stop()

    def advance(self, amount, documents=0):
        pass

    def end(self):
        pass


def stop():
    raise Stop


def many(number=2400):
    """Enough records that some are stored before the last is read; two of three are copies."""
    texts = [text_of(each, 30) for each in range(number // 3 + 1)]
    return [dated_article(f"a{each}", texts[each // 3]) for each in range(number)]


def broken(records, at):
    """Yield the first records, then fail."""
    yield from records[:at]
    raise Stop


@pytest.mark.parametrize("name", ["monday", None])
def test_a_day_that_failed_in_the_middle_is_resumed(tmp_path, name):
    whole, store = tmp_path / "whole.sqlite", tmp_path / "news.sqlite"
    options = {"dump": name, "level": "copies"}
    expected = deduplicate(many(), store=whole, **options)
    with pytest.raises(Stop):
        deduplicate(broken(many(), 2300), store=store, workers=1, **options)
    with Store(store) as opened:
        assert opened.documents.count() > 0

    with pytest.raises(OutputError, match="finish it first: the same command with --resume"):
        deduplicate(many(), store=store, **options)
    with pytest.raises(InputError, match="the inputs changed"):
        deduplicate(many()[1:], store=store, resume=True, **options)
    stopping = Stopping("verify pairs", stop)
    with pytest.raises(Stop):
        deduplicate(many(), store=store, resume=True, progress=stopping, **options)
    result = deduplicate(many(), store=store, resume=True, **options)

    assert tables(result) == tables(expected)
    assert rows(store) == rows(whole)


KILLED = """
import os, signal, sys
from test_api_store import Stopping, many
from dedup import deduplicate
from dedup.api.keywords import config_of

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

deduplicate(many(), store="news.sqlite", dump="monday", level="copies",
            progress=Stopping(sys.argv[1], kill))
"""


@pytest.mark.parametrize("stage", ["site boilerplate", "cluster copies", "write"])
def test_a_day_that_was_killed_is_resumed(tmp_path, stage):
    paths = os.pathsep.join([str(ROOT / "tests"), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", KILLED, stage],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr

    options = {"dump": "monday", "level": "copies", "resume": True}
    result = deduplicate(many(), store=tmp_path / "news.sqlite", **options)
    expected = deduplicate(many(), store=tmp_path / "whole.sqlite", **options)
    assert tables(result) == tables(expected)
    assert rows(tmp_path / "news.sqlite") == rows(tmp_path / "whole.sqlite")


def test_a_day_that_the_command_began_goes_on_in_the_library_and_the_other_way_round(
    command, jsonl, tmp_path
):
    store, dump = tmp_path / "news.sqlite", jsonl(many(), "monday.jsonl")
    options = {"dump": "monday", "level": "copies"}
    with pytest.raises(Stop):
        run_dump(
            [dump], tmp_path / "out", config_of(None, level="copies"), store=store, dump="monday",
            progress=Stopping("cluster copies", stop),
        )  # fmt: skip
    first = deduplicate(dump, store=store, resume=True, **options)
    assert first.decision("a1").canonical_id == "a0"

    with pytest.raises(Stop):
        deduplicate(dump, store=tmp_path / "other.sqlite",
                    progress=Stopping("cluster copies", stop), **options)  # fmt: skip
    done = command("run", dump, "-o", tmp_path / "out-2", "--store", tmp_path / "other.sqlite",
                   "--dump", "monday", "--level", "copies", "--resume", "--quiet")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert written(tmp_path / "out-2") == tables(first)


def test_a_dump_of_which_nothing_can_be_used_leaves_no_dump(tmp_path):
    store = tmp_path / "news.sqlite"
    deduplicate(DAYS[0], store=store, dump="monday")
    result = deduplicate([{"id": "z", "text": "Rain."}], store=store, dump="tuesday")

    assert [each["reason"] for each in result.rejected] == ["too-short"]
    with Store(store) as opened:
        assert [each.name for each in opened.dumps.all()] == ["monday"]


def test_a_scorer_of_the_program_is_known_by_its_content(tmp_path, shipped):
    store = tmp_path / "news.sqlite"
    first = deduplicate(DAYS[0], store=store, dump="monday", scorer=read_scorer(shipped))
    again = deduplicate(DAYS[0], store=store, dump="monday", scorer=read_scorer(shipped))
    assert tables(again) == tables(first)

    with pytest.raises(OutputError, match="another --scorer"):
        deduplicate(DAYS[0], store=store, dump="monday")


@pytest.fixture
def shipped():
    from importlib.resources import files

    from dedup.json_codec import load_json

    return load_json(files("dedup.match").joinpath("scorer.json").read_bytes())


def test_no_folder_is_left(tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    store = tmp_path / "news.sqlite"
    deduplicate(DAYS[0], store=store, dump="monday")
    deduplicate(DAYS[1], against=store)
    with pytest.raises(OutputError):
        deduplicate(DAYS[1], store=store, dump="monday")

    assert list(temporary.iterdir()) == []


def test_a_store_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"the folder of .*x\.sqlite does not exist; make it"):
        deduplicate([{"text": "The ferry runs again."}], store=tmp_path / "none" / "x.sqlite")

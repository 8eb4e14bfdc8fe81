"""Dumps of a store by name: written again, replaced, removed, and what is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from runs import TABLES, Command, Out, dated_article, text_of

from dedup.store import Store, copy_store
from dedup.store.integrity import SUMMED


def article(doc_id, seed, day=1, hour=8, **more):
    return dated_article(doc_id, text_of(seed), day, hour, **more)


DAYS = (
    [article("a", 1), article("b", 1, hour=9), article("x", 2), article("y", 3)],
    [article("c", 1, 2), article("d", 2, 2), article("e", 5, 2)],
    [article("f", 3, 3), article("g", 5, 3), article("h", 1, 3), {"id": "n", "text": "Rain."}],
)


def files(folder):
    """The bytes of everything in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def content(store):
    """All rows of all tables, without times, memory, the store's name, and origins of options."""
    found = {}
    with closing(sqlite3.connect(store)) as database:
        for table in SUMMED:
            rows = database.execute(f"SELECT * FROM {table}").fetchall()
            if table == "meta":
                rows = [(dump, name, timeless(value)) for dump, name, value, _ in rows]
                rows = [row for row in rows if row[1] != "worker_kib"]
            found[table] = sorted(rows, key=repr)
    return found


def timeless(value):
    loaded = json.loads(value)
    if isinstance(loaded, dict) and "timings" in loaded:
        for part in ("timings", "peak_memory_mib", "settings"):
            del loaded[part]
        loaded["store"].pop("file", None)
    return loaded


class Nights:
    """A store, and a folder for each dump that it was given."""

    def __init__(self, command, jsonl, folder, *options):
        self.command, self.jsonl, self.folder, self.options = command, jsonl, folder, options
        self.store = folder / "news.sqlite"

    def out(self, number):
        return self.folder / f"out-{number}"

    def arguments(self, number, records=None, out=None):
        dump = self.jsonl(DAYS[number - 1] if records is None else records, f"day-{number}.jsonl")
        return ["run", dump, "-o", out or self.out(number), "--store", self.store, "--quiet",
                *self.options]  # fmt: skip

    def run(self, number, *options, records=None, out=None):
        done = self.command(*self.arguments(number, records, out), *options)
        assert done.exit_code == 0, done.stderr
        return Out(out or self.out(number))

    def refused(self, number, *options, records=None, out=None):
        before = content(self.store)
        done = self.command(*self.arguments(number, records, out), *options)
        assert done.exit_code == 1, "was not refused"
        (line,) = done.stderr.splitlines()
        assert content(self.store) == before
        return line

    def names(self):
        with Store(self.store) as store:
            return [each.name for each in store.dumps.all()]


@pytest.fixture(params=["copies", "stories"])
def nights(request, command, jsonl, tmp_path):
    return Nights(command, jsonl, tmp_path, "--level", request.param)


@pytest.fixture
def three(command, jsonl, tmp_path):
    """Three dumps of one store."""
    nights = Nights(command, jsonl, tmp_path, "--level", "copies")
    for number in (1, 2, 3):
        nights.run(number)
    return nights


def test_a_dump_is_named_after_its_folder_and_the_manifest_says_so(three):
    assert three.names() == ["out-1", "out-2", "out-3"]
    assert Out(three.out(2)).manifest["store"]["name"] == "out-2"


def test_any_dump_again_writes_its_results_again_and_changes_nothing_else(nights):
    for number in (1, 2, 3):
        nights.run(number)
    written = {number: files(nights.out(number)) for number in (1, 2, 3)}
    store = nights.store.read_bytes()
    for number in (2, 1, 3):
        nights.run(number)
        assert files(nights.out(number)) == written[number]
    assert nights.store.read_bytes() == store


@pytest.mark.parametrize("flag", ["--resume", "--overwrite"])
def test_neither_flag_changes_what_a_finished_dump_again_does(flag, three):
    written = {number: files(three.out(number)) for number in (1, 3)}
    before = content(three.store)
    for number in (1, 3):
        three.run(number, flag)
        assert files(three.out(number)) == written[number]
    assert content(three.store) == before


def test_results_that_were_lost_are_written_again_elsewhere_by_name(three):
    written = files(three.out(1))
    other = three.run(1, "--dump", "out-1", out=three.folder / "other")
    assert files(other.path) == written


def test_a_dump_again_in_another_format_has_the_same_decisions(three):
    out = three.run(1, "--dump", "out-1", "--format", "parquet", out=three.folder / "other")
    assert (out.path / "decisions.parquet").exists()
    assert out.manifest == Out(three.out(1)).manifest


def test_results_of_another_dump_are_replaced_only_with_overwrite(three):
    line = three.refused(1, "--dump", "out-1", out=three.out(2))
    assert "holds an earlier run" in line
    line = three.refused(1, "--dump", "out-1", "--resume", out=three.out(2))
    assert "holds the results of another run" in line

    out = three.run(1, "--dump", "out-1", "--overwrite", out=three.out(2))
    assert files(out.path) == files(three.out(1))


def test_a_folder_of_another_store_names_no_dump(three, tmp_path):
    three.store = tmp_path / "another.sqlite"
    three.run(1, "--dump", "out-1", out=tmp_path / "first")
    assert "holds an earlier run" in three.refused(1)
    three.run(2, "--overwrite")
    assert three.names() == ["out-1", "out-2"]


def test_the_name_of_a_folder_that_is_taken_gets_a_number(three, tmp_path):
    (tmp_path / "new").mkdir()
    out = three.run(1, records=[article("z", 9, 4)], out=tmp_path / "new" / "out-1")
    assert out.manifest["store"]["name"] == "out-1-2"


def test_ids_made_of_file_names_are_the_same_when_a_dump_comes_again(nights):
    def bare(day, *seeds):
        return [{"text": text_of(seed), "date": f"2026-03-{day:02}"} for seed in seeds]

    nights.jsonl = lambda records, name, write=nights.jsonl: write(records, "news.jsonl")
    dumps = [bare(1, 1, 2), bare(2, 1, 3, 4), bare(3, 3, 5, 6, 7)]
    for number, records in enumerate(dumps, 1):
        nights.run(number, records=records)
    written = {number: files(nights.out(number)) for number in (1, 2, 3)}
    for number in (2, 3, 1):
        nights.run(number, records=dumps[number - 1])
        assert files(nights.out(number)) == written[number]


def test_such_ids_are_the_same_where_only_some_records_have_an_id(nights):
    def day(*ids):
        records = [article("x", number, 1) for number in range(len(ids))]
        return [{**record, "id": doc_id} for record, doc_id in zip(records, ids, strict=True)]

    days = [day(None, "a", None, "b"), day("c", None, None, "d"), day("e", "f", None, "2/x")]
    dump = nights.jsonl([], "news.jsonl")
    outs = [nights.folder / f"d{number}" for number in range(3)]
    written = []
    for _ in range(2):
        for out, records in zip(outs, days, strict=True):
            nights.jsonl(records, "news.jsonl")
            run = nights.command.run(dump, "--store", nights.store, *nights.options, out=out)
            written.append(files(run.path))
    assert written[:3] == written[3:]
    assert [each["id"] for each in Out(outs[1]).decisions] == [
        "c", "news.jsonl:2", "2/news.jsonl:3", "d",
    ]  # fmt: skip


def test_such_ids_are_the_same_when_the_first_dump_has_expired(command, jsonl, tmp_path):
    nights = Nights(command, jsonl, tmp_path, "--level", "copies", "--expire", "5")
    nights.jsonl = lambda records, name: jsonl(records, "news.jsonl")
    dumps = [
        [{"text": text_of(seed), "date": f"2026-03-{day:02}"}]
        for seed, day in enumerate((1, 5, 8, 9, 10), 1)
    ]
    for number, records in enumerate(dumps, 1):
        nights.run(number, records=records)
    written = files(nights.out(2))
    nights.run(2, records=dumps[1])

    assert list(Out(nights.out(2)).status()) == ["2/news.jsonl:1"]
    assert files(nights.out(2)) == written
    assert "have expired" in nights.refused(1, records=dumps[0])


CHANGED = {
    "a document less": lambda records: records[1:],
    "a document more": lambda records: [*records, article("new", 8, 3)],
    "another text": lambda records: [{**records[0], "text": text_of(77)}, *records[1:]],
    "another order": lambda records: records[::-1],
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_changed_inputs_replace_only_the_last_dump_and_only_with_overwrite(change, three):
    changed = [change(records) for records in DAYS]
    line = three.refused(3, records=changed[2])
    assert "inputs changed" in line
    assert "--overwrite" in line
    assert "only the last dump can be replaced" in three.refused(1, records=changed[0])
    line = three.refused(2, "--overwrite", records=changed[1])
    assert "only the last dump can be replaced" in line

    out = three.run(3, "--overwrite", records=changed[2])
    assert [each["id"] for each in out.decisions] == [each["id"] for each in changed[2]]
    assert three.names() == ["out-1", "out-2", "out-3"]


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_dump_that_replaces_the_last_leaves_no_trace_of_it(change, nights, command, jsonl):
    records = change(DAYS[2])
    for number in (1, 2, 3):
        nights.run(number)
    nights.run(3, "--overwrite", records=records)

    straight = nights.folder / "straight"
    straight.mkdir()
    other = Nights(command, jsonl, straight, *nights.options)
    for number in (1, 2):
        other.run(number)
    expected = other.run(3, records=records)
    assert Out(nights.out(3)).tables() == expected.tables()
    assert content(nights.store) == content(other.store)


@pytest.mark.parametrize(
    ("options", "records"),
    [(["--canonical", "field:rnak:asc"], None), ([], [{"id": "n", "text": "Rain."}])],
    ids=["no field", "no document"],
)
def test_a_dump_whose_replacement_is_refused_can_be_added_again(options, records, nights):
    nights.run(1)
    before = nights.run(2).tables()
    done = nights.command(*nights.arguments(2, records), "--overwrite", *options)
    assert done.exit_code == 1
    assert Out(nights.out(2)).tables() == before
    assert nights.names() == ["out-1"]

    assert nights.run(2, "--overwrite").tables() == before
    assert nights.names() == ["out-1", "out-2"]


def test_a_summary_says_that_results_were_written_again(three, capsys):
    done = three.command(*[each for each in three.arguments(2) if each != "--quiet"])
    assert done.stderr.startswith("finished before; the results were written again\n")


def test_other_options_are_other_results(three):
    line = three.refused(3, "--canonical", "latest")
    assert "begun with other options (cluster.canonical)" in line
    assert "only the last dump can be replaced" in three.refused(2, "--canonical", "latest")
    three.run(3, "--canonical", "latest", "--overwrite")
    assert three.names() == ["out-1", "out-2", "out-3"]


def test_the_only_dump_of_a_store_can_be_replaced_at_another_level(command, jsonl, tmp_path):
    nights = Nights(command, jsonl, tmp_path)
    nights.run(1, "--level", "copies")
    nights.run(1, "--level", "stories", "--overwrite")
    nights.run(2, "--level", "stories")
    assert nights.names() == ["out-1", "out-2"]


def test_a_removed_dump_leaves_all_tables_as_they_were(nights):
    states = []
    for number in (1, 2, 3):
        nights.run(number)
        states.append(content(nights.store))
    for state in (states[1], states[0]):
        done = nights.command("store", nights.store, "--remove-last")
        assert done.exit_code == 0, done.stderr
        assert content(nights.store) == state
    nights.command("store", nights.store, "--remove-last")
    assert not any(content(nights.store).values())
    assert nights.names() == []


def test_a_removed_dump_can_be_given_again(three):
    before = content(three.store)
    tables = Out(three.out(3)).tables()
    three.command("store", three.store, "--remove-last")
    assert "holds an earlier run" in three.refused(3)
    assert three.run(3, "--overwrite").tables() == tables
    assert content(three.store) == before


def test_a_dump_whose_expired_documents_are_deleted_is_final(command, jsonl, tmp_path):
    nights = Nights(command, jsonl, tmp_path, "--level", "copies", "--expire", "5")
    nights.run(1)
    out = nights.run(2, records=[article("p", 8, 20)])
    assert out.manifest["store"]["expired"] == 4
    assert out.manifest["store"]["documents"] == 1
    nights.run(3, records=[article("q", 9, 21)])
    assert nights.command("store", nights.store, "--remove-last").exit_code == 0

    done = nights.command("store", nights.store, "--remove-last")
    assert done.exit_code == 1
    assert "has been deleted since" in done.stderr
    records = [article("p2", 8, 20)]
    assert "cannot be replaced" in nights.refused(2, "--overwrite", records=records)
    line = nights.refused(2, records=records)
    assert "cannot be replaced: what had expired with it" in line
    assert "--overwrite" not in line
    assert "have expired: its results cannot be written again" in nights.refused(1)


@pytest.mark.parametrize("listed", ['["../victim", "/victim", 7, "notes.txt"]', "[", "7"])
def test_a_forged_list_of_files_to_move_moves_no_other_file(listed, three):
    for place in (three.folder / "victim", three.out(3) / "notes.txt"):
        place.write_text("mine")
    staging = three.out(3) / ".dedup.new"
    staging.mkdir()
    (staging / "whole.json").write_text(listed)
    (staging / "notes.txt").write_text("theirs")
    done = three.command(*three.arguments(3, out=three.out(3)), "--overwrite", "--dump", "out-3")
    assert done.exit_code == 0 or "is damaged; remove the folder" in done.stderr
    assert (three.folder / "victim").read_text() == "mine"
    assert (three.out(3) / "notes.txt").read_text() == "mine"


class TestStream:
    def lines(self, records):
        return "".join(json.dumps(record) + "\n" for record in records)

    def test_a_stream_again_writes_the_same_results(self, command, tmp_path):
        arguments = ["run", "-", "-o", tmp_path / "out", "--store", tmp_path / "s", "-q"]
        assert command(*arguments, stdin=self.lines(DAYS[0])).exit_code == 0
        written = files(tmp_path / "out")
        assert command(*arguments, stdin=self.lines(DAYS[0])).exit_code == 0
        assert files(tmp_path / "out") == written
        done = command(*arguments, stdin=self.lines(DAYS[0][1:]))
        assert done.exit_code == 1
        assert "inputs changed" in done.stderr

    def test_a_changed_stream_replaces_the_last_dump(self, command, tmp_path):
        arguments = ["run", "-", "-o", tmp_path / "out", "--store", tmp_path / "s", "-q"]
        assert command(*arguments, stdin=self.lines(DAYS[0])).exit_code == 0
        done = command(*arguments, "--overwrite", stdin=self.lines(DAYS[1]))
        assert done.exit_code == 0, done.stderr
        assert list(Out(tmp_path / "out").status()) == ["c", "d", "e"]


class Stopped(Exception):
    """Somebody pulled the plug."""


def stop_at(place, nights, monkeypatch, number, *options, **more):
    """Run a dump that stops where some function would begin."""

    def stop(*_, **__):
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(place, stop)
        with pytest.raises(Stopped):
            nights.command(*nights.arguments(number, **more), *options)


PLACES = [
    "dedup.pipeline.stages.remove_site_boilerplate",
    "dedup.run.result_files.ResultFiles.write",
    "dedup.write.folder.OutputFolder._move",
    "dedup.store.Dumps.finish",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_dump_that_stopped_is_in_the_way_of_others_until_it_is_finished_or_removed(
    place, nights, monkeypatch
):
    nights.run(1)
    if place.endswith("_move"):
        move = "dedup.write.folder.OutputFolder.put_in_place"
        stop_at(move, nights, monkeypatch, 2)
    else:
        stop_at(place, nights, monkeypatch, 2)
    for options in ([], ["--resume"], ["--overwrite"], ["--dump", "other", "--resume"]):
        line = nights.refused(3, *options)
        assert "the dump out-2, which was not finished" in line
        assert "--remove-last" in line
    assert "the same command with --resume" in nights.refused(2)
    nights.run(1)

    assert nights.command("store", nights.store, "--remove-last").exit_code == 0
    nights.run(3, "--resume")
    assert nights.names() == ["out-1", "out-3"]


@pytest.mark.parametrize("place", PLACES[:2] + PLACES[3:])
def test_a_dump_that_stopped_can_be_begun_anew_at_any_step(place, nights, monkeypatch, jsonl):
    nights.run(1)
    stop_at(place, nights, monkeypatch, 2)
    out = nights.run(2, "--overwrite", records=DAYS[2])

    straight = nights.folder / "straight"
    straight.mkdir()
    other = Nights(nights.command, jsonl, straight, *nights.options)
    other.run(1)
    assert out.tables() == other.run(2, records=DAYS[2]).tables()
    assert content(nights.store) == content(other.store)


def test_resume_can_stand_in_every_command_of_a_schedule(nights, monkeypatch):
    nights.options = (*nights.options, "--resume")
    nights.run(1)
    first = files(nights.out(1))
    nights.run(1)
    stop_at("dedup.run.result_files.ResultFiles.write", nights, monkeypatch, 2)
    nights.run(2)
    nights.run(3)
    nights.run(1)

    assert files(nights.out(1)) == first
    assert nights.names() == ["out-1", "out-2", "out-3"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_that_fits_no_line_is_refused(name, three):
    done = three.command(*three.arguments(1), "--dump", name)
    assert done.exit_code == 2
    assert "--dump takes a name" in done.stderr


def test_a_dump_needs_a_store(command, jsonl, tmp_path):
    done = command("run", jsonl(DAYS[0]), "-o", tmp_path / "out", "--dump", "a")
    assert done.exit_code == 2
    assert "--dump needs a --store" in done.stderr


class TestAgainst:
    def run(self, nights, *options, records=None, out=None):
        dump = nights.jsonl(records or [article("c", 1, 2), article("z", 9, 2)], "today.jsonl")
        out = out or nights.folder / "today"
        arguments = ["run", dump, "-o", out, "--against", nights.store, "-q", *nights.options]
        return nights.command(*arguments, *options), Out(out)

    @pytest.fixture
    def yesterday(self, nights):
        nights.run(1)
        return nights

    def test_a_copy_of_an_earlier_document_is_a_duplicate_and_nothing_is_remembered(
        self, yesterday
    ):
        before = yesterday.store.read_bytes()
        times = yesterday.store.stat()
        for _ in range(2):
            done, out = self.run(yesterday, "--overwrite")
            assert done.exit_code == 0, done.stderr
            assert out.status() == {"c": "duplicate", "z": "unique"}
        assert yesterday.store.read_bytes() == before
        assert yesterday.store.stat().st_mtime_ns == times.st_mtime_ns
        assert not list(yesterday.folder.glob("news.sqlite-*"))
        assert sorted(path.name for path in out.path.iterdir()) == [
            "decisions.jsonl", "manifest.json", "rejected.jsonl", "stories.jsonl",
            "survivors.jsonl",
        ]  # fmt: skip
        assert out.manifest["store"]["against"] == str(yesterday.store)

    def test_it_decides_as_the_next_dump_would(self, yesterday):
        records = DAYS[1]
        _, out = self.run(yesterday, records=records)
        assert out.tables() == yesterday.run(2).tables()

    def test_results_of_a_dump_of_the_store_are_replaced_by_those_of_a_run_against_it(
        self, yesterday
    ):
        records = [*DAYS[0], article("z", 9, 2)]
        done, out = self.run(yesterday, "--overwrite", records=records, out=yesterday.out(1))
        assert done.exit_code == 0, done.stderr
        assert out.manifest["counts"]["unique"] == 1
        assert {each["reason"] for each in out.rejected} == {"duplicate-id"}

    def test_results_are_neither_mixed_nor_lost(self, yesterday):
        done, out = self.run(yesterday)
        done, _ = self.run(yesterday)
        assert done.exit_code == 1
        assert "holds an earlier run" in done.stderr
        done, again = self.run(yesterday, "--resume")
        assert done.exit_code == 0, done.stderr
        assert again.tables() == out.tables()
        done, _ = self.run(yesterday, "--resume", out=yesterday.out(1))
        assert "holds the results of another run" in done.stderr

    @pytest.mark.parametrize(
        "place",
        [
            "dedup.pipeline.decide.note_changes",
            "dedup.run.dump.end_dump",
            "dedup.write.folder.OutputFolder.put_in_place",
            "dedup.write.folder.OutputFolder._move",
        ],
    )
    def test_a_run_that_stopped_goes_on(self, place, yesterday, monkeypatch):
        _, whole = self.run(yesterday, out=yesterday.folder / "whole")
        with monkeypatch.context() as patch:

            def stop(*_, **__):
                if place.endswith("_move") and not list(yesterday.folder.glob("today/*/whole*")):
                    return
                raise Stopped

            patch.setattr(place, stop)
            with pytest.raises(Stopped):
                self.run(yesterday)
        done, out = self.run(yesterday, "--resume")
        assert done.exit_code == 0, done.stderr
        assert out.tables() == whole.tables()

    def test_a_store_is_refused_that_is_missing_in_use_unfinished_or_in_the_folder(
        self, yesterday, monkeypatch
    ):
        held = (
            "import sys; from dedup.store import Store\n"
            "with Store(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
        )
        python = Command.program.with_name("python")
        with subprocess.Popen(
            [python, "-c", held, yesterday.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            holder.stdout.readline()
            done, _ = self.run(yesterday)
            holder.stdin.close()
        assert done.exit_code == 1
        assert "in use by another run" in done.stderr

        stop_at("dedup.run.result_files.ResultFiles.write", yesterday, monkeypatch, 2)
        done, _ = self.run(yesterday, "--resume")
        assert done.exit_code == 1
        assert "the dump out-2, which was not finished" in done.stderr
        done, _ = self.run(yesterday, out=yesterday.folder)
        assert "lies in the output folder" in done.stderr
        yesterday.store.unlink()
        done, out = self.run(yesterday)
        assert "name a store that is there" in done.stderr
        assert not out.path.exists()
        assert not yesterday.store.exists()

    def test_a_run_that_stopped_does_not_go_on_against_another_store(
        self, yesterday, command, jsonl, monkeypatch
    ):
        elsewhere = yesterday.folder / "elsewhere"
        elsewhere.mkdir()
        other = Nights(command, jsonl, elsewhere, *yesterday.options)
        other.run(1, records=[article("q", 9)])
        with monkeypatch.context() as patch:

            def stop(*_, **__):
                raise Stopped

            patch.setattr("dedup.pipeline.decide.note_changes", stop)
            with pytest.raises(Stopped):
                self.run(yesterday)
        out = yesterday.folder / "today"
        done, _ = self.run(other, "--resume", out=out)
        assert done.exit_code == 1
        assert "was begun with another --against" in done.stderr
        done, against = self.run(other, "--overwrite", out=out)
        assert done.exit_code == 0, done.stderr
        assert against.status() == {"c": "unique", "z": "duplicate"}

    def test_an_empty_file_is_no_store(self, yesterday):
        yesterday.store.write_bytes(b"")
        done, out = self.run(yesterday)
        assert done.exit_code == 1
        assert f"{yesterday.store} is empty: no store; name another file" in done.stderr
        assert not out.path.exists()

    def test_what_a_killed_run_left_beside_the_store_is_read_through_a_link_too(self, yesterday):
        killed = yesterday.folder / "killed.sqlite"
        with Store(yesterday.store) as store:
            store.put("note", 1)
            for suffix in ("", "-wal"):
                shutil.copy(f"{yesterday.store}{suffix}", f"{killed}{suffix}")
        links = yesterday.folder / "links"
        links.mkdir()
        (links / "news.sqlite").symlink_to(killed)
        for number, path in enumerate((killed, links / "news.sqlite")):
            copy = yesterday.folder / f"copy-{number}.sqlite"
            copy_store(path, copy)
            with Store(copy) as store:
                assert store.get("note") == 1

    def test_a_store_and_one_to_read_exclude_each_other(self, yesterday):
        done, _ = self.run(yesterday, "--store", yesterday.folder / "other.sqlite")
        assert done.exit_code == 2
        assert "exclude each other" in done.stderr

    @pytest.mark.slow
    def test_two_runs_read_one_store_at_the_same_time(self, command, jsonl, tmp_path):
        nights = Nights(command, jsonl, tmp_path)
        nights.run(1)
        nights.store.chmod(0o444)
        dump = jsonl([article("c", 1, 2)])
        outs = [tmp_path / f"reader-{number}" for number in (1, 2)]
        readers = [
            command.spawn("run", dump, "-o", out, "--against", nights.store, "-q") for out in outs
        ]
        assert [each.process.wait(120) for each in readers] == [0, 0]
        assert [Out(out).status() for out in outs] == [{"c": "duplicate"}] * 2


class TestCommand:
    def test_it_lists_the_dumps(self, three, monkeypatch):
        done = three.command("store", three.store)
        assert done.exit_code == 0
        lines = [line.split() for line in done.stdout.splitlines()]
        assert lines[0][:4] == ["number", "name", "date", "inputs"]
        assert lines[1][:4] == ["1", "out-1", "2026-03-01", "4"]
        assert [line[-1] for line in lines[1:]] == ["no", "no", "yes"]

        (three.folder / "four").mkdir()
        stop_at("dedup.run.result_files.ResultFiles.write", three, monkeypatch, 1,
                records=[article("z", 9, 4)], out=three.folder / "four" / "fourth")  # fmt: skip
        listed = json.loads(three.command("store", three.store, "--json").stdout)["dumps"]
        assert [each["state"] for each in listed] == [*["finished"] * 3, "not finished"]
        assert listed[2]["counts"] == {
            "inputs": 4, "canonical": 0, "duplicate": 3, "unique": 0, "rejected": 1,
        }  # fmt: skip
        assert listed[3]["name"] == "fourth"
        assert listed[3]["counts"]["inputs"] is None

    def test_the_store_of_a_folder_is_one(self, command, jsonl, tmp_path):
        out = command.run(jsonl(DAYS[0]), out=tmp_path / "out")
        (listed,) = json.loads(command("store", out.path / "store.sqlite", "--json").stdout)[
            "dumps"
        ]
        assert (listed["name"], listed["counts"]["inputs"]) == ("out", 4)

    def test_it_makes_no_file(self, command, tmp_path):
        done = command("store", tmp_path / "none.sqlite")
        assert done.exit_code == 2
        (tmp_path / "empty.sqlite").touch()
        done = command("store", tmp_path / "empty.sqlite")
        assert done.exit_code == 1
        assert [path.stat().st_size for path in tmp_path.iterdir()] == [0]

    def test_a_damaged_store_fails_its_check(self, three):
        assert three.command("store", three.store, "--check").exit_code == 0
        data = three.store.read_bytes()
        at = data.rindex(b"About b")
        three.store.write_bytes(data[:at] + b"X" + data[at + 1 :])
        done = three.command("store", three.store, "--check")
        assert done.exit_code == 1
        assert "damaged" in done.stderr
        assert "damaged" in three.command("store", three.store, "--remove-last").stderr

    def test_a_store_in_use_is_refused(self, three):
        with Store(three.store):
            done = three.command("store", three.store, "--check")
        assert done.exit_code == 1
        assert "in use by another run" in done.stderr

    def test_compacting_gives_space_back_and_changes_no_row(self, three):
        for _ in range(2):
            three.command("store", three.store, "--remove-last")
        with closing(sqlite3.connect(three.store)) as database:
            database.execute("CREATE TABLE filler AS SELECT randomblob(2000000) AS bytes")
            database.execute("DROP TABLE filler")
        before, size = content(three.store), three.store.stat().st_size
        done = three.command("store", three.store, "--compact")
        assert done.exit_code == 0
        assert three.store.stat().st_size < size
        assert content(three.store) == before
        assert three.run(2, "--overwrite").tables().keys() == set(TABLES)

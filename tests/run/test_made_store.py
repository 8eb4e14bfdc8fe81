"""A store that is made of the tables of a run on an engine is that of the same run without one."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys

import pytest
from engine_runs import as_on_an_engine, write_tables
from judged_runs import judged_pairs
from runs import ROOT, dated_article, read_lines, text_of
from test_dumps import content

from dedup.engines.in_memory import InMemoryEngine
from dedup.errors import OutputError
from dedup.evaluation.labelled_pairs import write_labels
from dedup.explain.open_run import open_run
from dedup.index.story_index import StoryIndex
from dedup.locations import Location
from dedup.pipeline.store_folder import StoreFolder
from dedup.progress import NullProgress
from dedup.run import make_store as make_store_module
from dedup.run.make_store import make_store
from dedup.run.run_settings import config_of, manifest_in


def varied(text, seed, words):
    """A text with some of its words replaced."""
    rng, found = random.Random(seed), text.split()
    for place in rng.sample(range(len(found)), words):
        found[place] = f"changed{rng.randrange(1000)}"
    return " ".join(found)


def articles():
    """Copies, versions, articles without a date, odd dates and rejections."""
    copies = [
        dated_article(f"a{number}", varied(text, number, number % 5), hour=number)
        for number, text in enumerate([text_of(0, 150), text_of(1, 150), text_of(2, 150)] * 4)
    ]
    alone = [{"id": f"u{number}", "text": text_of(100 + number)} for number in range(6)]
    odd = [
        {"id": "d1", "text": text_of(7), "date": "03.04.2026"},
        {"id": "d2", "text": text_of(8), "date": "25.04.2026"},
        {"id": "a1", "text": text_of(9)},
        {"id": "short", "text": "Too short."},
        {"id": "empty", "text": ""},
        {"id": "g \ud800", "text": text_of(10) + " \ud800"},
        {"id": "long", "text": text_of(11, 3900) + " " + text_of(12, 3900), "title": "Long"},
    ]
    return [*copies, *odd, *alone]


@pytest.mark.parametrize("level", ["copies", "stories"])
@pytest.mark.parametrize(("partitions", "parts"), [(1, 1), (5, 3)])
def test_the_rows_are_those_of_the_run(level, partitions, parts, command, jsonl, tmp_path):
    dump = jsonl(articles())
    run = command.run(dump, "--level", level, out=tmp_path / "run").path
    out = as_on_an_engine(run, [dump], tmp_path / "out", InMemoryEngine(partitions), parts)
    done = command("store", out / "store.sqlite", "--from", out)
    assert done.exit_code == 0, done.stderr
    assert content(out / "store.sqlite") == content(run / "store.sqlite")
    assert command("store", out / "store.sqlite", "--check").exit_code == 0


@pytest.fixture(scope="module")
def made(samples, sample_run, tmp_path_factory):
    """A run on the sample pages, as an engine leaves it, with the store made of its tables."""
    out = tmp_path_factory.mktemp("made") / "out"
    as_on_an_engine(sample_run.path, [samples / "dump"], out)
    make_store(str(out), out / "store.sqlite", NullProgress())
    return out


@pytest.fixture
def tables(made, tmp_path):
    """The same run with the tables alone."""
    out = tmp_path / "out"
    shutil.copytree(made, out, ignore=shutil.ignore_patterns("store.sqlite"))
    return out


def decisions_of(out):
    """The decisions in all parts together."""
    return b"".join(path.read_bytes() for path in sorted(out.glob("decisions-*.jsonl")))


def make(out, store=None):
    make_store(str(out), store or out / "store.sqlite", NullProgress())


def test_pages_have_the_rows_of_the_run(made, sample_run):
    assert content(made / "store.sqlite") == content(sample_run.path / "store.sqlite")


@pytest.mark.slow
@pytest.mark.parametrize("level", ["copies", "stories"])
def test_made_articles_of_all_kinds_have_the_rows_of_the_run(level, command, tmp_path):
    dump = tmp_path / "made.jsonl"
    words = ["--articles", "2000", "--words", "120", "--out", dump]
    script = ROOT / "scripts" / "make_dump.py"
    subprocess.run([sys.executable, script, *words], check=True, capture_output=True)
    run = command.run(dump, "--level", level, out=tmp_path / "run").path
    out = as_on_an_engine(run, [dump], tmp_path / "out")
    make(out)
    assert content(out / "store.sqlite") == content(run / "store.sqlite")


def test_a_dump_of_rejections_alone(command, jsonl, tmp_path):
    dump = jsonl([{"id": "a", "text": ""}])
    command("run", dump, "-o", tmp_path / "run")
    out = as_on_an_engine(tmp_path / "run", [dump], tmp_path / "out")
    make(out)
    assert content(out / "store.sqlite") == content(tmp_path / "run" / "store.sqlite")


class BothStores:
    """One folder with the store of a run, and then with the one that was made of tables."""

    def __init__(self, command, folder, run, made):
        shutil.copytree(run, folder)
        self.command, self.folder, self._made = command, folder, made

    def answer_alike(self, *commands):
        """Call commands with the one and the other; what they print must be the same."""
        expected = [self._printed(words) for words in commands]
        shutil.copyfile(self._made / "store.sqlite", self.folder / "store.sqlite")
        for words, printed in zip(commands, expected, strict=True):
            assert self._printed(words) == printed, words

    def _printed(self, words):
        done = self.command(words[0], self.folder, *words[1:])
        assert done.exit_code == 0, f"{words}: {done.output}"
        return done.stdout


@pytest.fixture
def both(command, tmp_path, sample_run, made):
    return BothStores(command, tmp_path / "run", sample_run.path, made)


def test_a_run_is_shown_explained_compared_and_evaluated_as_any_other(
    both, sample_run, sample_gold
):
    one, other = sample_run.stories[0]["members"][:2]
    both.answer_alike(
        ["show"],
        ["show", "--documents", "--limit", "0", "--csv"],
        ["show", one["id"]],
        ["explain", one["id"]],
        ["explain", one["id"], other["id"], "--json"],
        ["diff", sample_run.path],
        ["evaluate", sample_gold, "--worst", "5"],
    )


def test_a_report_of_it_is_that_of_any_other(both, tmp_path):
    page = tmp_path / "report.html"
    report = ["report", "-o", page, "--overwrite"]
    both.command("report", both.folder, "-o", page)
    expected = page.read_bytes()
    both.answer_alike(report)
    assert page.read_bytes() == expected


def test_pairs_of_it_are_judged_and_settings_tuned_as_of_any_other(both, samples, tmp_path):
    stories = {each["id"]: each["story"] for each in read_lines(samples / "expected.jsonl")}
    pairs = judged_pairs(both.folder, stories, 200)
    write_labels(tmp_path / "labels.jsonl", pairs)
    both.answer_alike(["tune", tmp_path / "labels.jsonl", "--json"])
    assert judged_pairs(both.folder, stories, 200) == pairs  # drawn of the other store


def test_it_is_regrouped_as_any_other(both, tmp_path):
    again = tmp_path / "again"
    words = ["regroup", "-o", again, "--threshold", "0.4", "--overwrite", "--quiet"]
    both.command("regroup", both.folder, *words[1:])
    files = {each.name: each.read_bytes() for each in again.iterdir()}
    rows = content(again / "store.sqlite")
    both.answer_alike(words)
    assert content(again / "store.sqlite") == rows
    for name in files.keys() - {"manifest.json", "store.sqlite"}:
        assert (again / name).read_bytes() == files[name], name


def test_what_needs_the_store_says_how_to_make_it(tables, command, tmp_path, jsonl):
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"a": "a", "b": "b", "same": true}\n')
    store = tables / "store.sqlite"
    how = f"dedup store {store} --from {tables}"
    for words in (
        ["show", tables],
        ["explain", tables, "a"],
        ["regroup", tables, "-o", tmp_path / "again"],
        ["report", tables, "-o", tmp_path / "report.html"],
        ["label", tables, "-o", tmp_path / "new.jsonl"],
        ["tune", tables, labels],
        ["diff", tables, tables],
        ["store", tables],
        ["store", store],
        ["show", store],
        ["run", jsonl([{"id": "a", "text": text_of(1)}]), "-o", tmp_path / "b", "--store", store],
        ["run", jsonl([{"id": "a", "text": text_of(1)}]), "-o", tmp_path / "b", "--against", store],
    ):
        done = command(*words)
        assert done.exit_code == 1, words
        assert how in done.stderr, words
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert not store.exists()
    with pytest.raises(OutputError, match="make it"):
        open_run(tables)
    with pytest.raises(OutputError, match="make it"):
        StoryIndex(store=tables)


def test_a_run_with_tables_alone_is_evaluated(tables, command, sample_gold, sample_run):
    done, expected = (command("evaluate", out, sample_gold) for out in (tables, sample_run.path))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:10] == expected.stdout.splitlines()[:10]


def first_file(out, table="documents"):
    return out / "store" / table / f"{table}-00000.parquet"


def missing_file(out):
    first_file(out).unlink()


def changed_byte(out):
    path = first_file(out)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def shorter_file(out):
    path = first_file(out, "decisions")
    path.write_bytes(path.read_bytes()[:-9])


def file_of_another_table(out):
    shutil.copy(first_file(out, "stories"), first_file(out, "decisions"))


def list_that_is_no_json(out):
    (out / "store" / "store.json").write_text("{")


def list_of_something_else(out):
    (out / "store" / "store.json").write_text("[]")


@pytest.mark.parametrize(
    "change",
    [missing_file, changed_byte, shorter_file, file_of_another_table, list_that_is_no_json,
     list_of_something_else],
)  # fmt: skip
def test_tables_that_are_not_what_was_written_are_refused(change, tables):
    change(tables)
    with pytest.raises(OutputError, match="is missing, damaged or cannot be read"):
        make(tables)
    assert not list(tables.glob("*sqlite*"))
    assert not list(tables.glob(".store*"))


def test_any_changed_byte_is_noticed(tables):
    path = first_file(tables, "decisions")
    written = path.read_bytes()
    for place in range(0, len(written), len(written) // 40):
        changed = bytearray(written)
        changed[place] ^= 4
        path.write_bytes(changed)
        folder = StoreFolder.open(Location.of(tables / "store"))
        with pytest.raises(OutputError, match="is missing, damaged or cannot be read"):
            list(folder.batches("decisions"))


def test_tables_that_cannot_be_written_are_one_sentence(command, jsonl, tmp_path):
    dump, run = jsonl([{"id": "a", "text": text_of(1)}]), tmp_path / "run"
    command("run", dump, "-o", run)
    shutil.copytree(run, tmp_path / "out")
    (tmp_path / "out" / ".tables").mkdir()
    (tmp_path / "out" / ".tables" / "stories").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_tables(
            tmp_path / "out", [dump], config_of(manifest_in(run)), InMemoryEngine(2), parts=1
        )


def changed_list(out, **values):
    path = out / "store" / "store.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_tables_of_another_version_are_refused(tables):
    changed_list(tables, format=11, dedup="9.0")
    with pytest.raises(OutputError, match=r"are of dedup 9\.0, .*make the store with that version"):
        make(tables)


def test_tables_of_an_earlier_run_are_refused(tables):
    manifest = json.loads((tables / "manifest.json").read_text())
    manifest["counts"]["inputs"] += 1
    (tables / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(OutputError, match="are not of the run"):
        make(tables)


def test_a_store_that_is_there_is_not_replaced(tables):
    (tables / "store.sqlite").write_text("mine")
    with pytest.raises(OutputError, match="already exists"):
        make(tables)
    assert (tables / "store.sqlite").read_text() == "mine"


def test_a_folder_without_a_run_or_without_tables_is_refused(tables, tmp_path, command):
    with pytest.raises(OutputError, match="holds no finished run"):
        make(tmp_path / "none", tmp_path / "store.sqlite")
    shutil.rmtree(tables / "store")
    done = command("store", tables / "store.sqlite", "--from", tables)
    assert done.exit_code == 1
    assert "holds no tables of a store" in done.stderr


def test_a_folder_that_cannot_be_written_is_refused(tables, tmp_path):
    with pytest.raises(OutputError, match="cannot write to"):
        make(tables, tmp_path / "none" / "store.sqlite")


def test_one_that_is_killed_leaves_nothing_under_the_name_and_is_made_again(
    tables, monkeypatch, made
):
    class Killed(BaseException):
        pass

    class Killing(NullProgress):
        def advance(self, amount, documents=0):
            raise Killed

    monkeypatch.setattr(make_store_module, "_remove", lambda part: None)
    with pytest.raises(Killed):
        make_store(str(tables), tables / "store.sqlite", Killing())
    assert not (tables / "store.sqlite").exists()
    assert list(tables.glob(".store.sqlite.part*"))
    monkeypatch.undo()
    make(tables)
    assert content(tables / "store.sqlite") == content(made / "store.sqlite")
    assert not list(tables.glob(".store*"))


def test_two_at_once_do_not_meet(tables):
    class Other(NullProgress):
        def advance(self, amount, documents=0):
            with pytest.raises(OutputError, match="is being made by another process"):
                make(tables)

    make_store(str(tables), tables / "store.sqlite", Other())
    assert (tables / "store.sqlite").exists()


def test_the_command_says_what_it_made_and_lists_it(tables, command):
    store = tables / "store.sqlite"
    done = command("store", store, "--from", tables)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"made {store}\n")
    dumps = json.loads(command("store", store, "--json").stdout)["dumps"]
    assert [each["state"] for each in dumps] == ["finished"]


def test_a_made_store_takes_the_next_dump(tables, command, jsonl, tmp_path, sample_run):
    make(tables)
    text = sample_run.survivors[0]["text"]
    done = command(
        "run", jsonl([{"id": "next", "text": text}]), "-o", tmp_path / "b",
        "--store", tables / "store.sqlite",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    (decision,) = read_lines(tmp_path / "b" / "decisions.jsonl")
    assert decision["status"] == "duplicate"


def test_parts_of_tables_are_written_as_one_file_by_the_next_run_in_their_layout(
    made, command, tmp_path
):
    packed = tmp_path / "packed"
    shutil.copytree(made, packed)
    for part in packed.glob("*-*.jsonl"):
        (packed / f"{part.name}.gz").write_bytes(gzip.compress(part.read_bytes()))
        part.unlink()
    done = command("regroup", packed, "-o", tmp_path / "again", "--quiet")
    assert done.exit_code == 0, done.stderr
    again = (tmp_path / "again" / "decisions.jsonl.gz").read_bytes()
    assert gzip.decompress(again) == decisions_of(made)


def test_what_is_at_an_address_is_refused_with_what_to_do(command, tmp_path):
    for words in (["show", "s3://news/big"], ["regroup", "s3://news/big", "-o", tmp_path / "a"]):
        done = command(*words)
        assert done.exit_code == 1
        assert "make a store on this machine of the run there" in done.stderr


def test_the_folder_may_be_an_address_and_the_store_elsewhere(made, command, tmp_path):
    store, folder = tmp_path / "news.sqlite", tmp_path / "folder"
    make(f"file://{made}", store)
    assert content(store) == content(made / "store.sqlite")
    assert command("show", store).exit_code == 0
    folder.mkdir()
    shutil.copy(made / "manifest.json", folder)
    done = command("regroup", folder, "-o", tmp_path / "again", "--store", store, "--quiet")
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "again" / "decisions.jsonl").read_bytes() == decisions_of(made)

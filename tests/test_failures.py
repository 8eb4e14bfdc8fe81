"""Runs that fail though they come to their end: nothing could be used, or too little."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import Out, read_lines

from dedup import deduplicate
from dedup.config import ClusterConfig, Config
from dedup.errors import ConfigError, UnknownFieldError
from dedup.models import NONE_REJECTED, rejection_limit
from dedup.models.rejections import failure

WORDS = [a + b + c for a in "bdfgklmnprst" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]

OUTPUTS = {"survivors.jsonl", "decisions.jsonl", "stories.jsonl", "rejected.jsonl", "manifest.json"}


def article(doc_id, **more):
    text = " ".join(random.Random(doc_id).choices(WORDS, k=60))
    return {"id": doc_id, "text": text, **more}


def names(out):
    return {path.name for path in out.iterdir()}


@pytest.fixture
def folder(tmp_path):
    """An INPUT folder with the files of a dict."""

    def make(files):
        path = tmp_path / "in"
        path.mkdir()
        for name, content in files.items():
            (path / name).write_bytes(content)
        return path

    return make


UNUSABLE = {
    "an empty folder": ({}, (), "the INPUT has nothing to read\n"),
    "nothing that --include asks for": (
        {"a.html": b"<p>"},
        ("--include", "*.txt"),
        "the INPUT has nothing to read; passed over: 1 left out by --include or --exclude\n",
    ),
    "only PDFs": (
        {"a.pdf": b"%PDF-1.4", "b.pdf": b"%PDF-1.7"},
        (),
        "none of the 2 inputs could be used: 2 unknown-kind; ",
    ),
    "one empty file": ({"a.html": b""}, (), "the only input could not be used: 1 empty; "),
    "only what an option leaves out": (
        {"a.jsonl": json.dumps(article("a", url="https://a.example/1")).encode()},
        ("--exclude-host", "a.example"),
        "the only input could not be used: 1 excluded-host; ",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_run_without_a_usable_document_fails_and_says_why(name, command, folder, tmp_path):
    files, options, message = UNUSABLE[name]
    out = tmp_path / "out"
    done = command("run", folder(files), "-o", out, "--quiet", *options)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {message}")
    assert done.stderr.count("\n") == 1
    assert ("; see" in done.stderr) == (Out(out).rejected != [])
    assert names(out) == {*OUTPUTS, "store.sqlite"}
    counts = Out(out).manifest["counts"]
    assert counts["inputs"] == counts["rejected"] == len(Out(out).rejected)


@pytest.mark.parametrize("name", UNUSABLE)
def test_cleaning_without_a_usable_document_fails_likewise(name, command, folder, tmp_path):
    files, options, message = UNUSABLE[name]
    source, clean, rejected = folder(files), tmp_path / "clean.jsonl", tmp_path / "rejected.jsonl"
    done = command("clean", source, "-o", clean, "--rejected", rejected, "--quiet", *options)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {message}")
    assert clean.read_bytes() == b""
    assert ("see" in done.stderr) == (read_lines(rejected) != [])
    again = command("clean", source, "-o", clean, "--overwrite", "--quiet", *options)
    assert ("list them with --rejected FILE" in again.stderr) == ("see" in done.stderr)


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"id,text\n1,Rain falls\n", "2 broken-json, 1 wrong-type"),
        (b"", "1 empty"),
        (b'{"id": "a", "text": "Rain."}\n', "1 too-short"),
    ],
)
def test_stdin_without_a_usable_document_fails(stdin, message, command, tmp_path):
    done = command("run", "-", "-o", tmp_path / "out", "--quiet", stdin=stdin)
    assert done.exit_code == 1
    assert f"could be used: {message}; see" in done.stderr.replace("could not", "could")


def test_the_next_run_replaces_the_results_of_a_run_that_could_use_nothing(
    command, folder, jsonl, tmp_path
):
    out = tmp_path / "out"
    assert command("run", folder({"a.pdf": b"%PDF-1.4"}), "-o", out).exit_code == 1
    assert command.run(jsonl([article("a")]), out=out).status() == {"a": "unique"}
    done = command("run", jsonl([article("a")]), "-o", out)
    assert "holds an earlier run" in done.stderr


@pytest.mark.parametrize("store", [False, True], ids=["alone", "store"])
@pytest.mark.parametrize("name", UNUSABLE)
def test_results_are_not_replaced_by_those_of_a_run_that_could_use_nothing(
    name, store, command, folder, jsonl, tmp_path
):
    files, options, message = UNUSABLE[name]
    out = tmp_path / "out"
    options = [*options, *(("--store", tmp_path / "news.sqlite") if store else ())]
    good = command.run(jsonl([article("a")]), *options[len(UNUSABLE[name][1]) :], out=out)
    before = {path.name: path.read_bytes() for path in good.path.iterdir()}
    done = command("run", folder(files), "-o", out, "--overwrite", "--quiet", *options)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {message.split(';')[0].strip()}")
    assert "; the results of the earlier run stay" in done.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


class Chain:
    """Days of one store, whose first day is there."""

    def __init__(self, command, jsonl, folder):
        self.command, self.jsonl, self.folder = command, jsonl, folder
        self.store = folder / "news.sqlite"
        assert self.add("day-1", article("a")).exit_code == 0

    def add(self, name, *records, options=()):
        arguments = ["-o", self.folder / name, "--store", self.store, "--level", "copies"]
        dump = self.jsonl(records, f"{name}.jsonl")
        return self.command("run", dump, *arguments, "--quiet", *options)

    def names(self):
        listed = self.command("store", self.store).stdout.splitlines()[1:]
        return [line.split()[1] for line in listed]


@pytest.fixture
def chain(command, jsonl, tmp_path):
    return Chain(command, jsonl, tmp_path)


@pytest.mark.parametrize(
    "records",
    [[], [{"id": "n", "text": "Rain."}], [article("a")]],
    ids=["none", "too short", "all known"],
)
def test_a_day_without_a_usable_document_leaves_the_store_as_it_was(records, chain):
    done = chain.add("day-2", *records)

    assert done.exit_code == 1
    out = Out(chain.folder / "day-2")
    assert set(out.status().values()) <= {"rejected"}
    assert names(out.path) == {*OUTPUTS, "changes.jsonl"}
    assert chain.names() == ["day-1"]

    assert chain.add("day-3", article("c")).exit_code == 0
    assert chain.add("day-2", article("b")).exit_code == 0
    assert Out(chain.folder / "day-2").status() == {"b": "unique"}
    assert chain.names() == ["day-1", "day-3", "day-2"]


def test_such_a_day_again_removes_no_later_one_wherever_its_run_stopped(chain, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dedup.run.dump_claim.remove_last_dump", stop)
        assert chain.add("day-2").exit_code == 1
    done = chain.add("day-3", article("c"))
    assert "the dump day-2, which was not finished" in done.stderr
    assert chain.add("day-2", options=["--resume"]).exit_code == 1
    assert chain.add("day-3", article("c")).exit_code == 0
    assert chain.add("day-2").exit_code == 1
    assert chain.names() == ["day-1", "day-3"]


def test_resume_in_every_command_does_not_keep_a_run_that_could_use_nothing(
    command, jsonl, tmp_path
):
    out = tmp_path / "out"
    for records, code in (([], 1), ([], 1), ([article("a")], 0), ([article("a")], 0)):
        done = command("run", jsonl(records), "-o", out, "--resume", "--quiet")
        assert done.exit_code == code, done.stderr
    assert Out(out).status() == {"a": "unique"}
    done = command("run", jsonl([article("b")]), "-o", out, "--resume", "--quiet")
    assert "the inputs changed" in done.stderr


def test_a_first_day_without_a_usable_document_begins_no_store(command, jsonl, tmp_path):
    store, out = tmp_path / "news.sqlite", tmp_path / "out"
    for records, code in (([], 1), ([article("a")], 0)):
        done = command("run", jsonl(records), "-o", out, "--store", store, "--quiet")
        assert done.exit_code == code
    assert command.run(jsonl([article("b")]), "--store", store, out=tmp_path / "o2").status() == {
        "b": "unique"
    }


# --- too many rejected ---

MIXED = [article(str(number)) for number in range(18)] + [{"id": "x"}, {"id": "y", "text": "Rain."}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--max-rejected", "2"], None),
        (["--max-rejected", "10%"], None),
        (["--max-rejected", "9.9%"], "--max-rejected 9.9%"),
        (["--max-rejected", "1"], "--max-rejected 1"),
        (["--max-rejected", "0"], "--max-rejected 0"),
        (["--strict"], "--strict"),
        (["--strict", "--max-rejected", "50%"], "--strict"),
        ([], None),
    ],
)
def test_more_rejected_inputs_than_allowed_fail_a_run_whose_results_are_whole(
    options, said, command, jsonl, tmp_path
):
    out, clean = tmp_path / "out", tmp_path / "clean.jsonl"
    source = jsonl(MIXED)
    ran = command("run", source, "-o", out, "--level", "copies", "--quiet", *options)
    cleaned = command("clean", source, "-o", clean, "--quiet", *options)

    assert ran.exit_code == cleaned.exit_code == (1 if said else 0)
    assert len(Out(out).survivors) == len(read_lines(clean)) == 18
    assert Out(out).manifest["counts"]["rejected"] == 2
    if said:
        sentence = (
            f"Error: 2 of 20 inputs were rejected, more than {said} allows: 1 no-text, 1 too-short"
        )
        assert ran.stderr == f"{sentence}; see {out / 'rejected.jsonl'}\n"
        assert cleaned.stderr == f"{sentence}; list them with --rejected FILE\n"


def test_the_file_that_the_sentence_names_is_there(command, jsonl, tmp_path):
    out = tmp_path / "out"
    done = command("run", jsonl(MIXED), "-o", out, "--strict", "--format", "parquet", "--quiet")

    assert done.stderr.endswith(f"see {out / 'rejected.parquet'}\n")
    assert (out / "rejected.parquet").exists()


def test_documents_that_an_option_leaves_out_are_not_counted(command, jsonl, tmp_path):
    records = [article("a"), *(article(n, url="https://ads.example/1") for n in "bcd")]
    command.run(
        jsonl(records), "--exclude-host", "ads.example", "--max-rejected", "0", out=tmp_path / "o"
    )
    reasons = {"excluded-host": 80, "empty": 2}
    assert failure(100, reasons, {}, rejection_limit("10%")) is None
    assert failure(100, reasons, {}, rejection_limit("9%")) is not None


@pytest.mark.parametrize("value", ["", "x", "-1", "101%", "5.5", "5%%", "%", "1e3", "nan%", "٣"])
@pytest.mark.parametrize("name", ["run", "clean"])
def test_a_limit_that_is_none_is_wrong_usage(name, value, command, jsonl, tmp_path):
    done = command(name, jsonl(MIXED), "-o", tmp_path / "out", "--max-rejected", value)
    assert done.exit_code == 2
    assert f"--max-rejected {value}: give a number of inputs" in done.stderr
    assert not (tmp_path / "out").exists()
    with pytest.raises(ConfigError):
        rejection_limit(value)


@given(st.integers(1, 500), st.data())
def test_a_share_is_exceeded_where_one_more_than_it_is_rejected(inputs, data):
    percent = data.draw(st.integers(0, 100))
    limit = rejection_limit(f"{percent}%")
    allowed = inputs * percent // 100
    assert not limit.is_exceeded(allowed, inputs)
    assert limit.is_exceeded(allowed + 1, inputs)
    assert not NONE_REJECTED.is_exceeded(0, inputs)
    assert NONE_REJECTED.is_exceeded(1, inputs)


# --- rules on fields that no document has ---

RANKED = [article("a", rank=1), article("b", rank=None), {**article("b", rank=2), "id": "c"}]


def test_a_rule_on_a_field_that_no_document_has_is_refused_and_leaves_nothing(
    command, jsonl, tmp_path
):
    out, source = tmp_path / "out", jsonl(RANKED)
    done = command("run", source, "-o", out, "--canonical", "field:rnak:asc", "--quiet")

    assert done.exit_code == 1
    assert done.stderr == (
        'Error: no document has the field "rnak" of --canonical field:rnak:asc; '
        "the fields are id, rank, text\n"
    )
    assert not out.exists()
    command.run(source, "--canonical", "field:rank:asc", out=out)
    before = Out(out).tables()
    again = command("run", source, "-o", out, "--canonical", "field:rnak:asc", "--overwrite")
    assert again.exit_code == 1
    assert Out(out).tables() == before


def test_with_a_store_such_a_day_is_not_begun(chain):
    rule = ["--canonical", "field:rank:asc"]
    done = chain.add("day-2", article("b"), options=rule)

    assert done.exit_code == 1
    assert not (chain.folder / "day-2").exists()
    assert chain.names() == ["day-1"]
    assert chain.add("day-2", article("b", rank=None), options=rule).exit_code == 0
    # A small day may lack a field that documents of the store have.
    assert chain.add("day-3", article("c"), options=rule).exit_code == 0


def test_the_library_refuses_such_a_rule_too():
    config = Config(cluster=ClusterConfig(canonical=("field:rnak:desc",)))
    with pytest.raises(UnknownFieldError, match='"rnak"'):
        deduplicate(RANKED, config=config)
    assert deduplicate([], config=config).decisions == []


def test_of_many_fields_some_are_named(command, jsonl, tmp_path):
    records = [article(str(n), **{f"own{k:02}": 1 for k in range(n, 20)}) for n in range(3)]
    options = ["--canonical", "field:x\x1b:asc", "--quiet"]
    done = command("run", jsonl(records), "-o", tmp_path / "out", *options)
    assert done.stderr.endswith(
        "the fields are id, own02, own03, own04, own05, own06, own07, own08, own09, own10, ...\n"
    )
    assert "\x1b" not in done.stderr

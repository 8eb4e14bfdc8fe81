"""`--annotate` writes all documents with the decision on each, and removes nothing."""

import gzip
import json

import pyarrow.parquet as pq
import pytest
import zstandard
from runs import read_lines

from dedup.errors import OutputError
from dedup.write import SUFFIXES, AnnotatedFile

TEXT = "the ferry to port elwood runs again from monday after repairs to the ramp its owner said"

DECIDED = (
    "status", "story_id", "canonical_id", "copy_of", "relation", "score", "score_kind", "reason",
)  # fmt: skip

RECORDS = [
    {"id": "a", "text": TEXT, "date": "2026-03-01", "views": 3},
    {"id": "b", "text": TEXT, "date": "2026-03-02", "dedup": "mine"},
    {"id": "short", "text": "no"},
    {"text": TEXT.replace("ferry", "tram").replace("monday", "sunday").replace("ramp", "rails")},
]


def expand(path):
    """The lines of a file, compressed or not."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


def lines_of(path):
    return [json.loads(line) for line in expand(path).splitlines()]


@pytest.fixture
def annotate(command, jsonl, tmp_path):
    """Run with `--annotate` a file, and return the run and the file."""

    def run(name, *options, out="out", records=RECORDS):
        file = tmp_path / name
        arguments = (jsonl(records), "--level", "copies", "--annotate", file, *options)
        return command.run(*arguments, out=tmp_path / out), file

    return run


def refused(command, *arguments):
    done = command("run", *arguments)
    assert done.exit_code in (1, 2)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_all_documents_have_their_fields_and_the_decision(annotate):
    run, file = annotate("all.jsonl")
    lines, decisions = read_lines(file), run.decisions

    assert [line["id"] for line in lines] == [each["id"] for each in decisions]
    for line, decision in zip(lines, decisions, strict=True):
        assert {name: line["dedup"][name] for name in DECIDED} == {
            name: decision[name] for name in DECIDED
        }
    assert lines[0] == {**RECORDS[0], "dedup": lines[0]["dedup"]}
    assert [line["dedup"]["size"] for line in lines] == [2, 2, None, 1]
    assert lines[2].keys() == {"id", "source", "dedup"}


def test_pages_have_their_cleaned_text_and_survivors_stay_as_they_are(
    command, samples, sample_run, tmp_path
):
    file = tmp_path / "all.jsonl"
    run = command.run(samples / "dump", "--annotate", file, out=tmp_path / "out")
    kept = [each for each in read_lines(file) if each["dedup"]["status"] in ("canonical", "unique")]

    assert run.tables() == sample_run.tables()
    for line, survivor in zip(kept, run.survivors, strict=True):
        del line["dedup"], survivor["dedup"]
        assert line == survivor


def test_the_name_says_the_format(annotate):
    _, plain = annotate("all.jsonl")
    for number, suffix in enumerate((".jsonl.gz", ".jsonl.zst")):
        _, file = annotate(f"all{suffix}", out=str(number))
        assert expand(file) == plain.read_bytes()
    _, table = annotate("all.parquet", out="table")
    rows = pq.read_table(table).to_pylist()

    assert [row["dedup"] for row in rows] == [line["dedup"] for line in lines_of(plain)]
    assert json.loads(rows[2]["extra"]) == {"source": "records.jsonl"}


def test_another_name_is_refused_before_anything_is_read(command, jsonl, tmp_path):
    for name in ("all.csv", "all", ".jsonl", "all.jsonl.bz2"):
        arguments = (jsonl(RECORDS), "-o", tmp_path / "out", "--annotate", tmp_path / name)
        message = refused(command, *arguments)
        assert all(suffix in message for suffix in SUFFIXES), message
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("in/all.jsonl", "lies in the input folder"),
        ("in/a.jsonl", "lies in the input folder"),
        ("out/decisions.jsonl", "a file of the run itself"),
        ("out/survivors-00003.jsonl.gz", "a file of the run itself"),
        ("out/.dedup.new/all.jsonl", "a file of the run itself"),
        ("out/store/all.jsonl", "a file of the run itself"),
        ("news.jsonl", "is the store"),
        ("s3://bucket/all.jsonl", "is an address"),
    ],
)
def test_a_place_where_it_would_be_read_or_replaced_is_refused(
    name, message, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(RECORDS[0]))
    arguments = ("in", "-o", "out", "--store", "news.jsonl", "--annotate", name)

    assert message in refused(command, *arguments)
    assert not (tmp_path / "out").exists()


def test_an_input_file_is_not_replaced(command, jsonl, tmp_path):
    source = jsonl(RECORDS)
    message = refused(command, source, "-o", tmp_path / "out", "--annotate", source, "--overwrite")

    assert "would be read and replaced" in message


@pytest.mark.parametrize("there", ["all.jsonl", "all-00000.jsonl"])
def test_a_file_that_exists_is_replaced_with_overwrite_alone(there, annotate, command, tmp_path):
    (tmp_path / there).write_text("mine")
    arguments = (tmp_path / "records.jsonl", "-o", tmp_path / "out")
    (tmp_path / "records.jsonl").write_text(json.dumps(RECORDS[0]))
    message = refused(command, *arguments, "--annotate", tmp_path / "all.jsonl")

    assert f"{there} already exists; replace it with --overwrite" in message
    assert (tmp_path / there).read_text() == "mine"
    _, file = annotate("all.jsonl", "--overwrite")
    assert len(read_lines(file)) == len(RECORDS)
    assert (tmp_path / there).exists() == (there == "all.jsonl")


def test_shards_that_another_run_left_do_not_stay(annotate, tmp_path):
    annotate("all.jsonl", "--shard-size", "100")
    before = sorted(path.name for path in tmp_path.glob("all-*"))
    (tmp_path / "all-20260504.jsonl").write_text("mine")
    annotate("all.jsonl", "--overwrite", "--shard-size", "1MB")

    assert len(before) == 4
    assert sorted(path.name for path in tmp_path.glob("all*")) == [
        "all-00000.jsonl",
        "all-20260504.jsonl",
    ]


def test_a_file_behind_a_gap_is_not_replaced_without_leave(tmp_path):
    mine = tmp_path / "all-00002.jsonl"
    mine.write_text("mine")
    file, lines = AnnotatedFile(tmp_path / "all.jsonl"), [b"{}", b"{}", b"{}"]
    file.write(lines[:2], 3, overwrite=False)
    for path in tmp_path.glob("all-0000[01].jsonl"):
        path.unlink()
    with pytest.raises(OutputError, match=r"all-00002.jsonl already exists, with other documents"):
        file.write(lines, 3, overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "mine"
    file.write(lines, 3, overwrite=True)
    assert mine.read_bytes() == b"{}\n"


def test_the_same_run_again_finds_the_same_file(annotate, command, tmp_path):
    store = ("--store", tmp_path / "news.sqlite")
    for name in ("all.jsonl.zst", "all.parquet"):
        _, file = annotate(name, *store)
        before = file.read_bytes()
        annotate(name, *store)
        assert file.read_bytes() == before

    file.write_bytes(b"mine")
    arguments = (tmp_path / "records.jsonl", "--level", "copies", *store, "-o", tmp_path / "out")
    message = refused(command, *arguments, "--annotate", file)
    assert "already exists, with other documents" in message
    assert file.read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*.part"))

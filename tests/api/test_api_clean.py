"""`clean`: what the command of that name gives, in memory."""

from __future__ import annotations

import json

import pytest
from runs import read_lines, text_of

from dedup import CleanResult, Config, clean
from dedup.config import CleanConfig, ReadConfig

WIRE = f"PORT ELWOOD, March 6 (Reuters) - {text_of(1)}."


def test_pages_give_the_lines_of_the_command(command, samples, tmp_path):
    done = command(
        "clean", samples / "dump", "-o", tmp_path / "clean.jsonl",
        "--rejected", tmp_path / "rejected.jsonl", "--min-tokens", 150, "--quiet",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    result = clean(samples / "dump", min_tokens=150)

    assert result.documents == read_lines(tmp_path / "clean.jsonl")
    assert result.rejected == read_lines(tmp_path / "rejected.jsonl")
    assert result.documents
    assert result.rejected
    assert any(each["removed"] for each in result.documents)
    assert repr(result) == (
        f"CleanResult({len(result.documents)} documents, {len(result.rejected)} rejected)"
    )


def test_a_page_in_memory_is_a_record(samples):
    path = samples / "dump"
    page = next(each for each in sorted(path.rglob("*.html")))
    whole = clean([page])
    (document,) = clean([{"id": "a", "html": page.read_bytes()}]).documents

    assert document["id"] == "a"
    assert document["text"] == whole.documents[0]["text"]


def test_records_and_tables_are_taken_alike():
    import pyarrow

    records = [{"id": "a", "body": WIRE}, {"id": "b", "body": "Rain."}]
    given = {"field": {"text": "body"}, "min_tokens": 3}
    result = clean(records, **given)

    assert isinstance(result, CleanResult)
    (document,) = result.documents
    assert document["agency"] == "Reuters"
    assert document["text"] == f"{text_of(1)}."
    assert [(each["id"], each["reason"]) for each in result.rejected] == [("b", "too-short")]
    assert clean(pyarrow.Table.from_pylist(records), **given) == result


def test_documents_are_json_values():
    result = clean([{"id": "a", "text": WIRE}])

    assert json.loads(json.dumps(result.documents)) == result.documents


def test_a_page_is_no_path():
    with pytest.raises(TypeError, match="pass a page as a record"):
        clean(b"<html><p>Rain.</p></html>")


KEYWORDS = {
    "field": ({"text": "body"}, Config(read=ReadConfig(fields=(("text", "body"),)))),
    "min_tokens": (200, Config(clean=CleanConfig(min_tokens=200))),
    "agency": ("Kell Wire", Config(clean=CleanConfig(agencies=("Kell Wire",)))),
    "exclude_host": ("kell.example", Config(clean=CleanConfig(exclude_hosts=("kell.example",)))),
    "max_bytes": (1500, Config(read=ReadConfig(max_document_bytes=1500))),
}


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_keyword_does_what_its_option_does(name):
    value, config = KEYWORDS[name]
    records = [
        {"id": "a", "text": f"KELL, March 6 (Kell Wire) - {text_of(1)}", "body": text_of(2)},
        {"id": "b", "text": text_of(3, 250), "body": text_of(4, 250)},
        {"id": "c", "text": text_of(5), "body": WIRE, "url": "https://kell.example/5"},
    ]
    plain = clean(records)

    assert clean(records, **{name: value}) == clean(records, config=config) != plain


def test_nothing_gives_nothing():
    assert clean([]) == CleanResult([], [])

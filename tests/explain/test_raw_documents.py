"""A document as it came: a record of the store, a page of the inputs, or a sentence."""

from __future__ import annotations

import json
import shutil

import pytest
from runs import dated_article, text_of

from dedup import deduplicate
from dedup.errors import DedupError, InputError, NotFoundError
from dedup.explain.open_run import open_run
from dedup.explain.views.raw_document import raw_document


def raw(run, name):
    return raw_document(run, run.store.lookups.row_of(name))


def test_a_record_with_a_text_is_as_it_came_without_its_input(opened):
    record = dated_article("a", text_of("a"), more={"deep": [1, None, 2**70, "\u00e9"]})

    assert json.loads(raw(opened([record]), "a")) == record


@pytest.fixture
def pages(command, samples, tmp_path, monkeypatch):
    """A run on a copy of the sample pages, by a relative path."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(samples / "dump", tmp_path / "dump")
    command.run("dump", out=tmp_path / "out")
    with open_run(tmp_path / "out") as run:
        yield run


FERRY = "harborpost.example/2026/03/14/ferry-aground.html"


def test_a_page_is_read_again_byte_by_byte(pages, tmp_path):
    assert raw(pages, FERRY) == (tmp_path / "dump" / FERRY).read_bytes()


def test_a_page_that_was_rejected_is_read_again_or_says_why_it_cannot(pages, tmp_path):
    menu = "dailymeridian.example/n/all-sections.html"

    assert raw(pages, menu) == (tmp_path / "dump" / menu).read_bytes()
    with pytest.raises(NotFoundError, match="the file is empty"):
        raw(pages, "lakecitynews.example/a/lost-page.html")


def changed(path):
    path.write_bytes(path.read_bytes() + b" ")


def gone(path):
    path.unlink()


def led_away(path):
    secret = path.parents[5] / "secret.html"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)


@pytest.mark.parametrize("change", [changed, gone, led_away])
def test_a_page_that_changed_or_is_gone_is_refused_in_a_sentence(pages, tmp_path, change):
    change(tmp_path / "dump" / FERRY)
    with pytest.raises(InputError, match="it changed, was moved or is gone"):
        raw(pages, FERRY)


def test_inputs_that_are_not_found_from_here_are_refused_in_a_sentence(pages, tmp_path):
    shutil.rmtree(tmp_path / "dump")
    with pytest.raises(InputError, match="call dedup show where"):
        raw(pages, FERRY)


def test_a_stream_cannot_be_read_again(command, tmp_path):
    line = json.dumps({"id": "a", "html": "<p>too short"})
    command.run("-", out=tmp_path / "out", stdin=line, exit_code=1)
    with open_run(tmp_path / "out") as run, pytest.raises(InputError, match="stdin"):
        raw(run, "a")


def test_a_page_that_a_program_passed_in_cannot_be_read_again(tmp_path):
    page = f"<html><body><article><p>{text_of(1)}.</p></article></body></html>"
    deduplicate([{"id": "a", "html": page}], store=tmp_path / "news.sqlite", dump="monday")
    with (
        open_run(tmp_path / "news.sqlite") as run,
        pytest.raises(InputError, match="a program passed it in"),
    ):
        raw(run, "a")


@pytest.mark.parametrize("name", ["/etc/passwd", "../../etc/passwd", "news.jsonl/../x"])
def test_a_source_named_by_the_store_alone_is_never_opened(pages, tmp_path, monkeypatch, name):
    import dedup.explain.views.raw_document as module

    read = []
    monkeypatch.setattr(module, "read_raw", lambda source, *_: read.append(source) or iter(()))
    details = pages.store.details.document(0)._replace(source=name, from_page=True)
    monkeypatch.setattr(pages.store.details, "document", lambda _: details)
    with pytest.raises(DedupError):
        raw_document(pages, 0)
    assert read == []


@pytest.mark.parametrize("form", ["html records", "warc", "zip", "line that is no JSON"])
def test_documents_inside_of_files_are_read_again(command, samples, tmp_path, form):
    page = (samples / "dump" / FERRY).read_bytes()
    expected = page
    if form == "html records":
        source = tmp_path / "news.jsonl"
        record = {"id": "p", "html": page.decode(), "url": "https://x.example/a"}
        source.write_text("\n" + json.dumps(record) + "\n")
        expected = source.read_bytes().lstrip()
    elif form == "warc":
        source = samples / "dump.warc.gz"
    elif form == "zip":
        source = shutil.make_archive(tmp_path / "pages", "zip", samples / "dump")
    else:
        source = tmp_path / "news.jsonl"
        good = json.dumps(dated_article("a", text_of("a")))
        source.write_text(f'{good}\n{{"id": "p", "text": }}\n')
        expected = b'{"id": "p", "text": }\n'
    command.run(source, out=tmp_path / "out")
    with open_run(tmp_path / "out") as run:
        rows = [
            row
            for row, doc_id, *_ in run.store.lookups.summaries(range(run.store.documents.count()))
            if doc_id in ("p", "news.jsonl:2") or "ferry-aground" in doc_id or form == "warc"
        ]
        found = [raw_document(run, row) for row in rows[:40]]
    assert expected in found

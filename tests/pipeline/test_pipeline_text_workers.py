"""Texts are cleaned and signed in order, whoever does it."""

import os
import signal

import pytest

from dedup.config import CleanConfig, Config, ReadConfig
from dedup.models import RawLine, RawRecord
from dedup.pipeline import text_workers
from dedup.pipeline.prepared_rows import Row, prepare_texts, stamp_of
from dedup.pipeline.text_workers import text_rows

LINES = [
    RawLine(
        b'{"id": "a%d", "url": "https://one.example/%d", "text": "The ferry number %d ran aground '
        b'off Port Elwood. %s"}\n' % (n, n, n, b"Nobody was hurt. " * (n % 7)),
        f"news.jsonl:{n}",
        "news.jsonl",
        10 * n,
    )
    for n in range(60)
]
PAGE = RawRecord("page", "dump", html=b"<p>a page</p>", consumed=7)
REJECTED = RawLine(b"[1, 2", "news.jsonl:61", "news.jsonl", 3)
LONG = RawLine(b'{"text": "%s"}\n' % (b"word " * 300), "news.jsonl:62", "news.jsonl")
GIVEN = [*LINES[:20], PAGE, *LINES[20:33], REJECTED, *LINES[33:], PAGE]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    for name, value in (
        ("START_BYTES", 0),
        ("MEANWHILE_BYTES", 0),
        ("SMALL_BYTES", 0),
        ("BATCH_RECORDS", 5),
    ):
        monkeypatch.setattr(text_workers, name, value)


def flat(items):
    """Rows and pages one by one."""
    for item in items:
        yield from item if isinstance(item, list) else [item]


def expected(config, *, signed=True):
    return prepare_texts(GIVEN, config, signed=signed)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_rows_come_in_order_whatever_the_number_of_workers(count):
    config = Config(workers=count)
    found = list(flat(text_rows(iter(GIVEN), config, signed=True)))
    assert found == expected(config)
    assert [n for n, item in enumerate(found) if item is PAGE] == [20, len(GIVEN) - 1]
    assert all(isinstance(item, Row) for item in found if item is not PAGE)


def test_killed_workers_cost_no_row():
    config = Config(workers=2)
    rows = text_rows(iter(GIVEN), config, signed=True)
    found = [*flat([next(rows)])]
    crew = rows.gi_frame.f_locals["crew"]
    for pid in crew._pool._processes:
        os.kill(pid, signal.SIGKILL)
    found += flat(rows)
    assert found == expected(config)


def test_a_run_that_stops_early_ends_its_workers():
    rows = text_rows(iter(GIVEN), Config(workers=2), signed=True)
    next(rows)
    crew = rows.gi_frame.f_locals["crew"]
    processes = list(crew._pool._processes.values())
    rows.close()
    assert processes
    assert not any(process.is_alive() for process in processes)


def test_nothing_is_signed_that_is_only_cleaned():
    config = Config(workers=1)
    for row in flat(text_rows(iter(LINES), config, signed=False)):
        assert row.stored.content is not None
        assert row.stored.signature is None


def test_what_is_read_is_told_of_every_row():
    rows = list(flat(text_rows(iter(LINES), Config(workers=1), signed=True)))
    assert [row.consumed for row in rows] == [line.consumed for line in LINES]
    assert [row.size for row in rows] == [len(line.line) for line in LINES]


def test_a_stamp_tells_inputs_apart():
    texts = [
        RawRecord("a", "x", text="one"),
        RawRecord("a", "x", text="two"),
        RawRecord("b", "x", text="one"),
        RawRecord("a", "x", {"title": "t"}, text="one"),
        RawRecord("a", "x", html=b"one two"),
        RawLine(b"one", "a", "x"),
        RawLine(b"two", "a", "x"),
        RawLine(b"one", "b", "x"),
    ]
    assert len({stamp_of(raw) for raw in texts}) == len(texts)
    assert stamp_of(RawLine(b"one", "a", "x", 5)) == stamp_of(RawLine(b"one", "a", "x", 9))


def test_limits_hold_for_texts_done_by_workers():
    config = Config(
        workers=2,
        read=ReadConfig(max_document_bytes=1000),
        clean=CleanConfig(min_tokens=12),
    )
    reasons = [
        item.stored.document[2]
        for item in flat(text_rows(iter([*GIVEN, LONG]), config, signed=True))
        if isinstance(item, Row)
    ]
    assert {"too-large", "too-short", "broken-json"} <= set(reasons)


@pytest.mark.parametrize(("field", "called"), [("html", []), ("text", [text_workers.PRELOADED])])
def test_lines_that_hold_pages_start_no_server_for_texts(field, called, monkeypatch):
    found = []
    monkeypatch.setattr(text_workers, "worker_context", found.append)
    monkeypatch.setattr(text_workers, "MEANWHILE_BYTES", 1_000_000)
    line = b'{"%s": "<p>The ferry to Port Elwood will run again.</p>"}\n' % field.encode()
    lines = [RawLine(line, f"news.jsonl:{n}", "news.jsonl") for n in range(20)]

    assert len(list(flat(text_rows(iter(lines), Config(workers=2), signed=True, size=10**9)))) == 20
    assert found == called

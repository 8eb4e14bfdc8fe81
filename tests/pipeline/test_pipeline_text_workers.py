"""Texts are cleaned and signed in order, whoever does it."""

import os
import signal
from multiprocessing import active_children

import pytest

from dedup.config import CleanConfig, Config, ReadConfig
from dedup.models import RawLine, RawRecord
from dedup.pipeline import text_workers
from dedup.pipeline.prepared_rows import PreparedRow, prepare_texts, stamp_of
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
        ("LOAD_BYTES", 0),
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
    assert all(isinstance(item, PreparedRow) for item in found if item is not PAGE)


def test_killed_workers_cost_no_row():
    config = Config(workers=2)
    rows = text_rows(iter(GIVEN), config, signed=True)
    found = [*flat([next(rows)])]
    assert len(active_children()) == 2
    for process in active_children():
        os.kill(process.pid, signal.SIGKILL)
    found += flat(rows)
    assert found == expected(config)


def without_memory(sent, config, *, signed):
    """Stands in for the work of a worker: it lacks memory."""
    raise MemoryError


def ended(sent, config, *, signed):
    """Stands in for the work of a worker: the worker ends of itself."""
    os._exit(3)


@pytest.mark.parametrize("work", [without_memory, ended])
def test_batches_that_workers_fail_to_prepare_are_prepared_here(work, monkeypatch):
    monkeypatch.setattr(text_workers, "_prepare", work)
    config = Config(workers=2)
    assert list(flat(text_rows(iter(GIVEN), config, signed=True))) == expected(config)


def test_a_run_that_stops_early_ends_its_workers():
    rows = text_rows(iter(GIVEN), Config(workers=2), signed=True)
    next(rows)
    processes = active_children()
    rows.close()
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)


def test_nothing_is_signed_that_is_only_cleaned():
    config = Config(workers=1)
    for row in flat(text_rows(iter(LINES), config, signed=False)):
        assert row.stored.content is not None
        assert row.stored.signature is None


def test_every_row_says_what_was_read_for_it():
    rows = list(flat(text_rows(iter(LINES), Config(workers=1), signed=True)))
    assert [row.consumed for row in rows] == [line.consumed for line in LINES]
    assert [row.size for row in rows] == [len(line.line) for line in LINES]


def test_unlike_inputs_have_unlike_stamps():
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
        if isinstance(item, PreparedRow)
    ]
    assert {"too-large", "too-short", "broken-json"} <= set(reasons)


@pytest.mark.parametrize(
    ("field", "servers"), [("html", []), ("text", [text_workers.TEXT_PRELOAD])]
)
def test_lines_that_hold_pages_start_no_server_for_texts(field, servers, monkeypatch):
    started = []
    monkeypatch.setattr(text_workers, "worker_context", started.append)
    monkeypatch.setattr(text_workers, "LOAD_BYTES", 1_000_000)
    line = b'{"%s": "<p>The ferry to Port Elwood will run again.</p>"}\n' % field.encode()
    lines = [RawLine(line, f"news.jsonl:{n}", "news.jsonl") for n in range(20)]

    assert len(list(flat(text_rows(iter(lines), Config(workers=2), signed=True, size=10**9)))) == 20
    assert started == servers

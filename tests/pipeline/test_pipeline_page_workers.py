import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import closing

import pytest
from pebble import ProcessExpired

from dedup.config import CleanConfig
from dedup.errors import WorkerError
from dedup.models import CleanPage, Document, RawRecord, Reason, Rejection
from dedup.pipeline import page_workers
from dedup.pipeline.page_workers import clean_page, clean_records

NO_MEMORY = 4 << 30


def hostile_page(html, agencies=()):
    """Stands in for cleaning in a worker: some pages do what hostile ones do to a parser."""
    if b"HANG" in html:
        while True:
            time.sleep(1)
    if b"EXIT" in html:
        os._exit(7)
    if b"KILL" in html:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"GREEDY" in html:
        bytearray(NO_MEMORY)
    if b"BUG" in html:
        raise KeyError("a bug of ours", lambda: "that cannot be sent")
    if b"BURN" in html:
        while True:
            pass
    return clean_page(html, agencies)


def html_of(word, sentences=6):
    body = "".join(
        f"<p>The {word} went past the harbour wall for the {n}th time on Monday, people said.</p>"
        for n in range(sentences)
    )
    return f"<html><body><article><h1>{word} news</h1>{body}</article></body></html>".encode()


def page(doc_id, html):
    return RawRecord(doc_id, "pages", html=html)


def cleaned(records, count=2, recall=lambda digest: None, **options):
    config = CleanConfig(**options)
    return list(clean_records(records, config, workers=count, recall=recall))


@pytest.fixture
def hostile(monkeypatch):
    monkeypatch.setattr(page_workers, "clean_page", hostile_page)


@pytest.fixture
def submitted(monkeypatch):
    """The pages that were handed to a worker; they are cleaned at once and here."""
    seen = []

    def schedule(self, function, *, args, timeout):
        seen.append(args[-1])
        future = Future()
        future.set_result(clean_page(args[-1]))
        return future

    monkeypatch.setattr(page_workers.ResilientPool, "schedule", schedule)
    return seen


@pytest.mark.usefixtures("hostile")
def test_a_page_that_hangs_kills_or_ends_its_worker_harms_no_neighbour():
    pages = ["ferry", "HANG", "tram", "EXIT", "KILL", "boat", "GREEDY", "cart"]
    records = [page(word, html_of(word)) for word in pages]
    found = cleaned(records, timeout=2.0, memory_mb=2048)
    assert [item.record.doc_id for item in found] == pages
    by_id = {item.record.doc_id: item.result for item in found}
    for word in ("ferry", "tram", "boat", "cart"):
        assert isinstance(by_id[word], Document)
        assert f"The {word} went past" in by_id[word].text
    assert by_id["HANG"] == Rejection(Reason.TIMEOUT, "not cleaned within 2 s")
    assert by_id["EXIT"] == Rejection(Reason.CRASHED, "its worker ended with code 7")
    assert by_id["KILL"].reason == Reason.CRASHED
    assert by_id["GREEDY"] == Rejection(Reason.CRASHED, "needs more than 2048 MiB")


@pytest.mark.usefixtures("hostile")
def test_a_page_on_which_cleaning_fails_costs_that_page_alone():
    records = [page(word, html_of(word)) for word in ("ferry", "BUG", "tram")]
    ferry, bug, tram = cleaned(records)
    assert bug.result == Rejection(Reason.CRASHED, "cleaning it raised KeyError")
    assert [ferry.result.doc_id, tram.result.doc_id] == ["ferry", "tram"]


def test_a_pool_without_workers_is_no_fault_of_a_page(monkeypatch):
    class Lost:
        def done(self):
            return True

        def exception(self):
            raise WorkerError("the processes end as soon as they start")

    monkeypatch.setattr(page_workers.ResilientPool, "schedule", lambda *_, **__: Lost())
    with pytest.raises(WorkerError):
        cleaned([page("a", html_of("ferry"))])


def test_a_page_ends_its_worker_where_nobody_else_does():
    """The processor time of a worker is bounded, though the pool that watches it be gone."""
    context = multiprocessing.get_context("spawn")
    work = (0.5, hostile_page, html_of("BURN"))
    process = context.Process(target=page_workers.within, args=work)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGXCPU
    told = page_workers._rejection(
        ProcessExpired("", code=process.exitcode), CleanConfig(timeout=0.5)
    )
    assert told == Rejection(Reason.TIMEOUT, "not cleaned within 0.5 s")


@pytest.mark.usefixtures("hostile")
def test_a_reader_that_goes_away_ends_the_workers():
    records = [page("t", html_of("ferry")), page("a", html_of("HANG"))]
    began = time.monotonic()
    found = clean_records(records, CleanConfig(timeout=600), workers=1, recall=lambda digest: None)
    with closing(found):
        assert next(found).record.doc_id == "t"
    assert time.monotonic() - began < 60


def test_one_worker_and_two_clean_alike_and_in_order():
    records = [page(f"p{n}", html_of(f"word{n}", sentences=n % 7 + 2)) for n in range(40)]
    one, two = cleaned(records, count=1), cleaned(records, count=2)
    assert [item.record.doc_id for item in two] == [f"p{n}" for n in range(40)]
    assert [item.result for item in one] == [item.result for item in two]


def test_what_others_have_done_is_passed_on_in_its_place(submitted):
    rows = [["a row"], page("a", html_of("ferry")), ["two", "rows"]]
    first, found, last = cleaned(rows)
    assert [first, last] == [rows[0], rows[2]]
    assert found.record is rows[1]
    assert submitted == [html_of("ferry")]


def test_pages_of_the_same_bytes_that_wait_together_are_extracted_once(monkeypatch):
    futures = []

    class Slow(Future):
        """Is done when it is waited for, as the first of the pages is when the last was read."""

        def exception(self):
            if not self.done():
                self.set_result(clean_page(html_of("ferry")))

    def schedule(self, function, *, args, timeout):
        futures.append(Slow())
        return futures[-1]

    monkeypatch.setattr(page_workers.ResilientPool, "schedule", schedule)
    records = [page(f"p{n}", html_of("ferry")) for n in range(5)]
    results = cleaned(records)
    assert len(futures) == 1
    assert len({item.result.text for item in results}) == 1
    assert [item.result.doc_id for item in results] == [f"p{n}" for n in range(5)]


def test_pages_of_the_same_bytes_are_extracted_once_while_they_are_recent(monkeypatch, submitted):
    monkeypatch.setattr(page_workers, "RECENT_PAGES", 2)
    cleaned([page(word, html_of(word)) for word in ("ferry", "tram", "ferry", "boat", "ferry")])
    assert submitted == [html_of(word) for word in ("ferry", "tram", "boat", "ferry")]


def test_a_page_that_is_remembered_is_not_extracted_again(submitted):
    first = cleaned([page("a", html_of("ferry"))])[0]
    assert len(submitted) == 1
    known = {first.digest: first.page}
    again = cleaned([page("b", html_of("ferry")), page("c", html_of("tram"))], recall=known.get)
    assert submitted == [html_of("ferry"), html_of("tram")]
    assert again[0].result.text == first.result.text
    assert again[0].page == first.page
    assert isinstance(first.page, CleanPage)
    assert first.digest == RawRecord("", "", html=html_of("ferry")).page_digest()


def test_a_remembered_rejection_stands(submitted):
    rejection = Rejection(Reason.TIMEOUT, "not cleaned within 30 s")
    found = cleaned([page("a", html_of("ferry"))] * 2, recall=lambda digest: rejection)
    assert [item.result for item in found] == [rejection] * 2
    assert submitted == []


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (b" \n", Reason.EMPTY),
        (b"no elements", Reason.NOT_HTML),
        (b"<html><p>Home</p><p>Sport today</p><p>All our news</p></html>", Reason.NO_TEXT),
    ],
    ids=["white space", "no page", "menu"],
)  # fmt: skip
def test_a_page_without_an_article_is_rejected_with_a_reason(submitted, html, reason):
    (found,) = cleaned([page("a", html)])
    assert found.result.reason == reason
    assert submitted == [html]


@pytest.mark.parametrize(
    ("limit", "value", "taken_first"),
    [("WAITING_BYTES", 10, 1), ("WAITING_BYTES", 2000, 4), ("WAITING_PER_WORKER", 4, 9)],
)
def test_no_more_than_so_many_pages_and_bytes_wait(monkeypatch, limit, value, taken_first):
    monkeypatch.setattr(page_workers, limit, value)

    class Waiting(Future):
        def exception(self):
            self.set_result(clean_page(html_of("ferry")))

    monkeypatch.setattr(page_workers.ResilientPool, "schedule", lambda *_, **__: Waiting())
    taken = []

    def records():
        for number in range(20):
            taken.append(number)
            yield page(f"p{number}", html_of(f"word{number}"))

    pages = clean_records(records(), CleanConfig(), workers=2, recall=lambda digest: None)
    assert next(pages).record.doc_id == "p0"
    assert len(taken) == taken_first
    assert len(list(pages)) == 19


INFINITE = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("memory", "before", "after"),
    [
        (0, (INFINITE, INFINITE), None),
        (256, (INFINITE, INFINITE), (256 << 20, INFINITE)),
        (256, (100 << 20, INFINITE), (100 << 20, INFINITE)),
        (256, (200 << 20, 200 << 20), (200 << 20, 200 << 20)),
    ],
    ids=["no limit", "limited", "limited more by the user", "limited more by the system"],
)
def test_memory_is_limited_where_asked(monkeypatch, memory, before, after):
    seen = {}
    monkeypatch.setattr(page_workers.resource, "getrlimit", lambda what: before)
    monkeypatch.setattr(page_workers.resource, "setrlimit", seen.__setitem__)
    monkeypatch.setattr(page_workers.logging, "disable", lambda level: None)  # for all tests after
    page_workers._limit(memory)
    assert seen.pop(resource.RLIMIT_CORE)[0] == 0
    assert seen == ({resource.RLIMIT_AS: after} if after else {})


def test_the_server_of_the_workers_loads_what_their_first_page_needs():
    code = (
        "import dedup.pipeline.page_worker_preload, trafilatura.external as external, tld.utils;"
        "assert external.JT_STOPLIST; assert any(tld.utils.tld_names.values())"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_named_agency_is_recognised_in_a_page():
    story = html_of("ferry").replace(b"<p>The", b"<p>(Interwire) - The", 1)
    (known,) = cleaned([page("a", story)], agencies=("Interwire",))
    (unknown,) = cleaned([page("a", story)])
    assert known.result.agency == "Interwire"
    assert known.result.text.startswith("The ferry")
    assert unknown.result.agency is None

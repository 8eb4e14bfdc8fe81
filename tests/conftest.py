"""Fixtures of the tests of whole runs: the samples, the command, and what a run leaves."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import settings
from runs import ROOT, Command

# The same examples in every run: a failure seen once must be seen again.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


def pytest_configure(config):
    """Keep compiled code, word lists and data sets where pytest keeps its own files.

    The next session finds them there. Before any test is imported: kernels look for their folder
    when they are.
    """
    os.environ.setdefault("DEDUP_CACHE", str(config.cache.mkdir("dedup")))
    os.environ.setdefault("HF_HOME", str(config.cache.mkdir("huggingface")))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def command():
    return Command()


@pytest.fixture(scope="session")
def samples():
    return ROOT / "samples"


@pytest.fixture(scope="session")
def sample_gold(sample_run, tmp_path_factory):
    """The stories of that run as gold stories."""
    gold = tmp_path_factory.mktemp("samples") / "gold.jsonl"
    gold.write_text(
        "".join(
            json.dumps({"id": each["id"], "story": each["story_id"] or each["id"]}) + "\n"
            for each in sample_run.decisions
            if each["status"] != "rejected"
        )
    )
    return gold


@pytest.fixture(scope="session")
def sample_run(command, samples, tmp_path_factory):
    """One run on the folder of sample pages, for tests that only look."""
    return command.run(samples / "dump", out=tmp_path_factory.mktemp("samples") / "out")


@pytest.fixture(scope="session")
def copies_run(command, samples, tmp_path_factory):
    """The same at the level of copies."""
    out = tmp_path_factory.mktemp("copies") / "out"
    return command.run(samples / "dump", "--level", "copies", out=out)


@pytest.fixture
def jsonl(tmp_path):
    """Write records, one a line, and return the file."""

    def write(records, name="records.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def browser():
    """A browser for the tests of a file; while it is open, no test of the file may use asyncio."""
    from browsing import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser):
    """Open a page in the browser; what it does beyond showing itself fails the test."""
    from browsing import opened

    pages = []

    def open_it(target, **options):
        pages.append(opened(browser, target, **options))
        return pages[-1]

    yield open_it
    for each in pages:
        each.check()
        each.page.context.close()


@pytest.fixture
def open_report(open_page):
    """Open a report in the browser and wait for its documents, where scripts run."""
    from opened_reports import OpenedReport

    def open_it(target, **options):
        opened = OpenedReport(open_page(target, **options))
        if options.get("java_script_enabled", True):
            opened.wait_for_list()
        return opened

    return open_it


@pytest.fixture(scope="session")
def shared_redis():
    """The address of a Redis server that all tests of a process use."""
    from redis_server import redis_server

    with redis_server() as server:
        yield server.url


@pytest.fixture
def redis_url(shared_redis):
    """The address of a Redis server on which there is nothing."""
    from redis_server import plain_client

    with plain_client(shared_redis) as client:
        client.flushall()
    return shared_redis

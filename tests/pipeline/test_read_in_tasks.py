"""Parts are read and cleaned in processes and threads that an engine made."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from dedup.config import Config
from dedup.engines.in_memory import InMemoryEngine
from dedup.parallel import processes
from dedup.parallel.processes import server_of_a_task, worker_context
from dedup.pipeline import PAGE_PRELOAD
from dedup.pipeline.earlier_dumps import NoEarlierDumps
from dedup.pipeline.on_tables.number_inputs import read_and_clean
from dedup.pipeline.plan_inputs import split_inputs
from dedup.pipeline.tables import INPUTS

CONFIG = replace(Config(), workers=1)


@pytest.fixture
def no_server():
    """No server for workers, as in a process that an engine made."""
    processes._end_server()


@pytest.fixture
def parts(samples):
    found = split_inputs(InMemoryEngine(), [samples / "outlets"], CONFIG, split_bytes=250_000)
    assert len(found.parts) == 2
    return found.parts


def cleaned(part):
    earlier = NoEarlierDumps()
    batches = read_and_clean(part, CONFIG, earlier.number, earlier.knows, earlier.recall)
    table = pa.Table.from_batches(batches, INPUTS).drop_columns(["worker_kib"])
    assert table["text"].drop_null().length() > 0
    return table


def programs(parent=None):
    """The processes below one, but the one that Python has for what processes leave behind."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_text()
        except OSError:
            continue
        if (
            int(stat[1]) == (parent or os.getpid())
            and stat[0] != "Z"
            and "resource_tracker" not in words
        ):
            found.append((folder.name, words))
    return found


def clean_in_a_fork(parts, sent):
    sent.send(([cleaned(part).to_pylist() for part in parts], programs()))


@pytest.mark.usefixtures("no_server")
def test_two_threads_of_one_process_clean_pages_at_once_and_leave_no_process(parts):
    before = programs()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(cleaned, [*parts, *parts]))
    assert found[:2] == found[2:]
    assert programs() == before
    assert [len(each) - each["place"].null_count for each in found[:2]] != [0, 0]


@pytest.mark.slow
def test_a_process_that_was_forked_cleans_pages_and_leaves_no_process(parts):
    worker_context(PAGE_PRELOAD)  # this process has a server already, which is no child of the fork
    expected = [cleaned(part).to_pylist() for part in parts]
    context = multiprocessing.get_context("fork")
    for _ in range(2):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=clean_in_a_fork, args=(parts, sender))
        process.start()
        sender.close()
        found, left = receiver.recv()
        process.join()
        assert found == expected
        assert left == []
        assert process.exitcode == 0


def clean_without_end(parts):
    while True:
        cleaned(parts[0])


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_no_process(parts):
    process = multiprocessing.get_context("fork").Process(target=clean_without_end, args=[parts])
    process.start()
    workers = []
    while not workers:
        servers = programs(process.pid)
        workers = [each for pid, _ in servers for each in programs(int(pid))]
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while any(Path(f"/proc/{pid}").exists() for pid, _ in [*servers, *workers]):
        time.sleep(0.05)


def test_a_server_that_ran_before_a_task_stays(parts):
    worker_context(PAGE_PRELOAD)
    before = programs()
    cleaned(parts[0])
    assert programs() == before


@pytest.mark.usefixtures("no_server")
def test_the_server_ends_with_the_last_of_several_tasks():
    before = programs()  # of other tests: a server that a fixture keeps
    with server_of_a_task():
        with server_of_a_task():
            worker_context(PAGE_PRELOAD)
        assert len(programs()) == len(before) + 1
    assert programs() == before

"""A pool survives the kill of any of its processes, and the results are the same."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing import active_children, forkserver

import pytest
from pebble import ProcessExpired

from dedup.errors import WorkerError
from dedup.parallel import resilient_pool as pools
from dedup.parallel.resilient_pool import ResilientPool

PRELOAD = "dedup.parallel.resilient_pool"
TASKS = 40
TIMEOUT = 20.0


def doubled(number, seconds=0.02):
    time.sleep(seconds)
    return 2 * number


def kill_own(_):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_first(mark):
    """Be killed the first time only."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "done"
    return kill_own(mark)


@pytest.fixture
def pool():
    with ResilientPool(2, PRELOAD) as pool:
        yield pool


def kill(process):
    os.kill(process.pid, signal.SIGKILL)


def test_a_task_whose_worker_was_killed_has_a_second_try(pool, tmp_path):
    first = pool.schedule(kill_first, args=[str(tmp_path / "mark")], timeout=TIMEOUT)
    others = [pool.schedule(doubled, args=[n], timeout=TIMEOUT) for n in range(TASKS)]
    assert first.result() == "done"
    assert [task.result() for task in others] == [2 * n for n in range(TASKS)]


def test_a_task_whose_worker_is_killed_twice_fails(pool):
    task = pool.schedule(kill_own, args=[0], timeout=TIMEOUT)
    others = [pool.schedule(doubled, args=[n], timeout=TIMEOUT) for n in range(TASKS)]
    error = task.exception()
    assert isinstance(error, ProcessExpired)
    assert error.exitcode == -signal.SIGKILL
    assert [task.result() for task in others] == [2 * n for n in range(TASKS)]


@pytest.mark.parametrize("after", [0.0, 0.05, 0.3])
def test_all_workers_killed_at_once_cost_no_task(pool, after):
    tasks = [pool.schedule(doubled, args=[n], timeout=TIMEOUT) for n in range(TASKS)]
    assert tasks[0].result() == 0
    time.sleep(after)
    for process in active_children():
        kill(process)
    assert [task.result() for task in tasks] == [2 * n for n in range(TASKS)]


def test_idle_workers_that_are_killed_are_replaced(pool):
    assert pool.schedule(doubled, args=[1], timeout=TIMEOUT).result() == 2
    for process in active_children():
        kill(process)
    time.sleep(0.3)
    assert pool.schedule(doubled, args=[2], timeout=TIMEOUT).result() == 4


@pytest.mark.slow
def test_the_server_of_the_workers_may_be_killed_too(pool):
    tasks = [pool.schedule(doubled, args=[n], timeout=TIMEOUT) for n in range(TASKS)]
    assert tasks[0].result() == 0
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert [task.result() for task in tasks] == [2 * n for n in range(TASKS)]


def test_a_lock_whose_owner_was_killed_delays_a_task_by_the_patience_only(pool, monkeypatch):
    monkeypatch.setattr(pools, "PATIENCE", 0.5)
    assert pool.schedule(doubled, args=[1], timeout=1.0).result() == 2
    pool._pool._pool_manager.worker_manager.workers_channel.mutex.acquire()
    assert pool.schedule(doubled, args=[2], timeout=1.0).result() == 4


def fail():
    os._exit(3)


def test_workers_that_cannot_start_end_the_run_with_advice(monkeypatch):
    monkeypatch.setattr(pools, "MOST_POOLS", 1)
    with ResilientPool(1, PRELOAD, initializer=fail) as pool:
        task = pool.schedule(doubled, args=[1], timeout=TIMEOUT)
        with pytest.raises(WorkerError, match="--memory"):
            task.result()


def test_no_process_is_started_before_the_first_task():
    with ResilientPool(2, PRELOAD):
        assert active_children() == []


def test_a_pool_that_is_left_ends_its_processes_whatever_they_do():
    with ResilientPool(2, PRELOAD) as pool:
        pool.schedule(doubled, args=[1, 600.0], timeout=900.0)
        assert pool.schedule(doubled, args=[1], timeout=TIMEOUT).result() == 2
        processes = active_children()
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)


def test_arguments_are_released_when_a_task_is_settled(pool):
    task = pool.schedule(doubled, args=[1], timeout=TIMEOUT)
    assert task.result() == 2
    assert not task.args

"""Tasks are all done, in order, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
from multiprocessing import active_children

import pytest

from dedup.parallel.task_pool import TaskPool

TASKS = [[number] for number in range(20)]


@pytest.fixture
def pool():
    pool = TaskPool(2, "dedup.parallel.task_pool")
    yield pool
    pool.stop()


def done_by(number):
    return number, os.getpid()


def killed_elsewhere(main):
    if os.getpid() != main:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def starved_elsewhere(main):
    if os.getpid() != main:
        raise MemoryError
    return os.getpid()


def failing(number):
    raise ValueError(f"number {number}")


def test_results_are_in_the_order_of_tasks_and_each_is_counted_once(pool):
    counted = []
    found = pool.results(done_by, TASKS, counted.append, waits=True)
    assert [number for number, _ in found] == list(range(20))
    assert sorted(counted) == sorted(found)
    assert os.getpid() not in {process for _, process in found}


def test_this_process_works_while_the_others_start(pool):
    found = pool.results(done_by, TASKS, lambda _: None)
    assert found[0] == (0, os.getpid())
    pool.results(done_by, TASKS, lambda _: None, waits=True)
    later = pool.results(done_by, TASKS, lambda _: None)
    assert os.getpid() not in {process for _, process in later}


@pytest.mark.parametrize("task", [killed_elsewhere, starved_elsewhere])
def test_what_no_worker_can_do_is_done_here(task, pool):
    here = os.getpid()
    assert pool.results(task, [[here]] * 3, lambda _: None, waits=True) == [here] * 3
    assert pool.results(done_by, TASKS[:1], lambda _: None, waits=True)[0][1] != here


def test_an_error_of_a_task_is_raised_here(pool):
    with pytest.raises(ValueError, match="number"):
        pool.results(failing, TASKS, lambda _: None, waits=True)


def test_a_pool_that_is_stopped_has_no_process_and_can_start_again(pool):
    assert not pool.is_started
    assert active_children() == []
    for _ in range(2):
        pool.results(done_by, TASKS, lambda _: None, waits=True)
        assert pool.is_started
        pool.stop()
        assert active_children() == []

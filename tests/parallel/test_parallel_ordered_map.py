"""Several items are worked on at once; results keep the order of the items."""

from __future__ import annotations

import threading
import time

import pytest

from dedup.parallel.ordered_map import in_order, ordered_map


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order_whichever_is_done_first(threads):
    def work(number):
        time.sleep(number % 3 / 100)
        return number

    assert list(ordered_map(work, range(10), threads)) == list(range(10))


def test_no_more_items_are_taken_than_can_be_worked_on():
    third = threading.Event()
    taken = []

    def items():
        for number in range(100):
            taken.append(number)
            if number == 2:
                third.set()
            yield number

    results = ordered_map(lambda item: third.wait(20) and item, items(), 2)
    assert next(results) == 0
    assert taken == [0, 1, 2]
    results.close()


def test_an_error_in_a_thread_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(lambda item: 1 // item, [1, 0, 1], 2))


def items_of(taken, count=10):
    for number in range(count):
        taken.append(number)
        yield number


def test_an_item_that_is_done_does_not_wait_for_others():
    taken = []
    for item in in_order(items_of(taken), lambda item: True, most=5):
        assert taken[-1] == item


def test_an_item_that_is_done_waits_for_those_before_it():
    order = in_order(items_of(taken := []), lambda item: item != 1, most=5)
    assert next(order) == 0
    assert next(order) == 1
    assert taken == [0, 1, 2, 3, 4, 5, 6]
    assert list(order) == [2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(("most", "first"), [(0, 1), (2, 3), (30, 10)])
def test_so_many_items_wait(most, first):
    taken = []
    order = in_order(items_of(taken), lambda item: False, most)
    assert next(order) == 0
    assert len(taken) == first
    assert list(order) == list(range(1, 10))


@pytest.mark.parametrize(("most_bytes", "taken_first"), [(5, [0]), (10, [0, 1]), (29, [0, 1, 2])])
def test_so_many_bytes_wait(most_bytes, taken_first):
    """With an item over the limit the one before it is yielded first, and so on."""
    taken = []
    order = in_order(
        items_of(taken), lambda item: False, 100, size=lambda item: 10, most_bytes=most_bytes
    )
    assert next(order) == 0
    assert taken == taken_first
    assert list(order) == list(range(1, 10))

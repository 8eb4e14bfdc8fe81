"""`dedup label` in a terminal: single keys, and ends of all kinds that lose no answer."""

from __future__ import annotations

import signal
import time

import pytest
from label_terminal import Terminal

from dedup.evaluation.labelled_pairs import read_labels

pytestmark = pytest.mark.slow


@pytest.fixture
def labels(tmp_path):
    return tmp_path / "labels.jsonl"


@pytest.fixture
def start(sample_run, labels):
    started = []

    def run(*options, **terminal):
        started.append(
            Terminal("label", sample_run.path, "-o", labels, "--pairs", 4, *options, **terminal)
        )
        return started[-1]

    return run


def answers_of(path):
    return [each.same for each in read_labels(path)]


def saved(path, count):
    """Wait until so many answers are in the file."""
    end = time.monotonic() + 60
    while sum(each is not None for each in answers_of(path)) < count:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_keys_answer_without_the_enter_key(start, labels):
    terminal = start()
    terminal.answer("y")
    terminal.answer("N")
    terminal.answer("x")
    assert "press y, n, s, u, a or q" in terminal.answer("u")
    assert "taken back" in terminal.answer("s")
    terminal.answer("q")

    assert terminal.result() == 0
    assert answers_of(labels) == [True, None, None, None]
    assert read_labels(labels)[1].skipped
    assert "1 of 4 pairs answered, 1 skipped" in terminal.printed
    assert "go on with: dedup label" in terminal.printed


def test_a_key_pressed_twice_does_not_answer_the_next_pair(start, labels):
    terminal = start()
    terminal.answer("y")
    terminal.wait_for("pair 2")
    terminal.press("y")
    time.sleep(0.1)
    terminal.press("y")
    time.sleep(1)
    terminal.press("q")

    assert terminal.result() == 0
    assert answers_of(labels)[:3] in ([True, None, None], [True, True, None])
    assert answers_of(labels)[2] is None


def test_what_is_typed_ahead_is_dropped(start, labels):
    terminal = start()
    terminal.press("yyyyyy\x1b[A")
    terminal.answer("n")
    terminal.answer("q")

    assert terminal.result() == 0
    assert answers_of(labels) == [False, None, None, None]


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_end_it_and_keep_the_answers(start, labels, key):
    terminal = start()
    terminal.answer("y")
    terminal.answer(key)

    assert terminal.result() == 0
    assert answers_of(labels) == [True, None, None, None]
    assert "1 of 4 pairs answered" in terminal.printed
    assert "Traceback" not in terminal.printed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_signal_loses_no_answer_and_the_next_sitting_goes_on(start, labels, number):
    terminal = start()
    terminal.answer("y")
    terminal.answer("n")
    saved(labels, 2)
    terminal.wait_for("pair 3")
    terminal.kill(number)
    assert terminal.result() == (-number if number == signal.SIGKILL else 0)
    assert answers_of(labels) == [True, False, None, None]

    again = start()
    assert "pair 3: 2 of 4 pairs answered" in again.answer("s")
    again.answer("q")
    assert again.result() == 0
    assert sorted(each.name for each in labels.parent.iterdir()) == ["labels.jsonl"]


def test_a_closed_terminal_loses_no_answer(start, labels):
    terminal = start()
    terminal.answer("n")
    saved(labels, 1)
    terminal.wait_for("pair 2")
    terminal.close()

    assert answers_of(labels) == [False, None, None, None]


@pytest.mark.parametrize("width", [40, 200])
def test_both_texts_fit_into_the_window(start, width):
    terminal = start("--sentences", 0, width=width)
    terminal.answer("q")

    assert terminal.result() == 0
    shown = terminal.printed.split("pair 1", 1)[1].split("Do both tell")[0]
    widest = max(map(len, map(str.rstrip, shown.splitlines()[1:])))
    assert width / 2 < widest <= width

"""A session: the order of asking, answers that are saved at once, and what can be taken back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import OutputError
from dedup.evaluation.labelled_pairs import LabelledPair, read_labels, write_labels
from dedup.label.label_session import Counted, LabelSession


@pytest.fixture
def sit_down(tmp_path):
    """Begin a session, or go on with the file of the one before."""
    path = tmp_path / "labels.jsonl"

    def begin(count=3):
        if not path.exists():
            write_labels(path, drawn(count))
        return LabelSession(path, read_labels(path))

    return begin


def drawn(count):
    return [
        LabelledPair(f"a{place}", f"b{place}", stratum="s", stratum_pairs=9, place=place)
        for place in range(count)
    ]


def answers_of(session):
    return [(each.same, each.skipped, each.answered) for each in read_labels(session.path)]


def test_each_answer_is_saved_and_the_next_pair_asked(sit_down):
    session = sit_down()
    for place, same in enumerate((True, False, None)):
        assert session.current.place == place
        assert session.answer(place, same)
        assert read_labels(session.path) == session.pairs

    assert answers_of(session) == [(True, False, 1), (False, False, 2), (None, True, 3)]
    assert session.current is None
    assert session.counted == Counted(pairs=3, answered=2, skipped=1)
    assert session.counted.left == 0


def test_an_answer_to_a_pair_that_is_not_asked_changes_nothing(sit_down):
    session = sit_down()
    assert session.answer(0, True)

    assert not session.answer(0, False)
    assert not session.answer(2, False)
    assert not session.answer(None, False)
    assert not session.undo(0)
    assert answers_of(session) == [(True, False, 1), (None, False, None), (None, False, None)]


def test_answers_of_an_earlier_sitting_are_taken_back_the_last_first(sit_down):
    first = sit_down()
    for place, same in enumerate((True, None, False)):
        first.answer(place, same)

    second = sit_down()
    assert second.can_undo
    assert second.undo(None)
    assert second.current.place == 2
    assert second.undo(2)
    assert second.current.place == 1
    assert answers_of(second) == [(True, False, 1), (None, False, None), (None, False, None)]
    assert second.undo(1)
    assert not second.can_undo
    assert not second.undo(0)
    assert read_labels(second.path) == drawn(3)


def test_the_pair_whose_answer_was_taken_back_is_asked_before_earlier_ones(sit_down):
    session = sit_down()
    session.answer_all([(2, True)])
    assert session.current.place == 0

    assert session.undo(0)
    assert session.current.place == 2
    session.answer(2, False)
    assert session.current.place == 0


def test_an_answer_that_cannot_be_saved_is_asked_again(sit_down, monkeypatch):
    session = sit_down()
    before = session.path.read_bytes()

    def refuse(*_):
        raise OutputError("no space left")

    monkeypatch.setattr("dedup.label.label_session.write_labels", refuse)
    with pytest.raises(OutputError):
        session.answer(0, True)
    assert session.current.place == 0
    assert session.path.read_bytes() == before


def test_an_answer_counts_though_the_command_is_stopped_while_it_is_saved(sit_down, monkeypatch):
    session = sit_down()
    stops = iter([True])

    def stopped_once(*saved):
        if next(stops, False):
            raise KeyboardInterrupt
        write_labels(*saved)

    monkeypatch.setattr("dedup.label.label_session.write_labels", stopped_once)
    with pytest.raises(KeyboardInterrupt):
        session.answer(0, True)
    assert answers_of(session)[0] == (True, False, 1)
    assert session.current.place == 1


@given(st.lists(st.sampled_from([True, False, None, "undo"]), max_size=20))
def test_undo_is_the_inverse_of_an_answer(tmp_path_factory, actions):
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    write_labels(path, drawn(4))
    states = [drawn(4)]
    for action in actions:
        session = LabelSession(path, read_labels(path))
        place = session.current.place if session.current else None
        if action == "undo":
            assert session.undo(place) == (len(states) > 1)
            states = states[: max(1, len(states) - 1)]
        elif session.answer(place, action):
            states.append(session.pairs)
        assert read_labels(path) == states[-1]

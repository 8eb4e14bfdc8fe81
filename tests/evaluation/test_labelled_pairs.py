"""Files of labelled pairs: what is read, what is refused, and that no half of one is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError, OutputError
from dedup.evaluation import labelled_pairs
from dedup.evaluation.labelled_pairs import LabelledPair, read_labels, write_labels

DRAWN = LabelledPair("x", "y", True, False, "apart 0.3", 812, 0.34, False, 4, 9)

PLACED = {"a": "x", "b": "y", "same": True, "stratum": "s", "stratum_pairs": 9}


@pytest.fixture
def labels(tmp_path):
    def write(*lines):
        path = tmp_path / "labels.jsonl"
        texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
        path.write_text("".join(f"{each}\n" for each in texts), "utf-8")
        return path

    return write


ids = st.text(min_size=1, max_size=8)
answers = st.sampled_from([(True, False), (False, False), (None, False), (None, True)])


@given(st.lists(st.tuples(ids, ids, answers, st.floats(0, 1)), max_size=6))
def test_what_is_written_is_read_again(tmp_path_factory, drawn):
    pairs, seen = [], set()
    for number, (a, b, (same, skipped), score) in enumerate(drawn):
        if a != b and frozenset((a, b)) not in seen:
            seen.add(frozenset((a, b)))
            pairs.append(LabelledPair(a, b, same, skipped, "s", 3, score, None, number, number + 1))
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    write_labels(path, pairs)
    assert read_labels(path) == pairs
    before = path.read_bytes()
    write_labels(path, read_labels(path))
    assert path.read_bytes() == before


def test_a_file_from_elsewhere_needs_two_ids_and_an_answer(labels):
    path = labels(
        {"a": "x", "b": "y", "same": 1, "by": "me"},
        "",
        {"a": "x", "b": "z", "same": 0},
        {"a": "y", "b": "z", "same": None},
        {"a": "y", "b": "w", "same": None, "skipped": True, "score": 4.0},
        {"a": "z", "b": "x", "same": 0},
    )
    assert read_labels(path) == [
        LabelledPair("x", "y", True),
        LabelledPair("x", "z", False),
        LabelledPair("y", "z"),
        LabelledPair("y", "w", skipped=True),
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_not_count(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": "x", "b": "y", "same": true}\r\n\r\n')
    assert read_labels(path) == [LabelledPair("x", "y", True)]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("x,y,1", "no JSON"),
        ('{"a": "x", "b": "y", "same": NaN}', "no JSON"),
        ('"x\x01"', "no JSON"),
        ('["x", "y", true]', "no JSON object"),
        ({"a": "x", "same": True}, "b is missing"),
        ({"a": "x", "b": "y"}, "same is missing"),
        ({"id": "x", "story": "y"}, "a is missing (gold stories are for dedup evaluate)"),
        ({"a": 1, "b": "y", "same": True}, "a is 1, not the id of a document"),
        ({"a": "", "b": "y", "same": True}, "a is , not the id of a document"),
        ({"a": "x", "b": "x", "same": True}, "a and b are one document"),
        ({"a": "x", "b": "y", "same": "yes"}, "same is yes, not true, false or null"),
        ({"a": "x", "b": "y", "same": 2}, "same is 2, not true, false or null"),
        ({"a": "x", "b": "y", "same": 1.0}, "same is 1.0, not true, false or null"),
        ({"a": "x", "b": "y", "same": True, "skipped": True}, "skipped says"),
        ({"a": "x", "b": "y", "same": True, "skipped": 1}, "skipped is 1, not true or false"),
        ({"a": "x", "b": "y", "same": True, "stratum": "s"}, "need each other"),
        ({"a": "x", "b": "y", "same": True, "stratum_pairs": 0}, "stratum_pairs is 0"),
        ({**PLACED, "score": 1.5}, "score is 1.5, not a number from 0"),
        ({**PLACED, "score": True}, "score is True, not a number"),
        ({"a": "x", "b": "y", "same": True, "place": -1}, "place is -1, not a count"),
        ({"a": "x", "b": "y", "same": True, "answered": 0}, "answered is 0, not a count from 1"),
        ({"a": "x", "b": "y", "same": True, "stratum": "\x1b[2J" * 99}, "need each other"),
        ({"a": "x", "b": "y", "same": "\x1b[2J" * 99}, "…, not true"),
    ],
)
def test_a_line_that_is_no_pair_is_named(labels, line, detail):
    path = labels({"a": "p", "b": "q", "same": True}, line)
    with pytest.raises(InputError) as error:
        read_labels(path)
    message = str(error.value)
    assert message.startswith(f"line 2 of {path}")
    assert detail in message
    assert '{"a": "ID", "b": "ID", "same": true}' in message
    assert message.isprintable()
    assert error.value.path == path


@pytest.mark.parametrize("again", [("x", "y"), ("y", "x")])
@pytest.mark.parametrize("drawn", [True, False])
def test_a_pair_stands_once_in_either_order(labels, again, drawn):
    line = {"a": again[0], "b": again[1], "same": drawn}
    path = labels(
        {"a": "x", "b": "y", "same": True},
        {"a": "x", "b": "z", "same": True},
        {**line, "stratum": "s", "stratum_pairs": 9} if drawn else line,
    )
    with pytest.raises(InputError, match=r"line 3 of .* has the pair of line 1 again; remove one"):
        read_labels(path)


@pytest.mark.parametrize(
    ("limit", "value", "detail"),
    [
        ("LONGEST_LINE", 40, r"line 2 of .* is longer than 40 bytes"),
        ("MOST_PAIRS", 1, r"has more than 1 line"),
        ("MOST_BYTES", 50, r"divide it"),
    ],
)
def test_a_file_without_end_is_refused_early(labels, monkeypatch, limit, value, detail):
    monkeypatch.setattr(labelled_pairs, limit, value)
    path = labels({"a": "x", "b": "y", "same": True}, {"a": "x" * 20, "b": "z", "same": True})
    with pytest.raises(InputError, match=detail):
        read_labels(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(InputError, match=r"cannot be read .* name a file of labelled pairs"):
            read_labels(path)


def test_a_failed_write_leaves_the_earlier_file(tmp_path, monkeypatch):
    path = tmp_path / "labels.jsonl"
    write_labels(path, [DRAWN])
    before = path.read_bytes()
    monkeypatch.setattr("dedup.evaluation.labelled_pairs.dump_json", lambda _: _refuse())
    with pytest.raises(OutputError):
        write_labels(path, [DRAWN, DRAWN])
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["labels.jsonl"]


def _refuse():
    raise OSError(28, "No space left on device")

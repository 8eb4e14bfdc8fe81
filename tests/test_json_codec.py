import contextlib
import json
import math
from dataclasses import asdict, dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.json_codec import dump_json, load_json

text = st.text(st.characters(exclude_categories=()), max_size=12)  # half surrogate pairs among them
numbers = (
    st.integers()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**300])
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def same(one, other):
    """Equality for which 1, 1.0 and true differ, and 0.0 and -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return math.copysign(1, one) == math.copysign(1, other) and one == other
    return one == other


@dataclass(frozen=True, slots=True)
class Record:
    own: object
    parts: tuple[object, ...] = ()


@given(values, values)
@example(2**70, 1.5)
@example("\ud800", math.nan)
def test_a_dataclass_is_written_as_its_fields(one, other):
    record = Record(one, (Record(other), Record(None)))
    assert dump_json(record) == dump_json(asdict(record))


@given(values)
@example({"a": 2**70, "b": "\ud800", "c": -0.0, "d": [1e300, 2**63]})
def test_what_is_written_is_read_back_unchanged(value):
    assert same(load_json(dump_json(value)), value)


@given(values)
def test_what_is_written_is_json_on_one_line(value):
    written = dump_json(value)
    assert b"\n" not in written
    assert same(json.loads(written), value)


@given(values, st.booleans())
def test_what_another_writer_wrote_is_read(value, escaped):
    written = json.dumps(value, ensure_ascii=escaped)
    try:
        data = written.encode()
    except UnicodeEncodeError:  # half a surrogate pair can only be written as an escape
        data = json.dumps(value).encode()
    assert same(load_json(data), value)


@given(values)
def test_writing_again_what_was_read_gives_the_same_bytes(value):
    written = dump_json(value)
    assert dump_json(load_json(written)) == written


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"{", b"NaN", b"-Infinity", b'["\\ud800", NaN]', b'["\\ud800", Infinity]', b"[1,]",
     b'{"a":1} {"b":2}', b'["\\u0041"] x', b"\xff", b'"\xff\\u0041"', b"\xef\xbb\xbf1", b"'a'",
     b"01", b'"\xed\xa0\x80"', b'["\\u0041", ' + b"1" * 5000 + b"]"],
    ids=lambda data: ascii(data[:24]),
)  # fmt: skip
def test_what_is_no_json_is_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the reader's own
        load_json(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"18446744073709551616", 2**64),
        (b"18446744073709551615", 2**64 - 1),
        (b"-9223372036854775809", -(2**63) - 1),
        (b'{"a": [{"b": -1e19}]}', {"a": [{"b": -1e19}]}),
        (b'{"a": [1, {"b": 1180591620717411303425}]}', {"a": [1, {"b": 2**70 + 1}]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\ude00\\ud83d"', "\ude00\ud83d"),
        (b'{"a":1,"a":2}', {"a": 2}),
    ],
    ids=lambda part: ascii(part)[:30],
)
def test_numbers_and_halves_of_pairs_are_kept(data, value):
    assert same(load_json(data), value)


def test_a_value_that_json_does_not_know_is_a_type_error():
    with pytest.raises(TypeError):
        dump_json({"a": {1, 2}})


def test_an_integer_over_the_largest_float_is_read_back():
    assert load_json(dump_json(10**400)) == 10**400


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_json_does_not_know_never_makes_unreadable_json(value):
    assert load_json(dump_json({"a": value})) == {"a": None}
    assert load_json(dump_json({"a": value, "b": "\ud800"})) == {"a": None, "b": "\ud800"}


def test_a_number_over_the_largest_float_is_refused_whatever_stands_beside_it():
    for data in (b"1e400", b'["\\ud800", 1e400]'):
        with pytest.raises(ValueError):  # noqa: PT011 - as above
            load_json(data)


@pytest.mark.parametrize(
    "data",
    [b"[" * 1000 + b"]" * 1000, b"[" * 100_000 + b'"\\u0041"' + b"]" * 100_000],
    ids=["a thousand deep", "far too deep"],
)
def test_json_nested_deeply_is_read_or_a_value_error(data):
    with contextlib.suppress(ValueError):
        load_json(data)

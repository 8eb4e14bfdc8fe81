"""Laws of the library, for any records."""

from __future__ import annotations

import json
from collections import Counter

import pandas
import polars
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import deduplicate
from dedup.api.given_records import given_inputs
from dedup.config import ReadConfig
from dedup.json_codec import dump_json, load_json
from dedup.read.program_records import raw_records

TEXTS = [
    "The ferry to Port Elwood will run again from Monday, its owner said on Friday. " * 3,
    "Snow fell in Saltby for the first time in nine years, and schools stayed shut. " * 3,
    "The ferry to Port Elwood will run again from Tuesday, its owner said on Friday. " * 3,
    "Too short",
    " ",
    None,
]

ARTICLES = st.fixed_dictionaries(
    {"text": st.sampled_from(TEXTS)},
    optional={
        "id": st.one_of(st.none(), st.integers(0, 9), st.sampled_from(["a", "b", " "])),
        "title": st.one_of(st.none(), st.text(max_size=9)),
        "date": st.sampled_from([None, "2026-03-04", "2026-03-05T10:00:00Z", "no date"]),
    },
)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.binary(max_size=5)
)
VALUES = st.recursive(
    st.one_of(SCALARS, st.datetimes(), st.dates(), st.decimals(), st.sets(st.text(max_size=3))),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=3), inner)),
    max_leaves=9,
)

few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@few
@given(st.lists(ARTICLES, max_size=9))
def test_each_input_is_a_survivor_a_duplicate_or_rejected(records):
    if records and not any(str(each["text"] or "").strip() for each in records):
        records = [*records, {"text": TEXTS[0]}]
    found = deduplicate(records)
    by_status = Counter(str(each.status) for each in found.decisions)

    assert len(found.decisions) == len(records)
    assert len(found.survivors) == by_status["canonical"] + by_status["unique"]
    assert len(found.duplicates) == by_status["duplicate"]
    assert len(found.rejected) == by_status["rejected"]
    assert len(found.stories) == by_status["canonical"]
    assert 0 <= found.duplicate_ratio < 1
    kept = {each["dedup"]["story_id"] for each in found.survivors} - {None}
    assert {each["dedup"]["story_id"] for each in found.duplicates} == kept


def of_one_type(values):
    """Lists of values of one type, some of them missing: what a column of a table can have."""
    return st.lists(st.one_of(st.none(), values), min_size=5, max_size=5)


COLUMNS = st.fixed_dictionaries(
    {"text": of_one_type(st.sampled_from(TEXTS[:4]))},
    optional={
        "id": of_one_type(st.text(st.characters(codec="utf-8"), max_size=5)),
        "number": of_one_type(st.integers(-(2**63), 2**63 - 1)),
        "share": of_one_type(st.floats()),
        "truth": of_one_type(st.booleans()),
        "tags": of_one_type(st.lists(st.text(st.characters(codec="utf-8"), max_size=5))),
        "day": of_one_type(st.dates()),
        "time": of_one_type(st.datetimes()),
        "raw": of_one_type(st.binary(max_size=5)),
    },
)


def raws(inputs):
    return list(raw_records(given_inputs(inputs).rows(), ReadConfig()))


@settings(max_examples=100)
@given(COLUMNS)
def test_a_table_is_read_as_its_dicts_are(columns):
    table = pyarrow.table(
        {name: pyarrow.array(values, from_pandas=False) for name, values in columns.items()}
    )
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    of_dicts = raws(records)

    assert raws(table) == of_dicts
    assert raws(polars.DataFrame(table)) == of_dicts
    assert raws(pandas.DataFrame(columns, dtype=object)) == of_dicts
    assert raws(table.to_pandas(types_mapper=pandas.ArrowDtype)) == of_dicts


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=5), VALUES))
def test_the_fields_of_any_record_are_json(record):
    (found,) = raws([record])

    assert list(found.fields) == list(record)
    assert load_json(dump_json(found.fields)) == found.fields
    assert raws([found.fields])[0].fields == found.fields


@settings(max_examples=200)
@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(),
              st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
))  # fmt: skip
def test_a_value_of_json_stays_as_it_is(value):
    (found,) = raws([{"own": value}])

    assert json.dumps(found.fields) == json.dumps({"own": value})


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_columns_changes_no_decision(order):
    frame = pandas.DataFrame({"id": ["a", "b"], "text": TEXTS[:1] * 2, "title": ["One", "Two"]})

    assert deduplicate(frame[frame.columns[::order]]).decisions == deduplicate(frame).decisions

"""What `deduplicate` returns: every input once, and tables with the names of the files."""

from __future__ import annotations

import builtins
import json

import pandas
import pyarrow
import pytest
from made_runs import made_records

from dedup import deduplicate
from dedup.api.arrow_tables import document_table
from dedup.api.result import TABLES
from dedup.errors import ConfigError, InputError
from dedup.write.schemas import SCHEMAS

FERRY = "The ferry to Port Elwood will run again from Monday, its owner said on Friday. " * 3
SNOW = "Snow fell in Saltby for the first time in nine years, and schools stayed shut. " * 3


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    made = made_records(tmp_path_factory.mktemp("made"), articles=120)
    return [*made, {"id": "blank", "text": " "}, {"id": made[0]["id"], "text": SNOW}]


@pytest.fixture(scope="module")
def result(records):
    return deduplicate(records)


@pytest.fixture(scope="module")
def of_command(records, command, tmp_path_factory):
    """The files that the command writes of the same records."""
    folder = tmp_path_factory.mktemp("command")
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    annotated = folder / "annotated.jsonl"
    out = command.run(source, "--annotate", annotated, out=folder / "out")
    return out, [json.loads(line) for line in annotated.read_bytes().splitlines()]


def test_lists_are_those_of_the_files(result, of_command):
    out, annotated = of_command

    assert result.survivors == out.survivors
    assert result.stories == out.stories
    assert result.duplicates == [
        each for each in annotated if each["dedup"]["status"] == "duplicate"
    ]
    assert [{**each, "source": None} for each in result.rejected] == [
        {**each, "source": None} for each in out.rejected
    ]
    assert result.to_arrow().to_pylist() == out.decisions


def test_each_input_is_in_one_list(result, records):
    ids = [each["id"] for each in (*result.survivors, *result.duplicates, *result.rejected)]

    assert sorted(ids) == sorted(each["id"] for each in records)
    assert len(result.rejected) == 2
    assert result.duplicates


def test_the_ratio_is_of_documents_that_can_be_used(result, records):
    assert result.duplicate_ratio == len(result.duplicates) / (len(records) - 2)


def test_a_result_shows_its_counts_on_one_line():
    records = [{"id": "a", "text": FERRY}, {"id": "b", "text": FERRY}, {"id": "c", "text": SNOW}]

    assert repr(deduplicate([*records, {"id": "d", "text": ""}])) == (
        "Result(4 inputs: 1 canonical, 1 unique, 1 duplicate (1 exact), 1 rejected)"
    )
    assert repr(deduplicate([])) == (
        "Result(0 inputs: 0 canonical, 0 unique, 0 duplicates, 0 rejected)"
    )


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_a_row_for_each_line_also_where_there_is_none(result, table):
    lines = getattr(result, table)

    assert result.to_arrow(table).num_rows == len(result.to_pandas(table)) == len(lines)
    assert deduplicate([]).to_arrow(table).num_rows == 0


@pytest.mark.parametrize("table", [name for name in TABLES if name in SCHEMAS])
def test_a_table_has_the_columns_of_its_file(result, table):
    schema = result.to_arrow(table).schema
    if table in ("survivors", "duplicates"):
        assert schema.names == ["id", "url", "title", "date", "text", "dedup"]
        assert schema.field("dedup") == SCHEMAS[table].field("dedup")
    else:
        assert schema.equals(SCHEMAS[table])


def test_a_table_of_another_name_is_refused(result):
    with pytest.raises(ConfigError, match="no table is named 'all'; name one of decisions,"):
        result.to_arrow("all")


def test_pandas_is_only_needed_for_pandas(result, monkeypatch):
    real_import = builtins.__import__

    def without_pandas(name, *more):
        if name.partition(".")[0] == "pandas":
            raise ImportError(name)
        return real_import(name, *more)

    monkeypatch.setattr(builtins, "__import__", without_pandas)

    assert result.to_arrow("survivors").num_rows
    with pytest.raises(ConfigError, match="install it, as in pip install pandas"):
        result.to_pandas()


def test_survivors_of_a_dataframe_are_its_rows(records):
    frame = pandas.DataFrame(records[:120])
    frame["shelf"] = range(1000, 1120)
    found = deduplicate(frame)
    by_id = frame[frame["id"].isin([each["id"] for each in found.survivors])]
    by_place = frame[[str(each.status) != "duplicate" for each in found.decisions]]
    joined = frame.merge(found.to_pandas(), on="id", suffixes=("", "_decided"))

    pandas.testing.assert_frame_equal(by_id, by_place)
    assert by_id["shelf"].tolist() == found.to_pandas("survivors")["shelf"].tolist()
    assert joined[joined["status"] != "duplicate"]["shelf"].tolist() == by_id["shelf"].tolist()


COLUMNS = [
    ([1, 2], pyarrow.int64(), [1, 2]),
    ([1, None], pyarrow.int64(), [1, None]),
    ([1, 2.5], pyarrow.float64(), [1.0, 2.5]),
    ([["a"], None], pyarrow.list_(pyarrow.string()), [["a"], None]),
    (
        [{"a": 1}, {"b": "x"}],
        pyarrow.struct([("a", pyarrow.int64()), ("b", pyarrow.string())]),
        [{"a": 1, "b": None}, {"a": None, "b": "x"}],
    ),
    ([1, "two"], pyarrow.string(), ["1", "two"]),
    ([{"a": 1}, "x"], pyarrow.string(), ['{"a":1}', "x"]),
    ([[1], [{"a": None}]], pyarrow.string(), ["[1]", '[{"a":null}]']),
    ([2**70, 1], pyarrow.string(), [str(2**70), "1"]),
    (["a\ud800", "b"], pyarrow.string(), ["a?", "b"]),
    ([["\ud800"], ["b"]], pyarrow.string(), ['["\\ud800"]', '["b"]']),
    ([True, 1], pyarrow.string(), ["true", "1"]),
]


@pytest.mark.parametrize(("values", "kind", "expected"), COLUMNS, ids=str)
def test_a_field_becomes_a_column_of_its_type_or_of_texts(values, kind, expected):
    rows = [{"id": str(number), "own": value} for number, value in enumerate(values)]
    column = document_table(rows, "survivors")["own"]

    assert column.type == kind
    assert column.to_pylist() == expected


def test_a_field_that_some_records_lack_is_null_for_them():
    found = deduplicate([{"id": "a", "text": FERRY, "views": 3}, {"id": "b", "text": SNOW}])

    assert found.to_arrow("survivors")["views"].to_pylist() == [3, None]


def test_records_with_ever_other_fields_do_not_become_a_table():
    """The cells of one would be as many as the square of the records."""
    rows = [{"id": str(number), f"own-{number}": 1} for number in range(1_500)]

    with pytest.raises(InputError, match="more than 1,000 different fields"):
        document_table(rows, "survivors")


def test_objects_with_ever_other_fields_become_text():
    rows = [{"own": {f"own-{number}": {"a": number}}} for number in range(1_500)]
    column = document_table(rows, "survivors")["own"]

    assert column.type == pyarrow.string()
    assert json.loads(column[7].as_py()) == {"own-7": {"a": 7}}


def test_names_that_utf8_cannot_hold_stay_apart():
    table = document_table([{"a\ud800": 1, "a?": 2}], "duplicates")

    assert table.column_names == ["a?", "a?_2", "dedup"]
    assert [table[name].to_pylist() for name in table.column_names] == [[1], [2], [None]]

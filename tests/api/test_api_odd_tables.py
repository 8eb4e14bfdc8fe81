"""Tables and records with values that JSON does not have, and what is no table."""

from __future__ import annotations

import datetime
import decimal
import tracemalloc

import datasets
import duckdb
import numpy as np
import pandas
import polars
import pyarrow
import pytest

from dedup import Config, clean, deduplicate
from dedup.api.given_records import given_inputs
from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.read.program_records import raw_records

FERRY = "The ferry to Port Elwood will run again from Monday, its owner said on Friday. " * 3


def fields_of(inputs):
    """The fields of the records in a table, as a run reads them."""
    return [each.fields for each in raw_records(given_inputs(inputs).rows(), ReadConfig())]


VALUES = [
    (pandas.Timestamp("2026-03-04T10:30:00"), "2026-03-04T10:30:00"),
    (pandas.Timestamp("2026-03-04", tz="Europe/Berlin"), "2026-03-04T00:00:00+01:00"),
    (pandas.Timestamp("2026-03-04T10:30:00.000000001"), "2026-03-04T10:30:00.000000001"),
    (datetime.date(2026, 3, 4), "2026-03-04"),
    (np.datetime64("2026-03-04T10:30:00", "ns"), "2026-03-04T10:30:00"),
    (decimal.Decimal("1.10"), "1.10"),
    (np.int64(7), 7),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.array(["2026-03-04", "NaT"], "datetime64[ns]"), ["2026-03-04T00:00:00", None]),
    ([pandas.NaT, pandas.NA, float("nan"), float("inf"), None], [None] * 5),
    ({"b", "a"}, ["a", "b"]),
    ((1, (2,)), [1, [2]]),
    (b"caf\xc3\xa9", "café"),
    (b"\xff\xfe\x00", "//4A"),
    (bytearray(b"a"), "a"),
    (pandas.Interval(0, 1), "(0, 1]"),
    ({1: {"a": pandas.NA}}, {"1": {"a": None}}),
    (2**70, 2**70),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: type(value).__name__)
def test_a_value_that_json_lacks_is_taken_as_one_that_it_has(value, expected):
    column = pandas.Series([value, "other"], dtype=object)
    frame = pandas.DataFrame({"text": FERRY, "value": column})

    assert fields_of([{"text": FERRY, "value": value}]) == [{"text": FERRY, "value": expected}]
    assert fields_of(frame)[0] == {"text": FERRY, "value": expected}
    assert type(fields_of(frame)[0]["value"]) is type(expected)


MISSING = {
    "text": pandas.Series(["a", None]),
    "text with NaN": pandas.Series(["a", float("nan")], dtype=object),
    "string": pandas.Series(["a", pandas.NA], dtype="string"),
    "Arrow": pandas.Series(["a", None], dtype=pandas.ArrowDtype(pyarrow.string())),
    "time": pandas.to_datetime(pandas.Series(["2026-03-04", None])),
    "category": pandas.Series(["a", None], dtype="category"),
    "float": pandas.Series([1.5, float("nan")]),
    "nullable number": pandas.Series([1, None], dtype="Int64"),
    "nullable truth": pandas.Series([True, None], dtype="boolean"),
    "lists": pandas.Series([[1], None]),
}


@pytest.mark.parametrize("kind", MISSING)
def test_what_is_missing_in_pandas_is_null(kind):
    first, second = fields_of(pandas.DataFrame({"value": MISSING[kind]}))

    assert first["value"] is not None
    assert second == {"value": None}


def test_an_id_stays_a_number_in_a_column_where_another_id_is_missing():
    frame = pandas.DataFrame({"id": [7, None], "text": [FERRY, FERRY]})

    assert [each.doc_id for each in deduplicate(frame).decisions] == ["7", "records:2"]


def test_a_repeated_name_of_a_column_gets_a_number():
    frame = pandas.DataFrame([["a", FERRY, "b"]], columns=["id", "text", "id"])
    table = pyarrow.Table.from_arrays(
        [pyarrow.array([each]) for each in ("a", FERRY, "b")], names=["id", "text", "id"]
    )

    assert fields_of(frame) == fields_of(table) == [{"id": "a", "text": FERRY, "id_2": "b"}]


def test_names_of_columns_that_are_no_text_become_text():
    frame = pandas.DataFrame([[FERRY, 1]], columns=["text", ("views", 2026)])

    assert fields_of(frame) == [{"text": FERRY, "('views', 2026)": 1}]


@pytest.mark.parametrize(
    ("index", "fields"),
    [
        (pandas.RangeIndex(10, 11), {}),
        (pandas.Index(["a"]), {}),
        (pandas.Index(["a"], name="id"), {"id": "a"}),
        (pandas.Index([1], name="text"), {"text_2": 1}),
        (pandas.MultiIndex.from_tuples([("a", 2)], names=["id", None]), {"id": "a"}),
        (pandas.to_datetime(pandas.Index(["2026-03-04"], name="date")),
         {"date": "2026-03-04T00:00:00"}),
    ],
    ids=["range", "without a name", "id", "name of a column", "levels", "times"],
)  # fmt: skip
def test_an_index_with_a_name_is_a_field(index, fields):
    assert fields_of(pandas.DataFrame({"text": [FERRY]}, index=index)) == [
        {"text": FERRY, **fields}
    ]


def test_nested_values_and_rare_types_of_arrow_are_taken_as_parquet_has_them():
    table = pyarrow.table(
        {
            "text": pyarrow.array([FERRY]).dictionary_encode(),
            "meta": [{"tags": ["a", None], "when": datetime.date(2026, 3, 4)}],
            "map": pyarrow.array([[("k", 1)]], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
            "far": pyarrow.array([2**62], pyarrow.timestamp("s")),
            "broken": pyarrow.array([b"caf\xe9"]).view(pyarrow.string()),
            "price": pyarrow.array([decimal.Decimal("1.10")]),
        }
    )

    assert fields_of(table) == [
        {
            "text": FERRY,
            "meta": {"tags": ["a", None], "when": "2026-03-04"},
            "map": [["k", 1]],
            "far": fields_of(table)[0]["far"],
            "broken": "Y2Fm6Q==",
            "price": "1.10",
        }
    ]
    assert isinstance(fields_of(table)[0]["far"], str)


@pytest.mark.parametrize(
    "empty",
    [
        pandas.DataFrame(),
        pandas.DataFrame({"id": [], "text": []}),
        polars.DataFrame(),
        polars.DataFrame({"text": []}),
        pyarrow.table({"text": pyarrow.array([], pyarrow.string())}),
        pyarrow.table({}),
        datasets.Dataset.from_dict({"text": []}),
        duckdb.connect().sql("SELECT 'a' AS text WHERE false"),
        [],
        iter(()),
        [pandas.DataFrame(), pandas.DataFrame()],
    ],
    ids=lambda empty: type(empty).__name__,
)
def test_an_empty_table_gives_an_empty_result(empty):
    found = deduplicate(empty)

    assert (found.survivors, found.decisions, found.duplicate_ratio) == ([], [], 0)


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
def test_a_table_without_a_text_names_its_columns(make):
    with pytest.raises(InputError, match=r"the fields are name, body: .*text=body"):
        deduplicate(make({"name": ["a", "b"], "body": [FERRY, FERRY]}))


COLUMN = "one column is no table"
SETS = "holds several data sets"

NO_INPUTS = [
    (polars.LazyFrame({"text": [FERRY]}), "collect()"),
    (pandas.Series([FERRY]), COLUMN),
    (polars.Series([FERRY]), COLUMN),
    (pyarrow.array([FERRY]), COLUMN),
    (pyarrow.chunked_array([[FERRY]]), COLUMN),
    (datasets.DatasetDict(train=datasets.Dataset.from_dict({"text": [FERRY]})), SETS),
    (datasets.IterableDatasetDict(), SETS),
    ({"text": FERRY}, "pass a list"),
    (b"<p>Rain", "pass a page as a record"),
    (None, "NoneType is neither"),
    (7, "int is neither"),
    ([None], "a record is a dict, not NoneType"),
    ([{"text": FERRY}, 7], "a record is a dict, not int"),
    ([("text", FERRY)], "a record is a dict, not tuple"),
    ([{"text": FERRY}, pandas.Series([FERRY])], "a record is a dict, not Series"),
    ([pyarrow.table({"text": [FERRY]}), polars.LazyFrame()], "a record is a dict, not LazyFrame"),
]


@pytest.mark.parametrize(
    ("inputs", "sentence"), NO_INPUTS, ids=lambda value: f"{type(value).__name__}"
)
def test_what_holds_no_records_is_refused_with_one_sentence(inputs, sentence):
    with pytest.raises(TypeError) as refused:
        deduplicate(inputs)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "inputs", [FERRY * 9, "Two\nlines", [FERRY * 9], ["a.jsonl", "Two\nlines"]]
)
def test_a_text_in_the_place_of_a_path_is_refused_without_repeating_it(inputs):
    with pytest.raises(InputError, match="a text is no path: pass it as a record") as refused:
        deduplicate(inputs)
    assert len(str(refused.value)) < 200


CAFE = "caf\u00e9 " + FERRY
LATIN_PAGE = f'<html><meta charset="latin-1"><body><p>{CAFE}</p></body></html>'.encode("latin-1")

PAGES_OF_BYTES = {
    "bytes": (LATIN_PAGE, {}),
    "bytearray": (bytearray(LATIN_PAGE), {}),
    "memoryview": (memoryview(LATIN_PAGE), {}),
    "a list of one": ([LATIN_PAGE], {}),
    "nested": ({"body": LATIN_PAGE}, {"html": "html.body"}),
    "nested in a list": ([{"body": [LATIN_PAGE]}], {"html": "html.body"}),
}


@pytest.mark.parametrize("case", PAGES_OF_BYTES)
def test_a_page_of_bytes_is_decoded_as_it_says_however_it_is_held(case):
    page, field = PAGES_OF_BYTES[case]
    record = {"id": "a", "html": page, "image": bytearray(b"\xff")}
    (document,) = clean([record], field=field, workers=1).documents

    assert document["text"].startswith("caf\u00e9 The ferry")
    assert document["image"] == "/w=="
    assert record["html"] is page


@pytest.mark.parametrize("inputs", ["", [""], ["a.jsonl", ""]])
def test_an_empty_text_is_not_the_current_folder(inputs):
    with pytest.raises(InputError, match="an empty text is no path"):
        deduplicate(inputs)


def test_a_number_that_python_cannot_write_costs_its_record_alone():
    records = [{"id": "a", "n": 10**5000, "text": FERRY}, {"id": "b", "n": 10**4000, "text": FERRY}]
    result = deduplicate(records)

    assert [each["reason"] for each in result.rejected] == ["broken-json"]
    assert result.survivors[0]["n"] == 10**4000


def test_a_stream_that_breaks_off_is_an_input_error():
    def batches():
        yield pyarrow.record_batch({"text": [FERRY]})
        raise pyarrow.ArrowInvalid("the server has gone")

    schema = pyarrow.schema([("text", pyarrow.string())])
    with pytest.raises(InputError, match=r"cannot be read: .*the server has gone$"):
        deduplicate(pyarrow.RecordBatchReader.from_batches(schema, batches()))


@pytest.mark.parametrize("letters", ["nobody\x92s", "nobody’s"], ids=["its bytes", "its letters"])
def test_a_page_may_be_bytes_in_any_encoding(letters):
    words = f"The ferry is {letters} any more, its owner said on Friday evening. " * 4
    page = f"<html><meta charset=windows-1252><p>{words}</p></html>"
    encoded = page.encode("latin-1" if "\x92" in page else "utf-8")
    found = deduplicate([{"id": "a", "html": encoded}])

    assert "nobody’s any more" in found.survivors[0]["text"]
    assert "nobody’s any more" in found.survivors[0]["html"]


def test_a_record_that_is_in_itself_is_rejected_alone():
    endless = {"id": "a", "text": FERRY}
    endless["self"] = endless
    deep = {"id": "b", "text": FERRY, "deep": []}
    for _ in range(300):
        deep["deep"] = [deep["deep"]]
    found = deduplicate([endless, deep, {"id": "c", "text": FERRY}])

    assert [each["reason"] for each in found.rejected] == ["broken-json", "broken-json"]
    assert [each["id"] for each in found.survivors] == ["c"]


def test_a_table_is_read_batch_by_batch():
    """Of 20,000 rows with 2,000 letters each, a few are objects of Python at one time."""
    table = pyarrow.table({"id": range(20_000), "text": ["a" * 2_000] * 20_000})
    frame = pandas.DataFrame({"id": range(20_000), "text": "a" * 2_000}).convert_dtypes(
        dtype_backend="pyarrow"
    )
    for each in (table, table.to_reader(), frame, polars.DataFrame(table)):
        tracemalloc.start()
        rows = sum(1 for _ in given_inputs(each).rows())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert rows == 20_000
        assert peak < 5_000_000


def test_rows_of_a_query_come_before_its_last_row_is_made():
    late = "CASE WHEN i = 500000 THEN error('no more') ELSE i::VARCHAR END"
    query = duckdb.connect().sql(f"SELECT {late} AS id FROM range(500001) t(i)")
    rows = given_inputs(query).rows()

    assert next(rows) == {"id": "0"}
    with pytest.raises(InputError, match=r"the table cannot be read: .*no more"):
        list(rows)


def test_a_generator_of_tables_is_read_one_by_one():
    read = []

    def parts():
        for number in range(3):
            read.append(number)
            yield pandas.DataFrame({"id": [number], "text": [FERRY]})

    records = given_inputs(parts()).rows()
    assert read == [0]
    assert next(records)["id"] == 0
    assert read == [0]
    assert [each["id"] for each in records] == [1, 2]


def test_a_subclass_of_a_dataframe_is_one():
    class Frame(pandas.DataFrame):
        pass

    assert fields_of(Frame({"text": [FERRY]})) == [{"text": FERRY}]


def test_a_field_that_is_named_may_be_a_column():
    config = Config(read=ReadConfig(fields=(("text", "body"),)))
    found = deduplicate(polars.DataFrame({"body": [FERRY, FERRY]}), config=config)

    assert [str(each.status) for each in found.decisions] == ["canonical", "duplicate"]

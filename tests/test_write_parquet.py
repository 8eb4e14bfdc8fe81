"""Parquet holds what JSON lines hold, in columns of declared types."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from runs import ROOT, read_lines

from dedup.write.schemas import SCHEMAS

TABLES = ("survivors", "decisions", "stories", "rejected")

# At the level of stories, records of random words would be rewrites.
TABLE = ("--level", "copies", "--format", "parquet")

TEXT = "the ferry to port elwood runs again from monday after repairs to the ramp its owner said"

TIMES = ("date", "first_date", "last_date")


def rows(path):
    return pq.read_table(path).to_pylist()


def moment(text):
    return text and datetime.fromisoformat(text).replace(tzinfo=UTC)


def timed(lines):
    """Lines with timestamps for their dates."""
    return [
        {name: moment(value) if name in TIMES else value for name, value in line.items()}
        for line in lines
    ]


def record_of(row):
    """The record of which a row was made, as far as columns and ``extra`` tell."""
    columns = {name: value for name, value in row.items() if value is not None}
    for name in ("extra", "dedup", "date"):
        columns.pop(name, None)
    if row["date"] is not None:
        columns["date"] = row["date"].isoformat().replace("+00:00", "Z")
    return {**columns, **json.loads(row["extra"])}


def without_nulls(record):
    return {name: value for name, value in record.items() if value is not None and name != "dedup"}


def different(extras):
    """Records of different texts, each with some fields."""
    for number, extra in enumerate(extras):
        words = " ".join(f"{word}{number}" for word in TEXT.split())
        yield {"id": f"r{number}", "text": words, **extra}


@pytest.fixture
def both(command, tmp_path):
    """The survivors of a dump as lines and as rows."""

    def run(source, *options):
        lines = command.run(source, "--level", "copies", *options, out=tmp_path / "lines")
        command.run(source, *TABLE, *options, out=tmp_path / "table")
        return lines.survivors, rows(tmp_path / "table" / "survivors.parquet")

    return run


@pytest.fixture
def row_of(command, jsonl, tmp_path):
    """The row of one record."""

    def run(record, *options):
        run = command.run(jsonl([record]), *TABLE, *options, out=tmp_path / "out")
        (row,) = rows(run.path / "survivors.parquet")
        return row

    return run


def test_the_samples_give_the_same_rows(command, samples, sample_run, tmp_path):
    table = tmp_path / "table"
    command.run(samples / "dump", "--format", "parquet", out=table)

    assert rows(table / "decisions.parquet") == sample_run.decisions
    assert rows(table / "stories.parquet") == timed(sample_run.stories)
    assert rows(table / "rejected.parquet") == sample_run.rejected
    survivors = rows(table / "survivors.parquet")
    assert [record_of(row) for row in survivors] == [
        without_nulls(line) for line in sample_run.survivors
    ]
    assert [row["dedup"] for row in survivors] == [line["dedup"] for line in sample_run.survivors]


def test_all_tables_are_parquet(command, jsonl, tmp_path):
    table = tmp_path / "table"
    source = jsonl(list(different([{}])))
    command.run(source, *TABLE, "--store", tmp_path / "news.sqlite", out=table)

    assert {path.name for path in table.iterdir()} == {
        *(f"{name}.parquet" for name in (*TABLES, "changes")),
        "manifest.json",
    }


def test_a_table_without_rows_has_its_columns(command, jsonl, tmp_path):
    run = command.run(jsonl(list(different([{}]))), *TABLE, out=tmp_path / "out")

    for table in ("stories", "rejected"):
        assert rows(run.path / f"{table}.parquet") == []
        assert pq.read_schema(run.path / f"{table}.parquet") == SCHEMAS[table]


def test_changes_have_timestamps_and_lists(command, jsonl, tmp_path):
    records = [{"id": "a", "text": TEXT, "date": "2026-03-01"}]
    for number in (1, 2):
        arguments = (jsonl(records), *TABLE, "--store", tmp_path / "news.sqlite")
        run = command.run(*arguments, out=tmp_path / str(number))
        records = [{"id": "b", "text": TEXT, "date": "2026-03-02T10:30:00Z"}]
    (change,) = rows(run.path / "changes.parquet")

    assert change["date"] == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert (change["added"], change["absorbed"]) == (["b"], [])
    assert change["canonical_until_now"] is None


# Whatever JSON can hold.
ODD = {
    "mixed types": {"views": 3, "tags": ["a", {"x": None}], "rank": "first", "on": True},
    "half a character": {"odd": "\ud800"},
    "half a character in a list": {"odd": ["\ud800"]},
    "half a character in a name": {"\ud800": 1},
    "half a character in a title": {"title": "Trams \ud800"},
    "an empty object": {"odd": {}},
    "an empty object in a list": {"odd": [{}]},
    "a list of nothing": {"odd": [None]},
    "nothing": {"odd": None},
    "an empty name": {"": 1},
    "a whole number over 64 bits": {"odd": 2**70},
    "one over 64 bits in a list": {"odd": [2**70]},
    "a name with dots": {"a.b": {"c.d": 1}},
    "a title that is a number": {"title": 17},
    "authors in a list": {"author": ["A. Bell", "C. Dunn"]},
    "a field of the name of the column": {"extra": {"extra": 1}},
    "standard fields": {"title": "Trams", "url": "https://a.example/1", "agency": "AP"},
    "an empty title": {"title": ""},
    "a day": {"date": "2026-03-04"},
    "a time": {"date": "2026-03-04T10:30:00Z"},
    "a time elsewhere": {"date": "2026-03-04T10:30:00+02:00"},
    "a date in figures": {"date": 1772620200},
    "an unreadable date": {"date": "one of these days"},
    "a page beside the text": {"html": "<p>Home</p>"},
    "a text of paragraphs": {"text": [TEXT, None, TEXT.upper()]},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_row_tells_all_of_its_record(odd, both, jsonl):
    lines, found = both(jsonl(list(different([odd, {}]))))

    for row, line in zip(found, lines, strict=True):
        assert without_nulls(record_of(row)) == without_nulls(line)
        assert row["dedup"] == line["dedup"]


def test_a_list_of_one_value_or_of_authors_is_a_text_in_its_column(row_of):
    lists = {"url": ["https://x.example/a"], "title": ["Rain"], "author": ["Ann Lee", "Bo Ek"]}
    row = row_of({"id": "a", "text": TEXT, "site": ["X", "Y"], **lists})
    assert (row["url"], row["title"], row["author"], row["site"]) == (
        "https://x.example/a",
        "Rain",
        "Ann Lee, Bo Ek",
        None,
    )
    assert json.loads(row["extra"]) == {"site": ["X", "Y"], **lists}


def test_a_field_that_is_null_is_in_extra(row_of):
    row = row_of({"id": "a", "text": TEXT, "odd": None, "title": None})

    assert json.loads(row["extra"]) == {"odd": None}


DATES = {
    "2026-03-04": datetime(2026, 3, 4, tzinfo=UTC),
    "2026-03-04T10:30:00Z": datetime(2026, 3, 4, 10, 30, tzinfo=UTC),
    "2026-03-04T10:30:00+02:00": datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
    1772620200: datetime(2026, 3, 4, 10, 30, tzinfo=UTC),
    "March 4, 2026": datetime(2026, 3, 4, tzinfo=UTC),
    "one of these days": None,
    None: None,
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_a_timestamp_and_stays_as_it_was_written(written, row_of):
    row = row_of({"id": "a", "text": TEXT, "date": written})

    assert row["date"] == DATES[written]
    as_written = {} if written in (None, "2026-03-04T10:30:00Z") else {"date": written}
    assert json.loads(row["extra"]) == as_written


def test_a_record_without_an_id_has_that_of_its_line(row_of):
    assert row_of({"text": TEXT})["id"] == "records.jsonl:1"


def test_an_id_that_is_a_number_is_text_and_stays_a_number(row_of):
    row = row_of({"id": 17, "text": TEXT})

    assert (row["id"], json.loads(row["extra"])) == ("17", {"id": 17})


def test_a_field_of_another_name_is_in_its_standard_column(row_of):
    record = {"key": "a", "body": TEXT, "meta": {"head": "Trams"}, "text": 5, "title": "Other"}
    names = ("--field", "id=key", "--field", "text=body", "--field", "title=meta.head")
    row = row_of(record, *names)

    assert (row["id"], row["text"], row["title"]) == ("a", TEXT, "Trams")
    assert json.loads(row["extra"]) == record


def test_a_field_of_another_name_that_is_missing_is_null_in_its_standard_column(row_of):
    record = {"id": "a", "text": TEXT, "title": "A teaser"}
    row = row_of(record, "--field", "title=headline")

    assert (row["title"], json.loads(row["extra"])["title"]) == (None, "A teaser")


def test_the_text_of_paragraphs_is_one_text(row_of):
    row = row_of({"id": "a", "text": [TEXT, None, "", TEXT.upper()]})

    assert row["text"] == f"{TEXT}\n{TEXT.upper()}"


def test_a_row_group_is_full_by_number_or_by_bytes(tmp_path):
    from dedup.write.parquet import BYTES_A_BATCH, ROWS_A_BATCH, write_parquet

    small = {"id": "a", "source": "b", "reason": "empty", "detail": None}
    large = {**small, "detail": "x" * (BYTES_A_BATCH // 2)}
    for row, count, groups in ((small, ROWS_A_BATCH + 1, 2), (large, 4, 2)):
        write_parquet(tmp_path / "a.parquet", [row] * count, "rejected")
        with pq.ParquetFile(tmp_path / "a.parquet") as file:
            assert file.metadata.num_row_groups == groups
            assert file.metadata.num_rows == count


@pytest.mark.parametrize("table", ["survivors", "decisions"])
def test_the_survivors_are_read_again_as_those_in_json_lines(table, command, jsonl, tmp_path):
    records = list(different([*ODD.values(), {"id": 17}]))
    source = jsonl([*records, {**records[0], "id": "copy"}])
    found = []
    for kind in ("jsonl", "parquet"):
        run = command.run(source, "--level", "copies", "--format", kind, out=tmp_path / kind)
        again = run.path / f"survivors.{kind}"
        out = command.run(again, "--level", "copies", out=tmp_path / f"{kind}-again")
        found.append([without_nulls(line) for line in read_lines(out.path / f"{table}.jsonl")])

    assert found[0] == found[1]


def test_decisions_in_parquet_are_evaluated(command, sample_gold, samples, tmp_path):
    command.run(samples / "dump", "--format", "parquet", out=tmp_path / "out")
    done = command("evaluate", tmp_path / "out", sample_gold, "--json")

    assert json.loads(done.stdout)["all"]["b3_f1"] == 1.0


def test_the_page_of_outputs_shows_the_schemas():
    page = (ROOT / "docs" / "outputs.md").read_text("utf-8")
    for table in (*TABLES, "changes"):
        schema = SCHEMAS[table]
        shown = "\n".join(f"{field.name}: {field.type}" for field in schema)
        assert f'```text title="{table}"\n{shown}\n```' in page, shown

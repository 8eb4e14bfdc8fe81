"""What the recipes for other programs hand on is what the run decided."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest
from pages import blocks_in, section
from pipeline_inputs import DAYS, dolma_document, lines_of
from runs import read_lines
from test_docs_commands import in_a_copy, run_block

from dedup import deduplicate, open_run
from dedup.errors import OutputError

PAGE = "docs/pipelines.md"

pytestmark = pytest.mark.slow


@pytest.fixture
def follow(desk, tmp_path):
    """Do what a section of the page says, in a folder of its own; return its Python blocks."""

    def run(heading):
        found = blocks_in(section(PAGE, heading))
        for block in found:
            run_block(block)
        return [block.text for block in found if block.language == "python"]

    with in_a_copy(desk, tmp_path):
        yield run


KEPT = {
    "pandas": lambda names: names["kept"]["id"],
    "polars": lambda names: names["kept"]["id"],
    "DuckDB": lambda names: names["connection"].table("news").df()["id"],
    "Hugging Face datasets": lambda names: names["kept"]["id"],
}
"""The ids that are left after the first Python block of a section, by its heading."""


@pytest.mark.parametrize("heading", KEPT)
def test_a_table_keeps_the_rows_that_survive(heading, desk, tmp_path):
    code = next(each for each in blocks_in(section(PAGE, heading)) if each.language == "python")
    names = {}
    with in_a_copy(desk, tmp_path):
        exec(code.text, names)
        survivors = deduplicate("news.jsonl").survivors

    assert sorted(KEPT[heading](names)) == sorted(each["id"] for each in survivors)


def zipped_lines(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


@pytest.fixture
def corpus(follow):
    """The documents of the corpus by file, and the attributes beside them."""
    follow("dolma")
    kinds = (Path("corpus/documents"), Path("corpus/attributes/dedup"))
    return [
        {path.relative_to(kind): zipped_lines(path) for path in kind.rglob("*.gz")}
        for kind in kinds
    ]


def test_dolma_finds_a_line_for_each_document_in_a_file_of_the_same_name(corpus):
    documents, attributes = corpus

    assert len(documents) == 4
    assert attributes.keys() == documents.keys()
    for path, lines in documents.items():
        assert [each["id"] for each in attributes[path]] == [each["id"] for each in lines]
        assert all(each.keys() == {"id", "attributes"} for each in attributes[path])


def test_dolma_removes_what_the_run_removes(corpus):
    documents, attributes = corpus
    marked = {"dedup__duplicate": {}, "dedup__copy": {}}
    for path, lines in documents.items():
        for document, line in zip(lines, attributes[path], strict=True):
            for name, found in marked.items():
                for start, end, score in line["attributes"][name]:
                    assert document["text"][start:end] == document["text"]
                    found[document["id"]] = score
    decisions = read_lines(Path("out/decisions.jsonl"))
    duplicates = {each["id"] for each in decisions if each["status"] == "duplicate"}
    rejected = {each["id"] for each in decisions if each["status"] == "rejected"}

    assert marked == {"dedup__duplicate": {"copy": 1.0}, "dedup__copy": {"copy": 1.0}}
    assert duplicates == {"copy"}
    assert rejected == {"short", "2024-05/0001.jsonl.gz"}


def test_only_copies_of_a_telling_are_copies_for_dolma(follow, sample_run):
    with open_run(sample_run.path) as run:
        found = [run.document(each.id) for each in run.story("ferry-aground").members]
    tellings = [
        {"id": each.id, "title": each.title, "text": each.text, "date": each.date} for each in found
    ]
    copies = [{**each, "id": f"copy of {each['id']}"} for each in tellings]
    path = Path("corpus/documents/2024-06/0001.jsonl.gz")
    path.write_bytes(gzip.compress(lines_of(map(dolma_document, [*tellings, *copies]))))

    follow("dolma")

    lines = zipped_lines(Path("corpus/attributes/dedup/2024-06/0001.jsonl.gz"))
    marked = {
        name: {each["id"] for each in lines if each["attributes"][name]}
        for name in ("dedup__duplicate", "dedup__copy")
    }
    assert marked["dedup__copy"] == {each["id"] for each in copies}
    assert len(marked["dedup__duplicate"]) == len(tellings) + len(copies) - 1


def test_a_document_of_dolma_whose_id_came_before_stays(follow, desk):
    path = Path("corpus/documents/2024-06/0001.jsonl.gz")
    copy, short = zipped_lines(path.with_name("0000.jsonl.gz"))[-2:]
    path.write_bytes(
        gzip.compress(lines_of([{**short, "id": copy["id"], "text": copy["text"] * 2}]))
    )

    follow("dolma")

    (line,) = zipped_lines(Path("corpus/attributes/dedup/2024-06/0001.jsonl.gz"))
    assert line == {
        "id": "copy",
        "attributes": {"dedup__duplicate": [], "dedup__copy": [], "dedup__story": None},
    }


def test_datatrove_reads_each_survivor_and_nothing_else(follow):
    pytest.importorskip("datatrove", reason="datatrove is not installed")
    follow("datatrove")
    read = {
        each["id"]: (each["text"], each["metadata"]["dedup"])
        for path in Path("training").iterdir()
        for each in zipped_lines(path)
    }

    assert read == {
        each["id"]: (each["text"], each["dedup"]) for each in deduplicate("news.jsonl").survivors
    }


def test_datatrove_reads_the_parquet_files(follow):
    readers = pytest.importorskip("datatrove.pipeline.readers", reason="datatrove is not installed")
    follow("Parquet files")
    read = readers.ParquetReader("out", glob_pattern="survivors-*.parquet").run()

    assert [(each.id, each.text) for each in read] == [
        (each["id"], each["text"]) for each in deduplicate("news.parquet").survivors
    ]


def test_what_datatrove_wrote_is_read_with_its_address_title_and_date(follow):
    pytest.importorskip("datatrove", reason="datatrove is not installed")
    follow("datatrove")
    decisions = {each["id"]: each for each in read_lines(Path("again/decisions.jsonl"))}
    records = read_lines(Path("news.jsonl"))[:12]

    assert {each["id"]: each["title"] for each in records} == {
        name: each["title"] for name, each in decisions.items()
    }
    assert json.loads(Path("again/manifest.json").read_text())["dates"]["missing"] == sum(
        not each["date"] for each in records
    )


@pytest.fixture
def task(follow):
    """The function of the recipe, after it was called for two days and again for the first."""
    (code,) = follow("A task for each day")
    names = {}
    exec(code[: code.index("\n\nfirst = ")], names)
    return names["deduplicate_day"]


def contents():
    return {path: path.read_bytes() for path in Path("days").rglob("*") if path.is_file()}


def test_a_day_that_is_run_again_writes_the_same(task):
    task(DAYS[2])
    before = contents()
    shutil.rmtree(Path("days") / DAYS[1])

    for day in DAYS:
        task(day)

    assert len(before) == 12
    assert contents() == before


def test_the_days_of_the_task_are_those_of_one_run(task):
    task(DAYS[2])
    at_once = deduplicate([f"feeds/{day}.jsonl" for day in DAYS])

    for table in ("survivors", "duplicates", "rejected"):
        lines = [each for day in DAYS for each in read_lines(Path(f"days/{day}/{table}.jsonl"))]
        assert [each["id"] for each in lines] == [each["id"] for each in getattr(at_once, table)]


def test_a_day_whose_feed_has_changed_since_is_refused(task):
    before = contents()
    for day in DAYS[:2]:
        feed = Path(f"feeds/{day}.jsonl")
        feed.write_bytes(
            feed.read_bytes() + lines_of([{"id": f"late {day}", "text": "Rain. " * 40}])
        )
        with pytest.raises(OutputError, match="the inputs changed since the dump"):
            task(day)

    assert contents() == before


def test_a_day_that_comes_late_is_added_and_what_later_days_decided_stays(task):
    early = "2024-04-30"
    shutil.copy(f"feeds/{DAYS[0]}.jsonl", f"feeds/{early}.jsonl")
    lines = read_lines(Path(f"feeds/{early}.jsonl"))
    renamed = [{**each, "id": f"early {each['id']}"} for each in lines]
    Path(f"feeds/{early}.jsonl").write_bytes(lines_of(renamed))

    late = task(early)

    assert [each["id"] for each in late.duplicates] == [each["id"] for each in renamed]
    assert {each["dedup"]["canonical_id"] for each in late.duplicates} == {
        each["id"] for each in lines
    }

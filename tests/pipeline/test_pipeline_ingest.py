"""The parts of ingestion that know no store: values in, values out."""

from __future__ import annotations

import pytest

from dedup.errors import InputError
from dedup.models import RawLine, RawRecord
from dedup.pipeline.ingest import number_ids, skip_stored
from dedup.pipeline.prepared_rows import stamp_of
from dedup.progress import NullProgress


def line(number):
    return RawLine(b'{"text": "x"}\n', f"news.jsonl:{number}", "news.jsonl", 14)


def own(doc_id):
    return RawRecord(doc_id, "news.jsonl", {"id": doc_id, "text": "x"}, text="x")


def ids(raws):
    return [raw.doc_id for raw in raws]


def test_an_id_made_of_a_file_name_gets_the_dumps_number_where_it_is_taken():
    taken = {"news.jsonl:1", "a"}
    raws = [line(1), line(2), own("a"), own("b")]
    assert ids(number_ids(raws, 3, taken.__contains__)) == [
        "3/news.jsonl:1",
        "news.jsonl:2",
        "a",
        "b",
    ]


def test_the_first_dump_keeps_all_ids_and_looks_nothing_up():
    def fail(doc_id):
        raise AssertionError(doc_id)

    assert ids(number_ids([line(1), line(2)], 1, fail)) == ["news.jsonl:1", "news.jsonl:2"]


def test_numbering_changes_nothing_but_the_id():
    (renamed,) = number_ids([line(1)], 2, lambda doc_id: True)
    assert (renamed.line, renamed.source, renamed.consumed) == (line(1).line, "news.jsonl", 14)


class Counted(NullProgress):
    def __init__(self):
        self.amounts = []

    def advance(self, amount, documents=0):
        self.amounts.append((amount, documents))


def test_stored_inputs_are_passed_over_and_counted():
    raws = [line(number) for number in range(5)]
    progress = Counted()
    rest = skip_stored(iter(raws), map(stamp_of, raws[:3]), progress, complete=False)
    assert list(rest) == raws[3:]
    assert progress.amounts == [(14, 1)] * 3


@pytest.mark.parametrize(
    ("stored", "raws", "complete"),
    [
        ([0, 1], [0, 2], False),
        ([0, 1], [1, 0], False),
        ([0, 1], [0], False),
        ([0, 1], [0, 1, 2], True),
    ],
    ids=["another input", "another order", "one is gone", "one more than all"],
)
def test_other_inputs_than_the_stored_ones_are_refused(stored, raws, complete):
    stamps = [stamp_of(line(number)) for number in stored]
    rest = skip_stored(map(line, raws), stamps, NullProgress(), complete=complete)
    with pytest.raises(InputError, match="the inputs changed"):
        list(rest)

"""The parts of ingestion that know no store: values in, values out."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.clean.site_boilerplate import HostLines, line_digests
from dedup.config import CleanConfig
from dedup.errors import InputError
from dedup.models import RawLine, RawRecord, Reason
from dedup.pipeline.ingest import number_ids, rows_with, skip_stored, strip_texts
from dedup.pipeline.prepared_rows import stamp_of
from dedup.progress import NullProgress

SIGN_UP = "Sign up for our newsletter"
FOLLOW = "Follow us"
STORY = "The ferry to Port Elwood ran aground on Monday."


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


def digests(*lines):
    return np.concatenate([line_digests(each) for each in lines])


def host_lines(texts):
    """The lines of documents 0, 1, ... of a host."""
    parts = [line_digests(text) for text in texts]
    rows = np.repeat(np.arange(len(parts)), [part.size for part in parts])
    return HostLines(rows, np.concatenate(parts))


def test_the_new_documents_with_a_recurring_line_are_found():
    texts = [f"{STORY}\n{SIGN_UP}", STORY, f"{FOLLOW}\n{SIGN_UP}", f"{FOLLOW}\n{STORY}", SIGN_UP]
    lines = host_lines(texts)
    assert rows_with(lines, digests(SIGN_UP, FOLLOW), first=0) == [0, 2, 3, 4]
    assert rows_with(lines, digests(SIGN_UP), first=1) == [2, 4]
    assert rows_with(lines, digests("A line of another host"), first=0) == []


def test_recurring_lines_are_taken_out_in_their_order():
    text = f"{FOLLOW}\n{STORY}\n{SIGN_UP}"
    ((row, kept, removed, rejection),) = strip_texts(
        [(7, text)], digests(SIGN_UP, FOLLOW), CleanConfig()
    )
    assert (row, kept, removed, rejection) == (7, STORY, (FOLLOW, SIGN_UP), None)


def test_a_text_of_which_too_little_stays_is_rejected():
    texts = [(1, f"{SIGN_UP}\nPhoto: AP"), (2, SIGN_UP), (3, f"{STORY}\n{SIGN_UP}")]
    results = list(strip_texts(texts, digests(SIGN_UP), CleanConfig(min_tokens=5)))
    assert [row for row, *_ in results] == [1, 2, 3]
    assert [rejection and rejection.reason for *_, rejection in results] == [
        Reason.TOO_SHORT,
        Reason.NO_TEXT,
        None,
    ]

"""A damaged store is refused with a sentence, unless every row still is what was written."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from dedup.errors import OutputError
from dedup.models import Document, StrippedText
from dedup.store import Store, stored_document
from dedup.store.integrity import SUMMED

SEED = 20261122

FLIPS = 200
PAGES = 40


def rows_of(path):
    """All rows of all tables."""
    with closing(sqlite3.connect(path)) as database:
        return [database.execute(f"SELECT * FROM {table}").fetchall() for table in SUMMED]


def accepted(path):
    """Open and verify a store as a resumed run does; return whether it was accepted."""
    message = ""
    try:
        with Store(path) as store:
            store.verify(whole=True)
    except OutputError as refusal:
        message = str(refusal)
    assert not message or (str(path) in message and "--overwrite" in message)
    return not message


@pytest.fixture(scope="module")
def whole(sample_run):
    path = sample_run.path / "store.sqlite"
    return path.read_bytes(), rows_of(path)


def flipped(data, rng):
    """A store with some bits of one byte flipped."""
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :]


def test_no_flipped_byte_is_accepted(whole, tmp_path):
    data, rows = whole
    rng = random.Random(SEED)
    path = tmp_path / "store.sqlite"
    refused = 0
    for number in range(FLIPS):
        path.write_bytes(flipped(data, rng))
        if accepted(path):
            assert rows_of(path) == rows, f"flip {number}"
        else:
            refused += 1
    assert refused > FLIPS // 3


def test_no_flipped_byte_of_the_first_page_is_accepted(whole, tmp_path):
    """It has the header, the statements of the tables, and the numbers of their root pages."""
    data, rows = whole
    rng = random.Random(SEED)
    path = tmp_path / "store.sqlite"
    for number in range(FLIPS):
        path.write_bytes(flipped(data[:16_384], rng) + data[16_384:])
        if accepted(path):
            assert rows_of(path) == rows, f"flip {number}"


def swapped(data, rng, size=16_384):
    one, other = sorted(rng.sample(range(len(data) // size), 2))
    pages = [data[at : at + size] for at in range(0, len(data), size)]
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


def zeroed(data, rng, size=16_384):
    at = rng.randrange(len(data) // size) * size
    return data[:at] + bytes(size) + data[at + size :]


def doubled(data, rng, size=16_384):
    one, other = (at * size for at in rng.sample(range(len(data) // size), 2))
    return data[:one] + data[other : other + size] + data[one + size :]


def cut(data, rng):
    return data[: rng.randrange(1, len(data))]


@pytest.mark.parametrize("damage", [swapped, zeroed, doubled, cut])
def test_no_damaged_page_is_accepted(damage, whole, tmp_path):
    data, rows = whole
    rng = random.Random(SEED)
    path = tmp_path / "store.sqlite"
    for number in range(PAGES):
        path.write_bytes(damage(data, rng))
        if accepted(path):
            assert rows_of(path) == rows, f"{damage.__name__} {number}"


FORGERIES = {
    "a text": "UPDATE contents SET text = x'00' WHERE row = 3",
    "a title": "UPDATE documents SET title = 'x' WHERE row = 3",
    "a date": "UPDATE documents SET moment = moment + 1 WHERE row = 3",
    "a signature": "DELETE FROM signatures WHERE row = 3",
    "rows in another place": "UPDATE sets SET row = 1000 - row",
    "a checksum": "UPDATE documents SET sum = sum + 1 WHERE row = 3",
    "a step": "UPDATE dumps SET step = 1",
    "an option": "UPDATE meta SET value = '1' WHERE name = 'basis'",
    "a pair": "UPDATE copy_pairs SET matched = 0",
    "a story score": "UPDATE story_scores SET score = 0.5",
    "a story": "UPDATE stories SET canonical = canonical + 1",
    "a decision": "UPDATE decisions SET representative = 0",
    "a column": "ALTER TABLE sets ADD COLUMN more",
    "an index": "DROP INDEX documents_id",
    "a trigger": "CREATE TRIGGER t AFTER DELETE ON copy_pairs BEGIN DELETE FROM contents; END",
    "another view": "CREATE VIEW v AS SELECT 1",
    "no view": "DROP VIEW v_members",
    "a loose group": "UPDATE loose_groups SET must_link = must_link + 1",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES)
def test_a_store_that_another_program_changed_is_not_accepted(statement, whole, tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(whole[0])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
    assert not accepted(path)


def test_an_unchanged_store_is_accepted(whole, tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(whole[0])
    assert accepted(path)
    assert accepted(path)


def test_an_undone_change_leaves_the_store_acceptable(tmp_path):
    path = tmp_path / "store.sqlite"

    def changes():
        yield StrippedText(0, "words", ("a line",))
        raise InterruptedError

    document = Document("a", "source", {}, "words and a line")
    with Store(path) as store:
        store.documents.add([stored_document(document, bytes(8))])
        with pytest.raises(InterruptedError):
            store.documents.strip(changes())
        store.put("one", 1)
        store.put("one", 2)
    assert accepted(path)

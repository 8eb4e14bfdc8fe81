"""A store of an earlier format is migrated in place, and no story is lost.

``cases/store_format_5`` has a store that version 5 made of a dump of 30 articles, the next dump,
and what is decided of that against the store: as with version 5, but by the rules of today.
"""

import gzip
import sqlite3
from contextlib import closing

import pytest
from runs import ROOT

from dedup.errors import OutputError
from dedup.store import Store
from dedup.store.schema import FORMAT

CASE = ROOT / "tests" / "cases" / "store_format_5"


@pytest.fixture
def old_store(tmp_path):
    path = tmp_path / "news.sqlite"
    path.write_bytes(gzip.decompress((CASE / "store.sqlite.gz").read_bytes()))
    return path


def execute(path, statement):
    """Run one statement on a closed store."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
        return found


def version_of(path):
    return execute(path, "PRAGMA user_version")[0][0]


def tables_of(path):
    return set(execute(path, "SELECT sql FROM sqlite_master"))


def test_the_next_dump_goes_on_as_it_would_have_with_the_old_version(command, old_store, tmp_path):
    run = command.run(CASE / "day2.jsonl", "--store", old_store, out=tmp_path / "out")

    for name in ("decisions.jsonl", "stories.jsonl", "changes.jsonl"):
        assert (CASE / name).read_text("utf-8") == (run.path / name).read_text("utf-8")
    assert version_of(old_store) == FORMAT


def test_every_row_is_still_what_was_written(old_store):
    with Store(old_store) as store:
        store.verify(whole=True)


def test_the_documents_of_an_earlier_format_name_no_days(old_store):
    with Store(old_store) as store:
        store.dumps.look_back(4)
        named = [days for *_, days in store.results.representatives()]

    assert len(named) > 0
    assert set(named) == {None}


@pytest.mark.parametrize(
    "change",
    ["DROP TABLE edges", "DROP INDEX decisions_head", "CREATE TABLE another (x)"],
)
def test_an_old_store_with_other_tables_is_refused_and_stays_as_it_was(old_store, change):
    execute(old_store, change)
    tables = tables_of(old_store)

    with pytest.raises(OutputError, match="damaged"):
        Store(old_store)

    assert version_of(old_store) == 5
    assert tables == tables_of(old_store)


@pytest.mark.parametrize("version", [1, 4, FORMAT + 1])
def test_any_other_version_is_refused(old_store, version):
    execute(old_store, f"PRAGMA user_version = {version}")

    with pytest.raises(OutputError, match="not a store of this version"):
        Store(old_store)

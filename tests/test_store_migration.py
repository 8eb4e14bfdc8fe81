"""A store of an earlier format is migrated in place, and no story is lost.

``cases/store_format_5`` has a store that version 5 made of a dump of 30 articles, the next dump,
and what is decided of that against the store: as with version 5, but by the rules of today.
``cases/store_format_9`` has one of 16 articles. Of one of them so many lines were removed that they
are compressed.
"""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
import zstandard
from runs import ROOT, Out

from dedup.errors import OutputError
from dedup.json_codec import dump_json
from dedup.store import Store
from dedup.store.schema import FORMAT

CASE = ROOT / "tests" / "cases" / "store_format_5"
COMPRESSED = 3  # row of the article of which many lines were removed


@pytest.fixture
def old_store(tmp_path):
    path = tmp_path / "news.sqlite"
    path.write_bytes(gzip.decompress((CASE / "store.sqlite.gz").read_bytes()))
    return path


@pytest.fixture
def store_9(tmp_path):
    path = tmp_path / "news-9.sqlite"
    packed = ROOT / "tests" / "cases" / "store_format_9" / "store.sqlite.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
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


def removed_in(path):
    """What a store keeps of removed lines, by row."""
    return dict(execute(path, "SELECT row, removed FROM contents WHERE removed IS NOT NULL"))


def migrate(path):
    """Open a store, and check that it is whole."""
    with Store(path) as store:
        store.verify(whole=True)


def test_what_was_removed_becomes_plain_json(store_9):
    before = removed_in(store_9)
    migrate(store_9)
    after = removed_in(store_9)

    assert before[COMPRESSED].startswith(zstandard.FRAME_HEADER)
    assert after == {**before, COMPRESSED: zstandard.decompress(before[COMPRESSED])}
    query = f"SELECT step, text FROM v_removed_lines WHERE row = {COMPRESSED} ORDER BY place"
    assert [list(each) for each in execute(store_9, query)] == json.loads(after[COMPRESSED])


def test_nothing_else_changes_but_checksums(store_9):
    names = "documents signatures sets lead_days decisions stories story_scores copy_pairs dumps"

    def cells():
        found = {name: execute(store_9, f"SELECT * FROM {name}") for name in names.split()}
        return {name: [row[:-1] for row in rows] for name, rows in found.items()}

    before = cells()
    migrate(store_9)

    assert cells() == before
    assert execute(store_9, "SELECT count(*) FROM loose_groups") == [(0,)]


def test_a_store_of_format_9_has_views_of_its_stories(store_9):
    migrate(store_9)

    query = "SELECT count(*), sum(is_canonical) FROM v_members JOIN v_stories USING (story_id)"
    assert execute(store_9, query) == [(8, 3)]


def test_the_next_dump_goes_on_in_a_store_of_format_9(command, store_9, jsonl, tmp_path):
    query = "SELECT fields FROM contents JOIN decisions USING (row) WHERE status = 'canonical'"
    known = json.loads(execute(store_9, query)[0][0])
    dump = jsonl([{**known, "id": "copy", "url": "https://copy.example/n/1.html"}])
    run = command.run(dump, "--store", store_9, out=tmp_path / "out")

    (decision,) = run.decisions
    assert decision["relation"] == "exact"
    assert decision["canonical_id"] == known["id"]


DAMAGE = {
    "a compressed cell": f"UPDATE contents SET removed = removed || x'00' WHERE row = {COMPRESSED}",
    "a compressed cell that cannot be read": "UPDATE contents SET removed = x'28B52FFD00' "
    f"WHERE row = {COMPRESSED}",
    "a checksum beside it": f"UPDATE contents SET sum = sum + 1 WHERE row = {COMPRESSED}",
    "a story score": "UPDATE story_scores SET score = score / 2",
    "days": "UPDATE lead_days SET days = days + 1",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_was_damaged_before_is_found_after_migration(store_9, damage):
    execute(store_9, damage)
    with pytest.raises(OutputError, match="damaged"):
        migrate(store_9)


def test_two_documents_of_one_id_are_refused(store_9):
    execute(store_9, "DROP INDEX documents_id")
    execute(store_9, "UPDATE documents SET doc_id = (SELECT min(doc_id) FROM documents)")
    execute(store_9, "CREATE UNIQUE INDEX documents_id ON documents (doc_id) WHERE row < 0")
    with pytest.raises(OutputError, match="damaged"):
        migrate(store_9)
    assert version_of(store_9) == 9


def test_a_run_of_an_earlier_version_is_decided_again_and_stays_as_it_was(
    command, store_9, tmp_path
):
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(store_9, out / "store.sqlite")
    with Store(store_9) as store:
        (out / "manifest.json").write_bytes(dump_json(store.get("manifest")))
        before = [each.status for each in store.results.decisions()]
    kept = (out / "store.sqlite").read_bytes()
    done = command("regroup", out, "-o", tmp_path / "again", "--quiet")
    assert done.exit_code == 0, done.stderr
    assert "not compared" in done.stderr
    assert f"dedup store {out / 'store.sqlite'}" in done.stderr
    assert [each["status"] for each in Out(tmp_path / "again").decisions] == before
    assert (out / "store.sqlite").read_bytes() == kept

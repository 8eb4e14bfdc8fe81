"""The store keeps what it was given, and refuses what it did not write."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from dedup.errors import OutputError
from dedup.json_codec import dump_json
from dedup.models import (
    CleanPage,
    Document,
    Draft,
    Extraction,
    Reason,
    Rejection,
    Removal,
    StrippedText,
)
from dedup.store import Store, StoredPart, document_tables, stored_document, stored_rejection
from dedup.store.cells import blob, pack
from dedup.store.database import FORMAT, Database

# How a pickle of protocol 2 and later begins.
PICKLES = [bytes([0x80, protocol]) for protocol in range(2, 6)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


@pytest.fixture
def stored(sample_run):
    """The store of a finished run, opened."""
    with Store(sample_run.path / "store.sqlite") as store:
        yield store


def entry(doc_id, text="some words that are kept", **known):
    document = Document(doc_id, "source", known.pop("fields", {}), text, **known)
    return stored_document(document, bytes(8))


def part(row, **arrays):
    empty = np.empty(0, np.uint32)
    arrays = {"shingles": empty, "numbers": empty, **arrays}
    absent = {"language": None, "signature": None, "lead": None}
    stored = {name: blob(values) for name, values in arrays.items()}
    return row, StoredPart(fingerprint=bytes([row]) * 16, tokens=9, **{**absent, **stored})


def foreign(path, version):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (value)")
        database.execute(f"PRAGMA user_version = {version}")
    database.close()


@pytest.mark.parametrize("version", [FORMAT + 1, 99, -1])
def test_a_store_of_another_version_is_refused(path, version):
    with Store(path):
        pass
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {version}")
    database.close()

    with pytest.raises(OutputError, match=r"not a store of this version.*--overwrite") as refused:
        Store(path)
    assert refused.value.path == path


def test_the_database_of_another_program_is_refused(path):
    foreign(path, 0)

    with pytest.raises(OutputError, match="not a store"):
        Store(path)


def test_the_database_of_another_program_is_refused_whatever_its_version(path):
    foreign(path, FORMAT)

    with pytest.raises(OutputError, match="not a store"), Store(path) as store:
        store.get("config_digest")


def test_what_is_refused_is_left_as_it_is(path):
    foreign(path, 0)
    before = path.read_bytes()

    with pytest.raises(OutputError):
        Store(path)
    assert path.read_bytes() == before


def garbage(data, rng):
    return data[:200] + rng.randbytes(len(data) - 200)


DAMAGE = {
    "not a database": lambda data, rng: b"<html>" * 1000,
    "cut short": lambda data, rng: data[: len(data) // 3],
    "garbage behind the header": garbage,
    "garbage in the header": lambda data, rng: data[:20] + rng.randbytes(80) + data[100:],
    "garbage behind the first pages": lambda data, rng: data[:49152] + rng.randbytes(90_000),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_store_is_refused_with_a_sentence(damage, command, samples, sample_run, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    whole = (sample_run.path / "store.sqlite").read_bytes()
    (out / "store.sqlite").write_bytes(damage(whole, random.Random(5)))

    done = command("run", samples / "dump", "-o", out, "--resume", "--quiet")

    assert done.exit_code == 1
    assert "store.sqlite" in done.stderr
    assert "--overwrite" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(out.glob("*.jsonl"))


def test_an_empty_file_is_an_empty_store(path):
    path.write_bytes(b"")

    with Store(path) as store:
        assert store.documents.count() == 0


def test_one_run_at_a_time(path):
    with Store(path), pytest.raises(OutputError, match="in use by another run"):
        Store(path)
    with Store(path) as store:
        assert store.get("config_digest") is None


def test_a_store_that_another_run_makes_and_closes_meanwhile_is_opened(path, monkeypatch):
    header = Database._header

    def header_before_another_run(database):
        found = header(database)
        monkeypatch.setattr(Database, "_header", header)
        Store(path).close()
        return found

    monkeypatch.setattr(Database, "_header", header_before_another_run)
    with Store(path) as store:
        assert store.documents.count() == 0


def test_a_store_that_is_closed_is_free_though_rows_are_left_to_be_read(path):
    with Store(path) as store:
        for name in ("a", "b", "c"):
            store.put(name, 1)
    with Store(path) as store:
        left = store._db.execute("SELECT * FROM meta")
        next(left)
    with Store(path):
        pass


def test_arrays_survive(path):
    rng = np.random.default_rng(1)
    values = {
        name: rng.integers(0, 2**32, size, np.uint32)
        for name, size in (("signature", 128), ("lead", 32), ("shingles", 1000), ("numbers", 7))
    }
    extreme = np.array([0, 1, 2**31, 2**32 - 1], np.uint32)
    with Store(path) as store:
        store.documents.add([entry("a"), entry("b"), entry("c")])
        store.signatures.add([part(0, **values), part(1), part(2, shingles=extreme)])
    with Store(path) as store:
        store.dumps.look_back(4)
        rows, whole, leads = store.signatures.matrices(np.array([0, 1, 2]), 128, 32)
        (shingles, bounds), (numbers, number_bounds) = store.signatures.sets(
            [2, 0, 1, 0], "shingles", "numbers"
        )

    assert rows.tolist() == [0]
    np.testing.assert_array_equal(whole[0], values["signature"])
    np.testing.assert_array_equal(leads[0], values["lead"])
    assert bounds.tolist() == [0, 4, 1004, 1004, 2004]
    whole = values["shingles"]
    np.testing.assert_array_equal(shingles, np.concatenate([extreme, whole, whole]))
    assert number_bounds.tolist() == [0, 0, 7, 7, 14]
    np.testing.assert_array_equal(numbers, np.tile(values["numbers"], 2))


def test_arrays_are_little_endian_on_every_machine(path):
    with Store(path) as store:
        store.documents.add([entry("a")])
        store.signatures.add([part(0, shingles=np.array([1, 0x01020304], ">u4"))])
    with sqlite3.connect(path) as database:
        (cell,) = database.execute("SELECT shingles FROM sets").fetchone()
    database.close()

    assert cell == bytes([1, 0, 0, 0, 4, 3, 2, 1])


def test_fields_and_texts_survive(path):
    fields = {"id": "a", "big": 2**80, "list": [1.5, None, {"ü": "日本\u0000"}], "no": False}
    text = "Überschrift\nمرحبا 日本 \U0001f600\u0000 end"
    with Store(path) as store:
        store.documents.add([entry("a", text, fields=fields, agency="AP", dateline="ROME -")])
    with Store(path) as store:
        ((own, kept, recognised, removed),) = store.documents.cleaned()

    assert (own, kept, removed) == (fields, text, ())
    assert list(own) == list(fields)
    assert recognised == {"agency": "AP", "dateline": "ROME -", "credit": None}


def test_fields_stand_as_they_are_unless_they_are_long(path):
    kept = [{"id": "a", "text": "Ein Schiff"}, {"id": "b", "html": "<p>Ein Schiff</p>" * 5_000}]
    with Store(path) as store:
        store.documents.add([entry(fields["id"], fields=fields) for fields in kept])
        assert [own for own, *_ in store.documents.cleaned()] == kept
    with sqlite3.connect(path) as database:
        short, long = database.execute("SELECT fields FROM contents ORDER BY row").fetchall()
    database.close()

    assert short == (dump_json(kept[0]),)
    assert len(long[0]) < 2_000


@pytest.mark.parametrize("cell", [b'{"id": "a', b"(no frame"])
def test_damaged_fields_are_refused_with_a_sentence(cell, path):
    with Store(path) as store:
        store.documents.add([entry("a", fields={"id": "a"})])
    with sqlite3.connect(path) as database:
        database.execute("UPDATE contents SET fields = ?", [cell])
    database.close()

    with (
        Store(path) as store,
        pytest.raises(OutputError, match=r"damaged or no store; .*--overwrite"),
    ):
        list(store.documents.cleaned())


def test_a_text_that_a_field_holds_is_had_from_there(path):
    document = Document("a", "source", {"id": "a", "body": "Ein Schiff\u2026"}, "Ein Schiff\u2026")
    with Store(path) as store:
        store.documents.add([stored_document(document, bytes(8), text_field="body")])
        assert store.documents.text(0) == "Ein Schiff\u2026"
        assert store.signatures.unsigned(-1, 9) == [(0, "Ein Schiff\u2026", None, None, None)]

        store.documents.strip([StrippedText(0, "Ein", ("Schiff",))])
        assert store.documents.text(0) == "Ein"


def test_signatures_are_stored_with_their_documents(path):
    document = Document("a", "source", {}, "some words")
    signed = stored_document(document, bytes(8), part(0, shingles=np.array([5], np.uint32))[1])
    with Store(path) as store:
        store.documents.add([signed, entry("b"), signed])

        assert store.signatures.count() == 1
        assert [row for row, *_ in store.signatures.unsigned(-1, 9)] == [1]
        assert store.signatures.sets([0], "shingles")[0][0].tolist() == [5]


def test_a_document_that_loses_lines_is_to_be_signed_again(path):
    signed = stored_document(Document("a", "source", {}, "some words"), bytes(8), part(0)[1])
    with Store(path) as store:
        store.documents.add([signed, entry("b")])
        store.documents.strip([StrippedText(0, "less", ("a line",))])

        assert [row for row, *_ in store.signatures.unsigned(-1, 9)] == [0, 1]
        assert [row for row, *_ in store.signatures.unsigned(0, 9)] == [1]


@pytest.mark.parametrize(("believed", "source"), [(True, "meta"), (False, "text")])
def test_a_page_of_an_earlier_format_keeps_whether_its_date_is_believed(path, believed, source):
    page = CleanPage(Extraction("", date="2026-03-02"), Draft("some words"))
    document = Document("a", "source", {}, "some words")
    stored = stored_document(document, bytes(8), from_page=True, digest=b"one", page=page)
    earlier = {"text": "", "date": "2026-03-02", "dated": believed}
    content = list(stored.content)
    content[2] = dump_json(earlier)
    with Store(path) as store:
        store.documents.add([stored._replace(content=tuple(content))])

        assert store.documents.recall(b"one").extraction.date_source == source


def test_a_page_is_remembered_by_its_digest(path):
    extraction = Extraction("", title="Ferry", author="Ines", date="2026-03-02", date_source="url")
    pieces = (Removal("dateline", "ROME (AP) -"),)
    draft = Draft(
        "some words", "Ferry", "Ines", agency="AP", dateline="ROME (AP) -", removed=pieces
    )
    page = CleanPage(extraction, draft)
    document = Document(
        "a", "source", {}, "some words", agency="AP", dateline="ROME (AP) -", removed=pieces
    )
    menu = Rejection(Reason.NO_TEXT, "a menu")
    with Store(path) as store:
        store.documents.add(
            [
                stored_document(document, bytes(8), from_page=True, digest=b"one", page=page),
                stored_rejection("b", "source", menu, bytes(8), from_page=True, digest=b"two"),
            ]
        )

        assert store.documents.recall(b"one") == page
        assert store.documents.recall(b"two") == menu
        assert store.documents.recall(b"three") is None

    damage = "UPDATE contents SET text = CAST('same words' AS BLOB)"
    with sqlite3.connect(path) as database:
        assert database.execute(damage).rowcount == 1
    database.close()
    with Store(path) as store, pytest.raises(OutputError, match="is damaged"):
        store.documents.recall(b"one")


def test_a_text_that_is_no_text_is_damage(path):
    with Store(path) as store:
        store.documents.add([entry("a")])
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE contents SET text = ?, text_field = NULL", [pack(b"\xff")])
        database.commit()
    with Store(path) as store, pytest.raises(OutputError, match="is damaged"):
        store.documents.text(0)


def test_what_was_removed_can_be_had_back(path):
    pieces = (Removal("dateline", "ROME (AP) -"), Removal("prompts", "Sign up!\n日本"))
    with Store(path) as store:
        store.documents.add([entry("a", removed=pieces), entry("b")])
        store.documents.strip([StrippedText(0, "less", ("a line", "another"))])

        assert store.documents.text(0) == "less"
        assert [removed for *_, removed in store.documents.cleaned()] == [
            (*pieces, Removal("residue", "a line"), Removal("residue", "another")),
            (),
        ]


def test_few_long_texts_wait_for_one_another_when_lines_are_taken_out(path, monkeypatch):
    monkeypatch.setattr(document_tables, "_CHARACTERS_AT_ONCE", 10)
    with Store(path) as store:
        store.documents.add([entry(name) for name in "abcde"])

        def changes():
            for row in range(5):
                stripped = [store.documents.text(each) == "less" for each in range(row)]
                assert stripped == [each < row // 3 * 3 for each in range(row)]
                yield StrippedText(row, "less", ("a line",))

        store.documents.strip(changes())
        assert [text for _, text, *_ in store.documents.cleaned()] == ["less"] * 5


def test_every_piece_that_the_samples_lost_is_in_the_store(stored, sample_run):
    ids = [decision.doc_id for decision in stored.results.decisions()]
    steps = {piece.step for *_, removed in stored.documents.cleaned() for piece in removed}

    assert ids == [each["id"] for each in sample_run.decisions]
    assert {"dateline", "residue"} <= steps


def test_a_batch_commits_whole_or_not_at_all(path):
    whole = entry("c")
    broken = whole._replace(document=({"no": "cell"}, *whole.document[1:]))
    with Store(path) as store:
        store.documents.add([entry("a")])
        with pytest.raises(sqlite3.ProgrammingError):
            store.documents.add([entry("b"), broken])
    with Store(path) as store:
        assert [decision.doc_id for decision in store.results.decisions()] == ["a"]


def test_the_second_document_of_an_id_is_rejected(path):
    with Store(path) as store:
        store.documents.add([entry("a"), entry("a")])
        store.documents.add([entry("a")])

        assert store.documents.count() == 3
        assert [(each[0], each[2]) for each in store.results.rejections()] == [
            ("a", "duplicate-id"),
            ("a", "duplicate-id"),
        ]


def test_a_rejection_keeps_its_reason(path):
    rejection = Rejection(Reason.TOO_SHORT, "2 tokens are left")
    with Store(path) as store:
        store.documents.add([stored_rejection("a", "from", rejection, bytes(8))])
    with Store(path) as store:
        assert list(store.results.rejections()) == [("a", "from", "too-short", "2 tokens are left")]


def test_values_under_a_name_survive(path):
    with Store(path) as store:
        store.put("what", {"a": [1, None, "ü"]})
        store.put("what", {"a": [2]})
    with Store(path) as store:
        assert store.get("what") == {"a": [2]}
        assert store.get("nothing") is None


def test_the_store_keeps_the_manifest(stored, sample_run):
    assert stored.get("manifest") == sample_run.manifest


def test_nothing_in_the_store_is_a_pickle(sample_run):
    database = sqlite3.connect(sample_run.path / "store.sqlite")
    tables = [
        name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    # Arrays of uint32 may hold any bytes; their columns are read as arrays above.
    arrays = {"fingerprint", "signature", "lead", "shingles", "numbers", "digest"}
    seen = 0
    for table in tables:
        rows = database.execute(f"SELECT * FROM {table}")
        columns = [each[0] for each in rows.description]
        for row in rows:
            for column, cell in zip(columns, row, strict=True):
                if isinstance(cell, bytes) and column not in arrays:
                    seen += 1
                    assert cell[:2] not in PICKLES, (table, column)
    database.close()

    assert seen > 100


def test_a_finished_run_leaves_one_file(sample_run):
    assert [each.name for each in sample_run.path.glob("store*")] == ["store.sqlite"]

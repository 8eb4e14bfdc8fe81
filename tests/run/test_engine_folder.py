"""The output folder of a run on an engine: files get their names, whatever interrupts it."""

from __future__ import annotations

import json

import pytest

from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write.engine_folder import EngineFolder

MOVES = {
    "d": "decisions-00000.jsonl",
    "store/documents/d": "store/documents/documents-00000.parquet",
    "store/store.json": "store/store.json",
}
RESULTS = {*MOVES.values(), "manifest.json"}


class StoppedError(Exception):
    """The process is gone."""


@pytest.fixture(params=["a path", "an address"])
def out(request, tmp_path):
    """An output folder, on this machine or at an address."""
    return Location(f"{tmp_path}/out" if request.param == "a path" else f"file://{tmp_path}/out")


def finish(folder, text):
    """Give the files of a run their names."""
    with folder.claim():
        folder.begin({"run": text})
        for name in MOVES:
            (folder.files / name).write_bytes(text.encode())
        folder.put_in_place({folder.files / name: to for name, to in MOVES.items()}, {"run": text})


def files_in(path):
    """All files below a folder."""
    return {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}


def interrupted(monkeypatch, name, step):
    """Stop a method of a location before, or behind, its call of a number."""
    done, calls = getattr(Location, name), iter(range(1000))

    def call(self, *arguments):
        if (number := next(calls)) == step // 2 and step % 2 == 0:
            raise StoppedError
        done(self, *arguments)
        if number == step // 2:
            raise StoppedError

    monkeypatch.setattr(Location, name, call)


@pytest.mark.parametrize("method", ["move", "remove", "write_bytes"])
def test_what_was_whole_is_in_place_after_the_next_claim(out, tmp_path, monkeypatch, method):
    path = tmp_path / "out"
    for step in range(100):
        (path / "decisions-00001.jsonl").parent.mkdir(exist_ok=True)
        finish(EngineFolder(out), "earlier")
        (path / "decisions-00001.jsonl").write_bytes(b"earlier")
        (path / "store/documents/documents-00001.parquet").write_bytes(b"earlier")
        with monkeypatch.context() as patched:
            interrupted(patched, method, step)
            try:
                finish(EngineFolder(out), "new")
                stopped = False
            except StoppedError:
                stopped = True
        with EngineFolder(out).claim():
            pass
        is_new = EngineFolder(out).manifest() == {"run": "new"}
        assert is_new or EngineFolder(out).manifest() == {"run": "earlier"}
        found = {(path / name).read_bytes() for name in RESULTS - {"manifest.json"}}
        assert found == {b"new" if is_new else b"earlier"}
        if is_new:
            assert files_in(path) == RESULTS
        if not stopped:
            break
    assert is_new
    assert not stopped
    assert step > 3


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(out, monkeypatch):
    finish(EngineFolder(out), "earlier")

    def fail(self):
        raise OSError("timed out")

    monkeypatch.setattr(Location, "read_bytes", fail)
    with pytest.raises(OutputError, match="timed out"):
        EngineFolder(out).begun()
    with pytest.raises(OutputError, match="timed out"):
        EngineFolder(out).manifest()


def test_a_damaged_list_moves_no_other_file(out, tmp_path):
    finish(EngineFolder(out), "earlier")
    (tmp_path / "mine").write_text("mine")
    own = out / ".dedup.engine"
    damaged = {
        "../../mine": "decisions-00000.jsonl", "files/../../../mine": "decisions-00001.jsonl",
        f"{tmp_path}/mine": "stories-00000.jsonl", "files/d": "../there",
        "files/e": f"{tmp_path}/there", "files/f": "store/../../there", "files/g": "notes.txt",
        "files/h": 1,
    }  # fmt: skip
    for name in "defgh":
        (own / "files" / name).write_bytes(b"new")
    (own / "manifest.json").write_bytes(b"{}")
    (own / "whole.json").write_bytes(json.dumps(damaged).encode())
    with EngineFolder(out).claim():
        pass

    assert (tmp_path / "mine").read_text() == "mine"
    assert files_in(tmp_path) == {"mine", "out/manifest.json"}

"""All documents of a run on an engine: parts get their names where the user says."""

from __future__ import annotations

import pytest

from dedup.errors import ConfigError, OutputError
from dedup.locations import Location
from dedup.write import SUFFIXES
from dedup.write.annotated_parts import AnnotatedParts


class StoppedError(Exception):
    """The process is gone."""


@pytest.fixture(params=["a path", "an address"])
def folder(request, tmp_path):
    """A folder on this machine or at an address."""
    return Location(f"{tmp_path}/a" if request.param == "a path" else f"file://{tmp_path}/a")


def names(folder):
    return [each.name for each in folder.entries()]


def put(folder, count, text):
    """Put parts in place."""
    parts = AnnotatedParts(folder / "all.jsonl")
    staging = parts.staging("abc")
    moves = {staging / f"{each}": f"all-{each:05}.jsonl" for each in range(count)}
    for part in moves:
        part.write_bytes(text.encode())
    (staging / "of a task that was lost").write_bytes(b"half")
    parts.put_in_place(moves, staging)


def test_parts_replace_the_file_and_all_parts_of_an_earlier_run(folder):
    others = ["all-00004.jsonl", "all-20260504.jsonl", "all.jsonl.zst"]
    for name in ("all.jsonl", "all-00000.jsonl", "all-00001.jsonl", "all-00002.jsonl", *others):
        (folder / name).write_bytes(b"earlier")
    put(folder, 2, "new")

    assert names(folder) == sorted(["all-00000.jsonl", "all-00001.jsonl", *others])
    for number in range(2):
        assert (folder / f"all-{number:05}.jsonl").read_bytes() == b"new"


@pytest.mark.parametrize("method", ["move", "remove"])
def test_what_a_stop_left_is_replaced_by_the_same_parts(folder, method, monkeypatch):
    done = getattr(Location, method)
    for step in range(20):
        for name in ("all.jsonl", *(f"all-{number:05}.jsonl" for number in range(6))):
            (folder / name).write_bytes(b"earlier")
        calls = iter(range(1000))

        def call(self, *arguments, step=step, calls=calls):
            if next(calls) == step:
                raise StoppedError
            done(self, *arguments)

        with monkeypatch.context() as patched:
            patched.setattr(Location, method, call)
            try:
                put(folder, 2, "new")
                stopped = False
            except StoppedError:
                stopped = True
        put(folder, 2, "new")
        assert names(folder) == ["all-00000.jsonl", "all-00001.jsonl"]
        if not stopped:
            break
    assert not stopped
    assert step > 1


def test_what_is_there_is_refused(folder):
    parts = AnnotatedParts(folder / "all.jsonl")
    parts.refuse_existing()
    (folder / "all-20260504.jsonl").write_bytes(b"mine")
    parts.refuse_existing()
    # A file behind a gap is in the way, too: the run may have as many parts.
    for name in ("all-00007.jsonl", "all-00000.jsonl", "all.jsonl"):
        (folder / name).write_bytes(b"mine")
        with pytest.raises(OutputError, match=f"{name} already exists; replace it with --over"):
            parts.refuse_existing()
    in_the_way = ["all.jsonl", "all-00000.jsonl", "all-00007.jsonl"]
    assert parts.in_the_way() == [folder / name for name in in_the_way]
    assert parts.existing() == [folder / name for name in in_the_way[:2]]


def test_parts_that_were_changed_are_noticed(folder):
    put(folder, 2, "new")
    parts = AnnotatedParts(folder / "all.jsonl")
    sizes = {"all-00000.jsonl": 3, "all-00001.jsonl": 3}
    assert parts.has_all(sizes)
    assert not parts.has_all({**sizes, "all-00002.jsonl": 3})
    (folder / "all-00001.jsonl").write_bytes(b"less"[:2])
    assert not parts.has_all(sizes)


@pytest.mark.parametrize(
    "name",
    ["decisions.jsonl", "survivors-00003.jsonl.gz", "store/a.jsonl", ".dedup.engine/files/a.jsonl"],
)
def test_a_file_that_the_run_replaces_itself_is_refused(folder, name):
    AnnotatedParts(folder / "all.jsonl").refuse_place_in(folder)
    AnnotatedParts(folder / name).refuse_place_in(folder / "another")
    with pytest.raises(OutputError, match="is a file of the run itself; choose another name"):
        AnnotatedParts(folder / name).refuse_place_in(folder)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "all.jsonl").mkdir()
    with pytest.raises(OutputError, match="is no regular file"):
        AnnotatedParts(Location.of(tmp_path / "all.jsonl")).refuse_place_in(Location.of(tmp_path))


def test_a_name_without_a_format_is_refused_and_no_secret_is_shown(folder):
    for name in ("all.csv", "all", ".jsonl"):
        with pytest.raises(ConfigError, match="the name must end in") as refused:
            AnnotatedParts(folder / name)
        assert all(suffix in str(refused.value) for suffix in SUFFIXES)
    with pytest.raises(ConfigError, match=r"--annotate s3://news/all: the name"):
        AnnotatedParts(Location("s3://news/all?secret_key=hidden"))


def test_a_place_that_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for place in (Location.of(tmp_path / "file" / "all.jsonl"), Location("none://a/all.jsonl")):
        with pytest.raises(OutputError, match="cannot write to"):
            AnnotatedParts(place).existing()

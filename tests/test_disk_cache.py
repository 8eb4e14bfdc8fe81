import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import disk_cache, warm_up
from dedup.signatures import word_frequencies as module
from dedup.signatures.word_frequencies import word_frequencies

DATA = bytes(range(100))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEDUP_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def fresh():
    """Forget the lists that other tests asked for."""
    module._word_frequencies.cache_clear()
    yield
    module._word_frequencies.cache_clear()


def same(one, other):
    return one.hashes.tolist() == other.hashes.tolist() and (one.zipf == other.zipf).all()


@given(st.binary())
def test_what_is_kept_is_taken_again(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cache")
    disk_cache.save(folder / "some", data)
    assert disk_cache.load(folder / "some") == data
    assert disk_cache.load(folder / "other") is None


def test_a_file_stands_alone_and_whole(folder):
    disk_cache.save(folder / "some", DATA)
    disk_cache.save(folder / "some", DATA)
    assert [path.name for path in folder.iterdir()] == ["some"]


def test_a_file_under_another_name_is_not_taken(folder):
    disk_cache.save(folder / "some", DATA)
    (folder / "some").rename(folder / "other")
    assert disk_cache.load(folder / "other") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:8],
        lambda data: data[4:],
        lambda data: data + b"\0",
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: b"\x80\x04N." + data,
    ],
    ids=["empty", "cut", "half a digest", "a number less", "longer", "a bit turned", "a pickle"],
)
def test_a_damaged_file_is_made_anew(folder, spoil):
    path = folder / "some"
    disk_cache.save(path, DATA)
    path.write_bytes(spoil(path.read_bytes()))
    assert disk_cache.load(path) is None
    disk_cache.save(path, DATA)
    assert disk_cache.load(path) == DATA


@pytest.fixture
def full(monkeypatch):
    """A disk that has no room for a file."""

    def refuse(descriptor, mode):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", refuse)
    monkeypatch.setattr(disk_cache, "unsaved", [])


def test_a_file_that_cannot_be_written_leaves_nothing(folder, full):
    with pytest.raises(OSError, match="No space"):
        disk_cache.save(folder / "some", DATA)
    assert not any(folder.iterdir())
    assert disk_cache.unsaved == [f"{folder} cannot be written (No space left on device)"]


def test_warming_a_folder_on_a_full_disk_fails(folder, fresh, full, command, monkeypatch):
    monkeypatch.setattr(warm_up, "compile_kernels", lambda: None)
    done = command("warm", "--language", "fil")
    *_, line = done.stderr.splitlines()  # before it, kernels may be compiled
    assert done.exit_code == 1
    assert re.fullmatch(
        rf"Error: not everything was kept: {folder}\S* cannot be written "
        r"\(No space left on device\)",
        line,
    )
    assert word_frequencies("fil").hashes.size  # a run goes on without


def test_a_list_of_the_cache_is_the_list_itself(folder, fresh, monkeypatch):
    made = word_frequencies("fil")
    module._word_frequencies.cache_clear()
    monkeypatch.setattr(module, "_read_list", None)
    assert same(word_frequencies("fil"), made)
    assert len(list(folder.glob("fil-wordfreq-*"))) == 1


def test_that_there_is_no_list_is_kept_as_well(folder, fresh, monkeypatch):
    assert word_frequencies("th") is None
    module._word_frequencies.cache_clear()
    monkeypatch.setattr(module, "_read_list", None)
    assert word_frequencies("th") is None


def test_without_a_cache_lists_are_made_each_time(fresh, monkeypatch):
    monkeypatch.setenv("DEDUP_CACHE", "/dev/null")
    assert word_frequencies("fil").hashes.size

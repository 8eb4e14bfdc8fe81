import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.signatures import disk_cache
from dedup.signatures import word_frequencies as module
from dedup.signatures.word_frequencies import word_frequencies

VALUES = np.arange(10, dtype=np.uint32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "dedup"


def file_of(folder):
    (path,) = folder.iterdir()
    return path


@pytest.fixture
def fresh():
    """Forget the lists that other tests asked for."""
    module._word_frequencies.cache_clear()
    yield
    module._word_frequencies.cache_clear()


def same(one, other):
    return one.hashes.tolist() == other.hashes.tolist() and np.array_equal(one.zipf, other.zipf)


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_what_is_kept_is_taken_again(tmp_path_factory, values):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        disk_cache.save("some", np.array(values, np.uint32))
        assert disk_cache.load("some").tolist() == values
        assert disk_cache.load("other") is None


def test_a_file_stands_alone_and_whole(folder):
    disk_cache.save("some", VALUES)
    disk_cache.save("some", VALUES)
    assert file_of(folder).name == "some"


def test_a_file_under_another_name_is_not_taken(folder):
    disk_cache.save("some", VALUES)
    file_of(folder).rename(folder / "other")
    assert disk_cache.load("other") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:8],
        lambda data: data[:-4],
        lambda data: data + b"\0",
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: b"\x80\x04N." + data,
    ],
    ids=["empty", "cut", "digest only", "a number less", "longer", "a bit turned", "a pickle"],
)
def test_a_damaged_file_is_made_anew(folder, spoil):
    disk_cache.save("some", VALUES)
    path = file_of(folder)
    path.write_bytes(spoil(path.read_bytes()))
    assert disk_cache.load("some") is None
    disk_cache.save("some", VALUES)
    assert disk_cache.load("some").tolist() == VALUES.tolist()


@pytest.mark.parametrize("base", ["/dev/null", "/proc"])
def test_where_nothing_can_be_written_nothing_is_kept(monkeypatch, base):
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    disk_cache.save("some", VALUES)
    assert disk_cache.load("some") is None


@pytest.mark.parametrize("given", ["", "relative/path"])
def test_without_a_folder_of_its_own_the_cache_is_under_home(monkeypatch, tmp_path, given):
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert disk_cache.cache_folder() == tmp_path / ".cache" / "dedup"


def test_a_list_of_the_cache_is_the_list_itself(folder, fresh, monkeypatch):
    made = word_frequencies("fil")
    module._word_frequencies.cache_clear()
    monkeypatch.setattr(module, "_read_list", None)
    assert same(word_frequencies("fil"), made)
    assert "wordfreq" in file_of(folder).name


def test_that_there_is_no_list_is_kept_as_well(folder, fresh, monkeypatch):
    assert word_frequencies("th") is None
    module._word_frequencies.cache_clear()
    monkeypatch.setattr(module, "_read_list", None)
    assert word_frequencies("th") is None

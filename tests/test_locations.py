"""Files and folders on this machine, or at an address."""

from __future__ import annotations

import os
import pickle

import pytest

from dedup.locations import Entry, Location, is_address


@pytest.fixture(params=["a path", "an address"])
def folder(request, tmp_path):
    """A folder that does not exist yet."""
    return Location(f"{tmp_path}/far" if request.param == "a path" else f"file://{tmp_path}/far")


# What it is


def test_a_relative_path_is_one_of_this_process(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Location.of("out") == Location.of(tmp_path / "out") == Location(str(tmp_path / "out"))
    assert Location.of("s3://news/out") == Location("s3://news/out")


@pytest.mark.parametrize("text", ["s3://news", "hdfs://name:8020/x", "abfss://a@b/c", "gs+x://y"])
def test_a_scheme_makes_an_address(text):
    assert is_address(text)
    assert not Location(text).is_local
    with pytest.raises(ValueError, match="is no path"):
        _ = Location(text).path


@pytest.mark.parametrize("text", ["news", "/s3:/news", "a/b://c", "://c", "s3:/news", "C:\\news"])
def test_all_else_is_a_path(text):
    assert not is_address(text)


def test_a_name_goes_to_the_end_of_the_path_and_before_the_options():
    assert Location("s3://news/2026/?region=eu") / "a" == Location("s3://news/2026/a?region=eu")
    assert Location("s3://news") / "a" / "b/c" == Location("s3://news/a/b/c")
    assert Location("/news/") / "a/b" == Location("/news/a/b")


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("s3://news/2026/a.jsonl?region=eu", "s3://news/2026?region=eu"),
        ("s3://news/2026/", "s3://news"),
        ("hdfs:///news", "hdfs://"),
        ("/news/a", "/news"),
    ],
)
def test_the_folder_around_it_is_without_its_name(address, folder):
    place = Location(address)
    assert place.parent == Location(folder)
    assert (place.parent / place.name).address.rstrip("/") == address.rstrip("/")


@pytest.mark.parametrize("address", ["hdfs:///news?user=me", "viewfs:///news", "s3://"])
def test_an_address_without_a_host_becomes_no_path_of_this_machine(address):
    below = Location(address) / "a"
    assert not below.is_local
    assert is_address(str(below))
    assert below.address.startswith(address.partition("?")[0] + "/")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/a/b", "b"),
        ("s3://news/a/b/?x=1/2", "b"),
        ("s3://news", ""),
        ("/a/b ü.arrow", "b ü.arrow"),
    ],
)
def test_its_name_is_the_last_component(address, name):
    assert Location(address).name == name


def test_it_is_shown_without_a_password():
    address = "s3://key:secret@news/2026?endpoint_override=http://x&token=secret"
    assert str(Location(address)) == "s3://news/2026"
    assert str(Location("/a?b@c")) == "/a?b@c"


def test_it_can_be_sent():
    location = Location("s3://news/2026")
    assert pickle.loads(pickle.dumps(location)) == location


# What it does


def test_what_was_written_is_read(folder):
    file = folder / "a" / "b c#ü.bin"
    file.write_bytes(b"one")
    assert file.read_bytes() == b"one"
    file.write_bytes(b"another")
    assert file.read_bytes() == b"another"
    assert file.info() == Entry("b c#ü.bin", is_folder=False, size=7)
    with file.read() as opened:
        opened.seek(2)
        assert opened.read(3) == b"oth"


def test_a_file_that_is_not_whole_has_no_name(folder):
    def stopped():
        with (folder / "a").written() as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (folder / "a").info() is None
    assert folder.entries() == []


def test_a_path_keeps_its_file_until_the_next_is_whole(tmp_path):
    file = Location.of(tmp_path / "a")
    file.write_bytes(b"old")
    with file.written() as opened:
        opened.write(b"new")
        opened.flush()
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208


def test_entries_are_by_name(folder):
    for name in ("b", "a", "c/d"):
        (folder / name).write_bytes(name.encode())
    assert folder.entries() == [Entry("a", False, 1), Entry("b", False, 1), Entry("c", True, 0)]
    assert (folder / "c").info() == Entry("c", is_folder=True, size=0)
    assert (folder / "none").entries() == []
    assert (folder / "none").info() is None


def test_what_is_removed_is_gone_with_all_that_it_holds(folder):
    (folder / "a" / "b" / "c").write_bytes(b"")
    (folder / "a" / "d").write_bytes(b"")
    (folder / "a" / "d").remove()
    assert [entry.name for entry in (folder / "a").entries()] == ["b"]
    (folder / "a").remove()
    (folder / "a").remove()
    assert folder.entries() == []


def test_a_file_is_moved_where_there_is_one(folder):
    (folder / "a").write_bytes(b"new")
    (folder / "b").write_bytes(b"old")
    (folder / "a").move(folder / "b")
    assert (folder / "b").read_bytes() == b"new"
    assert [entry.name for entry in folder.entries()] == ["b"]


def test_folders_are_made_above_a_file_that_is_moved(folder):
    (folder / "a").write_bytes(b"new")
    (folder / "a").move(folder / "far" / "away" / "b")
    assert (folder / "far/away/b").read_bytes() == b"new"


def test_what_is_not_there_is_an_error_of_the_system(folder):
    with pytest.raises(OSError, match="No such file"):
        (folder / "a").read_bytes()


@pytest.mark.parametrize("address", ["nothing://news/a", "s4://key:secret@news"])
def test_an_address_of_no_file_system_is_an_error_without_a_password(address):
    with pytest.raises(OSError, match=r"^cannot open \w+://news/? \(") as caught:
        Location(address).read_bytes()
    assert "secret" not in str(caught.value)


def test_a_name_may_have_what_begins_options(folder):
    names = ["a?b=1.html", "100%.html", "%41.html", "a#b.html", "a[b].html", "a b.html"]
    for name in names:
        (folder / name).write_bytes(name.encode())
        assert (folder / name).name == name
    assert [each.name for each in folder.entries()] == sorted(names)
    assert [(folder / name).read_bytes().decode() for name in names] == names

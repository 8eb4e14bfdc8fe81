from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dedup.errors import InputError
from dedup.read import Source, Tally, begins_with_page, discover
from dedup.read.discover import _distinct_tails, safe_name


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small dump, and the folder above it as the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "dump/b.html",
        "dump/a/z.html",
        "dump/a/.cache/x.html",
        "dump/a.html",
        "dump/a-b/y.html",
        "dump/.hidden.html",
        "more/b.html",
        "lines.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(*inputs):
    return [source.name for source in discover(inputs)]


def paths(*inputs):
    return [source.path.as_posix() for source in discover(inputs)]


def test_a_folder_is_walked_in_sorted_order_of_path_components(tree):
    assert names("dump") == ["a/z.html", "a-b/y.html", "a.html", "b.html"]


def test_names_are_relative_to_the_folder_however_it_is_given(tree):
    for folder in ("dump", "dump/", "./dump", tree / "dump", "more/../dump"):
        assert names(folder) == ["a/z.html", "a-b/y.html", "a.html", "b.html"]


def test_the_working_folder_can_be_given(tree, monkeypatch):
    monkeypatch.chdir(tree / "more")
    assert names(".") == ["b.html"]


def test_a_file_has_its_own_name_and_no_folder(tree):
    (source,) = discover(["dump/a/z.html"])
    assert source == Source("z.html", Path("dump/a/z.html"), len("dump/a/z.html"), None)


def test_a_file_found_in_a_folder_knows_the_folder(tree):
    assert {source.root for source in discover(["dump"])} == {(tree / "dump").resolve()}


def test_the_order_of_arguments_changes_nothing(tree):
    inputs = ["more", "-", "lines.jsonl", "dump"]
    found = list(discover(inputs))
    assert found == list(discover(inputs[::-1]))
    assert [source.name for source in found][-3:] == ["lines.jsonl", "more/b.html", "-"]


def test_stdin_comes_last_and_once(tree):
    assert list(discover(["-", "lines.jsonl", "-"]))[-1] == Source("-", None, 0, None)
    assert names("-", "lines.jsonl", "-") == ["lines.jsonl", "-"]


def test_what_starts_with_a_dot_is_passed_over_and_counted(tree):
    tally = Tally()
    list(discover(["dump"], tally=tally))
    assert tally.passed_over == {"hidden file or folder": 2}


def test_what_starts_with_a_dot_is_taken_when_it_is_named(tree):
    assert names("dump/.hidden.html") == [".hidden.html"]
    assert names("dump/a/.cache") == ["x.html"]


def test_the_files_that_crawlers_keep_beside_pages_are_passed_over_and_counted(tree):
    Path("dump/hts-cache").mkdir()
    for name in ("robots.txt", "hts-log.txt", "hts-cache/new.txt", "a/robots.txt"):
        (Path("dump") / name).touch()
    tally = Tally()
    assert [source.name for source in discover(["dump"], tally=tally)] == names("dump")
    assert not {"robots.txt", "hts-log.txt", "hts-cache/new.txt"} & set(names("dump"))
    assert tally.passed_over == {"hidden file or folder": 2, "file of a crawler, no page": 4}
    assert names("dump/robots.txt") == ["robots.txt"]
    assert "robots.txt" in names("dump", "dump/robots.txt")


def test_a_hidden_file_named_beside_its_folder_is_not_lost(tree):
    assert ".hidden.html" in names("dump", "dump/.hidden.html")


@pytest.mark.parametrize(
    "inputs",
    [
        ["dump", "dump"],
        ["dump", "./dump/"],
        ["dump", "dump/b.html"],
        ["dump", "dump/a"],
        ["dump", "dump/*.html"],
        ["./dump/a", "dump"],
    ],
    ids=str,
)
def test_what_is_named_twice_is_read_once(tree, inputs):
    assert names(*inputs) == ["a/z.html", "a-b/y.html", "a.html", "b.html"]


def test_a_link_and_its_target_are_read_once(tree):
    Path("link.jsonl").symlink_to("lines.jsonl")
    assert names("link.jsonl", "lines.jsonl") == ["lines.jsonl"]


def test_a_glob_names_what_it_finds_from_its_first_wildcard_on(tree):
    assert names("dump/*.html") == ["a.html", "b.html"]
    assert names("*/b.html") == ["dump/b.html", "more/b.html"]
    assert names("dump/**/*.html") == ["a/z.html", "a-b/y.html", "a.html", "b.html"]


def test_a_glob_walks_the_folders_it_finds(tree):
    assert names("dump/a*") == ["a/z.html", "a-b/y.html", "a.html"]
    assert names("mor[e]") == ["more/b.html"]


def test_a_name_with_wildcards_in_it_is_taken_as_it_is(tree):
    Path("dump/b[1].html").touch()
    assert names("dump/b[1].html") == ["b[1].html"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nowhere", "nowhere does not exist: check the path and its spelling"),
        ("dump/*.warc", "dump/*.warc matches no file: check the path and its spelling"),
        ("a\0b", "a\0b does not exist: check the path and its spelling"),
    ],
)
def test_an_input_that_is_not_there_is_reported_before_anything_is_read(tree, given, message):
    with pytest.raises(InputError) as error:
        discover(["dump", given])
    assert str(error.value) == message
    assert error.value.path == Path(given)


def test_a_dangling_link_given_as_input_is_missing(tree):
    Path("gone.html").symlink_to("nowhere.html")
    with pytest.raises(InputError):
        discover(["gone.html"])


def test_links_to_folders_are_not_followed_but_counted(tree):
    Path("dump/loop").symlink_to("..")
    tally = Tally()
    found = [source.name for source in discover(["dump"], tally=tally)]
    assert found == ["a/z.html", "a-b/y.html", "a.html", "b.html"]
    assert tally.passed_over["link to a folder"] == 1


def test_a_link_to_a_folder_is_walked_when_it_is_given(tree):
    Path("latest").symlink_to("dump")
    assert names("latest") == ["a/z.html", "a-b/y.html", "a.html", "b.html"]


def test_links_to_files_and_dangling_links_are_sources(tree):
    Path("more/in.html").symlink_to("b.html")
    Path("more/gone.html").symlink_to("nowhere.html")
    assert [(source.name, source.size) for source in discover(["more"])] == [
        ("b.html", 11),
        ("gone.html", 0),
        ("in.html", 11),
    ]


def test_folders_are_walked_lazily(tree):
    sources = discover(["dump"])
    assert next(sources).name == "a/z.html"
    Path("dump/a-b/late.html").touch()
    assert next(sources).name == "a-b/late.html"


def test_a_folder_that_cannot_be_listed_is_a_source_of_its_own(tree):
    sources = discover(["dump"])
    assert next(sources).name == "a/z.html"
    shutil.rmtree("dump/a-b")
    assert [source.name for source in sources] == ["a-b", "a.html", "b.html"]


def test_what_vanishes_while_its_folder_is_walked_is_a_source(tree, monkeypatch):
    class Vanished:
        name, path = "gone", "dump/gone"

        def is_dir(self, *, follow_symlinks):
            raise FileNotFoundError

    class Listing(list):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(os, "scandir", lambda _: Listing([Vanished()]))
    assert names("dump") == ["gone"]


def test_names_are_posix_and_hold_in_utf8():
    assert safe_name(Path("a", "b.html")) == "a/b.html"
    odd = safe_name(Path(os.fsdecode(b"caf\xe9")))
    assert odd == "caf\\xe9"
    assert safe_name(Path("Żółw.html")) == "Żółw.html"


def test_an_empty_folder_has_no_source(tree):
    Path("empty").mkdir()
    assert names("empty") == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["dump"], True),
        (["dump/a.html"], True),
        (["dump/*.html"], True),
        (["crawl.warc.gz"], True),
        (["lines.jsonl"], False),
        (["dump", "a-b.jsonl"], False),
        (["-"], False),
        (["bare"], False),
    ],
    ids=["folder", "page", "glob", "archive", "lines", "lines first", "stdin", "nothing"],
)
def test_names_show_whether_pages_come_first(tree, inputs, expected):
    for name in ("crawl.warc.gz", "a-b.jsonl"):
        (tree / name).touch()
    (tree / "bare").mkdir()
    assert begins_with_page(inputs) is expected


def test_what_is_missing_is_missed_before_workers_start(tree):
    with pytest.raises(InputError, match="does not exist"):
        begins_with_page(["dump", "absent"])


# --- several INPUT folders -------------------------------------------------------------------


@pytest.fixture
def days(tmp_path, monkeypatch):
    """Folders of two days and of two hosts, which hold the same relative paths."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "05/x.example/lead.html",
        "06/x.example/lead.html",
        "05/pages/a.html",
        "06/pages/a.html",
        "06/more/b.html",
        "05/news.jsonl",
        "06/news.jsonl",
        "07/.cache/a.html",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    Path("empty").mkdir()
    Path("latest").symlink_to("06")
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["05/x.example", "06/x.example"], ["05/x.example/lead.html", "06/x.example/lead.html"]),
        (["05/x.example", "05/pages"], ["pages/a.html", "x.example/lead.html"]),
        (["05/pages", "06/more"], ["pages/a.html", "more/b.html"]),
        (
            ["05/pages", "06/pages", "06/more"],
            ["05/pages/a.html", "06/more/b.html", "06/pages/a.html"],
        ),
        (["05/pages", "empty"], ["pages/a.html"]),
        (["05/pages/*", "06/pages"], ["05/pages/a.html", "06/pages/a.html"]),
        (["05/pages/*.html", "05/pages/a*"], ["a.html"]),
        (["05/pages", "05/pages/"], ["a.html"]),
        (["06/pages", "latest/pages"], ["a.html"]),
        (["05/pages", "latest/pages"], ["05/pages/a.html", "latest/pages/a.html"]),
        (["05/pages", "latest/../05/x.example"], ["pages/a.html", "x.example/lead.html"]),
        (["05/pages", "05/../06/pages/."], ["06/pages/a.html", "05/pages/a.html"]),
        (["07", "07/.cache", "05/pages"], ["pages/a.html", ".cache/a.html"]),
        (["05/pages", "05/news.jsonl"], ["news.jsonl", "a.html"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_ids_begin_with_what_distinguishes_the_input_folders(days, inputs, expected):
    assert names(*inputs) == expected
    assert names(*inputs[::-1]) == expected


def test_the_working_folder_has_its_own_name_among_input_folders(days, monkeypatch):
    monkeypatch.chdir(days / "05" / "pages")
    assert names(".", "../../06/pages") == ["05/pages/a.html", "06/pages/a.html"]
    assert names(".", "../../06/more") == ["pages/a.html", "more/b.html"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["05/news.jsonl"], ["news.jsonl"]),
        (["05/news.jsonl", "06/more/b.html"], ["news.jsonl", "b.html"]),
        (["05/news.jsonl", "06/news.jsonl"], ["05/news.jsonl", "06/news.jsonl"]),
        (["05/pages/a.html", "06/pages/a.html"], ["05/pages/a.html", "06/pages/a.html"]),
        (["05/pages", "06/pages/a.html"], ["a.html", "pages/a.html"]),
        (["05/pages", "06/more", "07/.cache/a.html"], ["pages/a.html", "more/b.html", "a.html"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_files_that_are_named_themselves_are_distinguished_as_well(days, inputs, expected):
    assert names(*inputs) == expected
    assert names(*inputs[::-1]) == expected


def test_a_folder_whose_whole_path_is_the_end_of_another_gives_no_name_twice():
    paths = [Path("/a"), Path("/x/a/b"), Path("/y/a/b")]
    tails = [tail.parts for tail in _distinct_tails(paths)]
    assert tails == [("a",), ("x", "a", "b"), ("y", "a", "b")]


def test_a_page_knows_its_place_in_the_input_folder_and_that_folder(days):
    places = [(each.place, each.folder) for each in discover(["05/pages", "06/pages"])]
    assert places == [("a.html", "pages")] * 2
    assert [(each.place, each.folder) for each in discover(["05/pages"])] == [("a.html", "")]
    assert [(each.place, each.folder) for each in discover(["05/pages/a.html"])] == [("", "")]


@pytest.mark.parametrize("address", ["s3://bucket/2024/", "https://x.example/a.html", "GS://b/*"])
def test_an_address_is_refused_with_what_is_read(days, address):
    with pytest.raises(InputError, match="is an address: files, folders, globs and -"):
        discover([address])

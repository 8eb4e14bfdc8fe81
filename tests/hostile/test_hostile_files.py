"""Files that may not be read, that are too deep, and that change while they are read."""

import os
import subprocess

import pytest
from making import line, nested, page, sentences

from dedup.config import ReadConfig
from dedup.read import Source, Tally, discover, parse_line, read_raw

COUNT = 2_000


def outcomes(folder):
    """What is read of a folder: the reason of each rejection, or nothing."""
    tally, config = Tally(), ReadConfig()
    raws = [
        raw for source in discover([folder], tally=tally) for raw in read_raw(source, config, tally)
    ]
    records = [parse_line(raw, config) for raw in raws]
    return {r.doc_id: str(r.rejection.reason) if r.rejection else "" for r in records}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_rejected_alone(tmp_path):
    (tmp_path / "a.html").write_bytes(page("a"))
    (tmp_path / "b.html").write_bytes(page("b"))
    (tmp_path / "b.html").chmod(0)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "d.html").write_bytes(page("d"))
    (tmp_path / "e.html").symlink_to(tmp_path / "c" / "d.html")
    (tmp_path / "c").chmod(0)
    found = outcomes(tmp_path)
    (tmp_path / "c").chmod(0o700)

    assert found == dict.fromkeys(["b.html", "c", "e.html"], "unreadable") | {"a.html": ""}


def test_what_is_deeper_than_the_system_can_name_is_rejected(tmp_path):
    (tmp_path / "a.html").write_bytes(page("a"))
    way = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("n" * 200, dir_fd=way)
        way, last = os.open("n" * 200, os.O_RDONLY, dir_fd=way), way
        os.close(last)
    os.close(way)
    found = outcomes(tmp_path)
    subprocess.run(["rm", "-rf", tmp_path / ("n" * 200)], check=True)

    assert sorted(found.values()) == ["", "unreadable"]


def test_a_pattern_goes_through_deep_folders_and_no_link_that_leads_back(tmp_path):
    nested(1_200, page("a"))(tmp_path / "t")
    (tmp_path / "u").symlink_to(tmp_path)
    (tmp_path / "v").symlink_to(tmp_path)
    found = outcomes(tmp_path / "**" / "*.html")
    subprocess.run(["rm", "-rf", tmp_path / "t"], check=True)

    assert found == {"t" + "/d" * 1_200 + "/a.html": ""}


@pytest.mark.parametrize("pattern", ["*", "**", "**/*"])
def test_a_pattern_leads_into_no_folder_outside(tmp_path, pattern):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.html").write_bytes(page("a"))
    (tmp_path / "dump" / "b").symlink_to("/")

    found = outcomes(tmp_path / "dump" / pattern)

    assert found.pop("a.html") == ""
    assert found in ({}, {"b": "outside-input"})


def test_a_name_that_is_too_long_names_nothing(command, tmp_path):
    done = command("run", "n" * 5_000, "-o", tmp_path / "out")

    assert done.exit_code == 1
    assert "does not exist" in done.stderr


def cut(path):
    os.truncate(path, 150_000)


def grow(path):
    with path.open("ab") as file:
        file.write(line("more"))


def overwrite(path):
    path.write_bytes(b"\0" * 500_000)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (cut, range(300, COUNT)),
        (grow, [COUNT + 1]),
        (os.unlink, [COUNT]),
        (overwrite, range(COUNT)),
    ],
)
def test_a_file_that_changes_while_it_is_read_gives_what_is_there(tmp_path, change, lines):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(line(f"moving {n}") for n in range(COUNT)))
    config = ReadConfig()
    raws = read_raw(Source("a.jsonl", path, path.stat().st_size), config, Tally())
    first = parse_line(next(raws), config)
    change(path)
    rest = [parse_line(raw, config) for raw in raws]

    assert first.text == sentences("moving 0")
    assert len(rest) + 1 in lines
    assert {str(each.rejection.reason) for each in rest if each.rejection} <= {"broken-json"}
    assert sum(each.rejection is not None for each in rest) <= 1


def test_a_file_that_is_gone_before_it_is_opened_is_rejected(tmp_path):
    for name in ("a.html", "b.html", "c.html"):
        (tmp_path / name).write_bytes(page(name))
    first, second, third = discover([tmp_path])
    first.path.unlink()
    second.path.unlink()
    second.path.mkdir()
    third.path.unlink()
    os.mkfifo(third.path)
    for source in (first, second, third):
        (found,) = read_raw(source, ReadConfig(), Tally())
        assert str(found.rejection.reason) == "unreadable"

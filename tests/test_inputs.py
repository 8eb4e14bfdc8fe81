"""Inputs of every kind through the command: what becomes a document, and under which id."""

from __future__ import annotations

import random

import pytest

WORDS = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]


def prose(seed, words=120):
    """A text of that many words, in paragraphs of twenty."""
    rng = random.Random(seed)
    return "\n".join(
        " ".join(rng.choices(WORDS, k=20)).capitalize() + "." for _ in range(words // 20)
    )


def page(seed, head=""):
    """A page with a text of its own."""
    paragraphs = "".join(f"<p>{each}</p>" for each in prose(seed).split("\n"))
    return (
        f"<html><head><title>Report {seed}</title>{head}</head>"
        f"<body><article><h1>Report {seed}</h1>{paragraphs}</article></body></html>"
    )


@pytest.fixture
def dump(tmp_path, monkeypatch):
    """Write files into a folder, which is the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


class TestIds:
    def test_two_day_folders_with_the_same_paths_keep_both_articles(self, command, dump):
        dump({f"{day}/x.example/lead.html": page(day) for day in ("05", "06")})
        run = command.run("05", "06", out="out")
        assert run.status() == {
            "05/x.example/lead.html": "unique",
            "06/x.example/lead.html": "unique",
        }
        assert command.run("06", "05", out="again").tables() == run.tables()

    def test_one_input_folder_has_ids_without_its_name(self, command, dump):
        dump({"05/x.example/lead.html": page(1)})
        assert list(command.run("05", out="out").status()) == ["x.example/lead.html"]


@pytest.mark.parametrize(
    "option", [["-o", "s3://bucket/out"], ["-o", "out", "--store", "gs://b/s"]]
)
def test_results_are_not_written_to_an_address(command, dump, option):
    dump({"a.html": page(1)})
    result = command("run", "a.html", *option)
    assert result.exit_code == 1
    assert "is an address: results are written to this machine, give a path" in result.stderr


def test_an_address_as_input_is_answered_with_what_is_read(command, dump):
    result = command("run", "s3://bucket/news/", "-o", "out")
    assert result.exit_code == 1
    assert "s3://bucket/news/ is an address" in result.stderr
    assert "Traceback" not in result.stderr

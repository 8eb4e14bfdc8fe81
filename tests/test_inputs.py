"""Inputs of every kind through the command: what becomes a document, and under which id."""

from __future__ import annotations

import io
import json
import random
import zipfile

import pytest

from dedup import Config, deduplicate
from dedup.config import ReadConfig

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


SECTIONS = {
    "in/sport/a.html": page(1),
    "in/sport/b.txt": prose(2),
    "in/news/sport.html": page(3),
    "in/old/c.html": page(4),
}


class TestSelection:
    @pytest.mark.parametrize(
        ("options", "ids", "left_out"),
        [
            (["--include", "*.html"], ["news/sport.html", "old/c.html", "sport/a.html"], 1),
            (["--include", "sport/**"], ["sport/a.html", "sport/b.txt"], 2),
            (["--include", "sport"], ["sport/a.html", "sport/b.txt"], 2),
            (["--include", "*.txt", "--include", "old/*"], ["old/c.html", "sport/b.txt"], 2),
            (["--exclude", "old"], ["news/sport.html", "sport/a.html", "sport/b.txt"], 1),
            (["--exclude", "sport/", "--exclude", "c.*"], ["news/sport.html"], 2),
            (["--include", "*.html", "--exclude", "**/s*.html"], ["old/c.html", "sport/a.html"], 2),
        ],
        ids=str,
    )
    def test_files_are_left_out_and_counted(self, command, dump, options, ids, left_out):
        dump(SECTIONS)
        run = command.run("in", *options, out="out")
        assert list(run.status()) == ids
        passed_over = run.manifest["read"]["passed_over"]
        assert passed_over == {"left out by --include or --exclude": left_out}
        listed = command("run", "in", *options, "--dry-run").stderr
        assert all(each in listed for each in ids)
        assert f"{len(ids)} files" in listed

    def test_of_an_archive_in_a_folder_members_are_left_out(self, command, dump):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("a.html", page(1))
            file.writestr("b.txt", prose(2))
        dump({"in/p.zip": archive.getvalue(), "in/c.txt": prose(3)})
        run = command.run("in", "--include", "*.html", out="out")
        assert run.status() == {"p.zip/a.html": "unique"}
        assert command.run("in", "--exclude", "p.zip", out="none").status() == {"c.txt": "unique"}

    def test_one_folder_and_several_are_selected_from_by_the_same_paths(self, command, dump):
        dump({f"{day}/sport/a.html": page(day) for day in ("05", "06")})
        run = command.run("05", "06", "--exclude", "06/*", out="out")
        assert list(run.status()) == ["05/sport/a.html", "06/sport/a.html"]

    def test_the_cleaning_command_counts_what_is_left_out(self, command, dump):
        dump(SECTIONS)
        result = command("clean", "in", "--include", "*.html", "-o", "out.jsonl")
        assert "3 inputs: 3 cleaned, 0 rejected" in result.stderr
        assert "passed over: 1 left out by --include or --exclude" in result.stderr

    def test_the_library_selects_as_well(self, dump):
        dump(SECTIONS)
        config = Config(read=ReadConfig(exclude=("old", "*.txt")))
        assert len(deduplicate("in", config=config).decisions) == 2

    @pytest.mark.parametrize("option", ["--include", "--exclude"])
    @pytest.mark.parametrize(("glob", "message"), [("", "give a glob"), ("../a", "have no '..'")])
    def test_a_glob_that_matches_nothing_is_refused(self, command, dump, option, glob, message):
        dump(SECTIONS)
        result = command("run", "in", "-o", "out", option, glob)
        assert result.exit_code != 0
        assert message in result.stderr


class TestExcludedHosts:
    LINK = '<link rel="canonical" href="https://{}/a">'

    @pytest.fixture
    def inputs(self, dump):
        """Documents of hosts that are told in every way."""
        dump(
            {
                "in/record.jsonl": json.dumps(
                    {"id": "text", "url": "https://www.x.example/1", "text": prose(1)}
                )
                + "\n"
                + json.dumps({"id": "page", "url": "http://news.x.example/2", "html": page(2)})
                + "\n"
                + json.dumps({"id": "other", "url": "https://notx.example/3", "text": prose(3)}),
                "in/declared.html": page(4, self.LINK.format("X.example")),
                "in/x.example/mirrored.html": page(5),
                "in/y.example/kept.html": page(6),
                "in/unknown.html": page(7),
            }
        )
        return "in"

    @pytest.mark.parametrize("host", ["x.example", "X.EXAMPLE", "*.x.example", "www.x.example."])
    def test_documents_of_a_host_are_rejected_in_every_format(self, command, inputs, host):
        run = command.run(inputs, "--exclude-host", host, "--strict", out="out")
        refused = {each["id"] for each in run.rejected if each["reason"] == "excluded-host"}
        assert refused == {"text", "page", "declared.html", "x.example/mirrored.html"}
        counts = run.manifest["counts"]
        assert (counts["inputs"], counts["unique"], counts["rejected"]) == (7, 3, 4)

    def test_the_cleaning_command_leaves_them_out_as_well(self, command, inputs):
        options = ["--exclude-host", "x.example", "--exclude-host", "y.example", "--strict"]
        result = command("clean", inputs, *options)
        kept = {json.loads(line)["id"] for line in result.stdout.splitlines()}
        assert (kept, result.exit_code) == ({"other", "unknown.html"}, 0)

    @pytest.mark.parametrize("host", ["https://x.example/", "x.example/a", "a b", ""])
    def test_what_is_no_host_is_refused(self, command, inputs, host):
        result = command("run", inputs, "-o", "out", "--exclude-host", host)
        assert result.exit_code != 0
        assert "give a host alone, as in news.example" in result.stderr


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

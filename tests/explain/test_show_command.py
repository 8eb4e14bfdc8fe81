"""`dedup show`: what it prints of documents, stories and lists, and what it refuses."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from rich.cells import cell_len
from runs import dated_article, text_of

FERRY = "harborpost.example/2026/03/14/ferry-aground.html"


@pytest.fixture
def show(command, samples_run):
    """Call `dedup show` on the sample pages, or on another OUT."""

    def call(*arguments, out=samples_run, exit_code=0):
        done = command("show", out, *arguments)
        assert done.exit_code == exit_code, done.output
        return done

    return call


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def listed(show, *arguments, **options):
    return lines(show("--limit", 0, "--json", *arguments, **options))


# Filters of documents, and which decisions pass them.
FILTERS = {
    (): lambda each: True,
    ("--status", "duplicate"): lambda each: each["status"] == "duplicate",
    ("--status", "unique", "--status", "rejected"): lambda each: (
        each["status"] in ("unique", "rejected")
    ),
    ("--relation", "near"): lambda each: each["relation"] == "near",
    ("--max-score", "0.7"): lambda each: each["score"] is not None and each["score"] <= 0.7,
    ("--host", "harborpost.example"): lambda each: each["host"] == "harborpost.example",
    ("--host", "https://www.HarborPost.example/x"): lambda each: (
        each["host"] == "harborpost.example"
    ),
    ("--host", "example"): lambda each: each["host"] is not None,
    ("--host", "post.example"): lambda each: False,
    ("--title", "FERRY kell"): lambda each: all(
        word in (each["title"] or "").lower() for word in ("ferry", "kell")
    ),
}


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations_with_replacement(FILTERS, 2)])
def test_a_document_is_listed_if_it_passes_all_filters(show, sample_run, one, other):
    expected = [
        each["id"] for each in sample_run.decisions if FILTERS[one](each) and FILTERS[other](each)
    ]
    options = one if one == other else (*one, *other)
    if one != other and one and other and one[0] == other[0]:  # the second replaces or adds
        return
    assert [each["id"] for each in listed(show, "--documents", *options)] == expected


def test_a_listed_document_says_what_its_decision_says(show, sample_run):
    for decision, line in zip(sample_run.decisions, listed(show, "--documents"), strict=True):
        assert {name: line[name] for name in decision} == decision
    rejected = {each["id"]: each for each in sample_run.rejected}
    for line in listed(show, "--status", "rejected"):
        expected = rejected.pop(line["id"])
        assert {name: line[name] for name in expected} == expected
    assert rejected == {}


def test_a_listed_story_says_what_its_line_says(show, sample_run):
    stories = {each["story_id"]: each for each in sample_run.stories}
    for line in listed(show):
        expected = stories.pop(line["story_id"])
        shared = line.keys() & expected.keys()
        assert {"size", "weakest", "outlets", "origins", "first_date"} <= shared
        assert {name: line[name] for name in shared} == {name: expected[name] for name in shared}
    assert stories == {}


@pytest.mark.parametrize("options", [each for each in FILTERS if "--host" in each])
def test_a_story_is_listed_if_one_of_its_documents_passes(show, sample_run, options):
    found = {each["story_id"] for each in listed(show, *options)}

    assert found == {
        each["story_id"]
        for each in sample_run.decisions
        if each["story_id"] and FILTERS[options](each)
    }


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("size", lambda each: (-each["size"], each["story_id"])),
        ("weakest", lambda each: (each["weakest"]["score"], each["story_id"])),
        ("date", lambda each: each["last_date"] or ""),
    ],
)
def test_stories_are_sorted(show, sort, key):
    found = listed(show, "--sort", sort)
    keys = [key(each) for each in found]

    assert keys == sorted(keys, reverse=sort == "date")
    assert len(found) == len({each["story_id"] for each in found}) > 10
    assert listed(show, "--sort", sort) == found


def test_documents_are_in_the_order_of_the_inputs_or_sorted(show, sample_run):
    everything = [each["id"] for each in sample_run.decisions]
    by_score = listed(show, "--documents", "--sort", "weakest")
    scores = [each["score"] for each in by_score]
    known = [each for each in scores if each is not None]
    by_date = [each["date"] or "" for each in listed(show, "--documents", "--sort", "date")]
    by_size = [each["size"] or 0 for each in listed(show, "--documents", "--sort", "size")]

    assert [each["id"] for each in listed(show, "--documents")] == everything
    assert scores == sorted(known) + [None] * (len(scores) - len(known))
    assert by_date == sorted(by_date, reverse=True)
    assert by_size == sorted(by_size, reverse=True)


def test_days_are_inclusive_and_documents_without_a_date_are_counted(show):
    everything = listed(show, "--documents")
    undated = sum(each["date"] is None for each in everything)
    done = show("--documents", "--since", "2026-03-10", "--until", "2026-03-12", "--json",
                "--limit", 0)  # fmt: skip

    assert [each["id"] for each in lines(done)] == [
        each["id"]
        for each in everything
        if each["date"] and "2026-03-10" <= each["date"][:10] <= "2026-03-12"
    ]
    assert f"{undated} documents without a date are left out" in done.stderr
    assert "left out" in show("--since", "2026-03-10", "--limit", 0).stderr


def test_a_least_size_holds_for_stories_and_for_documents(show):
    assert {each["size"] for each in listed(show, "--min-size", 4)} == {4}
    assert {each["size"] for each in listed(show, "--documents", "--min-size", 3)} == {3, 4}


def test_what_the_limit_leaves_out_is_said_on_stderr_alone(show):
    done = show("--limit", 2)

    assert len(done.stdout.splitlines()) == 3  # with headings
    assert done.stderr == "14 of 16 are left out; --limit 0 lists all\n"
    assert show("--limit", 0).stderr == ""
    assert show("--limit", 2, "-q").stderr == ""
    said = show("--host", "nowhere.example").stderr
    assert said == "nothing fits\nno document is of a host nowhere.example\n"
    said = show("--host", "harborpost.example", "--title", "zeppelin").stderr
    assert said == "nothing fits\n"


def test_the_copies_of_a_document_are_listed_from_any_of_them(show):
    story = json.loads(show("s-fa1b6d08", "--json").stdout)
    first, *copies = [each["id"] for each in story["members"]]
    assert all(each["copy_of"] == first for each in story["members"][1:])

    def found(name):
        return {each["id"] for each in listed(show, "--copy-of", name)}

    assert found(first) == set(copies)
    assert found(copies[0]) == {first, *copies[1:]}


def test_a_table_has_what_json_has(show):
    for options in ((), ("--documents",)):
        table = [*csv.DictReader(io.StringIO(show("--limit", 0, "--csv", *options).stdout))]
        for row, line in zip(table, listed(show, *options), strict=True):
            for name, value in row.items():
                first, _, inner = name.partition(".")
                expected = line[first]
                if inner:
                    expected = (expected or {}).get(inner)
                if isinstance(expected, list):
                    expected, value = expected, json.loads(value)
                elif isinstance(expected, (int, float)):
                    value = type(expected)(value)
                assert value == ("" if expected is None else expected)


def test_a_document_is_printed_whole_with_its_text_and_what_cleaning_removed(show):
    document = json.loads(show("quarry-inquiry", "--json").stdout)
    text = show("quarry-inquiry").stdout

    assert document["removed"][0]["step"] == "residue"
    for part in (
        document["id"], document["url"], document["title"], document["reason"],
        document["text"], document["removed"][0]["text"], "residue",
        "canonical, stands for 1 other",
    ):  # fmt: skip
        assert part in text


def test_a_story_is_printed_with_its_canonical_first_and_copies_below(show):
    text = show("fa1b6d08").stdout
    members = text[text.index("relation ") :].splitlines()

    assert members[1].startswith("canonical ")
    assert members[3].startswith("└ ")
    assert "weakest link" in text
    assert "independent telling" in text


def test_side_by_side_asks_for_a_story_and_shows_each_other_member(show):
    done = show("ferry-aground", "--side-by-side")
    assert done.stdout.count("\ncanonical    ") == 3
    assert done.stdout.startswith("\nweakest link 0.58 probability, without the canonical\none  ")
    assert "Kell Island ferry" in done.stdout

    story = json.loads(show("ferry-aground", "--side-by-side", "--json").stdout)
    others = [each["member"]["id"] for each in story["side_by_side"]]
    assert others[1:] == [each["id"] for each in story["members"][1:]]
    assert story["side_by_side"][0]["is_weakest_link"] is True
    unique = show("2026/03/10/forecast.html", "--side-by-side", exit_code=1)
    assert "is in no story; show it as a document" in unique.stderr


def test_several_names_are_shown_one_after_another(show):
    found = lines(show("ferry-aground", "s-fa1b6d08", "--json"))

    assert [each.get("id") or each["story_id"] for each in found] == [FERRY, "s-fa1b6d08c7078a22"]


def test_raw_prints_the_bytes(command, samples_run, samples):
    done = command.installed("show", samples_run, FERRY, "--raw")
    assert done.stdout == (samples / "dump" / FERRY).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["no such document"], 1, "no document has no such document in its id"),
        (["example"], 1, "and 5"),
        ([""], 1, "is empty"),
        (["--raw"], 2, "--raw: name what to show"),
        (["--side-by-side"], 2, "--side-by-side: name what to show"),
        ([FERRY, "--limit", "3"], 2, "--limit is for lists"),
        ([FERRY, "--host", "a.example"], 2, "--host is for lists"),
        (["--json", "--csv"], 2, "--json and --csv: give one"),
        ([FERRY, FERRY, "--csv"], 2, "give one NAME"),
        (["--since", "yesterday"], 2, "--since yesterday: give a day as in 2026-03-31"),
        (["--until", "2026-02-30"], 2, "--until 2026-02-30: give a day"),
        (["--status", "gone"], 2, "'gone'"),
        (["--max-score", "2"], 2, "2"),
        (["--copy-of", "no such document"], 1, "no document has"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(show, arguments, exit_code, sentence):
    done = show(*arguments, exit_code=exit_code)
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_folder_without_a_run_is_refused(command, tmp_path):
    done = command("show", tmp_path)
    assert (done.exit_code, "holds no finished run" in done.stderr) == (1, True)


def test_a_reader_that_has_enough_ends_it_silently(command, samples_run):
    line = f"'{command.program}' show '{samples_run}' --documents --limit 0 --json | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


@pytest.mark.parametrize("arguments", [[], ["--documents"], [FERRY], ["--csv"]], ids=" ".join)
def test_an_answer_that_cannot_be_written_is_an_error(command, samples_run, arguments):
    call = [command.program, "show", str(samples_run), *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, "stdout cannot be written" in done.stderr) == (1, True)


HOSTILE = "<b>[red]\x1b[31m\u202e\x9b\u2028\x00'"


@pytest.fixture(scope="module")
def hostile(opened):
    body = f"{text_of('hostile')} {HOSTILE}"
    records = [
        dated_article(f"one\n{'y' * 10_000}", body, title=HOSTILE),
        dated_article("two\ud800\x1b[2J", body, title=f"=HYPERLINK({HOSTILE})", source="\x1b[2J"),
        dated_article("@three", text_of("three"), title="-1+1"),
        {"id": "four\x07", "title": HOSTILE, "text": ""},
    ]
    return opened(records).path


@pytest.mark.parametrize("width", [20, 80, 200])
@pytest.mark.parametrize(
    "arguments",
    [["one"], ["two"], ["four"], [], ["--documents"], ["s-", "--side-by-side"], ["one", "two"]],
    ids=" ".join,
)
def test_all_that_is_printed_can_be_printed(show, hostile, monkeypatch, width, arguments):
    monkeypatch.setenv("COLUMNS", str(width))
    text = show(*arguments, out=hostile).stdout

    assert all(line.isprintable() for line in text.split("\n"))
    assert "31m" not in text or "\\x1b[31m" in text


def test_an_ambiguous_name_of_hostile_documents_is_listed_printably(show, hostile):
    done = show("\x1b[31m", out=hostile, exit_code=1)
    assert all(line.isprintable() for line in done.stderr.splitlines())


def test_a_table_has_no_cell_that_a_spreadsheet_would_run(show, hostile):
    rows = [*csv.reader(io.StringIO(show("--documents", "--csv", out=hostile).stdout))]

    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert {"'@three", "'-1+1"} <= {cell for row in rows for cell in row}
    document = [*csv.reader(io.StringIO(show("@three", "--csv", out=hostile).stdout))]
    assert dict(zip(*document, strict=True))["id"] == "'@three"


def test_a_carriage_return_in_a_table_begins_no_row(command, opened):
    title = "Ferry\r=HYPERLINK(1)"
    out = opened([dated_article("one", text_of("one"), title=title)]).path
    call = [command.program, "show", str(out), "--documents", "--csv"]
    done = subprocess.run(call, capture_output=True, check=True)

    table = io.StringIO(done.stdout.decode(), newline="")

    assert [row["title"] for row in csv.DictReader(table)] == [title]


def test_a_table_on_a_terminal_has_no_character_that_it_obeys(command, hostile):
    ours, theirs = os.openpty()
    call = [command.program, "show", str(hostile), "--documents", "--csv"]
    with subprocess.Popen(call, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # its other end is closed
            while part := os.read(ours, 1 << 16):
                shown += part
        os.close(ours)
    assert process.returncode == 0
    assert b"\\x1b" in shown
    assert all(line.isprintable() for line in shown.decode().replace("\r\n", "\n").split("\n"))


def test_json_is_a_line_without_control_characters(show, hostile):
    *found, last = show("--documents", "--json", "--limit", 0, out=hostile).stdout.split("\n")

    assert (len(found), last) == (4, "")
    for line in found:
        assert not [each for each in line if each < " " or "\x7f" <= each <= "\x9f"]
        assert json.loads(line)["source"] == "records.jsonl"


def test_lists_are_of_the_dump_of_the_folder(command, tmp_path, jsonl, show):
    store = tmp_path / "news.sqlite"
    days = [
        [dated_article("a", text_of("x")), dated_article("b", text_of("x"))],
        [dated_article("c", text_of("x"), day=2), dated_article("d", text_of("y"), day=2)],
    ]
    for number, records in enumerate(days):
        command.run(jsonl(records, f"{number}.jsonl"), "--store", store, out=tmp_path / str(number))
    first, second = (
        [each["id"] for each in listed(show, "--documents", "--store", store, out=tmp_path / name)]
        for name in "01"
    )
    (story,) = listed(show, "--store", store, out=tmp_path / "0")

    assert (first, second) == (["a", "b"], ["c", "d"])
    assert story["size"] == 3  # as the store has it now
    command("store", store, "--remove-last", "--quiet")
    gone = show("--store", store, out=tmp_path / "1", exit_code=1)
    assert "does not have the dump" in gone.stderr


def test_the_command_below_a_story_explains_its_weakest_link(show, command):
    printed = show("--sort", "weakest", "--limit", 0).stdout
    commands = [shlex.split(line) for line in printed.splitlines() if line.startswith("  dedup")]
    links = [each["weakest"] for each in listed(show, "--sort", "weakest")]

    assert [each[-2:] for each in commands] == [[link["left"], link["right"]] for link in links]
    assert command(*commands[0][1:]).stdout.startswith("One story")


@pytest.mark.parametrize(
    "word", ["plain/a.html", "a b", "it's", "$(x) `y`", "\x1b[2J\\'", "\u202eb\n", "é\x9b", ""]
)
def test_a_word_of_a_command_is_read_by_a_shell_as_it_was(word):
    from dedup.cli.shown_lists import pasted

    line = f"LC_ALL=C.UTF-8; printf %s {pasted(word)}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)

    assert done.stdout.decode() == word
    assert pasted(word).isprintable()


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_a_terminal_gets_no_character_that_it_obeys(command, jsonl, tmp_path, form):
    bad = "Ferry\x1b[2J \u202e\x9b aground"
    out = command.run(
        jsonl([{"id": "a", "title": bad, "text": text_of(1)}]), out=tmp_path / "o"
    ).path
    line = f"{sys.executable} -m dedup show {out} --documents {form}"
    done = subprocess.run(
        ["script", "-qec", line, str(tmp_path / "log")], capture_output=True, check=True
    )
    shown = done.stdout.decode().replace("\r\n", "\n")

    assert "aground" in shown
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown)
    if form == "--json":
        assert json.loads(shown[shown.index("{") :])["title"] == bad
    else:
        assert bad in command("show", out, "--documents", form).stdout


@pytest.mark.parametrize("width", [80, 200])
def test_a_line_is_as_wide_as_a_terminal_at_most(samples_run, width):
    from rich.console import Console

    from dedup.cli.shown_lists import print_documents, print_stories
    from dedup.explain.open_run import open_run

    written = io.StringIO()
    target = Console(
        file=written, width=width, force_terminal=True, color_system=None, markup=False
    )
    with open_run(samples_run) as run:
        print_stories(iter(run.stories(limit=0).rows), target, None)
        print_documents(iter(run.documents(limit=0).rows), target)
    assert max(map(cell_len, written.getvalue().splitlines())) <= width
    assert "…" in written.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE stories SET body = CAST(replace(body, 'members', 'nembers') AS BLOB)",
        "UPDATE stories SET body = x'7b'",
        "DELETE FROM stories",
        "DELETE FROM documents WHERE row % 2",
        "UPDATE decisions SET relation = 'nothing' WHERE relation IS NOT NULL",
        "UPDATE contents SET fields = x'28b52ffd00'",
        "UPDATE contents SET removed = x'00'",
    ],
)
@pytest.mark.parametrize(
    "arguments", [[], ["--documents"], [FERRY], ["s-fa1b6d08"], ["--sort", "weakest"]], ids=str
)
def test_a_damaged_store_gives_an_answer_or_a_sentence(
    command, samples_run, tmp_path, damage, arguments
):
    out = tmp_path / "out"
    shutil.copytree(samples_run, out)
    with closing(sqlite3.connect(out / "store.sqlite")) as store, store:
        store.execute(damage)
    done = command("show", out, *arguments, "-q")  # an error of another kind fails the test

    assert done.exit_code in (0, 1)
    if done.exit_code:
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("Error: ")


def test_a_terminal_without_other_letters_gets_their_escapes(command, samples_run):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = command.installed("show", samples_run, env=environment)

    assert (done.returncode, b"\\u" in done.stdout, done.stdout.isascii()) == (0, True, True)


def test_a_score_that_is_no_number_is_wrong_usage(command, samples_run):
    done = command("show", samples_run, "--max-score", "nan")

    assert done.exit_code == 2
    assert "nan is no number" in done.stderr

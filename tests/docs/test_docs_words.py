"""The pages have every option and every fixed word, and no word that only the code once knew."""

from __future__ import annotations

import re
import sqlite3
from itertools import chain

import click
import pytest
from pages import DOCS, PAGES, blocks, codes, name_of, prose, rows, section, text_of
from runs import ROOT, read_lines

from dedup.cli import main
from dedup.cli.settings_file import read_settings
from dedup.cli.settings_values import values_for
from dedup.cluster.canonical import DEFAULT_ORDER, RULES
from dedup.models import Reason, Relation, Status
from dedup.store.schema import FORMAT, SCHEMA

PRIVATE = re.compile(
    r"\b(?:told|twins?|heads?|write-ups?|rivals?|rivalry|furniture|residue|likeness(?:es)?|blast|"
    r"shelf|unite[ds]?|lateness)\b",
    re.IGNORECASE,
)
"""Words that stood for other things than they do in the field."""

SHARED = "Options for reading and cleaning"
SETTINGS = "Settings file"

OPTIONS = [
    pytest.param(command, option, id=f"{command.name} {option.opts[0]}")
    for command in main.commands.values()
    for option in command.params
    if isinstance(option, click.Option)
]


def shown(option):
    """The names of an option that the help shows; old names that still work are not shown."""
    record = option.get_help_record(click.Context(main))
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", record[0])) if record else set()


def options_in(command):
    """The rows on the options of a command, by what stands in their first cell."""
    parts = [section("docs/commands.md", each) for each in (f"dedup {command.name}", SETTINGS)]
    if command.name in ("run", "clean"):
        parts.append(section("docs/commands.md", SHARED))
    return {code: row for part in parts for row in rows(part) for code in codes(row[0])}


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_has_help_and_stands_in_the_reference(command, option):
    listed = options_in(command).keys() & set(option.opts)

    assert option.help
    assert listed == shown(option)


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_the_reference_has_the_default_of_every_option(command, option):
    for name in shown(option):
        default = options_in(command)[name][-1].strip("`")
        if isinstance(option.show_default, str):
            assert default == option.show_default
        elif is_default_shown(option):
            assert float_or_word(default.replace(",", "")) == option.default
        else:
            assert default in ("", "never")


def is_default_shown(option):
    """Return whether the help shows a default: it does for all values but flags."""
    has_value = isinstance(option.default, str | int | float) and not option.is_flag
    return has_value and option.show_default is not False


def float_or_word(text):
    """A number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("command", main.commands.values(), ids=lambda command: command.name)
def test_the_reference_has_no_option_that_the_command_has_not(command):
    known = {name for option in command.params for name in option.opts}

    assert {name for name in options_in(command) if name.startswith("-")} <= known


SETTINGS_FILES = [
    pytest.param(block.text, each, id=f"{name_of(page)} {each.name}")
    for page in PAGES
    for block in blocks(page)
    for each in main.commands.values()
    if block.language == "toml"
]


@pytest.mark.parametrize(("text", "command"), SETTINGS_FILES)
def test_a_settings_file_that_a_page_shows_can_be_read(text, command, tmp_path):
    name = "pyproject.toml" if "[tool.dedup" in text else "dedup.toml"
    (tmp_path / name).write_text(text, "utf-8")
    values = read_settings(tmp_path / name)

    others = {"diff", "evaluate", "explain", "label", "regroup", "report", "show", "store", "tune"}
    assert values_for(values, command, main.commands) or command.name in {*others, "warm"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_an_option_that_there_is_not(page):
    sources = chain((ROOT / "scripts").iterdir(), [ROOT / "docs" / "contributing.md"])
    of_scripts = {
        name
        for source in sources
        if source.is_file()
        for name in re.findall(r"--[a-z][a-z-]*", source.read_text("utf-8"))
    }
    known = {name for _, option in (each.values for each in OPTIONS) for name in shown(option)}
    of_others = {
        "--rm",
        "--network",
        "--master",
        "--conf",
        "--user",
        "--read-only",
        "--tmpfs",
        "--setting",
        "--json-lines",
    }
    known |= {"--help", "--version", "--skip-editable", "--no-"} | of_others | of_scripts
    known |= {f"--no-{name[2:]}" for name in known}  # of a flag that a settings file sets
    history = page.name == "CHANGELOG.md"  # it names options that were renamed

    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page.read_text("utf-8")))
    assert history or named <= known


@pytest.mark.parametrize(
    ("heading", "words"),
    [("Status", Status), ("Relations", Relation), ("Rejected inputs", Reason)],
)
def test_every_fixed_word_is_explained_once(heading, words):
    listed = [word for row in rows(section("docs/outputs.md", heading)) for word in codes(row[0])]

    assert sorted(listed) == sorted(words)


def test_every_change_to_an_earlier_story_is_explained():
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "dedup").rglob("*.py"))
    kinds = set(re.findall(r'"change": "(\w+)"', sources))
    listed = {row[0].strip("`") for row in rows(section("docs/outputs.md", "Changes"))}

    assert len(kinds) == 4
    assert listed == kinds


def test_the_rules_of_the_election_stand_in_the_order_in_which_they_decide():
    listed = [row[0] for row in rows(section("docs/how-it-decides.md", "Election"))]
    rules = [code for cell in listed for code in codes(cell)]

    assert rules[: len(DEFAULT_ORDER)] == list(DEFAULT_ORDER)
    assert set(rules[len(DEFAULT_ORDER) :]) == {
        *(RULES.keys() - set(DEFAULT_ORDER)),
        "field:NAME:asc",
        "field:NAME:desc",
    }


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("Survivors", "survivors"),
        ("Decisions", "decisions"),
        ("Stories", "stories"),
        ("Rejected inputs", "rejected"),
    ],
)
def test_every_field_of_an_output_is_named(heading, file, sample_run):
    named = set(codes(section("docs/outputs.md", heading)))
    lines = read_lines(sample_run.path / f"{file}.jsonl")
    fields = {field for line in lines for field in line}
    fields |= {field for line in lines for part in line.get("members", []) for field in part}

    assert fields - {"dedup"} <= named


def test_every_key_of_the_manifest_is_explained(sample_run):
    listed = {
        code for row in rows(section("docs/outputs.md", "Manifest")) for code in codes(row[0])
    }

    assert sample_run.manifest.keys() - {"blast_radius"} == listed  # an alias for one release


@pytest.mark.parametrize(("heading", "kind"), [("Schema", "table"), ("Views", "view")])
def test_every_column_of_the_store_is_explained(heading, kind):
    described = {
        row[0].strip("`"): set(codes(row[2])) for row in rows(section("docs/store.md", heading))
    }
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = ?", [kind])
    names = {name for (name,) in found}

    assert described.keys() == names
    for name in names:
        columns = {column[1] for column in database.execute(f"PRAGMA table_info({name})")}
        assert columns - {"sum"} == described[name], name


def test_the_format_that_is_written_is_named():
    assert f"writes format {FORMAT}." in text_of("docs/store.md")


def test_the_readme_is_short():
    assert len(text_of("README.md").split()) <= 1000


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_speaks_in_the_words_of_the_field(page):
    assert PRIVATE.findall(prose(page)) == []


def test_nothing_advises_to_install_the_unrelated_package_of_that_name():
    advice = re.compile(r"pip install\b[^\n#]*[\s\"'\[]dedup\b(?!-news)")
    texts = [*PAGES, *(ROOT / "dedup").rglob("*.py")]

    assert [path for path in texts if advice.search(path.read_text("utf-8"))] == []


def test_every_term_is_defined_once():
    terms = [row[0] for row in rows(text_of("docs/glossary.md"))]

    assert len(terms) > 60
    assert len(set(terms)) == len(terms)


def test_the_sample_pages_remain_as_their_readme_says(samples, sample_run, copies_run):
    story_of = {line["id"]: line["story"] for line in read_lines(samples / "expected.jsonl")}
    remain = {
        run: [story_of[each["id"]] for each in run.survivors] for run in (sample_run, copies_run)
    }
    described = set()
    for heading, one_of_each, all_of_each in (
        ("Copied stories", (sample_run, copies_run), ()),
        ("Rewritten stories", (sample_run,), (copies_run,)),
        ("Pages that remain", (), (sample_run, copies_run)),
    ):
        for names, pages, *_ in rows(section("samples/README.md", heading)):
            for story, count in zip(codes(names), pages.split(" + "), strict=True):
                described.add(story)
                assert sum(story == each for each in story_of.values()) == int(count)
                assert {remain[run].count(story) for run in one_of_each} <= {1}
                assert {remain[run].count(story) for run in all_of_each} <= {int(count)}

    assert described == {story for story in story_of.values() if story}


def test_every_page_of_the_documentation_is_plain_markdown():
    for page in DOCS.glob("*.md"):
        assert page.read_text("utf-8").startswith("# ")

"""Explanations as pages, fragments of notebooks, and lines on the terminal."""

from __future__ import annotations

import io
import re

import pytest
from lxml import html
from made_explanations import (
    ALONE,
    BARE,
    COPIES,
    DOCUMENT,
    EVERY,
    HOSTILE,
    PAIR,
    SENTENCES,
    with_text,
)
from rich.console import Console

from dedup.cli.explained_document import print_document
from dedup.cli.explained_pair import print_pair
from dedup.explain.evidence import PairExplanation
from dedup.json_codec import dump_json, load_json

HOSTILE_TEXTS = [
    HOSTILE,
    "x" * 1_000_000,
    "\ud800" * 50,
    "\u202e\u2066\x1b[2J",
    "",
    "مرحبا بالعالم",
]


def printed(found, width, sentences=12, *, colour=False):
    out = io.StringIO()
    console = Console(
        file=out, width=width, markup=False, highlight=False, emoji=False, force_terminal=colour,
        color_system="standard" if colour else None,
    )  # fmt: skip
    if isinstance(found, PairExplanation):
        print_pair(found, console, sentences)
    else:
        print_document(found, console)
    return out.getvalue()


@pytest.mark.parametrize("text", [None, *HOSTILE_TEXTS], ids=range(len(HOSTILE_TEXTS) + 1))
@pytest.mark.parametrize("found", EVERY, ids=range(len(EVERY)))
def test_a_page_runs_and_loads_nothing(found, text):
    if text is not None:
        found = with_text(found, text)

    page = found.page()
    tree = html.document_fromstring(page.encode("utf-8"))

    assert tree.xpath("//script | //link | //iframe | //object | //img") == []
    assert tree.xpath("//@src | //@href | //@style") == []
    assert [each for each in tree.xpath("//@*") if each.attrname.startswith("on")] == []
    assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("width", [40, 80, 100, 200])
@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
@pytest.mark.parametrize("found", EVERY, ids=range(len(EVERY)))
def test_nothing_of_a_document_reaches_the_terminal_as_a_command(found, text, width):
    shown = printed(with_text(found, text), width)

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800]", shown)
    assert len(shown) < 200_000
    shown.encode("utf-8")


def test_markup_in_a_title_stays_text():
    assert "[red]x[/red]" in printed(with_text(PAIR, HOSTILE), 200)


def test_the_page_says_everything_that_the_explanation_has():
    text = " ".join(html.document_fromstring(PAIR.page()).text_content().split())

    for part in (
        PAIR.verdict, PAIR.first.title, PAIR.second.title, PAIR.second.date,
        "rewrite of harborpost.example/ferry, score 0.77", COPIES.sentence, "0.053",
        COPIES.runs[0].text, "cosine of the first 80 tokens of each", "-4.50", "score 0.77",
        "Kell, Saltby", "numbers none shared", "with --threshold 0.83 they are two stories",
        "date (decides)", "13 sentences are not compared", "reef against tug",
        "only Amayday", "only Blogbook",
    ):  # fmt: skip
        assert part in text, part


def test_the_sentences_of_a_page_are_marked_and_in_their_language():
    tree = html.document_fromstring(PAIR.page())
    rows = tree.xpath("//table[contains(@class, 'sentences')]/tbody/tr")

    assert [row.get("class") for row in rows] == [each.how for each in SENTENCES]
    assert [each.text_content() for each in rows[0].xpath(".//mark")] == [
        "ferry ran onto rocks.", "ferry ran onto rocks",
    ]  # fmt: skip
    assert {cell.get("dir") for cell in rows[0].xpath("td[2] | td[3]")} == {"auto"}
    assert rows[0].xpath("td[2]/@lang") == ["en"]


@pytest.mark.parametrize("found", EVERY, ids=range(len(EVERY)))
def test_tables_have_headings_for_a_screen_reader(found):
    tree = html.document_fromstring(found.page())

    assert len(tree.xpath("//h1")) == 1
    assert tree.get("lang") == "en"
    for table in tree.xpath("//table"):
        assert table.xpath("thead//th[@scope='col']")
        assert {len(row) for row in table.xpath(".//tr")} == {len(table.xpath("thead//th"))}


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("found", EVERY, ids=range(len(EVERY)))
def test_no_line_is_wider_than_the_terminal(found, width):
    assert max(map(len, printed(found, width).splitlines())) <= width


def test_the_verdict_comes_first_and_all_sections_follow():
    shown = printed(PAIR, 80)
    sections = ["Copies", "Rewrites", "Facts", "Sentences", "What would change the answer"]
    places = [shown.index(f"\n{section}\n") for section in [*sections, "Election"]]

    assert shown.startswith(PAIR.verdict)
    assert places == sorted(places)


def test_facts_say_whose_they_are_and_where_none_is_shared():
    narrow = {re.sub(" +", " ", line).strip() for line in printed(PAIR, 80).splitlines()}

    assert {
        "names both: Kell, Saltby",
        "only A: Osei",
        "numbers (none shared) only A: 212",
        "quotes only A: “We all knew it”",
        "dates none",
    } <= narrow
    assert re.search(r"names +Kell, Saltby +Osei +Lyle", printed(PAIR, 120))


def test_what_is_not_known_has_no_section():
    shown = printed(BARE, 80)

    assert shown.startswith("Two stories: one was rejected.")
    assert not any(each in shown for each in ("Copies", "Rewrites", "Facts", "Election"))


def test_two_documents_stand_side_by_side_where_there_is_room():
    both = re.compile("harborpost.example +elwoodledger.example *$", re.MULTILINE)

    assert both.search(printed(PAIR, 100))
    assert not both.search(printed(PAIR, 99))


def test_addends_run_to_the_score():
    lines = printed(PAIR, 80).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("intercept"))

    assert [line.split()[-1] for line in lines[at : at + 4]] == ["-4.50", "-3.26", "+1.22", "+1.22"]
    assert lines[at + 3].startswith("score 0.77")


def test_sentences_are_marked_without_colour():
    lines = printed(PAIR, 120).splitlines()

    assert any(re.search(r"ran onto rocks\. +~ +The ferry", line) for line in lines)
    assert any(re.search(r"No one was hurt\. += +No one", line) for line in lines)
    assert "\x1b" not in printed(PAIR, 120)
    assert "\x1b[1;33mferry ran onto rocks.\x1b[0m" in printed(PAIR, 120, colour=True)


def test_rows_of_sentences_are_limited_the_rarer_kinds_first_and_the_rest_is_counted():
    shown = printed(PAIR, 80, 2)

    assert "A car ferry" in shown
    assert "No one was hurt" in shown
    assert "A tug stands by" not in shown
    assert "3 more rows: --sentences 0 shows all" in shown
    assert "more rows" not in printed(PAIR, 80, 0)


def test_a_document_has_its_neighbours_and_its_election():
    shown = printed(DOCUMENT, 160)

    assert re.search(r"0\.772 +probability +same +Kell Island", shown)
    assert re.search(r"0\.120 +candidate score +other", shown)
    assert "runner-up: Kell Island ferry" in shown
    assert re.search(r"\* +date +2026-03-14 +2026-03-15", shown)
    assert "none: no other document was compared with it" in printed(ALONE, 80)


@pytest.mark.parametrize("found", EVERY, ids=range(len(EVERY)))
def test_a_notebook_gets_the_inside_of_the_page(found):
    assert found._repr_html_().startswith("<style>")
    assert "<html" not in found._repr_html_()


def test_a_short_representation_says_the_answer():
    assert repr(PAIR) == (
        '<PairExplanation "Ferry with 212 aboard runs onto rocks" and '
        '"Kell Island ferry: fog, a reef, a calm crew": one story (rewrite)>'
    )
    assert repr(DOCUMENT) == (
        '<DocumentExplanation "Ferry with 212 aboard runs onto rocks": canonical, 2 near>'
    )
    assert len(repr(with_text(PAIR, "x" * 1_000_000))) < 200
    assert "\x1b" not in repr(with_text(PAIR, HOSTILE))


def test_json_has_the_fields():
    values = load_json(dump_json(PAIR))

    assert values["causes"] == ["rewrite"]
    assert values["sentences"][0]["first_marks"] == [[6, 27]]
    assert "TEMPLATE" not in values
    assert load_json(dump_json(with_text(PAIR, HOSTILE)))["first"]["title"] == HOSTILE

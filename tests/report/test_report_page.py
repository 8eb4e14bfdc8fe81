"""The page of a report: escaped, complete in itself, the same for the same run."""

import base64
import gzip
import hashlib
import html.parser
import json
import re
from dataclasses import asdict, replace

import made_report as made
import pytest

from dedup.explain.evidence import AlignedSentence
from dedup.explain.html_pages import render
from dedup.report.chart_figures import charts_of
from dedup.report.list_address import list_address
from dedup.report.page_islands import json_island, packed_index
from dedup.report.report_page import report_page


class Elements(html.parser.HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.raw = []
        self._inside = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = (tag, dict(attrs))
            self.raw.append((*self._inside, ""))

    def handle_endtag(self, tag):
        if self._inside and tag == self._inside[0]:
            self._inside = None

    def handle_data(self, data):
        if self._inside:
            tag, attrs, text = self.raw[-1]
            self.raw[-1] = (tag, attrs, text + data)

    def text_of(self, name):
        return next(text for _, attrs, text in self.raw if attrs.get("id") == name)


@pytest.fixture(scope="module")
def page():
    return report_page(made.with_tuning(made.made_report(200)))


@pytest.fixture(scope="module")
def hostile():
    data = made.made_report(60, made.HOSTILE, name="out </title><script>alert(1)</script>")
    return report_page(data)


def test_the_same_report_gives_the_same_bytes(page):
    assert report_page(made.with_tuning(made.made_report(200))) == page


def test_a_name_from_the_dump_starts_no_element_and_no_handler(page, hostile):
    def kinds(text):
        found = Elements(text).elements
        return {tag for tag, _ in found}, {name for _, attrs in found for name in attrs}

    tags, attributes = kinds(hostile)
    assert tags <= kinds(page)[0]
    assert not {each for each in attributes if each.startswith("on")}
    assert "style" not in attributes


def test_only_the_scripts_and_styles_of_the_package_run(hostile):
    found = Elements(hostile)
    policy = next(attrs["content"] for tag, attrs in found.elements if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    run = [text for _, attrs, text in found.raw if "type" not in attrs]
    digests = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in run}
    assert digests == allowed


def test_nothing_refers_to_anything_outside(hostile, page):
    for text in (hostile, page):
        for tag, attrs in Elements(text).elements:
            assert "src" not in attrs, tag
            assert attrs.get("href", "#").startswith("#"), tag
            assert tag not in ("link", "iframe", "object", "embed", "base", "form") or (
                tag == "form" and "action" not in attrs
            )


def test_the_index_of_the_page_is_the_index_of_the_report():
    data = made.made_report(60, made.HOSTILE)
    packed = Elements(report_page(data)).text_of("report-index")
    read = json.loads(gzip.decompress(base64.b64decode(packed)))
    wanted = {
        name: list(v) if isinstance(v, tuple) else v for name, v in asdict(data.index).items()
    }
    assert read == wanted


def test_the_figures_of_the_page_are_those_of_its_charts(page):
    figures = json.loads(Elements(page).text_of("report-figures"))
    data = made.made_report(200)
    assert figures["out"] == "out"
    for name, chart in charts_of(data).items():
        drawn = figures["charts"][name]["rows"]
        assert [each[1] for each in drawn] == [list(row.values) for row in chart.rows]


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "a & b", "\u2028", "\ud800", "]]>"])
def test_json_in_a_page_cannot_end_its_element(text):
    written = json_island({text: [text]})
    assert not set(written) & set("<>&\u2028\ud800")
    assert json.loads(written) == {text: [text]}


def test_a_packed_index_has_no_time_of_its_making():
    packed = packed_index(made.made_index(50))
    assert packed == packed_index(made.made_index(50))
    assert base64.b64decode(packed)[4:8] == bytes(4)


def test_each_chart_has_a_text_and_a_table_of_its_numbers(page):
    found = Elements(page).elements
    drawn = [attrs for tag, attrs in found if "data-chart" in attrs]
    tables = {attrs["id"] for tag, attrs in found if tag == "details" and "id" in attrs}
    assert len(drawn) == 12
    for each in drawn:
        assert each["role"] == "img"
        assert len(each["aria-label"]) > 20
        assert f"numbers-{each['data-chart']}" in tables


def test_the_bars_of_hosts_add_up_to_their_documents():
    data = made.made_report(400)
    for figures, row in zip(data.hosts, charts_of(data)["hosts"].rows, strict=True):
        assert sum(row.values) == figures.documents
        assert sum(row.values[1:]) == figures.duplicates


def test_a_host_without_a_name_has_a_list():
    assert list_address(host="") == "#list?host="


def test_a_report_without_duplicates_says_so():
    text = report_page(made.empty_report())
    for sentence in ("There are no stories.", "No document has a date.", "No texts were compared."):
        assert sentence in text
    assert 'id="tuning"' not in text


def test_characters_that_cannot_be_seen_are_escaped_in_the_doubts(hostile):
    shown = "".join(re.split(r"<script.*?</script>", hostile, flags=re.DOTALL))
    assert not re.search("[\u202e\x07\x1b\x00\ud800]", shown)


def test_what_is_left_out_is_said():
    data = made.made_report(60)
    data = replace(data, index=replace(data.index, left_out=1234))
    text = report_page(data)
    assert "1,234 documents are not in the list" in text
    assert "17 pairs" in text


def test_without_a_command_the_page_says_that_nothing_else_is_recommended():
    data = made.with_tuning(made.made_report(40))
    current = next(each for each in data.tuning.settings if each.is_current)
    stays = replace(data.tuning, recommended=current, command=None)
    page = report_page(replace(data, tuning=stays))

    assert "No command stands here" in page
    assert "Current, none is shown to be better, threshold 0.2" in page
    assert "Recommended threshold" not in page
    assert "Recommended threshold" in report_page(data)


def test_a_sentence_that_parts_of_others_retell_is_marked_so():
    whole = AlignedSentence("A tug stands by.", None, 0.6, "alike", ((0, 5),), ())
    both = replace(whole, second="By it stands a tug.", second_marks=((3, 9),))
    shown = [
        render("sentences.html", sentences=[each], first_language="en", second_language="en")
        for each in (whole, both)
    ]

    assert ["retold elsewhere, overlap" in each for each in shown] == [True, False]

"""Answers as HTML: pages for a file, fragments for a notebook."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from lxml import html

from dedup.explain import html_pages


@pytest.fixture
def inside(monkeypatch):
    """A function that gives the template ``inside.html`` a source."""

    def put(source):
        from jinja2 import ChoiceLoader, DictLoader

        environment = html_pages._environment(html_pages._OWN)
        loader = ChoiceLoader([DictLoader({"inside.html": source}), environment.loader])
        monkeypatch.setattr(environment, "loader", loader)
        environment.cache.clear()
        return "inside.html"

    html_pages._style()
    yield put
    html_pages._environment(html_pages._OWN).cache.clear()


def test_whatever_a_document_holds_is_text(inside):
    hostile = '<script>alert(1)</script>" onload="x'
    template = inside('<p title="{{ title }}">{{ text }}</p>')

    page = html_pages.page(template, title=hostile, text=hostile)
    tree = html.document_fromstring(page)

    assert tree.xpath("//script") == []
    assert tree.xpath("//*[@onload]") == []
    assert tree.xpath("//p")[0].text == hostile
    assert tree.xpath("//p/@title") == [hostile]
    assert tree.findtext(".//title") == hostile


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("\x00", r"\x00"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("東京\u3000駅", "東京\u3000駅"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_characters_that_cannot_be_seen_are_escaped(inside, text, shown):
    template = inside("<p>{{ text }}</p>")

    assert f"<p>{shown}</p>" in html_pages.page(template, title="x", text=text)
    html_pages.page(template, title=text, text=text).encode("utf-8")


def test_a_page_asks_nobody_for_anything(inside):
    page = html_pages.page(inside("<h1>x</h1>"), title="x")
    tree = html.document_fromstring(page)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "url(" not in style
    assert "@import" not in style
    assert tree.xpath("//@src | //@href | //@style | //script | //link") == []


def test_a_name_that_the_template_does_not_get_is_an_error(inside):
    with pytest.raises(UndefinedError, match="missing"):
        html_pages.page(inside("{{ missing }}"), title="x")


@pytest.mark.parametrize("name", ["../evidence.py", "/etc/passwd", "none.html"])
def test_only_templates_of_the_package_are_read(name):
    with pytest.raises(TemplateNotFound):
        html_pages.page(name, title="x")


def test_a_fragment_changes_nothing_outside_of_itself(inside):
    shown = html_pages.fragment(inside("<h1>x</h1>"))
    rules = re.search(r"<style>(.*?)</style>", shown, re.DOTALL)[1]

    assert '<div class="dedup">' in shown
    assert "<html" not in shown
    for selectors in re.findall(r"(?:^|[{}])([^{}@]+)\{[^{}]*\}", rules):
        assert all("dedup" in each for each in selectors.split(",")), selectors


def test_a_long_name_is_cut():
    assert html_pages.short("x" * 1_000_000) == "x" * html_pages.LONGEST_NAME + "…"
    assert html_pages.short(None) == ""

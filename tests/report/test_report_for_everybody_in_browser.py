"""The report for everybody: by keyboard, on a phone, in the dark, printed, without scripts."""

from __future__ import annotations

import itertools
import re

import pytest
from browsing import PHONE, check_accessible, expect

pytestmark = pytest.mark.slow

LOOKS = {
    "desktop": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True},
    "phone, dark": {"viewport": PHONE, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_nothing_keeps_people_from_it_in_any_look(look, open_report, report_file):
    report = open_report(report_file, **look)
    report.draw_all()
    check_accessible(report.page)
    assert not report.seen.is_wider_than_window()

    for each in report.find("details.numbers, details.settings").all():
        report.unfold(each)
    report.unfold(report.find(".doubted:visible").first)
    report.unfold(report.find("#list-rows .story").first)
    report.unfold(report.find("#list-rows .texts").first)
    expect(report.find("#list-rows .compared")).to_be_visible()
    check_accessible(report.page)
    assert not report.seen.is_wider_than_window()


def test_the_keyboard_does_it_all(open_report, report_file):
    report = open_report(report_file)
    press = report.page.keyboard.press

    report.tab_to("#numbers-funnel > summary")
    press("Enter")
    report.tab_to("#numbers-funnel a[href='#list?status=rejected']")
    press("Enter")
    expect(report.find("#list-count")).to_contain_text("3 of 62")
    assert report.page.evaluate("document.activeElement.closest('#list') !== null")

    report.tab_to("#list-clear")
    press("Enter")
    expect(report.find("#list-search")).to_be_focused()
    report.page.keyboard.type("ferry")
    expect(report.find("#list-count")).to_contain_text(" of 62")
    report.tab_to("#list-rows .story > summary")
    press("Enter")
    expect(report.find("#list-rows .members").first).to_be_visible()
    report.tab_to("#list-rows .texts > summary")
    press("Enter")
    expect(report.find("#list-rows table.sentences").first).to_be_visible()


def test_tabs_are_changed_by_arrows(open_report, report_file):
    report = open_report(report_file)
    report.tab_to("[role=tab]")
    tabs = report.find("[role=tab]")
    chosen = report.find("[role=tab][aria-selected=true]")
    first = chosen.get_attribute("id")
    report.page.keyboard.press("ArrowRight")

    expect(chosen).to_be_focused()
    assert chosen.get_attribute("id") != first
    report.page.keyboard.press("End")
    expect(tabs.last).to_be_focused()
    report.page.keyboard.press("Home")
    expect(tabs.first).to_be_focused()


def test_what_has_the_focus_is_seen(open_report, report_file):
    report = open_report(report_file)
    for selector in (".headlines a", ".sections a", "[role=tab]", "#list-search", "summary"):
        report.tab_to(selector)
        style = report.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", selector


def test_without_scripts_all_figures_are_there(open_report, report_file):
    with_scripts = open_report(report_file)
    report = open_report(report_file, java_script_enabled=False)

    for table in report.find("details.numbers table").all():
        expect(table).to_be_visible()
    for panel in report.find(".panel").all():
        expect(panel).to_be_visible()
    assert report.headlines() == with_scripts.headlines()
    for name in ("funnel", "relations", "hosts", "days", "flows", "curve"):
        assert report.table(name) == with_scripts.table(name)
    assert "need JavaScript" in report.seen.text()
    expect(report.find("#list-form")).to_be_hidden()
    assert not report.seen.is_wider_than_window()


def test_nothing_moves_for_those_who_do_not_want_it(open_report, report_file):
    report = open_report(report_file, reduced_motion="reduce")
    report.draw_all()

    assert report.page.evaluate("document.getAnimations().length") == 0


def test_print_has_the_figures_and_not_the_controls(open_report, report_file):
    report = open_report(report_file)
    report.draw_all()
    report.page.emulate_media(media="print")

    for selector in (".sections", "#list-form", ".tab-list"):
        expect(report.find(selector)).to_be_hidden()
    for panel in report.find(".panel").all():
        expect(panel).to_be_visible()
    expect(report.find("[data-chart=relations] svg")).to_be_visible()
    assert report.page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    pages = report.page.pdf()
    assert len(re.findall(rb"/Type /Page\b", pages)) > 1


def test_the_sections_are_named_and_nested(open_report, report_file):
    report = open_report(report_file)
    levels = report.page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.map(each => Number(each.tagName[1]))"
    )

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))

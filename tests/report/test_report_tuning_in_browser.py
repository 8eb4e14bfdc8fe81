"""What judged pairs say, in a browser: the curve, its numbers, and the command to apply it."""

from __future__ import annotations

import re

import pytest
from browsing import PHONE, check_accessible, expect
from judged_runs import judge
from made_report import made_report, with_tuning
from runs import ROOT, read_lines

from dedup.report.report_page import report_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tuned_report(command, sample_run, tmp_path_factory):
    """The report of the sample dump with labels from its gold stories."""
    folder = tmp_path_factory.mktemp("tuned")
    stories = {each["id"]: each["story"] for each in read_lines(ROOT / "samples/expected.jsonl")}
    labels = judge(sample_run.path, stories, folder / "labels.jsonl", 60)
    page = folder / "report.html"
    done = command("report", sample_run.path, "-o", page, "--labels", labels, "--quiet")
    assert done.exit_code == 0, done.stderr
    return page


@pytest.mark.parametrize("look", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_the_curve_of_each_window_is_drawn_and_can_be_read(look, tuned_report, open_report):
    report = open_report(tuned_report, **look)
    windows = report.find(".window")
    choice = report.find(".window-choice select")
    assert windows.count() > 1
    for number in range(windows.count()):
        choice.select_option(index=number)
        for other in range(windows.count()):
            expect(windows.nth(other)).to_be_visible(visible=other == number)
        report.unfold(windows.nth(number).locator("details"))
        windows.nth(number).locator(".drawing").scroll_into_view_if_needed()
        expect(windows.nth(number).locator("svg")).to_be_visible()
    report.unfold(report.find("#numbers-tuning"))

    check_accessible(report.page)
    assert not report.seen.is_wider_than_window()


def test_the_command_that_applies_the_recommendation_is_copied(tmp_path, open_report):
    data = with_tuning(made_report(40))
    (tmp_path / "page.html").write_text(report_page(data), "utf-8")
    report = open_report(tmp_path / "page.html")
    box = report.find("#tuning .command")
    assert box.locator("code").text_content() == data.tuning.command
    box.locator("button").click()

    expect(box.locator("button")).to_have_text(re.compile("Copied|Selected"))
    report.find("#list-search").focus()
    report.page.keyboard.press("ControlOrMeta+V")
    pasted = report.find("#list-search").input_value()
    assert data.tuning.command in (pasted, report.page.evaluate("String(getSelection())"))


def test_all_sections_can_be_seen_in_the_menu_of_a_phone(tmp_path, open_report):
    (tmp_path / "page.html").write_text(report_page(with_tuning(made_report(40))), "utf-8")
    report = open_report(tmp_path / "page.html", viewport=PHONE)
    links = report.find(".sections a").all()

    assert [each.text_content() for each in links][-2:] == ["Documents", "Left out"]
    for each in links:
        box = each.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
    links[3].click()
    menu = report.find(".sections").bounding_box()
    assert report.find("#tuning").bounding_box()["y"] >= menu["y"] + menu["height"] - 1

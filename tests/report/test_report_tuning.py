"""The tuning section of a report has the numbers of `dedup tune`."""

from __future__ import annotations

import json

import pytest
from judged_runs import judge
from lxml import html
from runs import ROOT, read_lines

from dedup.evaluation.labelled_pairs import write_labels


@pytest.fixture(scope="module")
def labels(sample_run, tmp_path_factory):
    """All pairs that the run on the sample pages compared, judged by their gold stories."""
    known = read_lines(ROOT / "samples" / "expected.jsonl")
    stories = {each["id"]: each["story"] for each in known}
    path = tmp_path_factory.mktemp("tuning") / "labels.jsonl"
    return judge(sample_run.path, stories, path, 60)


@pytest.fixture(scope="module")
def page(command, sample_run, labels):
    place = labels.with_name("report.html")
    done = command("report", sample_run.path, "-o", place, "--labels", labels, "-q")
    assert done.exit_code == 0, done.output
    return html.fromstring(place.read_bytes().decode())


def in_words(interval, digits=3):
    return "{:,.{d}f} ({:,.{d}f} to {:,.{d}f})".format(
        *(interval[name] for name in ("value", "low", "high")), d=digits
    )


def test_the_report_has_the_numbers_of_the_command(command, sample_run, labels, page):
    tuned = json.loads(command("tune", sample_run.path, labels, "--json").stdout)
    (section,) = page.xpath("//section[@id='tuning']")
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")]
        for row in section.xpath(".//details[@id='numbers-tuning']//tbody/tr")
    ]

    assert rows == [
        [
            f"{each['setting']['window_days']:g}",
            f"{each['setting']['threshold']:.2f}" + (" (current)" if each["is_current"] else ""),
            in_words(each["estimate"]["precision"]),
            in_words(each["estimate"]["recall"]),
            in_words(each["estimate"]["lost"], 0),
            f"{each['pairs']:,}",
            f"{each['removed']:,}",
        ]
        for each in tuned["settings"]
    ]
    assert len(rows) > 10
    text = " ".join(section.text_content().split())
    assert tuned["sentence"] in text
    assert f"{tuned['labels']} judged pairs, {tuned['same']} of them one story" in text
    commands = [each.text_content() for each in section.xpath(".//div[@class='command']/code")]
    assert commands == ([] if tuned["command"] is None else [tuned["command"]])


def test_without_labels_there_is_no_such_section(command, sample_run, tmp_path):
    assert command("report", sample_run.path, "-o", tmp_path / "r.html", "-q").exit_code == 0
    page = html.fromstring((tmp_path / "r.html").read_bytes().decode())

    assert not page.xpath("//section[@id='tuning']")


def test_labels_that_say_nothing_are_refused_and_no_page_is_written(command, sample_run, tmp_path):
    write_labels(tmp_path / "none.jsonl", [])
    place = tmp_path / "r.html"
    done = command("report", sample_run.path, "-o", place, "--labels", tmp_path / "none.jsonl")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "judge at least" in done.stderr
    assert not place.exists()

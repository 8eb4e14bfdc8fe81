"""A report whose dump tries to run scripts: each of them stays a text."""

from __future__ import annotations

import json
import os
import subprocess
from html import unescape
from urllib.parse import quote

import pytest
from browsing import SCRIPTS, check_accessible, expect
from runs import dated_article, text_of

COPIES = 3
"""Documents with each script: one story, and one more document that is rejected."""


def hostile_records():
    """Stories of which every field is a script, and inputs without a text that are rejected."""
    for number, script in enumerate(SCRIPTS):
        text = f"{text_of(number)}. {'. '.join(SCRIPTS)}."
        for copy in range(COPIES):
            yield dated_article(
                f"{number}-{copy} {script}", text, title=f"{number} {script}", byline=script,
                url=f"https://{copy}{script.replace('/', '')}/{script}",
            )  # fmt: skip
        yield {"id": f"rejected {number} {script}", "title": script, "text": ""}


@pytest.fixture(scope="module")
def hostile_run(command, tmp_path_factory):
    """A run on a dump of scripts, in a folder and a dump whose names are scripts."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in hostile_records()), "utf-8")
    name = "<img src=x onerror=alert('run')>"
    return command.run(source, "--dump", name, "--store", folder / "store", out=folder / name)


@pytest.fixture(scope="module")
def hostile_report(command, hostile_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = command("report", hostile_run.path, "-o", path)
    assert done.exit_code == 0, done.stderr
    return path


def elements(report):
    """How many elements there are that could run or ask for something."""
    names = ("script", "style", "img", "iframe", "object", "link", "base", "form", "template")
    return {name: report.find(name).count() for name in names}


def test_no_script_of_the_dump_runs_and_no_element_of_it_is_made(
    hostile_run, hostile_report, report_file, open_report
):
    report, plain = open_report(hostile_report), open_report(report_file)
    report.draw_all()
    found, usual = elements(report), elements(plain)
    del found["template"], usual["template"]

    assert found == usual
    assert report.headlines() == {
        "inputs": len(SCRIPTS) * (COPIES + 1),
        "survivors": len(SCRIPTS),
        "duplicates removed": len(SCRIPTS) * (COPIES - 1),
        "stories": len(SCRIPTS),
        "rejected": len(SCRIPTS),
    }
    check_accessible(report.page)


def test_documents_that_are_named_by_scripts_are_found_and_unfolded(hostile_report, open_report):
    report = open_report(hostile_report)
    for number, script in enumerate(SCRIPTS):
        report.search(f"{number}-")
        assert report.count() >= COPIES
        report.search(script.strip("\u2028\u202e\x00"))  # no keyboard has them
        assert report.count() >= COPIES + 1, script

        story = report.find("#list-rows .story").first
        report.unfold(story)
        report.unfold(story.locator(".texts").first)
        expect(story.locator(".compared").first).to_be_visible()
        assert report.find("#list img, #list script, #list svg").count() == 0


def test_commands_name_documents_by_their_whole_ids(command, tmp_path, open_report):
    long = f"https://a.example/{'x' * 250}"
    ids = [
        "-a",
        f"{long}/1",
        f"{long}/2",
        "b\x1b'\\q\x07",
        "soft\u00adhyphen",
        "right\u202eleft",
        "two\nlines",
    ]
    records = [
        dated_article(each, f"{text_of(1)} {n}.", title=f"Year\u00adly {n}")
        for n, each in enumerate(ids)
    ]
    source = tmp_path / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    out = command.run(source, out=tmp_path / "out").path
    page = tmp_path / "report.html"
    assert command("report", out, "-o", page).exit_code == 0

    report = open_report(page)
    report.page.evaluate("document.querySelectorAll('template').forEach(each => each.remove())")
    report.search("yearly")
    assert report.count() == len(ids)
    story = report.find("#list-rows .story").first
    report.unfold(story)
    named = set()
    for member in story.locator(".texts").all():
        report.unfold(member)
        text = member.locator(".command code").text_content()
        printed = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        both = printed.stdout.decode().split("\0")[:-1][-2:]
        named.update(both)
    assert named == set(ids)
    shown = report.find("#list").text_content()
    assert "right\\u202eleft" in shown
    assert not {"\u202e", "\x1b", "\u00ad"} & {*shown}


def test_every_list_of_a_hostile_host_is_found_by_its_address(hostile_report, open_report):
    report = open_report(hostile_report)
    links = report.links()

    assert len(links) > 20
    for address, number in links:
        report.go(address)
        assert (address, report.count()) == (address, number)


def test_an_address_with_scripts_shows_an_empty_list(report_file, open_report):
    names = ("q", "host", "story", "status", "relation", "day", "score", "size", "agency", "from")
    for script in (SCRIPTS[0], SCRIPTS[-1]):
        query = "&".join(
            f"{name}={quote(script)}" for name in (*names, "kept", "order", "page", "x")
        )
        report = open_report(f"{report_file.as_uri()}#list?{query}")

        assert report.count() == 0
        assert report.find("#list img, #list script, #list svg").count() == 0
    for script in SCRIPTS:
        report.go(f"#{script}")
        report.go(f"#list?{script}")


def test_all_of_it_can_be_read_without_scripts(hostile_report, open_report):
    report = open_report(hostile_report, java_script_enabled=False)

    assert report.find("img, iframe, object, link, base").count() == 0
    for script in SCRIPTS[:2]:
        assert script in unescape(report.page.content())

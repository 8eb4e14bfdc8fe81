"""`dedup label --web` as a person uses it: the command, and its page in a real browser."""

from __future__ import annotations

import json
import re
import signal
import subprocess

import pytest
from browsing import PHONE, SCRIPTS, check_accessible, expect
from runs import ROOT, Command, dated_article, read_lines, text_of

from dedup.evaluation.labelled_pairs import read_labels

pytestmark = pytest.mark.slow

PAIRS = 4


@pytest.fixture
def labels(tmp_path):
    return tmp_path / "labels.jsonl"


@pytest.fixture
def serve(labels):
    """Start the command, and return its process and the address that it prints."""
    started = []

    def start(out, *options):
        process = subprocess.Popen(
            [Command.program, "label", out, "-o", labels, "--web", *map(str, options)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        line = process.stdout.readline()
        return process, re.search(r"http://127\.0\.0\.1:\d+/\S+/", line)[0]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def ask(serve, open_page, sample_run):
    """Start the command on the sample pages and open its page."""

    def begin(*options, out=None, **window):
        process, address = serve(out or sample_run.path, "--pairs", PAIRS, *options)
        seen = open_page(address, **window)
        wait_for_pair(seen.page, 0)
        return process, seen

    return begin


def wait_for_pair(page, place):
    """Wait until a pair is shown, and for as long as a person needs to read."""
    page.wait_for_selector(f"#asked[data-place='{place}'][data-open]")


def press(seen, key, then):
    """Press a key and wait for the pair that is asked then, an empty text for none."""
    seen.page.keyboard.press(key)
    wait_for_pair(seen.page, then)


def answers_of(path):
    return ["s" if each.skipped else each.same for each in read_labels(path)]


def test_keys_and_buttons_answer_undo_and_end(ask, labels):
    process, seen = ask()
    page = seen.page
    shown = read_labels(labels)[0]
    assert shown.a in seen.text("#asked")
    assert shown.b in seen.text("#asked")
    expect(page.locator("#undo")).to_be_disabled()
    press(seen, "y", 1)
    assert answers_of(labels) == [True, None, None, None]
    assert "1 of 4 pairs answered" in seen.text("#asked")
    page.click("#different")
    wait_for_pair(page, 2)
    press(seen, "N", 3)
    press(seen, "u", 2)
    page.click("#undo")
    wait_for_pair(page, 1)
    assert answers_of(labels) == [True, None, None, None]
    press(seen, "s", 2)
    press(seen, "y", 3)
    press(seen, "n", "")

    assert answers_of(labels) == [True, "s", True, False]
    assert seen.text("h1") == "No pair is left"
    expect(page.locator("#same")).to_be_disabled()
    press(seen, "u", 3)
    page.click("#stop")
    expect(page.locator("h1")).to_have_text("Ended")
    expect(page.locator(".keys")).to_be_hidden()
    assert str(labels) in seen.text("#asked")
    assert f"-o {labels}" in seen.text("#asked")
    _, notes = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "2 of 4 pairs answered, 1 skipped" in notes
    assert answers_of(labels) == [True, "s", True, None]
    seen.check()


def test_every_state_is_accessible_and_announced(ask):
    _, seen = ask("--pairs", 2)
    page = seen.page
    check_accessible(page)
    status = page.get_by_role("status")
    press(seen, "y", 1)
    expect(status).to_have_text("One story; pair 2 of 2")
    assert page.evaluate("document.activeElement.id") == "question"
    check_accessible(page)
    press(seen, "s", "")
    expect(status).to_have_text("Skipped")
    check_accessible(page)
    page.keyboard.press("q")
    expect(page.locator("h1")).to_have_text("Ended")
    check_accessible(page)


def test_buttons_are_reached_and_pressed_by_the_keyboard_alone(ask, labels):
    _, seen = ask()
    seen.page.locator("#different").focus()
    seen.page.keyboard.press("Enter")
    wait_for_pair(seen.page, 1)
    assert seen.page.evaluate("document.activeElement.id") == "different"
    assert answers_of(labels) == [False, None, None, None]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it(ask, scheme, labels):
    _, seen = ask(viewport=PHONE, color_scheme=scheme, has_touch=True)
    assert not seen.is_wider_than_window()
    check_accessible(seen.page)
    seen.page.tap("#same")
    wait_for_pair(seen.page, 1)
    assert answers_of(labels)[0] is True
    # The last sentence is not behind the buttons.
    seen.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    last = seen.page.locator("table.sentences tr").last.bounding_box()
    keys = seen.page.locator(".keys").bounding_box()
    assert last["y"] + last["height"] <= keys["y"]


def test_a_key_pressed_twice_answers_one_pair(ask, labels):
    _, seen = ask()
    for _ in range(3):
        seen.page.keyboard.press("y", delay=1)
    wait_for_pair(seen.page, 1)
    assert answers_of(labels) == [True, None, None, None]
    seen.page.keyboard.press("Control+y")
    seen.page.keyboard.press("Alt+n")
    seen.page.wait_for_timeout(300)
    assert answers_of(labels) == [True, None, None, None]


def test_two_pages_of_one_session_do_not_answer_for_one_another(ask, open_page, labels):
    _, seen = ask()
    other = open_page(seen.page.url)
    wait_for_pair(other.page, 0)
    press(seen, "y", 1)
    press(other, "n", 1)
    assert answers_of(labels) == [True, None, None, None]
    expect(other.page.get_by_role("status")).to_have_text("Nothing changed; pair 2 of 4")


def test_a_page_that_is_opened_again_goes_on(ask, labels):
    _, seen = ask()
    press(seen, "y", 1)
    seen.page.reload()
    wait_for_pair(seen.page, 1)
    press(seen, "n", 2)
    assert answers_of(labels) == [True, False, None, None]


def test_an_answer_after_the_end_of_the_command_is_not_lost_silently(ask, labels):
    process, seen = ask()
    press(seen, "y", 1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    seen.page.keyboard.press("n")
    alert = seen.page.get_by_role("alert")
    expect(alert).to_contain_text("Not saved: dedup label has ended")
    wait_for_pair(seen.page, 1)
    check_accessible(seen.page)
    assert answers_of(labels) == [True, None, None, None]
    assert all("ERR_CONNECTION_REFUSED" in each for each in seen.taken())


def test_a_kill_loses_no_answer_and_the_next_sitting_goes_on(ask, serve, labels, sample_run):
    process, seen = ask()
    press(seen, "y", 1)
    press(seen, "n", 2)
    process.kill()
    process.communicate()
    assert answers_of(labels) == [True, False, None, None]

    _, address = serve(sample_run.path)
    seen.page.goto(address)
    wait_for_pair(seen.page, 2)
    assert "2 of 4 pairs answered" in seen.text("#asked")
    seen.taken()


def test_nothing_of_a_document_runs(ask, tmp_path, command, labels):
    shared = text_of(1, 150)
    records = [
        dated_article("x", f"{script}\n{shared} {text_of(number, 20)}\n{script}", day=1 + number)
        | {"id": f"{script}{number}", "title": script, "url": f"https://x.example/{script}"}
        for number, script in enumerate(SCRIPTS)
    ]
    source = tmp_path / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records))
    out = command.run(source, out=tmp_path / "out").path
    _, seen = ask("--pairs", 8, out=out)
    for place in range(8):
        pair = read_lines(labels)[place]
        assert seen.page.locator("#asked code").count() >= 2
        assert (
            pair["a"].split("\x00")[0].split("\u2028")[0].strip()
            in seen.page.locator("#asked").inner_text()
        )
        assert seen.page.locator("#asked script, #asked img, #asked svg, #asked a").count() == 0
        press(seen, "y", place + 1 if place < 7 else "")
    seen.check()

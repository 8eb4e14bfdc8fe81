"""Pages of `dedup explain` in a real browser: they run nothing, and people can read them."""

from __future__ import annotations

import json

import pytest
from browsing import PHONE, SCRIPTS, check_accessible
from made_explanations import DOCUMENT, PAIR, with_text
from runs import dated_article, text_of

PAIRS = {
    "rewrite": ("ferry-aground", "archive/n2311"),
    "document": ("ferry-aground",),
}
LOOKS = {
    "desktop": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE},
}


@pytest.fixture
def explained(command, tmp_path):
    """The page that answers a question about a run."""

    def write(out, *names):
        done = command("explain", out, *names, "--html", tmp_path / "page.html", "--overwrite")
        assert done.exit_code == 0, done.stderr
        return tmp_path / "page.html"

    return write


@pytest.fixture(scope="module")
def hostile_run(command, tmp_path_factory):
    """OUT of a run on documents whose every name and text is a script."""
    folder = tmp_path_factory.mktemp("scripts")
    text = ". ".join((text_of("scripts"), *SCRIPTS))
    records = [
        dated_article(
            f"{number} {script}", f"{text} {script}", title=script,
            url=f"https://host{number}.example/{script}", byline=script, date=script,
        )
        for number, script in enumerate(SCRIPTS)
    ]  # fmt: skip
    source = folder / "scripts.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return command.run(source, out=folder / "out")


@pytest.mark.parametrize("text", SCRIPTS)
def test_no_part_of_an_explanation_runs_as_a_script(text, tmp_path, open_page):
    for found in (PAIR, DOCUMENT):
        path = tmp_path / f"{type(found).__name__}.html"
        path.write_text(with_text(found, text).page(), "utf-8")
        seen = open_page(path)

        assert seen.page.locator("h1").count() == 1
        assert seen.page.locator("script, img, svg").count() == 0


def test_documents_that_are_named_by_scripts_are_explained(hostile_run, explained, open_page):
    ids = [each["id"] for each in hostile_run.decisions]
    seen = open_page(explained(hostile_run.path, ids[0], ids[1]))

    assert "One story" in seen.text("h1")
    for title in SCRIPTS[:2]:
        assert title in seen.text()
    check_accessible(seen.page)


@pytest.mark.slow
@pytest.mark.parametrize("names", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_an_explanation_can_be_read_by_everybody(names, look, samples_run, explained, open_page):
    seen = open_page(explained(samples_run, *names), **look)

    check_accessible(seen.page)
    assert not seen.is_wider_than_window()

"""Dates of records through the whole command: what a file shows of its dates, and the counts."""

from __future__ import annotations

import csv
import random

import pytest
from runs import Out, read_lines

from dedup import deduplicate
from dedup.store import Step, Store

WORDS = "amber copper granite lantern orchard harbour ferry council winter bridge".split()  # noqa: SIM905


def text_of(number):
    """A text that is no copy of any other."""
    rng = random.Random(number)
    return " ".join(f"{rng.choice(WORDS)}{rng.randrange(10_000)}" for _ in range(40))


def pair(number, first, second):
    """Two records with one text; the one with the earlier date stays."""
    return [
        {"id": f"{number}-{place}", "date": date, "text": text_of(number)}
        for place, date in enumerate((first, second))
    ]


def write(path, records):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["id", "date", "text"])
        table.writeheader()
        table.writerows(records)
    return path


def story_dates(out):
    return [(story["first_date"], story["last_date"]) for story in out.stories]


@pytest.fixture
def table(tmp_path):
    return lambda records, name="news.csv": write(tmp_path / name, records)


SHOWING = pair(2, "2026-04-13T10:00:00Z", "13.04.2026 11:00")

ORDERS = {
    "day first": ("13.04.2026", "2026-04-03"),
    "month first": ("04/13/2026", "2026-03-04"),
}


@pytest.mark.parametrize(("shown", "day"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("last", [False, True])
def test_a_date_of_figures_is_read_where_its_file_shows_the_order(
    shown, day, last, command, table, tmp_path
):
    mark = shown[2]
    records = pair(1, f"03{mark}04{mark}2026", f"03{mark}04{mark}2026 18:00")
    other = [{"id": "other", "date": shown, "text": text_of(9)}]
    run = command.run(table(records + other if last else other + records), out=tmp_path / "out")
    assert story_dates(run) == [(day, f"{day}T18:00:00Z")]
    assert run.manifest["dates"]["unreadable"] == 0


UNSHOWN = {
    "none shows one": ["2026-04-13", "04.04.2026"],
    "both are shown": ["13.04.2026", "04.13.2026"],
    "both are shown with other marks": ["13.04.2026", "04/13/2026"],
}


@pytest.mark.parametrize("others", UNSHOWN.values(), ids=UNSHOWN)
def test_a_date_of_figures_stays_unread_where_its_file_does_not_show_the_order(
    others, command, table, tmp_path
):
    more = [{"id": date, "date": date, "text": text_of(9 + n)} for n, date in enumerate(others)]
    run = command.run(table(pair(1, "03.04.2026", "05.04.2026") + more), out=tmp_path / "out")
    assert story_dates(run) == [(None, None)]
    dates = run.manifest["dates"]
    assert (dates["unreadable"], dates["unreadable_date"]) == (2, "03.04.2026")


def test_another_file_shows_nothing(command, table, tmp_path):
    one = table(pair(1, "03.04.2026", "05.04.2026"), "a.csv")
    other = table([{"id": "b", "date": "13.04.2026", "text": text_of(9)}], "b.csv")
    run = command.run(one, other, out=tmp_path / "out")
    assert story_dates(run) == [(None, None)]


@pytest.mark.parametrize("shows", ["too short", "1-0"])
def test_a_rejected_record_shows_the_order_too(shows, command, table, tmp_path):
    # Too short, or with the id of an earlier record.
    rejected = {"id": shows, "date": "04.13.2026", "text": "short" if " " in shows else text_of(9)}
    more = [{"id": "c", "date": "13.04.2026", "text": text_of(8)}, rejected]
    run = command.run(table(pair(1, "03.04.2026", "05.04.2026") + more), out=tmp_path / "out")
    assert story_dates(run) == [(None, None)]
    assert len(run.rejected) == 1


def test_a_file_of_written_dates_gives_what_the_same_dates_in_iso_8601_give(
    command, table, jsonl, tmp_path
):
    days = [(day, 1 + day % 12) for day in range(1, 29)]
    iso, written = [], []
    for number, (day, month) in enumerate(days):
        for records, form in ((iso, "2026-{1:02}-{0:02}"), (written, "{0:02}.{1:02}.2026")):
            date = form.format(day, month)
            records += pair(number, f"{date} 12:00:00", f"{date} 10:00:00")
    expected = command.run(table(iso, "iso.csv"), out=tmp_path / "iso")
    assert all(story["members"][0]["id"].endswith("-1") for story in expected.stories)
    for place, source in enumerate((table(written), jsonl(written))):
        for workers in (1, 2):
            out = tmp_path / f"{place}{workers}"
            run = command.run(source, "--workers", workers, out=out)
            assert run.tables()["stories"] == expected.tables()["stories"]
            assert run.tables()["decisions"] == expected.tables()["decisions"]
    assert [decision.status for decision in deduplicate(written).decisions] == [
        decision["status"] for decision in expected.decisions
    ]


def test_a_unix_time_is_the_same_in_a_table_and_in_json(command, table, jsonl, tmp_path):
    records = pair(1, 1772704800, 1772697600)
    runs = [
        command.run(source, out=tmp_path / f"out{place}")
        for place, source in enumerate((table(records), jsonl(records)))
    ]
    assert runs[0].tables()["decisions"] == runs[1].tables()["decisions"]
    assert runs[0].stories[0]["canonical_id"] == "1-1"


def test_a_run_that_was_killed_before_the_dates_were_read_reads_them(
    command, table, tmp_path, monkeypatch
):
    source = table(pair(1, "03.04.2026", "05.04.2026") + SHOWING)
    whole = command.run(source, out=tmp_path / "whole").tables()

    def fail(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("dedup.pipeline.stages.read_ambiguous_dates", fail)
        command("run", source, "-o", tmp_path / "out", "--quiet")
    with Store(tmp_path / "out" / "store.sqlite") as store:
        assert store.dumps.step is Step.INGESTING
    assert command.run(source, "--resume", out=tmp_path / "out").tables() == whole
    assert Out(tmp_path / "out").manifest["dates"]["unreadable"] == 0
    with Store(tmp_path / "out" / "store.sqlite") as store:
        store.verify(whole=True)


def test_the_order_of_an_earlier_dump_shows_nothing(command, table, tmp_path):
    store = tmp_path / "news.sqlite"
    command.run(table(SHOWING), "--store", store, out=tmp_path / "out1")
    run = command.run(
        table(pair(1, "03.04.2026", "05.04.2026")), "--store", store, out=tmp_path / "out2"
    )
    assert story_dates(run) == [(None, None)]
    assert run.manifest["dates"]["unreadable"] == 2


# --- counts --------------------------------------------------------------------------------------

COUNTED = [
    *pair(1, "2026-04-13", "about\x1b[31m noon"),
    *pair(3, "", "n/a"),
    {"id": "4", "date": "soon" * 50, "text": text_of(4)},
    {"id": "5", "date": "never", "text": "rejected"},
]


def test_the_summary_and_the_manifest_count_the_dates_that_are_not_known(command, table, tmp_path):
    source = table(COUNTED)
    done = command("run", source, "-o", tmp_path / "out")
    line = "dates: 2 missing, 2 unreadable; the first unreadable one: about\\x1b[31m noon (1-1)"
    assert line in done.stderr.splitlines()
    assert Out(tmp_path / "out").manifest["dates"] == {
        "missing": 2,
        "unreadable": 2,
        "guessed": 0,
        "unreadable_id": "1-1",
        "unreadable_date": "about\x1b[31m noon",
    }
    cleaned = command("clean", source, "-o", tmp_path / "clean.jsonl")
    assert line in cleaned.stderr.splitlines()


def test_nothing_is_said_of_dates_that_are_all_known(command, table, tmp_path):
    done = command("clean", table(SHOWING), "-o", tmp_path / "clean.jsonl")
    assert "dates:" not in done.stderr


GUESS = (
    "<html><head><title>{0}</title></head><body><p>{0}.</p><p class='date'>3 May 2026</p></body>"
)


def test_the_guesses_of_pages_are_counted_and_do_not_decide(command, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text(GUESS.format(text_of(1)), "utf-8")
    stated = GUESS.replace("<head>", "<head><meta name='date' content='2026-05-09'>")
    (pages / "b.html").write_text(stated.format(text_of(1)), "utf-8")
    run = command.run(pages, out=tmp_path / "out")
    assert run.manifest["dates"]["guessed"] == 1
    assert story_dates(run) == [("2026-05-09", "2026-05-09")]
    detail = run.stories[0]["why"]["detail"]
    assert detail.startswith("dated 2026-05-09; the runner-up ")
    assert detail.endswith("(id a.html): undated")
    command("clean", pages, "-o", tmp_path / "clean.jsonl", "--quiet")
    sources = {each["id"]: each["date_source"] for each in read_lines(tmp_path / "clean.jsonl")}
    assert sources == {"a.html": "text", "b.html": "meta"}


def test_a_guess_stays_a_guess_in_the_lines_of_clean(command, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, day in (("a", 3), ("b", 9)):
        page = GUESS.format(text_of(1)).replace("3 May", f"{day} May")
        (pages / f"{name}.html").write_text(page, "utf-8")
    clean = tmp_path / "clean.jsonl"
    command("clean", pages, "-o", clean, "--quiet")
    run = command.run(clean, "--canonical", "field:date:desc", out=tmp_path / "out")
    assert run.manifest["dates"]["guessed"] == 2
    assert story_dates(run) == [(None, None)]
    assert run.stories[0]["why"]["rule"] == "id"


def test_the_date_of_a_page_in_a_record_whose_own_is_not_read_counts_as_unreadable(
    command, jsonl, tmp_path
):
    page = GUESS.replace("<head>", "<head><meta name='date' content='2026-05-09'>")
    records = [{"id": n, "date": "soon", "html": page.format(text_of(1))} for n in "ab"]
    run = command.run(jsonl(records), out=tmp_path / "out")
    assert story_dates(run) == [("2026-05-09", "2026-05-09")]
    assert run.manifest["dates"]["unreadable"] == 2

"""What an earlier dump of a store handed on stays, and its copies are duplicates."""

from __future__ import annotations

import itertools
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import ROOT, read_lines

PAGES = ROOT.parent / "shared" / "data" / "pages"

WORDS = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]


def text_of(seed, words=90):
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def with_changes(text, places):
    words = text.split()
    for place in places:
        words[place] = f"new{words[place]}"
    return " ".join(words)


def article(doc_id, text, day=1, **more):
    date = f"2026-03-{day:02}T08:00:00Z"
    return {"id": doc_id, "title": f"About {doc_id}", "date": date, "text": text, **more}


class Dumps:
    """One store and the dumps that it was given."""

    def __init__(self, command, folder, *options):
        self.command, self.folder, self.options = command, folder, options
        self.number = itertools.count(1)

    def add(self, *inputs, options=()):
        out = self.folder / f"out-{next(self.number)}"
        store = self.folder / "news.sqlite"
        return self.command.run(*inputs, "--store", store, *self.options, *options, out=out)


@pytest.fixture
def dumps(command, tmp_path):
    return Dumps(command, tmp_path, "--level", "copies", "--workers", "1")


@pytest.fixture
def days(dumps, jsonl):
    """Add a dump of records."""
    number = itertools.count(1)

    def add(*records, options=()):
        return dumps.add(jsonl(records, f"day-{next(number)}.jsonl"), options=options)

    return add


def changes(out):
    return read_lines(out.path / "changes.jsonl")


def decision(out, doc_id):
    return next(each for each in out.decisions if each["id"] == doc_id)


def kept(out):
    return [doc_id for doc_id, status in out.status().items() if status in ("canonical", "unique")]


def is_replaced(change):
    """Whether a document that was handed on has a new canonical."""
    new = change["change"] == "begun" and change["canonical_id"] in change["added"]
    return new or change["change"] == "canonical"


def has_another_canonical(out):
    return any(map(is_replaced, changes(out)))


COPIES = {
    "exact": text_of(1),
    "with a sentence more": text_of(1) + " " + text_of(2, 6),
    "with a sentence less": text_of(1, 84),
    "with other words": with_changes(text_of(1), (10, 50)),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_what_was_handed_on_is_a_duplicate_whatever_its_id_date_and_address(name, days):
    days(article("m", text_of(1), day=2, url="https://m.example/a/long/address/of/it"))
    out = days(article("a", COPIES[name], day=1, url="https://a.example/1"))

    assert out.status() == {"a": "duplicate"}
    assert decision(out, "a")["canonical_id"] == "m"
    assert not has_another_canonical(out)
    (story,) = out.stories
    assert story["why"]["rule"] == "handed-on"
    assert story["why"]["detail"].startswith("handed on by an earlier dump; the runner-up")


def test_the_reason_tells_the_same_text_from_a_new_one(days):
    days(article("m", text_of(1)))
    second = days(article("a", text_of(1)))
    assert second.stories[0]["why"]["detail"].endswith("a text of an earlier dump again")
    third = days(article("b", COPIES["with other words"]))
    assert third.stories[0]["why"]["runner_up"] == "b"
    assert third.stories[0]["why"]["detail"].endswith("new in this dump")


def test_a_text_that_has_a_tenth_more_replaces_what_was_handed_on(days):
    days(article("m", text_of(1)))
    out = days(article("a", text_of(1) + " " + text_of(2, 12)))

    assert out.status() == {"a": "canonical"}
    assert has_another_canonical(out)
    assert decision(out, "a")["reason"].startswith("elected by complete: covers 100%")


def test_a_leaner_text_replaces_nothing(days):
    """What most documents share is shorter than what was handed on."""
    days(article("m", text_of(1) + " " + text_of(2, 15)))
    out = days(*(article(f"a{n}", text_of(1)) for n in range(4)))
    assert set(out.status().values()) == {"duplicate"}


RULES = ["latest", "earliest", "longest", "shortest-url", "id", "field:priority:desc"]


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_hands_the_same_text_on_again(rule, days):
    days(article("m", text_of(1), day=2, url="https://m.example/2", priority=1))
    better = {"url": "https://a.example", "priority": 2}
    out = days(
        article("a", text_of(1), day=3, **better),
        article("b", text_of(1), day=1, **better),
        options=["--canonical", rule],
    )
    assert set(out.status().values()) == {"duplicate"}


def test_a_named_rule_elects_another_text(days):
    days(article("m", text_of(1), day=1))
    out = days(article("a", COPIES["with other words"], day=2), options=["--canonical", "latest"])
    assert out.status() == {"a": "canonical"}


def test_handed_on_can_be_named_before_other_rules(days):
    days(article("m", text_of(1), day=1))
    longer = article("a", text_of(1) + " " + text_of(2, 12), day=2)
    out = days(longer, options=["--canonical", "handed-on,latest"])
    assert out.status() == {"a": "duplicate"}


def test_what_was_removed_before_is_not_elected_later(days):
    """Many copies of a text that lost are no reason: no survivors would have it."""
    long, short = text_of(1, 100), text_of(1, 85)
    first = days(article("long", long), article("short", short))
    assert kept(first) == ["long"]
    out = days(*(article(f"a{n}", short, day=2) for n in range(6)))
    assert set(out.status().values()) == {"duplicate"}
    assert decision(out, "a0")["canonical_id"] == "long"


def test_a_page_that_becomes_what_it_was_before_is_its_last_version(days):
    page = {"url": "https://post.example/1", "title": "Trams return"}
    before, after = text_of(1), with_changes(text_of(1), range(30, 45))
    days(article("v1", before, day=1, **page))
    assert kept(days(article("v2", after, day=2, **page))) == ["v2"]
    assert kept(days(article("v3", before, day=3, **page))) == ["v3"]


def test_short_texts_again_are_duplicates(days):
    days(article("m", "Rain stops play at noon in the old town.", title="Rain"))
    out = days(
        article("a", "Rain stops play at noon in the old town.", title="Rain"),
        article("b", "Rain stops play at noon in the old town.", title="Another day"),
    )
    assert out.status() == {"a": "duplicate", "b": "unique"}


def test_undated_documents_of_a_dump_with_dates_far_apart_are_known_again(days):
    undated = {"title": "Untimed", "text": text_of(3)}
    first = [article("a", text_of(1), day=1), article("b", text_of(2), day=30)]
    days(*first, {"id": "c", **undated})
    out = days(*({**each, "id": f"2{each['id']}"} for each in first), {"id": "2c", **undated})
    assert set(out.status().values()) == {"duplicate"}


def test_a_chain_of_copies_keeps_its_two_ends(days):
    """The new one is a copy of both that were handed on, which are no copies of one another."""
    one = text_of(1)
    between = with_changes(one, range(0, 12, 3))
    other = with_changes(one, range(0, 24, 3))
    first = days(article("m", one), article("n", other))
    assert kept(first) == ["m", "n"]
    out = days(article("a", between, day=1), article("b", one), article("c", other))
    assert set(out.status().values()) == {"duplicate"}
    assert not has_another_canonical(out)


@pytest.mark.slow
@pytest.mark.skipif(not PAGES.is_dir(), reason="the pages are not there")
@pytest.mark.parametrize("level", ["copies", "stories"])
def test_pages_of_an_earlier_dump_are_handed_on_once(level, dumps, tmp_path):
    """The same files, then in two folders under other names with some that are new."""
    pages = sorted(PAGES.glob("*.html"))[:60]
    first, second = tmp_path / "pages", tmp_path / "again"
    for number, page in enumerate(pages):
        old = second / ("a" if number % 3 else "b") / f"p{number}.html"
        for target in [old] if number >= 40 else [first / page.name, old]:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(page, target)
    options = ["--level", level]
    assert kept(dumps.add(first, options=options))
    again = dumps.add(first, options=options)
    assert kept(again) == []
    assert not has_another_canonical(again)

    mixed = dumps.add(second, options=options)
    fresh = {f"{'a' if number % 3 else 'b'}/p{number}.html" for number in range(40, 60)}
    assert set(kept(mixed)) <= fresh
    assert len(kept(mixed)) > 5
    assert not has_another_canonical(mixed)


BASES = [text_of(seed) for seed in range(10, 13)]
LONG = "\n".join(BASES[:2])

texts = st.one_of(
    st.builds(
        lambda base, places: with_changes(BASES[base], places),
        st.integers(0, 2),
        st.lists(st.integers(0, 89), max_size=9, unique=True),
    ),
    st.builds(
        lambda base, start, end: " ".join(BASES[base].split()[start:end]),
        st.integers(0, 2),
        st.integers(0, 40),
        st.integers(50, 90),
    ),
    st.builds(lambda base, more: f"{BASES[base]} {text_of(more, 9)}", *[st.integers(0, 2)] * 2),
    st.sampled_from([LONG, f"{LONG}\n{BASES[2]}", text_of(5, 12), text_of(6, 20), "Rain."]),
)
URLS = ("https://apnews.com/article/1", "https://a.example/x", "https://a.example/x?y=1",
        "https://b.example/x", "https://c.example/long/address/2")  # fmt: skip
documents = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "url": st.sampled_from(URLS),
        "canonical_url": st.sampled_from(URLS),
        "date": st.sampled_from(
            ["2026-03-01", "2026-03-02T10:00:00Z", "2026-03-03", "2026-03-04", "yesterday"]
        ),
        "title": st.sampled_from(["Ferry runs again", "Ferry runs again on Monday", "Rain"]),
    },
)


def numbered(records, prefix):
    return [{**each, "id": f"{prefix}{number}"} for number, each in enumerate(records)]


@pytest.mark.slow
@pytest.mark.parametrize("level", ["copies", "stories"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(documents, min_size=1, max_size=10),
    others=st.lists(documents, max_size=3),
    chosen=st.sets(st.integers(0, 9)),
    prefix=st.sampled_from("az"),
)
def test_documents_of_an_earlier_dump_are_handed_on_once(
    level, records, others, chosen, prefix, command, jsonl
):
    """All of them again hand nothing on, and a part of them with new ones only new ones."""
    records = [*records, {"text": BASES[0]}]  # else a dump may have no usable document
    with tempfile.TemporaryDirectory() as folder:
        dumps = Dumps(command, Path(folder), "--level", level, "--workers", "1")
        dumps.add(jsonl(numbered(records, "m"), "1.jsonl"))
        again = dumps.add(jsonl(numbered(records, prefix), "2.jsonl"))
        some = [each for number, each in enumerate(records) if number in chosen]
        mixed = [*numbered(some, "old"), *numbered(others, "new")]
        assert kept(again) == []
        assert not has_another_canonical(again)
        if mixed:
            third = dumps.add(jsonl(mixed, "3.jsonl"))
            assert all(doc_id.startswith("new") for doc_id in kept(third))

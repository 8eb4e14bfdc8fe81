"""An index that is asked before a record is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas
import pytest

from dedup import Config, StoryIndex, deduplicate
from dedup.config import CleanConfig
from dedup.errors import ConfigError, DedupError, RejectedRecordError
from dedup.index import candidates, compact_tables
from dedup.parallel.resilient_pool import ResilientPool

SENTENCES = [
    "The ferry to Port Elwood will run again from Monday, its owner said on Thursday.",
    "Two of the four engines had to be replaced after a fire in the night of 3 March.",
    "Nobody was hurt, but 214 passengers spent the night in the hall of a school.",
    "The owner expects to lose 1.3 million crowns, most of which its insurance will pay.",
    "A second ferry, which was to be sold to Greece this spring, stays until the autumn.",
    "Mayor Edda Lindqvist called it good news for the 900 people who live on the island.",
    "Their shop had been supplied by fishing boats, which carry no frozen food at all.",
    "The authority for safety at sea will say in June whether the crew acted correctly.",
]
TEXT = "\n".join(SENTENCES)
OTHER = (
    "Teachers in the north of the country end their strike after eleven weeks, a spokesman said. "
    "Their pay rises by 4.5 percent this year and by as much in the next one. "
    "Lessons that were lost are given in the holidays, for which parents had asked. "
    "The minister of finance does not know yet where the money for all this is to come from."
)
PAGE = """<html lang="en"><head><title>Ferry runs again</title></head><body><article>
<h1>Ferry runs again</h1>{}</article></body></html>""".format(
    "".join(f"<p>{each}</p>" for each in SENTENCES)
)


@pytest.fixture
def index():
    with StoryIndex(level="copies") as opened:
        yield opened


def relations(matches):
    return [(match.id, match.relation) for match in matches]


def test_nothing_matches_in_an_empty_index(index):
    assert index.match({"id": "a", "text": TEXT}) == []


def test_a_copy_names_the_known_document_with_its_address_title_and_date(index):
    known = {
        "id": "a", "text": TEXT, "url": "https://a.example/x", "title": "Ferry runs again",
        "date": "2026-03-05",
    }  # fmt: skip
    assert index.add(known) == "a"
    [match] = index.match({"id": "b", "text": TEXT})
    assert (match.id, match.relation, match.score) == ("a", "exact", 1.0)
    assert (match.url, match.title, match.date) == (known["url"], known["title"], "2026-03-05")
    assert match.score_kind == "jaccard"
    assert match.is_copy


CHANGED = {
    "near": TEXT.replace("Monday", "Tuesday"),
    "abridged": "\n".join(SENTENCES[:4]),
    "expanded": TEXT + "\n" + " ".join(OTHER.split()[:60]),
}


@pytest.mark.parametrize("relation", CHANGED)
def test_the_relation_and_score_are_those_of_a_run(index, relation):
    records = [{"id": "a", "text": TEXT}, {"id": "b", "text": CHANGED[relation]}]
    index.add(records[0])
    [match] = index.match(records[1])
    run = deduplicate(records, config=Config(level="copies"))
    removed = next(each for each in run.decisions if each.relation)
    turned = {"abridged": "expanded", "expanded": "abridged"}
    expected = removed.relation if removed.doc_id == "b" else turned[removed.relation]
    assert match.relation == relation == expected
    assert match.score == pytest.approx(removed.score, abs=1e-4)


def test_other_news_and_the_same_words_with_other_numbers_do_not_match(index):
    report = "Wheat closed at {} crowns, barley at {}, oats at {}, rye at {} and hay at {} a ton. "
    lines = " ".join(report.format(*[n * k for k in range(1, 6)]) for n in (3, 5))
    index.add({"id": "a", "text": lines})
    assert index.match({"id": "b", "text": OTHER}) == []
    other = " ".join(report.format(*[n * k for k in range(1, 6)]) for n in (101, 103))
    assert index.match({"id": "c", "text": other}) == []


def test_a_version_of_the_same_page_is_an_update(index):
    url = "https://a.example/ferry"
    index.add({"id": "a", "text": TEXT, "url": url, "date": "2026-03-05T10:00:00Z"})
    later = "\n".join([*SENTENCES[:5], OTHER])
    asked = {"id": "b", "text": later, "url": url, "date": "2026-03-05T15:00:00Z"}
    assert relations(index.match(asked)) == [("a", "update")]


def test_short_texts_match_only_when_they_are_the_same(index):
    index.add({"id": "a", "title": "Flood", "text": "The river is rising in Elwood."})
    again = {"title": "Flood", "text": "The river is rising in Elwood."}
    assert relations(index.match(again)) == [("a", "exact")]
    assert index.match({"title": "Flood", "text": "The river is falling in Elwood."}) == []
    assert index.match({**again, "title": "A film about rivers"}) == []


def test_the_best_match_comes_first(index):
    index.add({"id": "abridged", "text": CHANGED["abridged"]})
    index.add({"id": "near", "text": CHANGED["near"]})
    index.add({"id": "same", "text": TEXT})
    asked = {"id": "asked", "text": TEXT}
    assert [match.id for match in index.match(asked)] == ["same", "abridged", "near"]


def test_a_record_never_matches_the_document_of_its_own_id(index):
    index.add({"id": "a", "text": TEXT})
    assert index.match({"id": "a", "text": TEXT}) == []


def test_a_record_without_an_id_is_named_by_its_address_else_by_its_text(index):
    assert index.add({"url": "https://a.example/x", "text": TEXT}) == "https://a.example/x"
    named = index.add({"text": OTHER})
    assert named.startswith("text:")
    assert index.add({"text": OTHER}) == named
    assert len(index) == 2


def test_the_same_text_without_id_and_address_matches_itself(index):
    named = index.add({"text": TEXT})
    assert relations(index.match({"text": TEXT})) == [(named, "exact")]


def test_an_id_that_is_added_again_is_replaced(index):
    index.add({"id": "a", "text": TEXT})
    index.add({"id": "a", "text": OTHER})
    assert len(index) == 1
    assert index.match({"id": "b", "text": TEXT}) == []
    assert relations(index.match({"id": "b", "text": OTHER})) == [("a", "exact")]


def test_what_is_removed_is_not_found_again(index):
    for name in ("a", "b"):
        index.add({"id": name, "text": TEXT, "url": "https://a.example/x"})
    assert index.remove("a")
    assert not index.remove("a")
    assert "a" not in index
    assert "b" in index
    assert relations(index.match({"id": "c", "text": TEXT})) == [("b", "exact")]


BEFORE = {
    "a day": date(2026, 3, 3),
    "a time": datetime(2026, 3, 3, tzinfo=UTC),
    "a time without a zone": datetime(2026, 3, 3),
    "text": "2026-03-03",
    "text with a time": "2026-03-03T00:00:00Z",
    "seconds": datetime(2026, 3, 3, tzinfo=UTC).timestamp(),
    "whole seconds of NumPy": np.int64(datetime(2026, 3, 3, tzinfo=UTC).timestamp()),
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_what_was_published_before_a_moment_is_forgotten(index, before):
    for day in (1, 2, 3, 4):
        index.add({"id": str(day), "text": TEXT, "date": f"2026-03-0{day}"})
    index.add({"id": "undated", "text": TEXT})
    assert index.expire(before) == 2
    found = {match.id for match in index.match({"id": "x", "text": TEXT})}
    assert found == {"3", "4", "undated"}


def test_a_date_that_is_none_is_refused(index):
    with pytest.raises(ConfigError, match="is no date; write it as"):
        index.expire("some day")
    for number in (float("nan"), np.float64("nan"), 10**400, True):
        with pytest.raises(ConfigError, match="is no number of seconds"):
            index.expire(number)
    with pytest.raises(TypeError, match="a moment is seconds, a date or text, not NoneType"):
        index.expire(None)


def test_a_page_is_cleaned_and_matches_its_text(index):
    index.add({"id": "page", "html": PAGE, "url": "https://a.example/x"})
    assert relations(index.match({"id": "b", "text": TEXT})) == [("page", "exact")]


REJECTED = {
    "no-text": {"id": "a", "title": "Nothing else"},
    "too-short": {"id": "a", "text": "Page not found."},
    "wrong-type": {"id": "a", "text": {"body": TEXT}},
    "excluded-host": {"id": "a", "text": TEXT, "url": "https://spam.example/x"},
    "not-html": {"id": "a", "html": "%PDF-1.4 and so on"},
}


@pytest.mark.parametrize("reason", REJECTED)
def test_a_record_that_cannot_be_used_is_refused_with_the_word_of_a_run(reason):
    config = Config(level="copies", clean=CleanConfig(exclude_hosts=("spam.example",)))
    with StoryIndex(config=config) as index:
        for ask in (index.add, index.match):
            with pytest.raises(RejectedRecordError, match="the record a cannot be used") as caught:
                ask(REJECTED[reason])
            assert caught.value.reason == reason
        assert len(index) == 0


def test_many_are_added_at_once_and_those_that_cannot_be_used_are_counted(index):
    records = [{"id": "a", "text": TEXT}, *REJECTED.values(), {"id": "b", "text": OTHER}]
    assert index.add_all(records[:3] + records[-1:]) == 2
    assert index.rejected == {"no-text": 1, "too-short": 1}


def test_what_is_no_record_is_a_wrong_type(index):
    with pytest.raises(TypeError, match="a record is a mapping, not str"):
        index.add("https://a.example/x")


def test_a_closed_index_says_so():
    index = StoryIndex(level="copies")
    index.close()
    index.close()
    assert repr(index) == "<StoryIndex at level copies: closed>"
    with pytest.raises(DedupError, match="the index is closed"):
        index.match({"text": TEXT})


def test_a_record_stays_as_it_was(index):
    record = {"text": TEXT, "title": None, "tags": ["sea"]}
    index.add(record)
    assert record == {"text": TEXT, "title": None, "tags": ["sea"]}


PROMPT = "Read more stories like this one every morning in our newsletter, which is free of charge."


def of_site(number, text):
    return {
        "id": f"a{number}", "url": f"https://a.example/{number}", "title": f"Report {number}",
        "text": f"{PROMPT}\n{text}\n{PROMPT.replace('newsletter', 'paper')}",
    }  # fmt: skip


def own_text(number):
    words = [f"word{number * 97 + k * k}" for k in range(60)]
    return "\n".join(" ".join(words[start : start + 20]) + "." for start in (0, 20, 40))


def test_the_lines_of_a_site_are_not_compared_once_they_are_known(index):
    for number in range(4):
        index.add(of_site(number, own_text(number)))
    index.add({"id": "b", "url": "https://b.example/x", "text": own_text(7)})
    assert relations(index.match(of_site(7, own_text(7)))) == [("b", "exact")]


def test_a_record_of_nothing_but_lines_of_its_site_cannot_be_used(index):
    for number in range(4):
        index.add(of_site(number, own_text(number)))
    with pytest.raises(RejectedRecordError) as caught:
        index.match({"id": "x", "url": "https://a.example/x", "text": PROMPT})
    assert caught.value.reason == "no-text"


def test_asking_teaches_nothing(index):
    for number in range(4):
        index.match(of_site(number, own_text(number)))
    index.add({"id": "b", "text": own_text(7)})
    assert relations(index.match(of_site(7, own_text(7)))) == [("b", "expanded")]


def test_an_index_takes_what_deduplicate_takes(index):
    rows = [{"id": 1, "text": TEXT, "date": float("nan")}, {"id": 2, "text": OTHER}]

    assert index.add_all(pandas.DataFrame(rows)) == 2
    assert "1" in index
    assert [each.id for each in index.match({"html": PAGE.encode()})] == ["1"]
    with pytest.raises(TypeError, match="pass a list"):
        index.add_all(rows[0])


def test_a_page_that_is_asked_for_and_added_is_cleaned_once(index, monkeypatch):
    scheduled = []
    schedule = ResilientPool.schedule
    monkeypatch.setattr(
        ResilientPool,
        "schedule",
        lambda pool, *args, **more: scheduled.append(1) or schedule(pool, *args, **more),
    )
    page = {"url": "https://a.example/x", "html": PAGE}
    for _ in range(2):
        index.match(page)
        index.add(page)
    assert len(scheduled) == 1


def test_the_copy_of_one_of_many_texts_off_a_template_is_found(index, monkeypatch):
    monkeypatch.setattr(candidates, "MOST_COMPARED", 3)
    monkeypatch.setattr(compact_tables, "MOST_OF_BUCKET", 5)
    words = [f"word{k}" for k in range(200)]

    def report(number):
        return " ".join(f"{k * number}" if k % 9 == 0 else word for k, word in enumerate(words))

    for number in range(1, 30):
        index.add({"id": f"r{number}", "text": report(number)})
    for number in (1, 15, 29):
        changed = report(number).replace("word4 ", "other ")
        assert relations(index.match({"id": "x", "text": changed})) == [(f"r{number}", "near")]


def test_a_page_that_takes_too_long_is_refused_and_the_next_one_is_cleaned():
    posts = (
        "<p>Port Elwood waits for its ferry since Monday, the owner of the line said.</p>" * 60_000
    )
    endless = f"<html><body><article>{posts}</article></body></html>"  # takes seconds
    with StoryIndex(level="copies", timeout=0.1) as index:
        with pytest.raises(RejectedRecordError) as caught:
            index.add({"id": "a", "html": endless})
        assert caught.value.reason in ("timeout", "crashed")
    with StoryIndex(level="copies", field={"html": "page"}) as index:
        assert index.add({"id": "b", "page": PAGE}) == "b"


def test_a_whole_number_is_the_id_of_a_record_that_has_it():
    with StoryIndex(level="copies") as index:
        index.add({"id": 1, "text": "The ferry to Port Elwood will run again from Monday."})
        assert 1 in index
        assert "1" in index
        assert (index.remove(1), 1 in index) == (True, False)

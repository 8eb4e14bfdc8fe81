"""Front, section, tag and topic pages never stand for an article, and take none with them."""

from __future__ import annotations

import html
import itertools
import json
import re
from pathlib import Path

import pytest

from dedup import Config, deduplicate

CASES = json.loads((Path(__file__).parent / "cases" / "stories.json").read_text("utf-8"))["cases"]

SITE = "https://courier.example"

LANGUAGES = ("es", "de", "ru", "ar", "fr", "zh", "ja")


def articles_of(language):
    """One text of each report in a language, with its headline."""
    first = {}
    for case in CASES:
        if case["language"] == language and case["kind"] != "template":
            for document in case["documents"]:
                if document["story"]:
                    first.setdefault(document["story"], document)
    return [{name: each[name] for name in ("id", "title", "text")} for each in first.values()]


LOOK_ALIKE = "n2-b-1"  # a second resignation, which is joined with the first, lists or not

ENGLISH = [each for each in articles_of("en") if each["id"] != LOOK_ALIKE]


def sentences(text):
    return [
        part
        for line in text.split("\n")
        for part in re.split(r"(?<=[.!?])\s+|(?<=。)", line)
        if part
    ]


def first_sentence(article):
    return sentences(article["text"])[0]


def first_two(article):
    return "\n".join(sentences(article["text"])[:2])


def cut_off(article):
    return " ".join(article["text"].split()[:16]) + " …"


def whole(article):
    return article["text"]


def page(article, day=5, site=SITE):
    """An article as a record."""
    return {**article, "url": f"{site}/{article['id']}", "date": f"2026-03-{day:02}T08:00:00Z"}


def list_page(articles, teaser, name="list", site=SITE):
    """A page that shows the headline and a teaser of some articles."""
    text = "\n".join(f"{each['title']}\n{teaser(each)}" for each in articles)
    return {
        "id": name,
        "title": f"Topic: {name}",
        "text": text,
        "url": f"{site}/{name}",
        "date": "2026-03-05T20:00:00Z",
    }


def statuses(records, **options):
    result = deduplicate(records, config=Config(**options))
    return {each.doc_id: str(each.status) for each in result.decisions}


TEASERS = [first_sentence, first_two, cut_off]
COUNTS = [4, 6, 9, len(ENGLISH)]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("teaser", TEASERS, ids=lambda teaser: teaser.__name__)
@pytest.mark.parametrize("count", COUNTS)
def test_a_list_of_teasers_and_its_articles_all_stay(count, teaser, dated):
    records = [*map(page, ENGLISH[:count]), list_page(ENGLISH[:count], teaser)]
    if not dated:
        records = [{k: v for k, v in each.items() if k != "date"} for each in records]
    assert set(statuses(records).values()) == {"unique"}


@pytest.mark.parametrize("teaser", TEASERS, ids=lambda teaser: teaser.__name__)
@pytest.mark.parametrize("stored", [[0], [3], [6], [0, 1], [2, 5]], ids=str)
def test_one_or_two_entries_of_which_the_dump_has_the_article_are_enough(stored, teaser):
    records = [page(ENGLISH[at]) for at in stored]
    records += [page(each) for each in ENGLISH[-3:]]
    records.append(list_page(ENGLISH[:7], teaser))
    assert set(statuses(records).values()) == {"unique"}


@pytest.mark.parametrize("teaser", TEASERS[:2], ids=lambda teaser: teaser.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_seen_in_any_language(language, teaser):
    articles = articles_of(language)
    assert len(articles) > 1
    records = [*map(page, articles), list_page(articles, teaser)]
    assert set(statuses(records).values()) == {"unique"}


@pytest.mark.parametrize("level", ["copies", "stories"])
@pytest.mark.parametrize("count", [2, 3, 6, 12])
def test_all_posts_of_a_page_of_whole_posts_stay(count, level):
    records = [*map(page, ENGLISH[:count]), list_page(ENGLISH[:count], whole)]
    result = deduplicate(records, config=Config(level=level))
    stay = {each["id"] for each in result.survivors}
    assert stay >= {each["id"] for each in ENGLISH[:count]}
    assert str(result.decision("list").relation) in ("expanded", "None")


@pytest.mark.parametrize("level", ["copies", "stories"])
@pytest.mark.parametrize("stored", [[1], [2, 4], [1, 3, 5]], ids=str)
def test_a_page_of_posts_of_which_the_dump_has_some_loses_none(stored, level):
    records = [page(ENGLISH[at]) for at in stored]
    records.append(list_page(ENGLISH[:6], whole))
    assert set(statuses(records, level=level).values()) == {"unique"}


@pytest.mark.parametrize("level", ["copies", "stories"])
def test_several_lists_of_one_site_share_their_teasers(level):
    articles = ENGLISH[:8]
    records = [
        *map(page, articles),
        list_page(articles, first_sentence, "front"),
        list_page(articles[1:6], first_two, "local"),
        list_page(articles[::2], first_two, "island"),
    ]
    result = statuses(records, level=level)
    assert {result[each["id"]] for each in articles} == {"unique"}


def test_a_list_of_another_host_takes_no_article():
    articles = ENGLISH[:6]
    other = list_page(articles, first_two, site="https://digest.example")
    assert set(statuses([*map(page, articles), other]).values()) == {"unique"}


@pytest.mark.parametrize("level", ["copies", "stories"])
def test_two_crawls_of_a_list_are_copies_of_one_another(level):
    articles = ENGLISH[:6]
    crawls = [list_page(articles, first_two, name) for name in ("noon", "night")]
    crawls[1]["text"] += "\nMore news of the day follows at seven."
    result = deduplicate([*map(page, articles), *crawls], config=Config(level=level))
    assert [sorted(member["id"] for member in each["members"]) for each in result.stories] == [
        ["night", "noon"]
    ]


def test_lists_do_not_keep_two_tellings_of_one_report_apart():
    case = next(each for each in CASES if each["label"] == "two-recalls-by-one-car-maker")
    tellings = [page(each, day=16) for each in case["documents"]]
    lists = [
        list_page([tellings[0], *ENGLISH[:5]], first_sentence, "front"),
        list_page([*ENGLISH[3:8], tellings[0]], first_two, "motoring"),
    ]
    others = [page(each) for each in ENGLISH[:8] if not each["id"].startswith("n3")]
    for pages in ([], lists):
        dated = [{**each, "date": "2026-03-16T09:00:00Z"} for each in (*tellings, *pages)]
        found = deduplicate([*dated, *others]).stories
        members = [sorted(member["id"] for member in each["members"]) for each in found]
        assert ["n3-a-1", "n3-a-2"] in members
        with_articles = [each for each in members if not {*each} <= {"front", "motoring"}]
        assert not {"front", "motoring"}.intersection(itertools.chain(*with_articles))


# --- pages of a mirror ---------------------------------------------------------------------------

SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta property="og:title" content="{title}">{head}</head><body>
<div class="nav"><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></div>
<main>{body}</main><div id="footer"><p>© The Courier</p></div></body></html>"""


def paragraphs(text):
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line)


def shell(title, body, head=""):
    return SHELL.format(title=html.escape(title), head=head, body=body)


def write_mirror(folder, articles):
    """Write articles, one as amp and print too, a front page, a section and a tag page."""

    def write(path, text):
        file = folder / path / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    for each in articles:
        address = f"{SITE}/2026/03/{each['id']}"
        head = f'<link rel="canonical" href="{address}">'
        dated = '<meta property="article:published_time" content="2026-03-05T08:00:00+00:00">'
        body = f"<h1>{html.escape(each['title'])}</h1>{paragraphs(each['text'])}"
        write(f"2026/03/{each['id']}", shell(each["title"], body, head + dated))
        if each is articles[0]:
            write(f"2026/03/{each['id']}/amp", shell(each["title"], body, head))
            note = f"<p>Printed from {address} on 9 April 2026</p>"
            printed = body.replace("</h1>", f"</h1>{note}", 1)
            write(f"2026/03/{each['id']}/print", shell(each["title"], printed))
    for path, teaser, shown in (
        (".", first_sentence, articles),
        ("local", first_two, articles[:4]),
        ("tag/island", whole, articles[:3]),
    ):
        cards = "".join(
            f'<article class="card"><h2><a href="/{each["id"]}">{html.escape(each["title"])}</a>'
            f"</h2>{paragraphs(teaser(each))}</article>"
            for each in shown
        )
        write(path, shell(f"Courier {path}", cards))


@pytest.mark.parametrize("count", [4, 6, 9])
@pytest.mark.parametrize("level", ["copies", "stories"])
def test_of_a_mirror_the_articles_stay_and_their_amp_and_print_pages_go(
    level, count, command, tmp_path
):
    articles = ENGLISH[:count]
    write_mirror(tmp_path / "mirror", articles)
    out = command.run(tmp_path / "mirror", "--level", level, out=tmp_path / "out")
    names = [f"2026/03/{each['id']}" for each in articles]
    stay = {each["id"].removesuffix("/index.html") for each in out.survivors}
    assert stay >= {*names}
    gone = {
        each["id"].removesuffix("/index.html"): each["canonical_id"].removesuffix("/index.html")
        for each in out.decisions
        if each["status"] == "duplicate"
    }
    assert gone.pop(f"{names[0]}/amp") == gone.pop(f"{names[0]}/print") == names[0]
    lists = {"index.html", "local", "tag/island"}
    assert gone.keys() <= lists  # where a kept article or another list has all of it
    assert {gone[each] for each in gone} <= {*lists, names[0]}

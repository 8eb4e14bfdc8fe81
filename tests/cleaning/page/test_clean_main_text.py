"""What of a page is its text: on pages built as they should be, and on others."""

import pytest

from dedup.cleaning.page.extract import extract
from dedup.models import Extraction

SENTENCES = (
    "The lighthouse on Gull Point will be repaired in summer, the harbour board said on Monday.",
    "Its lamp has been dark since a storm in January tore away a part of the gallery.",
    "Divers found that the rock below the tower is sound, and that only the mortar has suffered.",
    "The keeper's house, which stands empty, is to become a small museum of the coast.",
    "Work begins in May and will take about four months, depending on the weather.",
    "Fishermen had asked for a buoy in the meantime, and one was laid out last week.",
    "The board pays half of the cost, and the rest comes from a fund for old towers.",
    "Visitors will be let in from next spring, in groups of ten and only when the sea is calm.",
)
ARTICLE = "".join(f"<p>{each}</p>" for each in SENTENCES)
MENU = "<ul>" + "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(9)) + "</ul>"
HEADLINE = "Lighthouse on Gull Point to be repaired"


def page(body, head=""):
    return (
        f'<!DOCTYPE html><html><head><title>{HEADLINE}</title><meta property="og:title" '
        f'content="{HEADLINE}">{head}</head><body>{MENU}<h1>{HEADLINE}</h1>{body}</body></html>'
    )


def text_of(html):
    found = extract(html.encode())
    assert isinstance(found, Extraction)
    return found.text


@pytest.mark.parametrize(
    "element",
    [
        "main", "article", "div", "section", "aside", "nav", "footer", "header", "noscript", "form",
        "figure", "details", "dialog", "menu", "blockquote", "center", "table><tr><td",
    ],
)  # fmt: skip
@pytest.mark.parametrize("closed", [True, False])
def test_an_article_is_found_in_any_element(element, closed):
    end = "".join(f"</{name.strip('<>')}>" for name in reversed(element.split("><")))
    text = text_of(page(f"<{element}>{ARTICLE}{end if closed else ''}"))
    assert all(each in text for each in SENTENCES)
    assert "Section 3" not in text


def test_an_article_in_an_aside_is_found_behind_an_introduction_of_its_own():
    introduction = "<p>Our reporters were there when the board met; their notes are below.</p>"
    text = text_of(page(f'{introduction}<aside class="story">{ARTICLE}</aside>'))
    assert all(each in text for each in SENTENCES)


def test_captions_are_the_article_of_a_page_of_pictures():
    figures = "".join(
        f'<figure><img src="{n}.jpg"><figcaption><p>{each}</p></figcaption></figure>'
        for n, each in enumerate(SENTENCES)
    )
    text = text_of(page(f"<p>The tower in pictures.</p>{figures}"))
    assert all(each in text for each in SENTENCES)


def test_lines_without_paragraphs_are_found():
    body = "<div class=story>" + "<br><br>".join(SENTENCES * 2) + "</div>"
    assert all(each in text_of(page(body)) for each in SENTENCES)


def test_a_text_that_breaks_off_goes_on_in_the_same_place_of_the_page():
    box = '<div class="box"><a href="/x">Read more: storms</a></div>'
    parts = "".join(
        f'<div class="body part"><p>{each}</p></div>{box if n % 2 else ""}'
        for n, each in enumerate(SENTENCES * 3)
    )
    text = text_of(page(f'<div class="page"><div class="story">{parts}</div></div>'))
    assert all(text.count(each) >= 1 for each in SENTENCES)


def test_the_article_below_is_another_one():
    other = "".join(
        f"<p>Another report, number {n}, on a match that the town lost in the rain.</p>"
        for n in range(12)
    )
    text = text_of(
        page(
            f'<main><article class="story open"><div class="text">{ARTICLE}</div></article></main>'
            f'<div class="next"><article class="story closed"><div class="text">{other}</div>'
            "</article></div>"
        )
    )
    assert SENTENCES[0] in text
    assert "Another report" not in text


def declared(body, headline=HEADLINE):
    return (
        '<script type="application/ld+json">{"@context": "https://schema.org", '
        f'"@type": "NewsArticle", "headline": "{headline}", "articleBody": "{body}"}}</script>'
    )


TEASERS = "".join(
    f'<div class="card"><h3><a href="/{n}">Story {n}</a></h3><p>A short teaser of story {n}, which '
    "is about something else and has one sentence of some length.</p></div>"
    for n in range(4)
)


def test_the_declared_text_is_taken_where_the_page_shows_only_teasers():
    text = text_of(page(TEASERS, head=declared(r"\n\n".join(SENTENCES))))
    assert text == "\n".join(SENTENCES)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (declared(" ".join(SENTENCES), headline="Ferry sails again"), ARTICLE),
        (declared(" ".join(SENTENCES[:3])), ARTICLE),
        (declared("A teaser, and no more than that."), ARTICLE),
    ],
)
def test_the_text_of_the_page_stays_where_the_declared_one_is_another_or_no_more(head, body):
    assert text_of(page(f"<article>{body}</article>", head=head)) == "\n".join(SENTENCES)


def test_a_declared_text_of_another_article_is_not_taken():
    other = declared("Some other text of some length that is no part of this page. " * 20, "Ferry")
    assert "Some other text" not in text_of(page(f"<article>{ARTICLE}</article>", head=other))


def test_a_declared_text_loses_its_markup():
    body = "".join(f"<p>{each}</p>" for each in SENTENCES)
    assert text_of(page(TEASERS, head=declared(body))) == "\n".join(SENTENCES)


@pytest.mark.parametrize("element", ["aside", "nav", "footer", "noscript", "dialog", "menu"])
@pytest.mark.parametrize("before", [True, False])
def test_teasers_are_not_taken_for_the_article_beside_them(element, before):
    article = f"<{element}>{ARTICLE}</{element}>"
    text = text_of(page(TEASERS + article if before else article + TEASERS))
    assert text == "\n".join(SENTENCES)


def test_captions_that_mark_no_paragraphs_are_found_beside_teasers():
    figures = "".join(
        f'<figure><img src="{n}.jpg"><figcaption>{each}</figcaption></figure>'
        for n, each in enumerate(SENTENCES)
    )
    assert text_of(page(figures + TEASERS * 2)) == "\n".join(SENTENCES)


def test_comments_are_not_taken_for_an_article_that_says_little_of_its_headline():
    comments = "".join(
        f'<div class="reply"><p>The lighthouse on Gull Point should have been repaired in {n}, '
        "as I wrote to this newspaper at the time, and nobody answered.</p></div>"
        for n in range(1990, 2010)
    )
    own = "".join(f"<p>{each}</p>" for each in SENTENCES[1:])
    text = text_of(page(f'<article>{own}</article><div id="replies">{comments}</div>'))
    assert all(each in text for each in SENTENCES[1:])


def test_a_box_of_the_site_is_not_taken_for_a_long_article_with_a_headline_of_other_words():
    box = "<aside><p>The Keeper writes of the coast each week: subscribe to The Keeper.</p></aside>"
    html = page(f"<article>{ARTICLE}</article>{box}").replace(HEADLINE, "Keeper writes of coast")
    assert SENTENCES[0] in text_of(html)


def test_short_articles_in_chinese_are_found_in_any_element():
    lines = (
        "海边的老灯塔将在夏天修复，港务局周一宣布了这一计划，费用由一项基金承担一半。",
        "灯塔在一月的风暴中失去了部分栏杆，从那时起一直没有亮灯，渔民只能依靠浮标。",
        "潜水员检查了塔下的岩石，认为地基依然稳固，只有砌缝受到海水侵蚀需要重做。",
        "工程将在五月开始，预计需要四个月，守塔人的旧屋将改建成一座小型海岸博物馆。",
    )
    body = "".join(f"<p>{each}</p>" for each in lines)
    html = page(f"<aside>{body}</aside>").replace(HEADLINE, "海边老灯塔将修复")
    assert text_of(html) == "\n".join(lines)


def test_a_declared_text_of_another_article_under_the_own_headline_is_not_taken():
    other = declared("Some other text of some length that is no part of this page. " * 20)
    assert text_of(page(f"<article>{ARTICLE}</article>", head=other)) == "\n".join(SENTENCES)


def test_the_headline_of_a_page_that_names_only_its_site_is_the_declared_one():
    head = declared(r"\n".join(SENTENCES)).replace(
        '"headline"', '"publisher": {"name": "The Coast Courier"}, "headline"'
    )
    html = f"<html><head><title>Coast Courier</title>{head}</head><body>{TEASERS}</body></html>"
    found = extract(html.encode())
    assert isinstance(found, Extraction)
    assert (found.title, found.text) == (HEADLINE, "\n".join(SENTENCES))


def test_the_name_of_the_site_in_the_first_heading_is_no_title():
    head = '<meta property="og:site_name" content="Coast Courier"><title>Lamp on again</title>'
    html = f"<html><head>{head}</head><body><h1>Coast Courier</h1>{ARTICLE}</body></html>"
    found = extract(html.encode())
    assert isinstance(found, Extraction)
    assert found.title == "Lamp on again"

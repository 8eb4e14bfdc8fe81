"""What of a page is its text: on pages built as they should be, and on others."""

import pytest

from dedup.clean.extract import extract
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

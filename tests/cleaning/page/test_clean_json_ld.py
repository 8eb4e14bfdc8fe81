import time

import pytest

from dedup.cleaning.page.json_ld import declared_articles
from dedup.cleaning.page.page_tree import parse


def declared(*data):
    scripts = "".join(f'<script type="application/ld+json">{each}</script>' for each in data)
    return declared_articles(parse(f"<html><head>{scripts}</head><body></body></html>".encode()))


ARTICLE = '{"@type": "NewsArticle", "headline": "Bridge opens", "datePublished": "2026-03-05"}'


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@graph": [{{"@type": "WebSite"}}, {ARTICLE}]}}',
        f'{{"@type": "WebSite", "mainEntity": {ARTICLE}}}',
        ARTICLE.replace('"NewsArticle"', '["Thing", "https://schema.org/ReportageNewsArticle"]'),
        ARTICLE.replace('"NewsArticle"', '"LiveBlogPosting"'),
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"{ARTICLE};",
        ARTICLE[:-1] + ",}",
        ARTICLE.replace("Bridge opens", "Bridge\n opens"),
    ],
)
def test_an_article_is_found_however_it_is_declared(data):
    (article,) = [each for each in declared(data) if each.is_article]
    assert (article.headline, article.published) == ("Bridge opens", "2026-03-05")


@pytest.mark.parametrize(
    "data",
    [
        f'{{"@type": "ItemList", "itemListElement": [{ARTICLE}]}}',
        f'{{"@type": "Person", "name": "x", "subjectOf": {ARTICLE}}}',
        '{"@type": "Organization", "name": "Example"}',
        '"text"', "7", "null", "[[]]", "", "{",
    ],
)  # fmt: skip
def test_articles_of_lists_and_other_things_are_not_the_page_s_own(data):
    assert declared(data) == []


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ('"Jane Doe"', ("Jane Doe",)),
        ('{"@type": "Person", "name": "Jane Doe"}', ("Jane Doe",)),
        ('[{"name": "Jane Doe"}, {"@type": ["Person"], "name": ["John Roe"]}]',
         ("Jane Doe", "John Roe")),
        ('{"@type": "Person", "givenName": "Jane", "familyName": "Doe"}', ("Jane Doe",)),
        ('{"@type": "Organization", "name": "Example Times"}', ()),
        ("7", ()), ("null", ()), ('{"@type": "Person", "name": {"a": 1}}', ()),
    ],
)  # fmt: skip
def test_authors_are_named_and_no_organisations(author, names):
    (article,) = declared(ARTICLE[:-1] + f', "author": {author}}}')
    assert article.authors == names


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ('"Bridge &amp; river"', "Bridge & river"),
        ('"<b>Bridge</b> opens"', "Bridge opens"),
        ('"Bridge\\u0020opens"', "Bridge opens"),
        ('["Bridge", "opens"]', None),
        ('{"@value": "Bridge"}', None),
    ],
)
def test_a_headline_is_a_plain_text(headline, title):
    (article,) = declared(f'{{"@type": "NewsArticle", "headline": {headline}}}')
    assert article.headline == title


def test_broken_data_gives_what_stands_in_front_in_time_that_grows_with_its_length():
    author = '"author": {"@type": "Person", "name": "Jane Doe"}'
    updates = ", ".join(['{"@type": "Person", "headline": "x", "names": [1, 2]}'] * 20_000)
    began = time.process_time()
    (article,) = declared(
        f'{{"headline": "Bridge opens", {author}, "updates": [{updates}, "end": }}'
    )
    assert (article.headline, article.authors) == ("Bridge opens", ("Jane Doe",))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("data", ["[" * 100_000, '{"a":' * 100_000, '{"a": [' * 5_000 + "1"])
def test_data_nested_without_end_is_no_article(data):
    assert declared(data) == []

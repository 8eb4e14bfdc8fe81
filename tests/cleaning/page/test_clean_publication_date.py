import pytest

from dedup.cleaning.page.extract import extract
from dedup.models import Extraction

SENTENCE = "The committee met on Tuesday and spoke about the bridge over the river for two hours. "


def dated(head="", body=""):
    html = (
        f"<html><head><title>Bridge opens today</title>{head}</head><body><h1>Bridge opens today"
        f"</h1><article>{f'<p>{SENTENCE * 3}</p>' * 4}</article>{body}</body></html>"
    )
    found = extract(html.encode())
    return found.date, found.date_source


def article(date, headline="Bridge opens today"):
    return f'{{"@type": "NewsArticle", "headline": "{headline}", "datePublished": "{date}"}}'


def data(*articles):
    return f'<script type="application/ld+json">[{", ".join(articles)}]</script>'


STAMP = "2026-03-05T08:00:00Z"
READ = "2026-03-05T08:00:00+00:00"
OTHER = "2011-02-03T08:00:00Z"


@pytest.mark.parametrize(
    "head",
    [
        data(article(STAMP)),
        data(f'{{"@type": "ItemList", "itemListElement": [{article(OTHER, "Old")}]}}',
             article(STAMP)),
        data(article(OTHER, "Some other news of long ago"), article(STAMP)),
        data(f'{{"@type": "WebPage", "datePublished": "{OTHER}"}}', article(STAMP)),
    ],
)  # fmt: skip
def test_the_page_s_own_article_says_when_it_was_published(head):
    assert dated(head) == (READ, "jsonld")


@pytest.mark.parametrize(
    ("head", "body", "date", "source"),
    [
        (f'<meta property="article:published_time" content="{STAMP}">', "", READ, "meta"),
        ('<meta name="pubdate" content="Thu, 05 Mar 2026 08:00:00 GMT">', "", "2026-03-05", "meta"),
        ("", f'<time itemprop="datePublished" datetime="{STAMP}">5 March</time>', READ, "time"),
        ('<link rel="canonical" href="https://a.example/2026/3/5/x">', "", "2026-03-05", "url"),
        ('<link rel="canonical" href="https://a.example/x20260305.html">', "", "2026-03-05", "url"),
    ],
)  # fmt: skip
def test_what_a_page_states_is_believed(head, body, date, source):
    assert dated(head, body) == (date, source)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<footer>© 2009-2026 The Example Courier</footer>"),
        ("", '<ul><li><a href="/x">Storm</a> 2 January 2019</li></ul>'),
        (f'<meta property="article:modified_time" content="{STAMP}">', ""),
        ('<link rel="canonical" href="https://a.example/2026/03/bridge">', ""),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00Z">', ""),
        ("", "<p>Thu, 03/05/2026</p>"),
        (data(article(OTHER, "Old"), article(OTHER, "Older news of the town")), ""),
    ],
)
def test_anything_else_is_a_guess_or_nothing(head, body):
    date, source = dated(head, body)
    assert source == ("text" if date else None)


@pytest.mark.parametrize(
    "other",
    [
        '<div itemscope itemtype="https://schema.org/VideoObject"><meta itemprop="datePublished" '
        'content="2017-01-01"></div>',
        '<div itemscope itemtype="https://schema.org/Comment"><time itemprop="datePublished" '
        'datetime="2017-01-01">then</time></div>',
        '<ul class="related"><li><time pubdate datetime="2017-01-01">then</time></li></ul>',
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Gold coins found '
        'under a chapel", "datePublished": "2017-01-01"}</script>',
    ],
)
def test_a_date_that_is_stated_of_another_text_is_not_believed(other):
    body = "<p>The old mill at Asby was sold on Friday to a group of bakers from the town.</p>" * 3
    page = f"<html><head><title>Mill at Asby sold</title></head><body>{body}{other}</body></html>"
    found = extract(page.encode())
    assert isinstance(found, Extraction)
    assert found.date is None or found.date_source == "text"


@pytest.mark.parametrize("kind", ["NewsArticle", "WebPage", "Blog"])
def test_a_date_that_is_stated_of_the_page_is_believed(kind):
    time = '<time itemprop="datePublished" datetime="2026-03-05T08:00">5 March</time>'
    body = f'<div itemscope itemtype="https://schema.org/{kind}">{time}<p>{SENTENCE * 4}</p></div>'
    found = extract(
        f"<html><head><title>Bridge opens</title></head><body>{body}</body></html>".encode()
    )
    assert isinstance(found, Extraction)
    assert (found.date, found.date_source) == ("2026-03-05T08:00:00", "time")

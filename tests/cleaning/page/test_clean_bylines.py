import pytest

from dedup.cleaning.page.bylines import names_of
from dedup.cleaning.page.extract import extract

SENTENCE = "The committee met on Tuesday and spoke about the bridge over the river for two hours."
ARTICLE = f"<p>{SENTENCE}</p>" * 6


def author(above="", below="", head=""):
    html = (
        f"<html><head><title>Bridge</title>{head}</head><body><main><h1>Bridge opens</h1>{above}"
        f"<div>{ARTICLE}</div>{below}</main></body></html>"
    )
    return extract(html.encode()).author


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("BY JANE DOE AND JOHN ROE", "JANE DOE; JOHN ROE"),
        ("Von Jana Dohm und Jan Rau", "Jana Dohm; Jan Rau"),
        ("Jane Doe, Example Times", "Jane Doe; Example Times"),
        ("Jane Doe is a reporter in Lima", "Jane Doe"),
        ("Jane Doe March 3, 2026", "Jane Doe"),
        ("Jane Doe | November 19, 2019", "Jane Doe"),
        ("Theresa May and Linh To", "Theresa May; Linh To"),
        ("jane doe", "Jane Doe"),
        ("jane@example.com", None),
        ("@janedoe", None),
        ("https://example.com/jane", None),
        ("2 March 2026", None),
        ("admin", None),
        ("", None),
        ("x" * 200, None),
    ],
)
def test_the_names_of_a_byline(written, names):
    assert names_of([written]) == names


@pytest.mark.parametrize(
    "above",
    [
        '<span class="byline">By Jane Doe</span>',
        '<a rel="author" href="/jane">Jane Doe</a>',
        '<span itemprop="author">Jane Doe</span>',
        '<div class="article-info"><ul class="Article-Author"><li>by Jane Doe</li></ul></div>',
        '<p class="author">Jane Doe</p>',
        '<div class="widget Blog"><div class="post-author">Jane Doe</div></div>',
    ],
)
def test_the_byline_above_the_article_names_its_author(above):
    assert author(above) == "Jane Doe"


COMMENTS = [
    '<div id="discuss"><div class="author">angry_gull</div><p>Typical.</p></div>',
    '<ol class="commentlist"><li><cite class="author">Angry Gull</cite> says: no.</li></ol>',
    '<section class="voices"><div class="author">Angry Gull</div><p>Typical.</p></section>',
    '<div class="thread"><b class="author">By Angry Gull</b> no <b class="author">By Sea</b></div>',
]


@pytest.mark.parametrize("below", COMMENTS)
def test_a_commenter_is_not_the_author(below):
    assert author(below=below) is None
    assert author('<span class="byline">By Jane Doe</span>', below) == "Jane Doe"


@pytest.mark.parametrize("name", ["kommentare", "comentarios", "forum-posts", "latest", "thread"])
def test_a_commenter_above_the_article_is_not_its_author(name):
    assert author(f'<div class="{name}"><b class="author">Angry Gull</b><p>No.</p></div>') is None


def test_the_only_byline_below_the_article_counts_where_it_says_that_it_is_one():
    assert author(below='<span class="post-author">Posted by Jane Doe on 9/30/2026</span>') == (
        "Jane Doe"
    )


def test_what_a_page_states_comes_before_what_its_byline_says():
    byline = '<span class="byline">By the desk</span>'
    assert author(byline, head='<meta name="author" content="Jane Doe">') == "Jane Doe"
    two = '<meta name="author" content="Jane Doe"><meta name="author" content="John Roe">'
    assert author(byline, head=two) == "Jane Doe; John Roe"
    assert author(
        '<span class="byline">By Jane Doe</span>', head='<meta name="author" content="admin">'
    ) == ("Jane Doe")

import ast
from pathlib import Path

import pytest
import trafilatura

import dedup
from dedup.cleaning.page.extract import extract
from dedup.models import Extraction, Reason, Rejection

SENTENCE = "The committee met on Tuesday and spoke about the bridge over the river for two hours. "
BODY = "".join(f"<p>Paragraph {number}. {SENTENCE * 3}</p>" for number in range(5))


def page(head="", body=BODY, lang=' lang="en-GB"'):
    content = f"<body><article>{body}</article></body>"
    return f"<!DOCTYPE html><html{lang}><head>{head}</head>{content}</html>"


def taken(html):
    found = extract(html if isinstance(html, bytes) else html.encode())
    assert isinstance(found, Extraction)
    return found


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n\t ", Reason.EMPTY),
        (b"%PDF-1.4 \x00\x01\x02", Reason.NOT_HTML),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Reason.NOT_HTML),
        (b'{"text": "json"}', Reason.NOT_HTML),
        (b"words without any markup", Reason.NOT_HTML),
        (b"\x00" * 200, Reason.NOT_HTML),
        (b"<html><head><title>T</title></head><body></body></html>", Reason.NO_TEXT),
    ],
)
def test_a_page_without_text_is_rejected(html, reason):
    found = extract(html)
    assert isinstance(found, Rejection)
    assert found.reason is reason
    assert found.detail


def test_the_main_text_comes_out_without_captions():
    caption = "<figure><img src='a.jpg'><figcaption>The bridge at dusk.</figcaption></figure>"
    found = taken(page(body=BODY + caption))
    assert found.text.startswith("Paragraph 0.")
    assert found.text.count("\n") == 4
    assert "dusk" not in found.text


MIRRORED = "<!-- Mirrored from x.example/a.html by HTTrack Website Copier/3.x [XR&CO'2014], Mon -->"
SAVED = [
    (MIRRORED, "http://x.example/a.html"),
    ("<!-- saved from url=(0024)https://x.example/a?b=1 -->", "https://x.example/a?b=1"),
    (
        "<!--\n Page saved with SingleFile \n url: https://x.example/a \n saved date: Fri\n-->",
        "https://x.example/a",
    ),
    ("<!-- Mirrored from x.example by hand -->", None),
    ("<!-- see https://x.example/a -->", None),
]


@pytest.mark.parametrize(("comment", "address"), SAVED)
def test_a_page_without_its_address_has_that_from_which_a_program_saved_it(comment, address):
    relative = '<link rel="canonical" href="a.html"><meta property="og:url" content="a.html">'
    assert taken(page(comment + relative)).url == address
    stated = '<meta property="og:url" content="https://y.example/b">'
    assert taken(page(comment + stated)).url == "https://y.example/b"


def test_a_fragment_is_a_page():
    assert taken(f"<div>{BODY}</div>").text.startswith("Paragraph 0.")
    assert taken(f"<p>{SENTENCE}</p>").text == SENTENCE.strip()
    assert taken(f"<div><p>{SENTENCE * 9}</p></div>").text == (SENTENCE * 9).strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_is_found(encoding):
    html = page(f'<meta charset="{encoding}">', body=f"<p>L'été à la plage. {SENTENCE * 4}</p>")
    assert "L'été à la plage" in taken(html.encode(encoding)).text


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2024-11-03T09:30:00+01:00">',
         "2024-11-03T09:30:00+01:00"),
        ('<meta property="article:published_time" content="2024-11-03T09:30:00.123Z">',
         "2024-11-03T09:30:00+00:00"),
        ('<meta property="article:modified_time" content="2024-11-05T09:30:00Z">'
         '<meta property="article:published_time" content="2024-11-03 09:30">',
         "2024-11-03T09:30:00"),
        ('<meta name="date" content="2024-11-03T09:30:00-0500">', "2024-11-03T09:30:00-05:00"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "datePublished":'
         ' "2024-11-03T09:30:00Z", "dateModified": "2024-11-09T09:30:00Z"}</script>',
         "2024-11-03T09:30:00+00:00"),
        ('<meta property="article:published_time" content="2024-11-03">', "2024-11-03"),
        ('<meta name="date" content="2024-11-03T29:90:00Z">'
         '<meta itemprop="datePublished" content="2024-11-03">', "2024-11-03"),
        # a day read from the URL is local, the stamp is not
        ('<link rel="canonical" href="https://example.org/2024/11/03/bridge">'
         '<meta property="article:published_time" content="2024-11-04T02:00:00Z">',
         "2024-11-04T02:00:00+00:00"),
        # a stamp that is days away is another event's
        ('<link rel="canonical" href="https://example.org/2024/11/03/bridge">'
         '<meta property="article:published_time" content="2024-12-24T02:00:00Z">',
         "2024-11-03"),
        ('<meta property="article:published_time" content="2098-11-03T09:30:00Z">',
         "2098-11-03T09:30:00+00:00"),
        ("", None),
    ],
)  # fmt: skip
def test_the_date_of_publication_keeps_its_time(head, date):
    assert taken(page(head)).date == date


def test_a_time_element_of_publication_gives_the_time():
    day = '<meta name="date" content="2024-11-03"><script>var a = 1</script>'
    time = '<time itemprop="datePublished" datetime="2024-11-03T08:00:00Z">3 November</time>'
    assert taken(page(day, body=time + BODY)).date == "2024-11-03T08:00:00+00:00"
    other = '<time datetime="2024-11-03T08:00:00Z">3 November</time><time pubdate>then</time>'
    assert taken(page(day, body=other + BODY)).date == "2024-11-03"


def test_the_addresses_that_the_page_gives_itself():
    found = taken(
        page(
            '<link rel="alternate" href="https://example.org/amp">'
            '<link rel="Canonical" href=" https://example.org/bridge ">'
            '<meta property="og:url" content="https://m.example.org/bridge">'
        )
    )
    assert found.canonical_url == "https://example.org/bridge"
    assert found.url == "https://m.example.org/bridge"
    assert found.hostname == "example.org"
    relative = taken(page('<link rel="canonical" href="/bridge"><meta property="og:url">'))
    assert (relative.canonical_url, relative.url) == (None, None)


@pytest.mark.parametrize(
    ("title", "expect"),
    [
        ("Bridge opens", "Bridge opens"),
        ("Bridge opens | Example Times", "Bridge opens"),
        ("Bridge opens - Example Times", "Bridge opens"),
        ("Example Times | Bridge opens", "Bridge opens"),
        ("Bridge opens - what we know", "Bridge opens - what we know"),
        ("Bridge opens | Exámple Times", "Bridge opens"),
    ],
)
def test_the_title_loses_the_name_of_the_site(title, expect):
    head = (
        f'<meta property="og:title" content="{title}">'
        '<meta property="og:site_name" content="Example Times">'
        '<link rel="canonical" href="https://www.exampletimes.com/bridge">'
    )
    found = taken(page(head))
    assert found.title == expect
    assert found.site == "Example Times"


def test_language_author_and_description():
    head = '<meta name="author" content="Jane Doe"><meta name="description" content="A bridge.">'
    found = taken(page(head))
    assert (found.language, found.author, found.description) == ("en", "Jane Doe", "A bridge.")
    assert taken(page(lang=' xml:lang="DE"')).language == "de"
    assert taken(page(lang="")).language is None
    assert taken(page(lang=' lang="*"')).language is None


@pytest.mark.parametrize(
    ("html", "source"),
    [
        (page('<meta property="article:published_time" content="2024-11-03T09:30:00Z">'), "meta"),
        (page('<meta name="date" content="2024-11-03">'), "meta"),
        (
            page('<meta property="og:url" content="https://a.example/2024/11/03/bridge.html">'),
            "url",
        ),
        (page(body=BODY + '<p class="date">3 November 2024</p>'), "text"),
        (page(), None),
    ],
)
def test_a_date_carries_its_source(html, source):
    found = taken(html)
    assert found.date_source == source
    assert (found.date or "")[:10] == ("2024-11-03" if source else "")


def test_only_the_public_names_of_trafilatura_are_used():
    """A page that its next release cannot read as this one does must fail here, not in a run."""
    names = set()
    for path in (Path(dedup.__file__).parent).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trafilatura"):
                names.add(f"from {node.module}")
            elif isinstance(node, ast.Import):
                names.update(
                    f"import {each.name}" for each in node.names if "trafilatura." in each.name
                )
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "trafilatura":
                assert isinstance(node.ctx, ast.Load)
                names.add(node.attr)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
                assert getattr(node.args[0], "id", "") != "trafilatura"
    assert names
    assert names <= set(trafilatura.__all__)

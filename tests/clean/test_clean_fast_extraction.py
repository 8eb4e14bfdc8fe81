"""What is used of Trafilatura's inner parts; an update that takes one away fails here."""

import time

import pytest
import trafilatura
from trafilatura import core, external, metadata

from dedup.clean import fast_extraction

SENTENCE = "The committee met on Tuesday and spoke about the bridge over the river for two hours. "
BODY = "".join(f"<p>Paragraph {number}. {SENTENCE * 3}</p>" for number in range(5))


def page(head="", body=BODY):
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode()


def read(html):
    return fast_extraction.read_page(fast_extraction.parse(html))


def test_the_parts_that_are_replaced_are_still_there_and_still_called(monkeypatch):
    for part in ("extract_meta_json", "extract_catstags", "extract_license"):
        assert callable(getattr(metadata, part))
    assert core.extract_metadata is metadata.extract_metadata
    assert core.compare_extraction is external.compare_extraction
    called = []
    for module, part in (
        (fast_extraction._metadata, "extract_meta_json"),
        (fast_extraction._metadata, "extract_catstags"),
        (fast_extraction._metadata, "extract_license"),
        (fast_extraction._core, "extract_metadata"),
        (fast_extraction._core, "compare_extraction"),
    ):
        inner = getattr(module, part)
        monkeypatch.setattr(
            module,
            part,
            lambda *args, inner=inner, part=part: called.append(part) or inner(*args),
        )
    read(page())
    assert set(called) == {
        "extract_meta_json", "extract_catstags", "extract_license", "extract_metadata",
        "compare_extraction",
    }  # fmt: skip


def test_for_everyone_else_trafilatura_stays_what_it_is():
    assert fast_extraction._core is not core
    assert core.compare_extraction is external.compare_extraction
    html = page('<meta property="article:section" content="Bridges">')
    assert trafilatura.bare_extraction(html, with_metadata=True).categories == ["Bridges"]
    assert read(html).categories == []


def test_a_part_that_an_update_renames_is_left_alone():
    assert not hasattr(
        fast_extraction._own_copy("trafilatura.meta", no_such_part=None), "no_such_part"
    )
    with pytest.raises(ModuleNotFoundError):
        fast_extraction._own_copy("no_such_module")


@pytest.mark.parametrize(("sentences", "run"), [(12, False), (1, True)])
def test_other_extractors_run_only_where_little_was_found(monkeypatch, sentences, run):
    seen = []

    def compare(cleaned, raw, body, text, options):
        seen.append(text)
        return body, text

    monkeypatch.setattr(fast_extraction, "compare_extraction", compare)
    read(page(body=f"<p>{SENTENCE * sentences}</p>"))
    assert bool(seen) is run


def test_what_holds_no_text_is_cut_off_and_what_stands_behind_it_stays():
    junk = (
        "<footer><a href='/'>Home</a></footer>",
        "<button>Share</button>",
        "<svg><title>x</title></svg>",
    )
    tree = fast_extraction.parse(
        page(body="".join(f"{each} behind {n} " for n, each in enumerate(junk)))
    )
    assert " ".join(tree.text_content().split()) == "behind 0 behind 1 behind 2"


def test_scripts_with_data_stay_and_scripts_with_code_go():
    head = (
        '<script>var code = "<p>no</p>"</script><script type="application/json">{"a": 1}</script>'
        '<script type="application/ld+json">{"b": 2}</script>'
    )
    assert [script.text for script in fast_extraction.parse(page(head)).iter("script")] == [
        '{"b": 2}'
    ]


def test_characters_that_no_document_may_hold_are_left_out():
    html = page(body="<p>a\x00b\x01c\x0bd\ufffee\uffff\tf</p>".replace("\n", " "))
    assert fast_extraction.parse(html).text_content() == "abcde\tf"


def test_a_page_stays_as_it_was_when_it_is_read():
    tree = fast_extraction.parse(page())
    before = len(list(tree.iter()))
    fast_extraction.read_page(tree)
    assert len(list(tree.iter())) == before


def article(**fields):
    items = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    return page(
        '<script type="application/ld+json">{"@context": "https://schema.org", '
        f'"@type": "NewsArticle", {items}}}</script>'
    )


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
def test_a_headline_of_json_is_a_plain_text(headline, title):
    assert read(article(headline=headline)).title == title


def test_broken_json_gives_what_stands_in_front_of_it_in_little_time():
    author = '{"@type": "Person", "name": "Jane Doe"}'
    updates = ", ".join(['{"@type": "Person", "headline": "x", "names": [1, 2]}'] * 20_000)
    began = time.process_time()
    assert read(article(author=author, updates=f"[{updates}", end='"')).author == "Jane Doe"
    assert time.process_time() - began < 10

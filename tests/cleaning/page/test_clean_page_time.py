"""The time that a page takes before its extraction grows with its length alone."""

import time

import pytest

from dedup.cleaning.page.bylines import byline
from dedup.cleaning.page.page_metadata import page_metadata
from dedup.cleaning.page.page_tree import parse
from dedup.cleaning.page.paragraphs import paragraph_groups

MANY = 20_000
ARTICLE = "<p>The committee met on Tuesday and spoke about the bridge over the river.</p>" * 6


def sentence(number):
    return f"The {number}th committee met on Tuesday and spoke of the {number} bridges of a river."


def json_ld(data):
    return f'<script type="application/ld+json">{data}</script>'


PAGES = {
    "a long text with many paragraphs": "".join(f"<p>{sentence(n)}</p>" for n in range(MANY)),
    "a class of a megabyte": f"<div class='{'c' * 1_000_000}'>{ARTICLE * 1_000}</div>",
    "many elements named author": ARTICLE + "<b class=author>By Jane Doe</b>" * MANY,
    "elements named author in one another": "<div class=author>" * 200 + ARTICLE * 1_000,
    "an author of a megabyte": json_ld(
        f'{{"@type": "Article", "headline": "Bridge opens", "author": "{"a" * 1_000_000}"}}'
    ),
    "many authors": json_ld(
        '{"@type": "Article", "headline": "Bridge opens", "author": ['
        + ",".join(f'{{"name": "Jane Doe{n}"}}' for n in range(MANY))
        + "]}"
    ),
    "many articles beside a long headline": f"<h1>{ARTICLE * 2_000}</h1>"
    + json_ld("[" + '{"@type": "Article", "headline": "Storm"},' * MANY + "1]"),
    "blanks behind the end of a comment": json_ld(f"{{ -->{' ' * MANY}x"),
    "blanks behind a broken author": json_ld(f'{{"author": {" " * MANY}x'),
}


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_no_page_takes_the_square_of_its_length(body):
    tree = parse(f"<html><head><title>Bridge opens</title></head><body>{body}".encode())
    began = time.process_time()
    groups = paragraph_groups(tree)
    page_metadata(tree)
    byline(tree, groups[0].elements if groups else [])
    for group in groups:
        assert group.found_in("".join("".join(group.texts).split())) == group.size
    assert time.process_time() - began < 3

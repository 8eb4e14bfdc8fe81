"""Two documents of a host that begin alike: an introduction of both, or versions of one article."""

import itertools

import pytest

from dedup.cleaning.series_openings import find_openings, introductions
from dedup.cleaning.site_lines import line_digests, lines_by_host
from dedup.models import Listed

INTRODUCTION = (
    "Every Saturday the Post sits down with somebody who works while others sleep, and asks nine "
    "questions which are printed in the order of the answers."
)
PARTS = (
    "I start the ovens at two and the street is mine until the first tram brings the nurses home.",
    "Nobody thanks a pump, but when it fails they know my number by heart and shout into the line.",
)
TITLES = "Nine questions: the baker of Weaver Street", "Nine questions: the pumpman of Saltby"


def introduced(*documents):
    """The lines that introduce documents, each given by headline, page and text."""
    listed = [
        Listed(row, "post.example", line_digests(text).tobytes(), page, title)
        for row, (title, page, text) in enumerate(documents)
    ]
    ((_, lines),) = lines_by_host(listed, 1)
    texts = [(row, title, text) for row, (title, _, text) in enumerate(documents)]
    found = introductions(texts, find_openings(lines), "post.example").tolist()
    every = {line for _, _, text in documents for line in text.split("\n")}
    return {line for line in every if line_digests(line).tolist()[0] in found}


def parts(*titles, opening=INTRODUCTION, rests=PARTS):
    return [
        (title, f"post.example/{number}", f"{opening}\n{rest}")
        for number, (title, rest) in enumerate(zip(titles, rests, strict=True))
    ]


def test_what_two_parts_of_a_series_begin_with_is_their_introduction():
    for documents in itertools.permutations(parts(*TITLES)):
        assert introduced(*documents) == {INTRODUCTION}


def test_of_an_introduction_in_two_lines_both_are_found():
    opening = f"Who works at night in the town of Merrow and what is it like?\n{INTRODUCTION}"
    assert introduced(*parts(*TITLES, opening=opening)) == set(opening.split("\n"))


@pytest.mark.parametrize(
    "documents",
    [
        parts(TITLES[0], f"{TITLES[0]} - Post"),
        [(title, "post.example/1", text) for title, _, text in parts(*TITLES)],
        parts(*TITLES, rests=(PARTS[0], f"{PARTS[0]} And more of it.")),
        parts(*TITLES, rests=("More at noon.", "More at one.")),
        parts(*TITLES, opening="The baker of Weaver Street and the pumpman of Saltby met at noon."),
        parts(None, TITLES[1]),
        parts(*TITLES, opening="Interview"),
    ],
    ids=["one headline", "one page", "one article", "nothing else", "told", "untitled", "short"],
)
def test_what_versions_of_an_article_begin_with_is_none(documents):
    assert introduced(*documents) == set()

"""Headlines of other articles within a text are found, and nothing that may be the article."""

import numpy as np
import pytest

from dedup.cleaning.site_lines import line_digests, lines_by_host
from dedup.cleaning.teasers import teaser_candidates, teasers
from dedup.models import Listed

HEADLINES = [
    "Council votes on harbour toll after long debate",
    "Saltby school wins prize for its rooftop garden",
    "Baker of Weaver Street gives up after forty years",
    "Merrow museum buys letters of lighthouse keeper",
]
FIRST = "The council of Merrow has closed the old tram depot for good, the clerk said on Monday."
SECOND = "Nobody had used the hall since the spring, when the roof leaked for the third time."
THIRD = "A vicar from Stonefield rowed across the sound in a bathtub and was given a medal."


def listed(documents, host):
    """What of the lines of a host is found; documents are headline, page and lines."""
    rows = [
        Listed(row, where, line_digests("\n".join(lines)).tobytes(), page, title)
        for row, (where, title, page, *lines) in enumerate(documents)
    ]
    lines = dict(lines_by_host(rows, 1))[host]
    candidates, chosen = teaser_candidates(lines)
    texts = [(row, documents[row][1], "\n".join(documents[row][3:])) for row in chosen.tolist()]
    found = teasers(texts, candidates)
    every = {line for document in documents for line in document[3:]}
    return {line for line in every if np.isin(line_digests(line), found).all()}


def article(*lines, host="post.example", title="Depot closes for good", page="post.example/1"):
    return host, title, page, *lines


def others(host="post.example", count=4):
    return [
        (host, title, f"{host}/n{number}", f"{THIRD[:-1]} number {number} in the list of the day.")
        for number, title in enumerate(HEADLINES[:count])
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (FIRST, SECOND, *HEADLINES),
        (FIRST, *HEADLINES, SECOND),
        (FIRST, HEADLINES[0], SECOND, HEADLINES[1], THIRD, HEADLINES[2], HEADLINES[3]),
    ],
    ids=["behind", "within", "between"],
)
@pytest.mark.parametrize("host", ["post.example", "news.example"])
def test_headlines_of_other_documents_are_found(lines, host):
    assert listed([article(*lines), *others(host)], "post.example") == set(HEADLINES)


def test_of_a_list_a_third_of_which_is_known_all_is_found():
    lines = (
        *HEADLINES,
        "Choir of Saint Anne sings in a swimming pool",
        "Swans rescued from the pond",
    )
    found = listed([article(FIRST, SECOND, *lines), *others(count=2)], "post.example")
    assert found == set(lines)


def test_a_list_that_another_page_of_the_host_has_is_found():
    other = article(THIRD, *HEADLINES, title="Bathtub crosses the sound", page="post.example/2")
    assert listed([article(FIRST, SECOND, *HEADLINES), other], "post.example") == set(HEADLINES)


@pytest.mark.parametrize(
    "documents",
    [
        [article(FIRST, SECOND, *HEADLINES)],
        [article(FIRST, SECOND, *HEADLINES), *others(count=1)],
        [article(FIRST, SECOND, *HEADLINES), article(FIRST, *HEADLINES, page="post.example/2")],
        [article(FIRST, SECOND, *HEADLINES), article(FIRST, *HEADLINES, title="Depot", page="x/1")],
        [article(FIRST, SECOND), *others()],
        [article(*HEADLINES[:1], FIRST, HEADLINES[1]), *others(count=2)],
    ],
    ids=["alone", "one known", "version", "copy", "no list", "one behind the first line"],
)
def test_lines_of_which_nothing_is_known_are_compared(documents):
    assert listed(documents, "post.example") == set()

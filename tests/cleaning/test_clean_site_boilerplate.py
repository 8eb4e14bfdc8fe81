import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cleaning.site_boilerplate import find_recurring, find_site_lines
from dedup.cleaning.site_line_counts import SHORTEST_LEAD
from dedup.cleaning.site_lines import (
    LONGEST_LINE,
    SHARED,
    digested_lines,
    flag_shared,
    line_digests,
    lines_by_host,
    own_text,
    piece_digests,
    pieces,
)
from dedup.cleaning.site_questions import Questions, find_questions, read_answers
from dedup.cleaning.strip_site_lines import Site, split_lines, strip_site_lines
from dedup.config import CleanConfig
from dedup.models import Listed, Reason

BOX = "Sign up for the morning letter of the Elwood Gazette"


def article(number, lines=4):
    """An article that shares no line with another."""
    return [
        f"Sentence {line} of article {number} tells what no other does." for line in range(lines)
    ]


def listed(row, host, document, page=None, title=None):
    lines = line_digests("\n".join(document)).astype("<u8").tobytes()
    return Listed(row, host, lines, page, title)


def residue(*documents, least=3):
    """The recurring lines of a host's documents, each given as its lines, as a set."""
    laid = [listed(row, "a.example", document) for row, document in enumerate(documents)]
    found = {
        digest
        for _, host_lines in lines_by_host(laid, 0)
        for digest in find_recurring(host_lines, least).tolist()
    }
    lines = {line for document in documents for line in document}
    known = {line for line in lines if found.issuperset(piece_digests(line))}
    assert len(known) == len(found)
    return known


def site_of(documents, least=3):
    """What of a host's lines is the site's; documents are given as title, page and text."""
    laid = [
        listed(row, "gazette.example", text.split("\n"), page, title)
        for row, (title, page, text) in enumerate(documents)
    ]
    ((host, lines),) = lines_by_host(laid, 0)
    recurring = find_recurring(lines, least)
    rest = lines.without(recurring)
    questions = find_questions(rest, least)
    read = [(row, documents[row][0], documents[row][2]) for row in questions.rows.tolist()]
    answers = read_answers(read, questions, host)
    return Site.of(host, recurring, find_site_lines(rest, questions, answers, least))


def stripped(documents, least=3):
    """Each document after the lines of its site were taken out."""
    site = site_of(documents, least)
    return [
        strip_site_lines(row, title, text, site, CleanConfig())
        for row, (title, _, text) in enumerate(documents)
    ]


def compared(documents):
    """What of each document is compared."""
    found = stripped(documents)
    assert [each.row for each in found] == list(range(len(documents)))
    return [own_text(each.text, each.lines) for each in found]


@pytest.mark.parametrize(("count", "expected"), [(2, set()), (3, {BOX}), (9, {BOX})])
def test_a_line_in_three_documents_with_different_leads_is_residue(count, expected):
    assert residue(*([*article(number), BOX] for number in range(count))) == expected


TEASERS = [
    f"Teaser {number}: another story that this site would like you to read" for number in range(20)
]


@pytest.mark.parametrize(("count", "expected"), [(11, set()), (12, set(TEASERS))])
def test_a_list_of_teasers_longer_than_its_articles_is_residue_from_twelve_leads(count, expected):
    assert residue(*([*article(number, lines=2), *TEASERS] for number in range(count))) == expected


def test_the_number_of_documents_is_an_option():
    documents = [[*article(number), BOX] for number in range(4)]
    assert residue(*documents, least=4) == {BOX}
    assert residue(*documents, least=5) == set()


@pytest.mark.parametrize("copies", [3, 5])
def test_copies_of_one_article_keep_their_lines(copies):
    assert residue(*[article(1)] * copies, article(2), article(3)) == set()


@pytest.mark.parametrize("versions", [3, 5])
def test_versions_of_one_article_with_other_first_paragraphs_keep_their_lines(versions):
    common = article(0, lines=6)
    updates = [
        [f"Update {number}: what is new since this morning, told first.", *common]
        for number in range(versions)
    ]
    assert residue(*updates) == set()
    assert residue(*updates, *(article(number) for number in range(1, 5))) == set()


def test_versions_keep_their_lines_while_what_stands_on_all_pages_goes():
    common = article(0, lines=6)
    updates = [[f"Update {n}: what is new, told at some length.", *common, BOX] for n in range(3)]
    others = [[*article(number), BOX] for number in range(1, 4)]
    assert residue(*updates, *others) == {BOX}


def test_copies_do_not_count_as_several():
    documents = [[*article(1), BOX]] * 5 + [[*article(2), BOX]]
    assert residue(*documents) == set()


def test_lines_at_the_top_of_the_page_are_residue_too():
    top = ["Elwood Gazette, the paper of the harbour and the hills", "Subscribe"]
    assert residue(*([*top, *article(number)] for number in range(3))) == set(top)


def test_a_line_twice_in_a_document_counts_once():
    assert residue([*article(1), BOX, BOX], [*article(2), BOX, BOX]) == set()


def test_documents_without_a_lead_do_not_speak():
    short = "x" * (SHORTEST_LEAD - 1)
    assert residue(*([f"{number}{short[1:]}", BOX[:10]] for number in range(3))) == set()
    assert residue(*([f"{number}{short}", BOX[:10]] for number in range(3))) == {BOX[:10]}


def test_what_comes_to_light_only_behind_other_residue_is_found_too():
    """With the long box in them, most of each text is not its own."""
    box = ["Much more from the newsroom of the Elwood Gazette this week, " * 6]
    documents = [[*article(number, lines=3), *box, "Read on"] for number in range(3)]
    spoken = [[*article(number, lines=40), *box] for number in range(3, 6)]
    assert len(box[0]) <= LONGEST_LINE
    assert residue(*documents) == set()
    assert residue(*documents, *spoken) == {*box, "Read on"}


def test_no_documents_have_no_residue():
    assert residue() == set()
    assert residue([""], [""], [""]) == set()


lines = st.sampled_from([BOX, "Subscribe", "x" * 29, "y" * 30, "z" * 401, ""]) | st.integers(
    0, 12
).map(lambda number: f"Sentence {number} tells what few others do.")
dumps = st.lists(st.lists(lines, min_size=1, max_size=6), min_size=1, max_size=10)


@settings(max_examples=100, deadline=None)
@given(dumps, st.integers(2, 4))
def test_a_second_search_finds_nothing(documents, least):
    lines = residue(*documents, least=least)
    found = frozenset(digest for line in lines for digest in piece_digests(line))
    texts = [split_lines(digested_lines("\n".join(document)), found)[0] for document in documents]
    left = [text.split("\n") for text in texts if text]
    assert residue(*left, least=least) == set()


@settings(max_examples=100, deadline=None)
@given(dumps, st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_nothing(documents, random):
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert residue(*shuffled) == residue(*documents)


@settings(max_examples=100, deadline=None)
@given(dumps)
def test_residue_recurs_and_is_short(documents):
    for line in residue(*documents):
        assert sum(line in document for document in documents) >= 3
        assert len(line) <= LONGEST_LINE


@given(st.lists(lines, min_size=1, max_size=8), st.sets(lines))
def test_stripping_keeps_the_other_lines_and_says_what_went(document, known):
    digests = frozenset(digest for line in known for digest in piece_digests(line))
    kept, removed = split_lines(digested_lines("\n".join(document)), digests)
    assert kept == "\n".join(line for line in document if line not in known)
    assert removed == tuple(line for line in document if line in known)


def test_half_a_surrogate_pair_has_a_digest():
    assert piece_digests("\ud800") != piece_digests("\udfff")
    assert 0 <= piece_digests("")[0] < 2**64


texts = st.text("ab. \ré。\u2028\ud800\n") | st.lists(
    st.sampled_from(["One sentence. ", "Another! ", "“A third?” ", "line\n", "x" * 99]), max_size=20
).map("".join)


@given(texts)
def test_a_text_has_the_digests_of_its_lines_and_of_the_sentences_of_long_ones(text):
    listed = [piece_digests(line) for line in text.split("\n")]
    assert [list(digests) for _, digests in digested_lines(text)] == listed
    one_by_one = [digest for line in text.split("\n") for digest in piece_digests(line)]
    assert line_digests(text).tolist() == one_by_one
    assert all(pieces(line) == [line] for line in text.split("\n") if len(line) <= LONGEST_LINE)


def test_all_lines_of_a_text_are_flagged_where_none_is_its_own():
    """An empty one, too, whose digest is 0."""
    text = "One line\n\nAnother"
    every = line_digests(text).tolist()
    flagged = np.frombuffer(flag_shared(digested_lines(text), set(every)), "<u8")
    assert flagged.tolist() == [digest | SHARED for digest in every]


@given(texts, st.integers(0, 5))
def test_what_is_compared_is_a_text_without_the_flagged_pieces(text, count):
    shared = frozenset(line_digests(text).tolist()[:count])
    left = own_text(text, flag_shared(digested_lines(text), shared))
    kept = [
        piece
        for line in text.split("\n")
        for piece, digest in zip(pieces(line), piece_digests(line), strict=True)
        if digest not in shared
    ]
    if shared:
        assert left.split() == " ".join(kept).split()
    else:
        assert left == text


@given(st.lists(st.tuples(st.sampled_from("abc"), dumps.map(lambda dump: dump[0])), max_size=12))
def test_each_host_has_its_own_lines_in_order(documents):
    given = [listed(3 * row, host, lines) for row, (host, lines) in enumerate(documents)]
    found = dict(lines_by_host(given, 2))
    hosts = [host for host, _ in documents]

    assert list(found) == [host for host in sorted(set(hosts)) if hosts.count(host) >= 2]
    for host, lines in found.items():
        expected = [
            (3 * row, digest)
            for row, (of, document) in enumerate(documents)
            if of == host
            for line in document
            for digest in piece_digests(line)
        ]
        assert list(zip(lines.rows.tolist(), lines.digests.tolist(), strict=True)) == expected


TOWNS = ["Elwood", "Marrow", "Halden", "Tarbock", "Sennick", "Orrin", "Quillby", "Dunmore"]
TOPICS = ["quarry", "library", "tramway", "orchard", "brewery", "lighthouse", "museum", "airfield"]
APPEAL = (
    "This newspaper belongs to its readers. " * 3
    + "Members pay what they can afford, and nobody is shut out. " * 8
).strip()


def news(number, site, *, own=3):
    """Headline, page and text of an article with its own words and some lines of the site."""
    town, topic = TOWNS[number], TOPICS[number]
    lines = [
        f"{town} voted on its {topic} {number}{line} times, and line {line} tells of nothing else."
        for line in range(own)
    ]
    title = f"{town} decides about {topic}"
    return title, f"gazette.example/{number}", "\n".join([*lines, *site])


WALL = "We value your privacy\nWe and 842 partners store cookies on this device.\nAccept all"


@pytest.mark.parametrize("count", [3, 4, 8])
def test_the_same_text_under_different_headlines_and_addresses_is_no_article(count):
    walls = [(*news(number, [])[:2], WALL) for number in range(count)]
    for found in stripped(walls):
        assert found.rejection.reason is Reason.NO_TEXT
        assert "different headlines and addresses of gazette.example" in found.rejection.detail
        assert found.removed == tuple(WALL.split("\n"))


def test_under_two_headlines_it_stays_and_is_not_compared():
    walls = [(*news(number, [])[:2], WALL) for number in range(2)]
    assert [(each.text, each.rejection) for each in stripped(walls)] == [(WALL, None)] * 2
    assert compared(walls) == ["", ""]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_an_article_at_many_addresses_is_compared_whole(count):
    title, _, text = news(0, [])
    articles = [(title, f"gazette.example/{number}", text) for number in range(count)]
    assert compared(articles) == [text] * count


@pytest.mark.parametrize("count", [2, 3, 4])
def test_an_article_whose_headline_changed_is_compared_whole(count):
    title, _, text = news(0, [])
    titles = [
        title,
        "Elwood votes on quarry",
        "Quarry: Elwood has voted",
        "Elwood voted: no quarry",
    ]
    articles = [(titles[number], f"gazette.example/{number}", text) for number in range(count)]
    assert compared(articles) == [text] * count


def test_the_article_that_an_endless_page_shows_under_other_headlines_stays():
    title, page, text = news(0, [])
    others = [(*news(number, [])[:2], text) for number in range(1, 5)]
    first, *rest = stripped([(title, page, text), *others])
    assert (first.text, first.rejection) == (text, None)
    assert {each.rejection.reason for each in rest} == {Reason.NO_TEXT}


@pytest.mark.parametrize("quote", ["{title}", "You want to read: {title}"])
def test_a_wall_that_quotes_the_headline_is_no_article(quote):
    walls = []
    for number in range(4):
        title, page, _ = news(number, [])
        walls.append((title, page, f"{quote.format(title=title)}\n{WALL}"))
    assert [each.removed for each in stripped(walls)] == [tuple(WALL.split("\n"))] * 4
    if quote == "{title}":
        assert {each.rejection.reason for each in stripped(walls)} == {Reason.NO_TEXT}


@pytest.mark.parametrize("known", [True, False], ids=["headlines", "no headlines"])
@pytest.mark.parametrize("at_end", [True, False], ids=["at the end", "at the top"])
@pytest.mark.parametrize("times", [1, 4])
def test_long_blocks_under_many_leads_make_no_copies(times, at_end, known):
    block = [APPEAL] * times
    documents = []
    for number in range(8):
        title, page, text = news(number, [])
        lines = [text, *block] if at_end else [*block, text]
        documents.append((title if known else None, page, "\n".join(lines)))
    own = [news(number, [])[2] for number in range(8)]
    assert compared(documents) == own
    if known:
        assert [each.removed for each in stripped(documents)] == [tuple(block)] * 8


def test_a_block_in_the_same_line_as_the_article_makes_no_copies():
    documents = []
    for number in range(5):
        title, page, text = news(number, [])
        documents.append((title, page, f"{' '.join(text.split())} {APPEAL}"))
    for (_, _, text), own in zip(documents, compared(documents), strict=True):
        assert own == text.removesuffix(APPEAL).strip()
    assert [each.text for each in stripped(documents)] == [text for *_, text in documents]


BACKGROUND = (
    "The Elwood quarry was opened by the Ferris family in 1911 and closed in 2003, "
    "when the water of the Elwood brook had turned grey for the third time in a year. "
) * 3


def test_background_of_an_affair_stays_and_makes_no_copies():
    documents = []
    headlines = ["Mayor defends {}", "Judge hears case over {}", "Families leave as {} floods"]
    for number, headline in enumerate([*headlines, "Brook below {} turns grey", "Bids for {}"]):
        title = headline.format("Elwood quarry")
        own = f"{title}, as number {number} of many spoke about on that evening. " * 3
        documents.append((title, f"gazette.example/{number}", f"{own}\n{BACKGROUND}"))
    assert [each.removed for each in stripped(documents)] == [()] * 5
    assert all("Ferris" not in own and "spoke about" in own for own in compared(documents))


def test_versions_at_one_address_are_compared_whole():
    _, _, text = news(0, [])
    versions = [
        (f"Elwood quarry: update {number}", "gazette.example/0",
         f"Report number {number} of the evening begins in another way.\n{APPEAL}\n{text}")
        for number in range(5)
    ]  # fmt: skip
    assert compared(versions) == [text for *_, text in versions]


def test_versions_under_one_headline_are_compared_whole():
    _, _, text = news(0, [])
    versions = [
        (f"Elwood quarry vote counted again {number}", f"gazette.example/{number}",
         f"Report number {number} of the evening begins in another way.\n{text}\n{text}")
        for number in range(5)
    ]  # fmt: skip
    assert compared(versions) == [text for *_, text in versions]


@pytest.mark.parametrize(
    ("before", "behind", "stays"), [(2, 2, True), (1, 3, False), (3, 1, False)]
)
def test_short_lines_deep_within_articles_are_their_labels_and_stay(before, behind, stays):
    documents = [
        [*article(number, before), "Ingredients:", *article(100 + number, behind), "Follow us"]
        for number in range(6)
    ]
    assert residue(*documents) == ({"Follow us"} if stays else {"Follow us", "Ingredients:"})


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(8)))
def test_the_order_of_articles_changes_nothing_that_headlines_decide(order):
    documents = [news(number, [APPEAL, WALL]) for number in range(8)]
    shuffled = [documents[number] for number in order]
    expected = dict(zip(documents, compared(documents), strict=True))
    assert dict(zip(shuffled, compared(shuffled), strict=True)) == expected


def test_headlines_of_one_series_are_compared_in_time_that_grows_with_their_number():
    letters = "abcdefghijklmnopqr"
    words = [f"{one}{two}{three}k" for one in letters for two in letters for three in letters]
    documents = [
        (row, f"Council update: {words[row]} {words[-row]} {words[row // 2]}", "Text.")
        for row in range(5_000)
    ]
    nothing = np.empty(0, np.int64)
    questions = Questions(nothing, nothing.astype(np.uint64), nothing.reshape(2, 0))
    began = time.process_time()
    assert read_answers(documents, questions, "a.example").rows.size == 5_000
    assert time.process_time() - began < 10

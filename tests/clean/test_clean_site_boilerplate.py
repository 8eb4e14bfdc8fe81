import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clean.site_boilerplate import (
    LONGEST_LINE,
    SHORTEST_LEAD,
    find_site_boilerplate,
    line_digest,
    line_digests,
    lines_by_host,
    strip_site_boilerplate,
)

BOX = "Sign up for the morning letter of the Elwood Gazette"


def article(number, lines=4):
    """An article that shares no line with another."""
    return [
        f"Sentence {line} of article {number} tells what no other does." for line in range(lines)
    ]


def given_lines(row, host, document):
    return row, host, line_digests("\n".join(document)).astype("<u8").tobytes()


def residue(*documents, least=3):
    """The residue lines of a host's documents, each given as its lines, as a set."""
    laid = [given_lines(row, "a.example", document) for row, document in enumerate(documents)]
    found = {
        digest
        for _, host_lines in lines_by_host(laid, 0)
        for digest in find_site_boilerplate(host_lines, least).tolist()
    }
    lines = {line for document in documents for line in document}
    known = {line for line in lines if line_digest(line) in found}
    assert len(known) == len(found)
    return known


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


@pytest.mark.parametrize(("length", "goes"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_long_background_paragraphs_stay(length, goes):
    background = ("The ferry has run since 1911. " * 20)[:length]
    own = [article(number, lines=12) for number in range(3)]
    assert (residue(*([*lines, background] for lines in own)) == {background}) is goes


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
    found = {line_digest(line) for line in residue(*documents, least=least)}
    stripped = [
        strip_site_boilerplate("\n".join(document), frozenset(found))[0] for document in documents
    ]
    left = [text.split("\n") for text in stripped if text]
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
    digests = frozenset(map(line_digest, known))
    kept, removed = strip_site_boilerplate("\n".join(document), digests)
    assert kept == "\n".join(line for line in document if line not in known)
    assert removed == tuple(line for line in document if line in known)


def test_half_a_surrogate_pair_has_a_digest():
    assert line_digest("\ud800") != line_digest("\udfff")
    assert 0 <= line_digest("") < 2**64


@given(st.text("ab\ré\u2028\ud800\n"))
def test_a_text_has_the_digests_of_its_lines(text):
    assert line_digests(text).tolist() == [line_digest(line) for line in text.split("\n")]


@given(st.lists(st.tuples(st.sampled_from("abc"), dumps.map(lambda dump: dump[0])), max_size=12))
def test_each_host_has_its_own_lines_in_order(documents):
    given = [given_lines(3 * row, host, lines) for row, (host, lines) in enumerate(documents)]
    found = dict(lines_by_host(given, 2))
    hosts = [host for host, _ in documents]

    assert list(found) == [host for host in sorted(set(hosts)) if hosts.count(host) >= 2]
    for host, lines in found.items():
        expected = [
            (3 * row, line_digest(line))
            for row, (of, listed) in enumerate(documents)
            if of == host
            for line in listed
        ]
        assert list(zip(lines.rows.tolist(), lines.digests.tolist(), strict=True)) == expected

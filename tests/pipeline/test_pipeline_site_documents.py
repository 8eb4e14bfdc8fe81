"""What lines that are left out decide: nothing."""

from functools import partial

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cleaning.site_lines import LONGEST_LINE, line_digests, lines_by_host
from dedup.models import Listed
from dedup.pipeline.on_tables.site_documents import (
    distinct_lines,
    documents_of_hosts,
    headlines,
    lines_of_hosts,
    lines_of_new_hosts,
    lines_that_decide,
)
from dedup.pipeline.site_tables import LINES, SITE_DOCUMENTS, SITE_LINES
from dedup.pipeline.strip_sites import ask_lines, find_site, list_headlines
from dedup.pipeline.tables import DIGESTS

TITLES = [
    "Council votes on harbour toll after long debate",
    "Nine questions: the baker of Weaver Street",
    "Nine questions: the pumpman of Saltby",
    "Ferry runs aground",
]
LINES_OF_MANY = [
    "Home", "Sign up for the morning letter of the gazette", TITLES[0], TITLES[1],
    "Subscribers of the gazette read this page before anybody else in the county does.",
    "The council of Merrow has closed the old tram depot for good, the clerk said on Monday.",
    "A vicar rowed across the sound in a bathtub. He was given a medal by the mayor. " * 6,
]  # fmt: skip
OWN_LINES = ["Box {}", "Sentence {} tells what no other line of any document of this host tells."]

LINE = st.one_of(
    st.sampled_from(LINES_OF_MANY),
    st.builds(lambda form, number: form.format(number), st.sampled_from(OWN_LINES), st.integers()),
)
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["a.example", "b.example"]),
        st.sampled_from([*TITLES, *TITLES, None]),
        st.sampled_from([None, None, "a.example/1", "a.example/2"]),
        st.lists(LINE, max_size=7).map("\n".join),
    ),
    max_size=14,
)


def all_lines(documents):
    """The lines of hosts, none left out, of those that have lines in new documents."""
    listed = [
        Listed(row, host, line_digests(text).tobytes() if text else b"", page, title)
        for row, (host, title, page, text) in enumerate(documents)
    ]
    return lines_by_host(listed, 1)


def lines_that_stay(documents, first, drawn):
    """The lines of the same hosts that the stages of the plan leave."""
    hosts, titles, pages, texts = zip(*documents, strict=True) if documents else ([],) * 4
    digests = [line_digests(text).tobytes() if text else b"" for text in texts]
    columns = {
        "row": pa.array(range(len(hosts)), pa.int64()), "host": pa.array(hosts, pa.string()),
        "line_digests": pa.array(digests, pa.binary()), "page": pa.array(pages, pa.string()),
        "title": pa.array(titles, pa.string()),
    }  # fmt: skip
    given_ = pa.table(columns).take(drawn.permutation(len(hosts)))

    def staged(stage, schema):
        found = pa.Table.from_batches(stage(given_.to_batches(max_chunksize=3)), schema)
        return found.take(drawn.permutation(len(found)))

    known = distinct_lines(staged(headlines, DIGESTS))
    lines = staged(partial(lines_of_hosts, lambda: known), LINES)
    kept = pa.Table.from_batches(lines_that_decide(lines), SITE_LINES)
    return dict(lines_of_new_hosts(first, staged(documents_of_hosts, SITE_DOCUMENTS), kept)), kept


def answers(host, lines, documents, least):
    """What the lines of a host show, and what of them is its site's."""

    def texts(rows, *, whole=False):
        return ((row, documents[row][1], documents[row][3]) for row in rows)

    asked = ask_lines(lines, least)
    site = find_site(host, {host: lines}, asked, list_headlines(asked, texts), texts, least)
    questions = asked.questions
    arrays = [asked.recurring, asked.candidates, asked.lists]
    if questions:
        arrays += [questions.rows, questions.digests, *questions.same_text]
    return [each.tolist() for each in arrays], asked.openings, site


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS, st.integers(2, 4), st.integers(0, 8), st.integers(0, 9))
def test_what_is_found_is_found_without_the_lines_that_are_left_out(documents, least, first, seed):
    found, _ = lines_that_stay(documents, first, np.random.default_rng(seed))
    for host, lines in all_lines(documents):
        expected = answers(host, lines, documents, least)
        if host in found:
            assert answers(host, found[host], documents, least) == expected
        elif lines.rows.max(initial=-1) >= first:
            assert not any(expected[0])
            assert not expected[1]


def test_lines_of_one_document_only_are_left_out_unless_they_are_a_headline_of_another():
    many, own = LINES_OF_MANY[4], OWN_LINES[1]
    documents = [
        ("a.example", TITLES[0], None, f"{own.format(1)}\n{many}\n{TITLES[1]}\n{own.format(2)}"),
        ("a.example", TITLES[1], None, f"{many}\n{'Twice.'}\n{own.format(3)}\n{own.format(4)}"),
        ("b.example", TITLES[2], None, f"{many}\n{own.format(1)}"),
    ]
    found, kept = lines_that_stay(documents, 0, np.random.default_rng(0))
    assert kept.num_rows == 3
    lines = found["a.example"]
    assert list(found) == ["a.example"]
    assert lines.rows.tolist() == [0, 0, 1]
    assert lines.digests.tolist() == line_digests(f"{many}\n{TITLES[1]}\n{many}").tolist()
    assert lines.elsewhere.tolist() == [False, True, False]
    assert lines.before.tolist() == [1, 1, 0]
    assert lines.left_out.tolist() == [2, 3]
    assert lines.left_out_characters.tolist() == [
        2 * len(own.format(1)),
        6 + 2 * len(own.format(1)),
    ]
    assert lines.left_out_lead.tolist() == [0, 1]


def test_a_sentence_of_a_long_line_counts_as_a_line():
    assert len(LINES_OF_MANY[-1]) > LONGEST_LINE
    documents = [("a.example", title, None, LINES_OF_MANY[-1]) for title in TITLES[:2]]
    found, _ = lines_that_stay(documents, 0, np.random.default_rng(0))
    assert found["a.example"].rows.tolist() == [0] * 12 + [1] * 12

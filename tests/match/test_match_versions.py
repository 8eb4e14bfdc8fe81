import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import MatchConfig, SignConfig
from dedup.match.loaded_texts import PASSAGE, passage_share
from dedup.match.similarity import PairScores
from dedup.match.versions import same_article, versions
from dedup.models import Facts, Pair
from dedup.models.pages import title_jaccard
from dedup.signatures.minhash import sign

CASES = json.loads((Path(__file__).parents[1] / "cases" / "versions.json").read_text("utf-8"))
CONFIG = MatchConfig()


def label(case):
    return case["label"]


def decide(one, other, pair, passages):
    return same_article(
        Facts(row=0, doc_id="one", text_id=0, **one),
        Facts(row=1, doc_id="other", text_id=1, **other),
        pair,
        lambda left, right: passages,
        CONFIG,
    )


def both_ways(case):
    pair = Pair(**case["pair"])
    return (
        decide(case["one"], case["other"], pair, case["passages"]),
        decide(case["other"], case["one"], pair.reversed(), case["passages"]),
    )


@pytest.mark.parametrize("case", CASES["synthetic"], ids=label)
def test_versions_of_one_article_are_found_in_either_order(case):
    assert both_ways(case) == (True, True)


@pytest.mark.parametrize("case", CASES["negative"], ids=label)
def test_two_articles_are_no_versions_in_either_order(case):
    assert both_ways(case) == (False, False)


def test_passages_are_measured_only_when_all_other_conditions_hold():
    def never(one, other):
        raise AssertionError("asked")

    one = Facts(row=0, doc_id="one", text_id=0, host="a.com", page="a.com/x")
    other = Facts(row=1, doc_id="other", text_id=1, host="a.com", page="a.com/y")
    assert not same_article(one, other, Pair(0.5, 0.5, 0.5), never, CONFIG)


def test_texts_are_versions_where_any_two_of_their_documents_are():
    def facts(row, text_id, host, page):
        return Facts(row=row, doc_id=str(row), text_id=text_id, host=host, page=page)

    documents = {
        0: [facts(0, 0, "a.com", "a.com/x"), facts(1, 0, "b.com", "b.com/x")],
        2: [facts(2, 2, "b.com", "b.com/y"), facts(3, 2, "a.com", "a.com/x")],
        4: [facts(4, 4, "c.com", "c.com/x")],
    }
    ends, half = np.array([[0, 0, 2], [2, 4, 4]]), np.full(3, 0.5)
    pairs = PairScores(*ends, half, half, half, half)
    lines = []

    def passages(one, other):
        lines.append((one, other))
        return 1.0

    assert versions(pairs, documents, passages, CONFIG).tolist() == [True, False, False]
    assert lines == [(0, 2)]
    assert versions(pairs.pick(np.array([], np.int64)), {}, passages, CONFIG).size == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a b c", "c b a", 1.0),
        ("a b", "c d", 0.0),
        ("a b", None, 0.0),
        ("", "a", 0.0),
        (" ", " ", 0.0),
    ],
)
def test_titles_are_compared_as_sets_of_words(one, other, expected):
    assert title_jaccard(one, other) == title_jaccard(other, one) == expected


# --- passages ------------------------------------------------------------------------------------

STORM_1 = """
A cargo ship with nineteen people on board lost its engine in heavy seas off Cape Merrow early on
Friday and was drifting towards the rocks, the coast guard said. Two tugs were on their way from
Port Elwood but were not expected before noon. The crew was in good health and had not asked to be
taken off, a spokesman said. The ship was carrying timber and had left the harbour of Sandvik on
Wednesday. Winds of force nine were forecast for the whole of the coast until Saturday morning.
"""
STORM_2 = """
A cargo ship that drifted for seven hours off Cape Merrow without an engine was taken in tow on
Friday afternoon, and none of the nineteen people on board was hurt. It was to reach Port Elwood
in the night, where inspectors will look at the engine. The crew was in good health and had not
asked to be taken off, a spokesman said. The ship was carrying timber and had left the harbour of
Sandvik on Wednesday. Winds of force nine were forecast for the whole of the coast until Saturday
morning.
"""
MATCH = """
{home} beat {away} {score} at {ground} on {day}. {first} put {home} ahead after {minute} minutes
and {second} made sure with a header late in the second half. {away} had {shots} shots on goal and
no luck. The coach of {home} said that he was proud of the work of his side. {home} climb to
{place} in the table while {away} stay in {low}. The next match of {home} is at {next} on Saturday
in front of {crowd} people.
"""
FIRST_MATCH = MATCH.format(
    home="Merrow",
    away="Sandvik",
    score="2-0",
    ground="Harbour Lane",
    day="Tuesday",
    first="Okafor",
    second="Lindt",
    minute="12",
    shots="nine",
    place="third",
    low="tenth",
    next="Elwood",
    crowd="4,000",
)
SECOND_MATCH = MATCH.format(
    home="Elwood",
    away="Tarn",
    score="3-1",
    ground="Mill Road",
    day="Sunday",
    first="Petit",
    second="Vries",
    minute="31",
    shots="four",
    place="sixth",
    low="last place",
    next="Merrow",
    crowd="9,500",
)
RATES = """
The {name} opened at {a} points on {day} and closed at {b}, {move} from the day before. Shares in
banks {banks} and those of makers of cars {cars}. The volume was {volume} million. Analysts at
{house} said that {reason} was behind it. The euro stood at {euro} in the evening and a barrel of
oil at {oil} dollars.
"""
FIRST_RATES = RATES.format(
    name="Elwood 30",
    a="4,211",
    b="4,305",
    day="Monday",
    move="up",
    banks="rose",
    cars="fell",
    volume="310",
    house="Quay",
    reason="a weak yen",
    euro="1.08",
    oil="81",
)
SECOND_RATES = RATES.format(
    name="Tarn 100",
    a="988",
    b="961",
    day="Friday",
    move="down",
    banks="fell",
    cars="rose a little",
    volume="122",
    house="Mill & Co",
    reason="fear of higher rates",
    euro="1.11",
    oil="77",
)


def shingles(text):
    signed = sign([text], SignConfig())
    return signed.shingles[: signed.shingle_bounds[1]]


def containment(one, other):
    return len(np.intersect1d(one, other)) / min(len(np.unique(one)), len(np.unique(other)))


def test_an_update_shares_whole_passages():
    one, other = shingles(STORM_1), shingles(STORM_2)
    assert containment(one, other) >= CONFIG.update_containment
    assert passage_share(one, other) >= 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [(FIRST_MATCH, SECOND_MATCH), (FIRST_RATES, SECOND_RATES)],
    ids=["football", "markets"],
)
def test_reports_off_one_template_share_scraps(one, other):
    one, other = shingles(one), shingles(other)
    assert containment(one, other) > 0.15
    assert passage_share(one, other) < CONFIG.update_passages - 0.1


def test_a_run_of_fifteen_shingles_is_a_passage_and_one_of_fourteen_is_none():
    own = np.arange(100, 140, dtype=np.uint32)
    for length, expected in ((PASSAGE - 1, 0.0), (PASSAGE, 1.0)):
        run = np.arange(length, dtype=np.uint32)
        other = np.concatenate([run, np.array([999], np.uint32)])
        assert passage_share(np.concatenate([own, run]), other) == expected


def test_the_worse_direction_counts():
    run = np.arange(30, dtype=np.uint32)
    noise = np.arange(1000, 1030, dtype=np.uint32)
    torn = np.stack([run, noise]).T.ravel()  # the same shingles, each alone
    assert passage_share(run, torn) == passage_share(torn, run) == 0.0


def in_passages(one, other):
    """The definition: of the shared shingles of ``one``, those in runs long enough."""
    runs = "".join("x" if value in set(other) else " " for value in one).split()
    whole = sum(len(run) for run in runs if len(run) >= PASSAGE)
    return whole / sum(map(len, runs)) if runs else 0.0


pieces = st.lists(
    st.sampled_from([range(20), range(20, 34), range(40, 55), range(60, 63), range(70, 71)]),
    max_size=5,
).map(lambda parts: [value for part in parts for value in part])


@settings(max_examples=200, deadline=None)
@given(pieces, pieces)
def test_passage_share_is_that_of_the_definition(one, other):
    found = passage_share(np.array(one, np.uint32), np.array(other, np.uint32))
    assert found == min(in_passages(one, other), in_passages(other, one))
    assert 0.0 <= found <= 1.0


def test_texts_that_share_nothing_share_no_passage():
    empty = np.empty(0, np.uint32)
    assert passage_share(empty, empty) == passage_share(shingles(STORM_1), empty) == 0.0

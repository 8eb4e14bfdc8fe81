"""Scores of an output against judged pairs: the numbers, the mistakes, the command."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.evaluation.pair_measures import (
    PAIR_MEASURES,
    DecidedPair,
    bootstrap_pairs,
    pair_losses,
    pair_measures,
    pair_mistakes,
)

ROUNDING = 1e-9


def pair(a, b, *, same, together, stratum=None, of=None, score=None, removed=None, retold=None):
    label = LabelledPair(a, b, same=same, stratum=stratum, stratum_pairs=of)
    return DecidedPair(label, together, score, removed, retold)


@st.composite
def strata(draw):
    """Judged pairs of strata, each standing for a whole number of pairs of documents."""
    pairs = []
    for number in range(draw(st.integers(1, 4))):
        kinds = draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8))
        size = len(kinds) * draw(st.integers(1, 5))
        pairs += [
            pair(f"{number}-{at}", "b", same=same, together=joined, stratum=f"s{number}", of=size)
            for at, (same, joined) in enumerate(kinds)
        ]
    return pairs


class TestMeasures:
    @given(strata())
    def test_a_drawn_pair_counts_as_the_pairs_that_it_stands_for(self, pairs):
        judged = {}
        for each in pairs:
            judged[each.label.stratum] = judged.get(each.label.stratum, 0) + 1
        every = [
            each
            for each in pairs
            for _ in range(each.label.stratum_pairs // judged[each.label.stratum])
        ]
        joined = [each.label.same for each in every if each.together]
        same = [each.together for each in every if each.label.same]
        found = pair_measures(pairs)

        assert found.precision == pytest.approx(
            sum(joined) / len(joined) if joined else 1.0, abs=ROUNDING
        )
        assert found.recall == pytest.approx(sum(same) / len(same) if same else 1.0, abs=ROUNDING)
        assert found.population == len(every)
        assert found.judged == len(pairs)

    def test_pairs_from_elsewhere_count_alike(self):
        pairs = [
            pair("a", "b", same=True, together=True),
            pair("a", "c", same=True, together=False),
            pair("a", "d", same=False, together=True),
            pair("a", "e", same=True, together=True, stratum="s", of=1000),
        ]
        found = pair_measures(pairs)

        assert (found.precision, found.recall, found.population) == (2 / 3, 2 / 3, None)

    def test_a_stratum_of_two_sizes_is_refused(self):
        pairs = [
            pair("a", "b", same=True, together=True, stratum="s", of=10),
            pair("a", "c", same=True, together=True, stratum="s", of=11),
        ]
        with pytest.raises(InputError, match="stratum s has 10 pairs and 11"):
            pair_measures(pairs)


class TestBootstrap:
    def test_it_is_that_of_a_share_where_there_is_one_stratum(self):
        """A share of 0.8 of 100 has a standard error of 0.04."""
        pairs = [pair(str(at), "b", same=at % 5 > 0, together=True) for at in range(100)]
        low, high = bootstrap_pairs(pairs, samples=2000)["precision"]

        assert low == pytest.approx(0.8 - 1.96 * 0.04, abs=0.015)
        assert high == pytest.approx(0.8 + 1.96 * 0.04, abs=0.015)

    def test_a_stratum_is_resampled_by_itself(self):
        """Of 9,900 pairs all are right; 2 of 4 of the other 100 are: little is in doubt."""
        pairs = [
            pair(f"l{at}", "b", same=True, together=True, stratum="large", of=9900)
            for at in range(4)
        ]
        pairs += [
            pair(f"s{at}", "b", same=at < 2, together=True, stratum="small", of=100)
            for at in range(4)
        ]
        low, high = bootstrap_pairs(pairs, samples=500)["precision"]

        assert (low, high) == (pytest.approx(0.99), pytest.approx(1.0))

    @given(strata(), st.randoms(use_true_random=False))
    def test_a_seed_gives_its_intervals_in_whatever_order_the_pairs_come(self, pairs, chance):
        turned = chance.sample(pairs, len(pairs))

        assert bootstrap_pairs(pairs, samples=20, seed=3) == bootstrap_pairs(
            turned, samples=20, seed=3
        )
        assert tuple(bootstrap_pairs(pairs, samples=1)) == PAIR_MEASURES

    def test_no_resample_is_refused(self):
        with pytest.raises(ValueError, match="positive"):
            bootstrap_pairs([pair("a", "b", same=True, together=True)], samples=0)


class TestLosses:
    def test_a_removed_document_is_lost_if_its_canonical_is_judged_different(self):
        pairs = [
            pair("a", "b", same=False, together=True, removed="b"),
            pair("a", "c", same=True, together=True, removed="c", retold="c"),
            pair("a", "d", same=False, together=True),
        ]
        found = pair_losses(pairs)

        assert (found.removed, found.lost, found.share) == ((0, 1), (0,), 0.5)

    def test_it_is_not_lost_if_another_kept_document_is_judged_the_same(self):
        pairs = [
            pair("a", "b", same=False, together=True, removed="b"),
            pair("b", "k", same=True, together=False, retold="b"),
        ]
        assert pair_losses(pairs).lost == ()

    def test_the_share_is_weighted(self):
        pairs = [
            pair("a", "b", same=False, together=True, removed="b", stratum="s", of=90),
            pair("a", "c", same=True, together=True, removed="c", stratum="t", of=10),
        ]
        assert pair_losses(pairs).share == pytest.approx(0.9)


def test_the_mistakes_with_the_highest_scores_come_first_and_those_without_one_last():
    pairs = [
        pair("a", "b", same=False, together=True),
        pair("c", "d", same=False, together=True, score=0.2),
        pair("e", "f", same=False, together=True, score=0.0),
        pair("g", "h", same=True, together=False, score=0.1),
        pair("i", "j", same=True, together=True, score=0.9),
        pair("a", "c", same=False, together=True),
        pair("k", "l", same=False, together=False, score=0.9),
    ]

    assert pair_mistakes(pairs) == ([1, 2, 0, 5], [3])


DECISIONS = [
    {"id": "a", "story_id": "s", "canonical_id": "a", "status": "canonical"},
    {"id": "b", "story_id": "s", "canonical_id": "a", "status": "duplicate", "relation": "rewrite",
     "score": 0.6},
    {"id": "c", "story_id": "s", "canonical_id": "a", "status": "duplicate", "relation": "near",
     "score": 0.9},
    {"id": "d", "story_id": None, "status": "unique"},
    {"id": "e", "story_id": None, "status": "rejected"},
]  # fmt: skip

PAIRS = [
    {"a": "a", "b": "b", "same": False},
    {"a": "c", "b": "a", "same": 1},
    {"a": "a", "b": "d", "same": True},
    {"a": "b", "b": "d", "same": 0},
    {"a": "c", "b": "e", "same": False},
    {"a": "c", "b": "gone", "same": True},
    {"a": "c", "b": "d", "same": None, "skipped": True},
    {"a": "b", "b": "c", "same": None},
]


@pytest.fixture
def out(jsonl):
    return jsonl(DECISIONS, "decisions.jsonl")


def report_of(command, *arguments):
    """The JSON object that the command prints."""
    done = command("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


class TestCommand:
    def test_the_pairs_of_a_file_are_counted_and_compared(self, command, out, jsonl):
        report = report_of(command, out, jsonl(PAIRS))

        pairs = report["pairs"]
        assert (pairs["judged"], pairs["same"], pairs["joined"]) == (5, 2, 2)
        assert (pairs["precision"], pairs["recall"], pairs["f1"]) == (0.5, 0.5, 0.5)
        assert pairs["population"] is None
        assert (report["skipped"], report["unanswered"]) == (1, 1)
        assert (report["without_decision"], report["rejected"]) == (1, 1)
        assert report["bootstrap"] is None
        (merge,) = report["merges"]["worst"]
        assert merge["score"] == 0.6
        assert [each["id"] for each in merge["documents"]] == ["b", "a"]
        (split,) = report["splits"]["worst"]
        assert {each["id"] for each in split["documents"]} == {"a", "d"}

    def test_the_lines_say_it_for_a_person(self, command, out, jsonl):
        lines = command("evaluate", out, jsonl(PAIRS)).stdout.splitlines()

        assert lines[:6] == [
            "5 judged pairs: 2 one story, 3 different; 2 joined in OUT",
            "1 skipped",
            "1 not judged yet",
            "1 not in OUT: left out",
            "1 with a document that OUT rejected: apart",
            "the figures hold for these pairs only: not each was drawn from a stratum",
        ]
        (row,) = [line for line in lines if line.startswith("all ")]
        assert row.split() == ["all", "0.500", "0.500", "0.500"]
        start = lines.index("joined pairs judged different: 1; the first 1:")
        assert lines[start + 1 : start + 4] == [
            "  score 0.600",
            "      b  [rewrite 0.600 of a]",
            "      a",
        ]

    def test_a_removed_document_that_is_no_copy_of_its_canonical_is_lost(self, command, out, jsonl):
        lost = report_of(command, out, jsonl(PAIRS))["articles_lost"]

        assert (lost["count"], lost["removed"], lost["share_of_removed"]) == (1, 2, 0.5)
        assert [each["id"] for each in lost["worst"][0]["documents"]] == ["b", "a"]
        line = (
            "lost, removed documents that tell another story than their canonical: 1 of 2 judged "
            "(50.0 % of the removed), if no other kept document tells them; the first 1:"
        )
        assert line in command("evaluate", out, jsonl(PAIRS)).stdout.splitlines()

    def test_it_is_not_lost_where_a_kept_document_is_the_same(self, command, out, jsonl):
        pairs = [PAIRS[0], {"a": "b", "b": "d", "same": True}]

        assert report_of(command, out, jsonl(pairs))["articles_lost"]["count"] == 0

    def test_decisions_without_a_status_say_nothing_of_losses(self, command, jsonl):
        out = jsonl([{"id": name, "story_id": "s"} for name in "ab"], "decisions.jsonl")

        assert report_of(command, out, jsonl(PAIRS[:1]))["articles_lost"]["count"] is None
        assert "lost: not known" in command("evaluate", out, jsonl(PAIRS[:1])).stdout

    def test_drawn_pairs_count_for_their_strata(self, command, out, jsonl):
        pairs = [
            {**PAIRS[0], "stratum": "joined, 0.5 to 0.6", "stratum_pairs": 10, "score": 0.55},
            {**PAIRS[1], "stratum": "joined, 0.9 to 1", "stratum_pairs": 30, "score": 0.95},
            {**PAIRS[2], "stratum": "apart", "stratum_pairs": 20, "score": 0.1},
        ]
        report = report_of(command, out, jsonl(pairs), "--bootstrap", 10)

        assert report["pairs"]["population"] == 60
        assert report["pairs"]["precision"] == pytest.approx(30 / 40)
        assert report["pairs"]["recall"] == pytest.approx(30 / 50)
        assert report["pairs"]["intervals"]["recall"] == pytest.approx([0.6, 0.6])
        assert report["bootstrap"] == {"samples": 10, "seed": 0, "level": 0.95}
        assert report["merges"]["worst"][0]["score"] == 0.55
        lines = command("evaluate", out, jsonl(pairs), "--bootstrap", 10).stdout.splitlines()
        assert (
            "the figures are estimates for the 60 pairs of documents in the parts of the run from "
            "which they were drawn; parts without an answer are not in them"
        ) in lines
        (line,) = [line for line in lines if line.startswith("lost, ")]
        assert "(weighted, 25.0 % of the removed)" in line
        assert [line.split()[-1] for line in lines if line.startswith("97.5 %")] == ["0.667"]

    def test_titles_come_from_the_store(self, command, copies_run, jsonl):
        ids = [each["id"] for each in copies_run.stories[0]["members"][:2]]
        report = report_of(
            command, copies_run.path, jsonl([{"a": ids[0], "b": ids[1], "same": False}])
        )
        wrong = report["merges"]["worst"]
        titles = [each["title"] for pair in wrong for each in pair["documents"]]

        assert len(titles) == 2
        assert not set(titles) & set(ids)

    def test_control_characters_never_reach_the_terminal(self, command, jsonl):
        bad = "a\x1b[2J\x07\x7f\x9b‮z"
        out = jsonl([{"id": name, "story_id": "s"} for name in (bad, "b")], "decisions.jsonl")
        line = {"a": bad, "b": "b", "same": False, "stratum": bad, "stratum_pairs": 1}
        for option in ([], ["--json"]):
            printed = command("evaluate", out, jsonl([line]), *option).stdout
            assert printed.replace("\n", "").isprintable()
            assert r"\x1b" in printed or r"\u001b" in printed


class TestRefusals:
    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ([{"x": 1}], "is neither a gold story nor a gold pair: a gold story needs id"),
            ([{"id": "a", "story": "s", **PAIRS[0]}], "has the fields of both"),
            ([{"a": "a", "b": "b"}], "same is missing"),
            ([PAIRS[0], {"id": "a", "story": "x"}], "a is missing"),
            ([{"id": "a", "story": "x"}, PAIRS[0]], "record 2 of gold.jsonl has no id"),
            ([{**PAIRS[0], "same": None}], "no pair of "),
            ([{"a": "x", "b": "y", "same": True}], "both documents are in"),
            ([PAIRS[0], {"a": "b", "b": "a", "same": True}], "has the pair of line 1 again"),
        ],
        ids=["neither", "both", "half", "then a story", "then a pair", "no answer", "ids", "twice"],
    )  # fmt: skip
    def test_a_file_that_cannot_be_used(self, lines, words, command, out, jsonl):
        done = command("evaluate", out, jsonl(lines, "gold.jsonl"))
        (line,) = done.stderr.splitlines()

        assert (done.exit_code, done.stdout) == (1, "")
        assert line.startswith("Error: ")
        assert words in line


def test_a_pair_that_another_labeller_repeats_counts_once(command, out, jsonl):
    pairs = [PAIRS[0], {**PAIRS[0], "a": "b", "b": "a"}, {**PAIRS[1], "score": 4.0}]

    assert report_of(command, out, jsonl(pairs))["pairs"]["judged"] == 2

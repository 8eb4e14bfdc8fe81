"""Scores of an output against gold stories: the numbers, the mistakes, the command."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
from dataclasses import astuple
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.evaluation.articles_lost import articles_lost
from dedup.evaluation.metrics import (
    MEASURES,
    Decided,
    Labelled,
    Mistake,
    Part,
    bootstrap,
    decided,
    first_words,
    labelled,
    mistakes,
    scores,
)

SCORER = Path(__file__).parents[1].parent / "shared" / "score.py"

# The scorer's names of our fields, in our order.
ITS_NAMES = ("n", "stories", "pair_p", "pair_r", "pair_f1", "ari", "b3_p", "b3_r", "b3_f1")

ROUNDING = 1e-12

GOLD = [f"g{place // 3}" for place in range(60)]
STORY = [f"s{place // 4}" if place % 7 else None for place in range(60)]

GOOD = {"id": "a", "story": "x"}


@st.composite
def groupings(draw):
    """Gold labels and labels of an output, None among these."""
    size = draw(st.integers(1, 40))
    gold = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    story = st.none() | st.integers(0, 9)
    return gold, draw(st.lists(story, min_size=size, max_size=size))


def own(labels):
    """Give each document without a story a label of its own."""
    return [("alone", place) if label is None else label for place, label in enumerate(labels)]


def known_to_it(found):
    """The measures that the scorer has too."""
    return astuple(found)[: len(ITS_NAMES)]


def textbook(gold, story):
    """The measures by their definitions, from all pairs and all documents."""
    story = own(story)
    n = len(gold)
    pairs = list(combinations(range(n), 2))
    in_gold = [gold[a] == gold[b] for a, b in pairs]
    in_story = [story[a] == story[b] for a, b in pairs]
    both = sum(a and b for a, b in zip(in_gold, in_story, strict=True))

    def harmonic(p, r):
        return 2 * p * r / (p + r) if p + r else 0.0

    precision = both / sum(in_story) if any(in_story) else 1.0
    recall = both / sum(in_gold) if any(in_gold) else 1.0
    expected = sum(in_gold) * sum(in_story) / len(pairs) if pairs else 0.0
    most = (sum(in_gold) + sum(in_story)) / 2
    rand = (both - expected) / (most - expected) if most != expected else 1.0
    b3_precision = b3_recall = 0.0
    for document in range(n):
        mates = {other for other in range(n) if story[other] == story[document]}
        kin = {other for other in range(n) if gold[other] == gold[document]}
        b3_precision += len(mates & kin) / len(mates) / n
        b3_recall += len(mates & kin) / len(kin) / n
    sets = [
        {frozenset(place for place in range(n) if labels[place] == label) for label in labels}
        for labels in (gold, story)
    ]
    groups = [each for each in sets[0] if len(each) > 1]
    return (
        *(n, len(set(gold)), precision, recall, harmonic(precision, recall), rand),
        *(b3_precision, b3_recall, harmonic(b3_precision, b3_recall)),
        len([each for each in groups if each in sets[1]]) / len(groups) if groups else 1.0,
    )


class TestScores:
    @given(groupings())
    def test_they_are_those_of_the_definitions(self, labels):
        assert astuple(scores(*labels)) == pytest.approx(textbook(*labels), abs=ROUNDING)

    @pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not beside this folder")
    @given(groupings())
    def test_they_are_those_of_the_scorer_to_the_last_digit(self, labels):
        gold, story = labels
        expected = scorer().scores(list(zip(gold, own(story), strict=True)))

        assert known_to_it(scores(gold, story)) == tuple(expected[name] for name in ITS_NAMES)

    @pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not beside this folder")
    def test_they_are_those_of_the_scorer_on_many_documents(self):
        chance = random.Random(4)
        gold = [f"g{chance.randrange(700)}" for _ in range(20_000)]
        story = [label if chance.random() < 0.8 else chance.choice(gold) for label in gold]
        expected = scorer().scores(list(zip(gold, story, strict=True)))

        assert known_to_it(scores(gold, story)) == tuple(expected[name] for name in ITS_NAMES)

    def test_the_example_of_bagga_and_baldwin(self):
        """Of 12 mentions, chains of 5, 2 and 5; the output joins the second and the third."""
        gold = [1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3]
        found = scores(gold, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2])

        assert found.b3_precision == pytest.approx((5 + 2 * 2 / 7 + 5 * 5 / 7) / 12)
        assert found.b3_precision == pytest.approx(0.762, abs=0.0005)
        assert found.b3_recall == 1.0

    def test_a_small_case_by_hand(self):
        """Gold ab|cd|e; output abc|d|e: 1 of 3 pairs is right, 1 of 2 is found."""
        found = scores(["x", "x", "y", "y", "z"], ["s", "s", "s", None, None])

        assert (found.n, found.stories) == (5, 3)
        assert found.pair_precision == pytest.approx(1 / 3)
        assert found.pair_recall == 0.5
        assert found.pair_f1 == pytest.approx(0.4)
        assert found.adjusted_rand == pytest.approx((1 - 0.6) / (2.5 - 0.6))
        assert found.b3_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
        assert found.b3_recall == pytest.approx((1 + 1 + 0.5 + 0.5 + 1) / 5)
        assert found.exact_stories == 0.0

    @pytest.mark.parametrize(
        ("gold", "story", "share"),
        [
            ("aabbc", "xxyyz", 1.0),
            ("aabbc", "xxyyy", 0.5),
            ("aabb", "xxyz", 0.5),
            ("aabb", "xxxx", 0.0),
            ("abc", "xxy", 1.0),
        ],
        ids=["all", "one too many", "one split", "one merged", "no story of two"],
    )
    def test_a_story_is_exact_with_all_its_documents_and_no_other(self, gold, story, share):
        assert scores(gold, story).exact_stories == share

    @pytest.mark.parametrize(
        "labels",
        [["a"], ["a", "a"], ["a", "b"], ["a", "b", "a", "c", "b"]],
        ids=["one", "together", "apart", "mixed"],
    )
    def test_a_perfect_output_scores_1(self, labels):
        found = scores(labels, [f"story {label}" for label in labels])

        assert {getattr(found, name) for name in MEASURES} == {1.0}

    def test_all_in_one_finds_all_and_little_of_it_is_right(self):
        found = scores(list("aabbcc"), ["x"] * 6)

        assert (found.pair_recall, found.b3_recall) == (1.0, 1.0)
        assert found.pair_precision == pytest.approx(3 / 15)
        assert found.b3_precision == pytest.approx(1 / 3)
        assert found.adjusted_rand == 0.0

    def test_all_alone_is_all_right_and_finds_nothing(self):
        found = scores(list("aabbcc"), [None] * 6)

        assert (found.pair_precision, found.b3_precision) == (1.0, 1.0)
        assert (found.pair_recall, found.pair_f1, found.adjusted_rand) == (0.0, 0.0, 0.0)
        assert found.b3_recall == 0.5

    def test_no_document_is_refused(self):
        with pytest.raises(ValueError, match="no document"):
            scores([], [])

    def test_sequences_that_do_not_belong_together_are_refused(self):
        with pytest.raises(ValueError, match="shorter"):
            scores(["a", "b"], ["a"])


class TestBootstrap:
    def test_a_seed_gives_its_intervals_in_whatever_order_the_documents_come(self):
        first = bootstrap(GOLD, STORY, samples=50, seed=3)
        again = bootstrap(GOLD, STORY, samples=50, seed=3)
        turned = bootstrap(GOLD[::-1], STORY[::-1], samples=50, seed=3)

        assert first == again
        for name, ends in first.items():
            assert turned[name] == pytest.approx(ends, abs=ROUNDING)
        assert first != bootstrap(GOLD, STORY, samples=50, seed=4)

    def test_every_measure_lies_in_its_interval(self):
        found = scores(GOLD, STORY)
        intervals = bootstrap(GOLD, STORY, samples=500)

        assert tuple(intervals) == MEASURES
        for name, (low, high) in intervals.items():
            assert low < getattr(found, name) < high

    def test_the_interval_of_exact_stories_lies_around_their_share(self):
        gold = [place // 2 for place in range(200)]
        story = [label if label % 4 else None for label in gold]
        low, high = bootstrap(gold, story, samples=2000)["exact_stories"]

        # A binomial share of 0.75 of 100 stories.
        assert low == pytest.approx(0.75 - 1.96 * 0.0433, abs=0.015)
        assert high == pytest.approx(0.75 + 1.96 * 0.0433, abs=0.015)

    def test_a_perfect_output_is_perfect_in_every_resample(self):
        """A story that is drawn twice must not count as two that the output joined."""
        intervals = bootstrap(list("aabbbc"), list("xxyyyz"), samples=100)

        assert set(intervals.values()) == {(1.0, 1.0)}

    @given(groupings(), st.integers(0, 99))
    def test_a_resample_counts_each_story_with_its_documents_in_the_whole_output(
        self, labels, seed
    ):
        gold, story = labels[0], own(labels[1])
        names = sorted(set(gold), key=str)
        drawn = np.random.default_rng(seed).integers(len(names), size=len(names))
        copies = [
            place for number in drawn for place, name in enumerate(gold) if name == names[number]
        ]
        places = range(len(gold))
        mates = [[b for b in places if story[a] == story[b]] for a in places]
        kin = [[b for b in places if gold[a] == gold[b]] for a in places]
        both = [len(set(mates[a]) & set(kin[a])) for a in places]
        together = sum(len(mates[a]) - 1 for a in copies)
        expected = {
            "pair_precision": sum(both[a] - 1 for a in copies) / together if together else 1.0,
            "b3_precision": sum(both[a] / len(mates[a]) for a in copies) / len(copies),
            "b3_recall": sum(both[a] / len(kin[a]) for a in copies) / len(copies),
        }
        found = bootstrap(*labels, samples=1, seed=seed)

        for name, value in expected.items():
            assert found[name] == pytest.approx((value, value), abs=ROUNDING)

    def test_the_interval_lies_around_the_score_where_all_stories_are_merged_a_little(self):
        chance = random.Random(5)
        gold = [chance.randrange(400) for _ in range(2000)]
        story = [label if chance.random() < 0.9 else chance.randrange(400) for label in gold]
        found = scores(gold, story)

        for name, (low, high) in bootstrap(gold, story, samples=200).items():
            assert low < getattr(found, name) < high < low + 0.12

    def test_no_resample_is_refused(self):
        with pytest.raises(ValueError, match="positive"):
            bootstrap(["a"], ["b"], samples=0)


class TestMistakes:
    def test_the_largest_come_first_and_ties_go_by_name(self):
        gold = ["a", "b", "a", "c", "c", "d", "e", "e", "f"]
        story = ["2", "2", "1", "1", "1", "3", "3", None, None]
        merges, splits = mistakes(gold, story)

        assert merges == [
            Mistake("1", (Part("c", (3, 4)), Part("a", (2,))), 2),
            Mistake("2", (Part("a", (0,)), Part("b", (1,))), 1),
            Mistake("3", (Part("d", (5,)), Part("e", (6,))), 1),
        ]
        assert splits == [
            Mistake("a", (Part("1", (2,)), Part("2", (0,))), 1),
            Mistake("e", (Part("3", (6,)), Part(None, (7,))), 1),
        ]

    def test_documents_that_are_alone_are_parts_of_their_own_and_never_merged(self):
        merges, splits = mistakes(["a", "a", "b"], [None, None, None])

        assert merges == []
        assert splits == [Mistake("a", (Part(None, (0,)), Part(None, (1,))), 1)]

    def test_a_perfect_output_has_none(self):
        assert mistakes(["a", "a", 1, "1"], [1, 1, "1", None]) == ([], [])

    @given(groupings())
    def test_their_wrong_pairs_are_what_the_scores_lack(self, labels):
        gold, story = labels
        merges, splits = mistakes(gold, story)
        pairs = list(combinations(zip(gold, own(story), strict=True), 2))

        assert sum(each.wrong_pairs for each in merges) == sum(
            a[0] != b[0] and a[1] == b[1] for a, b in pairs
        )
        assert sum(each.wrong_pairs for each in splits) == sum(
            a[0] == b[0] and a[1] != b[1] for a, b in pairs
        )
        for found in (merges, splits):
            wrong = [each.wrong_pairs for each in found]
            assert wrong == sorted(wrong, reverse=True)


def made(status):
    """Documents and decisions of a table: id, gold story or None, status, canonical."""
    documents = [Labelled(name, story) for name, story, *_ in status if story is not None]
    return documents, {
        name: decided({"status": word, "canonical_id": canonical}, name)
        for name, _, word, canonical in status
    }


class TestArticlesLost:
    def test_a_removed_document_is_lost_if_no_document_of_its_story_remains(self):
        found = articles_lost(
            *made(
                [
                    ("a", "x", "canonical", "a"),
                    ("b", "x", "duplicate", "a"),
                    ("c", "y", "duplicate", "a"),
                    ("d", "y", "duplicate", "a"),
                    ("e", "z", "duplicate", "a"),
                    ("f", "z", "unique", None),
                ]
            )
        )

        assert (found.removed, found.lost, found.unknown) == ((1, 2, 3, 4), (2, 3), ())

    def test_a_rejected_document_and_one_without_a_decision_are_neither_removed_nor_kept(self):
        documents, decisions = made(
            [
                ("a", "x", "canonical", "a"),
                ("b", "y", "duplicate", "a"),
                ("c", "y", "rejected", None),
                ("d", "y", "unique", None),
            ]
        )
        del decisions["d"]

        assert articles_lost(documents, decisions).lost == (1,)
        assert articles_lost(documents, decisions).removed == (1,)

    def test_of_a_canonical_without_a_label_nothing_is_known(self):
        found = articles_lost(
            *made(
                [
                    ("a", None, "canonical", "a"),
                    ("b", "x", "duplicate", "a"),
                    ("c", "y", "duplicate", "a"),
                    ("d", "y", "unique", None),
                ]
            )
        )

        assert (found.removed, found.lost, found.unknown) == ((0, 1), (), (0,))

    def test_a_labelled_canonical_of_an_earlier_dump_remains(self):
        documents, decisions = made(
            [
                ("a", "x", "canonical", "a"),
                ("b", "x", "duplicate", "a"),
                ("c", "y", "duplicate", "a"),
            ]
        )
        del decisions["a"]

        assert articles_lost(documents, decisions).lost == (2,)

    def test_decisions_without_a_status_say_nothing(self):
        documents = [Labelled("a", "x"), Labelled("b", "y")]

        assert articles_lost(documents, {"a": Decided("s"), "b": Decided("s")}) is None
        assert articles_lost(documents, {"a": Decided("s", rejected=True)}) is None

    @given(groupings())
    def test_it_is_what_the_definition_says(self, labels):
        gold, story = labels[0], own(labels[1])
        first = {label: str(place) for place, label in reversed([*enumerate(story)])}
        size = {label: story.count(label) for label in story}
        decisions = {
            str(place): decided(
                {
                    "status": "unique"
                    if size[label] == 1
                    else "canonical"
                    if first[label] == str(place)
                    else "duplicate",
                    "canonical_id": first[label] if size[label] > 1 else None,
                },
                "",
            )
            for place, label in enumerate(story)
        }
        documents = [Labelled(str(place), label) for place, label in enumerate(gold)]
        found = articles_lost(documents, decisions)
        remaining = {gold[int(place)] for place in first.values()}

        assert len(found.removed) == len(gold) - len(first)
        assert [gold[at] in remaining for at in found.removed] == [
            at not in found.lost for at in found.removed
        ]
        assert found.unknown == ()
        # A perfect output loses nothing, whatever it leaves apart.
        if all(
            len({g for g, s in zip(gold, story, strict=True) if s == one}) == 1 for one in first
        ):
            assert found.lost == ()


class TestLines:
    def test_a_gold_line_has_its_title_or_its_first_words(self):
        line = {"story": 7, "set": "x", "title": " ", "text": " ".join("abcdefghijklmn")}

        assert labelled(line, "a", "line 1") == Labelled("a", 7, "x", "a b c d e f g h i j k l ...")
        assert labelled({**line, "title": "T"}, "a", "line 1").title == "T"
        assert first_words({"text": "  "}) is None
        assert first_words({}) is None

    @pytest.mark.parametrize("story", [None, "", [], {}, True], ids=repr)
    def test_a_gold_line_needs_a_story(self, story):
        with pytest.raises(InputError, match="line 1 has "):
            labelled({"story": story}, "a", "line 1")

    @pytest.mark.parametrize("line", [{}, {"story_id": None}, {"story_id": ""}], ids=repr)
    def test_a_decision_without_a_story_is_a_story_of_its_own(self, line):
        assert decided(line, "line 1") == Decided()

    def test_a_decision_needs_a_story_that_is_a_name(self):
        with pytest.raises(InputError, match="line 1 has a story_id"):
            decided({"story_id": ["a"]}, "line 1")


@pytest.fixture(scope="module")
def gold(samples, tmp_path_factory):
    """The gold stories of the sample dump, by language."""
    articles = json.loads((samples / "articles.json").read_text("utf-8"))
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    lines = [
        {"id": each["page"], "story": each["story"], "set": each["language"]}
        for each in articles
        if each["story"]
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def decisions(jsonl):
    def write(*stories, **more):
        lines = [{"id": doc_id, "story_id": label, **more} for doc_id, label in stories]
        return jsonl(lines, "decisions.jsonl")

    return write


def report_of(command, *arguments):
    """The JSON object that the command prints."""
    done = command("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) == 1
    return json.loads(done.stdout)


def refused(command, *arguments, code=1):
    """The one sentence with which the command refuses."""
    done = command("evaluate", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert "Traceback" not in done.stderr
    return line


class TestCommand:
    def test_a_real_run(self, command, copies_run, gold):
        report = report_of(command, copies_run.path, gold, "--worst", 2)

        whole = report["all"]
        assert whole["pair_precision"] == whole["b3_precision"] == 1.0
        assert 0.8 < whole["b3_f1"] < 1.0
        assert report["without_decision"] == report["rejected"] == []
        assert list(report["sets"]) == sorted(report["sets"])
        assert sum(row["n"] for row in report["sets"].values()) == whole["n"]
        assert report["merges"] == {"count": 0, "worst": []}
        assert report["splits"]["count"] == 4
        worst = report["splits"]["worst"]
        assert [each["story"] for each in worst] == ["ferry-grounding", "battery-plant"]
        assert [part["story_id"] for part in worst[0]["parts"]] == [None] * 4
        titles = [part["documents"][0]["title"] for part in worst[0]["parts"]]
        assert "All safe after Kell Island ferry strikes reef" in titles

    def test_the_table_of_a_real_run(self, command, copies_run, gold):
        done = command("evaluate", copies_run.path, gold, "--bootstrap", 20)
        lines = done.stdout.splitlines()
        report = report_of(command, copies_run.path, gold, "--bootstrap", 20)

        assert (done.exit_code, done.stderr) == (0, "")
        (row,) = [number for number, line in enumerate(lines) if line.startswith("all ")]
        values = [float(value) for value in lines[row].split()[3:]]
        assert values[5] == round(report["all"]["b3_f1"], 3)
        low, high = report["all"]["intervals"]["b3_f1"]
        assert float(lines[row + 1].split()[2 + 5]) == round(low, 3)
        assert float(lines[row + 2].split()[2 + 5]) == round(high, 3)
        assert "splits: 4; the largest 4:" in lines
        assert command("evaluate", copies_run.path, gold, "--bootstrap", 20).stdout == done.stdout

    @pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not beside this folder")
    def test_the_scorer_prints_the_same_of_a_real_run(self, command, copies_run, gold):
        module = scorer()
        stories = {
            each["id"]: each["story_id"] or ("", each["id"]) for each in copies_run.decisions
        }
        lines = module.load(gold)
        expected = module.scores([(line["story"], stories[line["id"]]) for line in lines])
        report = report_of(command, copies_run.path, gold)

        values = list(report["all"].values())[: len(ITS_NAMES)]
        assert values == [expected[name] for name in ITS_NAMES]

    def test_parquet_is_read_where_it_is_what_there_is(self, command, samples, gold, tmp_path):
        run = command.run(
            samples / "dump", "--level", "copies", "--format", "parquet", out=tmp_path / "out"
        )

        assert not (run.path / "decisions.jsonl").exists()
        assert report_of(command, run.path, gold)["splits"]["count"] == 4

    def test_missing_and_rejected_documents_are_counted_and_stories_of_their_own(
        self, command, decisions, jsonl
    ):
        out = decisions(("a", "s"), ("b", "s"), ("c", None), status="rejected")
        gold = jsonl([{"id": name, "story": "x"} for name in "abcde"])
        report = report_of(command, out, gold)

        assert report["without_decision"] == ["d", "e"]
        assert report["rejected"] == ["a", "b", "c"]
        assert report["all"]["pair_recall"] == pytest.approx(1 / 10)
        lines = command("evaluate", out, gold).stdout
        assert "no decision: 2 of GOLD, each a story of its own: d, e\n" in lines
        assert "rejected: 3 of GOLD, each a story of its own: a, b, c\n" in lines

    def test_a_rejected_second_document_of_an_id_hides_nothing_of_the_first(self, command, jsonl):
        out = jsonl(
            [
                {"id": "a", "story_id": None, "status": "rejected"},
                {"id": "a", "story_id": "s", "status": "canonical"},
                {"id": "b", "story_id": "s", "status": "duplicate"},
                {"id": "b", "story_id": None, "status": "rejected"},
            ],
            "decisions.jsonl",
        )
        report = report_of(command, out, jsonl([{"id": name, "story": "x"} for name in "ab"]))

        assert report["all"]["pair_recall"] == 1.0
        assert report["rejected"] == []

    def test_a_false_merge_is_listed_with_relation_and_score(self, command, jsonl):
        out = jsonl(
            [
                {"id": "a", "story_id": "s", "canonical_id": "a"},
                {"id": "b", "story_id": "s", "canonical_id": "a", "relation": "near", "score": 0.9},
            ],
            "decisions.jsonl",
        )
        gold = jsonl([{"id": "a", "story": "x"}, {"id": "b", "story": "y", "text": "Two words"}])
        (merge,) = report_of(command, out, gold)["merges"]["worst"]

        assert (merge["story_id"], merge["documents"], merge["wrong_pairs"]) == ("s", 2, 1)
        assert [part["story"] for part in merge["parts"]] == ["x", "y"]
        assert merge["parts"][1]["documents"] == [
            {"id": "b", "title": "Two words", "canonical_id": "a", "relation": "near", "score": 0.9}
        ]
        lines = command("evaluate", out, gold).stdout.splitlines()
        assert "  s: 2 documents in 2 gold stories, wrong pairs: 1" in lines
        assert "      b  Two words  [near 0.900 of a]" in lines

    def test_a_large_mistake_is_shortened_in_the_table_and_whole_in_json(
        self, command, decisions, jsonl
    ):
        names = [f"{number:03}" for number in range(60)]
        out = decisions(
            *((name, "s") for name in names[:50]), *((name, None) for name in names[50:])
        )
        gold = jsonl([{"id": name, "story": f"g{int(name) % 10}"} for name in names])
        lines = command("evaluate", out, gold, "--worst", 1).stdout.splitlines()

        assert "    ... and 2 more" in lines
        assert "      ... and 1 more" in lines
        assert "    alone: 1" in lines
        (merge,) = report_of(command, out, gold, "--worst", 1)["merges"]["worst"]
        assert sum(len(part["documents"]) for part in merge["parts"]) == 50
        assert report_of(command, out, gold, "--worst", 0)["merges"] == {"count": 1, "worst": []}

    def test_control_characters_never_reach_the_terminal(self, command, decisions, jsonl):
        bad = "a\x1b[2J\x07\x7f\x9b\u202e\ud800z"
        out = decisions((f"1{bad}", f"s{bad}"), ("2", f"s{bad}"), ("3", None))
        gold = jsonl(
            [
                {"id": f"1{bad}", "story": f"x{bad}", "title": f"t\n{bad}", "set": f"m{bad}"},
                {"id": "2", "story": f"y{bad}", "title": "é" * 200},
                {"id": f"4{bad}", "story": f"x{bad}"},
            ]
        )
        for option in ([], ["--json"]):
            printed = command("evaluate", out, gold, *option).stdout
            assert printed.replace("\n", "").isprintable()
            assert r"\x1b" in printed or r"\u001b" in printed
        assert f"{'é' * 77}...\n" in command("evaluate", out, gold).stdout

    def test_the_key_names_the_field_and_whole_numbers_are_ids(self, command, decisions, jsonl):
        gold = jsonl([{"nr": 1, "id": "z", "story": "x"}, {"nr": "2", "id": "z", "story": "x"}])

        assert (
            report_of(command, decisions(("1", 5), ("2", 5)), gold, "--key", "nr")["all"]["n"] == 2
        )

    def test_a_store_that_cannot_be_read_costs_the_titles_only(
        self, command, copies_run, gold, tmp_path
    ):
        out = tmp_path / "out"
        out.mkdir()
        shutil.copy(copies_run.path / "decisions.jsonl", out)
        (out / "store.sqlite").write_bytes(b"no store " * 1000)
        done = command("evaluate", out, gold)

        assert done.exit_code == 0
        assert "damaged or no store" in done.stderr
        assert command("evaluate", out, gold, "--quiet").stderr == ""
        assert command("evaluate", out, gold, "--quiet").stdout == done.stdout

    def test_articles_lost_are_counted_and_listed(self, command, jsonl):
        line = {"story_id": "s", "canonical_id": "a", "status": "duplicate", "relation": "rewrite"}
        out = jsonl(
            [
                {"id": "a", "story_id": "s", "canonical_id": "a", "status": "canonical"},
                {"id": "b", "score": 0.6, **line},
                {"id": "c", "score": 0.9, **line},
                {"id": "d", "score": 0.7, **line},
                {"id": "e", "story_id": None, "status": "unique"},
            ],
            "decisions.jsonl",
        )
        gold = jsonl(
            [
                {"id": "a", "story": "ferry", "set": "one"},
                {"id": "b", "story": "storm", "set": "one"},
                {"id": "c", "story": "vote", "set": "two", "title": "Polls close"},
                {"id": "d", "story": "ferry", "set": "two"},
                {"id": "e", "story": "fire", "set": "two"},
            ]
        )
        lost = report_of(command, out, gold)["articles_lost"]
        assert (lost["count"], lost["removed"], lost["unknown"]) == (2, 3, 0)
        assert (lost["share_of_removed"], lost["share_of_all"]) == (2 / 3, 2 / 5)
        numbers = {name: (row["count"], row["removed"]) for name, row in lost["sets"].items()}
        assert numbers == {"one": (1, 1), "two": (1, 2)}
        assert [(each["id"], each["story"]) for each in lost["worst"]] == [
            ("c", "vote"),
            ("b", "storm"),
        ]
        assert lost["worst"][0]["title"] == "Polls close"

        lines = command("evaluate", out, gold, "--worst", 1).stdout.splitlines()
        assert lines[0].split()[-2:] == ["removed", "lost"]
        assert [line.split()[-2:] for line in lines[1:4]] == [["1", "1"], ["2", "1"], ["3", "2"]]
        start = lines.index("articles lost: 2 of 3 removed (66.7 %), 40.0 % of all; the first 1:")
        assert lines[start + 1] == "      c  Polls close  [rewrite 0.900 of a]  gold story vote"

    def test_articles_lost_are_not_known_without_a_status(self, command, decisions, jsonl):
        gold = jsonl([{"id": "a", "story": "x"}, {"id": "b", "story": "y", "set": "one"}])
        out = decisions(("a", "s"), ("b", "s"))
        lost = report_of(command, out, gold)["articles_lost"]

        assert lost["count"] is lost["removed"] is lost["sets"]["one"]["share_of_all"] is None
        assert lost["worst"] == []
        assert "articles lost: not known" in command("evaluate", out, gold).stdout

    def test_articles_whose_canonical_has_no_label_are_counted_apart(self, command, jsonl):
        out = jsonl(
            [
                {"id": "a", "story_id": "s", "canonical_id": "a", "status": "canonical"},
                {"id": "b", "story_id": "s", "canonical_id": "a", "status": "duplicate"},
            ],
            "decisions.jsonl",
        )
        gold = jsonl([{"id": "b", "story": "x"}])

        assert report_of(command, out, gold)["articles_lost"]["unknown"] == 1
        line = "articles lost: 0 of 1 removed; not known of 1, whose canonical is not in GOLD"
        assert line in command("evaluate", out, gold).stdout.splitlines()

    def test_a_real_run_that_joins_only_copies_loses_nothing(self, command, copies_run, gold):
        lost = report_of(command, copies_run.path, gold)["articles_lost"]

        assert lost["removed"] > 10
        assert (lost["count"], lost["share_of_removed"], lost["worst"]) == (0, 0.0, [])


class TestRefusals:
    def test_a_file_that_is_not_there(self, command, decisions, jsonl, tmp_path):
        missing = tmp_path / "missing"

        assert "does not exist" in refused(command, missing, jsonl([GOOD]))
        assert "does not exist" in refused(command, decisions(("a", "s")), missing)

    def test_a_folder_without_decisions(self, command, jsonl, tmp_path):
        (tmp_path / "out").mkdir()

        assert "holds no decisions" in refused(command, tmp_path / "out", jsonl([GOOD]))

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ('{"id": "a", "story": "x"}\n{"id": \n', "gold.jsonl:2: not JSON"),
            ('{"id": "a", "story": "x"}\n[1]\n', "gold.jsonl:2: a list, not an object"),
            ('{"id": "a"}\n', "record 1 of gold.jsonl has no story"),
            ('{"id": "a", "story": null}\n', "record 1 of gold.jsonl has no story"),
            ('{"story": "x"}\n', "record 1 of gold.jsonl has no id"),
            ('{"id": ["a", "b"], "story": "x"}\n', "the id is a list"),
            ('{"id": "a", "story": "x"}\n' * 2, "record 2 of gold.jsonl has the id of an earlier"),
            ('{"id": "b", "story": "x"}\n', "no id of "),
            ("", "the file is empty"),
            ("\x1b[2J\n", "gold.jsonl"),
        ],
        ids=["cut", "list", "story", "null", "id", "type", "twice", "other", "empty", "text"],
    )
    def test_a_bad_gold_file(self, lines, words, command, decisions, tmp_path):
        path = tmp_path / "gold.jsonl"
        path.write_text(lines, "utf-8")
        line = refused(command, decisions(("a", "s")), path)

        assert words in line
        assert line.isprintable()

    def test_a_broken_decision(self, command, jsonl, tmp_path):
        path = tmp_path / "decisions.jsonl"
        path.write_text('{"id": "a", "story_id": "s"}\n{"id": "b", "sto\n', "utf-8")

        assert "decisions.jsonl:2: not JSON" in refused(command, path, jsonl([GOOD]))

    @pytest.mark.parametrize(
        "option", [["--bootstrap", "0"], ["--seed", "-1"], ["--worst", "x"]], ids=" ".join
    )
    def test_an_option_that_cannot_be_used(self, option, command, decisions, jsonl):
        assert option[0] in refused(command, decisions(("a", "s")), jsonl([GOOD]), *option, code=2)


def scorer():
    """The scorer that shares no code with the package."""
    spec = importlib.util.spec_from_file_location("score", SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

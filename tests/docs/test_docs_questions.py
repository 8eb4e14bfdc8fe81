"""Each question of docs/questions.md is answered by its command, on a run of the sample pages."""

from __future__ import annotations

import csv
import io
import math
import re
import shlex
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

import pytest
from pages import DOCS, text_of
from runs import ROOT, Out

PAGE = DOCS / "questions.md"

_QUESTION = re.compile(
    r"^## (\d+)\. ([^\n]+)\n\n```sh\n([^\n]+)\n```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Question:
    """A question of the page: its number, its words, its command, and what the page shows."""

    number: int
    words: str
    line: str
    shown: str


QUESTIONS = [
    Question(int(number), words, line, shown)
    for number, words, line, shown in _QUESTION.findall(PAGE.read_text("utf-8"))
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The folder in which the commands of the page are run."""
    folder = tmp_path_factory.mktemp("questions")
    (folder / "samples").symlink_to(ROOT / "samples")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    patch.setenv("COLUMNS", "80")  # not as wide as the terminal of whoever runs the tests
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def out(desk, command):
    """The run that the page asks about, made as the page says."""
    (line,) = re.findall(r"^dedup run .*$", text_of("docs/questions.md"), re.MULTILINE)
    assert command(*shlex.split(line)[1:]).exit_code == 0
    return Out(desk / "out")


@pytest.fixture(scope="module")
def answers(out, command):
    """What each command prints on stdout, by the number of its question."""
    found = {}
    for question in QUESTIONS:
        done = command(*shlex.split(question.line)[1:])
        assert done.exit_code == 0, f"{question.line}\n{done.stderr}"
        found[question.number] = done.stdout
    return found


def rows_of(out, query):
    with closing(sqlite3.connect(f"file:{out.path}/store.sqlite?mode=ro", uri=True)) as store:
        return store.execute(query).fetchall()


def decisions_of(out, **known):
    """The decisions with some values, in the order of the inputs."""
    return [
        each for each in out.decisions if all(each[name] == value for name, value in known.items())
    ]


def words_of(text):
    """The words of a text however its lines are broken."""
    return re.findall(r"\w+", text)


def says(answer, text):
    """Return whether an answer has a text, however its lines are broken."""
    return " ".join(text.split()) in " ".join(answer.split())


def assert_lists(answer, decisions):
    """Check that an answer lists some documents with the reasons, and no others."""
    assert decisions
    for each in decisions:
        assert says(answer, each["title"])
        assert says(answer, each["reason"])
    assert len(re.findall(r"^(?:exact|near|abridged|expanded|update|derived|rewrite)\b", answer,
                          re.MULTILINE)) == len(decisions)  # fmt: skip


def test_there_are_seventeen_questions_with_a_command_each():
    assert [question.number for question in QUESTIONS] == list(range(1, 18))
    assert all(question.line.startswith("dedup ") for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.words)
def test_the_page_shows_what_the_command_prints(question, answers):
    printed = iter(line.rstrip() for line in answers[question.number].splitlines())

    assert question.shown.strip()
    for line in question.shown.splitlines():
        assert line == "..." or line in printed, line  # in the same order


def test_the_largest_stories_come_first(out, answers):
    listed = re.findall(r"^(s-\w+) +(\d+)", answers[1], re.MULTILINE)
    sizes = [int(size) for _, size in listed]

    assert dict(listed) == {each["story_id"]: str(each["size"]) for each in out.stories}
    assert sizes == sorted(sizes, reverse=True)


def test_the_documents_dropped_from_a_host_are_listed_with_their_reasons(out, answers):
    assert_lists(answers[2], decisions_of(out, host="harborpost.example", status="duplicate"))


def test_a_dropped_article_names_the_one_that_is_kept(out, answers):
    name = "harborpost.example/2026/03/12/halden-torc.html"
    (decision,) = decisions_of(out, id=name)

    assert says(answers[3], decision["reason"])
    assert decision["canonical_id"] in {each["id"] for each in out.survivors}
    assert says(answers[3], decision["canonical_id"])
    assert re.search(r"^status +duplicate", answers[3], re.MULTILINE)


def test_what_cleaning_removed_is_shown_by_step(out, answers):
    name = "harborpost.example/2026/03/05/port-strike.html"
    removed = rows_of(out, f"SELECT step, text FROM v_removed_lines WHERE id = '{name}'")

    assert len(removed) == 2
    for step, text in removed:
        assert re.search(rf"^{step} +{re.escape(text)}", answers[4], re.MULTILINE)


def test_a_page_is_shown_as_it_came(samples, answers):
    page = samples / "dump" / "harborpost.example" / "2026" / "03" / "05" / "port-strike.html"

    assert answers[5].rstrip("\n") == page.read_text("utf-8").rstrip("\n")


def test_the_stories_on_the_weakest_pairs_come_first(out, answers):
    weakest = sorted(out.stories, key=lambda each: each["weakest"]["score"])[:3]

    assert re.findall(r"^s-\w+", answers[6], re.MULTILINE) == [each["story_id"] for each in weakest]
    for story in weakest:
        link = story["weakest"]
        assert f"  dedup explain out {link['left']} {link['right']}\n" in answers[6]


def test_a_story_is_shown_side_by_side(out, answers):
    (story,) = [each for each in out.stories if each["story_id"] == "s-8c4bf6f82ae26615"]
    texts = [
        row[0].decode()
        for member in story["members"]
        for row in rows_of(
            out,
            f"SELECT text FROM contents JOIN v_documents USING (row) WHERE id = '{member['id']}'",
        )
    ]

    assert len(texts) == 2
    for member, text in zip(story["members"], texts, strict=True):
        assert member["id"] in answers[7]
        assert Counter(words_of(answers[7])).keys() >= set(words_of(text))
    assert re.search(r"^~", answers[7], re.MULTILINE)


def contributions(answer):
    """The log odds of a table of features, and what they come to."""
    table = re.search(r"^feature .*\n((?:.+\n)+)", answer, re.MULTILINE)[1]
    lines = [line.split() for line in table.splitlines()]
    last = next(line for line in lines if line[0] == "score")
    added = [float(line[-2]) for line in lines[: lines.index(last)]]
    return sum(added), float(last[-1]), float(last[1])


def test_two_documents_of_a_story_say_what_their_score_is_made_of(out, answers):
    (decision,) = decisions_of(out, id="harborpost.example/2026/03/12/halden-torc.html")
    total, log_odds, score = contributions(answers[8])

    assert score == round(decision["score"], 2)
    assert total == pytest.approx(log_odds, abs=0.08)  # each is rounded
    assert score == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=0.01)
    assert answers[8].startswith("One story")
    assert says(answers[8], "rewrite")


def test_two_documents_apart_say_how_far_they_are_from_one_story(answers):
    total, log_odds, score = contributions(answers[9])
    needed = re.search(r"needs? (0\.\d+)", " ".join(answers[9].split()))

    assert answers[9].startswith("Two stories")
    assert total == pytest.approx(log_odds, abs=0.08)
    assert score < float(needed[1])
    assert re.search(r"^worth +-\d\.\d+ .*: not joined$", answers[9], re.MULTILINE)


def test_a_unique_document_names_what_is_near(answers):
    scores = [float(score) for score in re.findall(r"^(0\.\d+) ", answers[10], re.MULTILINE)]
    nearest = re.search(r"^0\.\d+ +\S.*? +other +(.+)$", answers[10], re.MULTILINE)

    assert answers[10].startswith("unique")
    assert nearest[1] == "Ashby Falls mayor charged with taking bribes"
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)


def test_a_canonical_names_the_runner_up_and_the_rule_that_decided(out, answers):
    canonical = "harborpost.example/2026/03/14/ferry-aground.html"
    (story,) = [each for each in out.stories if each["canonical_id"] == canonical]

    assert says(answers[11], story["why"]["rule"])
    assert says(answers[11], story["why"]["runner_up"])


def test_the_copies_of_a_wire_story_are_listed(out, answers):
    copies = decisions_of(out, copy_of="continentalpress.example/wire/cps-0311-027.html")

    assert_lists(answers[12], copies)
    assert len(copies) == 3


def test_the_members_with_a_low_score_are_listed(out, answers):
    members = [each for each in decisions_of(out, relation="rewrite") if each["score"] <= 0.6]

    assert_lists(answers[13], members)
    assert len(members) < len(decisions_of(out, relation="rewrite"))


def test_the_rejected_inputs_say_where_they_are_and_why(out, answers):
    listed = list(csv.DictReader(io.StringIO(answers[14])))

    assert len(listed) == len(out.rejected) == 3
    for row, line in zip(listed, out.rejected, strict=True):
        assert {name: row[name] for name in line} == line


def changes(out, other):
    """How often a status became another one."""
    pairs = zip(out.decisions, other.decisions, strict=True)
    return Counter((one["status"], two["status"]) for one, two in pairs)


def assert_counts(answer, expected):
    """Check that an answer has a number for each change of a status."""
    for (before, after), count in expected.items():
        if before != after:
            assert re.search(rf"^{before} +{after} +{count}$", answer, re.MULTILINE)


def test_a_higher_threshold_says_which_documents_stay(desk, out, answers):
    other = Out(desk / "out-07")

    assert decisions_of(other, relation="rewrite") == []
    assert_counts(answers[15], changes(out, other))
    assert says(answers[15], "After the furnaces, the cells: Dunmarrow lands a giant")


def test_a_run_without_a_host_rejects_its_documents(desk, out, answers):
    other = Out(desk / "out-without")
    excluded = [each for each in other.decisions if each["reason"] == "excluded-host"]

    assert {each["host"] for each in excluded} == {"elwoodledger.example"}
    assert len(excluded) == len(decisions_of(out, host="elwoodledger.example"))
    assert_counts(answers[16], changes(out, other))


def test_the_difference_of_two_runs_is_counted_and_shown_by_example(desk, out, answers):
    other = Out(desk / "out-07")
    first = re.search(r"^1\. .*?\(.*?, id (.*?)\)", answers[17], re.MULTILINE)

    assert_counts(answers[17], changes(out, other))
    assert first[1] in {each["id"] for each in other.survivors}
    assert first[1] not in {each["id"] for each in out.survivors}

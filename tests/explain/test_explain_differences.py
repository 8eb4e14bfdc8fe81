"""What differs between two runs: documents, stories, settings, and the worst examples."""

from __future__ import annotations

import io
import json
import shlex
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from rich.console import Console
from runs import dated_article, text_of

from dedup.cli.diff import print_difference
from dedup.errors import NotFoundError
from dedup.explain.compare import difference_words
from dedup.explain.compare.compared_documents import (
    ALONE,
    CANONICAL,
    DUPLICATE,
    REJECTED,
    UNIQUE,
    ComparedDocuments,
    OneSide,
    compare_documents,
)
from dedup.explain.compare.compared_stories import KINDS, count_story_changes
from dedup.explain.compare.differences import (
    EXAMPLES,
    UNCHANGED,
    Difference,
    DocumentChange,
    StoryChange,
    change_kinds,
    status_counts,
)
from dedup.explain.compare.differing_settings import SettingChange
from dedup.explain.open_run import open_run

KEPT = ("canonical", "unique")

MIRRORED = {"split": "merged", "merged": "split", "grown": "shrunk", "shrunk": "grown"}


def side(labels, first=0):
    """A run over documents, each with the label of its story, "alone" or "rejected".

    The first document of a story is its canonical, and its place the name of the story.
    """
    counts = Counter(labels)
    canonical = {}
    statuses, stories = [], []
    for place, label in enumerate(labels):
        if label == "rejected" or label == "alone" or counts[label] == 1:
            statuses.append(REJECTED if label == "rejected" else UNIQUE)
            stories.append(ALONE)
            continue
        statuses.append(DUPLICATE if label in canonical else CANONICAL)
        stories.append(canonical.setdefault(label, place))
    scores = [0.5 if each == DUPLICATE else np.nan for each in statuses]
    rows = np.arange(first, first + len(labels))
    return OneSide(rows, np.array(statuses), np.array(stories), np.array(scores), 0)


def compared(before, after):
    """Two runs over the same documents, with different rows."""
    one, other = side(before), side(after, first=1000)
    return ComparedDocuments(one, other, np.ones(len(before), np.bool_))


def stories_by_kind(documents):
    before, after = count_story_changes(documents)
    return {
        kind: (int(one), int(other))
        for kind, one, other in zip(KINDS, before, after, strict=True)
        if one or other
    }


def kinds_of(documents):
    return [EXAMPLES[kind] if kind != UNCHANGED else "same" for kind in change_kinds(documents)]


CASES = {
    "split": (["a", "a", "a", "a"], ["a", "a", "b", "b"], {"split": (1, 2)}),
    "split into uniques": (["a", "a"], ["alone", "alone"], {"split": (1, 0)}),
    "merged": (["a", "a", "b", "b"], ["a", "a", "a", "a"], {"merged": (2, 1)}),
    "merged from uniques": (["alone", "alone"], ["a", "a"], {"merged": (0, 1)}),
    "torn": (["a", "a", "a", "b", "b"], ["a", "a", "b", "b", "b"], {"torn": (2, 2)}),
    "grown": (["a", "a", "alone"], ["a", "a", "a"], {"grown": (1, 1)}),
    "shrunk": (["a", "a", "a"], ["a", "a", "alone"], {"shrunk": (1, 1)}),
    "exchanged": (["a", "a", "a", "alone"], ["a", "a", "alone", "a"], {"exchanged": (1, 1)}),
    "same": (["a", "a", "alone"], ["z", "z", "alone"], {"same": (1, 1)}),
    "member rejected": (["a", "a", "a"], ["a", "a", "rejected"], {"shrunk": (1, 1)}),
    "all but one rejected": (["a", "a"], ["alone", "rejected"], {"shrunk": (1, 0)}),
    "rejected joins": (["alone", "rejected"], ["a", "a"], {"grown": (0, 1)}),
    "two pairs apart": (["a", "a", "b", "b"], ["a", "a", "b", "b"], {"same": (2, 2)}),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_what_became_of_a_story_is_told_by_its_documents(before, after, expected):
    assert stories_by_kind(compared(before, after)) == expected


def test_the_same_documents_may_have_another_canonical():
    documents = swap_canonicals(compared(["a", "a", "a"], ["a", "a", "a"]))
    assert stories_by_kind(documents) == {"canonical": (1, 1)}


CHANGES = {
    "a unique document joins a story": (["a", "a", "alone"], ["a", "a", "a"], 2, "deleted"),
    "a canonical joins another story": (["a", "a", "b", "b"], ["a", "a", "a", "a"], 2, "deleted"),
    "a duplicate is kept": (["a", "a"], ["alone", "alone"], 1, "restored"),
    "a canonical is unique now": (["a", "a"], ["alone", "alone"], 0, "still-kept"),
    "a kept one is rejected": (["alone"], ["rejected"], 0, "rejected"),
    "a duplicate is rejected": (["a", "a"], ["alone", "rejected"], 1, "readmitted"),
    "a rejected one is a duplicate": (["alone", "rejected"], ["a", "a"], 1, "readmitted"),
    "a duplicate moves": (["a", "b", "b", "a"], ["a", "b", "b", "b"], 3, "other-story"),
    "all leave its canonical": (["a", "a", "a"], ["alone", "a", "a"], 2, "other-canonical"),
    "its canonical is rejected": (["a", "a", "a"], ["rejected", "a", "a"], 2, "other-canonical"),
    "one new to it leads": (["alone", "a", "a", "a"], ["a", "a", "a", "a"], 2, "other-canonical"),
    "one alone has new company": (["a", "a", "b", "b"], ["a", "b", "b", "b"], 1, "restored"),
    "it alone is in another": (["a", "alone", "a"], ["alone", "b", "b"], 2, "other-story"),
    "two stories become one": (["a", "b", "b", "a"], ["a", "a", "a", "a"], 2, "other-story"),
}


@pytest.mark.parametrize(("before", "after", "place", "kind"), CHANGES.values(), ids=CHANGES)
def test_each_change_of_a_document_has_a_kind(before, after, place, kind):
    assert kinds_of(compared(before, after))[place] == kind


def swap_canonicals(documents):
    """The second document of a story of three is its canonical in the other run."""
    after = documents.after
    after.statuses[:] = [DUPLICATE, CANONICAL, DUPLICATE]
    after.stories[:] = 1
    return documents


def test_a_story_that_keeps_another_member_deletes_nothing():
    documents = swap_canonicals(compared(["a", "a", "a"], ["a", "a", "a"]))
    assert kinds_of(documents) == ["replaced", "restored", "other-canonical"]


def test_another_relation_or_score_is_a_change():
    documents = compared(["a", "a"], ["a", "a"])
    documents.same_evidence[1] = False
    assert kinds_of(documents) == ["same", "other-relation"]


# --- laws ----------------------------------------------------------------------------------------

labels = st.sampled_from(["alone", "rejected", *"abcd"])


@st.composite
def pairs_of_runs(draw):
    n = draw(st.integers(1, 12))
    return compared(*(draw(st.lists(labels, min_size=n, max_size=n)) for _ in range(2)))


@given(pairs_of_runs())
def test_a_run_does_not_differ_from_itself(documents):
    one = documents.before
    same = np.ones(one.rows.size, np.bool_)
    itself = ComparedDocuments(one, one, same)
    assert set(kinds_of(itself)) == {"same"}
    assert set(stories_by_kind(itself)) <= {"same"}


@given(pairs_of_runs())
def test_status_counts_sum_to_the_documents(documents):
    counts = status_counts(documents.before.statuses, documents.after.statuses)
    assert sum(each.documents for each in counts) == documents.before.rows.size


@given(pairs_of_runs())
def test_every_story_is_counted_once(documents):
    found = stories_by_kind(documents)
    for place, one in enumerate((documents.before, documents.after)):
        stories = set(one.stories.tolist()) - {ALONE}
        assert sum(counts[place] for counts in found.values()) == len(stories)


@given(pairs_of_runs())
def test_the_other_order_of_runs_mirrors_the_difference(documents):
    mirrored = documents.swapped
    assert stories_by_kind(mirrored) == {
        MIRRORED.get(kind, kind): (after, before)
        for kind, (before, after) in stories_by_kind(documents).items()
    }
    forth, back = (
        {
            (each.before, each.after)[::step]: each.documents
            for each in status_counts(one.before.statuses, one.after.statuses)
        }
        for one, step in ((documents, 1), (mirrored, -1))
    )
    assert forth == back
    there, here = Counter(kinds_of(documents)), Counter(kinds_of(mirrored))
    for kind in ("other-story", "other-canonical", "still-kept", "same"):
        assert there[kind] == here[kind]
    assert there["deleted"] + there["replaced"] == here["restored"]


@given(pairs_of_runs())
def test_whatever_is_deleted_was_apart_from_what_tells_it_now(documents):
    before, after = documents.before, documents.after
    for place, kind in enumerate(kinds_of(documents)):
        if kind in ("deleted", "replaced"):
            teller = int(after.stories[place])
            together = before.stories[place] == before.stories[teller] != ALONE
            assert together == (kind == "replaced")


def run_of(ids):
    """A run of which only the ids of the inputs are known; one that comes again is rejected."""
    rows = sorted((doc_id, row) for row, doc_id in enumerate(ids))
    states = [(doc_id, row, UNIQUE, None, None, None, 1) for doc_id, row in rows]
    store = SimpleNamespace(
        states=SimpleNamespace(decided_again=lambda _: [], by_id=lambda *_: iter(states)),
        dumps=SimpleNamespace(number=1),
    )
    return SimpleNamespace(store=store, manifest={})


ids = st.lists(st.sampled_from(["", "a", "ab", "b", "\uffff", "\U00010000"]), max_size=9)


@given(ids, ids)
def test_each_input_is_compared_or_in_one_run_alone(one, other):
    documents = compare_documents(run_of(one), run_of(other))
    both = Counter(one) & Counter(other)
    for side, names in ((documents.before, one), (documents.after, other)):
        assert Counter(names[row] for row in side.rows.tolist()) == both
        assert side.only == len(names) - both.total()


# --- whole runs ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict_run(command, samples, tmp_path_factory):
    """The samples at a high threshold, with the latest as canonicals."""
    out = tmp_path_factory.mktemp("strict") / "out"
    options = ("--threshold", "0.7", "--canonical", "latest")
    return command.run(samples / "dump", *options, out=out)


def compare(one, other, **options) -> Difference:
    with open_run(one.path) as run:
        return run.diff(other.path, **options)


def as_naive(one, other):
    """Statuses, deletions and other canonicals, from the decisions alone."""
    before, after = ({each["id"]: each for each in run.decisions} for run in (one, other))
    statuses = Counter((before[name]["status"], after[name]["status"]) for name in before)
    moved = [
        name
        for name in before
        if before[name]["status"] == after[name]["status"] == "duplicate"
        and before[name]["canonical_id"] != after[name]["canonical_id"]
    ]
    return statuses, moved


def test_the_counts_are_those_of_the_decisions(sample_run, strict_run):
    found = compare(sample_run, strict_run)
    statuses, moved = as_naive(sample_run, strict_run)
    assert {(each.before, each.after): each.documents for each in found.statuses} == statuses
    assert found.other_story + found.other_canonical == len(moved) > 0
    assert found.compared == len(sample_run.decisions)
    assert found.removed == sum(
        count for (one, other), count in statuses.items() if one in KEPT and other not in KEPT
    )
    assert {each.option: (each.before, each.after) for each in found.settings} == {
        "--threshold": (0.18, 0.7),
        "--canonical": ([], ["latest"]),
    }


def test_examples_are_listed_the_worst_first(strict_run, sample_run):
    found = compare(strict_run, sample_run, examples=0)
    order = [(EXAMPLES.index(each.kind), each.score or 2) for each in found.examples]
    assert order == sorted(order)
    assert found.examples[0].kind == "deleted"
    assert len(found.examples) == found.changed
    decisions = {each["id"]: each for each in sample_run.decisions}
    for each in found.examples:
        now = decisions[each.id]
        assert (each.after, each.reason, each.canonical_id, each.title, each.host) == (
            now["status"], now["reason"], now["canonical_id"], now["title"], now["host"],
        )  # fmt: skip
        if each.after == "duplicate":
            assert each.score == now["score"]
    assert compare(strict_run, sample_run, examples=3).examples == found.examples[:3]


def test_a_run_equals_itself(sample_run):
    found = compare(sample_run, sample_run)
    assert found.is_empty
    assert not found.settings
    assert not found.examples
    assert "stories: the same" in repr(found)


def test_runs_without_a_common_input_are_not_compared(sample_run, command, jsonl, tmp_path):
    other = command.run(jsonl([dated_article("x", text_of(1))]), out=tmp_path / "other")
    with pytest.raises(NotFoundError, match="no input in common"):
        compare(sample_run, other)


def test_inputs_of_one_run_alone_are_counted_and_not_compared(command, jsonl, tmp_path):
    records = [dated_article(f"d{n}", text_of(n // 2)) for n in range(6)]
    less = command.run(jsonl(records[:-1], "less.jsonl"), out=tmp_path / "less")
    more = command.run(jsonl(records, "more.jsonl"), out=tmp_path / "more")
    found = compare(less, more)
    assert (found.compared, found.only_before, found.only_after) == (5, 0, 1)
    assert [each.kind for each in found.examples] == ["still-kept"]
    assert not found.is_empty
    back = compare(more, less)
    assert (back.only_before, back.only_after) == (1, 0)


def test_ids_of_all_planes_are_compared(command, jsonl, tmp_path):
    """The store sorts bytes of UTF-8, and a text of Python by code points: the same order."""
    names = ["z", "\uffee", "\U0001f600", "\U00010000", "é", "Z"]
    records = [{"id": name, "text": text_of(n)} for n, name in enumerate(names)]
    one = command.run(jsonl(records, "1.jsonl"), out=tmp_path / "1")
    other = command.run(jsonl(records[::-1], "2.jsonl"), out=tmp_path / "2")
    found = compare(one, other)
    assert found.compared == len(names)
    assert found.is_empty


def test_inputs_with_one_id_are_compared_in_their_order(command, jsonl, tmp_path):
    records = [dated_article("same", text_of(n)) for n in range(3)]
    outs = [
        command.run(jsonl(each, f"{n}.jsonl"), out=tmp_path / f"{n}")
        for n, each in enumerate((records, records[:2]))
    ]
    found = compare(*outs)
    assert (found.compared, found.only_before, found.only_after) == (2, 1, 0)
    assert {each.before: each.documents for each in found.statuses} == {"unique": 1, "rejected": 1}


def test_earlier_documents_are_compared_that_one_dump_decided_on_again(command, jsonl, tmp_path):
    """The second dump of one store joins a story that it keeps apart in the other."""
    first = jsonl([dated_article("a", text_of(1)), dated_article("b", text_of(2))], "1.jsonl")
    records = [dated_article("c", text_of(1), day=2), dated_article("d", text_of(4), day=2)]
    second = jsonl(records, "2.jsonl")
    outs = []
    for name, exclude in (("one", ()), ("two", ("--exclude-host", "c.example"))):
        store = tmp_path / f"{name}.sqlite"
        command.run(first, "--store", store, out=tmp_path / f"{name}-1")
        outs.append(command.run(second, "--store", store, *exclude, out=tmp_path / f"{name}-2"))
    found = compare(*outs)
    assert {(each.before, each.after): each.documents for each in found.statuses} == {
        ("canonical", "unique"): 1,
        ("duplicate", "rejected"): 1,
        ("unique", "unique"): 1,
    }


def test_a_notebook_shows_the_same_as_the_command_with_all_texts_escaped(sample_run, strict_run):
    found = compare(strict_run, sample_run, examples=2)
    example = replace(found.examples[0], title="<script>alert(1)</script>\x1b[2J")
    shown = replace(found, examples=(example, found.examples[1]))._repr_html_()
    tree = html.fragment_fromstring(shown, create_parent=True)
    assert tree.xpath("//script") == []
    assert "\x1b" not in shown
    text = tree.text_content()
    assert "<script>alert(1)</script>\\x1b[2J" in text
    assert "--threshold: 0.7 in OUT, 0.18 in OUT2" in text
    assert len(tree.xpath("//li")) == 2
    for each in found.examples:
        assert each.reason in text
    assert f"{found.changed - 2} more documents changed" in text
    assert "no difference" in compare(sample_run, sample_run)._repr_html_()


# --- the command ---------------------------------------------------------------------------------


def test_the_command_prints_counts_and_examples(command, sample_run, strict_run):
    done = command("diff", strict_run.path, sample_run.path, "--limit", "2")
    assert done.exit_code == 0
    assert "62 documents compared" in done.stdout
    assert "--threshold: 0.7 in OUT, 0.18 in OUT2" in done.stdout
    assert "1. now a duplicate: " in done.stdout
    assert "2. now a duplicate: " in done.stdout
    assert "3. " not in done.stdout
    assert "more documents changed: --limit 0 lists all" in done.stdout
    assert done.stderr == ""


def test_the_command_says_so_where_nothing_differs(command, sample_run):
    done = command("diff", sample_run.path, sample_run.path)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "no difference"


def test_json_has_the_fields_of_the_difference(command, sample_run, strict_run):
    done = command("diff", sample_run.path, strict_run.path, "--json", "--limit", "1")
    found = json.loads(done.stdout)
    assert sum(each["documents"] for each in found["statuses"]) == found["compared"] == 62
    assert [each["kind"] for each in found["stories"]] == list(KINDS)
    assert len(found["examples"]) == 1
    assert {"id", "title", "host", "before", "after", "score", "reason"} <= {*found["examples"][0]}


def test_a_folder_without_a_run_is_refused_in_one_sentence(command, sample_run, tmp_path):
    done = command("diff", sample_run.path, tmp_path)
    assert done.exit_code == 1
    assert "holds no finished run" in done.stderr


def test_titles_of_the_dump_cannot_move_the_cursor(command, jsonl, tmp_path):
    hostile = "Bad \x1b[2J title"
    records = [dated_article(f"d{n}", text_of(1), title=hostile) for n in range(2)]
    records.append(dated_article("other", text_of(7)))
    copies = command.run(jsonl(records), out=tmp_path / "one")
    other = command.run(jsonl(records), "--exclude-host", "d0.example", out=tmp_path / "two")
    done = command("diff", copies.path, other.path)
    assert "\x1b" not in done.stdout
    assert "Bad \\x1b[2J title" in done.stdout


def test_the_store_of_another_decision_on_the_same_dump_is_refused(command, samples, tmp_path):
    """A settings file may name one store for all commands."""
    store = tmp_path / "news.sqlite"
    out, other = tmp_path / "out", tmp_path / "out2"
    command.run(samples / "dump", "--store", store, out=out)
    assert command("regroup", out, "-o", other, "--threshold", "0.7").exit_code == 0
    assert command("diff", out, other, "--store", store).exit_code == 0
    done = command("diff", other, out, "--store", store)
    assert done.exit_code == 1
    assert "name its own with --store" in done.stderr
    assert command("diff", other, out).exit_code == 0


def test_the_printed_command_explains_the_first_example(command, sample_run, strict_run):
    done = command("diff", sample_run.path, strict_run.path)
    told = [line for line in done.stdout.splitlines() if line.startswith("why: dedup ")]
    assert len(told) == 1
    name, out, one, other = shlex.split(told[0].removeprefix("why: dedup "))
    first = compare(sample_run, strict_run).examples[0]
    assert (name, out, one, other) == (
        "explain", str(strict_run.path), first.id, first.canonical_id,
    )  # fmt: skip
    explained = json.loads(command(name, out, one, other, "--json").stdout)
    assert [explained[which]["id"] for which in ("first", "second")] == [one, other]


def example(**values):
    """A document that is kept now."""
    known = dict.fromkeys(DocumentChange.__dataclass_fields__)
    return DocumentChange(**{
        **known, "kind": "restored", "id": "a", "before": "duplicate", "after": "unique",
        "canonical_before": "b", "reason": "", "reason_before": "", **values,
    })  # fmt: skip


WHYS = {
    "one that it was told by": ({}, "why: dedup explain 'a run' a b"),
    "one that tells it now": ({"canonical_id": "c d"}, "why: dedup explain 'a run' a 'c d'"),
    "itself": ({"canonical_id": "a"}, "why: dedup explain 'a run' a b"),
    "an id like an option": ({"id": "-x"}, "why: dedup explain -- 'a run' -x b"),
    "none": ({"canonical_before": None}, None),
    "a rejected document": ({"after": "rejected"}, None),
    "an id that cannot be shown": ({"id": "a\x1b[2J"}, None),
}


@pytest.mark.parametrize(("values", "line"), WHYS.values(), ids=WHYS)
def test_whole_names_are_quoted_for_a_shell(sample_run, values, line):
    found = replace(compare(sample_run, sample_run), after="a run", examples=(example(**values),))
    assert difference_words.why(found) == line


def test_the_printed_command_is_one_line_on_a_narrow_terminal(sample_run, strict_run):
    found = compare(sample_run, strict_run)
    target = Console(file=io.StringIO(), force_terminal=True, width=40, color_system=None)
    print_difference(found, target)
    assert target.file.getvalue().splitlines()[-1] == difference_words.why(found)


def test_numbers_of_one_and_of_several_are_said_alike(sample_run):
    found = replace(
        compare(sample_run, sample_run), compared=1, only_before=1, only_after=2, changed=1,
        settings=(SettingChange("--window", 4.0, 0.5),),
        stories=(StoryChange("shrunk", 6, 5), StoryChange("grown", 2, 2)),
    )  # fmt: skip
    said = list(difference_words.heading(found))
    assert "1 document compared; 1 input only in OUT; 2 inputs only in OUT2" in said
    assert "--window: 4 in OUT, 0.5 in OUT2" in said
    assert difference_words.left_out(found) == "1 more document changed"
    assert difference_words.left_out(replace(found, changed=2)) == "2 more documents changed"
    assert difference_words.left_out(replace(found, changed=0)) is None
    assert [each.split(":")[0] for each in difference_words.notes(found)] == ["1 of the shrunk"]

import json
from collections import Counter

import pytest
from lxml import html

from dedup.explain.copies import copy_sets
from dedup.explain.election_steps import election_steps
from dedup.explain.explain_pair import explain_pair
from dedup.explain.open_run import open_run
from dedup.explain.summaries import summaries


def why_and_steps(out, store=None):
    """Of each story why it elected its canonical, and the steps against the runner-up."""
    with open_run(out, store=store) as run:
        for story in list(run.store.results.stories()):
            canonical = story["members"][0]["row"]
            runner_up = run.store.lookups.row_of(story["why"]["runner_up"])
            yield story["why"], election_steps(run, canonical, runner_up)


@pytest.fixture(params=["samples_run", "dev_run"])
def out(request):
    return request.getfixturevalue(request.param)


def test_the_rule_that_decides_is_that_of_the_story_with_the_same_words(out):
    decided = Counter()
    for why, steps in why_and_steps(out):
        (step,) = (step for step in steps if step.decides)
        assert step.rule == why["rule"]
        assert why["detail"].startswith(f"{step.canonical}; the runner-up ")
        assert why["detail"].endswith(f": {step.other}")
        decided[step.rule] += 1
    assert len(decided) >= 3


def test_rules_before_the_one_that_decides_say_the_same_of_both(samples_run):
    for why, steps in why_and_steps(samples_run):
        names = [step.rule for step in steps]
        assert names[:2] == ["whole", "agency"]
        for step in steps[: names.index(why["rule"])]:
            alike = {"earliest", "complete"}  # a time and its day; tenths
            assert step.canonical == step.other or step.rule in alike


def test_rules_of_canonical_come_first(opened):
    text = " ".join(f"word{n}" for n in range(60))
    records = [
        {"id": "a", "text": text, "rank": 2, "url": "https://one.example/a"},
        {"id": "b", "text": text, "rank": 1, "url": "https://two.example/long-address"},
    ]
    run = opened(records, "--canonical", "field:rank:asc")
    rows = [run.store.lookups.row_of(name) for name in "ba"]
    steps = election_steps(run, *rows)
    assert [(step.rule, step.decides) for step in steps[:3]] == [
        ("whole", False), ("field:rank:asc", True), ("agency", False),
    ]  # fmt: skip
    assert (steps[1].canonical, steps[1].other) == ("rank is 1", "rank is 2")


def test_documents_of_two_stories_have_no_election(opened):
    records = [
        {"id": name, "text": " ".join(f"{word}{n}" for n in range(60))}
        for name, word in (("a", "ferry"), ("b", "ferry"), ("c", "tram"), ("d", "tram"))
    ]
    run = opened(records)
    rows = {name: run.store.lookups.row_of(name) for name in "abcd"}
    assert election_steps(run, rows["a"], rows["b"])
    assert election_steps(run, rows["a"], rows["c"]) == ()


def test_a_copy_of_another_telling_is_compared_with_what_it_is_a_copy_of(dev_run):
    with open_run(dev_run) as run:
        copies = 0
        for story in run.store.results.stories():
            canonical = story["members"][0]["row"]
            for member in story["members"][1:]:
                representative = run.store.lookups.representative(member["row"])
                if representative in (canonical, member["row"]):
                    continue
                steps = election_steps(run, canonical, member["row"])
                assert steps == election_steps(run, representative, member["row"])
                assert sum(step.decides for step in steps) == 1
                copies += 1
        assert copies


def test_a_copy_of_another_telling_is_said_not_to_be_compared_with_the_canonical(dev_run):
    with open_run(dev_run) as run:
        of_another = next(
            (canonical, row, representative)
            for story in run.store.results.stories()
            for canonical in [story["members"][0]["row"]]
            for row, representative in run.store.lookups.members_of(story["story_id"])
            if representative not in (canonical, row)
        )
        canonical, row, representative = of_another
        found, direct = (explain_pair(run, canonical, each) for each in (row, representative))
        ids = summaries(run.store, of_another)
    assert (found.elected, direct.elected) == (ids[representative].id, ids[canonical].id)
    assert ids[representative].id in found.election_note
    assert found.election_note in " ".join(html.document_fromstring(found.page()).itertext())
    assert direct.election_note is None
    assert not any(each.option == "--canonical" for each in found.settings)


def records_of(name, ids, date):
    """Records of one text each with a few words of their own."""
    words = [f"{name}{n}" for n in range(80)]
    return [
        {"id": each, "text": " ".join([*words, *(f"{each}{n}" for n in range(4))]), "date": date}
        for each in ids
    ]


def test_elections_of_later_dumps_are_explained_as_they_were(command, tmp_path):
    store, run = tmp_path / "store.sqlite", Counter()
    first = records_of("ferry", ["b1", "b2"], "2024-05-02") + records_of(
        "tram", ["c1"], "2024-05-02"
    )
    second = records_of("ferry", ["a1"], "2024-05-01") + records_of("tram", ["a2"], "2024-05-01")
    for number, records in enumerate((first, second)):
        source = tmp_path / f"{number}.jsonl"
        source.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
        out = command.run(source, "--store", store, out=tmp_path / f"out{number}").path
    for why, steps in why_and_steps(out, store=store):
        (step,) = (step for step in steps if step.decides)
        assert step.rule == why["rule"]
        assert why["detail"].startswith(f"{step.canonical}; the runner-up ")
        run[step.rule] += 1
    assert run["handed-on"] == 2


def words(*chunks):
    """Words of chunks, each a name and how many of its words."""
    return " ".join(f"{name}{n}" for name, size in chunks for n in range(size))


def decided(run):
    """The rules of the steps that decide, each with what it says of the other document."""
    (story,) = run.store.results.stories()
    canonical = story["members"][0]["row"]
    runner_up = run.store.lookups.row_of(story["why"]["runner_up"])
    steps = election_steps(run, canonical, runner_up)
    assert steps[0].decides
    assert not any(step.decides for step in steps[1:])
    return story["why"]["rule"], steps[0].rule, steps[0].other


def test_what_was_elected_among_all_that_are_connected_says_so(opened):
    texts = {"d0": "aca", "d1": "aa", "d2": "ab"}
    records = [
        {"id": name, "text": words(*((letter, 40) for letter in letters))}
        for name, letters in texts.items()
    ]
    assert decided(opened(records, "--level", "copies", "--canonical", "id")) == (
        "connected", "connected", "is better by id among the copies of the canonical alone",
    )  # fmt: skip


def test_what_an_earlier_dump_elected_and_stays_says_so(command, tmp_path):
    texts = [(40, 40, 32), (40, 24, 32), (24, 40, 32)]
    records = [
        {
            "id": f"d{n}",
            "text": words(*zip("abc", sizes, strict=True)),
            "rank": (1, 2, 0)[n],
            "date": "2024-05-01",
        }
        for n, sizes in enumerate(texts)
    ]
    for number, part in enumerate((records[:2], records[2:])):
        source = tmp_path / f"{number}.jsonl"
        source.write_text("".join(json.dumps(each) + "\n" for each in part), "utf-8")
        options = ("--canonical", "field:rank:asc", "--store", tmp_path / "store.sqlite")
        out = command.run(source, "--level", "copies", *options, out=tmp_path / f"o{number}").path
    with open_run(out, store=tmp_path / "store.sqlite") as run:
        rule, step, said = decided(run)
    assert (rule, step) == ("kept", "kept")
    assert said.startswith("is better by field:rank:asc, but not all copies")


def test_too_many_texts_are_not_ranked_again(samples_run, monkeypatch):
    monkeypatch.setattr(copy_sets, "MOST_TEXTS", 1)
    with open_run(samples_run) as run:
        copies = [each for each in run.store.results.decisions() if each.relation == "near"]
        rows = [run.store.lookups.row_of(each.canonical_id) for each in copies]
        assert {
            election_steps(run, *pair)
            for pair in zip(rows, [each.row for each in copies], strict=True)
        } == {()}

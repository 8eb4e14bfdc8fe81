from collections import Counter

import pytest

from dedup.explain.election_steps import election_steps
from dedup.explain.open_run import open_run


def why_and_steps(out, most=None):
    """Of each story why it elected its canonical, and the steps against the runner-up."""
    with open_run(out) as run:
        for story in list(run.store.results.stories())[:most]:
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

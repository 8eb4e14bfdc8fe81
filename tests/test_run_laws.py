"""Laws of a run, on random mixes of records."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dedup import Config, deduplicate

pytestmark = pytest.mark.slow

WORDS = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]

STATUSES = {"canonical", "duplicate", "unique", "rejected"}

MATCH = Config().match

# Texts of drawn words tell nothing: these laws are those of copies.
COPIES = Config(level="copies")
THRESHOLD = {
    "exact": 1.0,
    "near": MATCH.near,
    "abridged": MATCH.contained,
    "expanded": MATCH.contained,
    "update": MATCH.update_containment,
}

BASES = [" ".join(random.Random(seed).choices(WORDS, k=80)) + "." for seed in range(3)]

# Two equal documents, so that every mix has a pair.
PAIR = [
    {"id": f"pair-{n}", "text": " ".join(random.Random(9).choices(WORDS, k=40))} for n in (1, 2)
]


def changed(base, seed, changes):
    words = BASES[base].split()
    rng = random.Random(seed)
    for place in rng.sample(range(len(words)), changes):
        words[place] = rng.choice(WORDS)
    return " ".join(words)


texts = st.one_of(
    st.builds(changed, st.integers(0, 2), st.integers(0, 20), st.integers(0, 12)),
    st.builds(
        lambda base, start, end: " ".join(BASES[base].split()[start:end]),
        st.integers(0, 2),
        st.integers(0, 20),
        st.integers(20, 80),
    ),
    st.builds(lambda a, b: f"{BASES[a]}\n{BASES[b]}", st.integers(0, 2), st.integers(0, 2)),
    st.sampled_from(["", " ", "too short", "a b c d e", "!!! ??? ...", "日本語" * 20, "x " * 300]),
    st.text(max_size=60),
)
values = st.sampled_from([None, 5, [], {}, True])
records = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.sampled_from("abcdef"), st.integers(0, 3), values),
        "text": st.one_of(texts, texts, texts, values),
        "html": st.sampled_from([None, "", 5]),
        "url": st.sampled_from(
            [
                "https://apnews.com/article/1",
                "https://a.example/x",
                "https://b.example/x?y=1",
                "",
                7,
            ]
        ),
        "date": st.sampled_from(["2026-03-01", "2026-03-02T10:00:00Z", "yesterday", 20260301, ""]),
        "title": st.sampled_from(["Ferry runs again", "Ferry runs again on Monday", None, 3]),
    },
)
mixes = st.lists(records, max_size=14)
lawful = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def grouped(result):
    return {name: [d for d in result.decisions if d.status == name] for name in STATUSES}


@lawful
@given(mixes)
@example([{"id": "a"}, {"id": "a", "text": BASES[0]}, {"id": "a", "text": BASES[1]}])
@example([{"text": "\ud800" + BASES[0]}, {"text": BASES[0] + "\udc00"}])
def test_a_run_keeps_its_laws(mix):
    """One run a mix, for it costs more than all that is asked of it."""
    given_records = [*mix, *PAIR]
    result = deduplicate(given_records, config=COPIES)
    every_input_has_one_decision_and_they_add_up(given_records, result)
    every_duplicate_has_a_canonical_and_a_score_over_the_threshold(result)
    stories_tell_what_decisions_tell(result)
    a_survivor_is_the_record_that_was_given(given_records, result)


def every_input_has_one_decision_and_they_add_up(given_records, result):
    by_status = grouped(result)

    assert len(result.decisions) == len(given_records)
    assert {str(d.status) for d in result.decisions} <= STATUSES
    assert [d.row for d in result.decisions] == list(range(len(given_records)))
    assert len(result.survivors) == len(by_status["canonical"]) + len(by_status["unique"])
    assert len(result.stories) == len(by_status["canonical"])
    assert all(d.reason for d in result.decisions)
    # Apart from rejected ones, whose id may be why, no id stands for two documents.
    used = [d.doc_id for d in result.decisions if d.status != "rejected"]
    assert len(used) == len(set(used))


def every_duplicate_has_a_canonical_and_a_score_over_the_threshold(result):
    by_status = grouped(result)
    canonical = {d.doc_id: d for d in by_status["canonical"]}

    for gone in by_status["duplicate"]:
        kept = canonical[gone.canonical_id]
        assert gone.story_id == kept.story_id
        assert gone.size == kept.size
        assert THRESHOLD[gone.relation] <= gone.score <= 1
    for kept in by_status["canonical"]:
        members = [d for d in by_status["duplicate"] if d.canonical_id == kept.doc_id]
        assert kept.size == len(members) + 1 >= 2
        assert (kept.relation, kept.score, kept.canonical_id) == (None, None, kept.doc_id)
    for alone in (*by_status["unique"], *by_status["rejected"]):
        assert (alone.story_id, alone.canonical_id, alone.relation, alone.score) == (None,) * 4


def stories_tell_what_decisions_tell(result):
    told = {
        (
            story["story_id"],
            story["canonical_id"],
            member["id"],
            member["relation"],
            member["score"],
        )
        for story in result.stories
        for member in story["members"]
    }

    assert told == {
        (d.story_id, d.canonical_id, d.doc_id, d.relation, d.score)
        for d in result.decisions
        if d.story_id
    }
    assert all(story["size"] == len(story["members"]) for story in result.stories)
    assert all(
        story["why"]["runner_up"] in {m["id"] for m in story["members"]} for story in result.stories
    )


def a_survivor_is_the_record_that_was_given(given_records, result):
    stay = [d for d in result.decisions if d.status in ("canonical", "unique")]

    for decision, survivor in zip(stay, result.survivors, strict=True):
        own = {key: value for key, value in survivor.items() if key != "dedup"}
        record = given_records[decision.row]
        assert own == {**own, **{k: v for k, v in record.items() if k != "id"}}
        assert own.keys() - record.keys() <= {"id"}
        assert str(own["id"]) == decision.doc_id or str(own["id"]).isspace()
        assert survivor["dedup"] == {
            "story_id": decision.story_id,
            "size": decision.size,
            "status": str(decision.status),
        }


def removed_again(result):
    """Decisions on the survivors that are no longer unique."""
    pair = [{"id": "again-1", "text": BASES[2][::-1]}, {"id": "again-2", "text": BASES[2][::-1]}]
    again = deduplicate([*result.survivors, *pair], config=COPIES)
    return [
        (d.doc_id, d.reason)
        for d in again.decisions
        if not d.doc_id.startswith("again-") and d.status != "unique"
    ]


@lawful
@given(mixes)
def test_nothing_is_removed_from_the_survivors(mix):
    assert removed_again(deduplicate([*mix, *PAIR], config=COPIES)) == []


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_removed_from_the_survivors_of_many_copies(seed):
    rng = random.Random(seed)
    copies = [
        {
            "id": f"r{number:03}",
            "text": changed(rng.randrange(3), rng.random(), rng.randrange(14)),
            "url": f"https://{rng.choice('abc')}.example/{rng.randrange(20)}",
            "date": f"2026-03-{rng.randrange(1, 8):02}",
        }
        for number in range(150)
    ]
    result = deduplicate(copies, config=COPIES)

    assert Counter(str(d.status) for d in result.decisions)["duplicate"] > 20
    assert removed_again(result) == []


def test_nothing_is_removed_from_the_survivors_of_the_samples(sample_run):
    again = deduplicate([*sample_run.survivors, *PAIR], config=COPIES)

    assert {str(d.status) for d in again.decisions if not d.doc_id.startswith("pair")} == {"unique"}

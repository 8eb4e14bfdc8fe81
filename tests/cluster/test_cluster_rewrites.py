import itertools

import numpy as np
import pytest
from clustering import Dump, words
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cluster.build_story import story_id
from dedup.cluster.canonical import parse_policy
from dedup.cluster.rewrites import Telling, merge_rewrites
from dedup.config import StoryConfig
from dedup.match.relations import retelling
from dedup.models import Link

DAY = 86_400.0
STORY = StoryConfig()
WEAKEST = Link("d0", "d1", 0.61, "probability")

laws = settings(max_examples=80, deadline=None)


def given_as(*texts):
    """Documents d0, d1, ... of these texts; a text and fields where given as a pair."""
    pairs = [(each, {}) if isinstance(each, str) else each for each in texts]
    return [{"id": f"d{n}", "text": text, **own} for n, (text, own) in enumerate(pairs)]


def terms_of(spec):
    """The distinct words of a text as numbers: their letters, read as one."""
    numbers = {int.from_bytes(word.encode(), "big") for word in words(spec).split()}
    return np.array(sorted(numbers), np.uint32)


def merged(documents, tellings, *rules, scores=None):
    """Merge documents; each telling is a tuple of their numbers, its representative first."""
    dump = Dump(documents)
    chance = np.full((len(tellings), len(tellings)), 0.7) if scores is None else np.array(scores)

    def retell(canonical, member, pair, chance):
        copy = dump.relate(canonical, member, pair)
        return copy or retelling(pair, chance, STORY)

    representatives = [dump.facts[representative] for representative, *_ in tellings]
    pairs = [[dump.pair(one, other) for other in representatives] for one in representatives]
    shared = [[max(p.contained, p.contains) >= STORY.derived for p in row] for row in pairs]

    return merge_rewrites(
        [
            Telling(
                dump.facts[representative],
                tuple(dump.facts[copy] for copy in copies),
                terms_of(documents[representative]["text"]),
            )
            for representative, *copies in tellings
        ],
        chance,
        np.array(shared),
        WEAKEST,
        dump.texts,
        retell,
        parse_policy(rules),
    )


def relations(story):
    return {member.doc_id: (str(member.relation), member.score) for member in story.members[1:]}


# --- election ------------------------------------------------------------------------------------


@pytest.mark.parametrize("copies", [1, 2, 9])
def test_a_telling_has_one_vote_however_often_it_was_copied(copies):
    """Counted by documents, A alone would be the common text."""
    documents = given_as("B C", "B D", *["A"] * copies)
    story = merged(documents, [(0,), (1,), tuple(range(2, 2 + copies))])
    assert story.canonical.doc_id == "d0"
    assert (story.why.rule, story.why.runner_up) == ("id", "d1")


def test_the_representative_that_covers_most_of_the_common_text_is_elected():
    story = merged(given_as("A", "A B C", "B A:20"), [(0,), (1,), (2,)])
    assert story.canonical.doc_id == "d1"
    assert (story.why.rule, story.why.runner_up) == ("complete", "d2")


def test_a_copy_never_stands_for_election():
    documents = given_as("A", ("A A:5", {"moment": 0.0, "date": "1970-01-01"}), "B")
    story = merged(documents, [(0, 1), (2,)], "earliest")
    assert story.canonical.doc_id in ("d0", "d2")


def test_the_rules_of_the_user_go_first():
    documents = given_as("A B", ("A", {"moment": DAY, "date": "1970-01-02"}))
    assert merged(documents, [(0,), (1,)]).canonical.doc_id == "d0"
    story = merged(documents, [(0,), (1,)], "earliest")
    assert (story.canonical.doc_id, story.why.rule) == ("d1", "earliest")


def test_a_copy_that_names_a_representative_as_its_original_counts_for_it():
    documents = given_as(
        ("A B", {"page": "x.com/1"}),
        ("C", {"page": "y.com/1"}),
        ("C", {"page": "z.com/1", "canonical_page": "y.com/1"}),
    )
    story = merged(documents, [(0,), (1, 2)])
    assert (story.canonical.doc_id, story.why.rule) == ("d1", "declared")


def test_a_page_that_names_itself_does_not_count():
    own = {"page": "y.com/1", "canonical_page": "y.com/1"}
    assert merged(given_as("A B", ("A", own)), [(0,), (1,)]).canonical.doc_id == "d0"


# --- relations and scores ------------------------------------------------------------------------


def test_a_telling_in_other_words_is_a_rewrite_with_the_story_score():
    story = merged(given_as("A B", "C"), [(0,), (1,)], scores=[[1, 0.83], [0.83, 1]])
    assert relations(story) == {"d1": ("rewrite", 0.83)}
    assert story.members[1].jaccard == story.members[1].contained == 0.0


def test_a_telling_that_keeps_some_of_the_words_is_derived():
    story = merged(given_as("A B", "A:15 C:30"), [(0,), (1,)], scores=[[1, 0.9], [0.9, 1]])
    assert relations(story) == {"d1": ("derived", 0.9)}
    assert STORY.derived <= story.members[1].contained < 0.8


def test_a_copy_of_the_canonical_is_a_copy():
    story = merged(given_as("A B", "A B", "A B A:3", "A", "C"), [(0, 1, 2, 3), (4,)], "longest")
    assert story.canonical.doc_id == "d0"
    found = relations(story)
    assert found["d1"] == ("exact", 1.0)
    assert found["d2"][0] == "near"
    assert found["d3"] == ("abridged", 1.0)
    assert found["d4"] == ("rewrite", 0.7)


def test_a_copy_of_another_telling_has_the_score_of_that_telling():
    documents = given_as("A B C", "D E", "D E", "D E D:4", "F")
    scores = [[1, 0.8, 0.6], [0.8, 1, 0.9], [0.6, 0.9, 1]]
    story = merged(documents, [(0,), (1, 2, 3), (4,)], "longest", scores=scores)
    assert story.canonical.doc_id == "d0"
    assert relations(story) == {
        "d1": ("rewrite", 0.8),
        "d2": ("rewrite", 0.8),
        "d3": ("rewrite", 0.8),
        "d4": ("rewrite", 0.6),
    }


def test_the_scores_are_those_with_the_elected_telling_at_any_place():
    scores = [[1, 0.8, 0.6], [0.8, 1, 0.9], [0.6, 0.9, 1]]
    story = merged(given_as("A", "B", "C D"), [(0,), (1,), (2,)], "longest", scores=scores)
    assert relations(story) == {"d0": ("rewrite", 0.6), "d1": ("rewrite", 0.9)}


# --- origins -------------------------------------------------------------------------------------

ORIGINS = {
    "all in words of their own": (["A", "B", "C"], 3),
    "one made from another": (["A B", "A:20 C", "D"], 2),
    "all made from one": (["A B", "A:20 C", "B:20 D"], 1),
    "each made from the one before": (["A B:20", "B:20 C:20", "C:20 D"], 1),
    "hardly anything in common": (["A B", "A:8 C"], 2),
}


@pytest.mark.parametrize("label", ORIGINS)
def test_origins_are_tellings_that_were_made_from_no_other(label):
    texts, origins = ORIGINS[label]
    for order in itertools.permutations(texts):
        story = merged(given_as(*order), [(n,) for n in range(len(texts))])
        assert story.origins == origins


def test_copies_are_no_origins():
    story = merged(given_as("A", "A", "A A:3", "B", "B"), [(0, 1, 2), (3, 4)])
    assert story.origins == 2


# --- what a story tells --------------------------------------------------------------------------


def test_a_story_has_outlets_agencies_and_dates_of_all_its_documents():
    documents = given_as(
        ("A B", {"host": "b.com", "moment": 2 * DAY, "date": "1970-01-03"}),
        ("A B", {"host": "a.com", "moment": 0.0, "date": "1970-01-01", "agency": "AFP"}),
        ("C", {"host": "c.com", "moment": 5 * DAY, "date": "1970-01-06", "agency": "AP"}),
        ("C", {"host": "b.com"}),
    )
    story = merged(documents, [(0, 1), (2, 3)])
    assert (story.first_date, story.last_date) == ("1970-01-01", "1970-01-06")
    assert story.outlets == ("a.com", "b.com", "c.com")
    assert story.agencies == ("AFP", "AP")


def test_the_canonical_comes_first_and_the_others_by_id():
    story = merged(given_as("A", "A", "B C", "B C", "D"), [(1, 0), (3, 2), (4,)], "longest")
    assert [member.doc_id for member in story.members] == ["d3", "d0", "d1", "d2", "d4"]
    assert story.canonical.relation is story.canonical.score is None
    assert story.story_id == story_id("d3")
    assert story.weakest == WEAKEST


specs = st.sampled_from(["A", "A B", "A:15 C", "B", "C:20", "D E:10", "E"])
groups = st.lists(st.tuples(specs, st.integers(0, 3)), min_size=2, max_size=5)


@laws
@given(groups, st.data())
def test_the_order_of_tellings_changes_no_story(group, data):
    documents = given_as(*(spec for spec, copies in group for _ in range(copies + 1)))
    ends = itertools.pairwise(itertools.accumulate([0, *(copies + 1 for _, copies in group)]))
    tellings = [tuple(range(start, end)) for start, end in ends]
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    scores = np.round(rng.random((len(group), len(group))), 3)
    scores = np.triu(scores) + np.triu(scores, 1).T
    order = data.draw(st.permutations(range(len(group))))
    turned = merged(
        documents, [tellings[each] for each in order], scores=scores[np.ix_(order, order)]
    )
    assert turned == merged(documents, tellings, scores=scores)


@laws
@given(groups)
def test_every_document_is_a_member_once_and_no_other_is(group):
    documents = given_as(*(spec for spec, copies in group for _ in range(copies + 1)))
    ends = itertools.pairwise(itertools.accumulate([0, *(copies + 1 for _, copies in group)]))
    story = merged(documents, [tuple(range(start, end)) for start, end in ends])
    assert sorted(m.doc_id for m in story.members) == sorted(each["id"] for each in documents)
    assert 1 <= story.origins <= len(group)
    assert all(0 < member.score <= 1 for member in story.members[1:])

import itertools
import re

import numpy as np
import pytest
from clustering import Dump, names, without_rows
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.cluster import copy_graph
from dedup.cluster.build_story import story_id
from dedup.cluster.canonical import RULES, Ballot, common_text, parse_policy
from dedup.cluster.copies import cluster_copies
from dedup.cluster.page_versions import SAME_TEXT
from dedup.models import Relation, is_later, same_page

DAY = 86_400.0

# --- random dumps: texts of shared chunks ---------------------------------------------------------

parts = st.sampled_from(["A", "B", "C", "D", "A:20", "B:20", "C:10", "D:30", "A:20-40", "E:8"])
texts = st.lists(parts, min_size=1, max_size=5).map(" ".join)
moments = st.sampled_from([None, 0.0, DAY, 9 * DAY])
documents = st.lists(
    st.fixed_dictionaries(
        {"text": texts},
        optional={
            "host": st.sampled_from(["x.com", "y.com"]),
            "page": st.sampled_from(["x.com/1", "x.com/2"]),
            "canonical_page": st.sampled_from(["x.com/1", "x.com/2"]),
            "title": st.just("Ferry runs again"),
            "moment": moments,
            "agency_page": st.booleans(),
            "leftovers": st.integers(0, 2),
        },
    ),
    min_size=2,
    max_size=9,
).map(lambda drawn: [{"id": f"d{n}", **each} for n, each in enumerate(drawn)])
rules = st.sampled_from([(), ("earliest",), ("latest",), ("longest",), ("id",)])

laws = settings(max_examples=80, deadline=None, derandomize=True)


def given_as(*texts):
    """Documents d0, d1, ... of these texts; a text and fields where given as a pair."""
    pairs = [(each, {}) if isinstance(each, str) else each for each in texts]
    return [{"id": f"d{n}", "text": text, **own} for n, (text, own) in enumerate(pairs)]


# A text that is the start of a longer one, which begins with the start of another as well.
STUB_TAKES_ALL = given_as("A", "A", "A A", "D:30 A D", "D")
# d1 shares more with d2, which nothing else matches, than with d0, which was elected.
UNSEATS = given_as("A A", "C", "C A")

CIRCLE = given_as("D", "A D", "D D:30")

LATE_CANONICAL = given_as("A C A", "A A", "A B")
# d1 shares more with d2 than with d3, which was elected, and is a later version of d2.
MOVED_CANONICAL = given_as(
    ("A:20-40 B C", {"host": "x.com", "page": "x.com/1", "moment": DAY}),
    ("A B", {"host": "x.com", "page": "x.com/1", "moment": 0.0}),
    ("B:10 C D", {"host": "x.com", "page": "x.com/1", "moment": 2 * DAY}),
)
# d3 holds d0 and d2 to the same share, and d0 stands in the story of d1.
ROUNDUP_TIE = given_as("A", "A C", "B", "A B")
# d4 is the text of d2 and an earlier version of d3.
COPY_AND_VERSION = given_as(
    "A", "A", "B C", ("A B", {"host": "x.com", "page": "x.com/1"}),
    ("B C", {"host": "x.com", "page": "x.com/1"}),
)  # fmt: skip
# d2 is elected for what d0 declares, d0 does not match it, and then d1 is elected after all.
SECOND_ELECTION = given_as(
    ("B", {"canonical_page": "x.com/2"}), "B A", ("A A", {"page": "x.com/2"})
)


def is_start_of(short, long, dump):
    """Whether one document shows no more than the beginning of another at least twice as long."""
    if long.shingles < 2 * short.shingles or dump.pair(long, short).contained < 0.8:
        return False
    begin = dump.texts.shingles(short.text_id)[: copy_graph.FIRST]
    among = dump.texts.shingles(long.text_id)[: 2 * copy_graph.FIRST]
    return np.isin(begin, among).sum() >= copy_graph.LEAD_SHARE * max(1, begin.size)


def is_roundup(facts, dump):
    inside = [
        other
        for other in dump.facts
        if dump.pair(facts, other).contained >= 0.8 and not of_one_page(other, facts, dump)
    ]
    return any(
        facts.shingles >= 2 * short.shingles
        and (
            not is_start_of(short, facts, dump)
            or any(are_unlike(short, other, dump) for other in inside)
        )
        for short in inside
    )


def are_unlike(one, other, dump):
    pair = dump.pair(one, other)
    return max(pair.contained, pair.contains) < 0.2


def of_one_page(part, whole, dump):
    """Whether documents with two texts are of one page, or one declares the other's page."""
    return any(
        same_page(one, other) or copy_graph.declares(one, other)
        for one in dump.facts
        for other in dump.facts
        if (one.text_id, other.text_id) == (part.text_id, whole.text_id)
    )


@laws
@given(documents, rules)
def test_no_document_is_in_two_stories_and_none_is_a_story_alone(drawn, chosen):
    stories = Dump(drawn).stories(*chosen)
    members = [member.doc_id for story in stories for member in story.members]
    assert len(members) == len(set(members))
    assert all(len(story.members) > 1 for story in stories)


@laws
@given(documents, rules)
def test_every_member_matches_its_canonical(drawn, chosen):
    dump = Dump(drawn)
    for story in dump.stories(*chosen):
        canonical = dump.by_id[story.canonical.doc_id]
        assert story.canonical.relation is story.canonical.score is None
        for member in story.members[1:]:
            pair = dump.pair(canonical, dump.by_id[member.doc_id])
            expected = dump.relate(canonical, dump.by_id[member.doc_id], pair)
            assert (member.relation, member.score) == expected
            assert member.jaccard == pair.jaccard
            assert (member.contained, member.contains) == (pair.contained, pair.contains)


# d2 matches d0 and not d1; it is elected, and d1 would be left alone.
TEARS = given_as("A B C:32", "A B:24 C:32", ("A:24 B C:32", {"agency_page": True}))


def earlier(drawn, chosen, new):
    """The stories of all but the last documents, as rows, and the dump of all."""
    before = Dump(drawn[: len(drawn) - new]).stories(*chosen)
    rows = [tuple(member.row for member in story.members) for story in before]
    return rows, Dump(drawn)


@laws
@given(documents, rules, st.integers(1, 3))
@example(TEARS, (), 1)
def test_no_new_document_tears_a_story(drawn, chosen, new):
    before, dump = earlier(drawn, chosen, new)
    after = dump.stories(*chosen, tellings=before)
    home = {member.row: place for place, story in enumerate(after) for member in story.members}
    assert sum(len(story.members) for story in after) == len(home)
    for rows in before:
        assert len({home[row] for row in rows}) == 1


@laws
@given(documents, rules, st.integers(1, 3))
@example(TEARS, (), 1)
def test_every_member_matches_its_canonical_after_a_new_document_too(drawn, chosen, new):
    before, dump = earlier(drawn, chosen, new)
    for story in dump.stories(*chosen, tellings=before):
        canonical = dump.by_id[story.canonical.doc_id]
        for member in story.members[1:]:
            pair = dump.pair(canonical, dump.by_id[member.doc_id])
            expected = dump.relate(canonical, dump.by_id[member.doc_id], pair)
            assert (member.relation, member.score) == expected


def test_a_canonical_that_stays_for_the_sake_of_its_copies_says_so():
    before, dump = earlier(TEARS, (), 1)
    assert before == [(0, 1)]
    (story,) = dump.stories(tellings=before)
    assert names([story]) == [["d0", "d1", "d2"]]
    assert (story.why.rule, story.why.runner_up) == ("kept", "d2")


@laws
@given(documents, rules, st.integers(0, 8))
@example(ROUNDUP_TIE, (), 0)
def test_the_order_of_documents_changes_no_story(drawn, chosen, turn):
    turned = [*drawn[turn:], *drawn[:turn]][::-1]
    assert without_rows(Dump(turned).stories(*chosen)) == without_rows(Dump(drawn).stories(*chosen))


@laws
@given(documents, rules)
@example(STUB_TAKES_ALL, ())
def test_a_stub_is_never_the_canonical_of_what_it_begins(drawn, chosen):
    dump = Dump(drawn)
    for story in dump.stories(*chosen):
        canonical = dump.by_id[story.canonical.doc_id]
        for member in map(dump.by_id.get, [member.doc_id for member in story.members[1:]]):
            assert is_roundup(member, dump) or not is_start_of(canonical, member, dump)


@laws
@given(documents, rules)
@example(COPY_AND_VERSION, ())
@example(UNSEATS, ())
def test_a_member_goes_to_the_canonical_it_shares_most_with(drawn, chosen):
    dump = Dump(drawn)
    stories = dump.stories(*chosen)
    grouped = {member.doc_id for story in stories for member in story.members}
    stay = [story.canonical.doc_id for story in stories]
    stay += [facts.doc_id for facts in dump.facts if facts.doc_id not in grouped]
    others = [dump.by_id[name] for name in stay if not is_roundup(dump.by_id[name], dump)]
    for story in stories:
        for member in story.members[1:]:
            facts = dump.by_id[member.doc_id]
            if is_roundup(facts, dump):
                continue
            for other in others:
                pair = dump.pair(other, facts)
                if dump.relate(other, facts, pair) and not is_later_version(facts, other, dump):
                    assert pair.jaccard <= member.jaccard


def is_later_version(facts, other, dump):
    """Whether a document may be a later version of another, or of the page it is a copy of."""
    return any(
        same_page(facts, each) and not is_later(each, facts)
        for each in dump.facts
        if each is other or dump.pair(each, other).jaccard >= SAME_TEXT
    )


@laws
@given(documents, rules)
@example(LATE_CANONICAL, ("id",))
@example(CIRCLE, ())
@example(MOVED_CANONICAL, ())
def test_why_never_claims_a_rule_on_which_the_runner_up_is_better(drawn, chosen):
    dump = Dump(drawn)
    for story in dump.stories(*chosen):
        first, second = story.canonical.doc_id, story.why.runner_up
        rule, detail = story.why.rule, story.why.detail
        assert second in [member.doc_id for member in story.members[1:]]
        if rule == "connected":
            first, second = second, first
            rule = detail.rpartition(" is better by ")[2]
        if rule == "whole":
            assert is_start_of(dump.by_id[second], dump.by_id[first], dump) or (
                "a roundup that holds the story" in detail or "the start of a longer" in detail
            )
        elif rule == "current":
            assert "later version" in detail or story.why.rule == "connected"
        else:
            assert key_of(rule, first, story, dump) < key_of(rule, second, story, dump)


def key_of(rule, doc_id, story, dump):
    """What a rule compares of a document, among those of its story that are no roundups."""
    voters = [dump.by_id[member.doc_id] for member in story.members]
    voters = [each for each in voters if not is_roundup(each, dump)] or voters
    texts = {each.text_id: 0 for each in voters}
    for each in voters:
        texts[each.text_id] += 1
    sets = [np.unique(dump.texts.shingles(text_id)) for text_id in texts]
    shares = dict(zip(texts, common_text(sets, list(texts.values())), strict=True))
    facts = dump.by_id[doc_id]
    named = [each.canonical_page for each in voters if each.canonical_page != each.page]
    declared = named.count(facts.page) if facts.page else 0
    coverage, surplus = shares.get(facts.text_id, (1.0, 0.0))
    return RULES[rule].key(Ballot(facts, declared=declared, coverage=coverage, surplus=surplus))


VERSION = re.compile(r"an? (earlier|shorter) version of id (\w+)")


@laws
@given(documents, rules)
def test_what_is_called_an_earlier_version_has_a_later_one_of_its_page_in_the_story(drawn, chosen):
    dump = Dump(drawn)
    for story in dump.stories(*chosen):
        said = VERSION.search(story.why.detail)
        if story.why.rule != "current" or not said:
            continue
        one, other = dump.by_id[story.why.runner_up], dump.by_id[said[2]]
        assert said[2] in [member.doc_id for member in story.members]
        assert one.host == other.host
        assert one.page == other.page or one.title == other.title
        if said[1] == "earlier":
            assert one.moment < other.moment
        else:
            assert one.shingles < other.shingles


@laws
@given(documents, rules)
@example(SECOND_ELECTION, ())
def test_of_the_documents_that_stay_no_two_match_but_roundups(drawn, chosen):
    dump = Dump(drawn)
    stories = dump.stories(*chosen)
    gone = {member.doc_id for story in stories for member in story.members[1:]}
    stay = [facts for facts in dump.facts if facts.doc_id not in gone]
    plain = [facts for facts in stay if not is_roundup(facts, dump)]
    for one, other in itertools.combinations(plain, 2):
        assert not dump.relate(one, other, dump.pair(one, other))


# --- single cases --------------------------------------------------------------------------------


def stories_of(*texts, rules=()):
    return names(Dump(given_as(*texts)).stories(*rules))


def test_of_a_chain_the_ends_are_never_in_one_story():
    texts = ("A:30 B C", "A:18 B C D:12", "B C D:30")
    for chosen in ((), ("id",), ("field:n:asc",), ("field:n:desc",)):
        dump = Dump(given_as(*((text, {"fields": {"n": n}}) for n, text in enumerate(texts))))
        first, middle, last = dump.facts
        assert dump.relate(first, middle, dump.pair(first, middle))
        assert dump.relate(middle, last, dump.pair(middle, last))
        assert dump.relate(first, last, dump.pair(first, last)) is None
        (story,) = dump.stories(*chosen)
        ids = {member.doc_id for member in story.members}
        assert story.canonical.doc_id == "d1" or len(ids & {"d0", "d2"}) == 1


def test_what_hung_together_only_through_a_document_that_has_gone_is_no_story():
    """d3 is a version of d1, which goes to d0; the copy of d1 elsewhere is none of it."""
    article = {"host": "x.com", "page": "x.com/1"}
    texts = (("A C", {**article, "agency_page": True}), ("A B", article), "A B", ("B D", article))
    dump = Dump(given_as(*texts))
    grouped = {member.doc_id for story in dump.stories() for member in story.members}
    assert "d1" in grouped
    assert "d3" not in grouped


def test_a_roundup_that_holds_two_stories_glues_nothing_and_joins_one_at_most():
    texts = ("A B:10", "A", "C D:10", "C", "E F A C")
    for order in itertools.permutations(range(5)):
        found = Dump([given_as(*texts)[index] for index in order]).stories()
        homes = {
            member.doc_id: story.canonical.doc_id for story in found for member in story.members
        }
        assert homes["d0"] == homes["d1"]
        assert homes["d2"] == homes["d3"]
        assert homes["d0"] != homes["d2"]
        joined = [m for story in found for m in story.members[1:] if m.doc_id == "d4"]
        assert [member.relation for member in joined] in ([], [Relation.EXPANDED])


def test_two_roundups_that_match_no_canonical_are_a_story_of_their_own():
    texts = ("A", "A C", "E F A", "E F A G:5")
    found = stories_of(*texts)
    assert ["d2", "d3"] in map(sorted, found)
    assert ["d1", "d0"] in found


def test_a_roundup_joins_a_story_only_where_all_that_it_tells_stays():
    assert stories_of("A", "B C A") == []
    for texts in itertools.permutations(("A", "B", "C", "B C A")):
        (story,) = Dump(given_as(*texts)).stories()
        assert [member.relation for member in story.members] == [None, Relation.EXPANDED]
        assert texts[int(story.members[1].doc_id[1:])] == "B C A"


def test_the_page_of_an_article_that_shows_more_joins_it_under_its_headline():
    headline = {"title": "Ferry runs again"}
    (story,) = Dump(given_as(("A", headline), ("B C A", headline))).stories()
    assert [member.relation for member in story.members] == [None, Relation.EXPANDED]
    assert stories_of(("A", headline), ("B C A", {"title": "News of the day"})) == []


def test_a_list_page_of_whole_posts_takes_none_of_them_with_it():
    """The post on top is no stub of it."""
    posts = ["A", "B:30", "C", "D:35", "E", "F:38"]
    found = stories_of(*posts, " ".join(posts))
    assert [len(story) for story in found] == [2]
    assert found[0][1] == "d6"


def test_a_list_page_of_two_posts_of_which_the_shorter_is_on_top_takes_neither_with_it():
    (story,) = stories_of("A:32", "B", "A:32 B")
    assert story in (["d0", "d2"], ["d1", "d2"])


def test_two_crawls_of_a_list_page_are_copies():
    posts = ["A", "B", "C"]
    found = stories_of(*posts, "X Y A B C Z", "X Y A B C Z V:3")
    assert [sorted(story) for story in found] == [["d3", "d4"]]


@pytest.mark.parametrize("chosen", [(), ("earliest",), ("id",), ("field:n:asc",)])
def test_a_stub_never_wins(chosen):
    stub = ("A", {"moment": 0.0, "date": "1970-01-01", "agency_page": True, "fields": {"n": 1}})
    whole = ("A B C", {"moment": DAY, "date": "1970-01-02", "fields": {"n": 2}})
    assert stories_of(stub, whole, rules=chosen) == [["d1", "d0"]]


def test_a_headline_before_the_first_sentence_does_not_hide_a_stub():
    assert stories_of("H:6 A", "A B C") == [["d1", "d0"]]
    assert stories_of("A", "H:18 A B C") == [["d1", "d0"]]


def test_half_of_a_text_is_a_stub_and_sixty_percent_is_a_cut():
    assert Dump(given_as("A", "A B")).stories()[0].why.rule == "whole"
    cut = ("A B:20", {"agency_page": True})
    assert stories_of(cut, "A B C:20") == [["d0", "d1"]]


def test_copies_of_one_text_alone_are_a_story():
    (story,) = Dump(given_as("A", "A", "A")).stories()
    assert [member.relation for member in story.members] == [None, "exact", "exact"]
    assert [member.score for member in story.members] == [None, 1.0, 1.0]


def test_copies_of_a_text_too_short_to_sign_are_a_story():
    (story,) = Dump(given_as("A:5", "A:5")).stories()
    assert story.members[1].relation == "exact"
    assert story.members[1].jaccard == 1.0


def test_a_story_has_its_days_its_outlets_and_its_agencies():
    fields = [
        {"host": "x.com", "moment": 5 * DAY, "date": "1970-01-06", "agency": "AP"},
        {"host": "b.com", "moment": 2 * DAY, "date": "1970-01-03"},
        {"host": "x.com", "agency": "AFP"},
        {"moment": 9 * DAY, "date": "1970-01-10", "agency": "AP"},
    ]
    (story,) = Dump(given_as(*(("A B", each) for each in fields))).stories()
    assert (story.first_date, story.last_date) == ("1970-01-03", "1970-01-10")
    assert story.outlets == ("b.com", "x.com")
    assert story.agencies == ("AFP", "AP")
    assert names([story]) == [["d1", "d0", "d2", "d3"]]
    assert story.story_id == story_id("d1")


def test_a_story_without_dates_or_outlets_has_none():
    (story,) = Dump(given_as("A", "A")).stories()
    assert (story.first_date, story.last_date, story.outlets, story.agencies) == (
        None,
        None,
        (),
        (),
    )


def test_names_of_stories_hang_on_the_canonicals_id_alone():
    assert story_id("a") != story_id("b")
    assert story_id("\ud800").startswith("s-")
    assert len(story_id("")) == 18


def test_a_set_too_large_to_measure_whole_is_grouped_by_what_met():
    """Over sixty-four texts, those that never met in a bucket have no measured pair."""
    texts = [f"A B C:{end}" for end in range(40)] + [f"D E F:{end}" for end in range(40)] + ["A D"]
    dump = Dump(given_as(*texts))
    edges = dump.edges()
    pairs = [key for key in edges if 80 not in key]
    assert len({text_id for key in pairs for text_id in key}) == 80
    component = dump.component(pairs)
    found = cluster_copies(component, dump.texts, dump.relate, parse_policy(()))
    assert sorted(len(story.members) for story in found) == [40, 40]
    assert all(story.members[1].relation for story in found)


def test_of_a_large_set_a_roundup_that_met_only_another_roundup_takes_nothing_else():
    """d70 holds d0 and met it; d71 holds d70 and met nothing else."""
    dump = Dump(
        given_as(
            *(f"A B C:{end % 40} D:{end // 40}" for end in range(70)),
            "E F A B C",
            "G H I J K L E F A B C",
        )
    )
    met = {(0, each): dump.pair(dump.facts[each], dump.facts[0]) for each in range(1, 71)}
    met[70, 71] = dump.pair(dump.facts[71], dump.facts[70])
    component = dump.component(met)
    found = names(cluster_copies(component, dump.texts, dump.relate, parse_policy(())))
    assert sorted(map(len, found)) == [2, 70]
    assert ["d71", "d70"] in found


def test_a_stub_is_found_by_a_text_of_no_common_bucket():
    dump = Dump(given_as(("A", {"agency_page": True}), "A B:5", "A B C"))
    edges = dump.edges()
    chain = {key: edges[key] for key in ((0, 1), (1, 2))}
    (story,) = cluster_copies(dump.component(chain), dump.texts, dump.relate, parse_policy(()))
    assert story.canonical.doc_id == "d2"


def test_of_the_same_documents_in_a_small_set_the_result_is_the_same_without_bucket_pairs():
    """What never met in a bucket is measured: only the connections count."""
    dump = Dump(given_as("A B", "A B C:10", "A B C:20", "A B C:5"))
    edges = dump.edges()
    chain = {key: edges[key] for key in ((0, 1), (1, 2), (2, 3))}
    policy = parse_policy(())
    some = cluster_copies(dump.component(chain), dump.texts, dump.relate, policy)
    assert some == cluster_copies(dump.component(edges), dump.texts, dump.relate, policy)

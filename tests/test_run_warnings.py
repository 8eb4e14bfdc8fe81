"""The largest stories and the hosts that lose most are found, and told in the manifest."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from dedup.cluster import decisions_of
from dedup.config import ClusterConfig
from dedup.models import Link, Member, Relation, Story, Why
from dedup.run_warnings import LISTED, largest_stories, losing_hosts, run_warnings
from dedup.store import Store


def copied(name, times, host=None, changed=False):
    """Copies of one text of its own; with ``changed``, each has a word that the others have not."""
    words = [f"{name}word{number}" for number in range(80)]
    return [
        {
            "id": f"{name}{number}",
            "text": " ".join([*words, f"last{number}"] if changed else words),
            "url": f"https://{host or f'{name}{number}.example'}/{name}/{number}.html",
        }
        for number in range(times)
    ]


def lone(name, times, host):
    """Texts that nothing else is like, of one host."""
    return [copied(f"{name}{number}x", 1, host)[0] for number in range(times)]


@pytest.fixture
def radius(command, jsonl, tmp_path):
    """Run on records and return what the manifest says."""

    def run(records, *options):
        arguments = (jsonl(records), "--level", "copies", "--overwrite", *options)
        return command.run(*arguments, out=tmp_path / "out").manifest["warnings"]

    return run


def story(number, relations, weakest=None):
    """A story of one canonical and members with some relations."""
    members = [Member(number, f"c{number}")]
    members += [
        Member(number + place, f"m{number + place}", relation, 0.9, 0.9, 0.9, 0.9)
        for place, relation in enumerate(relations, 1)
    ]
    return Story(f"s-{number}", Why("id", "x", "y"), tuple(members), weakest=weakest)


def stored(*stories):
    """A store that holds only the results of some stories."""
    store = Store(":memory:")
    decisions = [each for one in stories for each in decisions_of(one)]
    store.results.add_copies([(one, 1) for one in stories], decisions)
    return store


class TestStories:
    def test_the_largest_are_first_and_ties_go_by_id(self):
        given = [(n, f"s-{n:03}", "c", 50 + n % 7) for n in range(300)]
        random.Random(3).shuffle(given)
        listed, in_all = largest_stories(iter(given))

        assert listed == sorted(given, key=lambda each: (-each[3], each[1]))[:LISTED]
        assert in_all == 300

    @pytest.mark.parametrize("number", [0, 1, LISTED - 1, LISTED, LISTED + 1])
    def test_all_are_counted_and_no_more_than_a_hundred_listed(self, number):
        listed, in_all = largest_stories((n, f"s-{n}", "c", 50) for n in range(number))

        assert len(listed) == min(number, LISTED)
        assert in_all == number

    def test_a_story_is_told_from_the_size_asked_for(self, radius):
        records = [*copied("a", 4), *copied("b", 3), *copied("c", 2)]

        assert [each["size"] for each in radius(records, "--report-size", 3)["stories"]] == [4, 3]
        assert [each["size"] for each in radius(records, "--report-size", 4)["stories"]] == [4]
        assert radius(records, "--report-size", 5)["stories"] == []
        assert radius(records)["stories_in_all"] == 0

    def test_it_is_told_as_in_the_file_of_stories(self, command, jsonl, tmp_path):
        records = [*copied("a", 3, changed=True), *copied("b", 2, "one.example")]
        arguments = (jsonl(records), "--level", "copies", "--report-size", 2)
        run = command.run(*arguments, out=tmp_path / "out")
        told = run.manifest["warnings"]["stories"]

        assert len(told) == len(run.stories) == 2
        for each in told:
            (line,) = (line for line in run.stories if line["story_id"] == each["story_id"])
            assert each["canonical_id"] == line["canonical_id"]
            assert each["size"] == line["size"]
            assert each["outlets"] == len(line["outlets"])
            assert each["rewrites"] == 0
            assert each["weakest"]["score"] == pytest.approx(line["weakest"]["score"], abs=1e-6)
            assert each["weakest"]["left"] == line["weakest"]["left"]
            assert each["weakest"]["right"] == line["weakest"]["right"]
            ids = {member["id"] for member in line["members"]}
            assert {each["weakest"]["left"], each["weakest"]["right"]} <= ids

    def test_rewrites_and_derived_documents_are_counted_and_copies_are_not(self):
        relations = [Relation.REWRITE, Relation.EXACT, Relation.DERIVED, Relation.REWRITE]
        with stored(story(0, relations), story(9, [Relation.NEAR])) as store:
            told = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert [(each["story_id"], each["rewrites"]) for each in told] == [("s-0", 3), ("s-9", 0)]

    def test_a_link_keeps_its_ids_whatever_they_are(self):
        link = Link("a\x00\ud800\"'", "ü\n", 0.123456789)
        with stored(story(0, [Relation.NEAR], link)) as store:
            (told,) = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert told["weakest"] == {"left": link.left, "right": link.right, "score": 0.123457}

    def test_a_story_without_a_link_is_told_all_the_same(self):
        with stored(story(0, [Relation.NEAR])) as store:
            (told,) = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert told["weakest"] is None


class TestHosts:
    def test_the_greatest_losses_are_first_and_ties_go_by_name(self):
        given = [(f"{n:03}.example", 100, 60 + n % 7) for n in range(300)]
        random.Random(3).shuffle(given)
        listed, in_all = losing_hosts(iter(given), ClusterConfig())

        assert listed == sorted(given, key=lambda each: (-each[2], each[0]))[:LISTED]
        assert in_all == 300

    @pytest.mark.parametrize(
        ("documents", "lost", "told"),
        [(10, 5, True), (10, 4, False), (9, 9, False), (10, 10, True), (1000, 499, False)],
    )
    def test_a_host_is_told_from_the_share_and_the_size_asked_for(self, documents, lost, told):
        assert bool(losing_hosts([("a", documents, lost)], ClusterConfig())[1]) is told

    @pytest.mark.parametrize("lost", range(1, 11))
    def test_a_share_that_is_just_reached_is_reached(self, lost):
        config = ClusterConfig(warn_host_share=lost / 10)

        assert losing_hosts([("a", 10, lost), ("b", 10, lost - 1)], config)[0] == [("a", 10, lost)]

    def test_a_host_that_loses_nothing_is_never_told(self):
        assert losing_hosts([("a", 10, 0)], ClusterConfig(warn_host_share=0.0)) == ([], 0)

    def test_what_a_run_takes_from_each_host_is_counted(self, command, jsonl, tmp_path):
        records = [
            *copied("a", 12, "mirror.example"),
            *lone("b", 12, "own.example"),
            *copied("c", 8, "half.example"),
            *lone("d", 6, "half.example"),
        ]
        run = command.run(jsonl(records), "--level", "copies", out=tmp_path / "out")
        status = run.status()
        host = {each["id"]: urlsplit(each["url"]).hostname for each in records}
        gone = [host[name] for name, what in status.items() if what == "duplicate"]

        assert (gone.count("mirror.example"), gone.count("half.example")) == (11, 7)
        assert run.manifest["warnings"]["hosts"] == [
            {"host": "mirror.example", "documents": 12, "lost": 11, "share": 0.916667},
            {"host": "half.example", "documents": 14, "lost": 7, "share": 0.5},
        ]
        assert run.manifest["warnings"]["hosts_in_all"] == 2

    def test_rejected_documents_are_none_of_a_host(self, radius):
        records = copied("a", 10, "mirror.example")
        records[3]["text"] = ""

        assert radius(records)["hosts"] == []
        assert radius([*records, *lone("b", 1, "mirror.example")])["hosts"] == [
            {"host": "mirror.example", "documents": 10, "lost": 8, "share": 0.8}
        ]

    def test_documents_of_no_known_host_are_of_none(self, radius):
        records = [{"id": each["id"], "text": each["text"]} for each in copied("a", 20)]

        assert radius(records)["hosts"] == []


def test_a_run_without_documents_has_nothing_to_tell(radius):
    assert radius([]) == {"stories": [], "stories_in_all": 0, "hosts": [], "hosts_in_all": 0}


def test_what_is_told_changes_no_decision(command, jsonl, tmp_path):
    source = jsonl(copied("a", 12, "mirror.example"))
    options = ("--report-size", 2, "--report-share", 0)
    plain = command.run(source, "--level", "copies", out=tmp_path / "plain")
    told = command.run(source, "--level", "copies", *options, out=tmp_path / "told")

    assert told.tables() == plain.tables()

"""The largest stories and the hosts with most duplicates are in the manifest."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from dedup.cluster.decisions import decisions_of
from dedup.config import ClusterConfig
from dedup.models import Decision, Document, Facts, Link, Member, Relation, Status, Story, Why
from dedup.run.warnings import LISTED, run_warnings
from dedup.store import Store, stored_document


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


def unlike(name, times, host):
    """Texts of one host that are unlike all others."""
    return [copied(f"{name}{number}x", 1, host)[0] for number in range(times)]


@pytest.fixture
def warnings(command, jsonl, tmp_path):
    """Run on records and return the warnings of the manifest."""

    def run(records, *options):
        arguments = (jsonl(records), "--level", "copies", "--overwrite", *options)
        done = command.run(*arguments, out=tmp_path / "out", exit_code=0 if records else 1)
        return done.manifest["warnings"]

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
    decisions = [
        each
        for one in stories
        for each in decisions_of(one, Facts(one.canonical.row, one.canonical.doc_id, 0))
    ]
    store.results.add_copies([(one, 1) for one in stories], decisions)
    return store


def store_of_hosts(*hosts):
    """A store with documents of hosts, given as name, number of documents, and of duplicates."""
    store = Store(":memory:")
    documents, decisions = [], []
    for host, count, duplicates in hosts:
        for number in range(count):
            doc_id = f"{host}/{number}"
            if number < duplicates:
                gone = Decision(
                    len(documents), doc_id, Status.DUPLICATE, "s-1", "c", 2, "near", 0.9, "a copy"
                )
                decisions.append(gone)
            documents.append(
                stored_document(Document(doc_id, "source", {}, "", host=host), bytes(8))
            )
    store.documents.add(documents)
    store.results.add_merged([], [], decisions)
    store.dumps.look_back(4)
    return store


class TestStories:
    def test_the_largest_are_first_and_ties_go_by_id(self):
        sizes = {number * 10: 2 + number % 7 for number in range(130)}
        stories = [story(number, [Relation.NEAR] * (size - 1)) for number, size in sizes.items()]
        random.Random(3).shuffle(stories)
        with stored(*stories) as store:
            found = run_warnings(store, ClusterConfig(warn_story_size=2))

        expected = sorted((-size, f"s-{number}") for number, size in sizes.items())[:LISTED]
        assert [(-each["size"], each["story_id"]) for each in found["stories"]] == expected
        assert found["stories_in_all"] == 130

    @pytest.mark.parametrize("number", [0, 1, LISTED - 1, LISTED, LISTED + 1])
    def test_all_are_counted_and_at_most_a_hundred_listed(self, number):
        with stored(*(story(2 * place, [Relation.NEAR]) for place in range(number))) as store:
            found = run_warnings(store, ClusterConfig(warn_story_size=2))

        assert len(found["stories"]) == min(number, LISTED)
        assert found["stories_in_all"] == number

    def test_a_story_is_listed_from_the_size_of_the_option(self, warnings):
        records = [*copied("a", 4), *copied("b", 3), *copied("c", 2)]

        assert [each["size"] for each in warnings(records, "--warn-story-size", 3)["stories"]] == [
            4,
            3,
        ]
        assert [each["size"] for each in warnings(records, "--warn-story-size", 4)["stories"]] == [
            4
        ]
        assert warnings(records, "--warn-story-size", 5)["stories"] == []
        assert warnings(records)["stories_in_all"] == 0

    def test_it_is_as_in_the_file_of_stories(self, command, jsonl, tmp_path):
        records = [*copied("a", 3, changed=True), *copied("b", 2, "one.example")]
        arguments = (jsonl(records), "--level", "copies", "--warn-story-size", 2)
        run = command.run(*arguments, out=tmp_path / "out")
        listed = run.manifest["warnings"]["stories"]

        assert len(listed) == len(run.stories) == 2
        for each in listed:
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
            listed = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert [(each["story_id"], each["rewrites"]) for each in listed] == [("s-0", 3), ("s-9", 0)]

    def test_a_link_keeps_its_ids_whatever_they_are(self):
        link = Link("a\x00\ud800\"'", "ü\n", 0.123456789, "jaccard")
        with stored(story(0, [Relation.NEAR], link)) as store:
            (listed,) = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert listed["weakest"] == {
            "left": link.left,
            "right": link.right,
            "score": 0.123457,
            "score_kind": "jaccard",
        }

    def test_a_story_without_a_weakest_link_is_listed(self):
        with stored(story(0, [Relation.NEAR])) as store:
            (listed,) = run_warnings(store, ClusterConfig(warn_story_size=2))["stories"]

        assert listed["weakest"] is None


class TestHosts:
    def test_the_greatest_losses_are_first_and_ties_go_by_name(self):
        hosts = [(f"{number:03}.example", 20, 11 + number % 7) for number in range(130)]
        random.Random(3).shuffle(hosts)
        with store_of_hosts(*hosts) as store:
            found = run_warnings(store, ClusterConfig())

        listed = [(each["host"], each["documents"], each["duplicates"]) for each in found["hosts"]]
        assert listed == sorted(hosts, key=lambda each: (-each[2], each[0]))[:LISTED]
        assert found["hosts_in_all"] == 130

    @pytest.mark.parametrize(
        ("documents", "duplicates", "listed"),
        [(10, 5, True), (10, 4, False), (9, 9, False), (10, 10, True), (1000, 499, False)],
    )
    def test_a_host_is_listed_from_the_least_share_and_size(self, documents, duplicates, listed):
        with store_of_hosts(("a", documents, duplicates)) as store:
            assert run_warnings(store, ClusterConfig())["hosts_in_all"] == int(listed)

    @pytest.mark.parametrize("duplicates", range(1, 11))
    def test_a_share_that_is_just_reached_is_reached(self, duplicates):
        config = ClusterConfig(warn_host_share=duplicates / 10)
        with store_of_hosts(("a", 10, duplicates), ("b", 10, duplicates - 1)) as store:
            assert [each["host"] for each in run_warnings(store, config)["hosts"]] == ["a"]

    def test_a_host_that_loses_nothing_is_never_listed(self):
        with store_of_hosts(("a", 10, 0)) as store:
            assert run_warnings(store, ClusterConfig(warn_host_share=0.0))["hosts"] == []

    def test_duplicates_of_each_host_are_counted_by_relation(self, command, jsonl, tmp_path):
        records = [
            *copied("a", 12, "mirror.example"),
            *unlike("b", 12, "own.example"),
            *copied("c", 8, "half.example"),
            *unlike("d", 6, "half.example"),
        ]
        run = command.run(jsonl(records), "--level", "copies", out=tmp_path / "out")
        status = run.status()
        host = {each["id"]: urlsplit(each["url"]).hostname for each in records}
        gone = [host[name] for name, what in status.items() if what == "duplicate"]

        assert (gone.count("mirror.example"), gone.count("half.example")) == (11, 7)
        assert run.manifest["warnings"]["hosts"] == [
            {
                "host": "mirror.example",
                "documents": 12,
                "duplicates": 11,
                "lost": 11,
                "relations": {"exact": 11},
                "share": 0.916667,
            },
            {
                "host": "half.example",
                "documents": 14,
                "duplicates": 7,
                "lost": 7,
                "relations": {"exact": 7},
                "share": 0.5,
            },
        ]
        assert run.manifest["warnings"]["hosts_in_all"] == 2

    def test_rejected_documents_are_not_counted(self, warnings):
        records = copied("a", 10, "mirror.example")
        records[3]["text"] = ""

        assert warnings(records)["hosts"] == []
        assert warnings([*records, *unlike("b", 1, "mirror.example")])["hosts"] == [
            {
                "host": "mirror.example",
                "documents": 10,
                "duplicates": 8,
                "lost": 8,
                "relations": {"exact": 8},
                "share": 0.8,
            }
        ]

    def test_documents_of_no_known_host_are_not_counted(self, warnings):
        records = [{"id": each["id"], "text": each["text"]} for each in copied("a", 20)]

        assert warnings(records)["hosts"] == []


def test_a_run_without_documents_has_no_warnings(warnings):
    assert warnings([]) == {"stories": [], "stories_in_all": 0, "hosts": [], "hosts_in_all": 0}


def test_warnings_change_no_decision(command, jsonl, tmp_path):
    source = jsonl(copied("a", 12, "mirror.example"))
    options = ("--warn-story-size", 2, "--warn-host-share", 0)
    plain = command.run(source, "--level", "copies", out=tmp_path / "plain")
    warned = command.run(source, "--level", "copies", *options, out=tmp_path / "warned")

    assert warned.tables() == plain.tables()

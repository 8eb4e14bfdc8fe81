"""A dump a day against one store: earlier stories continue, and their changes are listed."""

from __future__ import annotations

import json
import random
from collections import defaultdict

import pytest
from runs import ROOT, Out, read_lines, text_of
from runs import dated_article as article

from dedup.store import Store

DAY = "2026-03-{:02}T{:02}:00:00Z"

AFFAIRS = json.loads((ROOT / "tests/cases/affairs.json").read_text("utf-8"))["affairs"]


class Days:
    """One store, and the outputs of the dumps that it was given."""

    def __init__(self, command, jsonl, folder, *options):
        self.command, self.jsonl, self.folder, self.options = command, jsonl, folder, options
        self.store = folder / "news.sqlite"
        self.outs = []

    def arguments(self, records):
        number = len(self.outs) + 1
        dump = self.jsonl(records, f"day-{number}.jsonl")
        return ["run", dump, "-o", self.folder / f"out-{number}", "--store", self.store,
                "--quiet", *self.options]  # fmt: skip

    def add(self, *records, options=()):
        done = self.command(*self.arguments(records), *options)
        assert done.exit_code == 0, done.stderr
        self.outs.append(Out(self.folder / f"out-{len(self.outs) + 1}"))
        counts = self.outs[-1].manifest["counts"]
        assert counts["inputs"] == len(records)
        parts = ("canonical", "duplicate", "unique", "rejected")
        assert counts["inputs"] == sum(counts[name] for name in parts)
        return self.outs[-1]

    def refused(self, *records, options=()):
        done = self.command(*self.arguments(records), *options)
        assert done.exit_code == 1
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
def days(command, jsonl, tmp_path):
    return Days(command, jsonl, tmp_path, "--level", "copies")


def changes(out):
    return read_lines(out.path / "changes.jsonl")


def only_change(out, kind):
    (change,) = [each for each in changes(out) if each["change"] == kind]
    return change


def decision(out, doc_id):
    return next(each for each in out.decisions if each["id"] == doc_id)


def test_a_copy_joins_the_story_of_an_earlier_day_under_its_id(days):
    first = days.add(article("a", text_of(1)), article("b", text_of(1), hour=9))
    (story,) = first.stories
    second = days.add(article("c", text_of(1), day=2))

    copy = decision(second, "c")
    assert (copy["status"], copy["relation"]) == ("duplicate", "exact")
    assert (copy["story_id"], copy["canonical_id"]) == (story["story_id"], story["canonical_id"])
    assert [each["id"] for each in second.stories[0]["members"]] == ["a", "b", "c"]
    assert second.survivors == []


def test_growth_is_listed_with_documents_date_and_reason(days):
    days.add(article("a", text_of(1)), article("b", text_of(1), hour=9))
    second = days.add(article("c", text_of(1), day=2))

    (change,) = changes(second)
    assert change["change"] == "grown"
    assert change["story_id"] == second.stories[0]["story_id"]
    assert (change["added"], change["unique_until_now"]) == (["c"], [])
    assert (change["dump"], change["date"]) == (2, DAY.format(2, 8))
    assert change["why"] == "joined as 1 exact"


def test_a_document_that_stood_alone_begins_a_story_with_its_first_copy(days):
    first = days.add(article("a", text_of(1)), article("x", text_of(9)))
    assert first.status() == {"a": "unique", "x": "unique"}
    second = days.add(article("b", text_of(1), day=2))

    change = only_change(second, "begun")
    assert (change["unique_until_now"], change["added"]) == (["a"], ["b"])
    assert change["canonical_id"] == "a"
    assert decision(second, "b")["canonical_id"] == "a"


def test_a_better_canonical_is_listed_and_the_story_keeps_its_id(days):
    whole = text_of(1)
    stub = " ".join(whole.split()[:50])
    first = days.add(article("a", stub), article("b", stub, hour=9))
    second = days.add(article("c", whole, day=2))

    (story,) = second.stories
    assert story["story_id"] == first.stories[0]["story_id"]
    assert story["canonical_id"] == "c"
    assert decision(second, "c")["status"] == "canonical"
    change = only_change(second, "canonical")
    assert (change["canonical_until_now"], change["canonical_id"]) == ("a", "c")
    assert change["why"].startswith("elected by whole")
    assert [each["id"] for each in second.survivors] == ["c"]


def with_changes(text, number):
    """The text with so many words changed, the same ones first."""
    words = text.split()
    for place in random.Random(3).sample(range(len(words)), number):
        words[place] = f"new{place}"
    return " ".join(words)


def test_stories_that_a_document_merges_keep_the_older_id_and_list_the_other(days):
    days.options = (*days.options, "--canonical", "latest")
    one, between, other = (with_changes(text_of(1), number) for number in (0, 5, 10))
    first = days.add(article("a1", one), article("a2", one, hour=9))
    second = days.add(article("b1", other, day=2), article("b2", other, day=2, hour=9))
    assert second.stories[0]["story_id"] != first.stories[0]["story_id"]
    third = days.add(article("c", between, day=3))

    (story,) = third.stories
    absorbed = [second.stories[0]["story_id"]]
    assert story["story_id"] == first.stories[0]["story_id"]
    assert story["absorbed"] == absorbed
    assert {each["id"] for each in story["members"]} == {"a1", "a2", "b1", "b2", "c"}
    change = only_change(third, "merged")
    assert (change["story_id"], change["absorbed"]) == (story["story_id"], absorbed)

    fourth = days.add(article("d", between, day=4))
    assert fourth.stories[0]["absorbed"] == absorbed


def test_one_story_stays_one_story_in_later_dumps(days):
    """A longer text holds one of two near copies and not the other: their story is not torn."""
    rng = random.Random(5)
    words = text_of(1).split()
    other = list(words)
    for place in rng.sample(range(len(words)), 3):
        other[place] = f"changed{place}"
    first = days.add(article("a", " ".join(words)), article("b", " ".join(other), hour=9))
    assert len(first.stories) == 1
    longer = [*words, *text_of(7, 100).split()]
    for place in rng.sample(range(len(words)), 4):
        longer[place] = f"new{place}"
    days.add(article("c", " ".join(longer), day=2))
    third = days.add(article("d", " ".join(other), day=3))

    members = {each["id"] for each in third.stories[0]["members"]}
    assert {"a", "b", "d"} <= members
    assert third.stories[0]["story_id"] == first.stories[0]["story_id"]


def test_beyond_the_window_nothing_is_matched(days):
    days.add(article("a", text_of(1), day=1))
    second = days.add(article("b", text_of(1), day=9))

    assert second.status() == {"b": "unique"}
    assert second.manifest["store"]["active"] == 1


def test_an_undated_document_counts_as_of_its_dump(days):
    undated = article("a", text_of(1))
    del undated["date"]
    days.add(undated, article("x", text_of(8), day=3))
    second = days.add(article("b", text_of(1), day=5))
    third = days.add(article("c", text_of(1), day=20))

    assert only_change(second, "begun")["unique_until_now"] == ["a"]
    assert third.status() == {"c": "unique"}


def test_dumps_without_any_date_are_matched_against_all(days):
    def bare(doc_id, text):
        return {"id": doc_id, "text": text}

    days.add(bare("a", text_of(1)))
    days.add(bare("x", text_of(2)))
    assert days.add(bare("b", text_of(1))).status() == {"b": "duplicate"}


def test_an_id_that_a_record_brings_is_known_again(days):
    days.add(article("a", text_of(1)))
    second = days.add(article("a", text_of(1)), article("b", text_of(2), day=2))

    assert [(each["id"], each["reason"]) for each in second.rejected] == [("a", "duplicate-id")]


def test_ids_made_of_file_names_get_the_number_of_the_dump(days):
    def bare(text):
        return {"text": text, "date": DAY.format(1, 8)}

    days.jsonl = lambda records, name, write=days.jsonl: write(records, "news.jsonl")
    first = days.add(bare(text_of(1)), bare(text_of(2)))
    second = days.add(bare(text_of(3)), bare(text_of(2)))

    assert list(first.status()) == ["news.jsonl:1", "news.jsonl:2"]
    assert list(second.status()) == ["2/news.jsonl:1", "2/news.jsonl:2"]
    assert [each["id"] for each in second.stories[0]["members"]] == [
        "news.jsonl:2",
        "2/news.jsonl:2",
    ]


def test_outdated_documents_are_forgotten_with_their_stories(days):
    days.options = (*days.options, "--expire", "10")
    days.add(article("a", text_of(1), day=1), article("b", text_of(1), day=1, hour=9))
    days.add(article("c", text_of(2), day=2), article("d", text_of(3), day=2))
    days.add(article("e", text_of(2), day=5))
    out = days.add(article("f", text_of(4), day=13))
    counts = out.manifest["store"]

    # c is in a story with e, which is younger; a, b and d are gone, and so are their ids.
    assert (counts["expired"], counts["documents"]) == (3, 3)
    days.options = days.options[:-2]
    again = days.add(article("a", text_of(1), day=14))
    assert again.status() == {"a": "unique"}
    assert again.manifest["store"]["expired"] == 0


def test_expire_must_reach_as_far_as_the_window(days, command):
    done = command(*days.arguments([article("a", text_of(1))]), "--expire", "2")
    assert done.exit_code == 2
    assert "at least the --window" in done.stderr

    done = command("run", days.jsonl([]), "-o", days.folder / "o", "--expire", "9")
    assert done.exit_code == 2
    assert "--expire needs a --store" in done.stderr


def test_a_store_made_at_another_level_is_refused(days):
    days.add(article("a", text_of(1)))
    assert "another --level" in days.refused(
        article("b", text_of(1), day=2), options=["--level", "stories"]
    )


def test_the_store_of_a_run_in_its_folder_can_be_gone_on_with(days, command):
    first = command.run(
        days.jsonl([article("a", text_of(1))]), "--level", "copies", out=days.folder / "own"
    )
    days.store = first.path / "store.sqlite"
    assert days.add(article("b", text_of(1), day=2)).status() == {"b": "duplicate"}


def test_a_store_among_the_inputs_is_refused(days, tmp_path):
    (tmp_path / "in").mkdir()
    days.store = tmp_path / "in" / "news.sqlite"
    dump = days.jsonl([article("a", text_of(1))]).rename(tmp_path / "in" / "a.jsonl")
    done = days.command("run", dump.parent, "-o", tmp_path / "out", "--store", days.store)

    assert done.exit_code == 1
    assert "lies in the input folder" in done.stderr


def test_a_store_in_the_output_folder_is_refused(days):
    days.store = days.folder / "out-1" / "news.sqlite"
    assert "keep it outside" in days.refused(article("a", text_of(1)))


@pytest.mark.parametrize("name", ["news.sqlite", "folder"])
def test_a_store_that_is_none_is_refused_with_a_sentence(name, days):
    days.store = days.folder / name
    if name == "folder":
        days.store.mkdir()
    else:
        days.store.write_text("no store\n" * 1000)
    done = days.command(*days.arguments([article("a", text_of(1))]))
    assert done.exit_code in (1, 2)
    assert "Traceback" not in done.stderr
    assert str(days.store) in done.stderr


def test_a_second_run_on_a_store_in_use_is_refused(days):
    days.add(article("a", text_of(1)))
    with Store(days.store):
        assert "in use by another run" in days.refused(article("b", text_of(1), day=2))


class Stopped(Exception):
    """Somebody pulled the plug."""


def stopped_at(place, days, records, monkeypatch):
    """Run a dump that stops where some function would begin."""

    def stop(*_, **__):
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(place, stop)
        with pytest.raises(Stopped):
            days.command(*days.arguments(records))


STAGES = [
    "dedup.pipeline.cleaned_rows.prepare_rows",
    "dedup.pipeline.stages.remove_site_boilerplate",
    "dedup.pipeline.match_copies.match_copies",
    "dedup.pipeline.cluster_copies.cluster_copy_pairs",
    "dedup.pipeline.cluster_rewrites.cluster_rewrites",
    "dedup.pipeline.decide.note_changes",
    "dedup.run.result_files.ResultFiles.write",
    "dedup.run.manifest.package_versions",
]


@pytest.mark.parametrize("place", STAGES)
def test_a_dump_that_stopped_anywhere_is_resumed_to_the_same_bytes(
    place, command, jsonl, tmp_path, monkeypatch
):
    first = [article("a", text_of(1)), article("b", text_of(1)), article("x", text_of(2))]
    second = [article("c", text_of(1), day=2), article("y", text_of(2), day=2)]
    whole = tmp_path / "whole"
    whole.mkdir()
    unbroken = Days(command, jsonl, whole)
    unbroken.add(*first)
    expected = unbroken.add(*second)

    days = Days(command, jsonl, tmp_path)
    days.add(*first)
    stopped_at(place, days, second, monkeypatch)
    done = command(*days.arguments(second), "--resume")

    assert done.exit_code == 0, done.stderr
    out = Out(tmp_path / "out-2")
    assert out.tables() == expected.tables()
    assert changes(out) == changes(expected)


def test_a_dump_that_stopped_must_be_finished_before_the_next(days, monkeypatch):
    days.add(article("a", text_of(1)))
    stopped_at(
        "dedup.pipeline.stages.remove_site_boilerplate",
        days,
        [article("b", text_of(1), day=2)],
        monkeypatch,
    )
    days.outs.append(None)

    message = days.refused(article("c", text_of(1), day=3))
    assert "not finished" in message
    assert "--resume" in message


def test_a_dump_that_stopped_can_be_begun_anew(days, monkeypatch):
    days.add(article("a", text_of(1)))
    stopped_at(
        "dedup.pipeline.stages.remove_site_boilerplate",
        days,
        [article("b", text_of(1), day=2)],
        monkeypatch,
    )
    out = days.add(article("c", text_of(1), day=2), options=["--overwrite"])

    assert out.status() == {"c": "duplicate"}
    assert out.manifest["store"]["documents"] == 2


def documents_of_affairs():
    """Every report that has a date, as records, day by day."""
    parts = defaultdict(list)
    for affair in AFFAIRS:
        for report in affair["reports"]:
            for number, each in enumerate(report["texts"]):
                record = {
                    "id": f"{report['report']}-{number}",
                    "url": f"https://{each['outlet']}.example/{report['report']}",
                    "title": each["title"],
                    "date": each["time"],
                    "text": each["text"],
                }
                parts[each["time"][:10]].append(record)
    return [parts[day] for day in sorted(parts)]


class Reader:
    """A reader of each day's outputs, who has nothing else."""

    def __init__(self):
        self.story_of, self.merged, self.seen = {}, {}, set()

    def take(self, out):
        for line in out.decisions:
            self.story_of[line["id"]] = line["story_id"]
        for line in changes(out):
            for doc_id in line.get("unique_until_now", ()):
                self.story_of[doc_id] = line["story_id"]
            for story_id in line.get("absorbed", ()):
                self.merged[story_id] = line["story_id"]
        self.seen |= {line["story_id"] for line in out.stories}

    def now(self, story_id):
        while story_id in self.merged:
            story_id = self.merged[story_id]
        return story_id

    def groups(self):
        found = defaultdict(set)
        for doc_id, story_id in self.story_of.items():
            found[self.now(story_id) or doc_id].add(doc_id)
        return {frozenset(group) for group in found.values()}


@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.slow
def test_affairs_day_by_day_end_as_in_one_run(seed, command, jsonl, tmp_path):
    parts = documents_of_affairs()
    if seed is not None:
        for part in parts:
            random.Random(seed).shuffle(part)
    days, reader = Days(command, jsonl, tmp_path), Reader()
    for part in parts:
        reader.take(days.add(*part))
    everything = [record for part in parts for record in part]
    at_once = command.run(jsonl(everything, "whole.jsonl"), out=tmp_path / "whole")
    whole = Reader()
    whole.story_of = {line["id"]: line["story_id"] for line in at_once.decisions}

    # Whether the reports of an affair are alike on every day shows when there are other days: the
    # first reports of an affair are judged without the later ones.
    assert len(reader.groups() ^ whole.groups()) <= len(whole.groups()) / 4
    assert {reader.now(each) for each in reader.seen} <= set(
        map(reader.now, reader.story_of.values())
    )


def test_the_order_of_lines_changes_no_line_of_a_later_day(days, tmp_path, command, jsonl):
    rng = random.Random(4)
    first = [article(f"a{n}", text_of(n % 7), hour=n % 20) for n in range(30)]
    second = [article(f"b{n}", text_of(n % 9), day=2, hour=n % 20) for n in range(30)]
    days.add(*first)
    one = days.add(*second)
    turned = tmp_path / "turned"
    turned.mkdir()
    other_days = Days(command, jsonl, turned, "--level", "copies")
    other_days.add(*rng.sample(first, len(first)))
    other = other_days.add(*rng.sample(second, len(second)))

    def sorted_json(lines):
        return sorted(json.dumps(line) for line in lines)

    assert sorted_json(one.decisions) == sorted_json(other.decisions)
    assert one.stories == other.stories
    assert changes(one) == changes(other)


def test_a_damaged_store_of_many_days_is_refused_and_nothing_is_lost(days):
    days.add(article("a", text_of(1)), article("b", text_of(1)))
    data = days.store.read_bytes()
    at = data.index(b"About b")
    days.store.write_bytes(data[:at] + b"X" + data[at + 1 :])
    message = days.refused(article("c", text_of(1), day=2))

    assert "damaged" in message
    assert "name another --store" in message
    assert not (days.folder / "out-2" / "decisions.jsonl").exists()
    days.store.write_bytes(data)
    assert days.add(article("c", text_of(1), day=2), options=["--overwrite"]).status() == {
        "c": "duplicate"
    }


def test_the_summary_counts_changes_of_earlier_stories(days):
    days.add(article("a", text_of(1)), article("b", text_of(1)), article("x", text_of(2)))
    arguments = days.arguments([article("c", text_of(1), day=2)])
    arguments.remove("--quiet")
    done = days.command(*arguments)

    assert done.exit_code == 0
    assert "earlier stories: 1 grown" in done.stderr


PARAGRAPHS = json.loads((ROOT / "tests/cases/election.json").read_text("utf-8"))["paragraphs"]


def crawl(number, paragraphs):
    text = "\n".join(map(PARAGRAPHS.__getitem__, paragraphs.split()))
    return article(
        f"v{number}", text, hour=number, url="https://post.example/1", title="Trams return"
    )


def canonical_of(out, doc_id):
    return decision(out, doc_id)["canonical_id"] or doc_id


@pytest.mark.parametrize("dumps", [[(1, 2), (3,), (4, 5)], [(1,), (2,), (3,), (4,), (5,)]])
def test_the_last_version_of_a_page_stands_in_whichever_dump_it_comes(days, dumps):
    names = ["b1", "b2", "b3", "b4", "b5", "b6", "b7"]
    for numbers in dumps:
        out = days.add(*(crawl(each, " ".join(names[: each + 2])) for each in numbers))
        last = f"v{numbers[-1]}"
        assert canonical_of(out, last) == last


def test_a_later_version_is_no_duplicate_of_one_that_its_earlier_copies_keep(days):
    days.add(crawl(1, "l3 l2 l1"), crawl(2, "l5 l4 l3 l2"))
    for number, text in ((3, "l7 l6 l5 l4"), (4, "l8 l7 l6 l5 l4")):
        out = days.add(crawl(number, text))
        assert canonical_of(out, f"v{number}") == f"v{number}"

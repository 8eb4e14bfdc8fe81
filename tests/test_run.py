"""What a run decides on small dumps of records and pages, and what it says of itself."""

from __future__ import annotations

import platform
import random

import pytest

from dedup import Config, deduplicate
from dedup.version import __version__

WORDS = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]


def prose(seed, words=120):
    """A text of that many words, in sentences of ten."""
    rng = random.Random(seed)
    sentences = [" ".join(rng.choices(WORDS, k=10)).capitalize() + "." for _ in range(words // 10)]
    return " ".join(sentences)


STORY = prose(1)

# Two equal documents that have nothing to do with the others.
PAIR = [{"id": "pair-1", "text": prose(2)}, {"id": "pair-2", "text": prose(2)}]


def record(doc_id, text=STORY, **known):
    return {"id": doc_id, "text": text, **known}


def decide(*records):
    """Decide on records among others, and return decisions by id, and the stories."""
    result = deduplicate([*records, *PAIR])
    wanted = {str(each["id"]) for each in records}
    stories = [each for each in result.stories if each["canonical_id"] in wanted]
    return {d.doc_id: d for d in result.decisions if d.doc_id in wanted}, stories


def canonical(*records):
    """Return the id of the canonical of records that must become one story, and the rule."""
    _, (story,) = decide(*records)
    assert story["size"] == len(records)
    return story["canonical_id"], story["why"]["rule"]


class TestIds:
    def test_the_second_input_of_an_id_is_rejected(self):
        result = deduplicate([record("a"), record("a", prose(3)), record("b"), record("a")])

        assert [str(d.status) for d in result.decisions] == [
            "canonical",
            "rejected",
            "duplicate",
            "rejected",
        ]
        assert [d.reason for d in result.decisions][1::2] == ["duplicate-id"] * 2
        assert result.decision("a").status == "canonical"

    def test_the_second_input_of_an_id_is_rejected_with_its_file(self, command, jsonl, tmp_path):
        one, other = (
            jsonl([record("a"), record("b")], "one.jsonl"),
            jsonl([record("a")], "two.jsonl"),
        )
        run = command.run(one, other, out=tmp_path / "out")

        assert [(each["id"], each["source"], each["reason"]) for each in run.rejected] == [
            ("a", "two.jsonl", "duplicate-id")
        ]

    def test_lines_without_an_id_are_named_by_file_and_line(self, command, jsonl, tmp_path):
        run = command.run(jsonl([{"text": STORY}, {"text": STORY}]), out=tmp_path / "out")

        assert [each["id"] for each in run.decisions] == ["records.jsonl:1", "records.jsonl:2"]
        assert run.survivors[0]["id"] == "records.jsonl:1"


class TestCanonical:
    AP = "https://apnews.com/article/abc"

    def test_the_agencys_own_page_wins_over_earlier_copies(self):
        credited = f"PORT ELWOOD (AP) — {STORY}"
        copies = [
            record(f"copy-{n}", credited, url=f"https://p{n}.example/x", date=f"2026-03-0{n}")
            for n in (1, 2, 3)
        ]
        own = record("own", credited, url=self.AP, date="2026-03-09")

        assert canonical(*copies, own) == ("own", "agency")

    def test_an_agencys_page_that_credits_another_one_does_not(self):
        copy = record("copy", f"PORT ELWOOD (Reuters) - {STORY}", url=self.AP, date="2026-03-02")
        first = record("first", f"PORT ELWOOD (Reuters) - {STORY}", date="2026-03-01")

        assert canonical(copy, first) == ("first", "earliest")

    def test_the_page_that_others_name_as_their_original_wins(self):
        original = record(
            "original", url="https://www.first.example/story?utm_source=x", date="2026-03-05"
        )
        copies = [
            record(
                f"copy-{n}",
                url=f"https://c{n}.example/",
                date="2026-03-01",
                canonical_url="https://first.example/story",
            )
            for n in (1, 2)
        ]

        assert canonical(*copies, original) == ("original", "declared")

    def test_a_page_that_names_itself_gains_nothing(self):
        vain = record(
            "vain",
            url="https://v.example/a",
            canonical_url="https://v.example/a",
            date="2026-03-02",
        )

        assert canonical(vain, record("first", date="2026-03-01")) == ("first", "earliest")

    def test_the_earliest_of_equal_texts_wins_across_time_zones(self):
        noon = record("noon", date="2026-03-01T12:00:00+00:00")
        before = record("before", date="2026-03-01T13:00:00+05:00")

        assert canonical(noon, before, record("undated")) == ("before", "earliest")

    def test_the_shorter_address_then_the_smaller_id_break_the_last_ties(self):
        assert canonical(
            record("a", url="https://p.example/long-address"),
            record("b", url="https://q.example/x"),
        ) == ("b", "shortest-url")
        assert canonical(record("b"), record("a"), record("c")) == ("a", "id")

    def test_a_stub_never_stands_for_the_whole(self):
        stub = record("stub", " ".join(STORY.split()[:45]), date="2026-03-01")
        decisions, _ = decide(stub, record("whole", date="2026-03-02"))

        assert decisions["stub"].relation == "abridged"
        assert decisions["stub"].canonical_id == "whole"

    @pytest.mark.parametrize(
        ("rules", "elected"),
        [
            ("latest", "c"),
            ("earliest", "a"),
            ("field:rank:asc", "b"),
            ("field:rank:desc", "a"),
            ("field:rest:asc,latest", "c"),
        ],
    )
    def test_the_users_rules_go_first(self, rules, elected, command, jsonl, tmp_path):
        records = [
            record("a", date="2026-03-01", rank=3),
            record("b", date="2026-03-02", rank=1),
            record("c", date="2026-03-03", rank=2),
            record("z", prose(9), rest=1),
        ]
        run = command.run(jsonl(records), "--canonical", rules, out=tmp_path / "out")

        assert [story["canonical_id"] for story in run.stories] == [elected]


class TestRelations:
    def test_a_dateline_is_no_difference(self):
        decisions, _ = decide(record("a"), record("b", f"HOLLIN, March 9 (Reuters) - {STORY}"))

        assert {decisions["a"].relation, decisions["b"].relation} == {None, "exact"}

    def test_a_few_changed_words_are_near(self):
        decisions, _ = decide(record("a"), record("b", STORY.replace(STORY.split()[60], "other")))

        assert decisions["b"].relation == "near"
        assert Config().match.near <= decisions["b"].score < 1

    def test_a_cut_is_abridged_and_an_addition_expanded(self):
        head = " ".join(STORY.split()[:80])
        decisions, _ = decide(record("whole"), record("cut", head))
        assert decisions["cut"].relation == "abridged"

        longer = f"{STORY}\n{prose(5, 60)}"
        middle = record("middle")
        others = [record(f"m{n}", STORY) for n in range(2)]
        decisions, _ = decide(middle, *others, record("longer", longer))
        assert decisions["longer"].relation == "expanded"

    def test_another_outlet_with_other_numbers_is_another_report(self):
        numbers = (
            "Lows of {} and highs of {} with {} mm of rain and gusts of {} km/h were measured. "
        )
        one = STORY + numbers.format(11, 21, 31, 41)
        other = STORY + numbers.format(12, 22, 32, 42)
        decisions, stories = decide(record("a", one), record("b", other))

        assert [str(d.status) for d in decisions.values()] == ["unique", "unique"]
        assert stories == []

    def test_versions_of_one_outlets_article_are_updates(self):
        first = f"{STORY} {prose(7, 70)}"
        later = f"{STORY} {prose(6, 70)}"
        known = {"url": "https://www.p.example/fire", "title": "Fire at the docks"}
        decisions, (story,) = decide(
            record("first", first, date="2026-03-01T08:00:00Z", **known),
            record("later", later, date="2026-03-01T19:00:00Z", **known),
        )

        assert sorted(str(d.relation) for d in decisions.values()) == ["None", "update"]
        assert story["outlets"] == ["p.example"]
        assert (story["first_date"][:10], story["last_date"][:10]) == ("2026-03-01", "2026-03-01")

    def test_short_texts_are_only_ever_exact(self):
        text = "The bridge at Hollin is closed until Friday, the county said."
        decisions, _ = decide(
            record("a", text),
            record("b", text),
            record("c", text.replace("Friday", "Sunday")),
        )

        assert [str(decisions[x].status) for x in "abc"] == ["canonical", "duplicate", "unique"]


class TestPages:
    PAGE = (
        "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        "<p>{text}</p></article></body></html>"
    )

    def test_the_same_bytes_under_two_names_are_exact(self, command, tmp_path):
        page = self.PAGE.format(title="The ferry runs again", text=STORY)
        for host in ("b.example", "a.example"):
            (tmp_path / "dump" / host).mkdir(parents=True)
            (tmp_path / "dump" / host / "x.html").write_text(page, "utf-8")
        run = command.run(tmp_path / "dump", out=tmp_path / "out")

        assert [(each["id"], each["status"], each["relation"]) for each in run.decisions] == [
            ("a.example/x.html", "canonical", None),
            ("b.example/x.html", "duplicate", "exact"),
        ]
        assert run.survivors[0]["title"] == "The ferry runs again"
        assert STORY in run.survivors[0]["text"]

    def test_a_page_and_its_text_are_one_story(self, command, jsonl, tmp_path):
        page = self.PAGE.format(title="The ferry runs again", text=STORY)
        records = [{"id": "page", "html": page, "own": 1}, record("text")]
        run = command.run(jsonl(records), out=tmp_path / "out")

        assert sorted(run.status().values()) == ["canonical", "duplicate"]
        assert run.decisions[0]["story_id"] == run.decisions[1]["story_id"]


class TestManifest:
    def test_versions(self, sample_run):
        versions = sample_run.manifest["versions"]

        assert versions["dedup"] == __version__
        assert versions["python"] == platform.python_version()
        assert {"trafilatura", "datasketch", "numpy", "numba", "lxml", "unicode"} <= versions.keys()

    def test_the_whole_configuration(self, command, jsonl, tmp_path):
        run = command.run(
            jsonl(PAIR), "--min-tokens", 7, "--canonical", "latest,id", out=tmp_path / "out"
        )
        config = run.manifest["config"]

        assert config["clean"]["min_tokens"] == 7
        assert config["cluster"]["canonical"] == config["group"]["canonical"] == ["latest", "id"]
        assert config.keys() == {*Config().as_dict(), "group"}
        assert config["match"] == Config().as_dict()["match"]

    def test_the_inputs_with_a_digest(self, command, jsonl, sample_run, tmp_path):
        read = sample_run.manifest["read"]
        assert (read["files"], len(read["sha256"])) == (62, 64)
        assert read["bytes"] > 200_000

        one = command.run(jsonl(PAIR), out=tmp_path / "one").manifest["read"]
        other = command.run(jsonl([*PAIR, record("c")]), out=tmp_path / "two").manifest["read"]
        assert one["inputs"] == other["inputs"]
        assert one["sha256"] != other["sha256"]

    def test_times_of_every_stage(self, sample_run):
        timings = sample_run.manifest["timings"]

        assert {
            "read and clean",
            "site boilerplate",
            "sign",
            "verify pairs",
            "cluster copies",
            "write",
        } <= timings.keys()
        assert all(seconds >= 0 for seconds in timings.values())

    def test_the_most_memory_of_the_run_and_of_a_worker(self, sample_run):
        peak = sample_run.manifest["peak_memory_mib"]

        assert peak.keys() == {"parent", "largest_worker"}
        assert all(20 < mebibytes < 4000 for mebibytes in peak.values())

    def test_the_candidates(self, sample_run):
        candidates = sample_run.manifest["candidates"]

        assert candidates["pairs"] >= 10
        assert candidates["buckets_over_cap"] == 0

    def test_the_reports_that_words_keep_apart(self, sample_run, command, jsonl, tmp_path):
        copies = command.run(jsonl(PAIR), "--level", "copies", out=tmp_path / "copies")

        assert sample_run.manifest["event_splits"] >= 0
        assert copies.manifest["event_splits"] is None


def test_what_is_passed_over_is_counted(command, tmp_path):
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / ".hidden.html").write_text("<p>x</p>")
    (dump / "a.txt").write_text(STORY)
    (dump / "b.txt").write_text(STORY)
    run = command.run(dump, out=tmp_path / "out")

    assert run.manifest["read"]["passed_over"] == {"hidden file or folder": 1}
    assert run.status() == {"a.txt": "canonical", "b.txt": "duplicate"}


@pytest.mark.parametrize(
    "records",
    [[record("a")], [record("a"), record("b", prose(3))], [record("a", "Rain."), record("b")]],
    ids=["one", "two strangers", "one rejected"],
)
def test_a_dump_in_which_nothing_matches_is_a_run_like_any(records, command, jsonl, tmp_path):
    run = command.run(jsonl(records), out=tmp_path / "out")

    assert run.manifest["counts"]["duplicate"] == 0
    assert run.stories == []


def test_an_id_belongs_to_its_first_input_even_if_that_is_rejected(command, jsonl, tmp_path):
    run = command.run(
        jsonl([{"id": "a"}, record("a"), {"id": "a"}]), out=tmp_path / "out", exit_code=1
    )

    assert [(each["id"], each["reason"]) for each in run.decisions] == [
        ("a", "no-text"),
        ("a", "duplicate-id"),
        ("a", "duplicate-id"),
    ]

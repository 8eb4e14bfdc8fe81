"""`deduplicate`: records or paths in, a result object out."""

from __future__ import annotations

import io
import math

import numpy
import pandas
import pytest
from tqdm import tqdm

import dedup
from dedup import Config, Result, deduplicate
from dedup.config import CleanConfig
from dedup.errors import ConfigError, InputError, NotFoundError

FERRY = (
    "The ferry to Port Elwood will run again from Monday, its owner said on Friday. The vessel had "
    "lain at the yard in Saltby since a fire in its engine room three weeks ago, and islanders had "
    "to cross on fishing boats. Tickets will cost what they cost before."
)
COUNCIL = (
    "The council of Northvale voted on Tuesday to keep the old library open until the new one is "
    "built, after two hundred people had written letters. The mayor, who had wanted to sell the "
    "building, said that he would respect the vote and look for money elsewhere."
)

# Any two equal documents, for tests that look at a third.
PAIR = [{"id": "pair-1", "text": COUNCIL}, {"id": "pair-2", "text": COUNCIL}]


def decide(*records, **options):
    result = deduplicate([*records, *PAIR], **options)
    return [d for d in result.decisions if not d.doc_id.startswith("pair-")], result


def status(decisions):
    return [str(decision.status) for decision in decisions]


def test_a_copy_goes_and_says_why():
    result = deduplicate(
        [
            {"id": "b", "text": FERRY, "date": "2026-03-02"},
            {"id": "c", "text": COUNCIL},
            {"id": "a", "text": FERRY, "date": "2026-03-03"},
        ]
    )
    gone = result.decision("a")

    assert isinstance(result, Result)
    assert [each["id"] for each in result.survivors] == ["b", "c"]
    assert (gone.status, gone.canonical_id, gone.relation, gone.score) == (
        "duplicate",
        "b",
        "exact",
        1.0,
    )
    assert gone.reason
    assert [story["canonical_id"] for story in result.stories] == ["b"]
    assert [member["id"] for member in result.stories[0]["members"]] == ["b", "a"]
    assert result.stories[0]["why"]["rule"] == "earliest"
    assert status(result.decisions) == ["canonical", "unique", "duplicate"]


@pytest.mark.parametrize("kind", [NotFoundError, KeyError])
def test_an_unknown_id_is_not_found_and_a_key_error(kind):
    with pytest.raises(kind) as found:
        deduplicate(PAIR).decision("nobody")
    assert str(found.value) == "no input had the id 'nobody'; see result.decisions"


@pytest.mark.parametrize("asked", [101, "101", numpy.int64(101)], ids=repr)
def test_a_decision_is_found_by_a_number_where_ids_are_numbers(asked):
    found = deduplicate([{"id": 100, "text": FERRY}, {"id": 101, "text": FERRY}]).decision(asked)
    assert (found.id, found.canonical_id) == ("101", "100")


def test_a_result_says_how_dates_were_read():
    records = [
        {"id": "a", "text": FERRY, "date": "2026-03-02"},
        {"id": "b", "text": FERRY, "date": "soon"},
        {"id": "c", "text": FERRY},
    ]
    dates = deduplicate(records).dates
    # What is not read leaves a document without a date, too.
    assert (dates.missing, dates.unreadable, dates.unreadable_date) == (1, 1, "soon")


def test_an_id_that_is_there_twice_says_what_can_be_done():
    found = deduplicate([*PAIR, PAIR[0]]).rejected[0]
    assert found["reason"] == "duplicate-id"
    assert found["detail"].endswith("if no field has one for each, leave id out")


def test_the_public_names_are_there():
    assert set(dedup.__all__) <= set(dir(dedup))
    assert all(getattr(dedup, name) for name in dedup.__all__)
    with pytest.raises(AttributeError):
        dedup.nothing  # noqa: B018


def test_no_records_give_an_empty_result():
    result = deduplicate([])

    assert (result.survivors, result.decisions, result.stories) == ([], [], [])


def test_one_record_is_unique():
    assert status(deduplicate([{"id": "a", "text": FERRY}]).decisions) == ["unique"]


def test_records_of_which_none_can_be_used_are_rejected():
    result = deduplicate([{"id": "a"}, {"id": "b", "text": " "}])

    assert status(result.decisions) == ["rejected", "rejected"]
    assert result.survivors == []


def test_records_of_which_none_match_all_stay():
    result = deduplicate([{"id": "a", "text": FERRY}, {"id": "b", "text": COUNCIL}])

    assert status(result.decisions) == ["unique", "unique"]


@pytest.mark.parametrize("number", [0, 7, -7, 2**70])
def test_an_id_may_be_a_whole_number(number):
    (decision,), result = decide({"id": number, "text": FERRY})

    assert decision.doc_id == str(number)
    assert result.survivors[0]["id"] == number
    assert type(result.survivors[0]["id"]) is int


def test_a_number_and_its_digits_are_one_id():
    decisions, _ = decide({"id": 7, "text": FERRY}, {"id": "7", "text": COUNCIL})

    assert [(d.doc_id, str(d.status), d.reason) for d in decisions][1] == (
        "7",
        "rejected",
        "duplicate-id",
    )


def test_a_whole_number_is_an_id_as_a_float_too():
    (decision,), _ = decide({"id": 7.0, "text": FERRY})

    assert decision.doc_id == "7"


@pytest.mark.parametrize("number", [1.5, True, [1, 2], {"a": 1}])
def test_an_id_of_another_type_is_rejected(number):
    (decision,), _ = decide({"id": number, "text": FERRY})

    assert (str(decision.status), decision.reason) == ("rejected", "wrong-type")


@pytest.mark.parametrize("record", [{}, {"id": None}, {"id": ""}, {"id": "  "}], ids=str)
def test_a_record_without_an_id_is_named_by_its_number(record):
    (decision,), result = decide({**record, "text": FERRY})

    assert decision.doc_id == "records:1"
    assert result.survivors[0]["id"] in ("records:1", "  ")


def test_a_generator_of_records_is_read_once():
    result = deduplicate({"id": n, "text": FERRY} for n in range(5))

    assert status(result.decisions) == ["canonical", *["duplicate"] * 4]


def test_what_gives_each_record_once_loses_none_though_it_is_no_iterator():
    generator = ({"id": n, "text": FERRY} for n in range(5))
    bar = tqdm(generator, file=io.StringIO())

    assert [each.doc_id for each in deduplicate(bar).decisions] == ["0", "1", "2", "3", "4"]


FIELDS = {
    "big": 2**70,
    "negative": -(2**70),
    "edge": [2**63, 2**64, -(2**63) - 1],
    "float": [0.1, 1e300, -0.0, 5e-324],
    "none": None,
    "truth": [True, False],
    "nested": {"a": {"b": [{"c": []}, {}]}, "": ""},
    "text": "overwritten below",
    "unicode": "日本 \U0001f600 \u0000 \u2028 é é",
    "empty": [],
    "html_like": "<p>&amp;</p>",
    "Date": "not a date",
}


def test_every_field_of_a_survivor_is_unchanged():
    record = {"id": "a", **FIELDS, "text": FERRY}
    _, result = decide(record)
    survivor = dict(result.survivors[0])

    assert survivor.pop("dedup") == {"story_id": None, "size": 1, "status": "unique"}
    assert survivor == record
    assert list(survivor) == list(record)
    assert math.copysign(1, survivor["float"][2]) == -1


def test_a_text_comes_back_with_what_matching_left_out():
    text = f"PORT ELWOOD, March 6 (Reuters) - {FERRY}\n\n  Sign up to our newsletter!  \n"
    (decision, other), result = decide({"id": "a", "text": text}, {"id": "b", "text": FERRY})
    texts = {each["id"]: each["text"] for each in result.survivors}

    assert {str(decision.relation), str(other.relation)} == {"exact", "None"}
    assert texts.get("a", text) == text


def test_the_records_given_are_not_changed():
    record = {"id": 1, "text": FERRY, "tags": ["a"]}
    deduplicate([record, *PAIR])

    assert record == {"id": 1, "text": FERRY, "tags": ["a"]}


def test_paths_give_what_the_command_gives(samples, sample_run):
    result = deduplicate(samples / "dump")

    assert [d.doc_id for d in result.decisions] == [each["id"] for each in sample_run.decisions]
    assert result.survivors == sample_run.survivors
    assert result.stories == sample_run.stories


@pytest.mark.parametrize("wrap", [str, lambda path: [path], lambda path: [str(path)]])
def test_a_path_may_be_text_or_stand_in_a_list(wrap, jsonl):
    result = deduplicate(wrap(jsonl([*PAIR])))

    assert status(result.decisions) == ["canonical", "duplicate"]


@pytest.mark.parametrize(
    "mixed",
    [[PAIR[0], "a.jsonl"], ["a.jsonl", PAIR[0]]],
    ids=["path behind record", "record behind path"],
)
def test_records_and_paths_cannot_be_mixed(mixed):
    with pytest.raises(TypeError, match="not both at once"):
        deduplicate(mixed)


def test_a_path_that_is_missing_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="does not exist") as missing:
        deduplicate([tmp_path / "nothing.jsonl"])
    assert missing.value.path == tmp_path / "nothing.jsonl"


def test_options_are_those_of_the_command():
    config = Config(clean=CleanConfig(min_tokens=40))
    (decision,), _ = decide(
        {"id": "a", "text": "Some ten words are here and no more than that."}, config=config
    )

    assert decision.reason == "too-short"


def test_a_bad_option_names_itself():
    with pytest.raises(ConfigError, match="--timeout"):
        Config(clean=CleanConfig(timeout=0))


def test_an_observer_gets_each_stage():
    calls = []

    class Observer:
        def start(self, stage, total, unit):
            calls.append(stage)

        def advance(self, amount, documents=0):
            pass

        def end(self):
            calls.append("end")

    deduplicate(PAIR, progress=Observer())

    assert set(calls[1::2]) == {"end"}
    stages = ["read and clean", "site boilerplate", "sign", "verify pairs", "cluster copies"]
    assert [stage for stage in calls[::2] if stage in stages] == stages


def test_no_temporary_file_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deduplicate(PAIR)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("of", [list, pandas.DataFrame], ids=["dicts", "DataFrame"])
def test_a_wrong_name_of_the_text_stops_the_call_where_another_field_is_named_text(of):
    records = [{"body": FERRY, "text": "In brief."}, {"body": COUNCIL, "text": "In brief."}]
    with pytest.raises(InputError, match='no record has a text in "bodi" or "html"'):
        deduplicate(of(records), field={"text": "bodi"})

    found = deduplicate(of(records), field={"text": "body"})
    assert status(found.decisions) == ["unique", "unique"]


def test_a_record_without_the_named_text_is_rejected_and_not_compared_by_another():
    lead = {"text": COUNCIL}
    records = [{"body": FERRY}, lead, {**lead, "body": None}, {**lead, "body": ""}]
    found = deduplicate(records, field={"text": "body"}, workers=1)

    assert status(found.decisions) == ["unique", *["rejected"] * 3]
    assert {each["reason"] for each in found.rejected} == {"no-text"}


def test_a_date_under_another_name_is_not_taken_from_the_field_date():
    records = [
        {"id": "a", "text": FERRY, "day": "2026-03-02"},
        {"id": "b", "text": FERRY, "date": "2026-03-01"},
    ]
    assert deduplicate(records, workers=1).decision("a").canonical_id == "b"
    found = deduplicate(records, field={"date": "day"}, workers=1)
    assert found.decision("b").canonical_id == "a"

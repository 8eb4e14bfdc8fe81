"""The same records give the same decisions, whatever holds them."""

from __future__ import annotations

import pytest
from made_runs import made_records
from record_holders import HOLDERS

from dedup import Config, deduplicate
from dedup.config import CleanConfig


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Made news; some lack a title, a date, or all text."""
    made = made_records(tmp_path_factory.mktemp("made"), articles=160)
    for number, each in enumerate(made):
        if number % 11 == 0:
            each["title"] = None
        if number % 13 == 0:
            each["date"] = None
        if number % 40 == 39:
            each["text"] = None
    return made


@pytest.fixture(scope="module")
def expected(records):
    found = deduplicate(records)
    assert {str(each.status) for each in found.decisions} == {
        "canonical",
        "duplicate",
        "rejected",
        "unique",
    }
    return found


@pytest.mark.parametrize("holder", HOLDERS)
def test_decisions_are_the_same_whatever_holds_the_records(holder, records, expected, tmp_path):
    found = deduplicate(HOLDERS[holder](records, tmp_path))

    assert found.decisions == expected.decisions
    assert found.stories == expected.stories
    assert [each["id"] for each in found.survivors] == [each["id"] for each in expected.survivors]


TYPED = [
    {
        "id": number,
        "title": f"Story {number}",
        "html": page,
        "views": number * 7,
        "share": 0.25,
        "is_paid": number == 1,
        "tags": ["ferry", "strike"],
        "source": {"name": "Herald", "ranks": [{"place": 1}]},
    }
    for number, page in enumerate(
        f"<html><body><article><p>{words * 8}</p></article></body></html>"
        for words in ("The ferry runs again, its owner said on Friday. ", "Snow fell in Saltby. ")
    )
]


@pytest.mark.parametrize("holder", [name for name in HOLDERS if name != "CSV"])
def test_fields_come_back_as_they_were_whatever_holds_them(holder, tmp_path):
    config = Config(clean=CleanConfig(min_tokens=5))
    found = deduplicate(HOLDERS[holder](TYPED, tmp_path), config=config)
    added = ("dedup", "text")

    assert [
        {name: each[name] for name in sorted(each) if name not in added} for each in found.survivors
    ] == [{name: each[name] for name in sorted(each)} for each in TYPED]

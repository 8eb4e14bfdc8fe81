"""Which document of a story stays, from records to decisions; the texts are paragraphs by name."""

import itertools
import json
from pathlib import Path

import pytest

from dedup import deduplicate
from dedup.config import ClusterConfig, Config

CASES = json.loads((Path(__file__).parent / "cases" / "election.json").read_text("utf-8"))


def label(case):
    return case["label"]


def records(case):
    """The documents of a case with their texts."""
    return [
        {**each, "text": "\n".join(map(CASES["paragraphs"].__getitem__, each["text"].split()))}
        for each in case["documents"]
    ]


def decisions(case, level="stories"):
    cluster = ClusterConfig(canonical=tuple(case.get("rules", ())))
    return deduplicate(records(case), config=Config(level=level, cluster=cluster)).decisions


def kept(found):
    return sorted(each.doc_id for each in found if each.status in ("canonical", "unique"))


@pytest.mark.parametrize("level", ["copies", "stories"])
@pytest.mark.parametrize("case", CASES["cases"], ids=label)
def test_what_stays_of_the_documents_is_what_a_reader_would_keep(case, level):
    found = decisions(case, level)
    assert kept(found) == case["canonicals"]
    if "rule" in case:
        (canonical,) = [each for each in found if each.status == "canonical"]
        assert canonical.reason.startswith(f"elected by {case['rule']}: ")
    reasons = {each.doc_id: each.reason for each in found}
    assert case.get("reasons", {}).items() <= reasons.items()


def test_the_order_of_the_input_decides_no_election():
    case = next(each for each in CASES["cases"] if len(each["documents"]) == 4)
    ways = {
        tuple(kept(decisions({**case, "documents": list(documents)}, "copies")))
        for documents in itertools.permutations(case["documents"])
    }
    assert ways == {tuple(case["canonicals"])}

"""An index names the known documents that tell the story of a record in other words."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from runs import ROOT

from dedup import StoryIndex
from dedup.cleaning.dates import parse_date
from dedup.config import StoryConfig
from dedup.index.heavy_terms import heaviest_of
from dedup.index.telling_matches import MOST_READ, MOST_SCORED, least_odds
from dedup.match.story_score import probability
from dedup.signatures.terms import term_hashes

STORIES = ROOT.parent / "shared" / "data" / "stories"

FERRY = {
    "id": "ferry", "title": "Ferry Ocean Star runs aground off Port Elwood", "date": "2026-03-10",
    "text": (
        "The car ferry Ocean Star ran aground on a reef off Port Elwood on Tuesday with 214 "
        "passengers on board. All were taken off by lifeboats from Elwood and Marrow Bay within "
        "two hours, the coastguard said. Captain Ines Holloway told reporters that the steering "
        "had failed minutes before the ferry struck Gull Reef. Divers will look at the hull on "
        "Wednesday. The operator Northsound Lines said that the crossing stays closed."
    ),
}  # fmt: skip
RETOLD = {
    "id": "retold", "title": "Passengers rescued after Ocean Star strikes Gull Reef",
    "date": "2026-03-10T20:00:00Z",
    "text": (
        "Lifeboats rescued 214 people on Tuesday from the Ocean Star, a ferry of Northsound Lines "
        "that hit Gull Reef near Port Elwood. Nobody was hurt, according to the coastguard. The "
        "steering of the vessel stopped working shortly before, captain Ines Holloway said. "
        "Boats from Marrow Bay helped. Until divers have seen the damage there will be no "
        "crossings."
    ),
}  # fmt: skip
STRIKE = {
    "id": "strike", "title": "Teachers end strike after eleven weeks", "date": "2026-03-10",
    "text": (
        "Teachers in the north end their strike after eleven weeks, a spokesman of the union said "
        "on Tuesday. Their pay rises by 4.5 percent this year and by as much in the next one. "
        "Lessons that were lost are given in the holidays, for which parents had asked. Minister "
        "Oswin Tarrant does not know yet where the money for all this is to come from."
    ),
}  # fmt: skip


def index_of(*records, **options):
    index = StoryIndex(**options)
    assert index.add_all(records) == len(records)
    return index


def tellings(index, record):
    return [match for match in index.match(record) if not match.is_copy]


def test_a_telling_in_other_words_is_named_with_its_probability():
    [match] = tellings(index_of(FERRY, STRIKE), RETOLD)
    assert (match.id, match.relation, match.score_kind) == ("ferry", "rewrite", "probability")
    assert match.title == FERRY["title"]
    assert probability(np.array(least_odds(StoryConfig()))) <= match.score < 1


def test_a_telling_with_sentences_of_the_known_document_is_derived():
    _, *rest = FERRY["text"].split(". ")
    text = f"{RETOLD['text']} {rest[1]}. {rest[2]}."
    [match] = tellings(index_of(FERRY, STRIKE), {**RETOLD, "text": text})
    assert (match.id, match.relation) == ("ferry", "derived")


def test_a_copy_is_no_telling_too():
    copy = {**FERRY, "id": "copy"}
    matches = index_of(FERRY, STRIKE).match(copy)
    assert [(match.id, match.relation) for match in matches] == [("ferry", "exact")]


def test_copies_come_before_tellings():
    copy = {**FERRY, "id": "copy"}
    matches = index_of(RETOLD, FERRY).match(copy)
    assert [match.id for match in matches] == ["ferry", "retold"]


def test_at_level_copies_no_telling_is_named_and_no_terms_are_kept():
    index = index_of(FERRY, level="copies")
    assert index.match(RETOLD) == []
    assert index._documents.term_counts(np.arange(10, dtype=np.uint32))[0].sum() == 0


APART = {
    "later than the window": {"date": "2026-03-15"},
    "in another language": {
        "title": "Le ferry Ocean Star échoué près de Port Elwood",
        "text": (
            "Le ferry Ocean Star a heurté le récif de Gull Reef près de Port Elwood mardi avec "
            "214 passagers à bord. Les canots de sauvetage de Marrow Bay les ont ramenés à terre "
            "en deux heures, selon les autorités. La capitaine Ines Holloway a dit que la barre "
            "ne répondait plus. La compagnie Northsound Lines ferme la ligne."
        ),
    },
}


@pytest.mark.parametrize("case", APART)
def test_nothing_is_named_that_is(case):
    assert tellings(index_of(FERRY, STRIKE), {**RETOLD, **APART[case]}) == []


def test_a_document_without_a_date_is_within_every_window():
    undated = {name: value for name, value in FERRY.items() if name != "date"}
    assert [match.id for match in tellings(index_of(undated, STRIKE), RETOLD)] == ["ferry"]


def test_a_wider_window_and_a_threshold_decide_as_in_a_run():
    later = {**RETOLD, "date": "2026-03-14"}
    assert tellings(index_of(FERRY, window=2), later) == []
    assert tellings(index_of(FERRY, threshold=0.99), RETOLD) == []


def test_what_is_removed_or_replaced_is_not_named():
    index = index_of(FERRY, STRIKE)
    index.add({**STRIKE, "id": "ferry"})
    assert tellings(index, RETOLD) == []
    index.add(FERRY)
    assert index.remove("ferry")
    assert tellings(index, RETOLD) == []


def test_a_record_is_no_telling_of_the_document_of_its_own_id():
    assert tellings(index_of(FERRY, STRIKE), {**RETOLD, "id": "ferry"}) == []


def test_texts_too_short_to_sign_are_no_tellings():
    short = {"id": "short", "text": "Ferry Ocean Star aground off Port Elwood."}
    assert index_of(short).match(RETOLD) == []
    assert index_of(FERRY).match(short) == []


def test_the_order_of_adding_changes_no_answer():
    records = [FERRY, STRIKE, {**RETOLD, "id": "other"}]
    found = [tellings(index_of(*order), RETOLD) for order in (records, records[::-1])]
    assert found[0] == found[1] != []


def test_without_a_list_of_words_the_terms_that_few_known_documents_have_are_heaviest():
    common, rare = [f"kw{at}a" for at in range(30)], [f"vr{at}o" for at in range(20)]
    text = " ".join([*common, *rare])
    index = index_of(*({"id": f"{at}", "text": " ".join(common)} for at in range(60)))
    asked = index._signer.sign({"text": text})
    assert asked.language is None
    heavy = set(heaviest_of(asked, index._documents.term_counts).tolist())
    assert set(term_hashes([" ".join(rare)])[0].tolist()) <= heavy


def test_however_many_documents_share_terms_a_bounded_number_is_read_and_scored(monkeypatch):
    index = index_of(*({**FERRY, "id": f"{at:03}", "text": shuffled(at)} for at in range(130)))
    reads = []
    values = index._documents.values

    def counted(doc_ids):
        reads.append(len(doc_ids))
        return values(doc_ids)

    monkeypatch.setattr(index._documents, "values", counted)
    asked = index._signer.sign({**RETOLD, "date": "2026-04-20"})
    assert index._tellings.matches(asked, []) == []  # all are out of the window
    assert sum(reads) == MOST_READ
    asked = index._signer.sign(RETOLD)
    assert len(index._tellings.matches(asked, [])) <= MOST_SCORED


def shuffled(seed):
    """The report of the ferry, its sentences in another order."""
    sentences = FERRY["text"].split(". ")
    return ". ".join(random.Random(seed).sample(sentences, len(sentences)))


def samples_by_date(samples):
    articles = json.loads((samples / "articles.json").read_text("utf-8"))
    return sorted(
        (
            {"id": each["page"], "text": "\n".join(each["paragraphs"]), "story": each["story"]}
            | {name: each[name] for name in ("title", "date", "url", "language") if each[name]}
            for each in articles
            if each["story"] and "paragraphs" in each
        ),
        key=lambda each: parse_date(each["date"])[1] if "date" in each else 0,
    )


def test_of_the_sample_dump_only_tellings_of_a_story_are_named(samples):
    articles = samples_by_date(samples)
    story_of = {each["id"]: each["story"] for each in articles}
    found = {}
    for threshold in (0.1, None):
        index, named = StoryIndex(threshold=threshold), set()
        for each in articles:
            record = {name: value for name, value in each.items() if name != "story"}
            for match in tellings(index, record):
                assert story_of[match.id] == each["story"]
                named.add(each["story"])
            index.add(record)
        found[threshold] = named
    assert "ferry-grounding" in found[None]
    assert found[0.1] > found[None]  # a lower threshold names more

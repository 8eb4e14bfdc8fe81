"""What a person sees of a pair, and what not."""

from __future__ import annotations

import pytest

from dedup.explain.open_run import open_run
from dedup.label import shown_pair as shown_module
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population
from dedup.label.shown_pair import documents_of, shown_pair


@pytest.fixture(scope="module")
def shown(sample_run):
    with open_run(sample_run.path) as run:
        pairs = draw_pairs(run, pair_population(run), 20, 0)
        yield [(pair, shown_pair(run, pair), documents_of(run, pair)) for pair in pairs]


def words(text):
    return "".join(text.split())


def test_every_sentence_of_both_texts_is_shown_in_the_order_of_its_text(shown):
    for _, found, documents in shown:
        assert found.documents == documents
        shown_texts = zip(*((row.first, row.second) for row in found.sentences), strict=True)
        for document, parts in zip(documents, shown_texts, strict=True):
            assert sorted(words("".join(filter(None, parts)))) == sorted(words(document.text))


def test_sentences_of_one_text_alone_leave_no_gap_beside_those_of_the_other(shown):
    for _, found, _ in shown:
        alone = [row for row in found.sentences if row.how == "only"]
        for row in alone:
            for text in (row.first, row.second):
                assert text is None or text
        halves = zip(found.sentences, found.sentences[1:], strict=False)
        for row, after in halves:
            if row.how == after.how == "only":
                assert row.first is not None or after.first is None
                assert row.second is not None or after.second is None


def test_paragraphs_are_short_but_for_a_single_long_sentence(monkeypatch):
    monkeypatch.setattr(shown_module, "LONGEST_PARAGRAPH", 10)
    paragraphs = shown_module._paragraphs

    assert [*paragraphs(["one.", None, "two.", "three.", "x" * 30, "four."])] == [
        "one. two.",
        "three.",
        "x" * 30,
        "four.",
    ]


def test_neither_the_score_nor_the_decision_is_among_it(shown):
    for _, found, _ in shown:
        texts = {each.text for each in found.documents}
        known = repr(found)
        for text in texts:
            known = known.replace(repr(text), "")
        for word in ("score", "together", "story_id", "canonical", "relation", "status"):
            assert f"{word}=" not in known


def test_an_address_that_the_id_repeats_is_not_shown_again(shown):
    (document, *_), *_ = (found.documents for _, found, _ in shown)
    assert document.id in document.url
    assert document.address is None

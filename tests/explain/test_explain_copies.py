"""What an explanation says of copies agrees with what the run decided."""

from itertools import combinations
from random import Random

import pytest

from dedup.explain.copies.copy_evidence import copy_evidence
from dedup.explain.open_run import open_run
from dedup.tokens import folded_tokens

MOST = 2_000


def rows_of(run):
    """Rows of all documents that are not rejected."""
    decisions = run.store.results.decisions()
    return [each.row for each in decisions if each.status != "rejected"]


def drawn(run):
    """Pairs to look at: all of few documents, else random ones and those that were measured."""
    rows = rows_of(run)
    pairs = list(combinations(rows, 2))
    measured = sorted({tuple(sorted((row, other))) for row in rows for other, *_ in near(run, row)})
    return pairs if len(pairs) <= MOST else measured + Random(17).sample(pairs, MOST)


def near(run, row):
    return run.store.lookups.pairs_of(row)


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_what_matches_is_what_the_run_found_to_match(name, request):
    with open_run(request.getfixturevalue(name)) as run:
        stored = {(row, other): cells for row in rows_of(run) for other, *cells in near(run, row)}
        matched = 0
        for one, other in drawn(run):
            evidence = copy_evidence(run, one, other)
            if (one, other) not in stored:
                continue
            jaccard, contained, contains, found = stored[one, other]
            by_others = "other documents with these texts" in evidence.sentence
            assert (evidence.matched or by_others) == bool(found), evidence.sentence
            measured = (evidence.jaccard, evidence.containment, evidence.contains)
            assert measured == (jaccard, contained, contains)
            matched += evidence.matched
        assert matched > 10


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_a_copy_matches_the_document_that_it_is_a_copy_of(name, request):
    with open_run(request.getfixturevalue(name)) as run:
        copies = run.store.results.copies(rows_of(run))
        for representative, rows in copies.items():
            for row in rows:
                evidence = copy_evidence(run, row, representative)
                assert evidence.matched, evidence.sentence
                assert "no copies of one document" not in evidence.sentence
        assert sum(map(len, copies.values())) > 10


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_the_relation_is_that_of_the_decision(name, request):
    with open_run(request.getfixturevalue(name)) as run:
        relations = set()
        for decision in run.store.results.decisions():
            if decision.status != "duplicate":
                continue
            canonical = run.store.lookups.row_of(decision.canonical_id)
            relation = copy_evidence(run, decision.row, canonical).relation
            assert relation == (
                None if decision.relation in ("derived", "rewrite") else decision.relation
            )
            relations.add(relation)
        assert len(relations) > 3


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_documents_that_match_and_are_no_copies_of_one_document_are_explained(name, request):
    with open_run(request.getfixturevalue(name)) as run:
        representative = run.store.lookups.representative
        for row in rows_of(run):
            for other, *_ in near(run, row):
                evidence = copy_evidence(run, row, other)
                apart = representative(row) != representative(other)
                if evidence.matched:
                    assert ("no copies of one document" in evidence.sentence) == apart


def test_shared_runs_stand_in_both_stored_texts_at_their_positions(samples_run):
    with open_run(samples_run) as run:
        runs = 0
        for one, other in drawn(run):
            first, second = (run.store.documents.text(row) for row in (one, other))
            for found in copy_evidence(run, one, other).runs:
                assert first[found.start :].startswith(found.text)
                words, _ = folded_tokens(found.text)
                assert folded_tokens(second[found.other_start :])[0][: len(words)] == words
                runs += 1
        assert runs > 300


def words(name, count):
    return " ".join(f"{name}{n}" for n in range(count))


LONG = words("w", 100)


CASES = [
    (LONG, LONG, {}, "Both have the same text."),
    ("Not here.", "Gone.", {}, "fewer than 29 words is a copy only of the same text"),
    (LONG, f"{LONG} and more", {}, "Near copies: Jaccard"),
    (LONG, words("w", 40), {}, "100.0% of one text stands in the other, 80% is needed."),
    (LONG, words("v", 100), {}, "Jaccard 0.000, near copies need 0.8; 0.0% of one text stands in"),
    (
        f"{LONG} 11 12 13 14", f"{LONG} 21 22 23 24", {},
        "the numbers differ: they share 0.0% of those of the text with fewer, 50% is needed.",
    ),
    (
        f"{words('w', 60)} {words('a', 50)}", f"{words('w', 60)} {words('b', 50)}",
        {"url": "https://one.example/a"},
        "Two versions of one article of one outlet: 53.7% of one text stands in the other",
    ),
    (
        f"{words('w', 20)} {words('a', 90)}", f"{words('w', 20)} {words('b', 90)}",
        {"url": "https://one.example/a"},
        "are no versions of one article: that takes 40%.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "fields", "said"), CASES)
def test_the_sentence_says_why_two_texts_match_or_what_is_missing(
    first, second, fields, said, opened
):
    run = opened([{"id": "a", "text": first, **fields}, {"id": "b", "text": second, **fields}],
                 "--min-tokens", "1")  # fmt: skip
    assert said in copy_evidence(run, 0, 1).sentence
    assert said in copy_evidence(run, 1, 0).sentence


def test_bands_are_those_that_are_equal_with_the_chance_that_one_is(opened):
    run = opened([{"id": "a", "text": LONG}, {"id": "b", "text": f"{LONG} and more"}])
    evidence = copy_evidence(run, 0, 1)
    for bands, count, rows in ((evidence.signature, 37, 3), (evidence.lead, 8, 4)):
        assert (bands.bands, bands.rows, bands.proposed) == (count, rows, True)
        assert 0.9 < bands.similarity <= 1
        chance = 1 - (1 - bands.similarity**rows) ** count
        assert bands.probability == pytest.approx(chance)
    assert evidence.lead.equal_bands == tuple(range(8))
    apart = opened([{"id": "a", "text": LONG}, {"id": "b", "text": words("v", 100)}])
    assert copy_evidence(apart, 0, 1).signature.equal_bands == ()


def test_a_rejected_document_and_a_text_too_short_to_sign_have_no_bands(opened):
    records = [
        {"id": "a", "text": "x"},
        {"id": "b", "text": LONG},
        {"id": "c", "text": words("s", 9)},
    ]
    run = opened(records)
    assert copy_evidence(run, 0, 1) is None
    assert copy_evidence(run, 1, 0) is None
    evidence = copy_evidence(run, 1, 2)
    assert (evidence.signature, evidence.lead, evidence.matched) == (None, None, False)


def test_a_chain_of_copies_is_explained_by_the_document_that_one_end_does_not_match(opened):
    """Of four texts each has 88 % of the next, and 76 % of the one after that."""
    whole = [f"w{n}" for n in range(300)]
    records = [{"id": str(n), "text": " ".join(whole[24 * n : 24 * n + 200])} for n in range(4)]
    run = opened(records, "--level", "copies")
    representatives = [run.store.lookups.representative(row) for row in range(4)]
    (canonical,) = {row for row in representatives if representatives.count(row) == 3}
    (end,) = (row for row in range(4) if representatives[row] == row != canonical)
    neighbour, far_end = (1, 3) if end == 0 else (2, 0)

    evidence = copy_evidence(run, end, neighbour)
    assert evidence.matched
    assert "Yet they are no copies of one document: each copy must match" in evidence.sentence
    assert f"id {end} does not match id {canonical} (Jaccard" in evidence.sentence
    connected = copy_evidence(run, far_end, end)
    assert not connected.matched
    assert "Copies connect them, but they are no copies of one document" in connected.sentence

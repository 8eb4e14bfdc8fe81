"""What an explanation says of candidate pairs agrees with what the run compared and scored."""

from random import Random

import pytest

from dedup.explain.open_run import open_run
from dedup.explain.rewrites.candidate_evidence import candidate_evidence

FERRY = (
    "The ferry Saltby ran aground on the Kell rocks near Brannoc harbour on Tuesday night with 212 "
    "passengers aboard, and lifeboats from Orrin took all of them ashore before dawn, coastguards "
    "said; the captain, Ines Halloran, blamed a failed rudder pump."
)
OTHER = (
    "Rudder pump failure blamed: all 212 people on the ferry Saltby were brought ashore by Orrin "
    "lifeboats after it struck the Kell rocks outside Brannoc, according to captain Ines Halloran, "
    "whom coastguards questioned in the harbour on Wednesday morning."
)
LISTS = [" ".join(f"{word}{n}" for n in range(60)) for word in ("ferry", "tram")]
GERMAN = (
    "Die Fähre Saltby ist am Dienstag mit 212 Menschen an Bord auf die Felsen von Kell vor dem "
    "Hafen von Brannoc gelaufen. Rettungsboote aus Orrin brachten alle an Land, wie die "
    "Küstenwache und die Kapitänin Ines Halloran der Zeitung sagten."
)


def stored_pairs(run):
    """Yield each scored pair once, with its score."""
    for row in rows_with_terms(run):
        for other, score in run.store.lookups.candidate_scores_of(row):
            if row < other:
                yield row, other, score


def rows_with_terms(run):
    decisions = [each for each in run.store.results.decisions() if each.status != "rejected"]
    rows = [each.row for each in decisions if each.copy_of is None]
    signed = run.store.lookups.signatures(rows)
    return [row for row in rows if signed[row][3] is not None]


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_the_stored_score_is_measured_again_to_the_last_bit(name, request, monkeypatch):
    with open_run(request.getfixturevalue(name)) as run:
        pairs = list(stored_pairs(run))
        assert len(pairs) > 20
        for one, other, score in Random(17).sample(pairs, min(len(pairs), 60)):
            found = candidate_evidence(run, one, other)
            assert found.proposed
            assert found.candidate_score == score
            assert found.bands.proposed
            assert len(found.shared_terms) >= found.least_shared
            with monkeypatch.context() as patch:
                patch.setattr(run.store.lookups, "candidate_score", lambda *_: None)
                assert candidate_evidence(run, one, other).candidate_score == score
                turned = candidate_evidence(run, other, one)
                assert turned.candidate_score == pytest.approx(score, abs=1e-12)


@pytest.mark.slow
def test_what_an_earlier_dump_compared_is_not_said_to_meet_by_the_terms_of_now(two_dumps):
    out, store = two_dumps
    with open_run(out, store=store) as run:
        earlier, scores = 0, run.store.lookups.candidate_scores_of
        pairs = [(row, other) for row in range(run.store.dumps.first) for other, _ in scores(row)]
        for one, other in Random(17).sample(pairs, 400):
            found = candidate_evidence(run, one, other)
            meet = len(found.shared_terms) >= found.least_shared and found.bands.proposed
            assert found.sentence.startswith("They were compared: ") == meet
            earlier += "compared in an earlier dump" in found.sentence
    assert earlier


@pytest.mark.parametrize("name", ["samples_run", "dev_run"])
def test_what_was_not_compared_says_what_is_missing(name, request):
    with open_run(request.getfixturevalue(name)) as run:
        scored = {(one, other) for one, other, _ in stored_pairs(run)}
        rows, random = rows_with_terms(run), Random(17)
        apart = 0
        for _ in range(100):
            one, other = sorted(random.sample(rows, 2))
            found = candidate_evidence(run, one, other)
            if (one, other) in scored or found.proposed:
                continue
            apart += 1
            assert found.sentence.startswith("They were not compared")
            languages = "languages" in found.sentence
            late = found.days is not None and found.days > found.window_days
            few = len(found.shared_terms) < found.least_shared
            assert languages or late or few or not found.bands.proposed
        assert apart > 30


def explained(opened, first, second, *options):
    records = [{"id": "a", **first}, {"id": "b", **second}]
    # Only words that several documents have are among the heaviest: each text once more, backwards.
    backwards = [" ".join(reversed(each["text"].split())) for each in records]
    filler = [{"id": f"x{n}", "text": text} for n, text in enumerate(backwards)]
    return candidate_evidence(opened([*records, *filler], *options), 0, 1)


def test_terms_are_named_by_the_words_of_the_documents(opened):
    found = explained(opened, {"text": FERRY}, {"text": OTHER})
    assert found.proposed
    assert {"Saltby", "Brannoc", "Halloran"} <= set(found.shared_terms)
    assert not set(found.shared_terms) & {*found.first_terms, *found.second_terms}
    assert found.sentence.startswith("They were compared: they share ")


CASES = [
    (
        {"text": LISTS[0]}, {"text": LISTS[1]},
        "they share none of their heaviest terms, 3 are needed",
    ),
    ({"text": FERRY}, {"text": GERMAN}, "they are in two languages, en and de"),
    (
        {"text": FERRY, "date": "2024-05-01"}, {"text": OTHER, "date": "2024-05-09"},
        "8.0 days are between them, 4 at most",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "said"), CASES)
def test_the_sentence_says_what_kept_two_from_being_compared(first, second, said, opened):
    found = explained(opened, first, second)
    assert not found.proposed
    assert f"They were not compared: {said}. Measured now" in found.sentence
    assert 0 <= found.candidate_score <= 1


def test_a_wider_window_compares_what_a_narrow_one_keeps_apart(opened):
    first, second = CASES[-1][:2]
    assert explained(opened, first, second).days == 8
    wide = explained(opened, first, second, "--window", "9")
    assert wide.proposed
    assert wide.window_days == 9

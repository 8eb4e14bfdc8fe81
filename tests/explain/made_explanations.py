"""Explanations made by hand, for tests of how they are rendered."""

from __future__ import annotations

from dataclasses import fields, replace

from dedup.explain.document_explanation import DocumentExplanation, Neighbour
from dedup.explain.evidence import (
    AlignedSentence,
    BandEvidence,
    CandidateEvidence,
    Contribution,
    CopyEvidence,
    DocumentSummary,
    ElectionStep,
    JoinEvidence,
    PairExplanation,
    RewriteEvidence,
    Setting,
    SharedFacts,
    SharedRun,
)

HOSTILE = (
    "<script>alert(1)</script> [red]x[/red] \x1b[31m\x1b]0;t\x07 \u202egnp.exe \ud800 "
    "\" onload='x' {{ 7 * 7 }} {% raw %} --> ]]>"
)


def summary(doc_id="harborpost.example/ferry", **more):
    values = {
        "row": 1,
        "id": doc_id,
        "title": "Ferry with 212 aboard runs onto rocks",
        "url": "https://harborpost.example/ferry",
        "host": "harborpost.example",
        "date": "2026-03-14T12:40:00Z",
        "language": "en",
        "status": "canonical",
        "story_id": "s-f8fb9e1f97dd66ea",
        "canonical_id": doc_id,
        "relation": None,
        "score": None,
        "representative_id": doc_id,
        "reason": "the earliest of the full texts",
    }
    return DocumentSummary(**{**values, **more})


BANDS = BandEvidence(False, (), 32, 4, 0.21, 0.0601)

COPIES = CopyEvidence(
    same_text=False, signature=BANDS, lead=None, jaccard=0.053, containment=0.11, contains=0.08,
    numbers=0.5, least_numbers=4, matched=False, relation=None, least_jaccard=0.7,
    least_containment=0.8,
    runs=(SharedRun("outside the harbour of Kell", 5, 10, 20),),
    sentence="no copy: the Jaccard is 0.053, below 0.70",
)  # fmt: skip

CONTRIBUTIONS = (
    Contribution("intercept", None, None, -4.5, "log odds where every feature is 0"),
    Contribution("lead", 0.31, 4.0, 1.24, "cosine of the first 80 tokens of each"),
    Contribution("names", 0.8, 5.6, 4.48, "cosine over words with a capital"),
)

REWRITES = RewriteEvidence(
    of=("harborpost.example/ferry", "elwoodledger.example/ferry"),
    candidate=CandidateEvidence(
        True,
        ("Kell", "reef", "lifeboat"),
        3,
        BANDS,
        0.8,
        5.0,
        0.71,
        "compared: both have 3 terms",
        ("mayday",),
        ("logbook",),
    ),
    contributions=CONTRIBUTIONS,
    log_odds=1.22,
    score=0.772,
    threshold=0.18,
    group_size=4,
    join=JoinEvidence(
        True, (("a", "b"), ("c",)), 1.22, -1.52, 0.05, 0.31, (("reef",), ("tug",)), 2.38, False
    ),
    roundups=(),
)

SENTENCES = (
    AlignedSentence("A car ferry ran onto rocks.", "The ferry ran onto rocks in fog.", 0.6, "alike",
                    ((6, 27),), ((4, 24),)),
    AlignedSentence("No one was hurt.", "No one was hurt.", 1.0, "same", ((0, 16),), ((0, 16),)),
    AlignedSentence("A tug stands by.", None, 0.0, "only", (), ()),
    AlignedSentence(None, "High water is on Thursday.", 0.0, "only", (), ()),
    AlignedSentence(None, "13 sentences are not compared", 0.0, "cut", (), ()),
)  # fmt: skip

PAIR = PairExplanation(
    first=summary(),
    second=summary(
        "elwoodledger.example/ferry", row=2, title="Kell Island ferry: fog, a reef, a calm crew",
        host="elwoodledger.example", status="duplicate", canonical_id="harborpost.example/ferry",
        relation="rewrite", score=0.772,
    ),
    together=True,
    verdict="One story: their score is 0.77, and 0.18 is enough.",
    causes=("rewrite",),
    copies=COPIES,
    rewrites=REWRITES,
    settings=(
        Setting("--threshold", 0.83, False, True, "with --threshold 0.83 they are two stories"),
        Setting("--window", 9.0, True, False, "with --window 9 they would be compared"),
    ),
    facts=(
        SharedFacts("names", ("Kell", "Saltby"), ("Osei",), ("Lyle",), False),
        SharedFacts("numbers", (), ("212",), ("213",), True),
        SharedFacts("quotes", (), ("We all knew it",), (), False),
        SharedFacts("dates", (), (), (), False),
    ),
    sentences=SENTENCES,
    election=(
        ElectionStep("full text", "yes", "yes", False),
        ElectionStep("date", "2026-03-14", "2026-03-15", True),
        ElectionStep("length", "310", "305", False),
    ),
)  # fmt: skip

BARE = replace(
    PAIR, together=False, verdict="Two stories: one was rejected.", causes=(), copies=None,
    rewrites=None, settings=(), facts=(), sentences=(), election=(),
    second=summary("x", title=None, url=None, host=None, date=None, language=None,
                   status="rejected", story_id=None, canonical_id=None),
)  # fmt: skip

DOCUMENT = DocumentExplanation(
    document=PAIR.first,
    neighbours=(
        Neighbour(PAIR.second, True, "probability", 0.772),
        Neighbour(summary("y", status="unique"), False, "candidate_score", 0.12),
    ),
    election=PAIR.election,
    runner_up=PAIR.second,
)

ALONE = DocumentExplanation(PAIR.first, (), (), None)

EVERY = (
    PAIR,
    BARE,
    replace(PAIR, copies=replace(COPIES, signature=None, runs=(), same_text=True)),
    replace(
        PAIR,
        rewrites=replace(
            REWRITES, join=None, group_size=None, roundups=("a",),
            candidate=replace(REWRITES.candidate, bands=None, days=None, shared_terms=()),
        ),
    ),
    DOCUMENT,
    ALONE,
)  # fmt: skip


def with_text(value, text):
    """The same evidence with a text in the place of every text of a document."""
    if isinstance(value, tuple):
        return tuple(with_text(each, text) for each in value)
    if isinstance(value, AlignedSentence):
        marks = ((0, 1), (3, 6)) if len(text) > 5 else ()
        texts = {
            name: None if getattr(value, name) is None else text for name in ("first", "second")
        }
        return replace(value, **texts, first_marks=marks, second_marks=marks)
    if isinstance(value, str):
        return text
    if hasattr(value, "__dataclass_fields__"):
        kept = ("kind", "option", "status", "relation", "how", "name", "causes", "rule")
        changed = {
            each.name: with_text(getattr(value, each.name), text)
            for each in fields(value)
            if each.name not in kept
        }
        return replace(value, **changed)
    return value

"""Two documents to the explanation of what was decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.errors import NotFoundError
from dedup.explain.changed_settings import changed_settings, other_elections
from dedup.explain.copies.copy_evidence import copy_evidence
from dedup.explain.election_steps import election_steps
from dedup.explain.evidence import (
    AlignedSentence,
    DocumentSummary,
    ElectionStep,
    PairExplanation,
    Setting,
    SharedFacts,
)
from dedup.explain.no_setting import no_setting
from dedup.explain.pair_verdict import pair_verdict
from dedup.explain.rewrites.rewrite_evidence import evidence_of, replay_pair
from dedup.explain.summaries import summaries
from dedup.explain.texts.aligned_sentences import aligned_sentences
from dedup.explain.texts.text_facts import Article, shared_facts

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


def explain_pair(run: Run, first: int, second: int) -> PairExplanation:
    """Explain two documents, given by rows.

    Raises:
        NotFoundError: Both are one document.
    """
    if first == second:
        raise NotFoundError("both names are of one document; name two, or one alone")
    found = summaries(run.store, [first, second])
    documents = found[first], found[second]
    copies = copy_evidence(run, first, second)
    pair = replay_pair(run, first, second)
    rewrites = None if pair is None else evidence_of(run, pair)
    verdict = pair_verdict(run, *documents, copies, rewrites)
    # With no setting a text that is too short to sign is compared.
    signed = copies is not None and copies.signature is not None
    settings = changed_settings(run, pair, together=verdict.together) if signed else ()
    facts, sentences = _texts_compared(run, *documents)
    elected, election, rules = _election(run, *documents)
    return PairExplanation(
        first=documents[0],
        second=documents[1],
        together=verdict.together,
        verdict=verdict.sentence,
        causes=verdict.causes,
        copies=copies,
        rewrites=rewrites,
        settings=(*settings, *rules),
        facts=facts,
        sentences=sentences,
        election=election,
        elected=elected,
        no_setting=None if verdict.together or settings else no_setting(verdict.causes, run.config),
    )


def _election(
    run: Run, first: DocumentSummary, second: DocumentSummary
) -> tuple[str | None, tuple[ElectionStep, ...], tuple[Setting, ...]]:
    """Return the rules that made one of two documents the canonical of the other, if it is.

    Returns:
        The id of the document that the rules put before the other: the canonical, or the one whose
        copy the other is; the rules; and the settings by which the other would precede the
        canonical.
    """
    for canonical, other in ((first, second), (second, first)):
        if other.canonical_id == canonical.id:
            steps = election_steps(run, canonical.row, other.row)
            if other.representative_id not in (canonical.id, other.id):
                return other.representative_id, steps, ()
            return canonical.id, steps, other_elections(run, canonical.row, other.row, steps)
    return None, (), ()


def _texts_compared(
    run: Run, first: DocumentSummary, second: DocumentSummary
) -> tuple[tuple[SharedFacts, ...], tuple[AlignedSentence, ...]]:
    """Return what two texts share, and both sentence by sentence; nothing of rejected ones."""
    if "rejected" in (first.status, second.status):
        return (), ()
    frequencies = run.frequencies
    moments = run.store.lookups.moments([first.row, second.row])
    texts = [run.store.documents.text(each.row) for each in (first, second)]
    one, other = (
        Article(each.title, text, each.language, moments[each.row])
        for each, text in zip((first, second), texts, strict=True)
    )
    language = first.language if first.language == second.language else None
    return (
        shared_facts(one, other, frequencies),
        aligned_sentences(one.text, other.text, language, frequencies),
    )

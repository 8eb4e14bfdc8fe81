"""Two documents to the explanation of what was decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.errors import NotFoundError
from dedup.explain.changed_settings import changed_settings
from dedup.explain.evidence import DocumentExplanation, PairExplanation
from dedup.explain.pair_verdict import pair_verdict
from dedup.explain.rewrite_evidence import evidence_of, replay_pair
from dedup.explain.summaries import summaries

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
    copies = None
    pair = replay_pair(run, first, second)
    rewrites = None if pair is None else evidence_of(run, pair)
    verdict = pair_verdict(run, *documents, copies, rewrites)
    return PairExplanation(
        first=documents[0],
        second=documents[1],
        together=verdict.together,
        verdict=verdict.sentence,
        causes=verdict.causes,
        copies=copies,
        rewrites=rewrites,
        settings=changed_settings(run, pair, together=verdict.together),
        facts=(),
        sentences=(),
        election=(),
    )


def explain_document(run: Run, row: int) -> DocumentExplanation:
    """Explain what is near a document, given by its row."""
    raise NotImplementedError

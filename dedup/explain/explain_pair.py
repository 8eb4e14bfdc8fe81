"""Two documents to the explanation of what was decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.explain.evidence import DocumentExplanation, PairExplanation

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


def explain_pair(run: Run, first: int, second: int) -> PairExplanation:
    """Explain two documents, given by rows."""
    raise NotImplementedError


def explain_document(run: Run, row: int) -> DocumentExplanation:
    """Explain what is near a document, given by its row."""
    raise NotImplementedError

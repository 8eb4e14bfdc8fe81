"""What is known of one document of a run: what is near it, and why it was elected.

The fields of these classes are the JSON of ``dedup explain --json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dedup.explain.evidence import DocumentSummary, ElectionStep
from dedup.explain.explanation_page import Explanation


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A document near another one.

    Attributes:
        document: The neighbour.
        same_story: Whether both are one story.
        kind: What the score is: ``jaccard``, ``containment`` or ``probability`` (of two tellings in
            one loose group), or ``candidate_score``.
        score: In [0, 1].
    """

    document: DocumentSummary
    same_story: bool
    kind: str
    score: float


@dataclass(frozen=True, slots=True, repr=False)
class DocumentExplanation(Explanation):
    """The nearest others of a document, in its story or not.

    Attributes:
        document: The document.
        neighbours: The nearest, the highest score first, those of its story and others.
        election: For a canonical: the rules against the runner-up, in order.
        runner_up: The document that would be the canonical without it, or None.
        sentence: How many are near, or why none is.
    """

    document: DocumentSummary
    neighbours: tuple[Neighbour, ...]
    election: tuple[ElectionStep, ...]
    runner_up: DocumentSummary | None
    sentence: str = ""

    TEMPLATE: ClassVar[str] = "document_explanation.html"

    def subject(self) -> str:
        """Return the document."""
        return self.document.name()

    def answer(self) -> str:
        """Return what became of it, and how many are near."""
        return f"{self.document.status}, {len(self.neighbours)} near"

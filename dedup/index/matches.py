"""What an index answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """A known document that a record is a copy, a version or a telling of.

    Attributes:
        id: Id of the known document.
        relation: What the record is to it, as in ``decisions.jsonl``.
        score: Score of the relation, in [0, 1].
        score_kind: What the score is, as in ``decisions.jsonl``.
        url: Address of the known document, or None.
        title: Its headline, or None.
        date: Its date as in ``survivors.jsonl``, or None.
    """

    id: str
    relation: str
    score: float
    score_kind: str
    url: str | None = None
    title: str | None = None
    date: str | None = None

    @property
    def is_copy(self) -> bool:
        """Whether the record is a verified copy or version, and no telling in other words."""
        return self.relation not in ("derived", "rewrite")

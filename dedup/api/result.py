"""The result of de-duplication, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dedup.models import Decision


@dataclass(frozen=True, slots=True)
class Result:
    """The result of de-duplication.

    Attributes:
        survivors: The records that stay, in input order, with their own fields and ``dedup``.
        decisions: One for each input, in input order, with status, relation, score and reason.
        stories: Stories of two or more documents as in ``stories.jsonl``, by id.
    """

    survivors: list[dict[str, Any]]
    decisions: list[Decision]
    stories: list[dict[str, Any]]
    _by_id: dict[str, Decision] = field(default_factory=dict, repr=False)

    def decision(self, doc_id: str) -> Decision:
        """Return the decision on one document.

        Raises:
            KeyError: No input had this id.
        """
        return self._by_id[doc_id]

"""Pages or records to cleaned documents, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CleanResult:
    """Cleaned documents.

    Attributes:
        documents: One for each input that can be used, in input order, as in a line of ``dedup
            clean``.
        rejected: The other inputs, as in ``rejected.jsonl``.
    """

    documents: list[dict[str, Any]]
    rejected: list[dict[str, Any]]


def clean(inputs: Any, **options: Any) -> CleanResult:
    """Take the boilerplate off pages: ``dedup clean`` with the result in memory."""
    raise NotImplementedError

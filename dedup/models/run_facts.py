"""What a manifest says of the results of a run, wherever these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dedup.models.stories import DateReport


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The counts of a finished run, and what a person should look at.

    Attributes:
        status: Inputs by status.
        reasons: Rejected inputs by reason, ascending.
        relations: Duplicates by relation, ascending.
        stories: Number of stories.
        dates: Dates that are missing, unreadable or guessed.
        warnings: The largest stories, and the hosts with most duplicates, as in the manifest.
        values: What stages kept of the run by name: JSON values, such as ``candidates``.
    """

    status: Mapping[str, int]
    reasons: Mapping[str, int]
    relations: Mapping[str, int]
    stories: int
    dates: DateReport
    warnings: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return sum(self.status.values())

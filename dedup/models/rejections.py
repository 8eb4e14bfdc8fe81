"""Rejected inputs: how many fail a run, and what is said then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dedup.errors import ConfigError
from dedup.models.inputs import Reason

_LIMIT = re.compile(r"(?:(?P<count>[0-9]{1,15})|(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,9})?) ?%)")


@dataclass(frozen=True, slots=True)
class RejectionLimit:
    """How many inputs of a run may be rejected.

    Attributes:
        option: The option that sets it, as it was given.
        count: The number of inputs, or None.
        share: The share of inputs in [0, 1], or None.
    """

    option: str
    count: int | None = None
    share: Fraction | None = None

    def is_exceeded(self, rejected: int, inputs: int) -> bool:
        """Return whether so many of some inputs are too many.

        >>> limit = rejection_limit("5%")
        >>> limit.is_exceeded(5, 100), limit.is_exceeded(6, 100), limit.is_exceeded(0, 0)
        (False, True, False)
        """
        if self.share is not None:
            return rejected > self.share * inputs
        return rejected > (self.count or 0)


NONE_REJECTED = RejectionLimit("--strict", count=0)


def rejection_limit(text: str) -> RejectionLimit:
    """Return the limit of ``--max-rejected``: a number of inputs, or a share such as ``5%``.

    >>> rejection_limit("2.5%").share
    Fraction(1, 40)

    Raises:
        ConfigError: It is neither.
    """
    found = _LIMIT.fullmatch(text.strip())
    share = Fraction(found["percent"]) / 100 if found and found["percent"] else None
    if found is None or (share is not None and share > 1):
        raise ConfigError(
            f"--max-rejected {text}: give a number of inputs, such as 100, or a share of them, "
            "such as 5%"
        )
    option = f"--max-rejected {text.strip()}"
    return RejectionLimit(option, None if share is not None else int(found["count"]), share)


def unwanted_rejections(reasons: Mapping[str, int]) -> int:
    """Return how many inputs were rejected by no option that asks for it.

    >>> unwanted_rejections({"empty": 2, "excluded-host": 7})
    2
    """
    return sum(reasons.values()) - reasons.get(Reason.EXCLUDED_HOST, 0)


def failure(
    inputs: int,
    reasons: Mapping[str, int],
    passed_over: Mapping[str, int],
    limit: RejectionLimit | None,
) -> str | None:
    """Return why a finished run failed, as the beginning of a sentence; None if it did not.

    Args:
        inputs: All inputs.
        reasons: Rejected inputs by reason.
        passed_over: Files and records that are no inputs, by kind.
        limit: How many may be rejected; None for any number but all.
    """
    if not inputs:
        passed = f"; passed over: {counted(passed_over)}" if passed_over else ""
        return f"the INPUT has nothing to read{passed}"
    if sum(reasons.values()) == inputs:
        none = "the only input could not" if inputs == 1 else f"none of the {inputs:,} inputs could"
        return f"{none} be used: {counted(reasons)}"
    unwanted = {name: count for name, count in reasons.items() if name != Reason.EXCLUDED_HOST}
    rejected, wanted = unwanted_rejections(reasons), inputs - reasons.get(Reason.EXCLUDED_HOST, 0)
    if limit is None or not limit.is_exceeded(rejected, wanted):
        return None
    noun, verb = ("input" if wanted == 1 else "inputs"), ("was" if rejected == 1 else "were")
    return (
        f"{rejected:,} of {wanted:,} {noun} {verb} rejected, more than {limit.option} allows: "
        f"{counted(unwanted)}"
    )


def counted(counts: Mapping[str, int]) -> str:
    """Return counts with their names, the largest first.

    >>> counted({"empty": 2, "no-text": 3000})
    '3,000 no-text, 2 empty'
    """
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in ordered)

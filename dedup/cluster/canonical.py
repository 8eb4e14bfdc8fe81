"""Elect a story's canonical by an ordered list of rules.

A rule maps a document to a key; the smallest key wins, equal keys go on to the next rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from dedup.cluster.document_name import document_name
from dedup.errors import ConfigError
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.models import GUESSED_DATE, Facts, Status, Why, count_of

Key = tuple[Any, ...]

COVERAGE_STEP = 0.1
"""Completeness counts in tenths: a few edited words do not make a text less complete."""

STUB_RATIO = 2.0
"""A text is a stub when another of the story begins alike, contains it, and is this many times
longer: an editor may cut to 60 %; half or less, from the top, is what a paywall shows."""

LONGER = 1.1
"""How many times as long as what was handed on a text is at least that replaces it as the more
complete one."""

Share = tuple[float, float]
"""Coverage and surplus of a text, see :class:`Ballot`."""


@dataclass(slots=True)
class Ballot:
    """What the rules read: one document among those of its story.

    Attributes:
        facts: The document.
        stub: Whether it is the start of a text of the story at least twice as long.
        padded: Whether it has a text of the story and behind it what is no part of the article.
        level: Coverage and number of shingles of what an earlier dump handed on; None where it
            handed on no document of the story.
        settled: Whether an earlier dump decided on its text, and handed on another of the story.
        roundup: Whether it contains the story among others.
        declared: How many other documents of the story name its page as their canonical.
        coverage: Share of the common text (shingles in at least half of the story's documents) that
            is in it, in [0, 1].
        surplus: Share of its own text that is not common text, in [0, 1].
        superseded: Of what later version of its page it is an earlier one, in words; None where
            the story has no later one.
        compared: What coverage and surplus are shares of: "text" or "terms".
    """

    facts: Facts
    stub: bool = False
    roundup: bool = False
    declared: int = 0
    coverage: float = 1.0
    surplus: float = 0.0
    superseded: str | None = None
    compared: str = "text"
    padded: bool = False
    level: tuple[float, int] | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of a policy.

    Attributes:
        name: What ``why`` and ``--canonical`` call it.
        key: The smaller, the better.
        says: Returns the document's value in words, for ``why``.
    """

    name: str
    key: Callable[[Ballot], Key]
    says: Callable[[Ballot], str]


def _tenths(share: float) -> int:
    """Return a share, or a difference of two, in whole tenths.

    The small addend keeps 0.3 / 0.1 from becoming 2.
    """
    return int(share / COVERAGE_STEP + math.copysign(1e-9, share))


def _completeness(ballot: Ballot) -> Key:
    """Return what ``complete`` compares: tenths of coverage, then of surplus.

    Where an earlier dump handed on a document of the story, these are counted from its coverage.
    What replaces it covers a tenth more and is longer by a tenth: a text in the middle of others
    covers more of what they share without saying more, and one that is only leaner says less.
    """
    if ballot.level is None:
        return (-_tenths(ballot.coverage), _tenths(ballot.surplus))
    coverage, shingles = ballot.level
    more = _tenths(ballot.coverage - coverage)
    if ballot.facts.shingles < LONGER * shingles:
        more = min(more, 0)
    return (-more, _tenths(ballot.surplus) if more else 0)


def _cannot_stay(ballot: Ballot) -> Key:
    """Return what comes last by any rules: a text that was decided on, then what was removed."""
    return (ballot.settled, ballot.facts.earlier == Status.DUPLICATE)


def _earlier_in_words(ballot: Ballot) -> str:
    """Return what ``handed-on`` compares."""
    if ballot.facts.earlier is not None:
        done = "handed on" if ballot.facts.handed_on else "removed"
        return f"{done} by an earlier dump"
    return "a text of an earlier dump again" if ballot.settled else "new in this dump"


def _part_in_words(ballot: Ballot) -> str:
    """Return what ``whole`` compares."""
    if ballot.roundup:
        return "a roundup that holds the story"
    if ballot.padded and not ballot.stub:
        return "the story and comments or the like behind it"
    return "the start of a longer text" if ballot.stub else "the whole story"


def _coverage_in_words(ballot: Ballot) -> str:
    """Return what ``complete`` compares."""
    return (
        f"covers {ballot.coverage:.0%} of the common {ballot.compared}, "
        f"{ballot.surplus:.0%} of its own is extra"
    )


def _date_in_words(ballot: Ballot) -> str:
    """Return what ``earliest`` and ``latest`` compare."""
    facts = ballot.facts
    return "undated" if facts.moment is None else f"dated {facts.date}"  # a guess does not decide


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        # Stubs come last, roundups after them: they are less or more than the story.
        Rule("whole", lambda b: (2 * b.roundup or b.stub or b.padded / 2,), _part_in_words),
        # The wire agency's own page comes first.
        Rule(
            "agency",
            lambda b: (not b.facts.agency_page,),
            lambda b: "agency's page" if b.facts.agency_page else "other page",
        ),
        # The page that most others of the story name in rel=canonical comes first.
        Rule("declared", lambda b: (-b.declared,), lambda b: f"named canonical by {b.declared}"),
        # The last version of a page comes before the earlier ones and their copies.
        Rule(
            "current",
            lambda b: (b.superseded is not None,),
            lambda b: b.superseded or "no later version is there",
        ),
        # The text that covers most of what the documents share comes first, then the leanest.
        Rule("complete", _completeness, _coverage_in_words),
        # What an earlier dump of the store handed on comes first.
        Rule("handed-on", lambda b: (not b.facts.handed_on,), _earlier_in_words),
        # The first or the last published comes first; undated ones come last.
        Rule("earliest", lambda b: (b.facts.moment is None, b.facts.moment or 0.0), _date_in_words),
        Rule(
            "latest", lambda b: (b.facts.moment is None, -(b.facts.moment or 0.0)), _date_in_words
        ),
        Rule("longest", lambda b: (-b.facts.tokens,), lambda b: count_of(b.facts.tokens, "token")),
        # The page from which cleaning took the fewest lines comes first.
        Rule(
            "cleanest",
            lambda b: (b.facts.leftovers,),
            lambda b: count_of(b.facts.leftovers, "left-over line"),
        ),
        # The shortest URL comes first; documents without one come last.
        Rule(
            "shortest-url",
            lambda b: (b.facts.url is None, len(b.facts.url or "")),
            lambda b: b.facts.url or "no address",
        ),
        # Ids differ, so this always decides.
        Rule("id", lambda b: (b.facts.doc_id,), lambda b: b.facts.doc_id),
    )
}

DEFAULT_ORDER = (
    "whole", "agency", "declared", "current", "complete", "handed-on",
    "earliest", "cleanest", "shortest-url", "id",
)  # fmt: skip

# Before all others: no dump decides twice on a text, and what was removed is among no survivors.
_STAYS = Rule("handed-on", _cannot_stay, _earlier_in_words)

Policy = tuple[Rule, ...]


def parse_policy(names: Sequence[str]) -> Policy:
    """Return the rules in the order they decide.

    The named rules go first, the default order breaks the ties they leave. ``whole`` comes
    before both unless it is named itself: a stub never beats a full text by accident. Whatever is
    named, no text on which an earlier dump decided replaces what that one handed on.

    Args:
        names: Names of rules, or ``field:NAME:asc`` / ``field:NAME:desc`` for a field of the
            record.

    Raises:
        ConfigError: A rule is not known.
    """
    chosen = [_rule(name) for name in names]
    taken = {rule.name for rule in chosen}
    rest = [RULES[name] for name in DEFAULT_ORDER if name not in taken]
    guard = [rule for rule in rest if rule.name == "whole"]
    return (_STAYS, *guard, *chosen, *(rule for rule in rest if rule.name != "whole"))


def reads_own_fields(policy: Policy) -> bool:
    """Return whether a rule reads the records' own fields."""
    return bool(own_fields(policy))


def own_fields(policy: Policy) -> dict[str, str]:
    """Return the records' own fields that rules read, each with the name of its rule."""
    names = (rule.name.split(":") for rule in policy if rule.name.startswith("field:"))
    return {field: f"field:{field}:{direction}" for _, field, direction in names}


def _rule(name: str) -> Rule:
    """Return the rule of one name."""
    if name in RULES:
        return RULES[name]
    parts = name.split(":")
    if len(parts) == 3 and parts[0] == "field" and parts[1] and parts[2] in ("asc", "desc"):
        return _field_rule(parts[1], descending=parts[2] == "desc")
    known = ", ".join(RULES)
    raise ConfigError(
        f"--canonical {name}: no such rule; use {known}, or field:NAME:asc or field:NAME:desc"
    )


def _field_rule(field: str, *, descending: bool) -> Rule:
    """Return a rule on a record's own field: numbers, then texts, then documents without it."""

    def key(ballot: Ballot) -> Key:
        value = _value(ballot, field)
        if isinstance(value, str):
            points = tuple(-ord(c) for c in value) if descending else tuple(map(ord, value))
            return (1, (*points, 1) if descending else points)
        if value is None:
            return (2,)
        return (0, -value if descending else value)

    def says(ballot: Ballot) -> str:
        value = _value(ballot, field)
        if value is not None:
            return f"{field} is {value!r}"
        known = ballot.facts.fields.get(field) is not None
        return f"{field} is nothing to compare" if known else f"no {field}"

    return Rule(f"field:{field}:{'desc' if descending else 'asc'}", key, says)


def _value(ballot: Ballot, field: str) -> float | str | None:
    """Return a record's own field; None for a date that is a guess, and what has no order."""
    fields = ballot.facts.fields
    value = fields.get(field)
    if field == "date" and fields.get("date_source") == GUESSED_DATE:
        return None
    comparable = isinstance(value, (bool, int, float, str)) and value == value  # not NaN
    return value if comparable else None


def common_text(sets: Sequence[UInt32s], weights: Sequence[int]) -> list[Share]:
    """Return coverage and surplus of the different texts of one story; see :func:`common_texts`."""
    bounds = np.array([0, *accumulate(part.size for part in sets)], np.int64)
    whole = np.array([0, len(sets)], np.int64)
    return common_texts(np.concatenate(sets), bounds, np.array(weights, np.int64), whole)


def common_texts(values: UInt32s, bounds: Int64s, weights: Int64s, stories: Int64s) -> list[Share]:
    """Return coverage and surplus of texts: what at least half of the documents of a story share.

    Of two documents the common text is all that either says, so the longer is the more complete.

    Args:
        values: Distinct shingles of all different texts, end to end.
        bounds: Text d is ``values[bounds[d]:bounds[d + 1]]``.
        weights: How many documents have each text.
        stories: Story k has the texts from ``stories[k]`` to ``stories[k + 1]``.
    """
    from dedup.kernels.canonical import in_half_of_documents  # compiled: loaded when first needed

    sizes, texts = np.diff(bounds), np.diff(stories)
    inside, common = np.zeros(sizes.size, np.int64), np.zeros(texts.size, np.int64)
    in_half_of_documents(values, bounds, weights, stories, inside, common)
    total = np.repeat(common, texts)
    coverage = inside / np.maximum(total, 1)
    surplus = np.where(sizes > 0, 1 - inside / np.maximum(sizes, 1), 0.0)
    single = (texts == 1) | (bounds[stories[:-1]] == bounds[stories[1:]])  # no other says more
    alone = np.repeat(single, texts)
    coverage[alone], surplus[alone] = 1.0, 0.0
    return list(zip(coverage.tolist(), surplus.tolist(), strict=True))


def declared_pages(documents: Iterable[Facts]) -> dict[str | None, int]:
    """Return how many of some documents name each page, not their own, as their canonical."""
    pages: dict[str | None, int] = {}
    for facts in documents:
        page = facts.canonical_page
        if page and page != facts.page:
            pages[page] = pages.get(page, 0) + 1
    return pages


def rank(ballots: Sequence[Ballot], policy: Policy) -> list[Ballot]:
    """Return the documents of a story, best first, by as few rules as it takes."""
    _compare_with_earlier(ballots)
    keys: list[Key] = [()] * len(ballots)
    for rule in policy:
        found = [rule.key(ballot) for ballot in ballots]
        if found.count(found[0]) == len(found):
            continue  # it decides nothing
        keys = [(*key, own) for key, own in zip(keys, found, strict=True)]
        if len(set(keys)) == len(keys):
            break
    return [ballots[place] for place in sorted(range(len(keys)), key=keys.__getitem__)]


def _compare_with_earlier(ballots: Sequence[Ballot]) -> None:
    """Note what each document is beside those that earlier dumps handed on, if any were.

    Where such a document is an earlier version of its page now, a text that was removed may be the
    page as it stands again.
    """
    stay = [ballot for ballot in ballots if ballot.facts.handed_on]
    if not stay:
        return
    level = max((ballot.coverage, ballot.facts.shingles) for ballot in stay)
    texts = {ballot.facts.text_id for ballot in stay}
    current = all(ballot.superseded is None for ballot in stay)
    for ballot in ballots:
        facts = ballot.facts
        ballot.level = level
        ballot.settled = facts.repeats and (current or facts.text_id in texts)


def deciding_rule(first: Ballot, second: Ballot, policy: Policy) -> Rule:
    """Return the first rule that says of two documents that one is better; ids always differ."""
    return next((rule for rule in policy if rule.key(first) != rule.key(second)), policy[-1])


def why(first: Ballot, second: Ballot, policy: Policy) -> Why:
    """Return the rule that put ``first`` before ``second``, with both values in words."""
    rule = deciding_rule(first, second, policy)
    return Why(
        rule=rule.name,
        runner_up=second.facts.doc_id,
        detail=f"{rule.says(first)}; the runner-up {document_name(second.facts)}: "
        f"{rule.says(second)}",
    )

"""Why a canonical was elected and another document was not: the rules, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dedup.cluster.canonical import Ballot, Policy, deciding_rule, parse_policy, rank
from dedup.cluster.rewrites import Telling, ballots_of
from dedup.explain.copies.copy_sets import copy_set, earlier_stories, load_documents
from dedup.explain.evidence import ElectionStep
from dedup.models import Status
from dedup.signatures.terms import distinct_terms

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

MOST_MEMBERS = 2_000
"""Documents of a story whose election is compared."""

_KEPT = (
    "was elected in an earlier dump, and stays",
    "is better by {rule}, but not all copies of the canonical match it",
)
_CONNECTED = (
    "was elected among all documents that copies connect",
    "is better by {rule} among the copies of the canonical alone",
)


def election_steps(run: Run, canonical: int, other: int) -> tuple[ElectionStep, ...]:
    """Return what the rules of an election say of two documents, in their order.

    Copies are elected among themselves first: where ``other`` is a copy of another document than
    the canonical, it is compared with that one.

    Args:
        run: The run.
        canonical: Row of the canonical of a story, or of another document.
        other: Row of another document of the story.

    Returns:
        Nothing where the two are not of one story, or the story is too large.
    """
    lookups = run.store.lookups
    stories = {row: story for row, *_, story in lookups.tellings_of([canonical, other])}
    if len(stories) < 2 or len(set(stories.values())) > 1:
        return ()
    one, two = lookups.representative(canonical), lookups.representative(other)
    policy = parse_policy(run.config.cluster.canonical)
    if one == two:
        return _among_copies(run, one, canonical, other, policy)
    if two != other:
        return _among_copies(run, two, two, other, policy)
    ranking = _tellings_ranked(run, stories[one], policy)
    return _steps(ranking, one, two, policy)


def _among_copies(
    run: Run, representative: int, first: int, second: int, policy: Policy
) -> tuple[ElectionStep, ...]:
    """Return the steps of an election among the copies of one telling."""
    copies = run.store.results.copies([representative]).get(representative, [])
    found = copy_set(run.store, representative, run.config)
    if found is None:
        return ()
    ranking = found.ranking([representative, *copies])
    steps = _steps(ranking, first, second, policy)
    places = [ballot.facts.row for ballot in ranking]
    if first != representative or places.index(first) < places.index(second):
        return steps
    kept = found.facts[first].earlier == Status.CANONICAL
    rule = next(step.rule for step in steps if step.decides)
    stays, better = _KEPT if kept else _CONNECTED
    step = ElectionStep("kept" if kept else "connected", stays, better.format(rule=rule), True)
    rest = (ElectionStep(each.rule, each.canonical, each.other, False) for each in steps)
    return (step, *rest)


def _tellings_ranked(run: Run, story: str, policy: Policy) -> list[Ballot]:
    """Return the ballots of the representatives of a story of rewrites, best first."""
    members = list(run.store.lookups.members_of(story))
    if len(members) > MOST_MEMBERS:
        return []
    copies: dict[int, list[int]] = {}
    for row, representative in members:
        copies.setdefault(representative, [])
        if row != representative:
            copies[representative].append(row)
    return tellings_ranked(run, copies, policy)


def tellings_ranked(
    run: Run, copies: Mapping[int, Sequence[int]], policy: Policy, dump: int | None = None
) -> list[Ballot]:
    """Return the ballots of the representatives of some tellings, best first.

    Args:
        run: The run.
        copies: The copies of each representative, by row.
        policy: The rules.
        dump: See :func:`dedup.explain.copies.copy_sets.earlier_stories`.
    """
    store = run.store
    everyone = [row for telling in copies.items() for row in (telling[0], *telling[1])]
    facts, texts = load_documents(store, everyone, run.config)
    earlier_stories(store, facts, dump).note(facts.values())
    ((tokens, bounds),) = store.signatures.sets(list(copies), "terms")
    tellings = [
        Telling(
            facts[row],
            tuple(facts[each] for each in listed),
            distinct_terms(tokens[bounds[at] : bounds[at + 1]]),
        )
        for at, (row, listed) in enumerate(copies.items())
    ]
    return rank(ballots_of(tellings, texts), policy)


def _steps(
    ranking: Sequence[Ballot], first: int, second: int, policy: Policy
) -> tuple[ElectionStep, ...]:
    """Return what each rule says of two documents of a ranking."""
    ballots = {ballot.facts.row: ballot for ballot in ranking}
    if first not in ballots or second not in ballots:
        return ()
    one, other = ballots[first], ballots[second]
    decides = deciding_rule(one, other, policy)
    # The guard before all rules says something only where there is an earlier dump.
    rules = policy if decides is policy[0] else policy[1:]
    return tuple(
        ElectionStep(rule.name, rule.says(one), rule.says(other), rule is decides) for rule in rules
    )

"""Sentences on copies: why two documents match, why they met, and why they are apart anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.cluster.document_name import document_name
from dedup.config import Config, MatchConfig
from dedup.explain.copies.copy_sets import copy_set, load_documents
from dedup.match.relations import relation
from dedup.match.versions import Passages
from dedup.models import SECONDS_A_DAY, Facts, Pair, Relation, same_page

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

Related = tuple[Relation, float] | None


def match_sentence(
    first: Facts, second: Facts, pair: Pair, related: Related, passages: Passages, config: Config
) -> str:
    """Return why two documents match, or what is missing.

    Args:
        first: The one.
        second: The other.
        pair: What was measured, seen from the first.
        related: What the first is to the second.
        passages: See :func:`dedup.match.versions.same_article`.
        config: The thresholds.
    """
    least = config.sign.signable_tokens
    short = min(first.tokens, second.tokens) < least
    if pair.same:
        return "Both have the same text" + (" under the same headline." if short else ".")
    if short:
        return (
            f"A text of fewer than {least} words is a copy only of the same text under the same "
            f"headline; these have {first.tokens} and {second.tokens} words."
        )
    if related is None:
        return " ".join(_missing(first, second, pair, passages, config.match))
    return _matching(pair, related[0], config.match)


def _matching(pair: Pair, name: Relation, config: MatchConfig) -> str:
    """Return why two texts match."""
    containment = max(pair.contained, pair.contains)
    if name == Relation.NEAR:
        return f"Near copies: Jaccard {pair.jaccard:.3f}, {config.near:g} is needed."
    if name == Relation.UPDATE:
        return (
            f"Two versions of one article of one outlet: {containment:.1%} of one text stands in "
            f"the other, {config.update_containment:.0%} is needed."
        )
    return f"{containment:.1%} of one text stands in the other, {config.contained:.0%} is needed."


def _missing(
    first: Facts, second: Facts, pair: Pair, passages: Passages, config: MatchConfig
) -> list[str]:
    """Return what two texts lack to be copies, in sentences."""
    containment = max(pair.contained, pair.contains)
    sentences = []
    if pair.jaccard >= config.near or containment >= config.contained:
        sentences.append(
            f"The words are alike (Jaccard {pair.jaccard:.3f}, {containment:.1%} of one text "
            f"stands in the other), but the numbers differ: they share {pair.numbers:.1%} of those "
            f"of the text with fewer, {config.shared_numbers:.0%} is needed."
        )
    else:
        sentences.append(
            f"Jaccard {pair.jaccard:.3f}, near copies need {config.near:g}; {containment:.1%} of "
            f"one text stands in the other, {config.contained:.0%} is needed."
        )
    if version := _no_version(first, second, pair, passages, config):
        sentences.append(version)
    return sentences


def _no_version(
    first: Facts, second: Facts, pair: Pair, passages: Passages, config: MatchConfig
) -> str | None:
    """Return why two documents of one page are no versions of one article; None for other pages."""
    if not same_page(first, second):
        return None
    begin = "Both are of one page or headline of one outlet, but are no versions of one article: "
    containment = max(pair.contained, pair.contains)
    if containment < config.update_containment:
        return f"{begin}that takes {config.update_containment:.0%}."
    if first.moment is not None and second.moment is not None:
        days = abs(first.moment - second.moment) / SECONDS_A_DAY
        if days > config.update_days:
            return f"{begin}{days:.1f} days are between them, {config.update_days:g} at most."
    share = passages(first.text_id, second.text_id)
    return (
        f"{begin}{share:.1%} of what they share is in whole sentences, "
        f"{config.update_passages:.0%} is needed."
    )


def meeting_sentence(related: Related, *, proposed: bool, stored: bool | None) -> str | None:
    """Return what the run made of a pair of different texts where the two do not show it.

    Args:
        related: What the one document is to the other.
        proposed: Whether a band of their signatures is equal.
        stored: Whether the run found that the texts match, None where it keeps no such pair.
    """
    if related is None:
        if stored:
            return "Two other documents with these texts are versions of one article."
        return None
    if stored is not None:
        return None
    if proposed:
        return (
            "A band of their signatures is equal, but the run did not measure them: the bucket has "
            "too many documents, or the two were not compared in one dump."
        )
    return "The run did not measure them: no band of their signatures is equal."


def chain_sentence(run: Run, first: Facts, second: Facts, related: Related) -> str | None:
    """Return why two documents that match, or that copies connect, are no copies of one document.

    Args:
        run: The run.
        first: The one.
        second: The other.
        related: What the first is to the second.

    Returns:
        None where they are, or are not connected.
    """
    lookups = run.store.lookups
    one, two = lookups.representative(first.row), lookups.representative(second.row)
    if one == two:
        return None
    found = copy_set(run.store, first.row, run.config)
    if found is None and related:
        return "More documents are connected with them by copies than an explanation looks at."
    if found is None or second.row not in found.facts:
        return None
    begin = "Yet they are" if related else "Copies connect them, but they are"
    for facts in (first, second):
        if facts.text_id in found.graph.roundups:
            return (
                f"{begin} no copies of one document: {document_name(facts)} holds several stories."
            )
    return f"{begin} no copies of one document: {_apart(run, first, second, one, two)}."


def _apart(run: Run, first: Facts, second: Facts, one: int, two: int) -> str:
    """Return which representative a document does not match, or matches less than its own."""
    facts, texts = load_documents(run.store, [first.row, second.row, one, two], run.config)
    for member, canonical, own in ((first, two, one), (second, one, two)):
        if member.row == canonical:
            continue
        pair = texts.pairs(facts[canonical].text_id, [facts[member.row].text_id])[0]
        name, other = document_name(member), document_name(facts[canonical])
        related = relation(
            facts[canonical], facts[member.row], pair, texts.passages, run.config.match
        )
        if related is None:
            return (
                f"each copy must match the one document that was elected among them, and {name} "
                f"does not match {other} (Jaccard {pair.jaccard:.3f}, "
                f"{max(pair.contained, pair.contains):.1%} contained)"
            )
        if member.row != own:
            return f"{name} shares more with {document_name(facts[own])} than with {other}"
    return "both were elected among others"

"""Evidence on two documents to whether they are one story, and why, in a sentence or two.

A verdict follows from the evidence, not from the decision. Only where what decided is not kept, as
for a group of an earlier dump, the decision is given. The causes are fixed words:

- of one story: ``same-text``, ``copy``, ``rewrite``, ``must-link``;
- of two: ``rejected``, ``too-short``, ``level``, ``roundup``, ``window``, ``language``,
  ``template``, ``not-compared``, ``loose-threshold`` (compared, and in no loose group together),
  ``threshold``, ``contrast-terms``; ``other-copies`` before these where the two match, but not as
  copies of one document;
- of either: ``earlier-dump``, ``earlier-version``, where what decided is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.explain.changed_settings import least_window
from dedup.explain.evidence import CopyEvidence, DocumentSummary, JoinEvidence, RewriteEvidence
from dedup.match.story_score import probability

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

BARS = ("window", "language", "template")
"""Contributions each of which sets the odds to the least there are."""

MOST_WORDS = 3
"""Contrast terms of either cluster that are named."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why two documents are one story, or are not.

    Attributes:
        together: Whether they are one story.
        causes: See :class:`dedup.explain.evidence.PairExplanation`.
        sentence: The same in words.
    """

    together: bool
    causes: tuple[str, ...]
    sentence: str


def pair_verdict(
    run: Run,
    first: DocumentSummary,
    second: DocumentSummary,
    copies: CopyEvidence | None,
    rewrites: RewriteEvidence | None,
) -> Verdict:
    """Return why two documents are one story, or are not."""
    if "rejected" in (first.status, second.status):
        return _rejected(first, second)
    if first.representative_id == second.representative_id:
        return _of_copies(first, second, copies)
    together = first.story_id is not None and first.story_id == second.story_id
    found = _of_tellings(run, copies, rewrites, together=together)
    if found.together or copies is None or not copies.matched:
        return found
    sentence = f"{found.sentence} As for copies: {copies.sentence}"
    return Verdict(False, ("other-copies", *found.causes), sentence)


def _of_tellings(
    run: Run, copies: CopyEvidence | None, rewrites: RewriteEvidence | None, *, together: bool
) -> Verdict:
    """Return the verdict on documents with two representatives.

    Args:
        run: The run.
        copies: Evidence on copies.
        rewrites: Evidence on rewrites.
        together: The decision, given where the evidence is not what decided.
    """
    if rewrites is None:
        return _without_scores(run, copies)
    # A dump of an earlier version may have had their group, too.
    if run.store.get("scorer_models") is None or (together and rewrites.join is None):
        return _of_earlier_version(together=together)
    if not rewrites.exact:
        return _of_earlier_dump(run, rewrites, together=together)
    return _of_rewrites(run, rewrites)


def _rejected(*documents: DocumentSummary) -> Verdict:
    """Return the verdict where one or both were rejected."""
    named = [
        f"{each.id} was rejected ({each.reason})" for each in documents if each.status == "rejected"
    ]
    return Verdict(False, ("rejected",), f"Not one story: {' and '.join(named)}.")


def _of_copies(
    first: DocumentSummary, second: DocumentSummary, copies: CopyEvidence | None
) -> Verdict:
    """Return the verdict on two documents with one representative, which is a copy of either."""
    if copies is not None and copies.same_text:
        return Verdict(True, ("same-text",), "One story: the two have the same text.")
    if copies is not None and copies.matched:
        return Verdict(True, ("copy",), f"One story: {_copies_in_words(copies)}.")
    sentence = f"One story: both are copies of {first.representative_id}"
    if copies is not None and first.representative_id not in (first.id, second.id):
        sentence += f", though not of one another (Jaccard {copies.jaccard:.2f})"
    return Verdict(True, ("copy",), f"{sentence}.")


def _copies_in_words(copies: CopyEvidence) -> str:
    """Return how two texts match."""
    share = max(copies.containment, copies.contains)
    if copies.jaccard >= copies.least_jaccard:
        return f"the two are near copies (Jaccard {copies.jaccard:.2f})"
    if share >= copies.least_containment:
        return f"{share:.0%} of the one stands in the other"
    return f"the two are versions of one article ({share:.0%} of the one stands in the other)"


def _without_scores(run: Run, copies: CopyEvidence | None) -> Verdict:
    """Return the verdict on two documents of which no pair of tellings is compared."""
    near = "" if copies is None else f" (Jaccard {copies.jaccard:.2f})"
    if run.config.level == "copies":
        sentence = (
            "Two stories: the run looked for copies only, and these are no copies of one document"
            f"{near}."
        )
        return Verdict(False, ("level",), sentence)
    sentence = (
        "Two stories: there is too little text to compare, and only a document with the same text "
        f"and title joins it{near}."
    )
    return Verdict(False, ("too-short",), sentence)


def _of_earlier_version(*, together: bool) -> Verdict:
    """Return the verdict on two tellings of a run that kept no loose groups."""
    sentence = (
        f"{_stories(together=together)}: so the run decided. An earlier version of dedup made it, "
        "which did not keep what joins are explained by; dedup regroup OUT -o OUT2 keeps it."
    )
    return Verdict(together, ("earlier-version",), sentence)


def _of_earlier_dump(run: Run, evidence: RewriteEvidence, *, together: bool) -> Verdict:
    """Return the verdict on two tellings that an earlier dump decided on."""
    found = _of_rewrites(run, evidence)
    weighted = "terms are weighted by the last dump now"
    if found.together == together:
        sentence = f"{found.sentence} An earlier dump decided so; {weighted}, so figures differ."
        return Verdict(together, (*found.causes, "earlier-dump"), sentence)
    sentence = (
        f"{_stories(together=together)}: so an earlier dump decided. As {weighted}, the scores of "
        "then are not known; by those of now it would be otherwise."
    )
    return Verdict(together, ("earlier-dump",), sentence)


def _stories(*, together: bool) -> str:
    """Return the decision in words."""
    return "One story" if together else "Two stories"


def _of_rewrites(run: Run, evidence: RewriteEvidence) -> Verdict:
    """Return the verdict on two tellings by the evidence alone."""
    join, bars = evidence.join, _bars(evidence)
    if evidence.roundups:
        named = " and ".join(evidence.roundups)
        sentence = f"Two stories: {named} tells several stories, so no rewrites are joined to it."
        return Verdict(False, ("roundup", *bars), sentence)
    if join is None:
        return _never_grouped(run, evidence)
    if join.joined:
        return _joined(evidence, join)
    cause = "threshold" if _short(join) > 0 else "contrast-terms"
    reasons = [*_bars_in_words(run, evidence), _apart_in_words(run, evidence, join)]
    return Verdict(False, (*bars, cause), f"Two stories: {'; '.join(reasons)}.")


def _never_grouped(run: Run, evidence: RewriteEvidence) -> Verdict:
    """Return the verdict on two tellings that are in no loose group together."""
    candidate, bars = evidence.candidate, _bars(evidence)
    words = "; ".join(_bars_in_words(run, evidence))
    if {"window", "language"} & set(bars):
        return Verdict(False, (*bars, "not-compared"), f"Two stories: {words}.")
    if not candidate.proposed:
        sentence = f"Two stories: {candidate.sentence[:1].lower()}{candidate.sentence[1:]}"
        return Verdict(False, ("not-compared", *bars), sentence)
    sentence = f"Two stories: {_in_no_group_in_words(run, candidate.candidate_score)}."
    return Verdict(False, ("loose-threshold", *bars), sentence)


def _in_no_group_in_words(run: Run, score: float) -> str:
    """Return why two tellings that were compared are in no loose group together."""
    least, most = run.config.story.loose_threshold, run.config.story.max_group
    if score < least:
        shown = f"{score:.2f}" if round(score, 2) < least else f"{score:.4f}"
        return (
            f"their candidate score is only {shown}, and documents are put into one loose group "
            f"from a mean of {least:g} on"
        )
    return (
        f"their candidate score of {score:.2f} is enough for a loose group of the two ({least:g}), "
        "but each is in a group with others, and these groups are too unlike, or together more "
        f"than {most:,} documents"
    )


def _joined(evidence: RewriteEvidence, join: JoinEvidence) -> Verdict:
    """Return the verdict on two tellings whose clusters were joined."""
    if join.must_link:
        sentence = "One story: an earlier dump had joined them, and what was one story stays one."
        return Verdict(True, ("must-link",), sentence)
    asked = join.threshold_log_odds + join.size_cost + join.contrast_cost
    score, mean, needed = _shown(evidence.log_odds, join.mean_log_odds, asked)
    means = f"the mean of their clusters is {mean}, and {needed} was needed"
    if evidence.log_odds < asked:
        sentence = f"One story: their own score is only {score}, but {means}."
    elif max(map(len, join.members)) == 1:
        sentence = f"One story: their score is {score}, and {needed} was needed."
    else:
        sentence = f"One story: their score is {score}; {means}."
    return Verdict(True, ("rewrite",), sentence)


def _apart_in_words(run: Run, evidence: RewriteEvidence, join: JoinEvidence) -> str:
    """Return why two clusters were not joined."""
    asked = join.threshold_log_odds + join.size_cost
    score, mean, needed = _shown(evidence.log_odds, join.mean_log_odds, asked)
    sizes = tuple(map(len, join.members))
    what, joining = f"their score is {score}", "joining the two"
    if max(sizes) > 1:
        what += f", the mean of their clusters ({sizes[0]} and {sizes[1]} documents) is {mean}"
        joining = "joining these"
    if _short(join) <= 0:
        return f"{what}, and {needed} would do, but {_contrast_in_words(join)}"
    why = ""
    if join.mean_log_odds >= join.threshold_log_odds:
        why = f": few documents need more than the threshold of {run.config.story.threshold:g}"
    return f"{what}, but {joining} needs {needed}{why}"


def _contrast_in_words(join: JoinEvidence) -> str:
    """Return what contrast terms cost."""
    sides = [", ".join(f"'{word}'" for word in each[:MOST_WORDS]) for each in join.contrast_terms]
    named = f"the contrast terms {sides[0]} and {sides[1]}" if all(sides) else "contrast terms"
    return (
        f"{named} cost {join.contrast_cost:.2f} log odds, and the mean is only "
        f"{-_short(join):.2f} log odds above what would do"
    )


def _short(join: JoinEvidence) -> float:
    """Return by how much the mean log odds miss what threshold and sizes ask."""
    return join.threshold_log_odds + join.size_cost - join.mean_log_odds


def _shown(*odds: float) -> list[str]:
    """Return log odds as probabilities, with as many digits as tell the different ones apart."""
    chances = probability(np.array(odds)).tolist()
    for digits in (2, 3, 4):
        shown = [f"{chance:.{digits}f}" for chance in chances]
        if len(set(shown)) == len(set(odds)):
            break
    return shown


def _bars(evidence: RewriteEvidence) -> tuple[str, ...]:
    """Return which rules set the odds to the least there are."""
    return tuple(each.name for each in evidence.contributions if each.name in BARS)


def _bars_in_words(run: Run, evidence: RewriteEvidence) -> Iterator[str]:
    """Yield what these rules say of the two."""
    for each in evidence.contributions:
        if each.name == "window" and each.value is not None:
            days, window = least_window(each.value), run.config.story.window_days
            yield f"they are {days:g} days apart, and the window is {window:g}"
        elif each.name == "language":
            yield "they are in two languages"
        elif each.name == "template":
            yield "they have words in common as two texts off one template have"

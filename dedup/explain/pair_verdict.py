"""Evidence on two documents to whether they are one story, and why, in a sentence or two.

What is derived here is compared with nothing that was decided: it follows from the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.explain.evidence import CopyEvidence, DocumentSummary, JoinEvidence, RewriteEvidence
from dedup.match.story_score import probability

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

BARS = ("window", "language", "template")
"""Contributions each of which sets the odds to the least there are."""


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
    if rewrites is None:
        return _without_scores(run, copies)
    if run.store.get("scorer_models") is None:
        return _of_earlier_version(first, second)
    return _of_rewrites(run, rewrites)


def _of_earlier_version(first: DocumentSummary, second: DocumentSummary) -> Verdict:
    """Return the verdict on two tellings of a run that kept no loose groups."""
    together = first.story_id is not None and first.story_id == second.story_id
    sentence = (
        f"{'One story' if together else 'Two stories'}: so the run decided; an earlier version of "
        "dedup made it and kept no loose groups: dedup regroup OUT -o OUT2 keeps them, and then "
        "joins are explained."
    )
    return Verdict(together, ("rewrite" if together else "not-kept",), sentence)


def _rejected(*documents: DocumentSummary) -> Verdict:
    """Return the verdict where one or both were rejected."""
    named = [
        f"{each.id} was rejected ({each.reason})" for each in documents if each.status == "rejected"
    ]
    return Verdict(False, ("rejected",), f"Two stories: {' and '.join(named)}.")


def _of_copies(
    first: DocumentSummary, second: DocumentSummary, copies: CopyEvidence | None
) -> Verdict:
    """Return the verdict on two documents with one representative, which is a copy of either."""
    if copies is not None and copies.same_text:
        return Verdict(True, ("same-text",), "One story: the two have the same text.")
    if copies is not None and copies.matched:
        return Verdict(True, ("copy",), f"One story: {_copies_in_words(copies)}.")
    via = f"One story: both are copies of {first.representative_id}"
    if copies is not None:
        via += f", though not of one another (Jaccard {copies.jaccard:.2f})"
    return Verdict(True, ("copy",), f"{via}.")


def _without_scores(run: Run, copies: CopyEvidence | None) -> Verdict:
    """Return the verdict on two documents of which no pair of tellings is compared."""
    near = "" if copies is None else f" (Jaccard {copies.jaccard:.2f})"
    if run.config.level == "copies":
        sentence = f"Two stories: the run looked for copies only, and the two are none{near}."
        return Verdict(False, ("level",), sentence)
    sentence = (
        "Two stories: there is too little text to compare, and only a document with the same text "
        f"and title joins it{near}."
    )
    return Verdict(False, ("too-short",), sentence)


def _of_rewrites(run: Run, evidence: RewriteEvidence) -> Verdict:
    """Return the verdict on two tellings."""
    join = evidence.join
    if evidence.roundups:
        named = " and ".join(evidence.roundups)
        sentence = f"Two stories: {named} tells several stories, and joins none in other words."
        return Verdict(False, ("roundup", *_bars(evidence)), sentence)
    if join is None:
        return _never_grouped(run, evidence)
    if join.must_link:
        sentence = "One story: an earlier dump had them in one, and what was one story stays one."
        return Verdict(True, ("must-link",), sentence)
    if join.joined:
        return Verdict(True, ("rewrite",), _joined_in_words(evidence, join))
    cause = "threshold" if _short_of_size(join) else "contrast-terms"
    bars = _bars(evidence)
    sentence = " ".join(
        ["Two stories:", *_bars_in_words(run, evidence), _apart(run, evidence, join)]
    )
    return Verdict(False, (*bars, cause), sentence)


def _never_grouped(run: Run, evidence: RewriteEvidence) -> Verdict:
    """Return the verdict on two tellings that are in no loose group together."""
    candidate, bars = evidence.candidate, _bars(evidence)
    words = " ".join(_bars_in_words(run, evidence))
    if {"window", "language"} & set(bars):
        return Verdict(False, (*bars, "not-compared"), f"Two stories: {words}")
    if not candidate.proposed:
        sentence = f"Two stories: they were not compared: {candidate.sentence}"
        return Verdict(False, ("not-compared", *bars), sentence)
    sentence = (
        f"Two stories: they were compared, with a candidate score of "
        f"{candidate.candidate_score:.2f}, and are in no loose group together: the mean score of "
        f"its parts must be {run.config.story.loose_threshold:g}"
    )
    return Verdict(False, ("loose-threshold", *bars), f"{sentence}.")


def _joined_in_words(evidence: RewriteEvidence, join: JoinEvidence) -> str:
    """Return why two clusters were joined."""
    score, needed, mean = evidence.score, _needed(join), _as_probability(join.mean_log_odds)
    if max(map(len, join.members)) == 1:
        return f"One story: both tell it: their score is {score:.2f}, and {needed:.2f} was needed."
    means = f"the mean of their clusters is {mean:.2f}, and {needed:.2f} was needed"
    if score < needed:
        return f"One story, though their own score is only {score:.2f}: {means}."
    return f"One story: both tell it: their score is {score:.2f}, {means}."


def _apart(run: Run, evidence: RewriteEvidence, join: JoinEvidence) -> str:
    """Return why two clusters were not joined."""
    threshold = run.config.story.threshold
    sizes = tuple(map(len, join.members))
    score, mean, needed = evidence.score, _as_probability(join.mean_log_odds), _needed(join)
    what = f"their score is {score:.2f}"
    joining = "joining the two"
    if max(sizes) > 1:
        counts = f"{sizes[0]} and {sizes[1]} documents"
        what += f", the mean of their clusters ({counts}) is {mean:.2f}"
        joining = "joining these"
    if join.mean_log_odds < join.threshold_log_odds:
        return f"{what}, and {joining} needs {needed:.2f}."
    if _short_of_size(join):
        return f"{what}, and {joining} needs {needed:.2f}: " + (
            f"few documents need more than the threshold of {threshold:g}."
        )
    return f"{what}, enough by itself, but {_contrast_in_words(join)}."


def _contrast_in_words(join: JoinEvidence) -> str:
    """Return what contrast terms cost."""
    left = join.mean_log_odds - join.threshold_log_odds - join.size_cost
    named = [f"'{words[0]}'" for words in join.contrast_terms if words]
    return (
        f"the contrast terms {' and '.join(named)} and their like cost "
        f"{join.contrast_cost:.2f} of {left:.2f} log odds above what is needed"
    )


def _short_of_size(join: JoinEvidence) -> bool:
    """Return whether the mean does not reach what threshold and sizes ask."""
    return join.mean_log_odds - join.threshold_log_odds - join.size_cost < 0


def _needed(join: JoinEvidence) -> float:
    """Return the mean score that threshold and sizes ask, as a probability."""
    return _as_probability(join.threshold_log_odds + join.size_cost)


def _as_probability(odds: float) -> float:
    """Return log odds as a probability."""
    return float(probability(np.array(odds)))


def _bars(evidence: RewriteEvidence) -> tuple[str, ...]:
    """Return which rules set the odds to the least there are."""
    return tuple(each.name for each in evidence.contributions if each.name in BARS)


def _bars_in_words(run: Run, evidence: RewriteEvidence) -> Iterator[str]:
    """Yield what these rules say of the two, a sentence each."""
    for each in evidence.contributions:
        if each.name == "window":
            window = run.config.story.window_days
            yield f"they are {each.value:.1f} days apart, and the window is {window:g}."
        elif each.name == "language":
            yield "they are in two languages."
        elif each.name == "template":
            yield "they share words as two texts off one template do."


def _copies_in_words(copies: CopyEvidence) -> str:
    """Return how two texts match."""
    if copies.relation == "near" or copies.jaccard >= copies.near:
        return f"the two are near copies (Jaccard {copies.jaccard:.2f})"
    if max(copies.containment, copies.contains) >= copies.contained:
        share = max(copies.containment, copies.contains)
        return f"{share:.0%} of the one stands in the other"
    return f"the two are versions of one article (Jaccard {copies.jaccard:.2f})"

"""Stories to one decision a document, each with its reason in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dedup.cluster.document_name import document_name
from dedup.models import Decision, Facts, Member, Relation, Status, Story

SCORE_DIGITS = 6
"""Decimals of a score in the outputs."""

_SENTENCES = {
    Relation.EXACT: "the same text as {canonical}",
    Relation.NEAR: "near copy of {canonical}: Jaccard {jaccard:.3f} of 3-word shingles",
    Relation.ABRIDGED: "shorter copy: {contained:.1%} of it stands in {canonical}",
    Relation.EXPANDED: "longer copy: holds {contains:.1%} of {canonical}",
    Relation.UPDATE: (
        "another version of {canonical} from the same outlet: "
        "{contained:.1%} of it stands there, it holds {contains:.1%}"
    ),
    Relation.DERIVED: (
        "tells the story of {canonical}, partly in its words: {contained:.1%} of it stands there; "
        "story score {score}"
    ),
    Relation.REWRITE: "tells the story of {canonical} in other words: story score {score}",
}


@dataclass(frozen=True, slots=True)
class JoinedBelow:
    """Why a telling is in a story although its own score is below the threshold.

    Attributes:
        threshold: The threshold, a probability.
        mean: The mean score of the pairs between two clusters, that of the telling and that of the
            canonical, whose join made them one; a probability. None where only an earlier dump had
            put them into one story.
    """

    threshold: float
    mean: float | None

    def sentence(self) -> str:
        """Return the end of a reason."""
        cause = (
            "an earlier dump had joined them"
            if self.mean is None
            else f"the mean with the other tellings joined them, {self.mean:.2f}"
        )
        return f", below the threshold {self.threshold:g}: {cause}"


def decisions_of(
    story: Story, facts: Facts, below: Mapping[int, JoinedBelow] | None = None
) -> list[Decision]:
    """Return the decisions on the documents of a story, in the order of its members.

    Args:
        story: The story.
        facts: Those of its canonical.
        below: Why members are there whose score is below the threshold, by row.
    """
    below = below or {}
    canonical, name = story.canonical, document_name(facts)
    kept = Decision(
        row=canonical.row,
        doc_id=canonical.doc_id,
        status=Status.CANONICAL,
        story_id=story.story_id,
        canonical_id=canonical.doc_id,
        size=len(story.members),
        reason=f"elected by {story.why.rule}: {story.why.detail}",
    )
    return [
        kept,
        *(_duplicate(story, each, name, below.get(each.row)) for each in story.members[1:]),
    ]


def _duplicate(story: Story, member: Member, canonical: str, below: JoinedBelow | None) -> Decision:
    """Return the decision on a document that goes; ``canonical`` names the one that stays."""
    relation = member.relation or Relation.EXACT
    sentence = _SENTENCES[relation].format(
        canonical=canonical,
        jaccard=member.jaccard,
        contained=member.contained,
        contains=member.contains,
        score=_shown(member.score, below),
    )
    return Decision(
        row=member.row,
        doc_id=member.doc_id,
        status=Status.DUPLICATE,
        story_id=story.story_id,
        canonical_id=story.canonical.doc_id,
        size=len(story.members),
        relation=relation.value,
        score=None if member.score is None else round(member.score, SCORE_DIGITS),
        reason=sentence if below is None else sentence + below.sentence(),
    )


def _shown(score: float | None, below: JoinedBelow | None) -> str:
    """Return a score with as many digits as show that it is below the threshold, two or more."""
    score = score or 0.0
    shown = (f"{score:.{digits}f}" for digits in range(2, SCORE_DIGITS + 1))
    return next(each for each in shown if below is None or float(each) < below.threshold)

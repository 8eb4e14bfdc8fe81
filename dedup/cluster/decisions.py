"""Stories to one decision a document, each with its reason in a sentence."""

from __future__ import annotations

from dedup.cluster.document_name import document_name
from dedup.models import Decision, Facts, Member, Relation, Status, Story

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
        "story score {score:.2f}"
    ),
    Relation.REWRITE: "tells the story of {canonical} in other words: story score {score:.2f}",
}


def decisions_of(story: Story, facts: Facts) -> list[Decision]:
    """Return the decisions on the documents of a story, in the order of its members.

    Args:
        story: The story.
        facts: Those of its canonical.
    """
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
    return [kept, *(_duplicate(story, member, name) for member in story.members[1:])]


def _duplicate(story: Story, member: Member, canonical: str) -> Decision:
    """Return the decision on a document that goes; ``canonical`` names the one that stays."""
    relation = member.relation or Relation.EXACT
    sentence = _SENTENCES[relation].format(
        canonical=canonical,
        jaccard=member.jaccard,
        contained=member.contained,
        contains=member.contains,
        score=member.score,
    )
    return Decision(
        row=member.row,
        doc_id=member.doc_id,
        status=Status.DUPLICATE,
        story_id=story.story_id,
        canonical_id=story.canonical.doc_id,
        size=len(story.members),
        relation=relation.value,
        score=None if member.score is None else round(member.score, 6),
        reason=sentence,
    )

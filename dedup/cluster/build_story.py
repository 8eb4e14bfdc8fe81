"""Build a story: its documents, dates, outlets and id."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from dedup.models import Facts, Link, Member, Pair, Relation, Story, Why


def build_story(
    canonical: Facts,
    members: Sequence[Member],
    everyone: Sequence[Facts],
    reason: Why,
    *,
    origins: int,
    weakest: Link,
) -> Story:
    """Return a story with the dates, outlets and agencies of all its documents.

    Args:
        canonical: The elected.
        members: The others.
        everyone: All of them.
        reason: Why it was elected.
        origins: Independent tellings.
        weakest: See :class:`dedup.models.Story`.
    """
    dated = [(f.moment, f.date) for f in everyone if f.moment is not None and f.date]
    return Story(
        story_id=story_id(canonical.doc_id),
        why=reason,
        members=(
            Member(row=canonical.row, doc_id=canonical.doc_id),
            *sorted(members, key=lambda member: member.doc_id),
        ),
        first_date=min(dated)[1] if dated else None,
        last_date=max(dated)[1] if dated else None,
        outlets=tuple(sorted({f.host for f in everyone if f.host})),
        agencies=tuple(sorted({f.agency for f in everyone if f.agency})),
        origins=origins,
        weakest=weakest,
    )


def build_member(facts: Facts, pair: Pair, related: tuple[Relation, float]) -> Member:
    """Return a member with its relation to the canonical and its scores."""
    return Member(
        row=facts.row,
        doc_id=facts.doc_id,
        relation=related[0],
        score=related[1],
        jaccard=pair.jaccard,
        contained=pair.contained,
        contains=pair.contains,
    )


def story_id(canonical_id: str) -> str:
    """Return the id of the story whose canonical a document is.

    >>> story_id("a.html")
    's-7aa267cfbf8eb1a7'
    """
    digest = hashlib.sha256(canonical_id.encode("utf-8", "surrogatepass"))
    return f"s-{digest.hexdigest()[:16]}"

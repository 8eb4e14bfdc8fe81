"""One story of a run: its members, who is a copy of whom, and its weakest link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.explain.evidence import AlignedSentence
from dedup.explain.html_pages import fragment
from dedup.explain.summaries import NamedDocument, named_document, short_name
from dedup.explain.texts.aligned_sentences import aligned_sentences
from dedup.models import Relation, Why, count_of
from dedup.write.lines import DECIMALS

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

MOST_MEMBERS_SHOWN = 200
"""Members that a notebook shows."""


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A document of a story.

    Attributes:
        id: Its id.
        copy_of: Id of the document whose copy it is, or None.
        relation: What it is to the canonical; None for the canonical itself.
        score: The score of the relation, in [0, 1].
        score_kind: What the score is.
        jaccard: Jaccard with the canonical; None for the canonical itself.
        containment: Share of it that is in the canonical.
        contains: Share of the canonical that is in it.
        host: The host of its address, or None.
        date: Publication, ISO 8601, or None.
        language: Two letters, or None.
        title: Its headline, or None.
        url: Its address, or None.
    """

    id: str
    copy_of: str | None
    relation: str | None
    score: float | None
    score_kind: str | None
    jaccard: float | None
    containment: float | None
    contains: float | None
    host: str | None
    date: str | None
    language: str | None
    title: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class WeakestLink:
    """The link that holds a story together least.

    Attributes:
        left: Id of the one document.
        right: Id of the other.
        score: Their score, in [0, 1].
        score_kind: What the score is.
        left_title: Headline of the one.
        right_title: Headline of the other.
    """

    left: str
    right: str
    score: float
    score_kind: str | None
    left_title: str | None
    right_title: str | None


@dataclass(frozen=True, slots=True, repr=False)
class StoryView:
    """A story as ``dedup show`` prints it; its fields are the JSON.

    Attributes:
        story_id: Its id.
        canonical_id: Id of its canonical.
        size: Documents of it.
        why: Why the canonical was elected: the rule, the id of the runner-up, what was compared.
        runner_up: The runner-up by its names; None where it is gone.
        first_date: Earliest known publication, ISO 8601.
        last_date: Latest known publication.
        outlets: Hosts of the members.
        agencies: Agencies that members credit.
        origins: Number of independent tellings.
        weakest: The weakest link.
        absorbed: Ids of stories that became part of it.
        members: The canonical first, then its copies; then each other representative with its
            copies, the most similar to the canonical first.
    """

    story_id: str
    canonical_id: str
    size: int
    why: Why
    runner_up: NamedDocument | None
    first_date: str | None
    last_date: str | None
    outlets: tuple[str, ...]
    agencies: tuple[str, ...]
    origins: int
    weakest: WeakestLink | None
    absorbed: tuple[str, ...]
    members: tuple[StoryMember, ...]

    def __repr__(self) -> str:
        """Return it in one line."""
        first = self.members[0]
        name = short_name(first.id, first.title, first.host)
        return f"<Story {self.story_id}: {count_of(self.size, 'document')}, canonical {name}>"

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        return fragment("story.html", story=self, most=MOST_MEMBERS_SHOWN)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two members of a story: the canonical and another one, or those of its weakest link.

    Attributes:
        beside: The one, mostly the canonical.
        member: The other.
        is_weakest_link: Whether the two are the weakest link of the story.
        sentences: Both texts, sentence by sentence, in the order of the one.
    """

    beside: StoryMember
    member: StoryMember
    is_weakest_link: bool
    sentences: tuple[AlignedSentence, ...]


def story_view(run: Run, story_id: str) -> StoryView:
    """Return what is known of a story, given by its id.

    Raises:
        OutputError: The store is damaged.
    """
    story = run.store.details.story(story_id)
    members = _members(run, story["members"])
    why = Why(**story["why"])
    return StoryView(
        story_id=story_id,
        canonical_id=members[0].id,
        size=len(members),
        why=why,
        runner_up=named_document(run.store, why.runner_up),
        first_date=story["first_date"],
        last_date=story["last_date"],
        outlets=tuple(story["outlets"]),
        agencies=tuple(story["agencies"]),
        origins=story["origins"],
        weakest=_weakest(story["weakest"], {each.id: each.title for each in members}),
        absorbed=tuple(story["absorbed"]),
        members=members,
    )


def side_by_side(run: Run, story: StoryView) -> Iterator[SideBySide]:
    """Yield the canonical of a story beside each other member, in their order.

    Before them comes the weakest link, where the canonical is not of it.
    """
    canonical, *others = story.members
    frequencies = run.frequencies
    weakest = _members_of_link(story)
    pairs = [(canonical, other) for other in others]
    if len(weakest) == 2 and canonical not in weakest:
        pairs.insert(0, (weakest[0], weakest[1]))
    for one, other in pairs:
        language = one.language if one.language == other.language else None
        sentences = aligned_sentences(_text(run, one), _text(run, other), language, frequencies)
        is_weakest = one in weakest and other in weakest
        yield SideBySide(one, other, is_weakest, sentences)


def _members_of_link(story: StoryView) -> list[StoryMember]:
    """Return the two members of the weakest link of a story; fewer where one is gone."""
    link = story.weakest
    return [each for each in story.members if link and each.id in (link.left, link.right)]


def _text(run: Run, member: StoryMember) -> str:
    """Return the cleaned text of a member."""
    row = run.store.lookups.row_of(member.id)
    assert row is not None  # it was read from the store
    return run.store.documents.text(row)


def _members(run: Run, stored: list[dict[str, Any]]) -> tuple[StoryMember, ...]:
    """Return members from their canonical and the others by id, as they are stored, in order."""
    known = {
        row: cells for row, *cells in run.store.details.members([each["row"] for each in stored])
    }
    ids = {each["row"]: each["doc_id"] for each in stored}
    representative_of = {row: cells[0] for row, cells in known.items()}
    score_of = {each["row"]: _rank(each) for each in stored}
    first = stored[0]["row"]

    def order(each: dict[str, Any]) -> tuple[Any, ...]:
        row = each["row"]
        representative = representative_of.get(row, row)
        is_of_canonical = representative == representative_of.get(first, first)
        return (
            row != first, not is_of_canonical, score_of.get(representative, 0.0),
            ids.get(representative, ""), row != representative, each["doc_id"],
        )  # fmt: skip

    return tuple(
        _member(each, known.get(each["row"], (None,) * 6), ids)
        for each in sorted(stored, key=order)
    )


def _rank(stored: dict[str, Any]) -> float:
    """Return what orders representatives: the most similar to the canonical is first."""
    return -(stored["score"] or 0.0)


def _member(stored: dict[str, Any], known: Any, ids: dict[int, str]) -> StoryMember:
    """Return a member from what the story and the documents have of it."""
    representative, title, url, host, date, language = known
    return StoryMember(
        id=stored["doc_id"],
        copy_of=None if representative == stored["row"] else ids.get(representative),
        relation=stored["relation"],
        score=_rounded(stored["score"]),
        score_kind=stored["relation"] and Relation(stored["relation"]).score_kind,
        jaccard=_rounded(stored["jaccard"]),
        containment=_rounded(stored["contained"]),
        contains=_rounded(stored["contains"]),
        host=host,
        date=date,
        language=language,
        title=title,
        url=url,
    )


def _weakest(link: dict[str, Any] | None, titles: dict[str, str | None]) -> WeakestLink | None:
    """Return the weakest link with the headlines of both."""
    if link is None:
        return None
    left, right = link["left"], link["right"]
    return WeakestLink(
        left, right, round(link["score"], DECIMALS), link.get("score_kind"),
        titles.get(left), titles.get(right),
    )  # fmt: skip


def _rounded(share: float | None) -> float | None:
    """Return a share as the outputs have it."""
    return None if share is None else round(share, DECIMALS)

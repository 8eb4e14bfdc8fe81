"""Stories, pairs and decisions.

A class with an object for each document or pair is not frozen, because creating a frozen one takes
six times as long. No code changes these objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dedup.models.rejections import RejectionLimit, failure


class Status(StrEnum):
    """The decision on an input document."""

    CANONICAL = "canonical"
    DUPLICATE = "duplicate"
    UNIQUE = "unique"
    REJECTED = "rejected"


class Relation(StrEnum):
    """The relation of a member of a story to its canonical."""

    EXACT = "exact"
    NEAR = "near"
    ABRIDGED = "abridged"
    EXPANDED = "expanded"
    UPDATE = "update"
    DERIVED = "derived"
    REWRITE = "rewrite"

    @property
    def score_kind(self) -> str:
        """What the score of the relation is: ``jaccard``, ``containment`` or ``probability``."""
        return _SCORE_KINDS[self]


PROBABILITY = "probability"
"""``score_kind`` of a story score."""

# The score of an update is the larger of both, and Jaccard is never the larger one.
_SCORE_KINDS = {
    Relation.EXACT: "jaccard",
    Relation.NEAR: "jaccard",
    Relation.ABRIDGED: "containment",
    Relation.EXPANDED: "containment",
    Relation.UPDATE: "containment",
    Relation.DERIVED: PROBABILITY,
    Relation.REWRITE: PROBABILITY,
}


ALONE = (
    "too little text to compare, and no other document has it under this title",
    "no document that stays matches it",
)
"""Why a document is unique, by whether it has a signature."""


@dataclass(slots=True)
class Facts:
    """What canonical rules and relations need to know of one document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        text_id: Row of the first document with the same cleaned text; its own where there is none.
        host: See :class:`Document`.
        page: See :class:`Document`.
        canonical_page: See :class:`Document`.
        title: Headline, or None.
        url: The address as given, or None.
        moment: Publication as seconds since 1970 UTC, or None. A day without a time is its noon.
        date: The same as text, ISO 8601.
        agency: Wire agency credited, or None.
        agency_page: Whether the page is on that agency's own site.
        tokens: Number of tokens of the cleaned text.
        shingles: Number of shingles of the cleaned text.
        leftovers: Number of texts that cleaning removed.
        fields: The document's output fields, for rules on a user's own field.
        comments: Whether its own text, which goes to the output as it is, ends with comments.
        earlier: What an earlier dump of the store decided on it, None for a new document.
        repeats: Whether it is new and an earlier document has its text.
    """

    row: int
    doc_id: str
    text_id: int
    host: str | None = None
    page: str | None = None
    canonical_page: str | None = None
    title: str | None = None
    url: str | None = None
    moment: float | None = None
    date: str | None = None
    agency: str | None = None
    agency_page: bool = False
    tokens: int = 0
    shingles: int = 0
    leftovers: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    comments: bool = False
    earlier: Status | None = None
    repeats: bool = False

    @property
    def handed_on(self) -> bool:
        """Whether it is among the survivors of an earlier dump."""
        return self.earlier in (Status.CANONICAL, Status.UNIQUE)


@dataclass(slots=True)
class Pair:
    """The similarities of two documents, from the first to the second.

    Attributes:
        jaccard: Jaccard of their shingle sets.
        contained: Share of the first that the second contains.
        contains: Share of the second that the first contains.
        same: Whether their cleaned texts are the same.
        numbers: Share of the numbers of the one with fewer that the other contains too; 1 where
            the veto on numbers does not apply.
    """

    jaccard: float
    contained: float
    contains: float
    same: bool = False
    numbers: float = 1.0

    def reversed(self) -> Pair:
        """Return the similarities from the second document to the first."""
        return Pair(self.jaccard, self.contains, self.contained, self.same, self.numbers)


SAME = Pair(jaccard=1.0, contained=1.0, contains=1.0, same=True)
"""The similarities of two documents with the same text, however short it is."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a canonical was elected.

    Attributes:
        rule: Name of the rule that decided between the canonical and the runner-up.
        runner_up: Id of the document that would otherwise have been elected.
        detail: The two values in words.
    """

    rule: str
    runner_up: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """Two documents whose similarity joins two parts of a story.

    Attributes:
        left: Id of the one.
        right: Id of the other.
        score: Their score, in [0, 1].
        score_kind: What the score is, see :attr:`Relation.score_kind`.
    """

    left: str
    right: str
    score: float
    score_kind: str


@dataclass(slots=True)
class Member:
    """A document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        relation: Relation to the canonical; None for the canonical itself.
        score: Score of the relation, in [0, 1]: 1 for ``exact``, Jaccard for ``near``, the story
            score for ``derived`` and ``rewrite``, else the larger containment; None for the
            canonical itself.
        jaccard: Jaccard with the canonical.
        contained: Share of this document that the canonical contains.
        contains: Share of the canonical that this document contains.
    """

    row: int
    doc_id: str
    relation: Relation | None = None
    score: float | None = None
    jaccard: float | None = None
    contained: float | None = None
    contains: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Two or more documents that are one story.

    Attributes:
        story_id: Stable name, a digest of the id of its first canonical.
        why: Why the canonical was elected.
        members: The canonical first, then the duplicates by id.
        first_date: Earliest known publication, ISO 8601.
        last_date: Latest known publication.
        outlets: Hosts of the members, sorted, each once.
        agencies: Agencies that members credit, sorted, each once.
        origins: Number of independent tellings among the members: tellings that share a fifth of
            their text word for word count as one.
        weakest: The weakest link: of copies the canonical and the member least like it, of rewrites
            the weakest join of two groups of tellings.
        absorbed: Ids of stories that a later dump of the same store merged into it, sorted.
    """

    story_id: str
    why: Why
    members: tuple[Member, ...]
    first_date: str | None = None
    last_date: str | None = None
    outlets: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    origins: int = 1
    weakest: Link | None = None
    absorbed: tuple[str, ...] = ()

    @property
    def canonical(self) -> Member:
        """The member that survives."""
        return self.members[0]


@dataclass(slots=True, unsafe_hash=True)  # users of the library may put it into a set
class Decision:
    """The decision on one input, as in ``decisions.jsonl``.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        status: The decision.
        story_id: Its story, None for unique and rejected inputs.
        canonical_id: The canonical of its story, None for unique and rejected inputs.
        size: Number of documents of its story, 1 for a unique one.
        relation: Relation to the canonical, for duplicates.
        score: Score of the relation, in [0, 1], for duplicates.
        reason: A sentence; for rejected inputs the fixed word.
        copy_of: Id of the document whose copy it is, the representative of its telling; None for a
            representative, and for unique and rejected inputs.
        url: Its address, or None.
        title: Its headline, or None.
        host: See :class:`Document`.
    """

    row: int
    doc_id: str
    status: Status
    story_id: str | None = None
    canonical_id: str | None = None
    size: int = 1
    relation: str | None = None
    score: float | None = None
    reason: str = ""
    copy_of: str | None = None
    url: str | None = None
    title: str | None = None
    host: str | None = None

    @property
    def id(self) -> str:
        """The id, under its name in ``decisions.jsonl``."""
        return self.doc_id

    @property
    def score_kind(self) -> str | None:
        """What the score is, see :attr:`Relation.score_kind`; None where there is no score."""
        return None if self.relation is None else Relation(self.relation).score_kind


@dataclass(frozen=True, slots=True)
class DateReport:
    """How many documents have no date that decides.

    Attributes:
        missing: Those without a date.
        unreadable: Those whose own date is not read.
        guessed: Pages whose date is a guess.
        unreadable_id: Id of the first whose own date is not read, or None.
        unreadable_date: That date as written, at most 100 characters.
    """

    missing: int = 0
    unreadable: int = 0
    guessed: int = 0
    unreadable_id: str | None = None
    unreadable_date: str | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """The report of a finished run.

    Attributes:
        counts: Documents by status, and ``inputs``, their sum.
        reasons: Rejected inputs by reason.
        relations: Duplicates by relation.
        stories: Number of stories.
        passed_over: Numbers of files and records that are no input documents, by kind.
        manifest: The whole manifest, as written.
        limit: How many inputs may be rejected, None for any number but all.
        dates: Dates that are missing, unreadable or guessed.
        again: Whether it was finished before, and its results were written again.
    """

    counts: dict[str, int]
    reasons: dict[str, int]
    relations: dict[str, int]
    stories: int
    passed_over: dict[str, int]
    manifest: dict[str, Any]
    limit: RejectionLimit | None = None
    dates: DateReport = DateReport()
    again: bool = False

    @property
    def failure(self) -> str | None:
        """Why the run failed though it was finished, see :func:`dedup.models.failure`."""
        return failure(self.counts["inputs"], self.reasons, self.passed_over, self.limit)

    @property
    def return_code(self) -> int:
        """The command's exit code: 0 for done, 1 where there is a :attr:`failure`.

        Without a report the command exits with 1 for a run that failed, with 2 for wrong usage.
        """
        return 0 if self.failure is None else 1


def report_of(
    manifest: Mapping[str, Any], limit: RejectionLimit | None = None, *, again: bool = False
) -> RunReport:
    """Return the report of a run from its manifest."""
    counts = dict(manifest["counts"])
    stories = counts.pop("stories")
    return RunReport(
        counts,
        manifest["rejected_by_reason"],
        manifest["duplicates_by_relation"],
        stories,
        manifest["read"]["passed_over"],
        dict(manifest),
        limit,
        DateReport(**manifest.get("dates", {})),
        again,
    )


@dataclass(frozen=True, slots=True)
class CleanReport:
    """The report of a dump that was cleaned.

    Attributes:
        counts: ``inputs``, ``cleaned`` and ``rejected``.
        reasons: Rejected inputs by reason.
        dates: Missing, unreadable and guessed dates.
        passed_over: As in :class:`RunReport`.
        limit: As in :class:`RunReport`.
    """

    counts: dict[str, int]
    reasons: dict[str, int]
    dates: DateReport
    passed_over: dict[str, int]
    limit: RejectionLimit | None = None

    @property
    def failure(self) -> str | None:
        """As in :class:`RunReport`."""
        return failure(self.counts["inputs"], self.reasons, self.passed_over, self.limit)

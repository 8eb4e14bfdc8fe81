"""Stories, and what is said of each document.

What is made for each document or pair is not frozen: making it would take six times as long.
Nobody changes it all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of an input document."""

    CANONICAL = "canonical"
    DUPLICATE = "duplicate"
    UNIQUE = "unique"
    REJECTED = "rejected"


class Relation(StrEnum):
    """What a member of a story is to its canonical."""

    EXACT = "exact"
    NEAR = "near"
    ABRIDGED = "abridged"
    EXPANDED = "expanded"
    UPDATE = "update"
    DERIVED = "derived"
    REWRITE = "rewrite"


@dataclass(slots=True)
class Facts:
    """What electing and telling relations need to know of one document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        text_id: Row of the first document with the same cleaned text; its own where there is none.
        host: See :class:`Document`.
        page: The address without scheme, ``www.``, query and fragment; None if unknown.
        canonical_page: The same of where the page says its original is.
        title: Headline, or None.
        url: The address as given, or None.
        moment: Publication as seconds since 1970 UTC, or None. A bare day counts as its noon.
        date: The same as text, ISO 8601.
        agency: Wire agency credited, or None.
        agency_page: Whether the page stands on that agency's own site.
        tokens: Tokens of the cleaned text.
        shingles: Shingles of the cleaned text.
        leftovers: Lines that cleaning took out as boilerplate or residue.
        fields: The document's output fields, for rules on a user's own field.
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


@dataclass(slots=True)
class Pair:
    """What is known of one pair of documents, seen from the first.

    Attributes:
        jaccard: Of their shingle sets.
        contained: Share of the first that stands in the second.
        contains: Share of the second that stands in the first.
        same: Whether their cleaned texts are the same.
        numbers: Share of the numbers of the one with fewer that the other holds too; 1 where
            the veto does not ask.
    """

    jaccard: float
    contained: float
    contains: float
    same: bool = False
    numbers: float = 1.0

    def reversed(self) -> Pair:
        """Return the same pair seen from the second document."""
        return Pair(self.jaccard, self.contains, self.contained, self.same, self.numbers)


SAME = Pair(jaccard=1.0, contained=1.0, contains=1.0, same=True)
"""The pair of two documents with the same text, however short it is."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a canonical was elected.

    Attributes:
        rule: Name of the rule that decided it against the runner-up.
        runner_up: Id of the document that would have been elected without the canonical.
        detail: The two values in words.
    """

    rule: str
    runner_up: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """Two documents that hold a story together.

    Attributes:
        left: Id of the one.
        right: Id of the other.
        score: How much so, in [0, 1].
    """

    left: str
    right: str
    score: float


@dataclass(slots=True)
class Member:
    """A document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        relation: What it is to the canonical; None for the canonical itself.
        score: How much so, in [0, 1]: 1 for ``exact``, Jaccard for ``near``, the story score for
            ``derived`` and ``rewrite``, else the larger containment; None for the canonical itself.
        jaccard: Jaccard with the canonical.
        contained: Share of this document that stands in the canonical.
        contains: Share of the canonical that stands in this document.
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
    """Two or more documents grouped as one.

    Attributes:
        story_id: Stable name, made of the id of its first canonical.
        why: Why the canonical was elected.
        members: The canonical first, then the duplicates by id.
        first_date: Earliest known publication, ISO 8601.
        last_date: Latest known publication.
        outlets: Hosts of the members, sorted, each once.
        agencies: Agencies that members credit, sorted, each once.
        origins: Independent tellings among the members: tellings that share a fifth of their
            text word for word count as one.
        weakest: What holds the story together least: of copies the member least like the
            canonical, of rewrites the weakest join of two groups of tellings.
        absorbed: Ids of stories that a later dump of the same store made part of it, sorted.
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
        """The document that stays."""
        return self.members[0]


@dataclass(slots=True, unsafe_hash=True)  # the library hands it out: it can be put into a set
class Decision:
    """What became of one input, as ``decisions.jsonl`` tells it.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        status: What became of it.
        story_id: Its story, None for unique and rejected ones.
        canonical_id: The document that stays for it, None for unique and rejected ones.
        size: Documents of its story, 1 for a unique one.
        relation: What it is to the canonical, for duplicates.
        score: How much so, in [0, 1], for duplicates.
        reason: Why: a sentence, for rejected ones the fixed word.
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


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended.

    Attributes:
        counts: Documents by status, and ``inputs``, their sum.
        reasons: Rejected inputs by reason.
        relations: Duplicates by relation.
        stories: Number of stories.
        passed_over: Things met on the way that are no input documents, by what they are.
        manifest: The whole manifest, as written.
        strict: Whether a rejected input fails the run.
    """

    counts: dict[str, int]
    reasons: dict[str, int]
    relations: dict[str, int]
    stories: int
    passed_over: dict[str, int]
    manifest: dict[str, Any]
    strict: bool = False

    @property
    def return_code(self) -> int:
        """The command's exit code.

        0: done. 1: an input was rejected under ``--strict``; also any run that failed, which has no
        report. 2 is wrong usage, told by the command line itself.
        """
        return 1 if self.strict and self.counts["rejected"] else 0

"""The values that pass between stages: plain, frozen, without behaviour that reads or writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why an input could not be used: the fixed words of ``rejected.jsonl``."""

    EMPTY = "empty"
    NOT_HTML = "not-html"
    UNKNOWN_KIND = "unknown-kind"
    UNREADABLE = "unreadable"
    OUTSIDE_INPUT = "outside-input"
    BROKEN_GZIP = "broken-gzip"
    BROKEN_ZSTD = "broken-zstd"
    BROKEN_BZ2 = "broken-bz2"
    BROKEN_XZ = "broken-xz"
    BROKEN_WARC = "broken-warc"
    BROKEN_JSON = "broken-json"
    BROKEN_TABLE = "broken-table"
    BROKEN_PARQUET = "broken-parquet"
    HTTP_STATUS = "http-status"
    WRONG_TYPE = "wrong-type"
    TOO_LARGE = "too-large"
    NO_TEXT = "no-text"
    TOO_SHORT = "too-short"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    DUPLICATE_ID = "duplicate-id"


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


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that could not be used.

    Attributes:
        reason: The fixed word.
        detail: One line for a person; may hold text of the dump, so it is never parsed.
    """

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One input document as it was read, before any cleaning.

    Exactly one of ``html``, ``text`` and ``rejection`` is set.

    Attributes:
        doc_id: The id by the rules of the contract (own ``id``, path, ``file#offset``,
            ``file:line``).
        source: Name of the file or stream, as in ``rejected.jsonl``.
        fields: The record's own fields under their own names, JSON values only; empty for a
            bare page.
        mapped: Standard names (``text html id url title date ...``) to the names they have in
            ``fields``; names that are the same are left out.
        html: A page's bytes, content encoding undone, character encoding untouched.
        text: Already clean text.
        rejection: Why the record cannot be used.
        consumed: Bytes of the input file read since the record before it (for the progress bar).
    """

    doc_id: str
    source: str
    fields: dict[str, Any] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    html: bytes | None = None
    text: str | None = None
    rejection: Rejection | None = None
    consumed: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """A piece of text that a cleaning step took out.

    Attributes:
        step: Name of the step, as in ``dedup.clean.steps.STEPS``, or ``residue``.
        text: What was removed, whole.
    """

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way through the cleaning steps.

    Attributes:
        text: The text so far: lines separated by one newline.
        title: Headline, if known; read by steps, never changed.
        author: Byline, if known; read by steps, never changed.
        agency: Short name of the wire agency that the text credits (``AP``, ``Reuters``), if any.
        dateline: Place and date that stood before the first sentence, agency left out.
        credit: Credit lines that were taken off, joined by newlines.
        removed: What the steps took out, in order.
    """

    text: str
    title: str | None = None
    author: str | None = None
    agency: str | None = None
    dateline: str | None = None
    credit: str | None = None
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What Trafilatura made of one page.

    Attributes:
        text: Main text, lines separated by newlines.
        title: Headline.
        date: Publication date as the page gives it, ISO 8601, time kept where the page has one.
        author: Byline.
        site: Name of the site.
        hostname: Host of the page's own URL.
        url: Where the page says it stands (og:url), or None.
        canonical_url: Where the page says its original stands (rel=canonical), or None.
        language: Two-letter code.
        description: The page's own summary.
    """

    text: str
    title: str | None = None
    date: str | None = None
    author: str | None = None
    site: str | None = None
    hostname: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CleanPage:
    """What a worker makes of the bytes of one page, whatever record they came in.

    Attributes:
        extraction: The page's own metadata; its ``text`` is empty, the cleaned one stands in
            ``draft``.
        draft: The cleaned text and what was taken off it.
    """

    extraction: Extraction
    draft: Draft


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned document: what every stage after ``clean`` knows of an input.

    Attributes:
        doc_id: The id.
        source: File or stream it came from.
        fields: Fields that go to the output as they are.
        text: Cleaned text, the only text that is matched.
        title: Headline.
        url: Where it was found: the record's ``url``, else what the page says of itself.
        page: ``url`` without what does not change the article, see :mod:`dedup.clean.addresses`.
        canonical_page: The same of where the page says its original is, or None.
        host: Host of ``url`` in lower case without ``www.``, else the site's name; None if unknown.
        date: ISO 8601 day, or time in UTC, or None.
        moment: The same as seconds since 1970 UTC, see :class:`Facts`.
        language: Two-letter code, or None.
        agency: Wire agency credited, or None.
        agency_page: Whether the page stands on that agency's own site.
        dateline: Dateline taken off, or None.
        credit: Credit lines taken off, or None.
        removed: What cleaning took out.
    """

    doc_id: str
    source: str
    fields: dict[str, Any]
    text: str
    title: str | None = None
    url: str | None = None
    page: str | None = None
    canonical_page: str | None = None
    host: str | None = None
    date: str | None = None
    moment: float | None = None
    language: str | None = None
    agency: str | None = None
    agency_page: bool = False
    dateline: str | None = None
    credit: str | None = None
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What electing and telling relations need to know of one document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        twin: Row of the first document with the same cleaned text; its own where there is none.
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
        leftovers: Lines that cleaning took out as furniture or residue.
        fields: The document's output fields, for rules on a user's own field.
    """

    row: int
    doc_id: str
    twin: int
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


@dataclass(frozen=True, slots=True)
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
class Member:
    """A document of a story.

    Attributes:
        row: Position in input order.
        doc_id: The id.
        relation: What it is to the canonical; None for the canonical itself.
        score: Similarity to the canonical in [0, 1]: 1 for ``exact``, Jaccard for ``near``,
            else the larger containment; None for the canonical itself.
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
        story_id: Stable name, made of the canonical's id.
        why: Why the canonical was elected.
        members: The canonical first, then the duplicates by id.
        first_date: Earliest known publication, ISO 8601.
        last_date: Latest known publication.
        outlets: Hosts of the members, sorted, each once.
        agencies: Agencies that members credit, sorted, each once.
        origins: Independent write-ups among the members.
    """

    story_id: str
    why: Why
    members: tuple[Member, ...]
    first_date: str | None = None
    last_date: str | None = None
    outlets: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    origins: int = 1

    @property
    def canonical(self) -> Member:
        """The document that stays."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
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

"""Documents, from extraction to their cleaned text.

``Draft`` is not frozen, for the reason in :mod:`dedup.models.stories`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from dedup.models.inputs import Rejection

SITE_BOILERPLATE = "residue"
"""``Removal.step`` of site boilerplate; the name in the output since the first version."""

BELIEVED_DATES = frozenset({"jsonld", "meta", "time", "url"})
"""``Extraction.date_source`` of a date that decides: JSON-LD, a meta element, a ``<time>`` that is
marked as the publication, a whole day in the page's address."""

GUESSED_DATE = "text"
"""``date_source`` of any other date of a page."""


OWN_FIELDS = b"dedup.own_fields"
"""Key in the metadata of a Parquet file of documents: the column that holds, as one JSON object,
the fields of a record that have no column."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A piece of text that a cleaning step removed.

    Attributes:
        step: Name of the step, as in ``dedup.cleaning.pipeline.STEPS``, or ``SITE_BOILERPLATE``.
        text: The removed text.
    """

    step: str
    text: str


@dataclass(slots=True)
class Draft:
    """A text between two cleaning steps.

    Attributes:
        text: The text so far: lines separated by one newline.
        title: Headline, if known; no step changes it.
        author: Byline, if known; no step changes it.
        agencies: Names of agencies beside those of the table; no step changes them.
        agency: Short name of the wire agency that the text credits (``AP``, ``Reuters``), if any.
        dateline: Removed place and date before the first sentence, without the agency.
        credit: Removed credit lines, joined by newlines.
        removed: What the steps removed, in order.
    """

    text: str
    title: str | None = None
    author: str | None = None
    agencies: tuple[str, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    credit: str | None = None
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The result of Trafilatura for one page.

    Attributes:
        text: Main text, lines separated by newlines.
        title: Headline.
        date: Publication date of the page, ISO 8601, with the time where the page has one.
        date_source: Where the day is from: one of ``BELIEVED_DATES``, or ``GUESSED_DATE``, such
            as the year of a footer or the day of a teaser; None without a date.
        author: Byline.
        site: Name of the site.
        hostname: Host of the page's own URL.
        url: The page's own address (og:url), or None.
        canonical_url: The address of the page's original (rel=canonical), or None.
        language: Two-letter code.
        description: The page's own summary.
    """

    text: str
    title: str | None = None
    date: str | None = None
    date_source: str | None = None
    author: str | None = None
    site: str | None = None
    hostname: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A cleaned page, without the fields of its record.

    Attributes:
        extraction: The page's own metadata, with an empty ``text``.
        draft: The cleaned text and what was removed.
    """

    extraction: Extraction
    draft: Draft


class Listed(NamedTuple):
    """A document whose lines are compared with those of its host.

    Attributes:
        row: Its row.
        host: Its host.
        lines: :func:`dedup.cleaning.site_lines.line_digests` of its text, as little-endian bytes.
        page: Its page, see :mod:`dedup.cleaning.urls`, or None.
        title: Its headline, or None.
    """

    row: int
    host: str
    lines: bytes
    page: str | None = None
    title: str | None = None


class StrippedText(NamedTuple):
    """A document after the lines of its site were taken out.

    Attributes:
        row: The document.
        text: What stays.
        removed: The lines taken out.
        lines: The digests of its lines as they are stored from now on, None where they stay.
        rejection: Why it is no document, where too little stays.
    """

    row: int
    text: str
    removed: tuple[str, ...]
    lines: bytes | None = None
    rejection: Rejection | None = None


class OutputRecord(NamedTuple):
    """A document as it goes to the output.

    Attributes:
        doc_id: The id.
        date: See :class:`Document`.
        fields: Its own fields as JSON; of a page the metadata, too.
        text: The cleaned text of a page; None for a record with a text.
    """

    doc_id: str
    date: str | None
    fields: bytes
    text: str | None = None


class Document(NamedTuple):
    """A cleaned document.

    Attributes:
        doc_id: The id.
        source: Name of its file or stream.
        fields: Fields that go to the output unchanged.
        text: Cleaned text, the only text that is matched.
        title: Headline.
        url: The record's ``url``, else the page's own address.
        page: ``url`` without what does not change the article, see :mod:`dedup.cleaning.urls`.
        canonical_page: The same of the address of the page's original, or None.
        host: Host of ``url`` in lower case without ``www.``, else the site's name; None if unknown.
        date: ISO 8601 day, or time in UTC, or None. That of a page may be a guess.
        moment: The same as seconds since 1970 UTC, see :class:`Facts`; None where it is a guess.
        unread_date: The record's own date as written, where it is not read.
        date_order: The order of day and month that its own date shows, as in
            :class:`dedup.cleaning.written_dates.DayOrder`.
        language: Two-letter code, or None.
        agency: Wire agency credited, or None.
        agency_page: Whether the page is on that agency's own site.
        dateline: Removed dateline, or None.
        credit: Removed credit lines, or None.
        removed: What cleaning removed.
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
    unread_date: str | None = None
    date_order: str | None = None
    language: str | None = None
    agency: str | None = None
    agency_page: bool = False
    dateline: str | None = None
    credit: str | None = None
    removed: tuple[Removal, ...] = ()

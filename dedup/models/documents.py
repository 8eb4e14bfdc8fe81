"""Documents on their way through cleaning.

What is made several times for each of them is not frozen, as in :mod:`dedup.models.stories`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

SITE_BOILERPLATE = "residue"
"""What ``Removal.step`` says of site boilerplate; the output has called it so from the start."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A piece of text that a cleaning step took out.

    Attributes:
        step: Name of the step, as in ``dedup.clean.pipeline.STEPS``, or ``residue``.
        text: What was removed, whole.
    """

    step: str
    text: str


@dataclass(slots=True)
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
        dated: Whether the page's markup or address gives that day. Else it was found somewhere in
            the text: the year of a footer, the day of a teaser.
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
    dated: bool = False
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


class Document(NamedTuple):
    """A cleaned document: what every stage after ``clean`` knows of an input.

    Attributes:
        doc_id: The id.
        source: File or stream it came from.
        fields: Fields that go to the output as they are.
        text: Cleaned text, the only text that is matched.
        title: Headline.
        url: Where it was found: the record's ``url``, else what the page says of itself.
        page: ``url`` without what does not change the article, see :mod:`dedup.clean.urls`.
        canonical_page: The same of where the page says its original is, or None.
        host: Host of ``url`` in lower case without ``www.``, else the site's name; None if unknown.
        date: ISO 8601 day, or time in UTC, or None.
        moment: The same as seconds since 1970 UTC, see :class:`Facts`; None where a page's date was
            only found in its text.
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

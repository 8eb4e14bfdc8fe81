"""When a page was published, and what says so: its markup, its address or a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from htmldate import find_date
from lxml.html import HtmlElement

from dedup.cleaning.dates import parse_date, parse_timestamp
from dedup.cleaning.page.bylines import is_of_another
from dedup.cleaning.page.json_ld import DeclaredArticle

# Meta elements with the time of publication, the most trusted first.
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time",
    "publish-date", "publish_date", "publishdate", "published_time", "publication_date", "pubdate",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date", "dcterms.date", "date",
)  # fmt: skip

# A whole day in an address, its parts with one sign or none between them.
_DAY = re.compile(
    r"(?<!\d)(19[7-9]\d|20\d\d)([/_.-]?)(0[1-9]|1[0-2]|(?<=[/_.-])[1-9])\2"
    r"(0[1-9]|[12]\d|3[01]|(?<=[/_.-])[1-9])(?!\d)"
)

# The newest day of any dump that this version reads. htmldate by itself would refuse dates after
# the day on which it runs: one page, two answers.
_NEWEST = "2099-12-31"


class PublicationDate(NamedTuple):
    """A date and what says so.

    Attributes:
        text: ISO 8601, with the time where the page has one; None where nothing is known.
        source: As in :class:`dedup.models.Extraction`.
    """

    text: str | None = None
    source: str | None = None


class _Stated(NamedTuple):
    """A date that a page states: as written, its day, and its source."""

    text: str
    day: date
    source: str


def publication_date(
    tree: HtmlElement,
    named: Mapping[str, str],
    articles: Sequence[DeclaredArticle],
    addresses: Sequence[str | None],
) -> PublicationDate:
    """Return when a page says that it was published.

    A day in the page's own address is local and a stamp often UTC: they agree when they are a day
    apart or less. Of what the markup states the first that agrees with the address counts, with
    its time.

    Args:
        tree: The page.
        named: The contents of its meta elements by name in lower case.
        articles: What the page declares as its own, the most trusted first.
        addresses: Its own addresses.
    """
    stated = list(_stated(tree, named, articles))
    in_address = next((day for each in addresses if each and (day := _day_in(each))), None)
    day = in_address or (stated[0].day if stated else None)
    if day is None:
        return PublicationDate()
    agreeing = [each for each in stated if abs((each.day - day).days) <= 1]
    for each in agreeing:
        if stamp := parse_timestamp(each.text):
            return PublicationDate(stamp.isoformat(), each.source)
    if agreeing:
        return PublicationDate(day.isoformat(), agreeing[0].source)
    return PublicationDate(day.isoformat(), "url")


def guessed_date(tree: HtmlElement) -> PublicationDate:
    """Return the date that a page seems to have; as often as not it is that of something else.

    Args:
        tree: The page; it is not changed. Without its scripts the search takes a fifth of the time.
    """
    # The publication, not the last change.
    guess = find_date(tree, original_date=True, extensive_search=True, max_date=_NEWEST)
    return PublicationDate(guess, "text") if guess else PublicationDate()


def _stated(
    tree: HtmlElement, named: Mapping[str, str], articles: Sequence[DeclaredArticle]
) -> Iterator[_Stated]:
    """Yield the readable dates of publication in a page's markup, the most trusted first."""
    written = [(named[name], "meta") for name in _DATE_NAMES if name in named]
    written += [(each.published, "jsonld") for each in articles if each.published]
    for element in tree.iter("time"):
        stated = element.get("itemprop") == "datePublished" or "pubdate" in element.attrib
        if stated and not is_of_another(element):
            written.append((element.get("datetime") or "", "time"))
    for text, source in written:
        if parsed := parse_date(text):
            yield _Stated(text, date.fromisoformat(parsed[0][:10]), source)


def _day_in(address: str) -> date | None:
    """Return the day in the path of an address.

    >>> _day_in("https://a.example/news/2024/11/03/bridge"), _day_in("https://a.example/2024/11/")
    (datetime.date(2024, 11, 3), None)
    """
    for year, _, month, day in _DAY.findall(address.partition("://")[2].partition("/")[2]):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None

"""Extract main text and metadata of one page; the result depends on its bytes alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lxml.html import HtmlElement

from dedup.clean.dates import parse_date, parse_timestamp
from dedup.clean.fast_extraction import parse, read_page
from dedup.models import Extraction, Reason, Rejection

# Meta elements with the time of publication, the most trusted first.
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time",
    "publish-date", "publish_date", "publishdate", "published_time", "publication_date", "pubdate",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date", "dcterms.date", "date",
)  # fmt: skip

_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{10,40})"')

# What a fragment of a page begins with: Trafilatura takes only whole documents.
_FRAGMENT = re.compile(rb"<(?:p|div|article|section|main|body|h[1-6]|span|br|table|ul|ol)\b", re.I)

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?=$|[-_,;\s])")
_TITLE_PARTS = re.compile(r"\s+[|–—·-]\s+|\s*\|\s*")


def _published(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the times of publication in a page's own markup with their source, best first."""
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = meta.get("content")
        if name and content:
            named.setdefault(name.lower(), content)
    yield from ((named[name], "meta") for name in _DATE_NAMES if name in named)
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            yield from ((day, "jsonld") for day in _JSON_DATE.findall(script.text or ""))
    for element in tree.iter("time"):
        if element.get("itemprop") == "datePublished" or "pubdate" in element.attrib:
            yield element.get("datetime") or "", "time"


def _date(
    tree: HtmlElement, day: str | None, addresses: Sequence[str | None]
) -> tuple[str | None, str | None]:
    """Return the date of a page, and its source, see :class:`Extraction`.

    The date is the time of publication if the markup gives one that agrees with the day that
    Trafilatura found. A day read from a URL is local, a stamp often UTC: they agree when a day
    apart or less. Of 128 pages with a known date 125 state it, all but one rightly; a day found
    elsewhere is as often that of the site as of the article.
    """
    published = list(_published(tree))
    stamps = [(stamp, source) for text, source in published if (stamp := parse_timestamp(text))]
    if day is None:
        stated = ((stamp.isoformat(), source) for stamp, source in stamps)
        return next((found for found in stated if parse_date(found[0])), (None, None))
    found = date.fromisoformat(day)

    def agrees(other: date) -> bool:
        return abs((other - found).days) <= 1

    for stamp, source in stamps:
        if agrees(stamp.date()):
            return stamp.isoformat(), source
    for text, source in published:
        if (other := _leading_day(text)) and agrees(other):
            return day, source
    digits = day.replace("-", "")
    in_address = any(digits in re.sub(r"[/_-]", "", each or "") for each in addresses)
    return day, "url" if in_address else "text"


def _leading_day(text: str) -> date | None:
    """Return the ISO 8601 day that a text begins with."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _squashed(text: str) -> str:
    """Return letters and digits only, folded, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


def _without_site(title: str, site: str | None, hostname: str | None) -> str:
    """Remove the name of the site from either end of a title.

    >>> _without_site("Storm warning | Example Times", None, "www.exampletimes.com")
    'Storm warning'
    """
    host = _squashed((hostname or "").removeprefix("www."))
    names = {_squashed(site or ""), _squashed((site or "").rpartition(".")[0])} - {""}
    parts = _TITLE_PARTS.split(title)
    if len(parts) < 2:
        return title
    for end, part in ((-1, parts[-1]), (0, parts[0])):
        name = _squashed(part)
        if name in names or (len(name) >= 4 and name in host):
            cut = title[: title.rindex(part)] if end else title[title.index(part) + len(part) :]
            return cut.strip(" |–—·-\t\n") or title
    return title


def _language(tree: HtmlElement, fallback: str | None) -> str | None:
    """Return the two-letter language that the page declares."""
    for text in (tree.get("lang") or tree.get("xml:lang"), fallback):
        if match := _LANGUAGE.match((text or "").strip()):
            return match[0].lower()
    return None


def _first_address(candidates: Iterable[str | None]) -> str | None:
    """Return the first absolute web address."""
    addresses = ((text or "").strip() for text in candidates)
    return next((each for each in addresses if each.startswith(("http://", "https://"))), None)


def extract(html: bytes) -> Extraction | Rejection:
    """Return main text and metadata of a page, or why there is none.

    The bytes may be in any encoding. A hostile page may take any time: the caller must stop it.
    """
    if not html or html.isspace():
        return Rejection(Reason.EMPTY, "only white space" if html else "no bytes")
    tree = parse(html)
    if tree is None and _FRAGMENT.search(html[:5000]):
        tree = parse(b"<html><body>" + html + b"</body></html>")
    if tree is None:
        return Rejection(Reason.NOT_HTML, "no HTML elements in it")
    page = read_page(tree)
    text: str = page.text or "" if page is not None else ""
    if not text.strip():
        return Rejection(Reason.NO_TEXT, "no main text")
    url = _first_address(
        meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:url"
    )
    canonical_url = _first_address(
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    day, source = _date(tree, page.date, (url, canonical_url))
    return Extraction(
        text=text,
        title=_without_site(page.title, page.sitename, page.hostname) if page.title else None,
        date=day,
        date_source=source,
        author=page.author,
        site=page.sitename,
        hostname=page.hostname,
        url=url,
        canonical_url=canonical_url,
        language=_language(tree, page.language),
        description=page.description,
    )

"""Make main text and metadata of one page; what comes out depends on its bytes alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from lxml.html import HtmlElement

from dedup.clean.dates import parse_timestamp
from dedup.clean.fast_extraction import parse, read_page
from dedup.models import Extraction, Reason, Rejection

# Meta elements that hold the time of publication, the most trusted first.
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


def _tree(html: bytes) -> HtmlElement | None:
    """Parse a page, or a fragment of one, whatever its encoding."""
    tree = parse(html)
    if tree is None and _FRAGMENT.search(html[:5000]):
        tree = parse(b"<html><body>" + html + b"</body></html>")
    return tree


def _published(tree: HtmlElement) -> Iterator[str]:
    """Yield what the page's own markup gives as time of publication, most trusted first."""
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = meta.get("content")
        if name and content:
            named.setdefault(name.lower(), content)
    yield from (named[name] for name in _DATE_NAMES if name in named)
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            yield from _JSON_DATE.findall(script.text or "")
    for element in tree.iter("time"):
        if element.get("itemprop") == "datePublished" or "pubdate" in element.attrib:
            yield element.get("datetime") or ""


def _date(tree: HtmlElement, day: str | None) -> str | None:
    """Return the time of publication if the page gives one that agrees with the day found.

    A day read from a URL is local, a stamp often UTC: they agree when a day apart or less.
    """
    for text in _published(tree):
        stamp = parse_timestamp(text)
        if stamp and (day is None or abs((stamp.date() - date.fromisoformat(day)).days) <= 1):
            return stamp.isoformat()
    return day


def _is_stated(tree: HtmlElement, day: str | None) -> bool:
    """Return whether the page's markup or address gives a day, one day apart at most.

    Of 128 pages with a known date 125 state it, all but one rightly; a day found elsewhere is as
    often that of the site as of the article.
    """
    if day is None:
        return False
    found = date.fromisoformat(day)
    for text in _published(tree):
        try:
            stated = date.fromisoformat(text.strip()[:10])
        except ValueError:
            continue
        if abs((stated - found).days) <= 1:
            return True
    addresses = (_own_url(tree), _canonical_url(tree))
    return any(day.replace("-", "") in re.sub(r"[/_-]", "", each) for each in addresses if each)


def _squashed(text: str) -> str:
    """Return letters and digits only, folded, accents off."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


def _without_site(title: str, site: str | None, hostname: str | None) -> str:
    """Take the name of the site off either end of a title.

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
    declared = tree.get("lang") or tree.get("xml:lang") or ""
    for text in (declared, fallback or ""):
        found = _LANGUAGE.match(text.strip())
        if found:
            return found[0].lower()
    return None


def _first_address(candidates: Iterable[str | None]) -> str | None:
    """Return the first whole web address."""
    for text in candidates:
        address = (text or "").strip()
        if address.startswith(("http://", "https://")):
            return address
    return None


def _own_url(tree: HtmlElement) -> str | None:
    """Return og:url."""
    return _first_address(
        meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:url"
    )


def _canonical_url(tree: HtmlElement) -> str | None:
    """Return the target of rel=canonical."""
    return _first_address(
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )


def extract(html: bytes) -> Extraction | Rejection:
    """Return main text and metadata of a page, or why there is none.

    The bytes may be in any encoding; Trafilatura finds it. Time is that of the page: a hostile one
    must be stopped from outside.
    """
    if not html or html.isspace():
        return Rejection(Reason.EMPTY, "only white space" if html else "no bytes")
    tree = _tree(html)
    if tree is None:
        return Rejection(Reason.NOT_HTML, "no HTML elements in it")
    page = read_page(tree)
    text: str = page.text or "" if page is not None else ""
    if not text.strip():
        return Rejection(Reason.NO_TEXT, "no main text")
    return Extraction(
        text=text,
        title=_without_site(page.title, page.sitename, page.hostname) if page.title else None,
        date=_date(tree, page.date),
        dated=_is_stated(tree, page.date),
        author=page.author,
        site=page.sitename,
        hostname=page.hostname,
        url=_own_url(tree),
        canonical_url=_canonical_url(tree),
        language=_language(tree, page.language),
        description=page.description,
    )

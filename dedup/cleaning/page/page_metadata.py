"""What a page states of itself: title, authors, date, addresses, site, language, description."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from courlan import extract_domain
from lxml.html import HtmlElement

from dedup.cleaning.headline_words import headline_stems, stems
from dedup.cleaning.page.bylines import is_of_another, names_of, stated_authors
from dedup.cleaning.page.json_ld import DeclaredArticle, declared_articles, plain_text
from dedup.cleaning.page.publication_date import PublicationDate, publication_date

# Meta elements by what they state, the most trusted first.
_TITLES = (
    "og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title",
    "citation_title", "fb_title", "headline", "title",
)  # fmt: skip
_AUTHORS = (
    "og:author", "og:article:author", "article:author", "author", "authors", "byl", "dc.creator",
    "dc:creator", "dcterms.creator", "parsely-author", "sailthru.author", "citation_author",
    "creator", "shareaholic:article_author_name",
)  # fmt: skip
_SITES = (
    "og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "article:publisher",
    "application-name", "twitter:site", "copyright",
)  # fmt: skip
_DESCRIPTIONS = (
    "og:description", "description", "twitter:description", "dc.description",
    "dcterms.description", "dcterms.abstract", "sailthru.description",
)  # fmt: skip

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?=$|[-_,;\s])")
_TITLE_PARTS = re.compile(r"\s+[|–—·-]\s+|\s*\|\s*")
_WORD = re.compile(r"\w+")

# What stands between a headline and a site's addition to it.
_ADDITION = re.compile(r"\s*[|*：:·•]|\s+[–—-]\s")
_HEADLINE = 12

# Two headlines agree with this share of the words of the shorter.
_AGREEING = 0.5


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page states of itself.

    Attributes:
        title: Headline, without the name of the site.
        date: Publication date and its source.
        author: Names that are stated, separated by "; "; None where only a byline may name them.
        site: Name of the site.
        hostname: Registered domain of the page's own address.
        url: The page's own address (og:url), or None.
        canonical_url: The address of the page's original (rel=canonical), or None.
        language: Two-letter code that the page declares.
        description: The page's own summary.
        body: The text that the page declares for the article of its headline, or None.
        headline: The stems of the title, none where it says nothing of an article.
    """

    title: str | None
    date: PublicationDate
    author: str | None
    site: str | None
    hostname: str | None
    url: str | None
    canonical_url: str | None
    language: str | None
    description: str | None
    body: str | None
    headline: frozenset[str]


class _Wording(NamedTuple):
    """A headline to compare: its letters and digits in one row, and its words."""

    letters: str
    words: frozenset[str]


def page_metadata(tree: HtmlElement) -> PageMetadata:
    """Read the metadata of a page in one pass over its ``<meta>`` elements and its JSON-LD.

    Args:
        tree: The page; it is not changed.
    """
    named = _named(tree)
    url = _first_address([named.get("og:url")])
    canonical_url = _first_address(
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    hostname = extract_domain(address, fast=True) if (address := url or canonical_url) else None
    headlines = _headlines(tree, named)
    wordings = [_wording(each) for each in dict.fromkeys(headlines)]
    articles = declared_articles(tree)
    site = _site(tree, named, articles)
    telling = [each for each in headlines if _tells(each, site, hostname)]
    own = _own_articles(articles, wordings, (url, canonical_url), stems(" ".join(telling)))
    site = _site(tree, named, own)
    title = _title(telling, [each.headline for each in own if each.headline])
    title = title or _title(headlines, [])
    declared = next((each for each in own if each.is_article), None)
    agrees = declared and (_agrees(declared.headline, wordings) or not telling)
    return PageMetadata(
        title=_without_site(title, site, hostname) if title else None,
        date=publication_date(tree, named, own, (url, canonical_url)),
        author=_authors(tree, own),
        site=site or hostname,
        hostname=hostname,
        url=url,
        canonical_url=canonical_url,
        language=_language(tree),
        description=next(iter(_values(named, _DESCRIPTIONS)), None),
        body=declared.body if declared and agrees else None,
        headline=headline_stems(title, hostname or "") if telling or declared else frozenset(),
    )


def _named(tree: HtmlElement) -> dict[str, str]:
    """Return the contents of the meta elements by name in lower case, the first of each name."""
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = _name_of(meta)
        content = meta.get("content")
        if not name or not content or content.isspace() or name in named:
            continue
        if not (meta.get("itemprop") and is_of_another(meta)):
            named[name] = content
    return named


def _name_of(meta: HtmlElement) -> str:
    """Return the name of a meta element in lower case, empty where it has none."""
    return (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()


def _values(named: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the values of some meta elements, the most trusted first, in one line each."""
    return [text for name in names if name in named and (text := plain_text(named[name]))]


def _headlines(tree: HtmlElement, named: Mapping[str, str]) -> list[str]:
    """Return what may be a page's headline, the most trusted first."""
    headings = [text for each in tree.iter("h1") if (text := _text_of(each))]
    element = tree.find(".//title")
    whole = _text_of(element) if element is not None else None
    return [
        *_values(named, _TITLES),
        *(headings if len(headings) == 1 else []),
        *([whole] if whole else []),
        *headings[:1],
    ]


def _tells(headline: str, site: str | None, hostname: str | None) -> bool:
    """Return whether a headline says more than the name of the site.

    >>> _tells("The Example Times", "Example Times", None), _tells("Storm over Elwood", None, None)
    (False, True)
    """
    if not headline_stems(headline, hostname or ""):
        return False
    name, says = (_squashed(each).removeprefix("the") for each in (site or "", headline))
    return name != says


def _title(headlines: Sequence[str], declared: Sequence[str]) -> str | None:
    """Return the most trusted headline, without what another one shows to be the site's addition.

    >>> _title(["Bridge opens - National | Example"], ["Bridge opens"])
    'Bridge opens'
    """
    titles = [*headlines, *declared]
    if not titles:
        return None
    first = titles[0]
    shorter = [
        each
        for each in titles
        if first.startswith(each) and _ADDITION.match(first, len(each)) and len(each) >= _HEADLINE
    ]
    return min(shorter, key=len, default=first)


def _text_of(element: HtmlElement) -> str | None:
    """Return the text of an element in one line."""
    return " ".join(" ".join(element.itertext()).split()) or None


def _own_articles(
    declared: list[DeclaredArticle],
    wordings: Sequence[_Wording],
    addresses: Sequence[str | None],
    telling: frozenset[str],
) -> list[DeclaredArticle]:
    """Return what a page declares of itself, the most trusted first; other articles are left out.

    Its own article has its headline or its address. The only article that is declared is its own
    unless none of the page's headlines has a word of its headline.
    """
    articles = [each for each in declared if each.is_article]
    known = {each.rstrip("/") for each in addresses if each}
    own = [
        each
        for each in articles
        if _agrees(each.headline, wordings)
        or any(address.partition("#")[0].rstrip("/") in known for address in each.addresses)
    ]
    if not own and len(articles) == 1:
        words = stems(articles[0].headline or "")
        own = articles if not words or not telling or words & telling else []
    return own + [each for each in declared if not each.is_article]


def _wording(headline: str) -> _Wording:
    """Return the wording of a headline."""
    return _Wording(_squashed(headline), frozenset(_WORD.findall(headline.casefold())))


def _agrees(headline: str | None, wordings: Sequence[_Wording]) -> bool:
    """Return whether a declared headline is one of a page's own, in other words at most."""
    if not headline:
        return False
    letters, words = _wording(headline)
    for other in wordings:
        if letters and letters in other.letters:
            return True
        least = min(len(words), len(other.words))
        if least and len(words & other.words) >= _AGREEING * least:
            return True
    return False


def _authors(tree: HtmlElement, own: Sequence[DeclaredArticle]) -> str | None:
    """Return the names of the authors that a page states."""
    declared = next((names for each in own if (names := names_of(each.authors))), None)
    return declared or stated_authors(_meta_authors(tree))


def _meta_authors(tree: HtmlElement) -> list[str]:
    """Return the contents of the meta elements for authors, all those of the most trusted name."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = _name_of(meta)
        if name in _AUTHORS and (content := plain_text(meta.get("content"))):
            found.setdefault(name, []).append(content)
    return next((found[name] for name in _AUTHORS if stated_authors(found.get(name, []))), [])


def _site(
    tree: HtmlElement, named: Mapping[str, str], own: Sequence[DeclaredArticle]
) -> str | None:
    """Return the name of a page's site."""
    published = [each.publisher for each in own if each.publisher]
    names = [*_values(named, _SITES[:1]), *published, *_values(named, _SITES[1:])]
    name = next((each for each in names if not each.startswith(("http://", "https://"))), None)
    if name is None:
        element = tree.find(".//title")
        parts = _TITLE_PARTS.split(_text_of(element) or "") if element is not None else []
        name = next((part for part in parts[1:] if "." in part and " " not in part), None)
    name = (name or "").lstrip("@")
    return name.title() if name and "." not in name and name.islower() else name or None


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
        of_host = len(name) >= 4 and (name in host or name.removeprefix("the") in host)
        if name in names or of_host:
            cut = title[: title.rindex(part)] if end else title[title.index(part) + len(part) :]
            return cut.strip(" |–—·-\t\n") or title
    return title


def _language(tree: HtmlElement) -> str | None:
    """Return the two-letter language that the page declares."""
    match = _LANGUAGE.match((tree.get("lang") or tree.get("xml:lang") or "").strip())
    return match[0].lower() if match else None


def _first_address(candidates: Iterable[str | None]) -> str | None:
    """Return the first absolute web address."""
    addresses = ((text or "").strip() for text in candidates)
    return next((each for each in addresses if each.startswith(("http://", "https://"))), None)

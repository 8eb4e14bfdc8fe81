"""What a page says of itself in JSON-LD: its own article among all objects that it lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from lxml.etree import LxmlError
from lxml.html import HtmlElement, fragment_fromstring

from dedup.json_codec import load_json

# Types of schema.org that stand for a page's article; all others of them end with "Article".
_ARTICLES = frozenset({"blogposting", "liveblogposting", "socialmediaposting", "report", "review"})
_PAGES = frozenset({"webpage", "itempage"})

# Fields that hold other articles, or none: what lies below them is not the page's own.
_OTHERS = frozenset(
    {"itemlistelement", "mentions", "haspart", "ispartof", "citation", "isbasedon", "blogpost"}
    | {"comment", "comments", "liveblogupdate", "video", "image", "publisher", "author", "about"}
    | {"relatedlink", "significantlink", "subjectof", "review", "reviews"}
)

# Fields with the text of an article, the most trusted first.
_BODIES = ("articleBody", "reviewBody", "text")

# Objects looked at in one script, and articles in one page; a page of a news site has some ten.
_MOST_OBJECTS = 2000

# Data that is not valid JSON is searched for what its beginning states, with patterns whose time
# grows with its length alone.
_BROKEN = 20_000
_STRING = r'\s*:\s*"((?:[^"\\\n]|\\.){2,400})"'
_BROKEN_FIELDS = {name: re.compile(f'"{name}"{_STRING}') for name in ("headline", "datePublished")}
_BROKEN_AUTHOR = re.compile(rf'"author"\s*:\s*+(?:\[\s*+)?{{[^{{}}]{{0,200}}?"name"{_STRING}')

_WRAPPING = re.compile(
    r"^\s*(?:/\*.{0,20}?\*/|//\s*)?(?:<!--|<!\[CDATA\[)(?:\s*\*/)?|(?://\s*)?(?:-->|\]\]>)\s*+;?\s*$"
)
_SPARE_COMMA = re.compile(r",(?=\s*[}\]])")


@dataclass(frozen=True, slots=True)
class DeclaredArticle:
    """An article as a page declares it.

    Attributes:
        headline: Its headline, or None.
        published: When it was published, as written, or None.
        authors: The names of its authors that are no organisations.
        body: Its text, lines separated by newlines, or None.
        addresses: Addresses that it says it has.
        publisher: Name of the site, or None.
        is_article: Whether it is an article rather than a page around one.
    """

    headline: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    body: str | None = None
    addresses: tuple[str, ...] = ()
    publisher: str | None = None
    is_article: bool = True


def declared_articles(tree: HtmlElement) -> list[DeclaredArticle]:
    """Return the articles that a page declares as its own, and the page itself, in their order."""
    found: list[DeclaredArticle] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or not script.text:
            continue
        if len(found) >= _MOST_OBJECTS:
            break
        try:
            data = _loaded(script.text)
        except (ValueError, RecursionError):
            found += _from_broken(script.text[:_BROKEN])
        else:
            objects = islice(_objects(data), _MOST_OBJECTS)
            found += [_article(each) for each in objects if _kind(each)]
    return found


def _loaded(text: str) -> Any:
    """Return the data of a script; raise ValueError where small repairs make it no JSON."""
    try:
        return load_json(text.encode("utf-8", "replace"))
    except ValueError:
        repaired = _SPARE_COMMA.sub("", _WRAPPING.sub("", text).strip().rstrip(";"))
        return json.loads(repaired, strict=False)  # line ends in strings are common


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page that may be its article, those on top first."""
    level = [data]
    while level:
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                yield each
                below += [value for key, value in each.items() if key.lower() not in _OTHERS]
            elif isinstance(each, list):
                below += each
        level = [each for each in below if isinstance(each, dict | list)]


def _kind(each: dict[str, Any]) -> str | None:
    """Return "article" or "page" for an object that is one."""
    types = each.get("@type")
    for written in types if isinstance(types, list) else [types]:
        name = written.lower().rpartition("/")[2] if isinstance(written, str) else ""
        if name.endswith("article") or name in _ARTICLES:
            return "article"
        if name in _PAGES:
            return "page"
    return None


def _article(each: dict[str, Any]) -> DeclaredArticle:
    is_article = _kind(each) == "article"
    main = each.get("mainEntityOfPage")
    main = main.get("@id") or main.get("url") if isinstance(main, dict) else main
    addresses = (each.get("url"), main, each.get("@id"))
    return DeclaredArticle(
        headline=plain_text(each.get("headline") or (each.get("name") if is_article else None)),
        published=_text(each.get("datePublished")),
        authors=_authors(each.get("author") or each.get("creator")),
        body=_body(next(filter(None, map(each.get, _BODIES)), None)) if is_article else None,
        addresses=tuple(each for each in addresses if isinstance(each, str)),
        publisher=_name(each.get("publisher")),
        is_article=is_article,
    )


def _name(value: Any) -> str | None:
    """Return the name of an organisation."""
    value = value[0] if isinstance(value, list) and value else value
    return plain_text(value.get("name") if isinstance(value, dict) else value)


def _text(value: Any) -> str | None:
    """Return a value that is a text, or the first one of a list."""
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def plain_text(value: Any) -> str | None:
    """Return a text in one line without markup, or None for anything else.

    >>> plain_text("<b>Bridge</b> &amp; river")
    'Bridge & river'
    """
    if not isinstance(value, str) or not value.strip():
        return None
    text = unescape(value)
    if "<" in text:
        text = _without_markup(text)
    return " ".join(text.split()) or None


def _body(value: Any) -> str | None:
    """Return the text of an article, its lines stripped; a list is joined."""
    if isinstance(value, list):
        value = "\n".join(each for each in value if isinstance(each, str))
    if not isinstance(value, str):
        return None
    text = unescape(value)
    if "<" in text and ">" in text:
        text = _without_markup(text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def _without_markup(text: str) -> str:
    """Return the text of a fragment of HTML, a line for each block of it."""
    try:
        element = fragment_fromstring(text, create_parent="div")
    except (LxmlError, ValueError):
        return text
    for block in element.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4", "blockquote"):
        block.tail = f"\n{block.tail or ''}"
    return str(element.text_content())


def _authors(value: Any) -> tuple[str, ...]:
    """Return the names of authors; an organisation is the site itself, as a rule."""
    found: list[Any] = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict) and "Person" in (each.get("@type") or "Person"):
            names = each.get("name") or " ".join(
                part for name in ("givenName", "familyName") if (part := _text(each.get(name)))
            )
            found += names if isinstance(names, list) else [names]
    return tuple(name for name in found if isinstance(name, str))


def _from_broken(text: str) -> list[DeclaredArticle]:
    """Return what the beginning of broken data states, if anything."""
    stated = {
        name: plain_text(match[1])
        for name, pattern in _BROKEN_FIELDS.items()
        if (match := pattern.search(text))
    }
    author = _BROKEN_AUTHOR.search(text)
    if not stated and not author:
        return []
    return [
        DeclaredArticle(
            headline=stated.get("headline"),
            published=stated.get("datePublished"),
            authors=(author[1],) if author else (),
        )
    ]

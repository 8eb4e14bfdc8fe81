"""The names of a page's authors: from what it states, else from the byline above its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from html import unescape
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from dedup.cleaning.dateline import MONTHS

# Longest byline: several names with their desks. A longer one is a sentence, or a list of links.
_LONGEST = 120
_LONGEST_NAME = 60
_MOST_WORDS = 7

# Most authors that are looked at, and characters of one entry in a list of them.
_MOST_AUTHORS = 100
_LONGEST_ENTRY = 1_000

# Paragraphs of the article before whose last its byline stands.
_BEFORE = 3

_MARKUP = re.compile(r"<[^<>]{0,200}>")
_SPLIT = re.compile(r"\s*(?:[/;,|&·•\n]|\s(?:and|und)\s)\s*", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:[^\W\d_]+(?:ed|t) )?(?:written by|words by|text by|story by|posted by|submitted by|by|von"
    r"|from|par|por|di|door|af|av|автор|текст|author|autora?|auteur|autore|reporter|sobre)\b"
    r"\s*[:：]?\s*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S+@\S+\.\S+|@\w+|https?://\S+|www\.\S+", re.IGNORECASE)
# What follows a name: where the author is, a date, the labels of a site.
_TAIL = re.compile(
    r"\s+(?:on|for|at|in|to|from|of|via|with|am|is|—|-|–)\s.*"
    r"|\s+(?:published|updated|posted|view profile|e-?mail|twitter|rss|follow|says"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b.*"
    rf"|\s+(?:{'|'.join(sorted(MONTHS))})\.?\s+\d.*"
    r"|\s*[\d(\[].*",
    re.IGNORECASE,
)
_NO_NAMES = MONTHS | {
    "name", "admin", "view profile", "author", "editor", "staff writer", "follow", "published",
    "updated", "share", "contributor", "staff", "website", "email", "comments", "by", "posted",
}  # fmt: skip
_AROUND = " \t.,:;–—-|*#\"'“”‘’«»()[]{}<>~!?¿"

# Elements that sites name as bylines, in the order of the page. Parts of words without their first
# letter: XPath has no test that ignores case but on a copy of each attribute.
_NAMED = " or ".join(
    f"contains(@{attribute}, '{part}')"
    for attribute in ("class", "id")
    for part in ("uthor", "yline")
)
_BYLINES = etree.XPath(
    f"//body//*[{_NAMED} or contains(@itemprop, 'author') or @rel = 'author' or @class = 'byl'"
    " or self::author]"
)
_STRONG = re.compile(r"author-?_?name|byline|^author$|\bauthor\b")

# What the names of elements begin with whose bylines are another text's.
_OTHERS = re.compile(
    r"(?:^|\s)(?:comment|discuss|repl(?:y|ies)|disqus|responses|respond\b|reaction|related"
    r"|sidebar\b|recommend|most-?read|teaser|promo|widget[_-]|footer\b|newsletter|popular"
    r"|trending|carousel|is-hidden|latest\b|kommentare\b|comentarios\b|commenti\b|forum|thread\b)"
)
_OTHER_TAGS = frozenset(
    {"time", "figure", "figcaption", "aside", "nav", "form", "blockquote", "head"}
)


def names_of(written: Iterable[str]) -> str | None:
    """Return the names in bylines as one text, separated by "; "; None where there is none.

    >>> names_of(["By Jane Doe and John Roe, Example Times", "jane@example.com"])
    'Jane Doe; John Roe; Example Times'
    """
    names: dict[str, None] = {}
    for each in islice(written, _MOST_AUTHORS):
        text = _ADDRESS.sub(" ", _MARKUP.sub(" ", unescape(each[:_LONGEST_ENTRY])))
        names.update((name, None) for part in _SPLIT.split(text) if (name := _name(part)))
    first = list(names)[:_MOST_AUTHORS]
    whole = [one for one in first if not any(one != other and one in other for other in first)]
    return "; ".join(whole) or None


def _name(part: str) -> str | None:
    """Return the name in one part of a byline, or None if it cannot be one."""
    name = _PREFIX.sub("", " ".join(part.split()).strip(_AROUND))
    name = _TAIL.sub("", name).strip(_AROUND)
    if not 2 <= len(name) <= _LONGEST_NAME or len(name.split()) > _MOST_WORDS:
        return None
    if name.casefold() in _NO_NAMES or not any(map(str.isalpha, name)):
        return None
    return name.title() if name[0].islower() and "." not in name else name


def stated_authors(names: Sequence[str]) -> str | None:
    """Return the authors that a page's ``<meta>`` states; a single word may be an account's name.

    >>> stated_authors(["admin"]), stated_authors(["Jane Doe"])
    (None, 'Jane Doe')
    """
    return names_of(name for name in names if not name.isascii() or " " in name.strip())


def byline(tree: HtmlElement, article: Sequence[HtmlElement]) -> str | None:
    """Return the authors that the byline of a page's article names, or None.

    Comments have bylines, too, and so have the teasers of other articles: what stands behind the
    article's first paragraphs counts only if it is the only one and says that it is a byline.

    Args:
        tree: The page.
        article: The long paragraphs of its article, in order.
    """
    elements = _BYLINES(tree)
    before = len(elements)
    if article:
        last = _position(article[min(len(article), _BEFORE) - 1])
        before = bisect_right(elements, last, key=_position)
    weak: str | None = None
    behind: set[str] = set()
    for at, element in enumerate(elements):
        written = _written(element)
        if not 2 < len(written) < _LONGEST or _is_others(element):
            continue
        names = names_of([written])
        if names and at >= before:
            if element.get("rel") == "author" or _PREFIX.match(written):
                behind.add(names)
        elif names and _is_strong(element):
            return names
        else:
            weak = weak or names
    return weak or (behind.pop() if len(behind) == 1 else None)


def _written(element: HtmlElement) -> str:
    """Return the text of an element in one line, or more than a byline's length of a longer one."""
    words: list[str] = []
    size = 0
    for text in element.itertext():
        words += text.split(None, _LONGEST)
        size += len(text)
        if size > _LONGEST and len(" ".join(words)) > _LONGEST:
            break
    return " ".join(words)


def _position(element: HtmlElement) -> tuple[int, ...]:
    """Return where an element stands in its page: positions are in the order of the page."""
    path: list[int] = []
    while (above := element.getparent()) is not None:
        path.append(above.index(element))
        element = above
    return tuple(reversed(path))


def _is_strong(element: HtmlElement) -> bool:
    """Return whether an element is named as an author's name is, rather than what may hold it."""
    if element.get("rel") == "author" or element.tag == "author":
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}".strip().lower()
    return "author" in (element.get("itemprop") or "") or bool(_STRONG.search(named))


_TYPES = ("article", "posting", "report", "review", "page", "work", "blog", "site")
"""What the types of schema.org end with that stand for a page's article, or the page."""


def is_of_another(element: HtmlElement) -> bool:
    """Return whether a microdata property is that of a video, a comment or another article."""
    around = list(element.iterancestors())
    if any(above.tag == "head" for above in around):
        return False
    scope = next((above for above in around if above.get("itemscope") is not None), None)
    kind = (scope.get("itemtype") or "").lower().rstrip("/") if scope is not None else ""
    return (bool(kind) and not kind.endswith(_TYPES)) or (bool(around) and _is_others(around[0]))


def _is_others(element: HtmlElement) -> bool:
    """Return whether an element stands in comments, teasers or another part of the site."""
    for above in (element, *element.iterancestors()):
        if above.tag in _OTHER_TAGS:
            return True
        if above.tag in ("body", "html"):
            return False
        if _OTHERS.search(f"{above.get('class') or ''} {above.get('id') or ''}".lower()):
            return True
    return False

"""The bytes of a page to a tree of elements."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, fromstring

from dedup.text_encoding.page import decode_page

# Characters that a page may contain and an XML document may not: XML 1.0, section 2.2.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_NO_CHARACTERS = ("\ufffe", "\uffff")

# libxml2 keeps nothing of a page whose doctype is not closed, or whose root is closed at once.
_BEGINNING = 4096
_DOCTYPE = re.compile(r"<!doctype[^<>]*>?", re.IGNORECASE)
_CLOSED_ROOT = re.compile(r"(<html\b[^<>]*?)\s*/>", re.IGNORECASE)

# What a page begins with that has no root: the parser alone would take its first element for all.
_FRAGMENT = re.compile(
    r"<(?:p|div|article|section|main|body|h[1-6]|span|br|table|ul|ol)\b", re.IGNORECASE
)


def _parser() -> etree.HTMLParser:
    """Return a parser whose elements are of one class; lxml's own asks Python for each of them."""
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


_PARSER = _parser()


def _repaired(text: str) -> str:
    """Return a page without what keeps the parser from reading it."""
    head = text[:_BEGINNING]
    head = _CLOSED_ROOT.sub(r"\1>", _DOCTYPE.sub("", head, count=1), count=1)
    return head + text[_BEGINNING:]


def _root(text: str) -> HtmlElement | None:
    """Return the root of a page, or None where the parser finds no element."""
    data = text.encode("utf-8", "surrogatepass").translate(None, _CONTROLS)
    try:
        return fromstring(data, parser=_PARSER)
    except (etree.LxmlError, ValueError):
        return None


def parse(html: bytes) -> HtmlElement | None:
    """Return the tree of a page of any encoding, or None if it is no page; a fragment is a page."""
    text = decode_page(html)
    for character in _NO_CHARACTERS:
        text = text.replace(character, "")
    tree = _root(_repaired(text))
    if tree is not None and ("html" in text[:50].lower() or len(tree) > 1):
        return tree
    if _FRAGMENT.search(text[:_BEGINNING]):
        return _root(f"<html><body>{text}</body></html>")
    return None

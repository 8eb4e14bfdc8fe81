"""Trafilatura, which only this module imports, without the work whose results are not used.

Its modules of extraction and of metadata are loaded a second time, under no name, and some of their
functions are replaced there: other users of Trafilatura in the process keep its own functions. A
function that an update renames is not replaced, which costs time and changes no result; a test
fails then.
"""

from __future__ import annotations

import importlib.util
import json
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, fromstring
from trafilatura.external import compare_extraction
from trafilatura.utils import repair_faulty_html

from dedup.text_encoding import decode_page

# The publication date, not the last change; the newest day of any dump that this version reads.
# htmldate by itself would refuse dates after the day on which it runs: one page, two answers.
_DATE_OPTIONS = {"original_date": True, "extensive_search": True, "max_date": "2099-12-31"}

# Characters that a page may contain and an XML document may not: XML 1.0, section 2.2.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")

# Characters in which Trafilatura looks for what it repairs at the beginning of a page.
_BEGINNING = 5000

# Elements without text of an article. Trafilatura drops them too, after it has copied and searched
# them several times. ``aside`` is not among them: some sites have their article in one. ``nav``
# stays where there are hardly any paragraphs, so that a page that is only a menu is recognised.
# Captions were added on one half of 310 pages with a gold text, where that lowered mean F1 on
# neither set of sites (+0.000 and +0.000).
_JUNK = (
    "style", "svg", "template", "iframe", "noscript", "footer", "button", "select", "figcaption",
)  # fmt: skip

# With more paragraphs than these a page is taken to have more than its menu.
_FEW_PARAGRAPHS = 3

# Broken JSON is searched by patterns whose time grows with the square of its length: two of them
# took 2 of 7 s on 43 pages of one set. What they look for is at the beginning.
_BROKEN_JSON = 20_000

_CODE = etree.XPath("descendant::script[not(contains(@type, '+json'))]")
_DATA = etree.XPath("descendant::script[contains(@type, '+json')]")


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


def parse(html: bytes) -> HtmlElement | None:
    """Parse a page of any encoding as Trafilatura does; return None if it is no page.

    Elements that have neither text nor metadata are left out.
    """
    text = decode_page(html)
    head = text[:_BEGINNING]
    repaired = repair_faulty_html(head, head[:50].lower()) + text[_BEGINNING:]
    data = repaired.encode("utf-8", "surrogatepass").translate(None, _CONTROLS)
    for character in _NO_CHARACTERS:
        data = data.replace(character, b"")
    try:
        tree = fromstring(data, parser=_PARSER)
    except (etree.LxmlError, ValueError):
        return None
    if "html" not in head[:50].lower() and len(tree) < 2:
        return None
    for script in _CODE(tree):
        script.tag = "style"
    menus = ("nav",) if len(tree.findall(".//p")) > _FEW_PARAGRAPHS else ()
    etree.strip_elements(tree, *_JUNK, *menus, with_tail=False)
    return tree


def read_page(tree: HtmlElement) -> Any:
    """Return Trafilatura's text and metadata of a page, or None if it finds no text.

    Args:
        tree: The page from ``parse``; it is not changed.
    """
    return _core.bare_extraction(
        tree,
        include_comments=False,
        deduplicate=False,  # its memory of earlier pages would empty the fourth copy of a story
        with_metadata=True,
        date_extraction_params=_DATE_OPTIONS,
    )


def _own_copy(name: str, **parts: Any) -> Any:
    """Load a module once more and replace those functions of it that it has."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for part, replacement in parts.items():
        if hasattr(module, part):
            setattr(module, part, replacement)
    return module


def _compare_if_short(
    cleaned: HtmlElement, raw: HtmlElement, body: Any, text: str, options: Any
) -> tuple[Any, str]:
    """Run the other extractors only where Trafilatura's own found less than its minimum.

    They took a third of the time. On 310 pages with a gold text they changed 5 where it had found
    enough, 4 of them for the worse: mean F1 is 0.007 higher without on one set of sites, equal on
    the other.
    """
    if len(text) >= options.min_extracted_size:
        return body, text
    result: tuple[Any, str] = compare_extraction(cleaned, raw, body, text, options)
    return result


def _read_data(tree: HtmlElement, metadata: Any) -> Any:
    """Add the page's JSON-LD to its metadata."""
    for script in _DATA(tree):
        text = script.text or ""
        try:
            found = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            metadata = _metadata.extract_json_parse_error(text[:_BROKEN_JSON], metadata)
        else:
            title = metadata.title
            metadata = _metadata.extract_json(found, metadata)
            if metadata.title is not title:
                named = isinstance(metadata.title, str)  # some name a list, or an object
                metadata.title = _metadata.normalize_json(metadata.title) if named else None
    return metadata


_metadata = _own_copy(
    "trafilatura.metadata",
    extract_meta_json=_read_data,
    extract_catstags=lambda kind, tree: [],
    extract_license=lambda tree: None,
)
_core = _own_copy(
    "trafilatura.core",
    extract_metadata=_metadata.extract_metadata,
    compare_extraction=_compare_if_short,
)

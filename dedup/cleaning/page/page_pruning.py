"""Leave out of a page what is no text of an article, before its text is looked for.

All that is left in is copied and searched several times. What is pruned may be the article after
all, on a page that is built in an unusual way: a poor result is to be undone with the whole page.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

# Elements that Trafilatura removes from every page. Figures with a table and forms are left to it.
_WITHOUT_TEXT = (
    "head", "script", "style", "svg", "template", "iframe", "noscript", "nav", "aside", "footer",
    "button", "select", "picture", "video", "audio", "object", "map", "canvas", "datalist",
    "dialog", "menu", "input", "img",
)  # fmt: skip

# A menu: so many links or more, that are this share of its text, and no paragraph.
_MENU_LINKS = 4
_MENU_SHARE = 0.85
# Elements that mean something without any text.
_EMPTY = frozenset({"br", "hr", "td", "th", "tr", "wbr"})
# Characters outside of links from which a run of text is a paragraph.
_PARAGRAPH = 60


def drop_without_text(tree: HtmlElement) -> None:
    """Remove, in place, elements without text, and figures; what stands behind them stays."""
    for figure in list(tree.iter("figure")):
        if figure.find(".//table") is None:
            figure.tag = "style"
    etree.strip_elements(tree, *_WITHOUT_TEXT, with_tail=False)


def drop_menus(tree: HtmlElement) -> None:
    """Remove, in place, elements that hold nothing, or links; what stands behind them stays."""
    menus = _menus(tree)
    for menu in menus:
        menu.tag = "style"
    if menus:
        etree.strip_elements(tree, "style", with_tail=False)


class _Content:
    """What an element holds: characters, those in links, links, and whether a paragraph."""

    __slots__ = ("has_paragraph", "linked", "links", "size")

    def __init__(self) -> None:
        self.size = self.linked = self.links = 0
        self.has_paragraph = False


def _menus(tree: HtmlElement) -> list[HtmlElement]:
    """Return the elements of a page that hold nothing, or little but links."""
    body = tree.find("body")
    if body is None:
        return []
    contents: dict[HtmlElement, _Content] = {}
    menus = []
    # In reverse, so that an element comes after all that it holds.
    for element in reversed(list(body.iterdescendants())):
        content = contents.pop(element, None) or _Content()
        content.size += _length(element.text)
        if element.tag == "a":
            content.linked, content.links = content.size, 1
        elif content.size - content.linked >= _PARAGRAPH and element.tag == "p":
            content.has_paragraph = True
        elif not content.size:
            if element.tag not in _EMPTY:
                menus.append(element)
        elif (
            content.links >= _MENU_LINKS
            and not content.has_paragraph
            and content.linked >= _MENU_SHARE * content.size
        ):
            menus.append(element)
        around = contents.setdefault(element.getparent(), _Content())
        around.size += content.size + _length(element.tail)
        around.linked += content.linked
        around.links += content.links
        around.has_paragraph |= content.has_paragraph
    return menus


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0

"""The paragraphs of a page, grouped by where they stand: a measure for what extraction found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

# Characters from which a paragraph counts: below are captions, buttons and dates.
_LONG = 60

# Elements above a paragraph whose names and classes tell what it belongs to. With two, articles of
# other stories below the page's own are taken for its continuation; four separate nothing more.
_LEVELS = 3

# Paragraphs in one element that are a text rather than its menus, teasers and notices.
_SEVERAL = 3

# Characters in paragraphs below which a page is taken to mark them otherwise.
_FEW = 500

# Characters at either end of a paragraph by which it is found in a text.
_END = 30


@dataclass(slots=True)
class ParagraphGroup:
    """The paragraphs below elements of the same names and classes.

    Attributes:
        texts: Their texts in the order of the page, white space folded; short ones, too.
        elements: The elements of the long ones.
        size: Characters of the long ones.
        largest: Most characters of long ones in one element, three of them or more.
    """

    texts: list[str] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    size: int = 0
    largest: int = 0

    def found_in(self, text: str) -> int:
        """Return the characters of its long paragraphs that stand in a text.

        Args:
            text: A text without white space.
        """
        return sum(len(each) for each in self.texts if len(each) >= _LONG and _stands(each, text))


def without_space(text: str) -> str:
    r"""Return a text without white space, as paragraphs are looked for in it.

    >>> without_space("a b\nc")
    'abc'
    """
    return "".join(text.split())


def paragraph_groups(tree: HtmlElement) -> list[ParagraphGroup]:
    """Return the groups of a page's paragraphs, in the page's order.

    Args:
        tree: The page; it is not changed.
    """
    found = _grouped((each, each.getparent(), _text_of(each)) for each in tree.iter("p"))
    if sum(group.size for group in found) >= _FEW:
        return found
    return found + _grouped(_runs(tree))


def _grouped(
    paragraphs: Iterable[tuple[HtmlElement, HtmlElement, str]],
) -> list[ParagraphGroup]:
    """Return the groups of paragraphs, each given with the element around it and its text."""
    groups: dict[tuple[str, ...], ParagraphGroup] = {}
    together: dict[HtmlElement, list[int]] = {}
    for paragraph, around, text in paragraphs:
        if not text:
            continue
        group = groups.setdefault(tuple(_place(around)), ParagraphGroup())
        group.texts.append(text)
        if len(text) >= _LONG:
            group.size += len(text)
            group.elements.append(paragraph)
            sizes = together.setdefault(around, [])
            sizes.append(len(text))
            if len(sizes) >= _SEVERAL:
                group.largest = max(group.largest, sum(sizes))
    return [group for group in groups.values() if group.size]


def _text_of(paragraph: HtmlElement) -> str:
    """Return the text of a paragraph, white space folded; nothing where half of it is links."""
    text = " ".join("".join(paragraph.itertext()).split())
    links = sum(len("".join(link.itertext())) for link in paragraph.iter("a"))
    return text if 2 * links <= len(text) else ""


def _runs(tree: HtmlElement) -> Iterator[tuple[HtmlElement, HtmlElement, str]]:
    """Yield the long runs of text between elements: the paragraphs of pages that mark none."""
    for around in tree.iter("div", "td", "article", "section", "span", "font", "center", "body"):
        for element, text in ((around, around.text), *((child, child.tail) for child in around)):
            if text and len(text) >= _LONG and len(folded := " ".join(text.split())) >= _LONG:
                yield element, around, folded


def _place(around: HtmlElement) -> Iterator[str]:
    """Yield the names and classes of the elements that a paragraph stands in, innermost first."""
    above: HtmlElement | None = around
    for _ in range(_LEVELS):
        if above is None:
            return
        yield f"{above.tag} {above.get('class', '')}"
        above = above.getparent()


def _stands(paragraph: str, text: str) -> bool:
    """Return whether both ends of a paragraph stand in a text without white space."""
    first, last = paragraph[: 2 * _END], paragraph[-2 * _END :]
    return without_space(first)[:_END] in text and without_space(last)[-_END:] in text

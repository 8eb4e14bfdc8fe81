"""The paragraphs of a page, grouped by where they stand: a measure for what extraction found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

# Letters of Chinese, Japanese and Korean: each says about as much as three of an alphabet.
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# Size from which a paragraph counts: below are captions, buttons and dates.
_LONG = 60

# Elements above a paragraph whose names and classes tell what it belongs to. With two, articles of
# other stories below the page's own are taken for its continuation; four separate nothing more.
_LEVELS = 3

# Paragraphs in one element that are a text rather than its menus, teasers and notices.
_SEVERAL = 3

# Elements that text stands in on pages that mark no paragraphs.
_AROUND_RUNS = (
    "div", "td", "article", "section", "span", "font", "center", "body", "figcaption", "dd", "li",
)  # fmt: skip

# Size of the paragraphs below which a page is taken to mark them otherwise.
_FEW = 500

# Characters at either end of a paragraph by which it is found in a text.
_END = 30

# Ends up to which each is searched by itself: that is faster than to look at every place of a text.
_FEW_ENDS = 300


@dataclass(slots=True)
class ParagraphGroup:
    """The paragraphs below elements of the same names and classes.

    Attributes:
        texts: Their texts in the order of the page, white space folded; short ones, too.
        elements: The elements of the long ones.
        size: Sum of the sizes of the long ones.
        largest: Most of it in one element, three of them or more.
    """

    texts: list[str] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    size: int = 0
    largest: int = 0

    def found_in(self, text: str) -> int:
        """Return the size of its long paragraphs that stand in a text.

        Args:
            text: A text without white space.
        """
        sizes = ((size_of(each), each) for each in self.texts)
        long = [(size, *_ends(each)) for size, each in sizes if size >= _LONG]
        there = _standing({end for _, *ends in long for end in ends}, text)
        return sum(size for size, first, last in long if first in there and last in there)


@dataclass(slots=True)
class _Together:
    """Long paragraphs in one element: how many, and their size."""

    number: int = 0
    size: int = 0


def size_of(text: str) -> int:
    """Return how much a text is, in characters of an alphabet.

    >>> size_of("The new ferry"), size_of("新渡轮")
    (13, 9)
    """
    return len(text) if text.isascii() else len(text) + 2 * len(_EAST_ASIAN.findall(text))


def without_space(text: str) -> str:
    r"""Return a text without white space, as paragraphs are looked for in it.

    >>> without_space("a b\nc")
    'abc'
    """
    return "".join(text.split())


def paragraph_groups(tree: HtmlElement | None, *, marked: bool = True) -> list[ParagraphGroup]:
    """Return the groups of a page's paragraphs, in the page's order.

    Args:
        tree: The page; it is not changed.
        marked: Whether marked paragraphs are enough where there are some.
    """
    if tree is None:
        return []
    found = _grouped((each, each.getparent(), _text_of(each)) for each in tree.iter("p"))
    if marked and sum(group.size for group in found) >= _FEW:
        return found
    return found + _grouped(_runs(tree))


def _grouped(
    paragraphs: Iterable[tuple[HtmlElement, HtmlElement, str]],
) -> list[ParagraphGroup]:
    """Return the groups of paragraphs, each given with the element around it and its text."""
    groups: dict[tuple[str, ...], ParagraphGroup] = {}
    names: dict[HtmlElement, str] = {}
    together: defaultdict[HtmlElement, _Together] = defaultdict(_Together)
    for paragraph, around, text in paragraphs:
        if not text:
            continue
        group = groups.setdefault(tuple(_place(around, names)), ParagraphGroup())
        group.texts.append(text)
        if (size := size_of(text)) >= _LONG:
            group.size += size
            group.elements.append(paragraph)
            beside = together[around]
            beside.number += 1
            beside.size += size
            if beside.number >= _SEVERAL:
                group.largest = max(group.largest, beside.size)
    return [group for group in groups.values() if group.size]


def _text_of(paragraph: HtmlElement) -> str:
    """Return the text of a paragraph, white space folded; nothing where half of it is links."""
    text = " ".join("".join(paragraph.itertext()).split())
    links = sum(len("".join(link.itertext())) for link in paragraph.iter("a"))
    return text if 2 * links <= len(text) else ""


def _runs(tree: HtmlElement) -> Iterator[tuple[HtmlElement, HtmlElement, str]]:
    """Yield the long runs of text between elements: the paragraphs of pages that mark none."""
    for around in tree.iter(*_AROUND_RUNS):
        for element, text in ((around, around.text), *((child, child.tail) for child in around)):
            if text and size_of(folded := " ".join(text.split())) >= _LONG:
                yield element, around, folded


def _place(around: HtmlElement, names: dict[HtmlElement, str]) -> Iterator[str]:
    """Yield the names and classes of the elements that a paragraph stands in, innermost first.

    Args:
        around: The innermost.
        names: Those of elements that were met before; a class may be as long as a page.
    """
    above: HtmlElement | None = around
    for _ in range(_LEVELS):
        if above is None:
            return
        if above not in names:
            names[above] = f"{above.tag} {above.get('class', '')}"
        yield names[above]
        above = above.getparent()


def _ends(paragraph: str) -> tuple[str, str]:
    """Return both ends of a paragraph without white space."""
    first, last = paragraph[: 2 * _END], paragraph[-2 * _END :]
    return without_space(first)[:_END], without_space(last)[-_END:]


def _standing(ends: set[str], text: str) -> set[str]:
    """Return which ends of paragraphs stand in a text without white space.

    The time grows with the length of the text alone.
    """
    if len(ends) <= _FEW_ENDS:
        return {end for end in ends if end in text}
    return ends.intersection(text[at : at + _END] for at in range(len(text) - _END + 1))

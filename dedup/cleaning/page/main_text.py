"""The main text of a page: Trafilatura in its fast mode, and more where that found too little."""

from __future__ import annotations

import trafilatura
from lxml.html import HtmlElement

from dedup.cleaning.headline_words import FOREIGN, SPEAKS, announced
from dedup.cleaning.page.page_tree import parse
from dedup.cleaning.page.paragraphs import ParagraphGroup, paragraph_groups, size_of, without_space

# Size below which a text is short: the number of characters with which Trafilatura is content.
_SHORT = 250
# A text of which this share comes from one group of paragraphs is that group's article, ...
_FROM_GROUP = 0.6
# ... and is cut off where it has less than this share of the group.
_WHOLE_GROUP = 0.6
# A longer text without line ends has lost them, if one line is more than this share of it.
_UNBROKEN = 1500
_ONE_LINE = 0.8
# A text with less than this share of its characters in lines of so many characters is scattered:
# the menus and teasers that Trafilatura falls back on.
_IN_LINES = 0.5
_LINE = 60
# Characters in paragraphs of one element from which they are an article of their own.
_ARTICLE = 600
# A text shorter than that stands beside an article where one element has so many times as much.
_BESIDE = 3
# A text that says nothing of its headline stands beside paragraphs of this share of its size.
_MUCH = 0.4
# A declared text is looked for in samples of so many characters; half of them have to be found.
_SAMPLES, _SAMPLE, _CONTAINED = 40, 24, 0.5


def main_text(
    html: bytes,
    tree: HtmlElement,
    groups: list[ParagraphGroup],
    headline: frozenset[str] = frozenset(),
    declared: str | None = None,
) -> str:
    """Return the main text of a page, lines separated by newlines; empty where there is none.

    Trafilatura's own extractor without the others it compares with takes half the time, and its
    text is better on as many pages. It is poor where it is short, cut off or without line ends:
    there the whole of Trafilatura runs on the whole page, and where that is poor, too, the
    paragraphs around those that were found are the text. So are those that speak of the headline
    where the text that was found, of teasers for example, does not.

    Args:
        html: The bytes of the page.
        tree: The page parsed, without elements that have no text; it is not changed.
        groups: Its groups of paragraphs.
        headline: The stems of its headline, none where it says too little.
        declared: The text that the page declares for its article, or None.
    """
    text = _extracted(tree, fast=True)
    if _is_poor(text, groups) or _meant(headline, text, groups):
        text = _better(_extracted(parse(html), fast=False), text, groups)
        if _is_poor(text, groups):
            text = _paragraphs(text, groups)
    if headline and (said := announced(headline, text, SPEAKS)) < SPEAKS:
        if said < FOREIGN:
            groups = paragraph_groups(parse(html), marked=False)
        if meant := _meant(headline, text, groups):
            text = "\n".join(meant.texts)
    return declared if declared and _is_missing(declared, text, groups, headline) else text


def _meant(
    headline: frozenset[str], text: str, groups: list[ParagraphGroup]
) -> ParagraphGroup | None:
    """Return the paragraphs that a headline announces, where a text has none of them.

    Comments and boxes speak of the headline, too. Beside a text that says something of it only one
    element of more than its size counts.
    """
    said = announced(headline, text, SPEAKS)
    if said >= SPEAKS or not headline:
        return None
    least = size_of(text) * (_MUCH if said < FOREIGN else 1)
    others = [
        (share, group.size, group)
        for group in groups
        if (share := announced(headline, "\n".join(group.texts))) >= SPEAKS
        and (group.size if said < FOREIGN else group.largest) > least
    ]
    if not others:
        return None
    _, _, best = max(others, key=lambda each: each[:2])
    return None if best.found_in(without_space(text)) else best


def _paragraphs(text: str, groups: list[ParagraphGroup]) -> str:
    """Return the paragraphs around those of a poor text, or those that it stands beside."""
    around, _ = _group_around(text, groups)
    largest = max(groups, key=lambda group: group.largest, default=None)
    size = size_of(text)
    if size < _SHORT and largest and largest.largest >= max(_ARTICLE, _BESIDE * size):
        around = largest
    return "\n".join(around.texts) if around else text


def _is_missing(
    declared: str, text: str, groups: list[ParagraphGroup], headline: frozenset[str]
) -> bool:
    """Return whether the text that a page declares is its article, and is not what was found.

    Declared texts are often cut off, and are one block: what was found is preferred wherever it is
    about as much, or contains the beginning and the end of what is declared.
    """
    sentences = without_space(declared)
    largest = max((group.size for group in groups), default=0)
    if size_of(declared) < max(_SHORT, _WHOLE_GROUP * largest):
        return False
    bare = without_space(text)
    step = max(1, len(sentences) // _SAMPLES)
    samples = [sentences[at : at + _SAMPLE] for at in range(0, len(sentences) - _SAMPLE, step)]
    if sum(sample in bare for sample in samples) >= _CONTAINED * len(samples):
        return False
    return announced(headline, declared) >= announced(headline, text)


def _extracted(tree: HtmlElement | None, *, fast: bool) -> str:
    """Return what Trafilatura finds."""
    page = trafilatura.bare_extraction(
        tree,
        fast=fast,
        include_comments=False,
        deduplicate=False,  # its memory of earlier pages would empty the fourth copy of a story
    )
    return (page.text or "").strip() if page else ""


def _is_poor(text: str, groups: list[ParagraphGroup]) -> bool:
    """Return whether a text is short, without line ends, cut off, scattered or beside the point."""
    sizes = list(map(size_of, text.split("\n")))
    size = sum(sizes)
    if size < _SHORT:
        return True
    if size > _UNBROKEN and max(sizes) > _ONE_LINE * size:
        return True
    if size < _ARTICLE and any(group.largest > _BESIDE * size for group in groups):
        return True
    around, found = _group_around(text, groups)
    if around:
        return found < _WHOLE_GROUP * around.size
    in_lines = sum(each for each in sizes if each >= _LINE)
    largest = max((group.size for group in groups), default=0)
    return in_lines < _IN_LINES * size or size < largest


def _group_around(text: str, groups: list[ParagraphGroup]) -> tuple[ParagraphGroup | None, int]:
    """Return the group that most of a text comes from, if any, and how much of it the text has."""
    bare, size = without_space(text), size_of(text)
    most, around = 0, None
    for group in groups:
        # A group too small is not searched, so that the time does not grow with their number.
        if group.size > most and group.size >= _FROM_GROUP * size:
            found = group.found_in(bare)
            if found > most:
                most, around = found, group
    return (around, most) if around and most >= _FROM_GROUP * size else (None, 0)


def _better(whole: str, fast: str, groups: list[ParagraphGroup]) -> str:
    """Return the text of the whole of Trafilatura, or the fast one where it is the better one."""
    if not _is_poor(whole, groups):
        return whole
    if size_of(fast) < _SHORT:
        return max(whole, fast, key=size_of)
    around, found = _group_around(fast, groups)
    return whole if around and around.found_in(without_space(whole)) > found else fast

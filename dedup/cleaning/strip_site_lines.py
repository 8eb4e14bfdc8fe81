"""Texts without the lines of their site."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dedup.cleaning.headline_words import SPEAKS, headline_stems, share_of, stems
from dedup.cleaning.site_boilerplate import SiteLines
from dedup.cleaning.site_line_counts import SHORTEST_LEAD
from dedup.cleaning.site_lines import (
    DigestedLine,
    Digests,
    digested_lines,
    flag_shared,
    headline_digest,
    piece_digests,
)
from dedup.cleaning.to_document import too_short
from dedup.config import CleanConfig
from dedup.models import Reason, Rejection, StrippedText

# A text of which less than this share stays has its headline asked once more.
_MOST_STAYS = 0.5


@dataclass(frozen=True)
class Site:
    """What of the lines of a host is the site's, for looking up.

    Attributes:
        host: The host.
        recurring: Digests of lines that go.
        foreign: Digests of lines that go unless the headline of the text speaks of them.
        shared: Digests of lines that stay and are not compared.
        walls: Rows of documents no line of which is compared.
        teasers: Digests of headlines of other articles, which are not compared but in the article
            whose headline it is.
    """

    host: str
    recurring: frozenset[int]
    foreign: frozenset[int] = frozenset()
    shared: frozenset[int] = frozenset()
    walls: frozenset[int] = frozenset()
    teasers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, host: str, recurring: Digests, lines: SiteLines | None = None) -> Site:
        """Return it for a host.

        Args:
            host: The host.
            recurring: What :func:`dedup.cleaning.site_boilerplate.find_recurring` found.
            lines: What :func:`dedup.cleaning.site_boilerplate.find_site_lines` found, where it
                was asked.
        """
        if lines is None:
            return cls(host, frozenset(recurring.tolist()))
        columns = np.append(recurring, lines.recurring), lines.foreign, lines.shared, lines.walls
        return cls(host, *(frozenset(column.tolist()) for column in columns))

    @cached_property
    def known(self) -> frozenset[int]:
        """Digests of all lines that go."""
        return self.recurring | self.foreign

    @cached_property
    def lines(self) -> frozenset[int]:
        """Digests of all lines that go or are not compared."""
        return self.known | self.shared | self.teasers

    @cached_property
    def lines_of_any_headline(self) -> frozenset[int]:
        """Likewise without those that the headline of a text decides on."""
        return self.recurring | self.shared | self.teasers


def strip_site_lines(
    row: int, title: str | None, text: str, site: Site, config: CleanConfig
) -> StrippedText:
    """Take the lines of its site out of a text.

    Args:
        row: The document.
        title: Its headline.
        text: Its cleaned text.
        site: What is the site's.
        config: The least length of a text.
    """
    lines = digested_lines(text)
    shared: Container[int] = site.lines
    kept, removed = split_lines(lines, site.recurring)
    less, more = split_lines(lines, site.known) if site.foreign else (kept, removed)
    if len(more) > len(removed) and not _speaks(title, site.host, kept, less, site.foreign):
        kept, removed = less, more
    elif not _has_lead(less):
        shared = site.lines_of_any_headline
    rejection = _rejection(title, kept, removed, site, config) if removed else None
    if rejection:
        return StrippedText(row, kept, removed, None, rejection)
    own: int | None = headline_digest(title)
    if row in site.walls:
        shared, own = {digest for line in lines for digest in line.digests}, None
    return StrippedText(row, kept, removed, flag_shared(lines, shared, own))


def split_lines(
    lines: Iterable[DigestedLine], digests: frozenset[int]
) -> tuple[str, tuple[str, ...]]:
    """Return a text without some lines, and those lines.

    Args:
        lines: The lines of a cleaned text.
        digests: Digests of the lines; a long line goes where all its sentences do.
    """
    kept: list[str] = []
    removed: list[str] = []
    for line, parts in lines:
        (removed if digests.issuperset(parts) else kept).append(line)
    return "\n".join(kept), tuple(removed)


def _speaks(title: str | None, host: str, text: str, rest: str, foreign: frozenset[int]) -> bool:
    """Return whether the lines that a text would lose are most of it and what its headline says."""
    if len(rest) >= _MOST_STAYS * len(text):
        return False
    _, lost = split_lines(digested_lines(text), foreign)
    return share_of(headline_stems(title, host), "\n".join(lost)) >= SPEAKS


def _has_lead(text: str) -> bool:
    """Return whether a text has a line that is no caption and no date."""
    return any(len(line) >= SHORTEST_LEAD for line in text.split("\n"))


def _rejection(
    title: str | None, kept: str, removed: tuple[str, ...], site: Site, config: CleanConfig
) -> Rejection | None:
    """Return a rejection where a document is nothing but the text of its site."""
    short = too_short(kept, config)
    foreign = any(site.foreign.issuperset(piece_digests(line)) for line in removed)
    if not foreign:
        return short
    if short or stems(kept) <= stems(title or ""):
        detail = f"the text stands under different headlines and addresses of {site.host}"
        return Rejection(Reason.NO_TEXT, detail)
    return None

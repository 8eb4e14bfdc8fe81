"""Site boilerplate: lines that recur on one host in documents that tell different things.

Copies of one article share the lead, and versions of it the page or the headline, so the lines that
these share are not site boilerplate. Where a line is long, or where the lines that recur are most
of a text, the headlines decide: a site's own text says nothing of what they announce.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.cleaning.site_line_counts import SHORTEST_LEAD, any_recurs, count_lines
from dedup.cleaning.site_lines import Digests, HostLines, Numbers, lengths_of, of_long_lines
from dedup.cleaning.site_questions import Answers, Questions

# A document counts as evidence only if at least this share of it occurs in too few documents to be
# recurring: versions of one article share most of their lines and differ in a few.
_OWN_SHARE = 0.5

# Where extraction took a list of teasers for a short article, most of every such page is recurring
# and no page counts as evidence. Lines below this many different leads are a site's, whatever their
# share: no article has that many versions.
_MANY_LEADS = 12

# Share of the read documents of a line that must not speak of it.
_FOREIGN_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class SiteLines:
    """What of a host's lines is the site's.

    Attributes:
        recurring: Lines that recur under different leads, uint64, sorted.
        foreign: Lines that the headlines show to be the site's, likewise.
        shared: Other lines under different leads, which are not compared, likewise.
        walls: Documents whose whole text is not compared, int64: it stands under different
            headlines and does not tell theirs.
    """

    recurring: Digests
    foreign: Digests
    shared: Digests
    walls: Numbers


def find_recurring(lines: HostLines, documents: int) -> Digests:
    """Return the digests of the lines that recur under different leads, sorted, uint64.

    Without the lines found more documents have a text that is mostly their own, so the search is
    repeated until it finds nothing more. Long lines are left out: they may be a newsroom's
    background, and :func:`find_site_lines` judges them.

    Args:
        lines: The lines of the host.
        documents: A line must recur on this many pages with different leads.
    """
    recurring = np.empty(0, np.uint64)
    if not any_recurs(lines, documents):
        return recurring  # no line is that frequent, as on most hosts; the rest is much more work
    while lines.rows.size:
        found = _recurring(lines, documents)
        if not found.size:
            break
        recurring = np.union1d(recurring, found)
        lines = lines.without(found)
    return recurring


def _recurring(lines: HostLines, documents: int) -> Digests:
    """Return the digests of the lines that recur, as far as one look shows, uint64."""
    counts = count_lines(lines, documents)
    led = counts.lead >= 0
    leads = counts.different(counts.lead, led & (counts.own_share >= _OWN_SHARE))
    many = counts.different(counts.lead, led) >= max(_MANY_LEADS, documents)
    everyone = np.ones(led.size, np.bool_)
    recurs = counts.different(lines.pages, everyone) >= documents
    recurs &= many | ((leads >= documents) & ~counts.inner)
    return counts.digests[recurs & ~of_long_lines(counts.digests)]


def find_site_lines(
    lines: HostLines, questions: Questions, answers: Answers, documents: int
) -> SiteLines:
    """Return what of the lines of a host that are left is the site's.

    Args:
        lines: The lines without those of :func:`find_recurring`.
        questions: What :func:`find_questions` asked.
        answers: What :func:`read_answers` found.
        documents: As there.
    """
    foreign = _foreign_lines(lines, questions, answers, documents)
    rest = lines.without(foreign)
    recurring = find_recurring(rest, documents) if foreign.size else np.empty(0, np.uint64)
    rest = rest.without(recurring)
    return SiteLines(
        recurring,
        foreign,
        _shared_lines(rest, answers, documents),
        _walls(lines, questions, answers),
    )


def _foreign_lines(
    lines: HostLines, questions: Questions, answers: Answers, documents: int
) -> Digests:
    """Return the lines that stand under many headlines and say nothing of most of them."""
    counts = count_lines(lines, documents)
    place = np.searchsorted(lines.documents, answers.rows)
    headlines = np.zeros(lines.documents.size, np.uint64)
    headlines[place] = answers.headlines
    foreign = np.zeros(lines.documents.size, np.bool_)
    foreign[place] = answers.foreign
    line, doc = counts.at
    read = np.bincount(line, headlines[doc] > 0, minlength=counts.frequency.size)
    found = np.isin(counts.digests, questions.digests)
    found &= counts.different(headlines, foreign) >= documents
    found &= counts.different(lines.pages, foreign) >= documents
    agreeing = np.bincount(line, foreign[doc], minlength=counts.frequency.size)
    return counts.digests[found & (agreeing >= _FOREIGN_SHARE * read)]


def _shared_lines(lines: HostLines, answers: Answers, documents: int) -> Digests:
    """Return the lines that stand under different leads, pages and headlines."""
    if not any_recurs(lines, documents):
        return np.empty(0, np.uint64)
    counts = count_lines(lines, documents)
    led = counts.lead >= 0
    leads = counts.different(counts.lead, led)
    shared = (leads >= documents) & (counts.different(lines.pages, led) >= documents)
    headlines = counts.different(_headlines(lines, answers), led) >= documents
    shared &= headlines | (leads >= max(_MANY_LEADS, documents))
    return counts.digests[shared & (lengths_of(counts.digests) >= SHORTEST_LEAD)]


def _headlines(lines: HostLines, answers: Answers) -> Digests:
    """Return a number for the headline of each document; without one all are different."""
    headlines = np.where(lines.titles > 0, lines.titles, 2 * np.arange(lines.titles.size) + 2)
    headlines = headlines.astype(np.uint64)
    titles = lines.titles[np.searchsorted(lines.documents, answers.rows)]
    titles, first = np.unique(titles, return_index=True)
    if titles.size:
        at = np.minimum(np.searchsorted(titles, lines.titles), titles.size - 1)
        known = titles[at] == lines.titles
        headlines[known] = answers.headlines[first][at[known]]
    return headlines


def _walls(lines: HostLines, questions: Questions, answers: Answers) -> Numbers:
    """Return the documents whose whole text stands under different headlines and tells none.

    What was read of one document is true of all with its text and its headline.
    """
    text, row = questions.same_text
    titles = lines.titles[np.searchsorted(lines.documents, row)]
    untold = np.isin(row, answers.rows[answers.untold])
    known = set(zip(text[untold].tolist(), titles[untold].tolist(), strict=True))
    walls = [pair in known for pair in zip(text.tolist(), titles.tolist(), strict=True)]
    return np.unique(row[np.array(walls, np.bool_)])

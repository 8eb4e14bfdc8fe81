"""Which documents of a host are read to judge its lines, and what their headlines say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from dedup.cleaning.headline_words import FOREIGN, headline_stems, share_of, stems
from dedup.cleaning.site_line_counts import LineCounts, any_recurs, count_different, count_lines
from dedup.cleaning.site_lines import (
    Digests,
    Flags,
    HostLines,
    Numbers,
    number_of,
    piece_digests,
    pieces,
)

# Documents, of different headlines, that are read to judge a line.
_SAMPLE = 24

# Different stems from which a text is no mere introduction: some hundred words.
_ARTICLE = 50

_KICKER = re.compile(r" ?[:：|] | [–—-] |：")

# Titles of versions of one article have this share of stems in common.
_SAME_HEADLINE = 0.6


@dataclass(frozen=True, slots=True)
class Questions:
    """What must be read to judge some lines of a host.

    Attributes:
        rows: Documents to read, int64, ascending.
        digests: The lines, uint64, sorted.
        same_text: Pairs of a number of a text and a document that has it, int64, 2 x n: documents
            of different pages and headlines that have the same text; of each headline one is read.
    """

    rows: Numbers
    digests: Digests
    same_text: Numbers


@dataclass(frozen=True, slots=True)
class Answers:
    """What reading documents said.

    Attributes:
        rows: The documents whose headline is known, int64, ascending.
        headlines: Number of the headline of each, uint64, the same for similar ones.
        foreign: Which of them have a headline that their shared lines say nothing of.
        untold: Which have a headline that their whole text does not tell, see
            :func:`_untold_texts`.
    """

    rows: Numbers
    headlines: Digests
    foreign: Flags
    untold: Flags


def find_questions(lines: HostLines, documents: int) -> Questions:
    """Return what must be read to judge the lines of a host that are left.

    Args:
        lines: The lines without those of :func:`find_recurring`.
        documents: A line must stand on this many pages with different leads or headlines.
    """
    rows, digests = np.empty(0, np.int64), np.empty(0, np.uint64)
    same_text, read = _same_texts(lines)
    if any_recurs(lines, documents):
        counts = count_lines(lines, documents)
        asked = _asked(lines, counts, documents)
        line, doc = counts.at
        chosen = asked[line]
        rows = lines.documents[_sample(line[chosen], doc[chosen], lines)]
        digests = counts.digests[asked]
    return Questions(np.union1d(rows, read), digests, same_text)


def _asked(lines: HostLines, counts: LineCounts, documents: int) -> Flags:
    """Return which lines may be the site's."""
    everyone = np.ones(lines.documents.size, np.bool_)
    asked = (counts.frequency >= documents) & ~counts.inner
    if asked.any():
        asked &= counts.different(lines.pages, everyone) >= documents
        led = counts.different(counts.lead, counts.lead >= 0)
        titled = counts.different(lines.titles, lines.titles > 0)
        asked &= np.maximum(led, titled) >= documents
    return asked


def _sample(group: Numbers, doc: Numbers, lines: HostLines) -> Numbers:
    """Return some documents of each group, at most one of a headline; input order decides nothing.

    Args:
        group: A number for each.
        doc: The place of a document of the group.
        lines: The documents.
    """
    titles, pages = lines.titles[doc], lines.pages[doc]
    order = np.lexsort([pages, titles, group])
    group, titles = group[order], titles[order]
    new_group = np.append(True, group[1:] != group[:-1])[: group.size]
    new = new_group | np.append(True, titles[1:] != titles[:-1])[: group.size]
    rank = np.cumsum(new)
    starts = np.flatnonzero(new_group)
    rank -= np.repeat(rank[starts], np.diff(np.append(starts, group.size)))
    return np.unique(doc[order][new & (rank < _SAMPLE)])


def _same_texts(lines: HostLines) -> tuple[Numbers, Numbers]:
    """Return documents of different pages and headlines with the same text, see ``Questions``.

    And which of them are read.
    """
    doc = np.searchsorted(lines.documents, lines.rows)
    starts = np.searchsorted(lines.rows, lines.documents)
    place = (np.arange(doc.size) - starts[doc]).astype(np.uint64)
    mixed = lines.digests * (np.uint64(2) * place + np.uint64(1))  # the order of lines counts
    sizes = np.diff(np.append(starts, doc.size))
    # A text of which a line is left out is like no other.
    places = np.flatnonzero((lines.titles > 0) & (sizes > 0) & (lines.left_out == 0))
    texts = np.zeros(lines.documents.size, np.uint64)
    if doc.size:
        texts[sizes > 0] = np.add.reduceat(mixed, starts[sizes > 0])
    _, text = np.unique(texts[places], return_inverse=True)
    different = [
        count_different(text, values[places], int(text.max(initial=-1)) + 1)
        for values in (lines.pages, lines.titles)
    ]
    several = (np.minimum(*different) > 1)[text]
    places = places[several]
    _, text = np.unique(text[several], return_inverse=True)
    read = _sample(text, places, lines)
    return np.stack([text, lines.documents[places]]), lines.documents[read]


def read_answers(
    documents: Iterable[tuple[int, str | None, str]], questions: Questions, host: str
) -> Answers:
    """Return what the headlines of some documents say of their texts.

    Args:
        documents: Row, headline and text of those that were asked for.
        questions: What was asked.
        host: Their host; its name is no word of a headline.
    """
    asked = frozenset(questions.digests.tolist())
    headlines: dict[int, frozenset[str]] = {}
    foreign: dict[int, bool] = {}
    kickers: dict[int, frozenset[str]] = {}
    found: dict[int, frozenset[str]] = {}
    same_text = frozenset(questions.same_text[1].tolist())
    for row, title, text in documents:
        if words := headline_stems(title, host):
            headlines[row] = words
            shared = _pieces_of(text, asked)
            foreign[row] = bool(shared) and share_of(words, shared) < FOREIGN
            if row in same_text:
                kickers[row], found[row] = _kicker(title), stems(text)
    rows = sorted(headlines)
    numbers = _similar_headlines(set(headlines.values()))
    untold = _untold_texts(questions, headlines, kickers, found)
    return Answers(
        rows=np.array(rows, np.int64),
        headlines=np.array([numbers[headlines[row]] for row in rows], np.uint64),
        foreign=np.array([foreign[row] for row in rows], np.bool_),
        untold=np.array([row in untold for row in rows], np.bool_),
    )


def _untold_texts(
    questions: Questions,
    headlines: Mapping[int, frozenset[str]],
    kickers: Mapping[int, frozenset[str]],
    found: Mapping[int, frozenset[str]],
) -> set[int]:
    """Return the documents whose text, under several headlines, does not say what theirs does.

    It has less than a third of the words of the headline. Or it is short, such as the introduction
    of a series, and has less than a third of the words that only this headline has. One headline
    of that kind among others may be an edited one.

    Args:
        questions: Which documents have the same text.
        headlines: Stems of the headline of each document that was read.
        kickers: Stems of its kicker.
        found: Stems of the texts of those with the text of another.
    """
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for text, row in questions.same_text.T.tolist():
        if row in found:
            groups[text].append(row)
    untold: set[int] = set()
    for rows in groups.values():
        for row in rows:
            headline, text_stems = headlines[row], found[row]
            foreign = len(headline & text_stems) < FOREIGN * len(headline)
            least = _SAME_HEADLINE if foreign else FOREIGN
            unlike = [
                headlines[other]
                for other in rows
                if _likeness(headline, headlines[other], kickers[row] & kickers[other]) < least
            ]
            if unlike and (foreign or _is_introduction(text_stems, headline.difference(*unlike))):
                untold.add(row)
    return untold


def _is_introduction(text: frozenset[str], own: frozenset[str]) -> bool:
    """Return whether a text is short and does not say what only one of its headlines does."""
    return len(text) < _ARTICLE and len(own & text) < FOREIGN * len(own)


def _likeness(one: frozenset[str], other: frozenset[str], kicker: frozenset[str]) -> float:
    """Return the Jaccard of two headlines without the kicker that both have."""
    return len((one & other) - kicker) / max(1, len((one | other) - kicker))


def _kicker(title: str | None) -> frozenset[str]:
    """Return the stems of what stands before a colon or dash in a headline."""
    kicker, mark, _ = _KICKER.sub("\0", title or "", count=1).partition("\0")
    return stems(kicker) if mark else frozenset()


def _pieces_of(text: str, digests: frozenset[int]) -> str:
    """Return the lines of a text, and sentences of long ones, that are among some."""
    return "\n".join(
        piece
        for line in text.split("\n")
        for piece, digest in zip(pieces(line), piece_digests(line), strict=True)
        if digest in digests
    )


def _similar_headlines(headlines: set[frozenset[str]]) -> dict[frozenset[str], int]:
    """Return a number for each headline, the same for those of versions of one article."""
    frequency = Counter(stem for words in headlines for stem in words)
    first_with: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    order: dict[frozenset[str], int] = {}
    numbers: dict[frozenset[str], int] = {}
    for words in sorted(headlines, key=sorted):
        # Similar ones share one of so many of their rarest stems: a series has its own in common.
        rarest = sorted(words, key=lambda stem: (frequency[stem], stem))
        rarest = rarest[: len(words) - ceil(_SAME_HEADLINE * len(words)) + 1]
        others = {other for stem in rarest for other in first_with[stem]}
        similar = [
            (min(words & other), order[other], other)
            for other in others
            if len(words & other) >= _SAME_HEADLINE * len(words | other)
        ]
        first = min(similar)[2] if similar else words
        numbers[words] = number_of(" ".join(sorted(first)))
        if not similar:
            order[words] = len(order)
            for stem in rarest:
                first_with[stem].append(words)
    return numbers

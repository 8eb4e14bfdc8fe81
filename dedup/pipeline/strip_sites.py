"""Stored documents without the site boilerplate of their hosts."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from dedup.cleaning.series_openings import find_openings, introductions
from dedup.cleaning.site_boilerplate import find_recurring, find_site_lines
from dedup.cleaning.site_lines import Digests, HostLines, Numbers, lengths_of, lines_by_host
from dedup.cleaning.site_questions import Questions, find_questions, read_answers
from dedup.cleaning.strip_site_lines import Site, strip_site_lines
from dedup.cleaning.teasers import teaser_candidates, teasers
from dedup.config import Config
from dedup.models import StrippedText
from dedup.progress import Progress, log_counts
from dedup.store import Step, Store

log = logging.getLogger(__name__)

SHORTEST_ELSEWHERE = 60
"""Characters from which a line of one site is not compared on other hosts: about a sentence."""


def remove_site_boilerplate(store: Store, config: Config, progress: Progress) -> None:
    """Take the lines of each host's site out of its new documents, in one commit.

    Its earlier documents within the date window count where lines recur; they stay as they are.
    """
    progress.start("site boilerplate", None, "host")
    first, texts = store.dumps.first, store.documents.titled_texts
    least = config.clean.site_boilerplate_documents
    counts = Counter(hosts=0, documents=0)

    def stripped() -> Iterator[StrippedText]:
        hosts = []
        for host, lines in lines_by_host(store.documents.line_digests(), 1):
            progress.advance(1)
            if lines.rows.max(initial=-1) >= first:
                asked = ask_lines(lines, least)
                listed = list_headlines(asked, texts)
                site = find_site(host, {host: lines}, asked, listed, texts, least)
                hosts.append((lines, site))
        known = lines_of_sites(site for _, site in hosts)
        for lines, site in hosts:
            site = with_lines_of_others(site, lines, known)
            if rows := rows_with(lines, site, first):
                counts.update(hosts=1, documents=len(rows))
                for row, title, text in texts(rows):
                    yield strip_site_lines(row, title, text, site, config.clean)

    if store.dumps.step < Step.STRIPPED:
        with store.commit():
            store.documents.strip(stripped())
            store.dumps.reach(Step.STRIPPED)
        log_counts(
            log, "removed site boilerplate from {documents:,} documents",
            **counts,
        )  # fmt: skip
    progress.end()


class TitledTexts(Protocol):
    """Reads documents."""

    def __call__(
        self, rows: Sequence[int], *, whole: bool = False
    ) -> Iterable[tuple[int, str | None, str]]:
        """Return row, headline and cleaned text of some documents.

        Args:
            rows: The documents, ascending.
            whole: Whether site boilerplate that was removed stands behind the text.
        """
        ...


@dataclass(frozen=True, slots=True)
class SiteQuestions:
    """What the lines of a host show before a text is read.

    Attributes:
        recurring: Lines that recur under different leads, uint64, sorted.
        questions: What must be read to judge the other lines; None for nothing.
        candidates: Lines that may be headlines of other articles, uint64, sorted.
        lists: Documents with two or more of them, int64, ascending.
        openings: Rows of documents that begin with the same line.
    """

    recurring: Digests
    questions: Questions | None
    candidates: Digests
    lists: Numbers
    openings: list[list[int]]

    @property
    def rows(self) -> Numbers:
        """The documents that must be read, int64, ascending."""
        asked = [self.questions.rows] if self.questions else []
        opening = np.array([row for each in self.openings for row in each], np.int64)
        return np.unique(np.concatenate([*asked, self.lists, opening]))


def ask_lines(lines: HostLines, documents: int) -> SiteQuestions:
    """Return what the lines of a host show, and what must be read to judge them.

    Args:
        lines: The lines.
        documents: A line must recur in so many documents.
    """
    recurring, questions = np.empty(0, np.uint64), None
    if lines.documents.size > 1:
        recurring = find_recurring(lines, documents)
        asked = find_questions(_without(lines, recurring), documents)
        questions = asked if asked.rows.size else None
    return SiteQuestions(recurring, questions, *teaser_candidates(lines), find_openings(lines))


def _without(lines: HostLines, digests: Digests) -> HostLines:
    """Return the lines that are not among some, which are none on most hosts."""
    return lines.without(digests) if digests.size else lines


def list_headlines(asked: SiteQuestions, texts: TitledTexts) -> Digests:
    """Return the headlines of other articles that documents of a host list, uint64, sorted.

    Args:
        asked: What the lines of the host show.
        texts: Reads the documents that have two or more candidates.
    """
    if not asked.lists.size:
        return asked.lists.astype(np.uint64)
    return teasers(texts(asked.lists.tolist()), asked.candidates)


def find_site(
    host: str,
    lines_of: Mapping[str, HostLines],
    asked: SiteQuestions,
    listed: Digests,
    texts: TitledTexts,
    documents: int,
) -> Site:
    """Return what of the lines of a host is the site's.

    Args:
        host: The host.
        lines_of: Lines by host: those of a host that ``asked.questions`` are about.
        asked: What they show, see :func:`ask_lines`.
        listed: What :func:`list_headlines` found.
        texts: Reads the documents that are asked for.
        documents: As there.
    """
    site = Site.of(host, asked.recurring)
    if asked.questions is not None:
        read = texts(asked.questions.rows.tolist(), whole=True)
        answers = read_answers(read, asked.questions, host)
        rest = _without(lines_of[host], asked.recurring)
        found = find_site_lines(rest, asked.questions, answers, documents)
        site = Site.of(host, asked.recurring, found)
    if listed.size:
        site = replace(site, teasers=frozenset(listed.tolist()) - site.known)
    if asked.openings:
        read = texts(sorted({row for each in asked.openings for row in each}))
        shared = frozenset(introductions(read, asked.openings, host).tolist()) - site.known
        site = replace(site, shared=site.shared | shared)
    return site


def lines_of_sites(sites: Iterable[Site]) -> Digests:
    """Return the digests of the longer lines of all sites, sorted."""
    found = np.array(sorted(frozenset().union(*(site.lines for site in sites))), np.uint64)
    return longer_lines(found)


def longer_lines(digests: Digests) -> Digests:
    """Return those lines of sites that are not compared on other hosts, either."""
    return digests[lengths_of(digests) >= SHORTEST_ELSEWHERE]


def with_lines_of_others(site: Site, lines: HostLines, known: Digests) -> Site:
    """Return a site with the lines of other sites that stand on it, too: they are not compared.

    One publisher has several hosts, and a dump may have two documents of one of them.

    Args:
        site: What of the lines of a host is its own.
        lines: The lines of the host.
        known: The lines of all sites, sorted.
    """
    if not known.size:
        return site
    at = np.minimum(np.searchsorted(known, lines.digests), known.size - 1)
    there = frozenset(lines.digests[known[at] == lines.digests].tolist()) - site.lines
    return replace(site, shared=site.shared | there) if there else site


def rows_with(lines: HostLines, site: Site, first: int) -> list[int]:
    """Return the documents of a host in which lines of the site stand, ascending.

    Args:
        lines: The lines of the host.
        site: What is the site's.
        first: Documents of lower rows are left out.
    """
    if not site.lines and not site.walls:
        return []  # as on most hosts
    known = np.fromiter(site.lines, np.uint64, len(site.lines))
    rows = lines.rows[np.isin(lines.digests, known)]
    rows = np.union1d(rows, np.fromiter(site.walls, np.int64, len(site.walls)))
    return [row for row in rows.tolist() if row >= first]

"""Stored documents without the site boilerplate of their hosts."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from dedup.clean.series_openings import find_openings, introductions
from dedup.clean.site_boilerplate import find_recurring, find_site_lines
from dedup.clean.site_lines import Digests, HostLines, lengths_of, lines_by_host
from dedup.clean.site_questions import find_questions, read_answers
from dedup.clean.strip_site_lines import Site, strip_site_lines
from dedup.clean.teasers import teaser_candidates, teasers
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
    first = store.dumps.first
    counts = Counter(hosts=0, documents=0)

    def stripped() -> Iterator[StrippedText]:
        hosts = []
        for host, lines in lines_by_host(store.documents.line_digests(), 1):
            progress.advance(1)
            if lines.rows.max(initial=-1) >= first:
                least = config.clean.site_boilerplate_documents
                hosts.append((lines, find_site(host, lines, store, least)))
        known = lines_of_sites(site for _, site in hosts)
        for lines, site in hosts:
            site = with_lines_of_others(site, lines, known)
            if rows := rows_with(lines, site, first):
                counts.update(hosts=1, documents=len(rows))
                for row, title, text in store.documents.titled_texts(rows):
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


def find_site(host: str, lines: HostLines, store: Store, documents: int) -> Site:
    """Return what of the lines of a host is the site's.

    Args:
        host: The host.
        lines: Its lines.
        store: Where the texts are that must be read.
        documents: A line must recur in so many documents.
    """
    several = lines.documents.size > 1
    site = _recurring_lines(host, lines, store, documents) if several else Site(host, frozenset())
    candidates, rows = teaser_candidates(lines)
    if rows.size:
        texts = store.documents.titled_texts(rows.tolist())
        site = replace(site, teasers=frozenset(teasers(texts, candidates).tolist()) - site.known)
    if openings := find_openings(lines):
        texts = store.documents.titled_texts(sorted({row for each in openings for row in each}))
        shared = frozenset(introductions(texts, openings, host).tolist()) - site.known
        site = replace(site, shared=site.shared | shared)
    return site


def _recurring_lines(host: str, lines: HostLines, store: Store, documents: int) -> Site:
    """Return what of the lines of a host recurs under different headlines."""
    recurring = find_recurring(lines, documents)
    rest = lines.without(recurring) if recurring.size else lines
    questions = find_questions(rest, documents)
    if not questions.rows.size:
        return Site.of(host, recurring)
    texts = store.documents.titled_texts(questions.rows.tolist(), whole=True)
    answers = read_answers(texts, questions, host)
    return Site.of(host, recurring, find_site_lines(rest, questions, answers, documents))


def lines_of_sites(sites: Iterable[Site]) -> Digests:
    """Return the digests of the longer lines of all sites, sorted."""
    found = np.array(sorted(frozenset().union(*(site.lines for site in sites))), np.uint64)
    return found[lengths_of(found) >= SHORTEST_ELSEWHERE]


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

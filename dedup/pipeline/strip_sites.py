"""Stored documents without the site boilerplate of their hosts."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np

from dedup.clean.site_boilerplate import find_recurring, find_site_lines
from dedup.clean.site_lines import HostLines, lines_by_host
from dedup.clean.site_questions import find_questions, read_answers
from dedup.clean.strip_site_lines import Site, strip_site_lines
from dedup.config import Config
from dedup.models import StrippedText
from dedup.progress import Progress
from dedup.store import Step, Store

log = logging.getLogger(__name__)


def remove_site_boilerplate(store: Store, config: Config, progress: Progress) -> None:
    """Take the lines of each host's site out of its new documents, in one commit.

    Its earlier documents within the date window count where lines recur; they stay as they are.
    """
    progress.start("site boilerplate", None, "host")
    first = store.dumps.first

    def stripped() -> Iterator[StrippedText]:
        for host, lines in lines_by_host(store.documents.line_digests(), 2):
            progress.advance(1)
            if lines.rows.max(initial=-1) < first:
                continue
            site = find_site(host, lines, store, config.clean.site_boilerplate_documents)
            if rows := rows_with(lines, site, first):
                log.info("site boilerplate: %d lines are of %s", len(site.lines), host)
                for row, title, text in store.documents.titled_texts(rows):
                    yield strip_site_lines(row, title, text, site, config.clean)

    if store.dumps.step < Step.STRIPPED:
        with store.commit():
            store.documents.strip(stripped())
            store.dumps.reach(Step.STRIPPED)
    progress.end()


def find_site(host: str, lines: HostLines, store: Store, documents: int) -> Site:
    """Return what of the lines of a host is the site's.

    Args:
        host: The host.
        lines: Its lines.
        store: Where the texts are that must be read.
        documents: A line must recur in so many documents.
    """
    recurring = find_recurring(lines, documents)
    rest = lines.without(recurring) if recurring.size else lines
    questions = find_questions(rest, documents)
    if not questions.rows.size:
        return Site.of(host, recurring)
    texts = store.documents.titled_texts(questions.rows.tolist(), whole=True)
    answers = read_answers(texts, questions, host)
    return Site.of(host, recurring, find_site_lines(rest, questions, answers, documents))


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

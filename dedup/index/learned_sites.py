"""The lines that sites put on their pages, learned from the documents of an index as they come."""

from __future__ import annotations

from collections import OrderedDict, deque

from dedup.cleaning.site_boilerplate import find_recurring
from dedup.cleaning.site_lines import line_digests, lines_by_host
from dedup.cleaning.strip_site_lines import Site, strip_site_lines
from dedup.config import CleanConfig
from dedup.models import Document, Listed, Rejection

MOST_HOSTS = 20_000
"""Hosts whose lines are remembered, those of the latest documents."""

LATEST = 40
"""Documents of each whose lines are compared, the latest: some 10 KB a host."""

EACH_UNTIL, EVERY = 12, 8
"""A host is looked at again with each of its first documents, later with every eighth."""

MOST_LINES = 1_000
"""Lines of one site, of a host that is about to exhaust memory."""


class LearnedSites:
    """Which lines recur on each host under different leads, by the rules of a run.

    A run knows all documents of a host before it takes lines out of the first one. Here the first
    documents of a host keep their lines, and only what recurs is known: what a run finds by reading
    texts again (long lines, teasers, introductions of a series) is not.
    """

    def __init__(self, config: CleanConfig) -> None:
        """Remember in how many documents a line must recur, and the least length of a text."""
        self._config = config
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def learn(self, host: str, lines: bytes, page: str | None, title: str | None) -> None:
        """Look at a document.

        Args:
            host: Its host.
            lines: :func:`dedup.cleaning.site_lines.line_digests` of its text, as bytes.
            page: Its page.
            title: Its headline.
        """
        known = self._hosts.setdefault(host, _Host(host))
        self._hosts.move_to_end(host)
        if len(self._hosts) > MOST_HOSTS:
            self._hosts.popitem(last=False)
        known.learn(lines, page, title, self._config.site_boilerplate_documents)

    def learn_document(self, document: Document) -> None:
        """Look at a document; one whose host is unknown shows nothing."""
        if document.host is not None:
            lines = line_digests(document.text).tobytes()
            self.learn(document.host, lines, document.page, document.title)

    def strip(self, document: Document) -> Document | Rejection:
        """Return a document without the lines of its site, or why nothing is left of it."""
        host = self._hosts.get(document.host or "")
        if host is None or not host.site.recurring:
            return document
        change = strip_site_lines(0, document.title, document.text, host.site, self._config)
        return change.rejection or document._replace(text=change.text)


class _Host:
    """The latest documents of a host, and what of their lines is the site's."""

    __slots__ = ("count", "latest", "site")

    def __init__(self, host: str) -> None:
        self.site = Site.of(host, line_digests("")[:0])
        self.latest: deque[Listed] = deque(maxlen=LATEST)
        self.count = 0

    def learn(self, lines: bytes, page: str | None, title: str | None, least: int) -> None:
        """Look at a document."""
        self.count += 1
        self.latest.append(Listed(self.count, self.site.host, lines, page, title))
        if self.count < least or (self.count > EACH_UNTIL and self.count % EVERY):
            return
        [(host, found)] = lines_by_host(self.latest, 1)
        recurring = self.site.recurring.union(find_recurring(found, least).tolist())
        if len(self.site.recurring) < len(recurring) <= MOST_LINES:
            self.site = Site(host, recurring)

"""Of the versions of one page those that a later one supersedes.

The dates say which version is the later one. Crawls of one page often have the same date, or none:
then the version that contains another and more is the later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from dedup.cluster.document_name import document_name
from dedup.models import Facts, Pair, is_later, same_page

KEPT_LENGTH = 0.8
"""Least length of a later version, as a share of the earlier one's: a shorter one is not whole."""

CONTAINED = 0.8
"""Least share of a version that a longer one of no later date contains."""

LONGER = 1 / 0.9
"""How many times as long as another a longer version is at least, where the addresses differ: a
print page has a few lines more than the article, and is no later version."""

AS_LONG = 0.95
"""Ratio of lengths from which two texts end at the same place."""

SAME_TEXT = 0.9
"""Jaccard from which a document of another host has the text of a superseded version."""

MOST = 64
"""Most documents of a host whose headlines are all compared, and most later versions of a page that
are looked at; a feed has crawled some pages thousands of times."""

MOST_COPIED = 16
"""Most superseded texts whose copies on other hosts are looked for."""

Matching = Callable[[Facts, Facts], Pair | None]
"""Returns what is measured on two documents, seen from the second; None where they do not match, as
far as the caller asks for that."""


def superseded(documents: Sequence[Facts], matching: Matching) -> dict[int, str]:
    """Return by row which documents are superseded, in words.

    Args:
        documents: Documents of one story; they alone supersede one another.
        matching: Is called with a later version first.
    """
    documents = sorted(documents, key=attrgetter("doc_id"))  # the first of equals decides
    found: dict[int, tuple[Facts, str]] = {}
    for versions in _families(documents):
        latest = versions[:MOST]
        for facts in versions:
            for other in latest:
                if words := _supersedes(other, facts, latest, matching):
                    found[facts.row] = other, words
                    break
    if found:
        _add_copies(documents, found, matching)
    return {row: f"{words} of {document_name(other)}" for row, (other, words) in found.items()}


def _families(documents: Iterable[Facts]) -> list[list[Facts]]:
    """Return the documents of each host that may be versions of one page, the latest first."""
    by_host: dict[str, list[Facts]] = {}
    for facts in documents:
        if facts.host is not None:
            by_host.setdefault(facts.host, []).append(facts)
    families: list[list[Facts]] = []
    for group in by_host.values():
        if len(group) <= MOST:
            families.append(group)
            continue
        by_page: dict[str, list[Facts]] = {}
        for facts in group:
            if name := facts.page or facts.title:
                by_page.setdefault(name.partition("?")[0], []).append(facts)
        families += by_page.values()
    return [
        sorted(family, key=_latest_first)
        for family in families
        if len({facts.text_id for facts in family}) > 1
    ]


def _latest_first(facts: Facts) -> tuple[float, int, str]:
    """Return a key that sorts later documents first, then longer ones."""
    moment = float("-inf") if facts.moment is None else facts.moment
    return -moment, -facts.shingles, facts.doc_id


def _supersedes(
    later: Facts, facts: Facts, versions: Sequence[Facts], matching: Matching
) -> str | None:
    """Return what a document is where another version of its page supersedes it, else None."""
    if later.text_id == facts.text_id or not same_page(later, facts):
        return None
    by_date = is_later(later, facts)
    if by_date:
        kept = later.shingles >= KEPT_LENGTH * facts.shingles
        return "an earlier version" if kept and matching(later, facts) else None
    if by_date is None and _is_longer(later, facts, versions):
        pair = matching(later, facts)
        return "a shorter version" if pair and pair.contained >= CONTAINED else None
    return None


def _is_longer(longer: Facts, facts: Facts, versions: Sequence[Facts]) -> bool:
    """Return whether a version with no known order of dates is so much longer that it is later."""
    if longer.shingles <= facts.shingles:
        return False
    if longer.url is not None and longer.url == facts.url:
        return True
    return longer.shingles >= LONGER * facts.shingles and not any(
        each.url != facts.url
        and min(each.shingles, facts.shingles) >= AS_LONG * max(each.shingles, facts.shingles)
        and same_page(each, facts)
        for each in versions
    )


def _add_copies(
    documents: Iterable[Facts], found: dict[int, tuple[Facts, str]], matching: Matching
) -> None:
    """Add the documents of other hosts that have the text of a superseded version.

    What supersedes the version must contain them.
    """
    earlier = {facts.text_id: facts for facts in documents if facts.row in found}
    versions = list(earlier.values())[:MOST_COPIED]
    rows = {other.row for other, _ in found.values()}
    for facts in documents:
        if facts.row in found or facts.row in rows:
            continue
        for version in versions:
            if version.host == facts.host:
                continue
            copy = matching(version, facts)
            if copy is None or copy.jaccard < SAME_TEXT:
                continue
            later = found[version.row][0]
            pair = matching(later, facts)
            if pair and pair.contained >= SAME_TEXT and pair.jaccard < copy.jaccard:
                found[facts.row] = later, "a copy of an earlier version"
                break

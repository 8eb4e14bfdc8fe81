"""Whether two documents are one page of an outlet, and which of them is the later one."""

from __future__ import annotations

from dedup.models.stories import Facts

SECONDS_A_DAY = 86_400

TITLE_JACCARD = 0.6
"""Share of title words in common from which two titles are one headline, edited."""

_DAY = len("2026-03-05")


def same_page(one: Facts, other: Facts) -> bool:
    """Return whether two documents are of one page: of one host, under one address or headline."""
    if one.host is None or one.host != other.host:
        return False
    return same_address(one.page, other.page) or same_headline(one.title, other.title)


def same_headline(one: str | None, other: str | None) -> bool:
    """Return whether two titles are one headline, edited."""
    return title_jaccard(one, other) >= TITLE_JACCARD


def shares_headline(one: str | None, other: str | None) -> bool:
    """Return whether most words of the shorter of two titles are in the other.

    >>> shares_headline("The long road north", "The long road north - page 2 of 4")
    True
    """
    a, b = set((one or "").casefold().split()), set((other or "").casefold().split())
    return bool(a and b) and len(a & b) >= TITLE_JACCARD * min(len(a), len(b))


def same_address(one: str | None, other: str | None) -> bool:
    """Return whether two URLs are the same page; a query that only one of them has is ignored.

    >>> same_address("a.com/x?rev=2", "a.com/x"), same_address("a.com/n?id=2", "a.com/n?id=3")
    (True, False)
    """
    if one is None or other is None:
        return False
    path, _, query = one.partition("?")
    other_path, _, other_query = other.partition("?")
    return path == other_path and (query == other_query or not query or not other_query)


def title_jaccard(one: str | None, other: str | None) -> float:
    """Return the Jaccard of the words of two titles, 0 where one is unknown.

    >>> title_jaccard("Dockers end strike", "Dockers end long strike")
    0.75
    """
    if not one or not other:
        return 0.0
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / len(a | b) if a | b else 0.0


def is_later(one: Facts, other: Facts) -> bool | None:
    """Return whether a document is later than another; None where their dates do not say.

    A day without a time is neither earlier nor later than a time of that day.
    """
    if one.moment is None or other.moment is None:
        return None
    first, second = one.moment, other.moment
    if _is_day(one) or _is_day(other):
        first, second = first // SECONDS_A_DAY, second // SECONDS_A_DAY
    return None if first == second else first > second


def _is_day(facts: Facts) -> bool:
    """Return whether the date of a document has no time."""
    return len(facts.date or "") == _DAY

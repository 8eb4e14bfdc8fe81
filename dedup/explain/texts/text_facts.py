"""What two texts have in common: terms, names, numbers, dates and quotes."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dedup.explain.evidence import SharedFacts
from dedup.explain.texts.weighted_words import MOST_CHARACTERS, WeightedWords, weighted_words
from dedup.kernels.vectorizer import LEAST_NAME_WEIGHT
from dedup.signatures.lead_days import IN_FIRST, NamedDays, named_days, weekdays_of
from dedup.signatures.lead_patterns import TODAY, YESTERDAY
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.tokens import count_words

MOST_FACTS = 12
"""Facts of a kind that are listed for both texts, and for each alone."""

SHORTEST_QUOTE = 3
"""Words of the shortest quote: one or two in quotation marks are a name or a doubt."""

MOST_QUOTES = 60
"""Quotes of a text that are compared."""

_LONGEST_QUOTE = 600

# Opening and closing marks. An opening one inside of a quote ends the search for its end, so that
# each text is read once. A single mark between letters is an apostrophe.
_MARKS = ("“”“", "„“”", "«»", "»«", "「」", "『』", "””", "〝〞〟", "《》", '""')
_QUOTE = re.compile(
    "|".join(
        [rf"{mark[0]}([^{mark}\n]{{1,{_LONGEST_QUOTE}}})[{mark[1:]}]" for mark in _MARKS]
        + [rf"(?<!\w)‘([^‘\n]{{1,{_LONGEST_QUOTE}}}?)’(?!\w)"]
    )
)

_WEEKDAYS = tuple(calendar.day_name)
_MONTHS = tuple(calendar.month_name)
_RELATIVE = {TODAY: "today", YESTERDAY: "yesterday"}
_DATE_SPAN = 32


@dataclass(frozen=True, slots=True)
class Article:
    """What facts are read from.

    Attributes:
        title: Its headline, or None.
        text: Its cleaned text.
        language: Two letters, or None.
        moment: Publication in seconds since 1970 UTC, None if unknown.
    """

    title: str | None
    text: str
    language: str | None
    moment: float | None


def shared_facts(
    first: Article, second: Article, frequencies: DocumentFrequencies
) -> tuple[SharedFacts, ...]:
    """Return the terms, names, numbers, dates and quotes of two texts.

    Terms, names and numbers are read as the story score reads them: words with the same beginning
    are one term, a name has a capital inside of a sentence. Dates are the days that the lead names,
    as weekdays where they are known, and the days of publication, which conflict with nothing.

    Args:
        first: The one.
        second: The other.
        frequencies: Those of the run.
    """
    both = first, second
    words = [_words(each, frequencies) for each in both]
    texts = [weighted_words(each.text, each.language, frequencies) for each in both]
    dates, published = [_days(each) for each in both], [_published(each) for each in both]
    compared = _compared("dates", *dates)
    return (
        _compared("terms", *(_terms(each) for each in words)),
        _compared("names", *(_names(each) for each in texts)),
        _compared("numbers", *(_numbers(each) for each in words)),
        _joined(compared, _compared("dates", *published)),
        _compared_quotes(*(quotes(each.text) for each in both)),
    )


def quotes(text: str) -> dict[str, str]:
    """Return the texts in quotation marks as they stand, by their words in lower case.

    >>> quotes('“It was close,” he said. "It was close", «he» wrote.')
    {'it was close': 'It was close'}
    """
    found: dict[str, str] = {}
    for match in _QUOTE.finditer(text[:MOST_CHARACTERS]):
        quote = next(group for group in match.groups() if group is not None).strip(" ,;")
        if count_words(quote) >= SHORTEST_QUOTE:
            found.setdefault(" ".join(re.findall(r"\w+", quote.casefold())), quote)
        if len(found) == MOST_QUOTES:
            break
    return found


def _words(article: Article, frequencies: DocumentFrequencies) -> WeightedWords:
    """Return the words of an article, its headline as the first sentence."""
    whole = f"{article.title or ''}\n{article.text}"
    return weighted_words(whole, article.language, frequencies)


# Facts of a text: how each is written, by what it is compared by, the weightiest first.
_Facts = Mapping[Any, str]


def _terms(words: WeightedWords) -> _Facts:
    """Return the terms that are no numbers by their weight in the text, as in its vector."""
    numbers = set(words.terms[words.numbers].tolist())
    distinct, first, counts = np.unique(words.terms, return_index=True, return_counts=True)
    values = words.weights[first] * (1.0 + np.log(counts))
    order = np.lexsort((first, -values))
    return {
        term: words.words[first[at]]
        for at in order.tolist()
        if (term := int(distinct[at])) not in numbers
    }


def _names(words: WeightedWords) -> _Facts:
    """Return the names, the weightiest first."""
    places = [at for at in words.names if words.weights[at] >= LEAST_NAME_WEIGHT]
    return _by_term(words, sorted(places, key=lambda at: -words.weights[at]))


def _numbers(words: WeightedWords) -> _Facts:
    """Return the numbers in text order."""
    return _by_term(words, words.numbers)


def _by_term(words: WeightedWords, places: Iterable[int]) -> _Facts:
    """Return the words at some places, those of one term once."""
    found: dict[int, str] = {}
    for at in places:
        found.setdefault(int(words.terms[at]), words.words[at])
    return found


def _days(article: Article) -> _Facts:
    """Return the days that a lead names: weekdays where they are known, and dates."""
    named = named_days(article.text, article.language)
    known = weekdays_of(named, article.language, article.moment).days
    found = [name for day, name in enumerate(_WEEKDAYS) if known >> day & 1]
    if article.moment is None:
        found += [name for day, name in _RELATIVE.items() if named.days >> day & 1]
    return {each: each for each in [*found, *_dates(named)]}


def _dates(named: NamedDays) -> list[str]:
    """Return the dates that a lead names; one without a month is a weekday, or nothing."""
    codes = [divmod(code & ~IN_FIRST, _DATE_SPAN) for code in named.dates]
    return [f"{day} {_MONTHS[month]}" for month, day in codes if month]


def _published(article: Article) -> _Facts:
    """Return the day of publication."""
    if article.moment is None:
        return {}
    try:
        day = datetime.fromtimestamp(article.moment, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return {}
    return {day: f"published {day}"}


def _compared(kind: str, first: _Facts, second: _Facts) -> SharedFacts:
    """Return which facts two texts share, those first that come early in both."""
    ranks = [{key: rank for rank, key in enumerate(each)} for each in (first, second)]
    shared = sorted(first.keys() & second.keys(), key=lambda key: _rank(key, ranks))
    return SharedFacts(
        kind=kind,
        shared=tuple(first[key] for key in shared[:MOST_FACTS]),
        first_only=_only(first, second),
        second_only=_only(second, first),
        conflicting=bool(first and second and not shared),
    )


def _rank(key: Any, ranks: list[dict[Any, int]]) -> tuple[int, int]:
    """Return the sum of two ranks of a fact, and the first one."""
    return ranks[0][key] + ranks[1][key], ranks[0][key]


def _only(facts: _Facts, other: _Facts) -> tuple[str, ...]:
    """Return the first facts that the other has not."""
    return tuple(value for key, value in facts.items() if key not in other)[:MOST_FACTS]


def _joined(one: SharedFacts, other: SharedFacts) -> SharedFacts:
    """Return facts followed by others that conflict with nothing."""
    return SharedFacts(
        one.kind,
        one.shared + other.shared,
        one.first_only + other.first_only,
        one.second_only + other.second_only,
        one.conflicting,
    )


def _compared_quotes(first: dict[str, str], second: dict[str, str]) -> SharedFacts:
    """Return which quotes two texts share: one may be a part of the other's."""
    same = {theirs: ours for theirs in second for ours in first if _is_part(ours, theirs)}
    return _compared("quotes", first, {same.get(key, key): text for key, text in second.items()})


def _is_part(one: str, other: str) -> bool:
    """Return whether the words of one of two quotes stand in the other."""
    one, other = f" {one} ", f" {other} "
    return one in other or other in one

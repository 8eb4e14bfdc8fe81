"""Names of months and weekdays in the larger languages, from the CLDR."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from functools import cache

# Gregorian months; loaded when a date with a name that is not English is met, which takes 0.2 s.
_LANGUAGES = (
    "de", "fr", "es", "it", "pt", "ca", "nl", "sv", "da", "nb", "fi", "et", "lv", "lt", "pl", "cs",
    "sk", "sl", "hr", "sr", "bg", "mk", "ro", "hu", "el", "tr", "ru", "uk", "be", "id", "ms", "ar",
    "he", "hi",
)  # fmt: skip

# A language of texts to those of the CLDR that its texts follow: months of the Levant are others
# than those of Egypt, and one language has two scripts.
_LOCALES = {
    "ar": ("ar", "ar_LB", "ar_DZ"), "sh": ("sr", "sr_Latn", "hr"), "no": ("nb",), "tl": ("fil",),
}  # fmt: skip

_SHORTEST_NAME = 3  # letters of a name of a month inside of a text

_BEFORE_NAMES = ("de ", "d’", "d'")  # the Catalan names have it, and other texts before any name


def month_of(name: str) -> int | None:
    """Return the month of a name or its abbreviation, or None.

    A name of two months, such as ``listopad`` (October in Croatian, November in Polish), is none.

    Args:
        name: The name, case-folded, without a full stop.

    >>> month_of("sept"), month_of("märz"), month_of("listopad")
    (9, 3, None)
    """
    return _months(("en",)).get(name) or _months(_LANGUAGES).get(name)


def weekdays_of(name: str) -> set[int]:
    """Return the weekdays, 0 for Monday, of a name that is written as in :func:`month_of`.

    An abbreviation may be that of different days in different languages.
    """
    return _weekdays(("en",)).get(name) or _weekdays(_LANGUAGES).get(name, set())


@cache
def months_in(language: str) -> dict[str, int]:
    """Return the months by their names in texts of a language, as in :func:`month_of`.

    Args:
        language: A language of the CLDR, two letters.

    >>> months_in("ru")["марта"], months_in("en")["sept"]
    (3, 9)
    """
    months = _months(_LOCALES.get(language, (language,)))
    return {name: month for name, month in months.items() if len(name) >= _SHORTEST_NAME}


@cache
def _months(languages: tuple[str, ...]) -> dict[str, int]:
    """Return the months by their names in some languages."""
    from babel.dates import get_month_names  # loaded when first needed

    months = _numbers_of(get_month_names, languages)
    if languages == ("en",):
        months |= {"sept": {9}, "mrz": {3}}  # as people and older programs write them
    return {name: min(numbers) for name, numbers in months.items() if len(numbers) == 1}


@cache
def _weekdays(languages: tuple[str, ...]) -> dict[str, set[int]]:
    """Return the weekdays by their names in some languages."""
    from babel.dates import get_day_names

    return _numbers_of(get_day_names, languages)


def _numbers_of(
    names_of: Callable[..., Mapping[int, str]], languages: Iterable[str]
) -> dict[str, set[int]]:
    """Return the numbers of each name, in full and abbreviated, alone and in a date."""
    numbers: dict[str, set[int]] = {}
    for language in languages:
        for context, width in itertools.product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in names_of(width, context, language).items():
                numbers.setdefault(_plain(name), set()).add(number)
    return numbers


def _plain(name: str) -> str:
    """Return a name as texts have it after a day, case-folded."""
    name = name.casefold().rstrip(".")
    for particle in _BEFORE_NAMES:
        name = name.removeprefix(particle)
    return name

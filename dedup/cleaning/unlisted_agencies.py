"""Agencies that no table lists, by their place in a dateline: ``NILES, Mich. (Interwire) -``.

A place, too, may stand in parentheses there, or a date, a party, the short form of a name. What
could be one of them is not taken for an agency.
"""

from __future__ import annotations

import functools
import re


def _words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


# What only agencies and media have in their names; anywhere in a word, as in "Interwire".
_MEDIA = re.compile(
    r"wire|news|press|prensa|agenc|agentur|agenzia|agência|telegra|media|tribune|herald|gazette"
    r"|journal|times|daily|network|radio|chronicle|broadcast|bulletin|dispatch|observer|funk|dienst"
    r"|nyhets|новост|пресс|агент",
    re.IGNORECASE,
)
# The short forms of stations and agencies: "WKRN", "CBS4", "HawaiiNow".
_SHORT_FORM = re.compile(r"[A-Z]{3,6}\d{0,2}(?:-[A-Z]{2,3})?|\w*[a-z][A-Z]\w*|[A-Z]{3,}[a-z]\w*")
_WORD = re.compile(r"[^\W\d_][\w.&'’+-]*|\d{1,2}|&")
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,6}", re.IGNORECASE)
_INSIDE = _words("of the de del do da des la and & y et und für")

_MOST_WORDS = 5

# A region's abbreviation has two letters, as have few agencies; those have rows of their own.
_SHORTEST = 3

_REGIONS = _words(
    """ala alaska alabama ariz arizona ark arkansas calif california colo colorado conn connecticut
    del delaware fla florida ga georgia hawaii idaho ill illinois ind indiana iowa kan kansas ky
    kentucky la louisiana maine md maryland mass massachusetts mich michigan minn minnesota miss
    mississippi mo missouri mont montana neb nebraska nev nevada n.h new|hampshire n.j
    new|jersey n.m new|mexico n.y new|york n.c north|carolina n.d north|dakota ohio okla
    oklahoma ore oregon pa pennsylvania r.i rhode|island s.c south|carolina s.d south|dakota
    tenn tennessee tex texas utah vt vermont va virginia wash washington w.va west|virginia wis
    wisconsin wyo wyoming d.c puerto|rico ontario ont quebec québec que alberta alta manitoba
    man saskatchewan sask nova|scotia new|brunswick newfoundland b.c british|columbia victoria
    vic queensland qld tasmania nsw new|south|wales south|australia western|australia england
    scotland wales northern|ireland bavaria bayern hessen sachsen nrw catalonia cataluña sicily
    sicilia usa uae drc prc dprk rok u.s u.s.a u.k"""
)

_OTHER = _words(
    """democrat democrats democratic republican republicans labour labor conservative conservatives
    tory liberal liberals green greens independent video photo photos pictures picture update
    updated live file opinion analysis exclusive watch map gallery sponsored advertisement
    breaking north south east west central downtown old new upper lower part episode season
    chapter vol volume rated group round day week final semifinal men women monday tuesday
    wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag
    samstag sonntag lunes martes miércoles jueves viernes sábado domingo lundi mardi mercredi
    jeudi vendredi samedi dimanche today yesterday heute gestern hoy ayer near dead died born
    aged mr mrs ms dr sir"""
)

# Short forms that are no agencies': of countries in sports, times, organisations, exchanges.
_SHORT_FORMS = _words(
    """arg aus aut bel blr bol bra bul can chi chn col cro cub cze den ecu egy esp est eth fin fra
    gbr ger gre hkg hun ina ind iri irl irq isr ita jam jpn ken kor ksa lat ltu mar mas mex ned ngr
    nor nzl pak par per phi pol por qat rom rou rsa rus sgp slo srb sri sui svk swe tha tpe tur ukr
    uru ven vie gmt utc bst cet cest edt cst cdt mst pst pdt ist jst msk aest who imf ioc fifa uefa
    nato wto opec unesco unicef unhcr asean iaea icc icj nasa ftse nyse nasdaq bse dax"""
)

_PARTS_OF_PLACES = _words("square street avenue road park airport station county district island")

# In the languages whose datelines have this form.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")


def is_unlisted_agency(name: str, place: str, *, sure: bool, dated: bool = False) -> bool:
    """Return whether what stands in parentheses behind a place is an agency's name.

    Args:
        name: What stands there.
        place: The place, without region and date.
        sure: Whether the place is one for sure; else only a name of media is taken.
        dated: Whether a date stands behind the place: then no part of it follows.

    >>> is_unlisted_agency("Interwire", "DAYS", sure=False)
    True
    >>> is_unlisted_agency("Guyana", "GEORGETOWN", sure=True)
    False
    """
    if _DOMAIN.fullmatch(name):
        return True
    words = name.split()
    if not _is_name(words) or _is_short_form(name, place):
        return False
    folded = [word.casefold().strip(".") for word in words]
    known = not (_OTHER.isdisjoint(folded) and _SHORT_FORMS.isdisjoint(folded))
    if known and not _MEDIA.search(name):
        return False
    if "|".join(folded) in _REGIONS or _key(name) in _territories():
        return False
    if _MEDIA.search(name):
        return _PARTS_OF_PLACES.isdisjoint(folded)
    return sure and (dated or _SHORT_FORM.fullmatch(words[0]) is not None)


def _is_name(words: list[str]) -> bool:
    """Return whether words are capitalised as in a name, and have no number but a channel's."""
    if not 0 < len(words) <= _MOST_WORDS or not all(map(_WORD.fullmatch, words)):
        return False
    if sum(map(str.isalpha, "".join(words))) < _SHORTEST or not words[0][0].isupper():
        return False
    numbers = [at for at, word in enumerate(words) if word.isdigit()]
    if any(not words[at - 1].isupper() for at in numbers):
        return False
    return all(word[0].isupper() or word.isdigit() or word in _INSIDE for word in words)


def _is_short_form(name: str, place: str) -> bool:
    """Return whether one is made of the initials of the other: ``SARS (Severe Acute ...)``."""
    return _initials(name) == place.casefold() or _initials(place) == name.casefold()


def _initials(text: str) -> str:
    words = [word for word in text.casefold().split() if word not in _INSIDE]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


@functools.cache
def _territories() -> frozenset[str]:
    """Return the keys of the names of countries."""
    from babel import Locale  # reads its tables from files; few texts need them

    names = (
        name for language in _LANGUAGES for name in Locale.parse(language).territories.values()
    )
    return frozenset(map(_key, names))


def _key(name: str) -> str:
    """Return a name without the small words in it: "Bosnia & Herzegovina" has two spellings."""
    return " ".join(word for word in name.casefold().split() if word not in _INSIDE)

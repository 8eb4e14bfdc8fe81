"""Move the dateline before the first sentence, and the agency in it, to fields.

Only the first few lines are looked at: an agency that a report quotes stays where it is.
"""

# ruff: noqa: E501  - a pattern is read across
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dedup.cleaning.agencies import agency_at_end, agency_of_name
from dedup.cleaning.normalise import lines_of
from dedup.cleaning.unlisted_agencies import is_unlisted_agency
from dedup.models import Draft, Removal

HEAD_LINES = 3
"""Lines at the top in which a byline or a dateline may stand (above them only a standfirst)."""

# Start of a line that is searched for a dateline: the longest of 31 on real pages had 37
# characters; the rest is room for several places and an agency's full name.
_MAX_HEAD = 120

_AROUND_PLACE = " .:,"

_DASH = r"(?:-{1,3}|[–—―−])"
_DASHES = "[-–—―−]+"  # not a repeated _DASH: the time of that doubles with each hyphen

# ---- words of a dateline -------------------------------------------------------------------


def holds_any(text: str, parts: Iterable[str]) -> bool:
    """Return whether a text contains one of some parts.

    >>> holds_any("Berlin (dpa)", "([")
    True
    """
    for part in parts:  # noqa: SIM110 - any() of a generator takes three times as long
        if part in text:
            return True
    return False


def _words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


MONTHS = _words(
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober "
    "dezember jänner mär okt dez enero febrero marzo abril mayo junio julio agosto septiembre "
    "setiembre octubre noviembre diciembre ene abr ago set dic janvier février mars avril juin "
    "juillet août septembre octobre novembre décembre janv févr fév avr juil déc gennaio febbraio aprile "
    "maggio giugno luglio settembre ottobre dicembre gen mag giu lug ott janeiro fevereiro março "
    "maio junho julho setembro outubro novembro dezembro fev out января февраля марта апреля мая "
    "июня июля августа сентября октября ноября декабря янв фев мар апр май июн июл авг сен сент "
    "окт ноя нояб дек февр січня лютого березня квітня травня червня липня серпня вересня жовтня "
    "листопада грудня ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık "
    "januari februari maret mei agustus desember maart augustus mrt siječnja veljače ožujka "
    "travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga studenog prosinca stycznia "
    "lutego marca kwietnia maja czerwca lipca sierpnia września października grudnia ledna února "
    "března dubna května června července srpna září října prosince"
)

# Words in lower case that names of places and dates hold.
_PARTICLES = _words(
    "de del della di da do dos das du des la le les el los al an am auf bei der die den im in of "
    "and und et y e on upon the sur sous lès van von near aboard st to"
)

# What stands in capitals before a dash and is no place: labels, and bodies that begin sentences.
_NO_PLACE = _words(
    "BREAKING UPDATE UPDATED EXCLUSIVE WATCH OPINION ANALYSIS LIVE VIDEO PHOTOS REVIEW COLUMN "
    "EDITORIAL NOTE CORRECTION CORRECTED EXPLAINER FACTBOX INTERVIEW PREVIEW RECAP ALERT URGENT "
    "DEVELOPING SPOILER WARNING QUESTION ANSWER HOST GUEST ABOUT SOURCE FILE PHOTO NATO NASA FIFA "
    "UEFA OPEC UNESCO UNICEF ASEAN COVID POLL LIST QUIZ LETTER LETTERS ADVERTISEMENT SPONSORED "
    "EILMELDUNG KOMMENTAR ANALYSE ACTUALIZACIÓN EXCLUSIVA EXCLUSIF ВИДЕО ФОТО СРОЧНО НАТО"
)

# Cities that stand before a colon, or in title case before a dash, as datelines without an agency
# do; a closed list, for any other word there could be a speaker or a subject.
_CITIES = frozenset(
    """abu dhabi|abuja|accra|addis ababa|ahmedabad|algiers|amman|amsterdam|ankara|athens|baghdad|baku|
bangkok|beijing|beirut|belgrade|bengaluru|berlin|bern|bhopal|bogota|bogotá|brasilia|brasília|
bratislava|brussels|brüssel|bruxelles|bucharest|budapest|buenos aires|cairo|canberra|caracas|
chandigarh|chennai|colombo|copenhagen|dakar|damascus|delhi|dhaka|doha|dubai|dublin|frankfurt|gaza|
geneva|genf|guwahati|hamburg|hanoi|harare|havana|helsinki|hong kong|hyderabad|islamabad|istanbul|
jakarta|jeddah|jerusalem|johannesburg|kabul|kampala|karachi|kathmandu|khartoum|kiev|kolkata|
kuala lumpur|kyiv|köln|lagos|lahore|lima|lisboa|lisbon|london|los angeles|lucknow|madrid|manila|
mexico city|mexiko-stadt|milan|milano|minsk|montevideo|moscow|moskau|mumbai|munich|muscat|münchen|
nairobi|new delhi|new york|nicosia|oslo|ottawa|paris|patna|peking|peshawar|prague|prag|quetta|quito|
ramallah|riga|rio de janeiro|riyadh|rom|roma|rome|santiago|sao paulo|são paulo|sarajevo|seoul|
shanghai|singapore|skopje|sofia|srinagar|stockholm|stuttgart|sydney|taipei|tallinn|tashkent|tbilisi|
teheran|tehran|tel aviv|thiruvananthapuram|tokio|tokyo|toronto|tripoli|tunis|ulaanbaatar|
united nations|vatican city|vienna|vilnius|warsaw|washington|wien|yangon|yerevan|zagreb|zürich|
москва|киев|минск|санкт-петербург""".replace("\n", "").split("|")
)

_SHORTEST_PLACE = 4
_LONGEST_REGION = 2
_LONGEST_CITY = max(map(len, _CITIES))

WORD = re.compile(r"[^\s,./;:|()•–—-]+")

# ---- the national forms ---------------------------------------------------------------------

# PARIS, Nov. 3 (AFP) - ; (Reuters) - ; Madrid, 3 nov (EFE).- ; القاهرة (رويترز) - ; ROMA (ANSA):
_PAREN = re.compile(
    rf"(?P<head>[^()\[\]]{{0,90}}?) ?[(\[](?P<agency>[^()\[\]]{{2,40}})[)\]]"
    rf"(?P<end> ?[.,:]? ?{_DASH}{{1,2}} ?|[:.] ?| |$)"
)
# (ANSA) - ROMA, 03 NOV -
_PAREN_FIRST = re.compile(
    rf"\((?P<agency>[^()]{{2,40}})\) ?{_DASH} ?(?P<head>[^()\-–—]{{2,60}}?) ?{_DASHES} ?"
)
# МОСКВА, 3 ноября. /ТАСС/.
_SLASHES = re.compile(r"(?P<head>[^/]{2,60}?)[.,]? ?/(?P<agency>[^/]{2,40})/[.,:]? ?")
_BARE_NAMES = (
    "РИА Новости", "INTERFAX.RU", "ИНТЕРФАКС", "Интерфакс", "ТАСС", "УНН", "УНІАН",
    "Reuters", "AFP", "AP", "EFE", "PTI",
)  # fmt: skip
# МОСКВА, 3 ноя — РИА Новости. ; МОСКВА, 3 ноя - РИА Новости, Иван Иванов. ; Москва. 3 ноября. INTERFAX.RU -
_BARE = re.compile(
    rf"(?P<head>[^()/]{{2,60}}?)(?: ?{_DASHES} ?|\. )"
    rf"(?P<agency>{'|'.join(map(re.escape, _BARE_NAMES))})"
    rf"(?:(?:, [А-ЯЁ]\w{{1,20}} [А-ЯЁ]\w{{1,20}})?\. ?| ?{_DASHES} ?)"
)
# What begins another word with the sign for a wire: 3日电话 is "by telephone on the 3rd".
_ELECTRIC = "话話视視子力影脑腦气氣台臺商网網信池源动動器机機车車缆纜报報讯訊竞競邮郵流压壓梯文线線费費价價站厂廠量能"
# 新华社北京11月3日电（记者 张三） ; （中央社記者王五台北3日電）
_CHINESE = re.compile(
    r"[(（【]?(?P<agency>[\u4e00-\u9fff]{2,8}?)(?P<head>[^，。、,.：:]{0,40}?\d{1,2}日)"
    rf"(?:[电電][讯訊](?=[\s(（)）】:：，,]|$)|[电電](?![{_ELECTRIC}])|[讯訊](?![问問息飞飛号號]))[)）】]?"
    r"(?: ?[(（][^()（）]{1,60}[)）])?[:：，,]? ?"
)
# 【北京時事】 ; （東京 共同） ; [東京　3日　ロイター] - ; (서울=연합뉴스) 홍길동 기자 =
_BRACKET = re.compile(
    r"[(（\[［【](?P<head>[^()（）\[\]［］【】]{2,40})[)）\]］】]"
    rf"(?:(?: ?[가-힣]{{2,4}}){{1,2}} ?(?:기자|특파원) ?=)? ?(?:{_DASH}|=)? ?"
)
# WASHINGTON — ; BATON ROUGE, La. (no agency) — ; NEW YORK, Nov. 3 — ; Berlin - ; ISLAMABAD:
_PLACE = re.compile(
    r"(?P<head>[^\W\d_][^()\[\]:\-–—―−\"“”]{2,60}(?:-[^\W\d_]{2,20})?)"
    r"(?P<end> ?(?:--|[–—―−]) | ?(?:--|—)| - |: )(?=[\"'“‘«„(\d]|[^\W\d_])"
)


# Where no letter is a capital, a place and a date differ from a sentence by their form.
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af，。、！？；]")
_EAST_ASIAN_PLACE = re.compile(
    r"(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·]{1,10}[\s,=/]{0,2}){0,2}"
    r"(?:\d{4}[年년]\s?)?(?:\d{1,2}[月월]\s?)?(?:\d{1,2}[日일])?[\s,=]{0,2}"
)
_MOST_CASELESS = 5

# A dateline with an agency contains one of the first, one without an agency one of the second.
_AGENCY_SIGNS = ("(", "[", "/", "日", "（", "［", "【", *_BARE_NAMES)

_PLACE_ENDS = ("—", "–", " - ", "--", ": ", "―", "−")

# The same in fewer parts: most texts contain none.
_SIGNS = (*_AGENCY_SIGNS, "-", "—", "–", ":", "―", "−")


def _is_place(head: str) -> bool:
    """Return whether every word is capitalised, a number, a month or a particle: a place and date."""
    if _EAST_ASIAN.search(head):
        return _EAST_ASIAN_PLACE.fullmatch(head) is not None
    words = WORD.findall(head)
    caseless = [word for word in words if word.lower() == word.upper() and word[0].isalpha()]
    return (
        len(words) <= 9
        and len(caseless) <= _MOST_CASELESS
        and all(
            word[0].isupper()
            or not word[0].islower()
            or word.casefold() in MONTHS
            or word in _PARTICLES
            for word in words
        )
    )


def _has_date(head: str) -> bool:
    """Return whether a head contains a number or a month."""
    return any(c.isdigit() for c in head) or _has_month(head)


def _has_month(head: str) -> bool:
    """Return whether a head contains the name of a month."""
    return any(word.casefold() in MONTHS for word in WORD.findall(head))


def _in_parentheses(line: str, own: Sequence[str]) -> tuple[str, str, int] | None:
    """Read ``PARIS, Nov. 3 (AFP) -`` and its kin."""
    found = _PAREN.match(line) if "(" in line or "[" in line else None
    if not found:
        return None
    head, end = found["head"].strip(" ,.:"), found["end"]
    agency = agency_of_name(found["agency"], own)
    if not agency or not _is_place(head) or agency_of_name(head, own):
        return None
    if found.end() == len(line) and (
        not head or (_EAST_ASIAN.search(head) and not (_has_date(head) or end.strip()))
    ):
        return None  # "(AFP)" alone is a byline or a credit, as behind a sentence
    # Without a dash only a head in capitals or with a date is a dateline: "Maersk (AP) said" is not.
    open_end = not re.search(_DASH, end) and found.end() < len(line)
    if open_end and not (head and (head.isupper() or _has_date(head) or end.strip() == ":")):
        return None
    return agency, head, found.end()


def _unlisted(line: str) -> tuple[str, str, int] | None:
    """Read ``NILES, Mich. (Interwire) -``, where no table has the agency."""
    found = _PAREN.match(line) if "(" in line else None
    if not found or not re.search(_DASH, found["end"]):
        return None
    head, name = found["head"].strip(" ,.:"), found["agency"].strip()
    place, comma, _ = head.partition(",")
    if not place or not _is_place(head) or place.upper() in _NO_PLACE or _EAST_ASIAN.search(head):
        return None
    if line[found.end() : found.end() + 1].islower() or _has_month(name):
        return None  # "the Example (Ex)-based company"
    capitals = place.isupper() and len(place) >= _SHORTEST_PLACE and len(place.split()) <= 4
    sure = capitals or bool(comma) or place.casefold() in _CITIES
    if not is_unlisted_agency(name, place, sure=sure, dated=_has_date(head)):
        return None
    return name, head, found.end()


def _with_agency(line: str, own: Sequence[str]) -> tuple[str, str, int] | None:
    """Read the forms known by their agency: (agency, place and date, where the text begins)."""
    for form in (_PAREN_FIRST, _SLASHES, _BARE):
        found = form.match(line)
        if found and (agency := agency_of_name(found["agency"], own)):
            head = found["head"].strip(" ,.:")
            if _is_place(head) and (form is not _SLASHES or _has_date(head)):
                return agency, head, found.end()
    return None


def _east_asian(line: str, own: Sequence[str]) -> tuple[str, str, int] | None:
    """Read Chinese, Japanese and Korean forms."""
    found = _CHINESE.match(line) if "日" in line else None
    if found:
        start = found.start("agency")
        named = agency_at_end(line[start:], start=True, own=own)
        if named:
            head = line[start + len(named[1]) : found.end("head")]
            return named[0], head, found.end()
    found = _BRACKET.match(line) if line[0] in "(（[［【" else None
    if found:
        named = agency_at_end(found["head"], own=own)
        if named and len(found["head"]) > len(named[1]) and "：" not in found["head"]:
            return named[0], found["head"][: -len(named[1])].strip(" =、,"), found.end()
    return None


def _plain(line: str, own: Sequence[str]) -> tuple[str | None, str, int] | None:
    """Read a place before a dash, with an agency behind a comma or none, or a city before a colon."""
    found = _PLACE.match(line)
    if not found:
        return None
    head, end = found["head"].strip(" ,."), found["end"].strip()
    following = line[found.end()]
    place = re.split(r"[,./]", head, maxsplit=1)[0].strip()
    known = place.casefold() in _CITIES
    rest_fits = following.isupper() or not following.islower()
    if not rest_fits or not _is_place(head) or place.upper() in _NO_PLACE:
        return None
    if end == ":":
        fits = known and place.isupper()
    else:
        fits = known or (
            place.isupper() and len(place) >= _SHORTEST_PLACE and len(place.split()) <= 4
        )
    # After the place only a region or a date may follow: "PARIS, the capital," is a sentence.
    if not fits or len(head) > 60:
        return None
    before, _, last = head.rpartition(", ")
    # A region may have two letters: PA is Pennsylvania and the Press Association.
    agency = agency_of_name(last, own) if before and len(last) > _LONGEST_REGION else None
    return agency, before if agency else head, found.end()


def _read_dateline(
    line: str, own: Sequence[str], *, first: bool
) -> tuple[str | None, str, int] | None:
    """Return (agency, place and date, where the text begins), or None."""
    start = line[:_MAX_HEAD]
    if first:
        bare = line.strip(_AROUND_PLACE)
        if len(bare) <= _LONGEST_CITY and bare.casefold() in _CITIES:
            return None, bare, len(line)
    if holds_any(start, _AGENCY_SIGNS):
        found = (
            _with_agency(start, own)
            or _in_parentheses(start, own)
            or _east_asian(start, own)
            or (_unlisted(start) if first else None)
        )
        if found:
            return found
    return _plain(start, own) if first and holds_any(start, _PLACE_ENDS) else None


def _may_hold_one(lines: Sequence[str]) -> bool:
    """Return whether a dateline could stand in some lines; in those of most texts none can."""
    start = "\n".join([line[:_MAX_HEAD] for line in lines])
    shortest = min([len(line.strip(_AROUND_PLACE)) for line in lines])
    return shortest <= _LONGEST_CITY or holds_any(start, _SIGNS)


def dateline(draft: Draft) -> Draft:
    """Move the dateline before the first sentence, in its national forms, to ``dateline``."""
    top = lines_of(draft.text)[:HEAD_LINES]
    if not _may_hold_one(top):
        return draft
    first = True  # no sentence yet: later "PARIS - ..." begins the next item of a round-up
    for index, line in enumerate(top):
        found = _read_dateline(line, draft.agencies, first=first) if line else None
        if not found:
            first = first and line[-1:] not in ".!?。"
            continue
        agency, head, end = found
        rest = line[end:].lstrip()
        lines = list(lines_of(draft.text))
        lines[index : index + 1] = [rest] if rest else []
        return replace(
            draft,
            text="\n".join(lines),
            agency=agency or draft.agency,  # a dateline is surer than an author field
            dateline=draft.dateline or head or None,
            removed=(*draft.removed, Removal("dateline", line[:end].strip())),
        )
    return draft

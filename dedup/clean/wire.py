"""Move what a wire agency wrote around a report out of it: byline, dateline, credit lines.

Only the first and last few lines are looked at: an agency that a report quotes stays where it is.
"""

# ruff: noqa: E501  - a pattern is read across
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dedup.clean.agencies import agency_of_name, ends_with_agency, starts_with_agency
from dedup.models import Draft, Removal

HEAD_LINES = 3
"""Lines at the top in which a byline or a dateline may stand (above them only a standfirst)."""

TAIL_LINES = 5
"""Lines at the end among which credits stand."""

# Start of a line in which a dateline is looked for: the longest of 31 on real pages had 37
# characters; the rest is room for several places and an agency's full name.
_MAX_HEAD = 120
# Room for a few names with their jobs, and for a notice of copyright in full.
_MAX_BYLINE, _MAX_CREDIT = 120, 600

_DASH = r"(?:-{1,3}|[–—―−])"

# ---- words of a dateline -------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


MONTHS = _words(
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober "
    "dezember jänner mär okt dez enero febrero marzo abril mayo junio julio agosto septiembre "
    "setiembre octubre noviembre diciembre ene abr ago set dic janvier février mars avril juin "
    "juillet août septembre octobre novembre décembre janv févr juil déc gennaio febbraio aprile "
    "maggio giugno luglio settembre ottobre dicembre gen mag giu lug ott janeiro fevereiro março "
    "maio junho julho setembro outubro novembro dezembro fev out января февраля марта апреля мая "
    "июня июля августа сентября октября ноября декабря янв фев мар апр май июн июл авг сен сент "
    "окт ноя нояб дек січня лютого березня квітня травня червня липня серпня вересня жовтня "
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

_WORD = re.compile(r"[^\s,./;:|()•–—-]+")

# ---- the national forms ---------------------------------------------------------------------

# PARIS, Nov. 3 (AFP) - ; (Reuters) - ; Madrid, 3 nov (EFE).- ; القاهرة (رويترز) - ; ROMA (ANSA):
_PAREN = re.compile(
    rf"(?P<head>[^()\[\]]{{0,90}}?) ?[(\[](?P<agency>[^()\[\]]{{2,40}})[)\]]"
    rf"(?P<end> ?[.,:]? ?{_DASH}{{1,2}} ?|[:.] ?| |$)"
)
# (ANSA) - ROMA, 03 NOV -
_PAREN_FIRST = re.compile(
    rf"\((?P<agency>[^()]{{2,40}})\) ?{_DASH} ?(?P<head>[^()\-–—]{{2,60}}?) ?{_DASH}+ ?"
)
# МОСКВА, 3 ноября. /ТАСС/.
_SLASHES = re.compile(r"(?P<head>[^/]{2,60}?)[.,]? ?/(?P<agency>[^/]{2,40})/[.,:]? ?")
_BARE_NAMES = (
    "РИА Новости", "INTERFAX.RU", "ИНТЕРФАКС", "Интерфакс", "ТАСС", "УНН", "УНІАН",
    "Reuters", "AFP", "AP", "EFE", "PTI",
)  # fmt: skip
# МОСКВА, 3 ноя — РИА Новости. ; МОСКВА, 3 ноя - РИА Новости, Иван Иванов. ; Москва. 3 ноября. INTERFAX.RU -
_BARE = re.compile(
    rf"(?P<head>[^()/]{{2,60}}?)(?: ?{_DASH}+ ?|\. )"
    rf"(?P<agency>{'|'.join(map(re.escape, _BARE_NAMES))})"
    rf"(?:(?:, [А-ЯЁ]\w{{1,20}} [А-ЯЁ]\w{{1,20}})?\. ?| ?{_DASH}+ ?)"
)
# 新华社北京11月3日电（记者 张三） ; （中央社記者王五台北3日電）
_CHINESE = re.compile(
    r"[(（【]?(?P<agency>[\u4e00-\u9fff]{2,8}?)(?P<head>[^，。、,.]{0,40}?\d{1,2}日[电電訊讯])[)）】]?"
    r"(?:[(（][^()（）]{1,60}[)）])?[:：]? ?"
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


def _is_place(head: str) -> bool:
    """Tell whether every word is capitalised, a number, a month or a particle: a place and date."""
    words = _WORD.findall(head)
    return len(words) <= 9 and all(
        word[0].isupper()
        or not word[0].islower()
        or word.casefold() in MONTHS
        or word in _PARTICLES
        for word in words
    )


def _has_date(head: str) -> bool:
    """Tell whether a number or a month stands in a head."""
    return any(c.isdigit() for c in head) or any(
        word.casefold() in MONTHS for word in _WORD.findall(head)
    )


def _in_parentheses(line: str) -> tuple[str, str, int] | None:
    """Read ``PARIS, Nov. 3 (AFP) -`` and its kin."""
    found = _PAREN.match(line) if "(" in line or "[" in line else None
    if not found:
        return None
    head, end = found["head"].strip(" ,.:"), found["end"]
    agency = agency_of_name(found["agency"])
    if not agency or not _is_place(head) or agency_of_name(head):
        return None
    if not head and found.end() == len(line):
        return None  # "(AFP)" alone is a byline or a credit
    # Without a dash only a head in capitals or with a date is a dateline: "Maersk (AP) said" is not.
    open_end = not re.search(_DASH, end) and found.end() < len(line)
    if open_end and not (head and (head.isupper() or _has_date(head) or end.strip() == ":")):
        return None
    return agency, head, found.end()


def _with_agency(line: str) -> tuple[str, str, int] | None:
    """Read the forms whose agency tells them: (agency, place and date, where the text begins)."""
    forms = (
        (_PAREN_FIRST, line[0] == "("),
        (_SLASHES, "/" in line),
        (_BARE, any(name in line for name in _BARE_NAMES)),
    )
    for form, possible in forms:
        found = form.match(line) if possible else None
        if found and (agency := agency_of_name(found["agency"])):
            head = found["head"].strip(" ,.:")
            if _is_place(head) and (form is not _SLASHES or _has_date(head)):
                return agency, head, found.end()
    return None


def _east_asian(line: str) -> tuple[str, str, int] | None:
    """Read Chinese, Japanese and Korean forms."""
    found = _CHINESE.match(line) if "日" in line else None
    if found:
        start = found.start("agency")
        named = starts_with_agency(line[start:])
        if named:
            head = line[start + len(named[1]) : found.end("head") - 1]
            return named[0], head, found.end()
    found = _BRACKET.match(line) if line[0] in "(（[［【" else None
    if found:
        named = ends_with_agency(found["head"])
        if named and len(found["head"]) > len(named[1]):
            return named[0], found["head"][: -len(named[1])].strip(" =、,"), found.end()
    return None


def _plain(line: str) -> tuple[None, str, int] | None:
    """Read a place without an agency before a dash, or a well-known city before a colon."""
    if not any(mark in line for mark in ("—", "–", " - ", "--", ": ", "―", "−")):
        return None
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
        fits = known or (place.isupper() and len(place) >= 4 and len(place.split()) <= 4)
    # After the place only a region or a date may follow: "PARIS, the capital," is a sentence.
    return (None, head, found.end()) if fits and len(head) <= 60 else None


def _read_dateline(line: str, *, first: bool) -> tuple[str | None, str, int] | None:
    """Return (agency, place and date, where the text begins), or None."""
    start = line[:_MAX_HEAD]
    if first and line.strip(" .:,").casefold() in _CITIES:
        return None, line.strip(" .:,"), len(line)
    found = _with_agency(start) or _in_parentheses(start) or _east_asian(start)
    return found or (_plain(start) if first else None)


def dateline(draft: Draft) -> Draft:
    """Move the dateline before the first sentence, in its national forms, to ``dateline``."""
    lines = draft.text.split("\n")
    first = True  # no sentence yet: later "PARIS - ..." begins the next item of a round-up
    for index, line in enumerate(lines[:HEAD_LINES]):
        found = _read_dateline(line, first=first) if line else None
        if not found:
            first = first and line[-1:] not in ".!?。"
            continue
        agency, head, end = found
        rest = line[end:].lstrip()
        lines[index : index + 1] = [rest] if rest else []
        return replace(
            draft,
            text="\n".join(lines),
            agency=agency or draft.agency,  # a dateline is surer than an author field
            dateline=draft.dateline or head or None,
            removed=(*draft.removed, Removal("dateline", line[:end].strip())),
        )
    return draft


# ---- bylines --------------------------------------------------------------------------------

_BY = re.compile(
    r"(?:by|by:|von|par|por|di|text:|story by|words by|текст:|автор:|reported by|written by)\s+(?P<names>.+)",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(
    r"(?:and|und|et|y|e|de|del|van|von|der|den|la|le|bin|al|el|for|in|of|at|the|da|dos|di|"
    r"staff|reporter|writer|correspondent|editor|news|contributing|senior|political|business|sports|with)$"
)


# How the note on an author goes on after the name.
_ABOUT = re.compile(
    r",? (?:is|ist|est|es|è|é|covers|reports|writes|leads|joined|has (?:been|covered|worked|written)"
    r"|can be reached|may be reached|schreibt|berichtet|arbeitet|leitet)\b"
)
_MAX_ABOUT = 500
_OFFICE = re.compile(
    r"(?:dal nostro|dalla nostra|dal|dai nostri) (?:inviat|corrispondent)\w{1,2}(?: .{2,40})?"
    r"|(?:from )?(?:our|staff|special|a) (?:special |staff |own )?(?:correspondent|reporter|writer)s?"
    r"|(?:news|web|online|express|city) (?:desk|staff|bureau)|redaktion|redacción|redazione|la rédaction|редакция"
)


def _is_byline(line: str, authors: frozenset[str]) -> bool:
    """Tell whether a whole line names who wrote the text."""
    folded = line.casefold().strip(" .:|-–—")
    if folded in authors or _OFFICE.fullmatch(folded):
        return True
    found = _BY.fullmatch(line)
    if found:
        words = _WORD.findall(found["names"])
        # "By Monday" and "Di Maio" are no bylines: two names are.
        named = 2 <= len(words) <= 14 and all(
            w[0].isupper() or not w[0].isalpha() or _NAME_WORD.match(w) or "@" in w for w in words
        )
        return (named and line[-1] not in ".!?…:") or bool(agency_of_name(found["names"]))
    return len(line) <= 80 and line[-1] not in ".!?…:" and _signs(line)


def _signs(line: str) -> bool:
    """Tell whether a line is an agency, or persons followed by an agency."""
    *persons, last = re.split(r" ?[,;|/•·–—] ?| - ", line)
    return bool(agency_of_name(last)) and all(
        2 <= len(words) <= 6 and all(w[0].isupper() or _NAME_WORD.match(w) for w in words)
        for words in map(_WORD.findall, persons)
    )


def _authors(author: str | None) -> frozenset[str]:
    """Return the names of an author field, folded; a single word could be any word."""
    names = [name.strip() for name in re.split(r"[;,|]", author or "")[:20]]
    return frozenset(name.casefold() for name in names if " " in name)


def _is_about(line: str, authors: frozenset[str]) -> bool:
    """Tell whether a line at the end is an author's name or the note on an author."""
    if len(line) > _MAX_ABOUT:
        return False
    folded = line.casefold()
    return any(
        folded.startswith(name) and (len(folded) == len(name) or _ABOUT.match(folded, len(name)))
        for name in authors
    )


def byline(draft: Draft) -> Draft:
    """Remove lines that name the writer or the agency; the author field too names an agency."""
    lines = draft.text.split("\n")
    authors = _authors(draft.author)
    agency = draft.agency or (agency_of_name(draft.author) if draft.author else None)
    kept: list[str] = []
    removed: list[Removal] = []
    # The last line stays whatever it is: a text must not vanish into its bylines.
    index = 0
    while index < len(lines) - 1 and len(kept) < HEAD_LINES:
        line = lines[index]
        index += 1
        if len(line) <= _MAX_BYLINE and _is_byline(line, authors):
            removed.append(Removal("byline", line))
            agency = agency or agency_of_name(line)
        else:
            kept.append(line)
    lines = kept + lines[index:]
    tail = len(lines)
    while authors and tail > max(1, len(lines) - TAIL_LINES):
        tail -= 1
        if _is_about(lines[tail], authors):
            removed.append(Removal("byline", lines.pop(tail)))
    if not removed:
        return replace(draft, agency=agency) if agency != draft.agency else draft
    text = "\n".join(lines)
    return replace(draft, text=text, agency=agency, removed=(*draft.removed, *removed))


# ---- credits --------------------------------------------------------------------------------

# Whole lines, matched on the folded line; each is tied to the start and needs its own key words.
# The look-ahead keeps sentences: "Reporting by the paper has shown that ...".
_NO_SENTENCE = (
    r"(?!.*\b(?:has|have|had|that|shows?|showed|found|revealed|suggests?|was|were|is|are)\b)"
)
_CREDIT_LINE = re.compile(
    r"[(\[*_\s–—-]*+(?:"
    r"(?:additional |further |with additional |original )?"
    r"(?:reporting|writing|compiled|edited|editing|written)(?: and (?:writing|editing))? (?:by|from) "
    + _NO_SENTENCE
    + r".{2,500}"
    r"|with (?:additional )?(?:inputs?|reporting|material|files|information) (?:from|by|of) .{2,100}"
    r"|con información (?:adicional )?del? .{2,100}|com informações d[aeo]s? .{2,100}"
    r"|mit (?:material|informationen) (?:von|der|des) .{2,100}|mit agenturmaterial"
    r"|avec (?:l['’])?(?:afp|ap|reuters|agences)|com agências|con agencias"
    r"|(?:with )?agencies|agenturen|agencias|agências"
    r"|(?:sources?|quellen?|fuentes?|fontes?|fonti|kilder?|källa|bron|kaynak|źródło|zdroj|источник"
    r"|джерело|sumber|来源|來源|出典|المصدر)\s?[:：]\s?.{2,100}"
    r"|(?:except for|with the exception of) the headline\b.{10,300}"
    r"|only the headline\b.{10,300}"
    r"|(?:this|the) (?:story|article|report|copy|news|content) (?:has|have|was|is) (?:not )?(?:been )?"
    r"(?:edited|published|generated|auto\S{0,20}|automatically|taken|produced|created) "
    r"(?:by|from|through|via|generated|with).{2,200}"
    r"|dpa-infocom\b.{0,60}|our standards: the thomson reuters trust principles"
    r"|(?:follow|more|full coverage|read more|for more).{0,20}\bap\b.{0,120}\bapnews\.com\b.{0,120}"
    r"|(?:more )?ap .{1,40}: https?://\S{5,200}(?: and https?://\S{5,200})?"
    r"|(?:reach|contact) the (?:reporters?|writers?|authors?) (?:on|at|via|by) .{3,200}"
    r"|(?:the associated press|associated press|ap) .{0,60}"
    r"(?:receives? (?:support|funding)|is solely responsible)\b.{0,400}"
    r"|[a-z]{2,4}(?:/[a-z]{2,7}){1,4}/?"
    r")[)\]*_.\s]*"
)
_CONTRIBUTED = re.compile(
    r".{2,250}\bcontributed (?:additional )?(?:reporting|to this (?:report|story|article))"
    r"(?: from [^.]{2,60})?[)\]*_.\s]*"
)
# "© 2024 AFP"; "Copyright 2024 The Associated Press. All rights reserved. ..."; not "(c) the court".
_COPYRIGHT = re.compile(
    r"\(?(?:©|\(c\)\s?(?=copyright|\d{4}|by)|copyright\s?(?=©|\(c\)|@|\d{4}|by\b|[:–—-])).{2,500}"
)
# The initials under Indian copy: "PTI KRH RT", "--IANS", "UNI XC RKS".
_INITIALS = re.compile(r"(?:--? ?)?(?:PTI|ANI|IANS|UNI|BSS|UNB)(?:[ /][A-Z]{2,6}){0,7}")

# The same at the end of a last paragraph, in parentheses or after a dash.
_CREDIT_TAIL = re.compile(
    r"[(\[](?P<paren>[^()\[\]]{2,400})[)\]]\.?$|(?<=[.!?”\"»。] )[–—-]{1,2} ?(?P<dash>[^.!?–—]{2,40})\.?$"
)
_REPORTING = re.compile(
    r"(?:additional |with )?(?:reporting|writing|editing|inputs?|compiled|edited)\b.* (?:by|from)\b|with (?:agency )?inputs",
    re.IGNORECASE,
)


_CLOSING = ".!?。…”\"»’'"


def _credit_at_end(line: str) -> int:
    """Return where a credit at the end of a paragraph begins, or its length if there is none."""
    if line[-2:].isalnum() and not any(dash in line[-50:] for dash in "–—-"):
        return len(line)
    found = _CREDIT_TAIL.search(line, max(0, len(line) - 410))
    if found and found.start():
        inside = found["paren"] or found["dash"]
        # "... the group Petra (AP)" without a full stop before it is part of its sentence.
        closed = line[: found.start()].rstrip()[-1:] in _CLOSING
        if closed and (_REPORTING.match(inside) or _only_agencies(inside)):
            return found.start()
    return len(line)


def _only_agencies(text: str) -> bool:
    """Tell whether a text is an agency, alone or with others: ``dpa/AFP``, ``Reuters, AP``."""
    parts = [part for part in re.split(r"[,/;&+|] ?| and | und | y | et ", text) if part]
    return (
        0 < len(parts) <= 4
        and bool(agency_of_name(parts[0]))
        and all(" " not in part.strip() or agency_of_name(part) for part in parts)
    )


def _is_credit(line: str) -> bool:
    """Tell whether a whole line is a credit."""
    if len(line) > _MAX_CREDIT:
        return False
    folded = line.casefold()
    if _CREDIT_LINE.fullmatch(folded) or _COPYRIGHT.match(folded) or _INITIALS.fullmatch(line):
        return True
    if "contributed" in folded and _CONTRIBUTED.fullmatch(folded):
        return True
    bare = line.strip("()[] .–—-*/")
    return len(bare) <= 60 and _only_agencies(bare)


def _credited_agency(texts: Sequence[str]) -> str | None:
    """Return the first agency named in credit lines."""
    for text in texts:
        for part in re.split(
            r"[():;,.©]| (?:from|by|contributed|writers?|\d{4}|journalists?) ", f" {text} "
        ):
            if agency := agency_of_name(part.strip()):
                return agency
    return None


def credit(draft: Draft) -> Draft:
    """Move credit lines at the end, and credits behind the last sentences, to ``credit``."""
    lines = draft.text.split("\n")
    kept: list[str] = []
    found: list[str] = []
    while lines and len(kept) < TAIL_LINES:
        line = lines.pop()
        # A text must not vanish into its credits: its first line stays if nothing else does.
        if line and (lines or kept) and _is_credit(line):
            found.append(line)
            continue
        cut = _credit_at_end(line) if len(kept) < 2 else len(line)
        if cut < len(line):
            found.append(line[cut:])
            line = line[:cut].rstrip()
        kept.append(line)
    if not found:
        return draft
    found.reverse()
    credits = "\n".join([*found, *([draft.credit] if draft.credit else [])])
    return replace(
        draft,
        text="\n".join([*lines, *reversed(kept)]),
        agency=draft.agency or _credited_agency(found),
        credit=credits,
        removed=(*draft.removed, *(Removal("credit", text) for text in found)),
    )

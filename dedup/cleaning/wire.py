"""Move bylines and credit lines, which wire agencies write around a report, out of it.

Only the first and last few lines are looked at: an agency that a report quotes stays where it is.
"""

# ruff: noqa: E501  - a pattern is read across
from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from dedup.cleaning.agencies import agency_of_name
from dedup.cleaning.dateline import HEAD_LINES, WORD, holds_any
from dedup.cleaning.normalise import lines_of
from dedup.models import Draft, Removal

# Lines at the end that are searched for credits, and those of them that may end with one.
_TAIL_LINES, _CUT_LINES = 5, 2

# Room for a few names with their jobs, and for a notice of copyright in full.
_MAX_BYLINE, _MAX_CREDIT = 120, 600

# Longest line of agencies alone, without brackets and dashes around it.
_MAX_AGENCIES = 60

# ---- bylines --------------------------------------------------------------------------------

_BY = re.compile(
    r"(?:by|by:|von|par|por|di|text:|story by|words by|текст:|автор:|reported by|written by)\s+(?P<names>.+)",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(
    r"(?:and|und|et|y|e|de|del|van|von|der|den|la|le|bin|al|el|for|in|of|at|the|da|dos|di|"
    r"staff|reporter|writer|correspondent|editor|news|contributing|senior|political|business|sports|with)$"
)


_NAMES_APART = re.compile(r"[;,|]")
_PERSONS_APART = re.compile(r" ?[,;|/•·–—] ?| - ")

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


def _is_byline(line: str, authors: frozenset[str], own: Sequence[str]) -> bool:
    """Return whether a whole line names who wrote the text."""
    folded = line.casefold().strip(" .:|-–—")
    if folded in authors or _OFFICE.fullmatch(folded):
        return True
    found = _BY.fullmatch(line)
    if found:
        words = WORD.findall(found["names"])
        # "By Monday" and "Di Maio" are no bylines: two names are.
        named = 2 <= len(words) <= 14 and all(
            w[0].isupper() or not w[0].isalpha() or _NAME_WORD.match(w) or "@" in w for w in words
        )
        return (named and line[-1] not in ".!?…:") or bool(agency_of_name(found["names"], own))
    return len(line) <= 80 and line[-1] not in ".!?…:" and _signs(line, own)


def _signs(line: str, own: Sequence[str]) -> bool:
    """Return whether a line is an agency, or persons followed by an agency."""
    *persons, last = _PERSONS_APART.split(line)
    return bool(agency_of_name(last, own)) and all(
        2 <= len(words) <= 6 and all(w[0].isupper() or _NAME_WORD.match(w) for w in words)
        for words in map(WORD.findall, persons)
    )


def _authors(author: str | None) -> frozenset[str]:
    """Return the names of an author field, folded; a single word could be any word."""
    if not author:
        return frozenset()
    names = [name.strip() for name in _NAMES_APART.split(author)[:20]]
    return frozenset(name.casefold() for name in names if " " in name)


def _is_about(line: str, authors: frozenset[str]) -> bool:
    """Return whether a line at the end is an author's name or the note on an author."""
    if len(line) > _MAX_ABOUT:
        return False
    for name in authors:
        if line[: len(name)].casefold().startswith(name):
            folded = line.casefold()
            if len(folded) == len(name) or _ABOUT.match(folded, len(name)):
                return True
    return False


def byline(draft: Draft) -> Draft:
    """Remove lines that name the writer or the agency; the author field too names an agency."""
    lines = lines_of(draft.text)
    authors = _authors(draft.author)
    own = draft.agencies
    agency = draft.agency or (agency_of_name(draft.author, own) if draft.author else None)
    kept: list[str] = []
    removed: list[Removal] = []
    # The last line stays whatever it is: a text must not vanish into its bylines.
    index = 0
    while index < len(lines) - 1 and len(kept) < HEAD_LINES:
        line = lines[index]
        index += 1
        if len(line) <= _MAX_BYLINE and _is_byline(line, authors, own):
            removed.append(Removal("byline", line))
            agency = agency or agency_of_name(line, own)
        else:
            kept.append(line)
    kept += lines[index:]
    tail = len(kept)
    while authors and tail > max(1, len(kept) - _TAIL_LINES):
        tail -= 1
        if _is_about(kept[tail], authors):
            removed.append(Removal("byline", kept.pop(tail)))
    if not removed:
        return replace(draft, agency=agency) if agency != draft.agency else draft
    text = "\n".join(kept)
    return replace(draft, text=text, agency=agency, removed=(*draft.removed, *removed))


# ---- credits --------------------------------------------------------------------------------

# Whole lines, matched on the folded line; each is tied to the start and needs its own key words.
# The look-ahead keeps sentences: "Reporting by the paper has shown that ...".
_NO_SENTENCE = (
    r"(?!.*\b(?:has|have|had|that|shows?|showed|found|revealed|suggests?|was|were|is|are)\b)"
)
_DASHES = "–—-"
_OPENING = f"([*_ {_DASHES}"
_AROUND_AGENCIES = f"()[] .{_DASHES}*/"
_BEFORE, _BEHIND = rf"[\s{re.escape(_OPENING)}]*+", r"[)\]*_.\s]*"

# The first word of a row, or its first two where many sentences begin with the first; the row's
# pattern.
_CREDIT_ROWS = (
    ("additional further with_additional original reporting writing compiled edited editing written",
        r"(?:additional |further |with additional |original )?"
        r"(?:reporting|writing|compiled|edited|editing|written)(?: and (?:writing|editing))? (?:by|from) "
        + _NO_SENTENCE + r".{2,500}"),
    ("with_additional with_input with_inputs with_reporting with_material with_files with_information",
        r"with (?:additional )?(?:inputs?|reporting|material|files|information) (?:from|by|of) .{2,100}"),
    ("con", r"con información (?:adicional )?del? .{2,100}|con agencias"),
    ("com", r"com informações d[aeo]s? .{2,100}|com agências"),
    ("mit", r"mit (?:material|informationen) (?:von|der|des) .{2,100}|mit agenturmaterial"),
    ("avec", r"avec (?:l['’])?(?:afp|ap|reuters|agences)"),
    ("with_agencies agencies agenturen agencias agências", r"(?:with )?agencies|agenturen|agencias|agências"),
    ("source sources quelle quellen fuente fuentes fonte fontes fonti kilde kilder källa bron kaynak źródło zdroj"
        " источник джерело sumber 来源 來源 出典 المصدر",
        r"[^\W\d_]+\s?[:：]\s?.{2,100}"),
    ("except with_the", r"(?:except for|with the exception of) the headline\b.{10,300}"),
    ("only_the", r"only the headline\b.{10,300}"),
    ("the_story the_article the_report the_copy the_news the_content this_story this_article this_report this_copy"
        " this_news this_content", r"(?:this|the) (?:story|article|report|copy|news|content) (?:has|have|was|is) (?:not )?(?:been )?"
        r"(?:edited|published|generated|auto\S{0,20}|automatically|taken|produced|created) "
        r"(?:by|from|through|via|generated|with).{2,200}"),
    ("dpa", r"dpa-infocom\b.{0,60}"),
    ("our_standards", r"our standards: the thomson reuters trust principles"),
    ("more_ap ap", r"(?:more )?ap .{1,40}: https?://\S{5,200}(?: and https?://\S{5,200})?"),
    ("reach contact", r"(?:reach|contact) the (?:reporters?|writers?|authors?) (?:on|at|via|by) .{3,200}"),
    ("the_associated associated ap", r"(?:the associated press|associated press|ap) .{0,60}"
        r"(?:receives? (?:support|funding)|is solely responsible)\b.{0,400}"),
)  # fmt: skip


def _whole(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a line that is this, maybe with brackets, stars or dashes around."""
    return re.compile(f"{_BEFORE}(?:{pattern}){_BEHIND}")


def _by_word() -> dict[str, list[re.Pattern[str]]]:
    """Return the patterns of the rows under each of their first words."""
    table: dict[str, list[re.Pattern[str]]] = {}
    for words, pattern in _CREDIT_ROWS:
        compiled = _whole(pattern)
        for word in words.split():
            table.setdefault(word.replace("_", " "), []).append(compiled)
    return table


_CREDITS_BY_WORD = _by_word()
_FIRST_WORDS = frozenset(words.partition(" ")[0] for words in _CREDITS_BY_WORD)
_LETTERS = re.compile(r"[^\W\d_]*")
_SLASHED = _whole(r"[a-z]{2,4}(?:/[a-z]{2,7}){1,4}/?")
_AP_LINK = _whole(
    r"(?:follow|more|full coverage|read more|for more).{0,20}\bap\b.{0,120}\bapnews\.com\b.{0,120}"
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
# The longest matches of its two halves; a paragraph is searched from there.
_MAX_PAREN, _MAX_DASHED = 410, 44
_REPORTING = re.compile(
    r"(?:additional |with )?(?:reporting|writing|editing|inputs?|compiled|edited)\b.* (?:by|from)\b|with (?:agency )?inputs",
    re.IGNORECASE,
)


_CLOSING = ".!?。…”\"»’'"


def _credit_at_end(line: str, own: Sequence[str]) -> int:
    """Return where a credit at the end of a paragraph begins, or its length if there is none."""
    start = len(line) - _MAX_DASHED
    if line.endswith((")", "]", ").", "].")):
        start = len(line) - _MAX_PAREN
    elif not holds_any(line[-_MAX_DASHED:], _DASHES):
        return len(line)
    found = _CREDIT_TAIL.search(line, max(0, start))
    if found and found.start():
        inside = found["paren"] or found["dash"]
        # "... the group Petra (AP)" without a full stop before it is part of its sentence.
        closed = line[: found.start()].rstrip()[-1:] in _CLOSING
        if closed and (_REPORTING.match(inside) or _only_agencies(inside, own)):
            return found.start()
    return len(line)


def _only_agencies(text: str, own: Sequence[str]) -> bool:
    """Return whether a text is an agency, alone or with others: ``dpa/AFP``, ``Reuters, AP``."""
    parts = [part for part in re.split(r"[,/;&+|] ?| and | und | y | et ", text) if part]
    return (
        0 < len(parts) <= 4
        and bool(agency_of_name(parts[0], own))
        and all(" " not in part.strip() or agency_of_name(part, own) for part in parts)
    )


@functools.lru_cache(maxsize=4096)
def _may_begin_credit(written: str) -> bool:
    """Return whether a credit could begin with a word."""
    folded = written.casefold()
    letters = _LETTERS.match(folded)
    return letters is not None and (
        letters[0] in _FIRST_WORDS or folded.startswith("/", letters.end())
    )


def _begins_credit(folded: str) -> bool:
    """Return whether a folded line begins as a credit does, and is one to its end."""
    bare = folded.lstrip(_OPENING)
    letters = _LETTERS.match(bare)
    first = letters[0] if letters else ""
    if bare.startswith("/", len(first)) and _SLASHED.fullmatch(folded):
        return True
    patterns = _CREDITS_BY_WORD.get(first, [])
    if second := _LETTERS.match(bare, len(first) + 1):
        patterns = patterns + _CREDITS_BY_WORD.get(f"{first} {second[0]}", [])
    return any(pattern.fullmatch(folded) for pattern in patterns)


def _is_credit(line: str, own: Sequence[str]) -> bool:
    """Return whether a whole line is a credit."""
    if len(line) > _MAX_CREDIT:
        return False
    folded = line.casefold()
    if _may_begin_credit(line.lstrip(_OPENING).partition(" ")[0]) and _begins_credit(folded):
        return True
    if folded[0] in "(©c" and _COPYRIGHT.match(folded):
        return True
    if line[-1].isupper() and _INITIALS.fullmatch(line):
        return True
    if "contributed" in folded and _CONTRIBUTED.fullmatch(folded):
        return True
    if "apnews.com" in folded and _AP_LINK.fullmatch(folded):
        return True
    bare = line.strip(_AROUND_AGENCIES)
    return len(bare) <= _MAX_AGENCIES and _only_agencies(bare, own)


def _credited_agency(texts: Sequence[str], own: Sequence[str]) -> str | None:
    """Return the first agency named in credit lines."""
    for text in texts:
        for part in re.split(
            r"[():;,.©]| (?:from|by|contributed|writers?|\d{4}|journalists?) ", f" {text} "
        ):
            if agency := agency_of_name(part.strip(), own):
                return agency
    return None


def credit(draft: Draft) -> Draft:
    """Move credit lines at the end, and credits behind the last sentences, to ``credit``."""
    lines = lines_of(draft.text)
    start = len(lines)
    kept: list[str] = []
    found: list[str] = []
    while start and len(kept) < _TAIL_LINES:
        start -= 1
        line = lines[start]
        # A text must not vanish into its credits: its first line stays if nothing else does.
        if line and (start or kept) and _is_credit(line, draft.agencies):
            found.append(line)
            continue
        cut = _credit_at_end(line, draft.agencies) if len(kept) < _CUT_LINES else len(line)
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
        text="\n".join([*lines[:start], *reversed(kept)]),
        agency=draft.agency or _credited_agency(found, draft.agencies),
        credit=credits,
        removed=(*draft.removed, *(Removal("credit", text) for text in found)),
    )

"""Remove the comments of readers behind an article.

They begin at a heading ("12 comments") or, without one, where the names of different readers, each
with a time, follow one another to the end. What could be a live blog, an interview or a list of
statements is no comments: there the same few names come again, or none has a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dedup.cleaning.boilerplate import is_stamp
from dedup.cleaning.boilerplate_tables import STAMP_TOKENS, TOKEN
from dedup.cleaning.dateline import holds_any
from dedup.cleaning.normalise import lines_of
from dedup.models import Draft, Removal

# Longest heading and longest line with the name of a reader and a time.
_SHORT = 80

# Words of the article before its comments; fewer are the top of a page, where the number of
# comments stands beside the buttons.
_LEAST_WORDS = 40

# Readers, and how many of their names are different.
_LEAST_NAMED = 3
_DIFFERENT = 0.6

# Lines between the names of two readers.
_MOST_BETWEEN = 12

# Headings that are looked at, and lines behind each: a hostile text may have thousands.
_MOST_HEADINGS = 8
_MOST_READ = 200

# Share of the lines behind a heading without a number that speak as readers do.
_SPEAKING = 0.5

# Most lines of an article that speak so outside of quotes; of the lines behind it, least that call
# or speak to somebody, and most that ask.
_QUIET = 0.15
_CALLING = 0.25
_ASKING = 0.4

_COMMENTS = (
    r"comments|kommentare|leserkommentare|comentarios|commentaires|commenti|comentários|комментарии"
    r"|коментарі|评论|網友評論|网友评论|最新评论|評論|コメント|댓글|تعليقات|التعليقات|yorumlar"
    r"|bình luận|reacties|kommentarer|komentarze|komentar|komentáře|σχόλια|kommentit|hozzászólások"
)
_COMMENT = (
    r"comment|responses|replies|kommentar|commentaire|comentario|commento|комментари\w{1,2}"
    r"|条评论|件のコメント|yorum|thoughts on .{3,60}"
)
_NUMBER = r"[(（]?\d[\d.,]{0,6}[)）]?"
_BARE_HEADING = re.compile(rf"(?:{_COMMENTS}|discussion|join the conversation) ?:?")
_HEADING = re.compile(
    rf"(?:\w{{2,12}} )?{_NUMBER} ?(?:{_COMMENTS}|{_COMMENT})"
    rf"|(?:{_COMMENTS}|discussion) ?[:：]? ?{_NUMBER}"
    rf"|(?:readers?['’]?s?['’]?|user|latest|top|recent) (?:comments|reactions)(?: {_NUMBER})?"
    r"|what (?:our )?readers (?:say|are saying|think)|comments from (?:our )?readers"
    r"|(?:comentarios|opiniones) de (?:los |nuestros )?lectores|commentaires des lecteurs"
    r"|kommentare (?:der|unserer) leser|lesermeinungen|комментарии читателей"
)

_AGO = (
    r"(?:(?:\d{1,2}|an?|one) ?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?"
    r"|years?|[smhdwy])(?: ago)?|vor (?:\d{1,2}|einer|einem) \w{3,8}|hace (?:\d{1,2}|una?) \w{3,8}"
    r"|il y a (?:\d{1,2}|une?) \w{1,8}|\d{1,2} \w{3,7} fa|há \d{1,2} \w{3,7}"
    r"|\d{1,2} \w{1,8}\.? назад|\d{1,2} ?(?:秒|分钟|分|小时|時間|天|日)前|\d{1,2} \w{2,6} önce"
    r"|just now|yesterday|gestern|ayer|hier|вчера|昨天)(?!\w)"
)
_LONG_AGO = re.compile(_AGO)
_SAYS = (
    r"says|wrote|writes|commented|replied|schreibt|schrieb|meint|escribió|dice|dit|a écrit"
    r"|ha scritto|disse|пишет|написала?"
)
# What stands between the name of a reader and the time.
_BETWEEN = re.compile(
    rf"(?: (?:{_SAYS})\b| ?[·•|(,–—]| - | (?={_AGO}$))(?: (?:on|am|le|el)\b)?:? ?", re.IGNORECASE
)
_NAME = re.compile(rf"(@?[^\W\d_][\w.'’ _-]{{0,38}})(?: (?:{_SAYS}) ?:?)?")
_LABELLED = re.compile(rf"([^\W\d_][\w.'’ _-]{{0,38}})(?: (?:{_SAYS}))? ?[:：] ?\S")
_BUTTON = (
    r"(?:reply|like|dislike|report|upvote|downvote|recommend|flag|antworten|gefällt mir|melden"
    r"|responder|me gusta|répondre|j'aime|rispondi|ответить|нравится|回复|返信|답글|yanıtla|trả lời"
    r"|\d{1,5})"
)
_ACTION = rf"{_BUTTON}(?:[ ·•|/,-]+{_BUTTON})*"
_MARK = re.compile(rf"^{_ACTION}$|(?<!\w){_AGO}|\b(?:{_SAYS})\b")
# A text without one of these in a short line has no heading, and no mark, of comments.
_HEADED = (
    "comment", "kommentar", "comentário", "коммент", "комент", "评论", "評論", "コメント", "댓글",
    "تعليقات", "yorum", "bình luận", "reacties", "komentar", "komentář", "σχόλια", "kommentit",
    "hozzászólás",
    "comentario", "discussion", "conversation", "thoughts on", "reader", "lectores", "responses",
    "replies", "reactions", "lesermein", "commenti",
)  # fmt: skip
_MARKED = (
    "ago", "reply", "like", "report", "antworten", "responder", "répondre", "rispondi", "ответить",
    "回复", "返信", "답글", "yanıtla", "trả lời", " says", " wrote", " writes", " schr", " meint",
    " dice", " écrit", " disse", "пишет", "написал", "vor ", "hace ", "il y a ", " fa", "há ",
    "назад", "前", "önce", "just now",
)  # fmt: skip
_HOURS = re.compile(r"(?<!\w)\d{1,2} ?(?:[smhdwy]|hours?|min(?:ute)?s?)\b")
_SHOUTS = re.compile(r"!|你|您|お前|あなた")
_ADDRESSES = re.compile(
    r"\b(?:you|your|du|dir|dich|euch|ihr|usted|ustedes|tú|vosotros|vous|tu|voi|lei|vocês?|вы|вам|ты)\b"
)
_QUOTED = re.compile(r"[\"“„«][^\"“”„»]{1,600}[\"”“»]")
_DIGIT = re.compile(r"\d")
_SPEAKS = re.compile(
    r"\b(?:i|i['’]m|i['’]ve|me|my|mine|you|your|ich|mir|mich|mein\w*|yo|mi|je|mon|ma|io|eu|я|мне|мой"
    r"|ben)\b|[!?]|我|私|[\U0001f300-\U0001faff]"
)


def comments(draft: Draft) -> Draft:
    """Remove the comments of readers that stand behind an article."""
    lines = lines_of(draft.text)
    short = [place for place, line in enumerate(lines) if len(line) <= _SHORT]
    if not short or len(short) == len(lines):
        return draft
    said = "\n".join([lines[place] for place in short]).casefold()
    start = 0
    if holds_any(said, _HEADED):
        start = _after_heading(lines, short)
    if not start and _DIGIT.search(said) and (holds_any(said, _MARKED) or _HOURS.search(said)):
        start = _without_heading(lines, short)
    if not start:
        return draft
    removed = tuple(Removal("comments", line) for line in lines[start:])
    return replace(draft, text="\n".join(lines[:start]), removed=(*draft.removed, *removed))


def comments_behind(article: str, page: str) -> bool:
    """Return whether what a page has behind an article is of readers, though nothing names it so.

    Each line is of another reader: it has a name of its own before a colon, or it speaks as no line
    of the article does, and calls or speaks to somebody. An interview has the same names again and
    again, or questions; who tells his own story calls nobody.

    Args:
        article: The text of another document, which the page contains.
        page: The text of the page.
    """
    own, lines = frozenset(lines_of(article)), lines_of(page)
    last = max((place for place, line in enumerate(lines) if line in own), default=len(lines))
    behind = lines[last + 1 : last + 1 + _MOST_READ]
    if len(behind) < _LEAST_NAMED or not _has_article(lines[: last + 1]):
        return False
    labels = [found[1] for line in behind if (found := _LABELLED.match(line))]
    if len(labels) >= _DIFFERENT * len(behind):
        return len(set(labels)) >= max(_LEAST_NAMED, _DIFFERENT * len(labels))
    if _speaking(behind) < _DIFFERENT:  # as of most
        return False
    asked = sum(line.rstrip("\"'”’»").endswith(("?", "？")) for line in behind)
    called = sum(_calls(line.casefold()) for line in behind)
    return (
        _speaking([_QUOTED.sub("", line) for line in own]) <= _QUIET
        and called >= _CALLING * len(behind)
        and asked <= _ASKING * len(behind)
    )


def _calls(line: str) -> bool:
    """Return whether a line calls, or speaks to somebody after its last question."""
    return bool(_SHOUTS.search(line) or _ADDRESSES.search(line.rpartition("?")[2]))


def _speaking(lines: Sequence[str]) -> float:
    """Return which share of some lines speaks as readers do."""
    return sum(bool(_SPEAKS.search(line.casefold())) for line in lines) / max(1, len(lines))


def _after_heading(lines: Sequence[str], short: Sequence[int]) -> int:
    """Return where a heading of comments stands that has comments behind it, 0 where none does."""
    headings = 0
    for place in short:
        folded = lines[place].casefold().strip(" *#-–—:·•|")
        numbered = _HEADING.fullmatch(folded)
        if not numbered and not _BARE_HEADING.fullmatch(folded):
            continue
        headings += 1
        if headings > _MOST_HEADINGS:
            break
        rest = lines[place + 1 : place + 1 + _MOST_READ]
        if rest and _has_article(lines[:place]) and (numbered or _are_comments(rest)):
            return place
    return 0


def _has_article(lines: Sequence[str]) -> bool:
    """Return whether enough for an article stands in some lines."""
    return sum(len(line.split()) for line in lines) >= _LEAST_WORDS or sum(map(len, lines)) >= (
        8 * _LEAST_WORDS
    )


def _are_comments(lines: Sequence[str]) -> bool:
    """Return whether lines behind a heading are of readers: they are named, or speak as they do."""
    named = sum(_reader(lines, place) is not None for place in range(len(lines)))
    labels = [found[1] for line in lines if (found := _LABELLED.match(line))]
    if named >= 2 or (len(labels) >= 2 and len(set(labels)) >= _DIFFERENT * len(labels)):
        return True
    return len(lines) > 1 and _speaking(lines) >= _SPEAKING


def _without_heading(lines: Sequence[str], short: Sequence[int]) -> int:
    """Return where readers' names with times begin that go on to the end, 0 where none do."""
    named: list[tuple[int, str]] = []
    dated = [place for place in short if _DIGIT.search(" ".join(lines[place : place + 2]))]
    for place in dated if len(dated) >= _LEAST_NAMED else ():
        if name := _reader(lines, place):
            if named and place - named[-1][0] > _MOST_BETWEEN:
                named = []
            named.append((place, name))
    if len(named) < _LEAST_NAMED or len(lines) - named[-1][0] > _MOST_BETWEEN:
        return 0
    start, different = named[0][0], len({name for _, name in named})
    if different < max(_LEAST_NAMED, _DIFFERENT * len(named)) or not _has_article(lines[:start]):
        return 0
    # Datelines, and events with their places, are names with dates, too.
    marks = sum(
        bool(_MARK.search(line.casefold())) for line in lines[start:] if len(line) <= _SHORT
    )
    return start if marks >= len(named) / 2 else 0


def _reader(lines: Sequence[str], place: int) -> str | None:
    """Return the name of a reader where a line has it and a time, or the next line has the time."""
    line = lines[place]
    if len(line) > _SHORT:
        return None
    between = _BETWEEN.search(line)
    name, time = (line[: between.start()], line[between.end() :]) if between else (line, "")
    if not time and place + 1 < len(lines):
        time = lines[place + 1]
    found = _NAME.fullmatch(name)
    if not found or len(time) > _SHORT or not _is_time(time) or _is_of_calendar(name):
        return None
    return found[1].casefold()


def _is_time(text: str) -> bool:
    """Return whether a text is a date or time, or says how long ago something was."""
    folded = text.casefold().strip(" ().:·•|,")
    return bool(folded) and (is_stamp(folded) or bool(_LONG_AGO.match(folded)))


def _is_of_calendar(name: str) -> bool:
    """Return whether a name is no more than words of dates."""
    return all(word in STAMP_TOKENS for word in TOKEN.findall(name.casefold()))

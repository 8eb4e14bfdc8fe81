"""Inputs whose records have no text at all: a wrong field name, seen before hours are spent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from dedup.config import STANDARD_FIELDS, ReadConfig
from dedup.errors import InputError, printable
from dedup.models import Raw, RawLine, RawRecord, Reason, failure
from dedup.read.discover import Source
from dedup.read.jsonl import parse_line
from dedup.read.reader import read
from dedup.read.tally import Tally

ENOUGH = 1_000
"""Records without a text at the beginning of a dump from which the others are taken to be alike."""

# Records of each file that are looked at where the first of all have no text.
_LOOKED_AT = 20
_ENOUGH_BYTES = 50_000_000
_MOST_NAMES = 30
_NAME_LENGTH = 60
_LEVELS = 4
_PLAIN_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_FIELDS_OF_ARTICLE = 4  # an object with a title and three other fields
_RECORDS = "[]"  # behind the name of a list whose objects are records


def require_text(
    raws: Iterable[Raw], config: ReadConfig, elsewhere: Callable[[], bool]
) -> Iterator[Raw]:
    """Return the inputs as they are, where one of the first has a text or a page.

    The first inputs are read at once, up to the first that can be used; most often that is the
    first of all.

    Args:
        raws: What was read, from the first input on.
        config: Says which field is the text.
        elsewhere: Returns whether another file has what the first records lack; it is only asked
            when :data:`ENOUGH` of them were seen.

    Raises:
        InputError: The first records lack a text, and so do the first ones of every other file; or
            nothing can be used, and most inputs are records without a text.
    """
    rest = iter(raws)
    first: list[Raw] = []
    lacking: list[RawRecord] = []
    size = 0
    for raw in rest:
        first.append(raw)
        record = parse_line(raw, config)
        if record.rejection is None:
            return chain(first, rest)
        size += len(raw.line) if isinstance(raw, RawLine) else 1_000
        if lacks_text(record):
            lacking.append(RawRecord(record.doc_id, record.source, _outline(record.fields)))
        if len(lacking) >= ENOUGH or size > _ENOUGH_BYTES:
            if lacking and not elsewhere():
                raise _error(lacking, config, f" (seen in the first {len(first):,} inputs)")
            return chain(first, rest)
    if 2 * len(lacking) > len(first):
        raise _error(lacking, config)
    return iter(first)


def has_text(sources: Iterable[Source], config: ReadConfig) -> bool:
    """Return whether one of the first records of any file can be used, as far as one can see."""
    for source in sources:
        records = read(source, config, Tally())
        if any(record.rejection is None for record in islice(records, _LOOKED_AT)):
            return True
    return False


def require_input(raws: Iterable[Raw], config: ReadConfig, remedy: str) -> Iterator[Raw]:
    """Return the inputs as they are, where one of the first can be read.

    They are read up to the first of these; cleaning may still reject it. Behind
    :data:`ENOUGH` that cannot be read, the others are taken as they come.

    Args:
        raws: What was read, from the first input on.
        config: Says which field is the text.
        remedy: The end of the sentence of the error.

    Raises:
        InputError: There is none.
    """
    rest = iter(raws)
    first: list[Raw] = []
    reasons = Counter[str]()
    for raw in rest:
        first.append(raw)
        rejection = parse_line(raw, config).rejection
        if rejection is None:
            return chain(first, rest)
        reasons[rejection.reason] += 1
        if len(first) == ENOUGH:
            return chain(first, rest)
    raise InputError(f"{failure(len(first), reasons, {}, None)}; {remedy}")


def lacks_text(record: RawRecord) -> bool:
    """Return whether a record has fields, and none that is a text or a page.

    One that is rejected for another reason, as the pages that a server refused, may have had one.

    >>> lacks_text(RawRecord("a", "a", {"body": "Rain"})), lacks_text(RawRecord("a", "a"))
    (True, False)
    """
    if record.rejection and record.rejection.reason not in (Reason.NO_TEXT, Reason.WRONG_TYPE):
        return False
    own = (record.own("text"), record.own("html"))
    return bool(record.fields) and not any(isinstance(value, str) for value in own)


def _outline(fields: Mapping[str, Any]) -> dict[str, int]:
    """Return the names of a record's fields, those in nested objects with dots: name to letters."""
    return dict(pair for pair, _ in zip(_lengths(fields, "", 1), range(_MOST_NAMES), strict=False))


def _lengths(fields: Mapping[str, Any], prefix: str, level: int) -> Iterator[tuple[str, int]]:
    """Yield the names of fields and how many letters are in each."""
    for own, value in fields.items():
        name = prefix + own
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict) and level < _LEVELS:
            mark = _RECORDS if inner is not value and _is_record(inner) else ""
            yield from _lengths(inner, f"{name}{mark}.", level + 1)
        elif isinstance(value, list) and isinstance(inner, str):
            yield name, sum(len(each) for each in value if isinstance(each, str))
        else:
            yield name, len(value) if isinstance(value, str) else 0


def _is_record(inner: Mapping[str, Any]) -> bool:
    """Return whether an object in a list is an article of its own, no paragraph of one."""
    named = sum(name in inner for name in STANDARD_FIELDS)
    return named > 1 or ("title" in inner and len(inner) >= _FIELDS_OF_ARTICLE)


def _each_on_a_line(lists: set[str]) -> str:
    """Return the advice for objects whose records are in lists.

    >>> _each_on_a_line({"The Post", "The Times"})
    "give each record of its lists a line of its own, as jq -c '.[][]?' writes them"
    """
    inner = next(iter(lists)) if len(lists) == 1 else "its lists"
    path = f".{inner}[]" if _PLAIN_PATH.fullmatch(inner) else ".[][]?"
    return f"give each record of {inner} a line of its own, as jq -c '{path}' writes them"


def _error(lacking: list[RawRecord], config: ReadConfig, seen: str = "") -> InputError:
    """Return the error that names the fields that there are, and says how much of it was seen."""
    letters: Counter[str] = Counter()
    for record in lacking:
        letters.update(record.fields)
    names = [printable(name) for name in letters if len(name) <= _NAME_LENGTH]
    given = dict(config.fields)
    expected = " or ".join(f'"{printable(given.get(each, each))}"' for each in ("text", "html"))
    others = [name for name in names if letters[name] and name not in STANDARD_FIELDS]
    longest = max(others, key=lambda name: letters[name], default="NAME")
    shown = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    advice = f"name the one with the text, as in --field text={longest}"
    if _RECORDS in longest:  # their texts would become one
        advice = _each_on_a_line(
            {name.partition(_RECORDS)[0] for name in names if _RECORDS in name}
        )
    return InputError(f"no record has a text in {expected}; the fields are {shown}: {advice}{seen}")

"""JSON as this package reads and writes it: fast, and nothing of a stranger's record changed."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

# The fast reader turns integers over 64 bits into floats, none of them smaller than this.
_BIG = 2.0**63

# It refuses those that no float can hold; the smallest has 309 digits.
_LONG_NUMBER = re.compile(rb"(?<!\d)\d{300}")


def dump_json(value: Any) -> bytes:
    """Return a value as JSON on one line, a dataclass as its fields.

    Lone surrogates and integers over 64 bits, which the fast writer refuses, are escaped and kept.

    >>> dump_json({"a": 2**70})
    b'{"a":1180591620717411303424}'
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        return json.dumps(_finite(plain), separators=(",", ":")).encode("ascii")


def load_json(data: bytes) -> Any:
    r"""Return the value of a JSON text.

    Args:
        data: UTF-8.

    Raises:
        ValueError: It is not JSON; NaN and Infinity are not.

    >>> load_json(b'{"a": 1180591620717411303424, "b": "\\ud800"}') == {"a": 2**70, "b": "\ud800"}
    True
    """
    try:
        value = orjson.loads(data)
        return _slowly(data) if _holds_big(value) else value
    except orjson.JSONDecodeError:
        if b"\\u" not in data and not _LONG_NUMBER.search(data):
            raise
        data.decode()  # the slow reader would guess at UTF-16
        return _slowly(data)


def load_own_json(data: bytes) -> Any:
    """Return the value of a JSON text that :func:`dump_json` wrote, of numbers of our own.

    None of them is over 64 bits, so nobody has to look for those that are.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return load_json(data)  # a lone surrogate in a title or an address


def _slowly(data: bytes) -> Any:
    """Read what the fast reader cannot: lone surrogates and integers of any length."""
    try:
        return json.loads(data, parse_constant=_refuse, parse_float=_read_float)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _holds_big(value: Any) -> bool:
    """Return whether a float that may have been an integer stands anywhere in a value."""
    waiting = [value]
    for each in waiting:  # grows as it goes; a stranger's nesting must not exhaust the stack
        if type(each) is str:  # as most values are
            continue
        if isinstance(each, float):
            if not -_BIG < each < _BIG:
                return True
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False


def _finite(value: Any) -> Any:
    """Return a value with None for the numbers that JSON does not know, as the fast writer does."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _finite(asdict(value))
    return [_finite(each) for each in value] if isinstance(value, (list, tuple)) else value


def _read_float(text: str) -> float:
    """Read a number with a point or an exponent; one that no float can hold is refused."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _refuse(constant: str) -> Any:
    """Refuse the constants that are Python's and not JSON's."""
    raise ValueError(f"{constant} is not JSON")

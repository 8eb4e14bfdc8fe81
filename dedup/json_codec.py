"""Read and write JSON fast, without a change to any value of a record."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

# orjson reads integers over 64 bits as floats, none of them smaller than this.
_BIG = 2.0**63

# orjson refuses integers that no float can hold; the smallest has 309 digits.
_LONG_NUMBER = re.compile(rb"(?<!\d)\d{300}")


def dump_json(value: Any) -> bytes:
    """Return a value as JSON on one line, a dataclass as its fields.

    Lone surrogates and integers over 64 bits, which orjson refuses, are kept.

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
        return _load_slowly(data) if _has_big_float(value) else value
    except orjson.JSONDecodeError:
        if b"\\u" not in data and not _LONG_NUMBER.search(data):
            raise
        data.decode()  # the json module would accept UTF-16
        return _load_slowly(data)


def load_own_json(data: bytes) -> Any:
    """Return the value of JSON from :func:`dump_json` without integers over 64 bits."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return load_json(data)  # a lone surrogate in a title or an address


def _load_slowly(data: bytes) -> Any:
    """Read lone surrogates and integers of any length, which orjson cannot."""
    try:
        return json.loads(data, parse_constant=_refuse_constant, parse_float=_finite_float)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _has_big_float(value: Any) -> bool:
    """Return whether a value has a float in it that may have been an integer."""
    waiting = [value]
    for each in waiting:  # grows meanwhile; recursion would exhaust the stack on deep nesting
        if type(each) is str:  # most values are texts
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
    """Return a value with None for NaN and infinite numbers, as orjson writes them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _finite(asdict(value))
    return [_finite(each) for each in value] if isinstance(value, (list, tuple)) else value


def _finite_float(text: str) -> float:
    """Return a number with a point or an exponent; refuse one that no float can hold."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _refuse_constant(constant: str) -> Any:
    """Refuse NaN and Infinity."""
    raise ValueError(f"{constant} is not JSON")

"""Values of tables and of programs to those that JSON has, and columns to names of fields."""

from __future__ import annotations

import base64
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Any

from dedup.config import ReadConfig
from dedup.text_encoding import decode_page, decode_text

_BYTES = (bytes, bytearray, memoryview)

# A number of more than 4,300 digits, which Python neither reads nor writes, has more.
_MOST_BITS = 14_000
_TOO_LONG = "a whole number has more than 4,000 digits"


def json_value(value: Any) -> Any:
    r"""Return a value of a table or of a program as JSON has it.

    Times are ISO 8601, decimals text with all their digits, bytes text if they are UTF-8 and Base64
    if not. Arrays and scalars of NumPy are lists and numbers, a set is a list in the order of its
    texts. What is not a number or not a time is null.

    Raises:
        OverflowError: It has a whole number that is not written as one, nor read from a file.

    >>> json_value({"day": date(2024, 2, 29), "raw": b"\xff"})
    {'day': '2024-02-29', 'raw': '/w=='}
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise OverflowError(_TOO_LONG)
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat() if value == value else None  # no time of pandas is not itself
    if isinstance(value, _BYTES):
        value = bytes(value)
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return _of_a_library(value)


def _of_a_library(value: Any) -> Any:
    """Return a value of a rarer type as JSON has it; text where no type of JSON is like it."""
    if hasattr(value, "tolist"):  # NumPy and what is like it
        kind = getattr(getattr(value, "dtype", None), "kind", None)
        if kind in ("M", "m"):  # nanoseconds would be numbers
            value = value.astype(f"{'datetime' if kind == 'M' else 'timedelta'}64[us]")
        return json_value(value.tolist())
    if isinstance(value, Mapping):
        return json_value(dict(value))
    if isinstance(value, AbstractSet):
        return [json_value(inner) for inner in sorted(value, key=str)]
    # What pandas writes where there is no value; the package is not imported to find out.
    return None if type(value).__name__ == "NAType" else str(value)


def json_fields(given: Mapping[Any, Any], config: ReadConfig) -> dict[str, Any]:
    r"""Return the fields of a record with values that JSON has.

    A page or a text that is bytes, or a list of bytes, is decoded as that of a file is.

    Args:
        given: The record.
        config: Says which fields are the page and the text.

    >>> json_fields({"html": b"<p>caf\xe9", "n": (1, float("nan"))}, ReadConfig())
    {'html': '<p>café', 'n': [1, None]}
    """
    own = dict(config.fields)
    fields = {str(name): value for name, value in given.items()}
    for standard, decode in (("html", decode_page), ("text", decode_text)):
        path = own.get(standard, standard)
        name, *inner = [path] if path in fields else path.split(".")
        if name in fields:
            fields[name] = _decoded(fields[name], inner, decode)
    return {name: json_value(value) for name, value in fields.items()}


def _decoded(value: Any, path: Sequence[str], decode: Callable[[bytes], str]) -> Any:
    """Return a value with the bytes at a path decoded; lists on the way are passed through."""
    if isinstance(value, _BYTES):
        return value if path else decode(bytes(value))
    if isinstance(value, list | tuple):
        return [_decoded(each, path, decode) for each in value]
    if path and isinstance(value, Mapping) and path[0] in value:
        return {**value, path[0]: _decoded(value[path[0]], path[1:], decode)}
    return value


def distinct_names(columns: Iterable[str]) -> list[str]:
    """Return the names of columns; a repeated one gets a number.

    >>> distinct_names(["id", "text", "text"])
    ['id', 'text', 'text_2']
    """
    names: dict[str, None] = {}
    times: Counter[str] = Counter()
    for name in columns:
        numbered = name
        while numbered in names:
            times[name] += 1
            numbered = f"{name}_{times[name] + 1}"
        names[numbered] = None
    return list(names)


def batch_rows(batch: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of an Arrow record batch, values as Python has them."""
    columns = map(_values, batch.columns)
    names = distinct_names(batch.schema.names)
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _values(column: Any) -> list[Any]:
    """Return a column's values: times out of Python's range as text, invalid UTF-8 as bytes."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, LookupError):
        import pyarrow as pa  # slow to import; the column has it imported

        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return list(column.cast(pa.binary() if is_text else pa.string()).to_pylist())

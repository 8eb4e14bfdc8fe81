"""From a record as it was given to a RawRecord: the same rules for every kind of input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedup.config import ReadConfig
from dedup.models import Raw, RawRecord, Reason, Rejection

# A detail is one line for a person; what comes from the dump may be a megabyte long.
_DETAIL_LENGTH = 200


def rejected(
    doc_id: str,
    source: str,
    reason: Reason,
    detail: str = "",
    *,
    fields: Mapping[str, Any] | None = None,
) -> RawRecord:
    r"""Return the record of an input that cannot be used.

    >>> rejected("a", "a", Reason.EMPTY, "two\nlines").rejection.detail
    'two lines'
    """
    line = " ".join(detail.split())
    line = line if len(line) <= _DETAIL_LENGTH else line[: _DETAIL_LENGTH - 3] + "..."
    return RawRecord(doc_id, source, dict(fields or {}), rejection=Rejection(reason, whole(line)))


def whole(text: str) -> str:
    r"""Return a text that UTF-8 can hold: halves of surrogate pairs are joined, lone ones replaced.

    >>> whole("a\ud800") == "a\ufffd"
    True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def too_large(config: ReadConfig) -> str:
    """Return the detail for a document over the limit."""
    return f"larger than {config.max_document_bytes} bytes"


def record(given: Any, source: str, fallback_id: str, config: ReadConfig) -> RawRecord:
    """Return the input document that a record of a dump is.

    Args:
        given: The record, JSON values only; all its fields stay as they are.
        source: Name of the file or stream.
        fallback_id: The id of a record without one.
        config: Says which field is which, and how large a document may be.
    """
    if not isinstance(given, dict):
        return rejected(fallback_id, source, Reason.WRONG_TYPE, f"{_type(given)}, not an object")
    mapped = {
        name: field
        for name, field in (dict(config.fields).items() if config.fields else ())
        if field != name and given.get(field) is not None
    }

    def value(name: str) -> Any:
        return given.get(mapped.get(name, name))

    doc_id = _id(value("id"))
    if doc_id is None:
        detail = f"the id is {_type(value('id'))}, not text or a whole number"
        return rejected(fallback_id, source, Reason.WRONG_TYPE, detail, fields=given)
    doc_id = doc_id or fallback_id
    content = _content(value("text"), value("html"), config)
    if isinstance(content, Rejection):
        return RawRecord(doc_id, source, given, mapped, rejection=content)
    text, html = content
    return RawRecord(doc_id, source, given, mapped, html=html, text=text)


def has_own_id(raw: Raw) -> bool:
    """Return whether an input's id is its own, not made of its place; of a line nobody knows yet.

    >>> has_own_id(RawRecord("7", "a", {"id": 7})), has_own_id(RawRecord("a.html", "a.html"))
    (True, False)
    """
    if not isinstance(raw, RawRecord):
        return False
    return bool(_id(raw.fields.get(raw.mapped.get("id", "id"))))


def _id(value: Any) -> str | None:
    """Return an id as text, empty where there is none, or None where it is of a wrong type."""
    if value is None:
        return ""
    if isinstance(value, str):
        return whole(value) if value.strip() else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _content(
    text: Any, html: Any, config: ReadConfig
) -> tuple[str | None, bytes | None] | Rejection:
    """Return (text, None), or (None, html) where the text is absent or blank, or why neither."""
    for name, content in (("text", text), ("html", html)):
        if content is None:
            continue
        if not isinstance(content, str):
            return Rejection(Reason.WRONG_TYPE, f"the {name} is {_type(content)}, not text")
        if not content or content.isspace():
            continue
        try:
            stored = content.encode()
        except UnicodeEncodeError:
            content = whole(content)
            stored = content.encode()
        if len(stored) > config.max_document_bytes:
            return Rejection(Reason.TOO_LARGE, too_large(config))
        return (content, None) if name == "text" else (None, stored)
    return Rejection(Reason.NO_TEXT, "neither text nor html has a value")


def _type(value: Any) -> str:
    """Return what JSON calls a value."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")

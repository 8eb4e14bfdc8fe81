"""From a record of an input to a RawRecord: the same rules for every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedup.config import ReadConfig
from dedup.models import Raw, RawRecord, Reason, Rejection, only_value, value_at

# A detail is one line for a person; what comes from the dump may be a megabyte long.
_DETAIL_LENGTH = 200

# A larger float may be any of several whole numbers.
_WHOLE = 2**53


def rejected(
    doc_id: str, source: str, rejection: Rejection, *, fields: Mapping[str, Any] | None = None
) -> RawRecord:
    r"""Return the record of an input that cannot be used, its detail cut to one line.

    >>> rejected("a", "a", Rejection(Reason.EMPTY, "two\nlines")).rejection.detail
    'two lines'
    """
    line = " ".join(rejection.detail.split())
    line = line if len(line) <= _DETAIL_LENGTH else line[: _DETAIL_LENGTH - 3] + "..."
    rejection = Rejection(rejection.reason, valid_unicode(line))
    return RawRecord(doc_id, source, dict(fields or {}), rejection=rejection)


def valid_unicode(text: str) -> str:
    r"""Return a text that UTF-8 can hold: surrogate pairs are joined, lone surrogates replaced.

    >>> valid_unicode("a\ud800") == "a\ufffd"
    True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def too_large(config: ReadConfig) -> Rejection:
    """Return the rejection of a document over the limit."""
    return Rejection(Reason.TOO_LARGE, f"larger than {config.max_document_bytes} bytes")


def record(given: Any, source: str, fallback_id: str, config: ReadConfig) -> RawRecord:
    """Return the input document of a record.

    Args:
        given: The record, JSON values only; all its fields stay as they are.
        source: Name of the file or stream.
        fallback_id: The id of a record without one.
        config: Says which field is which, and how large a document may be.
    """
    if not isinstance(given, dict):
        fault = Rejection(Reason.WRONG_TYPE, f"{_type(given)}, not an object")
        return rejected(fallback_id, source, fault)
    mapped = {name: own for name, own in dict(config.fields).items() if own != name}

    def value(name: str) -> Any:
        own = mapped.get(name)  # a name that it does not have is wrong or means none, no other one
        return only_value(given.get(name) if own is None else value_at(given, own))

    doc_id = _id(value("id"))
    if doc_id is None:
        fault = Rejection(
            Reason.WRONG_TYPE, f"the id is {_type(value('id'))}, not text or a whole number"
        )
        return rejected(fallback_id, source, fault, fields=given)
    doc_id = doc_id or fallback_id
    content = _content(value("text"), value("html"), config, mapped)
    if isinstance(content, Rejection):
        return RawRecord(doc_id, source, given, mapped, rejection=content)
    text, html = content
    return RawRecord(doc_id, source, given, mapped, html=html, text=text)


def has_own_id(raw: Raw) -> bool:
    """Return whether an input's id is its own, not made of its position; False for a line.

    >>> has_own_id(RawRecord("7", "a", {"id": 7})), has_own_id(RawRecord("a.html", "a.html"))
    (True, False)
    """
    return isinstance(raw, RawRecord) and bool(_id(raw.own("id")))


def _id(value: Any) -> str | None:
    """Return an id as text, empty where there is none, or None where it is of a wrong type."""
    if value is None:
        return ""
    if isinstance(value, str):
        return valid_unicode(value) if value.strip() else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        value = int(value)  # a table may have it so where another id is missing
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _content(
    text: Any, html: Any, config: ReadConfig, mapped: Mapping[str, str]
) -> tuple[str | None, bytes | None] | Rejection:
    """Return (text, None), or (None, html) where the text is absent or blank, or why neither."""
    for name, content in (("text", text), ("html", html)):
        if isinstance(content, list) and name == "text":
            content = _joined(content)
        if content is None:
            continue
        if not isinstance(content, str):
            return Rejection(Reason.WRONG_TYPE, _not_text(name, content, mapped.get(name, name)))
        if not content or content.isspace():
            continue
        try:
            stored = content.encode()
        except UnicodeEncodeError:
            content = valid_unicode(content)
            stored = content.encode()
        if len(stored) > config.max_document_bytes:
            return too_large(config)
        return (content, None) if name == "text" else (None, stored)
    return Rejection(Reason.NO_TEXT, _no_content(dict(config.fields)))


def _no_content(own: Mapping[str, str]) -> str:
    """Return what is wrong with a record without a text, ``own`` the names that were given.

    >>> _no_content({"text": "body"})
    'neither body nor html has a value'
    """
    detail = f"neither {own.get('text', 'text')} nor {own.get('html', 'html')} has a value"
    named = "text" in own or "html" in own
    return detail if named else f"{detail}; --field text=NAME takes another field"


def _joined(paragraphs: list[Any]) -> Any:
    """Return the text of a list of paragraphs; a list of anything else as it is."""
    if any(each is not None and not isinstance(each, str) for each in paragraphs):
        return paragraphs
    return "\n".join(filter(None, paragraphs))


def _not_text(name: str, value: Any, own: str) -> str:
    """Return what is wrong with a text or page of a wrong type, ``own`` its name in the record."""
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    ):
        kind = "an object" if isinstance(value, dict) else "a list of objects"
        return f"the {name} is {kind}: --field {name}={own}.NAME reaches into it"
    return f"the {name} is {_type(value)}, not text"


def _type(value: Any) -> str:
    """Return what JSON calls a value."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")

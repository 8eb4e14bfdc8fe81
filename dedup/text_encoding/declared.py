"""What a page or a server says of a page's encoding, read as browsers read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import webencodings

# Comments and elements of plain text may hold what looks like a declaration; one that is not
# closed reaches to the end, so that the search takes linear time.
_PIECES = re.compile(
    rb"<!--(?:.*?-->|.*)"
    rb"|<(?P<plain>script|style|title|textarea|xmp)\b(?:.*?</(?P=plain)|.*)"
    rb"|<meta(?P<meta>[\s/][^>]{0,4096})",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"([a-z-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.I)
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([^\s\"';,]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\s[^<>]{0,1000}?encoding\s*=\s*[\"']([^\"'<>]{1,100})", re.IGNORECASE)

# Browsers read these as a superset that Python has under another name, or has in two parts.
_CODECS = {
    "gbk": ("gb18030",),
    "euc-jp": ("euc_jp", "euc_jis_2004"),
    "iso-2022-jp": ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3"),
    "big5": ("big5hkscs", "cp950"),
    "x-user-defined": ("cp1252",),
}
# Of the encodings that browsers refuse, those that Python has and that are not easily mistaken.
_REFUSED = {"iso-2022-kr": ("iso2022_kr",)}


def codecs_of(label: str) -> tuple[str, ...]:
    """Return Python's codecs for a label of an encoding, nothing for a label that none has.

    >>> codecs_of(" ISO-8859-1"), codecs_of("gb2312"), codecs_of("x-klingon")
    (('cp1252',), ('gb18030',), ())
    """
    encoding = webencodings.lookup(label)
    if encoding is None:
        return ()
    if encoding.name == "replacement":
        return _REFUSED.get(label.strip().lower(), ())
    return _CODECS.get(encoding.name) or (encoding.codec_info.name,)


def charset_of(content_type: str) -> str | None:
    """Return the label that a media type names as its charset, or None.

    >>> charset_of('text/html; charset="UTF-8"')
    'UTF-8'
    """
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def declarations(page: bytes) -> Iterator[str]:
    """Yield the labels of encodings in a page's own markup, the most trusted first.

    The elements are read wherever they stand, as some stand after the 1024 bytes that browsers look
    at, but for those in comments and scripts.
    """
    for piece in _PIECES.finditer(page):
        label = _label_of_meta(piece["meta"]) if piece["meta"] else None
        if label and codecs_of(label):
            # A declaration that can be read as ASCII is in no wide encoding.
            yield "utf-8" if label.strip().lower().startswith(("utf-16", "utf-32")) else label
    if found := _XML.match(page):
        yield found[1].decode("latin-1")


def _label_of_meta(attributes: bytes) -> str | None:
    """Return the label that a ``meta`` element names, or None."""
    named: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(attributes):
        named.setdefault(name.decode("latin-1").lower(), b"".join(values).decode("latin-1"))
    if "charset" in named:
        return named["charset"]
    if named.get("http-equiv", "").strip().lower() == "content-type":
        return charset_of(named.get("content", ""))
    return None

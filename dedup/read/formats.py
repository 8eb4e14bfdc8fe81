"""The format of an input: detected from its content, else from its name."""

from __future__ import annotations

import re
import tarfile
from enum import StrEnum
from pathlib import PurePosixPath

from dedup.models import Reason, Rejection
from dedup.read.compression import COMPRESSIONS, compression_of
from dedup.text_encoding import wide_encoding


class Format(StrEnum):
    """The formats of inputs; each has a reader."""

    PAGE = "page"
    MHTML = "mhtml"
    WARC = "warc"
    ZIP = "zip"
    TAR = "tar"
    LINES = "json lines"
    ARRAY = "json array"
    PARQUET = "parquet"
    TABLE = "table"
    PLAIN = "plain text"


SUFFIXES = {
    ".html": Format.PAGE,
    ".htm": Format.PAGE,
    ".xhtml": Format.PAGE,
    ".mhtml": Format.MHTML,
    ".mht": Format.MHTML,
    ".warc": Format.WARC,
    ".wet": Format.WARC,
    ".zip": Format.ZIP,
    ".tar": Format.TAR,
    ".tgz": Format.TAR,
    ".tbz2": Format.TAR,
    ".txz": Format.TAR,
    ".tzst": Format.TAR,
    ".jsonl": Format.LINES,
    ".ndjson": Format.LINES,
    ".json": Format.LINES,
    ".parquet": Format.PARQUET,
    ".csv": Format.TABLE,
    ".tsv": Format.TABLE,
    ".txt": Format.PLAIN,
}

_COMPRESSED = {compression.suffix for compression in COMPRESSIONS}

_ZIP = "a ZIP archive"
_TAR = "a tar archive"
_ARCHIVES = {_ZIP: Format.ZIP, _TAR: Format.TAR}

TAR_BLOCK = 512
_TAR_MAGIC = slice(257, 265)

# First bytes of other files that are found among scraped pages.
_FOREIGN = (
    (rb"\x89PNG\r\n\x1a\n", "a PNG image"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"RIFF....(?:WEBP|WAVE|AVI )", "an image, sound or film"),
    (rb"\x00\x00\x01\x00[\x01-\xff]\x00", "an icon"),
    (rb"....ftyp", "a film"),
    (rb"ID3[\x02-\x04]|OggS\x00", "a sound"),
    (rb"wOF[F2]", "a font"),
    (rb"%PDF-", "a PDF document"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|mimetype|META-INF/)", "an Office document"),
    (rb"PK(?:\x03\x04|\x05\x06)", _ZIP),
    (rb"PK\x07\x08", "a part of a ZIP archive"),
    (rb".{257}ustar[\x00 ]", _TAR),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07", "an archive: unpack it first"),
    (rb"filedesc://", "an ARC file, which is not read: convert it to WARC first"),
    (rb"bplist00", "a web archive of Safari or a property list: save the page as HTML first"),
    (rb"SQLite format 3\x00", "an SQLite database"),
    (rb"\x04\x22\x4d\x18", "lz4, which is not read: unpack it first"),
    (rb"\x7fELF", "a program"),
)
_FOREIGN_PATTERNS = tuple((re.compile(magic, re.DOTALL), what) for magic, what in _FOREIGN)

# Comments and XML declarations may stand before the first tag.
_PREAMBLE = re.compile(r"(?:\s+|<!--.*?-->|<\?[^>]*>)*", re.DOTALL)
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_FIRST_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|base|script|style|noscript|div|p|article|main"
    r"|section|header|footer|nav|aside|table|span|h[1-6]|a|ul|ol|br|img|center|font|form|b|i|strong"
    r"|em|blockquote)[\s/>]",
    re.IGNORECASE,
)
# Lines of a mail header; that of MHTML says that it has related parts.
_MAIL_HEADER = re.compile(rb"\s*+(?:\xef\xbb\xbf)?(?:[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++")
_RELATED = re.compile(
    rb"^content-type[ \t]*+:\s*+multipart/related\s*+;", re.IGNORECASE | re.MULTILINE
)
_MIME_PAGE = re.compile(
    rb"^content-type[ \t]*+:\s*+(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE
)
_MIME = re.compile(rb"^mime-version[ \t]*+:", re.IGNORECASE | re.MULTILINE)
_OBJECT = re.compile(r'\{\s*(?:"|\}\s*$)')
_ARRAY = re.compile(r'\[\s*(?:\{\s*["}]|\]\s*$)')


def foreign_format(head: bytes) -> str | None:
    """Return what a file without documents is, by its first bytes; None for any other."""
    if inner := compression_of(head):
        return f"packed twice, {inner.name} inside: unpack it first"
    return next((what for pattern, what in _FOREIGN_PATTERNS if pattern.match(head)), None)


def starts_as_page(head: bytes) -> bool:
    """Return whether content begins as HTML does, comments and declarations left aside."""
    return bool(_FIRST_TAG.match(_opening(head)))


def tar_header(block: bytes) -> tarfile.TarInfo | None:
    """Return what a header block of a tar archive says, or None if it is none."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    if block[_TAR_MAGIC] == b"ustar  \0":
        # GNU's form has times where others have the folder, which the package puts before the name.
        info.name = block[:100].partition(b"\0")[0].decode("utf-8", "surrogateescape")
    return info if info.size >= 0 else None


def starts_as_mhtml(head: bytes, *, named_page: bool = False) -> bool:
    """Return whether content begins as MHTML does.

    Args:
        head: The first bytes.
        named_page: Whether the content is called a page: then any message that may hold one is.
    """
    header = _MAIL_HEADER.match(head) if b"content-type" in head.lower() else None
    if not header:
        return False
    lines = header[0].lstrip(b"\xef\xbb\xbf\r\n\t ")
    return bool(
        _RELATED.search(lines) or (named_page and _MIME.search(lines) and _MIME_PAGE.search(lines))
    )


def format_of_name(name: str) -> Format | None:
    """Return the format that a file's name claims, the suffix of a compression left aside.

    >>> format_of_name("news/2024.JSONL.gz")
    <Format.LINES: 'json lines'>
    """
    return SUFFIXES.get(suffix_of(name))


def suffix_of(name: str) -> str:
    """Return a name's suffix in lower case, the suffix of a compression left aside."""
    path = PurePosixPath(name.lower())
    suffix = path.suffix
    return PurePosixPath(path.stem).suffix if suffix in _COMPRESSED else suffix


def is_named_compressed(name: str) -> bool:
    """Return whether a file's name claims that it is compressed."""
    return PurePosixPath(name.lower()).suffix in _COMPRESSED


def format_of(head: bytes, name: str) -> Format | Rejection:
    """Return the format of an input, or why it is none.

    Args:
        head: The first bytes of the unpacked content, not empty.
        name: The source's name; ``-``, for stdin, claims JSON Lines.
    """
    named = Format.LINES if name == "-" else format_of_name(name)
    if head.startswith(b"WARC/"):
        return Format.WARC
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    what = foreign_format(head)
    if what in _ARCHIVES:
        return _ARCHIVES[what]
    if named is Format.TAR and tar_header(head[:TAR_BLOCK]):  # old ones are not marked
        return Format.TAR
    if what:
        reason = Reason.NOT_HTML if named is Format.PAGE else Reason.UNKNOWN_KIND
        return Rejection(reason, f"the file is {what}")
    if starts_as_mhtml(head, named_page=named is Format.PAGE):
        return Format.MHTML
    start = _opening(head)
    # A plain text or table may well begin with a stray tag; only a whole page outweighs its name.
    tag = _DOCUMENT if named in (Format.PLAIN, Format.TABLE) else _FIRST_TAG
    if tag.match(start):
        return Format.PAGE
    if _ARRAY.match(start) or (suffix_of(name) == ".json" and start.startswith("[")):
        return Format.ARRAY
    if _OBJECT.match(start):
        return Format.LINES
    return named or Rejection(
        Reason.UNKNOWN_KIND, "neither the content nor the name tells what it is"
    )


def _opening(head: bytes) -> str:
    """Return the head as text from its first tag or letter on; good for ASCII, which tags are."""
    text = head.decode(wide_encoding(head) or "latin-1", "replace")
    text = text.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
    preamble = _PREAMBLE.match(text)
    return text[preamble.end() :] if preamble else text

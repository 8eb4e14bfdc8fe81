"""The encoding of bytes that say nothing of it, detected from their letters beyond ASCII."""

from __future__ import annotations

import re

from dedup.text_encoding.declared import codecs_of

# Runs from a letter beyond ASCII on; what is between them is the same in all encodings. Where a run
# ends, at a tag, a line or a blank after many bytes, no encoding is inside a letter.
_RUNS = re.compile(rb"[\x80-\xff][^<>\n]{0,2000}[^<>\n -/]*")
_CONTEXT = 100

# Bytes that are looked at; of more, runs at even distances.
_SAMPLE = 65_536

# The encodings that browsers know, by the detector's names, and what East Asian pages mean by them.
_CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "cp874", "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-8", "iso8859-9",
    "iso8859-15", "koi8-r", "koi8-u", "cp866", "mac-roman", "mac-cyrillic", "gb18030",
    "big5hkscs", "cp932", "euc_jis_2004", "cp949",
)  # fmt: skip


def detected_codecs(data: bytes) -> tuple[str, ...]:
    """Return Python's codecs for the encoding that bytes look most like, the likeliest first."""
    from chardet import detect  # takes 30 ms; most texts are UTF-8 or say what they are

    found = detect(
        _sample(data),
        max_bytes=_SAMPLE,
        compat_names=False,
        include_encodings=_CANDIDATES,
    )
    name = found["encoding"] or "cp1252"
    return codecs_of(name.replace("_jis_2004", "-jp")) or (name,)


def _sample(data: bytes) -> bytes:
    """Return at most ``_SAMPLE`` bytes of a text, from its whole, cut between letters."""
    runs = [run.span() for run in _RUNS.finditer(data)]
    ends = [0, *(end for _, end in runs)]
    step = sum(end - start for start, end in runs) // _SAMPLE + 1
    pieces = [
        data[max(before, start - _CONTEXT) : end]
        for before, (start, end) in list(zip(ends, runs, strict=False))[::step]
    ]
    return b"\n".join(pieces)[:_SAMPLE]

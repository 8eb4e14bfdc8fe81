"""From bytes to letters: marks, declarations, and the encoding of bytes that declare none."""

from dedup.text_encoding.declared import charset_of
from dedup.text_encoding.marks import encoding_of_mark, wide_encoding
from dedup.text_encoding.page import decode_page, decode_text, page_in_utf8
from dedup.text_encoding.utf8_stream import in_utf8

__all__ = [
    "charset_of",
    "decode_page",
    "decode_text",
    "encoding_of_mark",
    "in_utf8",
    "page_in_utf8",
    "wide_encoding",
]

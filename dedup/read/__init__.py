"""Read inputs of every format into RawRecords, streaming; judge no document by its content."""

from dedup.read.discover import STDIN, Source, begins_with_page, discover, real_path
from dedup.read.jsonl import parse_line
from dedup.read.missing_text import has_text, require_input, require_text
from dedup.read.reader import read, read_raw
from dedup.read.records import has_own_id
from dedup.read.tally import Tally

__all__ = [
    "STDIN",
    "Source",
    "Tally",
    "begins_with_page",
    "discover",
    "has_own_id",
    "has_text",
    "parse_line",
    "read",
    "read_raw",
    "real_path",
    "require_input",
    "require_text",
]

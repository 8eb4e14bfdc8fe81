"""Read inputs of every format into RawRecords, streaming; judge no document by its content."""

from dedup.read.discover import Source, begins_with_page, discover, real_path
from dedup.read.jsonl import parse_line
from dedup.read.missing_text import require_input, require_text
from dedup.read.reader import read, read_raw
from dedup.read.records import has_own_id
from dedup.read.tally import Tally

__all__ = [
    "Source",
    "Tally",
    "begins_with_page",
    "discover",
    "has_own_id",
    "parse_line",
    "read",
    "read_raw",
    "real_path",
    "require_input",
    "require_text",
]

"""Read inputs of every kind into RawRecords, streaming; judge nothing that a document says."""

from dedup.read.discover import Source, begins_with_page, discover
from dedup.read.jsonl import parsed
from dedup.read.reader import read, read_raw
from dedup.read.records import has_own_id
from dedup.read.tally import Tally

__all__ = [
    "Source",
    "Tally",
    "begins_with_page",
    "discover",
    "has_own_id",
    "parsed",
    "read",
    "read_raw",
]

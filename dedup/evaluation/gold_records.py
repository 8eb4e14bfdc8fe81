"""Read a gold file, of gold stories or of gold pairs."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.errors import InputError, printable
from dedup.models import RawRecord, Reason
from dedup.read import Tally, discover, read

_STDIN = "-"


def gold_records(inputs: str, key: str = "id") -> Iterator[tuple[RawRecord, str]]:
    """Yield the records of any file that `dedup run` reads, and the place of each for messages.

    Args:
        inputs: The file.
        key: The field that holds the id.

    Raises:
        InputError: A record cannot be read, or has no id.
    """
    for record, place in _records(inputs, key):
        rejection = record.rejection
        # Labels and decisions need no text.
        if rejection and rejection.reason not in (Reason.NO_TEXT, Reason.TOO_LARGE):
            raise InputError(f"{printable(record.doc_id)}: {printable(rejection.detail)}")
        if record.fields.get(key) in (None, ""):
            raise InputError(f"{place} has no {key}: every line needs an id, see --key")
        yield record, place


def holds_pairs(gold: str, key: str) -> bool:
    """Return whether a gold file has pairs (``a``, ``b``, ``same``), not stories.

    The fields of its first record decide. A file that has none, or that cannot be read, is left to
    the reader of stories, which says what is wrong.

    Args:
        gold: The file; stdin has stories, for it can be read but once.
        key: The field of a story that holds the id of the document.

    Raises:
        InputError: They are those of both, or of neither.
    """
    found = None if gold == _STDIN else next(_records(gold, key), None)
    if found is None or not found[0].fields:
        return False
    fields, place = set(found[0].fields), found[1]
    is_pair, is_story = {"a", "b"} <= fields, {key, "story"} <= fields
    need = f"a gold story needs {key} and story, a gold pair a, b and same"
    if is_pair and is_story:
        raise InputError(f"{place} has the fields of both: {need}; remove those of one")
    if not is_pair and not {key, "story"} & fields:
        raise InputError(f"{place} is neither a gold story nor a gold pair: {need}")
    return is_pair


def _records(inputs: str, key: str) -> Iterator[tuple[RawRecord, str]]:
    """Yield the records of a file as they are."""
    config, tally = ReadConfig(fields=(("id", key),)), Tally()
    for source in discover([inputs]):
        for number, record in enumerate(read(source, config, tally), 1):
            yield record, f"record {number} of {source.name}"

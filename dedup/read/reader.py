"""One source to its records: opened, its format detected, read by the format's reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from dedup.config import ReadConfig
from dedup.models import RawLine, RawRecord, Reason, Rejection
from dedup.read.archives import Member, is_hidden
from dedup.read.discover import Source
from dedup.read.formats import Format, format_of, format_of_name
from dedup.read.html import read_page
from dedup.read.input import Input
from dedup.read.json_stream import read_values
from dedup.read.jsonl import parse_line, read_lines
from dedup.read.mhtml import read_mhtml
from dedup.read.opening import open_source
from dedup.read.parquet import read_parquet
from dedup.read.plain_text import read_plain_text
from dedup.read.records import rejected
from dedup.read.selection import CRAWLERS_OWN, LEFT_OUT, is_crawlers_own, is_selected
from dedup.read.tabular import read_table
from dedup.read.tally import Tally
from dedup.read.tar_members import tar_members
from dedup.read.warc import read_warc
from dedup.read.zip_members import zip_members

_READERS: dict[Format, Callable[[Input, ReadConfig], Iterator[RawRecord | RawLine]]] = {
    Format.PAGE: read_page,
    Format.MHTML: read_mhtml,
    Format.LINES: read_lines,
    Format.ARRAY: read_values,
    Format.PARQUET: read_parquet,
    Format.TABLE: read_table,
    Format.PLAIN: read_plain_text,
}


def read(source: Source, config: ReadConfig, tally: Tally) -> Iterator[RawRecord]:
    """Yield every input document of a source; see :func:`read_raw`."""
    return (parse_line(raw, config) for raw in read_raw(source, config, tally))


def read_raw(source: Source, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    """Yield every input document of a source; lines of JSON are not parsed yet.

    There is at least one, but of an archive whose members are all left out. Whatever is wrong with
    the source or with a document in it becomes a record with a rejection. Records come in the order
    of the file; memory holds one record and a buffer.

    Args:
        source: What to read.
        config: Says which field is which, and how large a document may be.
        tally: Counts the file when it has been read to its end, and what was passed over in it.

    Raises:
        InputError: A file at an address cannot be read.
    """
    opened = open_source(source)
    if isinstance(opened, Rejection):
        yield rejected(source.name, source.name, opened)
        return
    with opened as file:
        content = Input(
            file,
            source.name,
            source.path,
            source.size,
            places=(source.place,) if source.place else (),
            folder=source.folder,
        )
        last: RawRecord | RawLine | None = None
        left_out = tally.passed_over[LEFT_OUT]
        for raw in _records(content, config, tally):
            if last:
                yield last
            consumed = content.newly_read()
            last = replace(raw, consumed=consumed) if consumed else raw
        content.read_through()
        digest = content.digest()
        if last or tally.passed_over[LEFT_OUT] == left_out:
            last = last or _without_document(content)
            last = replace(last, consumed=last.consumed + content.newly_read())
            if isinstance(last, RawRecord) and not content.compression:
                is_file = len(last.html or b"") == content.stored_bytes
                last = replace(last, digest=digest) if is_file else last
            yield last
        tally.add_file(source.name, digest.hex(), content.stored_bytes)


def _records(content: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    detected = detected_format(content)
    if isinstance(detected, Rejection):
        yield rejected(content.name, content.name, detected)
    elif detected is Format.WARC:
        yield from read_warc(content, config, tally)
    elif detected is Format.TAR:
        yield from _read_members(tar_members(content), content, config, tally)
    elif detected is Format.ZIP:
        yield from _read_members(zip_members(content), content, config, tally)
    else:
        yield from _READERS[detected](content, config)


def detected_format(content: Input) -> Format | Rejection:
    """Return the format of an opened input, or why it has none."""
    if content.head:
        return format_of(content.head, content.name)
    if content.fault is None:
        return Rejection(Reason.EMPTY, "the file is empty")
    # Not one byte could be unpacked. The reader of the named format reports that under its id.
    named = format_of_name(content.name)
    return content.fault if named in (None, Format.PARQUET) else named


def _read_members(
    members: Iterator[Member], archive: Input, config: ReadConfig, tally: Tally
) -> Iterator[RawRecord | RawLine]:
    """Yield the documents of an archive's members, and what cannot be read of it."""
    own_paths = archive.places or (archive.name.rpartition("/")[2],)
    for name, content, place in members:
        doc_id = f"{archive.name}/{name}" if name else f"{archive.name}#{place}".rstrip("#")
        paths = (name, *(f"{each}/{name}" for each in own_paths))
        if isinstance(content, str):
            tally.passed_over[content] += 1
        elif name and is_hidden(name):
            tally.passed_over["hidden file or folder"] += 1
        elif name and is_crawlers_own(name):
            tally.passed_over[CRAWLERS_OWN] += 1
        elif name and not is_selected(paths, config):
            tally.passed_over[LEFT_OUT] += 1
        elif isinstance(content, Rejection):
            yield rejected(doc_id, doc_id if name else archive.name, content)
        else:
            # A page's first folder may be named like a host; the name of an archive is no folder's.
            places = [f"{each if '/' in each else f'./{each}'}/{name}" for each in archive.places]
            member = Input(content, doc_id, places=(name, *places), folder=archive.folder)
            yield from _read_member(member, config, tally)


def _read_member(member: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    """Yield the documents of a member, at least one; archives in archives are not opened."""
    if detected_format(member) in (Format.ZIP, Format.TAR):
        detail = "an archive in an archive: unpack it first"
        yield rejected(member.name, member.name, Rejection(Reason.UNKNOWN_KIND, detail))
        return
    records = _records(member, config, tally)
    yield next(records, None) or _without_document(member)
    yield from records


def _without_document(content: Input) -> RawRecord:
    rejection = Rejection(Reason.EMPTY, "no document is in the file")
    return rejected(content.name, content.name, rejection)

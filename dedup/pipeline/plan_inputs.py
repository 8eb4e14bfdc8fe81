"""The inputs of a dump in parts that an engine reads anywhere, with the records of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

import pyarrow as pa

from dedup.config import Config, ReadConfig
from dedup.engines.engine import Batches, Engine, Table
from dedup.errors import InputError, OutputError
from dedup.locations import Location, is_address
from dedup.models import Raw
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.read import (
    STDIN,
    Source,
    Tally,
    discover,
    has_text,
    read_raw,
    real_path,
    require_input,
    require_text,
)
from dedup.read.formats import Format
from dedup.read.pieces import (
    LineRange,
    Piece,
    count_lines,
    format_to_split,
    may_be_split,
    read_piece,
    row_groups,
    sendable,
)

LINE_COUNTS = pa.schema([("number", pa.int64()), ("begin", pa.int64()), ("lines", pa.int64())])
"""Ranges of bytes with the first byte of their first line and the number of lines that begin in
them; both null where these cannot be read."""

# What a file costs beside its bytes: a thousand small pages take as long as one of 16 MB.
_FILE_BYTES = 16_384

# Files that are looked at together; each waits for a request or two.
_THREADS = 8


@dataclass(frozen=True, slots=True)
class SplitInputs:
    """The inputs of a dump in parts.

    Attributes:
        parts: The parts, in the order of the inputs.
        size: Stored bytes of all.
        names: What the manifest calls the inputs.
        tally: What was passed over when the inputs were found. What is counted while they are read,
            the files and bytes among it, is in :class:`dedup.pipeline.plan_documents.CleanedDump`.
    """

    parts: list[InputPart]
    size: int
    names: list[str]
    tally: Tally


@dataclass(frozen=True, slots=True)
class ReadPieces:
    """Reads pieces of inputs, one after another; it can be sent to other machines."""

    pieces: tuple[Piece, ...]
    config: ReadConfig

    def __call__(self, tally: Tally) -> Iterator[Raw]:
        """Yield the records of all pieces; see :class:`InputPart`.

        Raises:
            InputError: A file cannot be read from here, or has changed.
        """
        for piece in self.pieces:
            yield from read_piece(piece, self.config, tally)


class ByteRange(NamedTuple):
    """Some bytes of a file whose lines are counted.

    Attributes:
        number: Its place among all ranges.
        source: The file.
        start: The first byte.
        stop: The byte behind the last.
    """

    number: int
    source: Source
    start: int
    stop: int


def split_inputs(
    engine: Engine[Table],
    inputs: Sequence[str | Path],
    config: Config,
    *,
    split_bytes: int,
    outputs: Sequence[Location] = (),
    remedy: str | None = None,
) -> SplitInputs:
    """Find the inputs, and cut them into parts of some bytes.

    Files of JSON lines are cut between lines, which the engine counts first, Parquet between row
    groups; any other file is read whole. Small files are together in a part.

    Args:
        engine: Counts lines.
        inputs: Files, folders and globs, on this machine or at addresses.
        config: The options.
        split_bytes: Stored bytes of a part, more or less.
        outputs: Files and folders that will be written.
        remedy: The end of the sentence of the error where none of the first inputs can be read;
            None where that is no error.

    Raises:
        InputError: An input is missing or is a stream, or no record has a text, or none can be
            read.
        OutputError: An output is an input, or lies in one or around it.
    """
    if STDIN in map(str, inputs):
        raise InputError(
            "- (stdin) can be read by one process alone: write it to a file that all machines "
            "reach, and name that"
        )
    tally = Tally()
    sources = list(map(sendable, discover(inputs, config.read, tally=tally, addresses=True)))
    _refuse_outputs(inputs, sources, outputs)
    _require_records(sources, config.read, remedy)
    parts = []
    for number, pieces in enumerate(
        _together(cut_sources(engine, sources, split_bytes), split_bytes)
    ):
        size = sum(piece.size for piece in pieces)
        parts.append(InputPart(number, ReadPieces(tuple(pieces), config.read), size))
    names = sorted(
        str(Location.of(each)) if is_address(str(each)) else str(each) for each in inputs
    )
    return SplitInputs(parts, sum(source.size for source in sources), names, tally)


def _require_records(sources: Sequence[Source], config: ReadConfig, remedy: str | None) -> None:
    """Read the first records, as a run on one machine does.

    Raises:
        InputError: No record has a text, or none can be read.
    """
    raws = (raw for source in sources for raw in read_raw(source, config, Tally()))
    with closing(raws):
        first = require_text(raws, config, lambda: has_text(sources, config))
        if remedy is not None:
            require_input(first, config, remedy)


def cut_sources(
    engine: Engine[Table], sources: Sequence[Source], most_bytes: int
) -> Iterator[Piece]:
    """Yield the pieces of all sources, in order."""
    large = [each for each in sources if each.size > most_bytes and may_be_split(each)]
    formats = dict(zip(large, ordered_map(format_to_split, large, _THREADS), strict=True))
    lines = [source for source, found in formats.items() if found is Format.LINES]
    parquet = [source for source, found in formats.items() if found is Format.PARQUET]
    groups = ordered_map(partial(row_groups, most_bytes=most_bytes), parquet, _THREADS)
    cut = {**_line_pieces(engine, lines, most_bytes), **dict(zip(parquet, groups, strict=True))}
    for source in sources:
        yield from cut.get(source, [Piece(source)])


def _line_pieces(
    engine: Engine[Table], sources: Sequence[Source], most_bytes: int
) -> dict[Source, list[Piece]]:
    """Return the pieces of files of lines; a file of which a part cannot be read is one piece."""
    ranges: list[ByteRange] = []
    for source in sources:
        count = -(-source.size // most_bytes)
        bounds = pairwise(source.size * each // count for each in range(count + 1))
        ranges += [
            ByteRange(number, source, *each) for number, each in enumerate(bounds, len(ranges))
        ]
    if not ranges:
        return {}
    counts = engine.collect(engine.scan(ranges, lines_of_range, LINE_COUNTS)).sort_by("number")
    found: dict[Source, list[tuple[int | None, int]]] = {}
    columns = (counts[name].to_pylist() for name in LINE_COUNTS.names[1:])
    for each, begin, lines in zip(ranges, *columns, strict=True):
        found.setdefault(each.source, []).append((begin, lines))
    return {source: _between_lines(source, each) for source, each in found.items()}


def lines_of_range(part: ByteRange) -> Batches:
    """Yield where the lines of a range begin, and their number: ``LINE_COUNTS``."""
    begin, lines = count_lines(part.source, part.start, part.stop) or (None, None)
    yield pa.record_batch([[part.number], [begin], [lines]], schema=LINE_COUNTS)


def _between_lines(source: Source, counts: Sequence[tuple[int | None, int]]) -> list[Piece]:
    """Return the pieces of a file of lines.

    Args:
        source: The file.
        counts: For each range the byte where its first line begins, and its lines.
    """
    starts: list[tuple[int, int]] = []
    number = 1
    for begin, lines in counts:
        if begin is None:
            return [Piece(source)]
        if lines:
            starts.append((begin, number))
            number += lines
    stops = [*(begin for begin, _ in starts[1:]), source.size]
    return [
        Piece(source, LineRange(begin, stop, first))
        for (begin, first), stop in zip(starts, stops, strict=True)
    ]


def _together(pieces: Iterable[Piece], most_bytes: int) -> Iterator[list[Piece]]:
    """Yield pieces that follow each other and have some bytes together."""
    waiting: list[Piece] = []
    size = 0
    for piece in pieces:
        each = piece.size + _FILE_BYTES
        if waiting and size + each > most_bytes:
            yield waiting
            waiting, size = [], 0
        waiting.append(piece)
        size += each
    if waiting:
        yield waiting


def _refuse_outputs(
    inputs: Sequence[str | Path], sources: Iterable[Source], outputs: Sequence[Location]
) -> None:
    """Refuse outputs that would be read.

    Raises:
        OutputError: See :func:`split_inputs`.
    """
    given = [Location.of(each) for each in inputs]
    for output in outputs:
        path, place = output.path if output.is_local else None, _place(output)
        for source in sources:
            if source.path is not None and _place(source.path).is_relative_to(place):
                raise OutputError(
                    f"{source.path} would be read and replaced: it is, or lies in, the output "
                    f"{output}; choose another output",
                    path=path,
                )
        for folder in given:
            if place.is_relative_to(_place(folder)):
                raise OutputError(
                    f"the output {output} lies in the input folder {folder}; choose a place "
                    "outside",
                    path=path,
                )


def _place(given: Path | Location) -> PurePath:
    """Return where a file or folder is, links resolved, to compare it with others."""
    if isinstance(given, Location):
        given = given.path if given.is_local else given
    return real_path(given) if isinstance(given, Path) else PurePosixPath(str(given))

"""What runs in a task of a cluster: rows of files or of a shuffle, through stages, to a file."""

from __future__ import annotations

import os
import platform
import pwd
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Protocol

import pyarrow as pa

from dedup.engines.engine import Batches
from dedup.engines.partition_tasks import Partition, of_schema
from dedup.engines.spark.packed_rows import PACKED, REPORT, cells_by_input, packed, unpacked
from dedup.engines.spark.stage_costs import TaskClock, TaskCost
from dedup.engines.spark.work_files import WorkFile, write_work_file
from dedup.json_codec import dump_json, load_json
from dedup.kernels.array_types import Int64s
from dedup.locations import Location, reason_of
from dedup.version import __version__

REPORTS = pa.schema([("number", pa.int64()), ("report", pa.binary())])
"""What tasks report, as JSON; ``number`` is the task or the partition, and gives them an order."""

REPORTS_DDL = "number long, report binary"

Prepare = Callable[[], None]
"""Is called in every process before its first task."""


class Task(Protocol):
    """The work on one partition."""

    def run(self, number: int) -> Batches:
        """Do it, and yield what comes of it; ``number`` is its place among the tasks."""
        ...


def run_tasks(tasks: Sequence[Task], prepare: Prepare | None, batches: Batches) -> Batches:
    """Yield what the tasks of some numbers yield.

    Args:
        tasks: All tasks of a job.
        prepare: See :data:`Prepare`.
        batches: A column ``id`` of numbers.
    """
    for batch in batches:
        for number in batch["id"].to_pylist():
            if number < len(tasks):
                _prepare(prepare)
                yield from tasks[number].run(number)


@lru_cache(maxsize=1)
def _prepare(prepare: Prepare | None) -> None:
    """Make this process ready, once."""
    if prepare is not None:
        prepare()


def _report(number: int, cost: TaskCost, file: WorkFile | None, **facts: Any) -> pa.RecordBatch:
    """Return a row of ``REPORTS``."""
    written = file and {"name": file.location.name, "size": file.size, "rows": file.rows}
    report = dump_json({"cost": asdict(cost), "file": written, **facts})
    return pa.record_batch([pa.array([number]), pa.array([report])], schema=REPORTS)


def _new_file(folder: Location) -> Location:
    """Return a file that no other attempt at the same task writes."""
    return folder / f"{uuid.uuid4().hex}.arrow"


@dataclass(frozen=True, slots=True)
class WriteTask:
    """Writes a partition to a file.

    Attributes:
        partition: The partition.
        schema: Its columns.
        folder: Where the file goes.
    """

    partition: Partition
    schema: pa.Schema
    folder: Location

    def run(self, number: int) -> Batches:
        """Write it, and report the file.

        Raises:
            OSError: It cannot be written.
        """
        clock = TaskClock()
        file = write_work_file(_new_file(self.folder), self.schema, self.partition.batches())
        yield _report(number, clock.cost(self.partition.source.size), file)


@dataclass(frozen=True, slots=True)
class PackTask:
    """Packs a partition of one table of an exchange for its shuffle.

    Attributes:
        partition: The partition.
        input: Which table it is of.
        targets: See :func:`dedup.engines.spark.packed_rows.packed`.
    """

    partition: Partition
    input: int
    targets: Int64s

    def run(self, number: int) -> Batches:
        """Yield rows of ``PACKED``, the report last."""
        clock = TaskClock()
        yield from packed(self.input, self.partition.batches(), self.targets)
        report = dump_json(asdict(clock.cost(self.partition.source.size)))
        to = int(self.targets[number % self.targets.size])
        cells = [to], pa.array([REPORT], pa.int32()), pa.array([report], pa.binary())
        yield pa.record_batch(list(cells), schema=PACKED)


@dataclass(frozen=True, slots=True)
class ExchangeTask:
    """Gives the rows of a partition behind a shuffle to a stage, and writes what it yields.

    Attributes:
        schemas: The columns of each table of the exchange.
        stage: See :meth:`dedup.engines.engine.Engine.exchange`.
        schema: Schema of what it yields.
        folder: Where the file goes.
        prepare: See :data:`Prepare`.
    """

    schemas: tuple[pa.Schema, ...]
    stage: Callable[..., Iterable[pa.RecordBatch]]
    schema: pa.Schema
    folder: Location
    prepare: Prepare | None

    def run(self, batches: Batches) -> Batches:
        """Do it, and report the file, and the tasks before the shuffle.

        Args:
            batches: Rows of ``PACKED``: all those that were sent to the partition.

        Raises:
            OSError: The file cannot be written.
        """
        _prepare(self.prepare)
        clock = TaskClock()
        cells: list[list[pa.Buffer]] = [[] for _ in self.schemas]
        before, size, first = [], 0, -1
        for batch in batches:
            for to, table, rows in cells_by_input(batch):
                if table == REPORT:
                    before.append(load_json(rows.to_pybytes()))
                    continue
                first = to if first < 0 else min(first, to)
                cells[table].append(rows)
                size += rows.size
        tables = self._tables(cells)
        file = write_work_file(
            _new_file(self.folder), self.schema, of_schema(self.stage(*tables), self.schema)
        )
        yield _report(first, clock.cost(size), file, before=before)

    def _tables(self, cells: list[list[pa.Buffer]]) -> Iterator[pa.Table]:
        """Yield each table; what was received of it is dropped."""
        for schema in self.schemas:
            yield unpacked(cells.pop(0), schema)


@dataclass(frozen=True, slots=True)
class ProbeTask:
    """Finds out what a machine of the cluster has, and whether it reads and writes some folders.

    Attributes:
        folders: Folders with a file ``probe`` each.
    """

    folders: tuple[Location, ...]

    def run(self, number: int) -> Batches:
        """Report versions, and what is wrong with each folder."""
        made = uuid.uuid4().hex
        facts = {
            "dedup": __version__, "python": platform.python_version(),
            "faults": [_fault(each, made) for each in self.folders], "made": made,
            "machine": platform.node(), "user": _user(),
        }  # fmt: skip
        yield _report(number, TaskClock().cost(0), None, **facts)


@dataclass(frozen=True, slots=True)
class RemoveTask:
    """Removes folders that tasks made, where only their user can.

    Attributes:
        folders: The folders.
    """

    folders: tuple[Location, ...]

    def run(self, number: int) -> Batches:
        """Remove them; what cannot be removed stays."""
        for folder in self.folders:
            with suppress(OSError):
                folder.remove()
        yield _report(number, TaskClock().cost(0), None)


def _user() -> str:
    """Return the name of the user of this process, or the number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _fault(folder: Location, made: str) -> str:
    """Return what is wrong with a folder, empty if nothing is.

    Args:
        folder: The folder.
        made: The name of a folder that is made in it, as tasks make them for their files.
    """
    try:
        (folder / "probe").read_bytes()
        (folder / made / "from a task").write_bytes(b"")
    except OSError as error:
        return reason_of(error)
    return ""

"""An engine that lets another one work, and records the plan that it is given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from types import FrameType
from typing import Any, Generic

import pyarrow as pa

from dedup.engines.engine import Batches, Engine, Part, Shared, Table


@dataclass(slots=True)
class Step:
    """One verb of a plan.

    Attributes:
        verb: The verb: ``scan``, ``map``, ``exchange``, ``load``, ``share``, or ``union`` where a
            union is kept.
        stage: Name of the function that is called, empty where none is.
        module: Name of the module of that function.
        plan: Name of the module of the plan.
        part: Name of the function of the plan.
        lines: The lines of the calls that lead to it, the innermost first.
        reads: The steps whose rows it reads; several for a union.
        shared: The steps whose shared tables the function is given.
        columns: Columns of its rows.
        kept: The name under which they are kept, None where they are not.
        is_collected: Whether the plan's own process gets them.
    """

    verb: str
    stage: str
    module: str
    plan: str
    part: str
    lines: tuple[int, ...]
    reads: tuple[int, ...]
    shared: tuple[int, ...]
    columns: tuple[str, ...]
    kept: str | None = None
    is_collected: bool = False


@dataclass(frozen=True, slots=True)
class RecordedTable(Generic[Table]):
    """A table of the other engine, and the steps it comes from: several for a union."""

    table: Table
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordingEngine(Generic[Table]):
    """Runs a plan by another engine; what a loop does again is one step.

    Attributes:
        engine: The other engine.
        steps: What was done, in this order.
    """

    engine: Engine[Table]
    steps: list[Step] = field(default_factory=list)
    _shares: dict[int, tuple[Shared, int]] = field(default_factory=dict)

    def scan(
        self, parts: Sequence[Part], read: Callable[[Part], Batches], schema: pa.Schema
    ) -> RecordedTable[Table]:
        """Record a scan."""
        step = self._step("scan", schema, read)
        return RecordedTable(self.engine.scan(parts, read, schema), (step,))

    def map(
        self,
        table: RecordedTable[Table],
        stage: Callable[[Batches], Batches],
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> RecordedTable[Table]:
        """Record a map."""
        step = self._step("map", schema, stage, table.steps)
        return RecordedTable(self.engine.map(table.table, stage, schema, columns), (step,))

    def exchange(
        self,
        tables: Sequence[RecordedTable[Table]],
        stage: Callable[..., Iterable[pa.RecordBatch]],
        schema: pa.Schema,
    ) -> RecordedTable[Table]:
        """Record an exchange."""
        reads = tuple(step for table in tables for step in table.steps)
        step = self._step("exchange", schema, stage, reads)
        found = self.engine.exchange([table.table for table in tables], stage, schema)
        return RecordedTable(found, (step,))

    def union(self, *tables: RecordedTable[Table]) -> RecordedTable[Table]:
        """Return the steps of all tables."""
        steps = tuple(step for table in tables for step in table.steps)
        return RecordedTable(self.engine.union(*(table.table for table in tables)), steps)

    def keep(self, table: RecordedTable[Table], name: str) -> RecordedTable[Table]:
        """Record the name of a table."""
        steps = table.steps
        if len(steps) > 1:
            columns = self.steps[steps[0]].columns
            steps = (self._numbered(self._found("union", columns, reads=steps)),)
        self.steps[steps[0]].kept = name
        return RecordedTable(self.engine.keep(table.table, name), steps)

    def collect(self, table: RecordedTable[Table]) -> pa.Table:
        """Record that rows are returned to the plan."""
        self._note_collected(table)
        return self.engine.collect(table.table)

    def batches(self, table: RecordedTable[Table]) -> Batches:
        """Record the same of rows that are read one after another."""
        self._note_collected(table)
        return self.engine.batches(table.table)

    def _note_collected(self, table: RecordedTable[Table]) -> None:
        """Record that rows are returned to the plan."""
        for step in table.steps:
            self.steps[step].is_collected = True

    def load(self, table: pa.Table) -> RecordedTable[Table]:
        """Record that the plan makes a table."""
        return RecordedTable(self.engine.load(table), (self._step("load", table.schema),))

    def share(self, table: pa.Table) -> Shared:
        """Record that the plan shares a table."""
        shared = self.engine.share(table)
        self._shares[id(shared)] = shared, self._step("share", table.schema)
        return shared

    def _step(
        self,
        verb: str,
        schema: pa.Schema,
        function: Callable[..., Any] | None = None,
        reads: tuple[int, ...] = (),
    ) -> int:
        """Return the number of a step, which is new unless it was done before."""
        return self._numbered(self._found(verb, tuple(schema.names), function, reads))

    def _found(
        self,
        verb: str,
        columns: tuple[str, ...],
        function: Callable[..., Any] | None = None,
        reads: tuple[int, ...] = (),
    ) -> Step:
        """Return what is being done, and by which function of which plan."""
        shares = {self._shares[each][1]: None for each in _ids(function) if each in self._shares}
        while isinstance(function, partial):
            function = function.func
        frame = _frame_of_plan()
        return Step(
            verb, getattr(function, "__name__", ""), _last(getattr(function, "__module__", "")),
            _last(frame.f_globals["__name__"]), frame.f_code.co_name, _lines(frame), reads,
            tuple(shares), columns,
        )  # fmt: skip

    def _numbered(self, step: Step) -> int:
        """Return the number of a step."""
        for number, each in enumerate(self.steps):
            if _same(each, step):
                return number
        self.steps.append(step)
        return len(self.steps) - 1


def _same(one: Step, other: Step) -> bool:
    """Return whether two steps are one that a loop does again."""
    return (one.lines, one.verb, one.stage, one.columns, one.reads) == (
        other.lines, other.verb, other.stage, other.columns, other.reads,
    )  # fmt: skip


def _last(name: str) -> str:
    """Return the last part of the name of a module."""
    return name.rpartition(".")[2]


def _frame_of_plan() -> FrameType:
    """Return the innermost frame outside of this module that is of a named function."""
    frame = sys._getframe()
    while frame.f_back and (
        frame.f_globals["__name__"] == __name__ or frame.f_code.co_name.startswith("<")
    ):
        frame = frame.f_back
    return frame


def _lines(frame: FrameType | None) -> tuple[int, ...]:
    """Return the lines of a call and of those that lead to it."""
    lines = []
    while frame is not None:
        lines.append(frame.f_lineno)
        frame = frame.f_back
    return tuple(lines)


def _ids(value: Any) -> Iterator[int]:
    """Yield the identities of a value and of those that it holds."""
    yield id(value)
    if isinstance(value, partial):
        yield from _ids((value.func, *value.args, *value.keywords.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, Mapping):
        yield from _ids(tuple(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _ids(tuple(getattr(value, each.name) for each in fields(value)))

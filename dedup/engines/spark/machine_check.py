"""Whether the machines of a cluster can do a run, before it begins."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import pyarrow as pa

from dedup.engines.spark.session import EngineSession
from dedup.engines.spark.spark_tasks import (
    REPORTS_DDL,
    ProbeTask,
    RemoveTask,
    Task,
    run_tasks,
)
from dedup.errors import EngineError, OutputError
from dedup.locations import Location, reason_of
from dedup.version import __version__

TASKS = 16
"""Tasks that look: they reach every machine of a small cluster, and many of a large one."""


class SharedPlace(NamedTuple):
    """A folder that all machines read and write.

    Attributes:
        place: The folder, as a person named it.
        probe: A folder in it that is made to try, and removed.
        wanted: What another value of the option has to be.
    """

    place: Location
    probe: Location
    wanted: str = "a folder"


def check_machines(session: EngineSession, places: Mapping[str, SharedPlace]) -> None:
    """Ask machines what they have, and whether they read and write some folders.

    Args:
        session: An open session.
        places: Folders by the option that names them.

    Raises:
        EngineError: A machine has another version of dedup or of Python, or none of dedup.
        OutputError: A folder cannot be written by this process, or by a machine.
    """
    try:
        for option, shared in places.items():
            try:
                (shared.probe / "probe").write_bytes(b"")
            except OSError as error:
                raise _unwritable("this process", option, shared, reason_of(error)) from error
        reports = _reports(session, [each.probe for each in places.values()])
        for report in reports:
            _check(report, places)
        try:
            for report in {each["machine"]: each for each in reports}.values():
                _check_what_it_made(report, places)
        except OutputError:
            made = [each.probe / report["made"] for each in places.values() for report in reports]
            _run(session, [RemoveTask(tuple(made))])
            raise
    finally:
        for each in places.values():
            with suppress(OSError):
                each.probe.remove()


def _reports(session: EngineSession, folders: Sequence[Location]) -> list[dict[str, Any]]:
    """Return what machines report."""
    found = _run(session, [ProbeTask(tuple(folders)) for _ in range(TASKS)])
    return [json.loads(report) for report in found["report"].to_pylist()]


def _run(session: EngineSession, tasks: Sequence[Task]) -> pa.Table:
    """Run tasks, and return what they report."""
    rows = session.range(len(tasks))
    rows = rows.mapInArrow(lambda batches: run_tasks(tasks, None, batches), REPORTS_DDL)
    return session.collect(rows, lambda _: None, EngineError)


def _check(report: Mapping[str, Any], places: Mapping[str, SharedPlace]) -> None:
    """Check what one machine reports."""
    machine = report["machine"]
    if report["dedup"] != __version__:
        raise EngineError(
            f"the machine {machine} has dedup {report['dedup']}, and this one {__version__}: "
            "install the same version on all"
        )
    here = platform.python_version_tuple()[:2]
    if report["python"].split(".")[:2] != [*here]:
        raise EngineError(
            f"the machine {machine} runs Python {report['python']}, and this one "
            f"{platform.python_version()}: use the same minor version on all"
        )
    for (option, shared), fault in zip(places.items(), report["faults"], strict=True):
        if fault:
            raise _unwritable(f"the machine {machine}", option, shared, fault)


def _check_what_it_made(report: Mapping[str, Any], places: Mapping[str, SharedPlace]) -> None:
    """Check that this process writes into folders that one machine made, and removes them.

    Where users differ, that is a matter of groups and of the umask on either side.
    """
    for option, shared in places.items():
        made = shared.probe / report["made"]
        try:
            (made / "from here").write_bytes(b"")
            made.remove()
        except OSError as error:
            raise OutputError(
                f"this process cannot write into the folders that the machine {report['machine']} "
                f"makes in {shared.place} ({reason_of(error)}): the user {report['user']} there "
                "and this one are to be the same, or to share a group, with umask 002 on both "
                f"sides and, with {option}, a folder of that group with chmod g+ws"
            ) from error


def _unwritable(who: str, option: str, shared: SharedPlace, why: str) -> OutputError:
    """Return the error for a folder that not all can use."""
    return OutputError(
        f"{who} cannot read and write {shared.place} ({why}): give with {option} {shared.wanted} "
        "that this process and all machines of the cluster share, such as s3://bucket/folder"
    )

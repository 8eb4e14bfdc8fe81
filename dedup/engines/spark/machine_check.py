"""Whether the machines of a cluster can do a run, before it begins."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from dedup.engines.spark.session import EngineSession
from dedup.engines.spark.spark_tasks import REPORTS_DDL, ProbeTask, run_tasks
from dedup.errors import EngineError, OutputError
from dedup.locations import Location
from dedup.version import __version__

TASKS = 16
"""Tasks that look: they reach every machine of a small cluster, and many of a large one."""


def check_machines(session: EngineSession, folders: Mapping[str, Location]) -> None:
    """Ask machines what they have, and whether they read and write some folders.

    Args:
        session: An open session.
        folders: Folders by the option that names them; they are made, and removed at the end.

    Raises:
        EngineError: A machine has another version of dedup or of Python, or none of dedup.
        OutputError: A folder cannot be written by this process, or by a machine.
    """
    try:
        for option, folder in folders.items():
            try:
                (folder / "probe").write_bytes(b"")
            except OSError as error:
                raise _unwritable("this process", option, folder, str(error)) from error
        for report in _reports(session, list(folders.values())):
            _check(report, folders)
    finally:
        for folder in folders.values():
            with suppress(OSError):
                folder.remove()


def _reports(session: EngineSession, folders: Sequence[Location]) -> list[dict[str, Any]]:
    """Return what machines report."""
    tasks = tuple(ProbeTask(tuple(folders)) for _ in range(TASKS))
    rows = session.range(TASKS)
    rows = rows.mapInArrow(lambda batches: run_tasks(tasks, None, batches), REPORTS_DDL)
    found = session.collect(rows, lambda _: None, EngineError)
    return [json.loads(report) for report in found["report"].to_pylist()]


def _check(report: Mapping[str, Any], folders: Mapping[str, Location]) -> None:
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
    for (option, folder), fault in zip(folders.items(), report["faults"], strict=True):
        if fault:
            raise _unwritable(f"the machine {machine}", option, folder, fault)


def _unwritable(who: str, option: str, folder: Location, fault: str) -> OutputError:
    """Return the error for a folder that not all can use."""
    why = fault.partition("\n")[0]
    return OutputError(
        f"{who} cannot read and write {folder} ({why}): give with {option} a folder that this "
        "process and all machines of the cluster share, such as s3://bucket/folder"
    )

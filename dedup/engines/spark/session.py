"""A session with a cluster, or with an engine in this process; what is missing is said here."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import pyarrow as pa

from dedup import errors
from dedup.engines.spark.local_servers import LOCAL_MASTER, LocalServer, SailServer, SparkServer
from dedup.errors import DedupError, EngineError

ENGINES = ("spark", "sail")
"""Names of engines: Spark, and Sail, which answers the same clients and needs no Java."""

# Of every session. A row of a shuffle has up to 8 MB, see packed_rows.
_OPTIONS = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "32",
    "spark.sql.execution.pythonUDF.arrow.concurrency.level": None,
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
}

_RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Exit|Interrupt)): (.*)$", re.MULTILINE)


class Rows(Protocol):
    """A data frame, as far as the engine uses it."""

    def mapInArrow(self, func: Callable[..., Any], schema: str) -> Rows:
        """Return the rows that a function makes of the batches of each partition."""
        ...

    def repartition(self, numPartitions: int, *cols: str) -> Rows:
        """Return the rows by the hash of a column."""
        ...

    def toArrow(self) -> pa.Table:
        """Return all rows."""
        ...


class EngineSession:
    """An open session.

    Attributes:
        name: ``spark`` or ``sail``.
        version: Version of the engine.
    """

    def __init__(self, name: str, session: Any, server: LocalServer | None = None) -> None:
        """Keep a session, and the server in this process that answers it."""
        self.name = name
        self._session, self._server = session, server
        self._advance: Callable[[int], None] | None = None
        self._done = 0
        with _one_sentence("the engine cannot be reached"):
            self.version = str(session.version)
            for option, value in _OPTIONS.items():
                if value is not None:
                    session.conf.set(option, value)
        with suppress(AttributeError):  # Spark 3.5 has none
            session.registerProgressHandler(self._on_progress)

    def range(self, count: int) -> Rows:
        """Return the numbers below ``count``, each in a partition of its own."""
        rows: Rows = self._session.range(0, count, 1, count)
        return rows

    def collect(self, rows: Rows, advance: Callable[[int], None]) -> pa.Table:
        """Run a job, and return its rows.

        Args:
            rows: What is asked for.
            advance: Is called with the number of tasks that were done.

        Raises:
            EngineError: A task failed again and again, or the engine cannot be reached.
            DedupError: A task raised this on purpose.
        """
        self._advance, self._done = advance, 0
        try:
            with _one_sentence("the engine stopped"):
                return rows.toArrow()
        finally:
            self._advance = None

    def close(self) -> None:
        """End the session, and the server in this process."""
        with suppress(Exception):  # what is gone is closed
            self._session.stop()
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> EngineSession:
        """Return the session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _on_progress(self, stages: Any, inflight_tasks: int, **_: Any) -> None:
        """Pass on how many tasks were done."""
        if self._advance is None or not stages:
            return
        done = sum(stage.num_completed_tasks for stage in stages)
        if done > self._done:
            self._advance(done - self._done)
            self._done = done


def open_session(name: str, remote: str | None) -> EngineSession:
    """Open a session.

    Args:
        name: One of ``ENGINES``.
        remote: ``sc://host:15002``, or a master of Spark such as ``local[4]`` for which a server is
            started in this process; None for all cores of this machine.

    Raises:
        EngineError: Something is not installed, or the engine cannot be reached.
    """
    _require(name, remote)
    warnings.filterwarnings("ignore", module=r"pyspark\..*", category=FutureWarning)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of workers on this machine
    with _one_sentence("the engine cannot be started or reached"):
        server = _local_server(name, remote)
        from pyspark.sql.connect.session import SparkSession

        builder = SparkSession.builder.remote(server.address if server else remote)
        return EngineSession(name, builder.create(), server)


def _local_server(name: str, remote: str | None) -> LocalServer | None:
    """Start a server in this process where no other is named."""
    if remote and remote.startswith("sc://"):
        return None
    return SailServer() if name == "sail" else SparkServer(remote or LOCAL_MASTER)


def _require(name: str, remote: str | None) -> None:
    """Say what is missing.

    Raises:
        EngineError: Something is.
    """
    needed = ["pyspark", "grpc", "pandas"] + (["pysail"] if name == "sail" and not remote else [])
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        raise EngineError(
            f"--engine {name} needs {' and '.join(missing)}: "
            f"install them with pip install 'dedup-news[{name}]'"
        )
    if name == "sail" or (remote or "").startswith("sc://"):
        return
    import pyspark

    if not any(os.path.isdir(os.path.join(each, "jars")) for each in pyspark.__path__):  # noqa: PTH112, PTH118
        raise EngineError(
            "a session of Spark on this machine needs the whole of pyspark: install it with "
            "pip install 'dedup-news[spark]', or name a cluster with --remote sc://host:15002"
        )
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise EngineError(
            "a session of Spark on this machine needs Java: install Java 17 (on Debian "
            "openjdk-17-jre-headless), name a cluster with --remote, or use --engine sail"
        )


@contextmanager
def _one_sentence(what: str) -> Iterator[None]:
    """Report what a client of Spark raises as one sentence.

    What a task raised on purpose keeps its kind.
    """
    from grpc import RpcError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, RpcError, OSError, RuntimeError) as error:
        raise _failure(what, str(error)) from error


def _failure(what: str, message: str) -> DedupError:
    """Return the error for a person."""
    raised = _RAISED.findall(message)
    if any("No module named 'dedup" in text for _, text in raised):
        return EngineError(
            "dedup is not installed on the machines of the cluster: install the same version there"
        )
    for name, text in reversed(raised):
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, DedupError) and name != "FullDiskError":
            return DedupError(text)
    said = [f"{name}: {text}" for name, text in raised] or message.strip().splitlines() or [""]
    return EngineError(f"{what} ({said[-1][:300]}); its own log has more")

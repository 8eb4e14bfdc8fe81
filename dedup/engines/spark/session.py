"""A session with a cluster, or with an engine in this process."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import pyarrow as pa

from dedup.engines.spark.engine_errors import in_one_sentence
from dedup.engines.spark.engine_requirements import (
    CONNECT,
    check_remote,
    require_answer,
    require_client,
)
from dedup.engines.spark.local_servers import LOCAL_MASTER, LocalServer, SailServer, SparkServer
from dedup.errors import EngineError, EngineStoppedError

_PARTITIONS_A_CORE = 4

# Of every session. A row of a shuffle has up to 8 MB, see packed_rows.
_OPTIONS = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "32",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
}

_RETRIES = 7
"""Attempts at a request to a server that is gone: two minutes in all."""

_FEW_RETRIES = 2
"""The same for Sail in this process, which ends at Ctrl-C before the client asks it to: half a
second, for which Ctrl-C would else wait several times."""


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
        """Keep a session, and the server in this process that answers it.

        Raises:
            EngineError: The engine cannot be reached.
        """
        self.name = name
        self._session, self._server = session, server
        self._advance: Callable[[int], None] | None = None
        self._done = 0
        with in_one_sentence("the engine cannot be reached"):
            _retry(session, _FEW_RETRIES if isinstance(server, SailServer) else _RETRIES)
            self.version = str(session.version)
            for option, value in _OPTIONS.items():
                session.conf.set(option, value)
        with suppress(AttributeError):  # Spark 3.5 has none
            session.registerProgressHandler(self._on_progress)

    def range(self, count: int) -> Rows:
        """Return the numbers below ``count``, each in a partition of its own.

        Sail in this process has a few partitions for each core: it keeps some memory for each.
        """
        is_here = isinstance(self._server, SailServer)
        most = _PARTITIONS_A_CORE * (os.cpu_count() or 1) if is_here else count
        rows: Rows = self._session.range(0, count, 1, min(count, most))
        return rows

    def collect(
        self,
        rows: Rows,
        advance: Callable[[int], None],
        kind: type[EngineError] = EngineStoppedError,
    ) -> pa.Table:
        """Run a job, and return its rows.

        Args:
            rows: What is asked for.
            advance: Is called with the number of tasks that were done.
            kind: The kind of an error of the engine itself.

        Raises:
            EngineError: A task failed again and again, or the engine cannot be reached.
            DedupError: A task raised this on purpose.
            KeyboardInterrupt: A signal asked the run to stop.
        """
        self._advance, self._done = advance, 0
        try:
            with in_one_sentence("the engine stopped", kind):
                return rows.toArrow()
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except EngineError as error:
            interrupted = _interruption_before(error)
            if interrupted is None:
                raise
            raise interrupted from None
        finally:
            self._advance = None

    def close(self) -> None:
        """End the session, and the server in this process."""
        _retry(self._session, 0)  # a server that is gone is not waited for
        with suppress(EngineError), in_one_sentence("it is gone"):
            self._session.stop()
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> EngineSession:
        """Return the session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _interrupt(self) -> None:
        """Ask the engine to stop what it does for this session."""
        _retry(self._session, 0)
        with suppress(EngineError, NotImplementedError), in_one_sentence("it is gone"):
            self._session.interruptAll()

    def _on_progress(self, stages: Any, inflight_tasks: int, **_: Any) -> None:
        """Pass on how many tasks were done."""
        if self._advance is None or not stages:
            return
        done = sum(stage.num_completed_tasks for stage in stages)
        if done > self._done:
            self._advance(done - self._done)
            self._done = done


def open_session(name: str, remote: str | None, *, verbose: bool = False) -> EngineSession:
    """Open a session.

    Args:
        name: ``spark``, or ``sail``, which answers the same clients and needs no Java.
        remote: ``sc://host:15002``, or a master of Spark such as ``local[4]`` for which a server is
            started in this process; None for all cores of this machine.
        verbose: Whether what an engine in this process logs goes to stderr.

    Raises:
        ConfigError: The address is none that the engine takes.
        EngineError: Something is not installed, or the engine cannot be reached.
    """
    check_remote(name, remote)
    require_client(name, remote)
    warnings.filterwarnings("ignore", module=r"pyspark\..*")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of workers on this machine
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR" if verbose else "NONE")
    server: LocalServer | None = None
    if remote is not None and CONNECT.fullmatch(remote):
        require_answer(remote)
    elif name == "sail":
        server = SailServer(verbose=verbose)
    else:
        server = SparkServer(remote or LOCAL_MASTER, verbose=verbose)
    from pyspark.sql.connect.session import SparkSession

    try:
        with in_one_sentence("the engine cannot be reached"):
            session = SparkSession.builder.remote(server.address if server else remote).create()
        return EngineSession(name, session, server)
    except BaseException:
        if server is not None:
            server.stop()
        raise


def _interruption_before(error: BaseException) -> KeyboardInterrupt | None:
    """Return the signal at which the client asked the engine to stop, where that failed."""
    before = error.__context__
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before


def _retry(session: Any, times: int) -> None:
    """Say how often a request is sent again to a server that does not answer."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=times)])

"""Servers in this process that answer clients of Spark Connect: Spark, with Java, or Sail."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from dedup.engines.spark.engine_errors import in_one_sentence
from dedup.engines.spark.engine_requirements import require_spark
from dedup.parallel.processes import environment_variable

LOCAL_MASTER = "local[*,4]"
"""All cores of this machine; a task that fails is tried four times, as on a cluster."""

_TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"

_SPARK_OPTIONS = {
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",  # any that is free: several runs have a machine each
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",  # the bar is ours
    "spark.log.level": "ERROR",
    "spark.sql.artifact.isolation.enabled": "false",
}

# Of a master whose machines are this one.
_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}

_STDERR = 2
"""The number of stderr for processes that are started."""


class LocalServer(Protocol):
    """A server that was started."""

    @property
    def address(self) -> str:
        """Where a client finds it: ``sc://``."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class SparkServer:
    """Spark on this machine. Nobody else's client gets in: it asks for a token."""

    def __init__(self, master: str, *, verbose: bool) -> None:
        """Start it.

        Args:
            master: Where it works: ``local[2]`` or any other master of Spark.
            verbose: Whether what Spark logs goes to stderr; else it goes to a file.

        Raises:
            EngineError: It cannot be started.
        """
        require_spark()
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext

        options = {**_SPARK_OPTIONS, **(_THIS_MACHINE if master.startswith("local") else {})}
        conf = SparkConf().setMaster(master).setAppName("dedup").setAll(list(options.items()))
        self._log = None if verbose else _new_log()
        try:
            with (
                environment_variable(_TOKEN, _token()),
                in_one_sentence("Spark cannot be started", others=(Py4JError,), log=self._logged),
                _stderr_to(self._log),
            ):
                self._context = SparkContext(conf=conf)
        except BaseException:
            self._remove_log()
            raise

    @property
    def address(self) -> str:
        """Where a client finds it."""
        service = "org.apache.spark.sql.connect.service.SparkConnectService$"
        port = getattr(getattr(self._context._jvm, service), "MODULE$").localPort()
        return f"sc://localhost:{port}/;token={_token()}"

    def stop(self) -> None:
        """End it; Java ends with this process."""
        self._context.stop()
        self._remove_log()

    def _remove_log(self) -> None:
        if self._log is not None:
            self._log.unlink(missing_ok=True)

    def _logged(self) -> str:
        """Return what Spark logged to a file."""
        return "" if self._log is None else self._log.read_text("utf-8", "replace")


class SailServer:
    """Sail, in threads of this process."""

    def __init__(self, *, verbose: bool) -> None:
        """Start it.

        Args:
            verbose: Whether it logs to stderr.

        Raises:
            EngineError: It cannot be started.
        """
        os.environ.setdefault("RUST_LOG", "warn" if verbose else "off")
        from pysail.spark import SparkConnectServer

        with in_one_sentence("Sail cannot be started"):
            self._server: Any = SparkConnectServer()
            self._server.start(background=True)

    @property
    def address(self) -> str:
        """Where a client finds it."""
        host, port = self._server.listening_address
        return f"sc://{host}:{port}"

    def stop(self) -> None:
        """End it."""
        self._server.stop()


@lru_cache(maxsize=1)
def _token() -> str:
    """Return the token of all servers of this process: Java is started once, with one."""
    return secrets.token_hex(16)


def _new_log() -> Path:
    """Return a new file for what Spark logs."""
    descriptor, name = tempfile.mkstemp(prefix="dedup-spark-", suffix=".log")
    os.close(descriptor)
    return Path(name)


@contextmanager
def _stderr_to(log: Path | None) -> Iterator[None]:
    """Let processes that are started meanwhile write to a file what they write to stderr."""
    if log is None:
        yield
        return
    before = os.dup(_STDERR)
    with log.open("ab") as file:
        os.dup2(file.fileno(), _STDERR)
    try:
        yield
    finally:
        os.dup2(before, _STDERR)
        os.close(before)

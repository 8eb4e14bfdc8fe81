"""Servers in this process that answer clients of Spark Connect: Spark, with Java, or Sail."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Protocol

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
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.artifact.isolation.enabled": "false",
}


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

    def __init__(self, master: str) -> None:
        """Start it.

        Args:
            master: Where it works: ``local[2]`` or any other master of Spark.
        """
        from pyspark import SparkConf, SparkContext

        conf = (
            SparkConf().setMaster(master).setAppName("dedup").setAll(list(_SPARK_OPTIONS.items()))
        )
        with _environment(_TOKEN, _token()):
            self._context = SparkContext(conf=conf)

    @property
    def address(self) -> str:
        """Where a client finds it."""
        service = "org.apache.spark.sql.connect.service.SparkConnectService$"
        port = getattr(getattr(self._context._jvm, service), "MODULE$").localPort()
        return f"sc://localhost:{port}/;token={_token()}"

    def stop(self) -> None:
        """End it; Java ends with this process."""
        self._context.stop()


class SailServer:
    """Sail, in threads of this process."""

    def __init__(self) -> None:
        """Start it."""
        os.environ.setdefault("RUST_LOG", "error")
        from pysail.spark import SparkConnectServer

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


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable for processes that are started meanwhile; a command line would show it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

"""What an engine needs: an address that it takes and that answers, and what is installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
from importlib import metadata, util
from pathlib import Path

from dedup.errors import ConfigError, EngineError

MASTERS = re.compile(r"(?:local(?:-cluster)?(?:\[[^\]]*\])?|yarn|(?:spark|k8s)://.+)")
"""Where Spark runs its tasks, in the form of its own option ``--master``."""

CONNECT = re.compile(r"sc://[^/\s;@]+(?:/.*)?")
"""Addresses of Spark Connect: a token and other parameters stand behind a slash."""

_PORT = 15002
_SECONDS = 10.0
"""Seconds after which an address that does not answer cannot be reached."""

_CLIENTS = "4", "4.3"
"""The first version of pyspark that is supported, and the first that is not any more."""


def check_remote(name: str, remote: str | None) -> None:
    """Refuse an address that an engine does not take.

    Raises:
        ConfigError: It is none.
    """
    if remote is None or CONNECT.fullmatch(remote):
        return
    if not MASTERS.fullmatch(remote):
        raise ConfigError(
            f"--remote takes an address such as sc://host:15002, or a master of Spark such as "
            f"local[4], not {remote.partition(';')[0].rpartition('@')[2]}; parameters stand behind "
            "a slash, as in sc://host:15002/;token=..."
        )
    if name == "sail":
        raise ConfigError(
            f"--remote {remote} is a master of Spark: use it with --engine spark; Sail takes an "
            "address such as sc://host:50051, or runs on all cores of this machine without --remote"
        )


def require_client(name: str, remote: str | None) -> None:
    """Say what is missing to use an engine.

    Raises:
        EngineError: Something is not installed, or of another version.
    """
    needed = ["pyspark", "grpc", "pandas"] + (["pysail"] if name == "sail" and not remote else [])
    missing = [each for each in needed if util.find_spec(each) is None]
    install = f"install it with pip install '.[{name}]' in a clone of the repository"
    if missing:
        raise EngineError(f"--engine {name} needs {' and '.join(missing)}: {install}")
    version = _client_version()
    first, end = (_numbers(each) for each in _CLIENTS)
    if version and not first <= _numbers(version) < end:
        raise EngineError(
            f"--engine {name} needs pyspark {_CLIENTS[0]} or newer, below {_CLIENTS[1]}, and "
            f"{version} is installed: {install}"
        )


def _client_version() -> str:
    """Return the version of pyspark, which has two distributions; empty if it has none."""
    for distribution in ("pyspark", "pyspark-client", "pyspark-connect"):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with.

    >>> _numbers("4.3.0.dev1"), _numbers("4")
    ((4, 3, 0), (4,))
    """
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def require_answer(address: str) -> None:
    """Connect to an address once: a client would try for minutes.

    Raises:
        EngineError: Nobody answers.
    """
    place = address.removeprefix("sc://").partition("/")[0]
    host, _, port = place.rpartition(":") if re.search(r":\d+$", place) else (place, "", _PORT)
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
    except (OSError, UnicodeError, OverflowError) as error:  # the last two: of no name or port
        why = getattr(error, "strerror", None) or str(error) or "no answer"
        raise EngineError(
            f"the engine at sc://{place} cannot be reached ({why}): check the address, and that "
            "Spark's Connect server, or Sail's, is running there"
        ) from error


def require_spark() -> None:
    """Say what of Spark itself is missing.

    Raises:
        EngineError: Something is.
    """
    import pyspark

    if not any((Path(each) / "jars").is_dir() for each in pyspark.__path__):
        raise EngineError(
            "Spark on this machine needs the whole of pyspark: install it with "
            "pip install '.[spark]' in a clone of the repository, or name a cluster with --remote "
            "sc://host:15002"
        )
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise EngineError(
            "Spark on this machine needs Java: install Java 17 (on Debian "
            "openjdk-17-jre-headless), name a cluster with --remote, or use --engine sail"
        )

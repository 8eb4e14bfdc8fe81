"""What a client of Spark raises, as one sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dedup import errors
from dedup.errors import DedupError, EngineError, FullDiskError

_RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Exit|Interrupt)): (.*)$", re.MULTILINE)
_WITHOUT_SPACE = re.compile(r"no space left on device|errno (?:28|122)\b|disk quota", re.IGNORECASE)
_FULL = re.compile(r"^no space left to write (.*); free some$")
_IS_LOST = re.compile(
    r"UNAVAILABLE|RETRIES_EXCEEDED|SESSION_(?:CLOSED|NOT_FOUND|CHANGED)|OPERATION_NOT_FOUND"
    r"|Connection (?:refused|reset)|SparkContext was shut down|cannot be reached",
    re.IGNORECASE,
)
_DETAILS = re.compile(r'^\s*details = "(.+)"$', re.MULTILINE)
_LONGEST = 300

_ADVICE = (
    (
        re.compile(r"No module named '(dedup(?:\.[\w.]+)?)'"),
        "dedup is not installed on the machines of the cluster, or in another version: install "
        "the same version in the Python that runs there",
    ),
    (
        re.compile(r"No module named '([\w.]+)'"),
        "the library {} is missing on the machines of the cluster: install dedup-news there with "
        "all that it needs",
    ),
    (
        re.compile(r"PYTHON_VERSION_MISMATCH|different minor version|different version: "),
        "the machines of the cluster run another minor version of Python than this process: use "
        "the same one on all (PYSPARK_PYTHON names it)",
    ),
    (
        re.compile(r"UnsupportedClassVersionError|class file version"),
        "Java is too old for Spark: install Java 17 (on Debian openjdk-17-jre-headless), or use "
        "--engine sail, which needs none",
    ),
    (
        re.compile(r"JAVA_GATEWAY_EXITED|Unable to locate a Java|JAVA_HOME is not set"),
        "Spark's Java process could not be started: install Java 17 (on Debian "
        "openjdk-17-jre-headless), or use --engine sail, which needs none",
    ),
    (
        re.compile(r'Cannot run program "([^"]+)"'),
        "the machines of the cluster have no {}, the Python that PYSPARK_PYTHON of the Connect "
        "server names: name there one that all of them have",
    ),
    (
        re.compile(r"No such file or directory.*python", re.IGNORECASE),
        "the machines of the cluster have no Python where this process has it: name theirs in "
        "PYSPARK_PYTHON",
    ),
    (
        re.compile(r"OutOfMemoryError|MemoryError|Python worker exited unexpectedly"),
        "a task ran out of memory or was killed: give the machines more memory a core, or "
        "more --partitions",
    ),
    (
        re.compile(r"UNAUTHENTICATED|PERMISSION_DENIED|Invalid authentication token"),
        "the cluster refuses this user: give the token of the address, as in "
        "sc://host:15002/;token=...",
    ),
)
"""What a message has in it, and the sentence in its place; the first that fits counts."""


@contextmanager
def in_one_sentence(
    what: str,
    kind: type[EngineError] = EngineError,
    others: tuple[type[Exception], ...] = (),
    log: Callable[[], str] = str,
) -> Iterator[None]:
    """Report what a client of Spark raises as one sentence.

    What a task raised on purpose keeps its kind.

    Args:
        what: What cannot be done then.
        kind: The kind of an error of the engine itself.
        others: Other errors that are reported.
        log: Returns what the engine wrote meanwhile.

    Raises:
        EngineError: The engine failed; it is of ``kind``.
        DedupError: A task raised this.
    """
    from grpc import RpcError
    from pyspark.errors import PySparkException

    try:
        yield
    except DedupError:
        raise
    except (PySparkException, RpcError, OSError, RuntimeError, *others) as error:
        raise failure(what, f"{error}\n{log()}", kind) from error


def failure(what: str, message: str, kind: type[EngineError] = EngineError) -> DedupError:
    """Return the error for a person.

    Args:
        what: What could not be done.
        message: What the engine says: many lines, with tracebacks of tasks.
        kind: The kind of an error of the engine itself.
    """
    raised = _RAISED.findall(message)
    for name, text in reversed(raised):
        own = getattr(errors, name, None)
        if isinstance(own, type) and issubclass(own, DedupError):
            return _of_kind(own, text)
    if _WITHOUT_SPACE.search(message):
        return FullDiskError(Path("the temporary files of a machine of the cluster"))
    for pattern, advice in _ADVICE:
        if found := pattern.search(message):
            return kind(advice.format(*found.groups()))
    if _IS_LOST.search(message):
        return kind("the engine was lost: it cannot be reached any more")
    details = _DETAILS.findall(message)  # of an error of gRPC, whose last line is a bracket
    said = [f"{name}: {text}" for name, text in raised] or details
    said = said or message.strip().splitlines() or [""]
    return kind(f"{what} ({said[-1][:_LONGEST]}); its own log has more")


def _of_kind(kind: type[DedupError], text: str) -> DedupError:
    """Return an error that a task raised; those that are made of other values are made anew."""
    if full := _FULL.match(text):
        return FullDiskError(Path(full[1]))
    plain = (EngineError, errors.InputError, errors.OutputError, errors.ConfigError)
    return kind(text) if issubclass(kind, plain) and kind is not FullDiskError else DedupError(text)

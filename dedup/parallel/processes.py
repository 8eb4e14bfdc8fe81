"""How processes of ours are started, this one and those beside it."""

from __future__ import annotations

import ctypes
import fcntl
import multiprocessing
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from types import TracebackType

PIPE = 1 << 20
"""Bytes that a pipe to workers holds: the next few pages. As systems make them, a pipe holds a part
of one, and for each part that is fetched the sender wakes up."""


def worker_context(preload: Sequence[str]) -> multiprocessing.context.BaseContext:
    """Return how workers start: never by forking this process with its threads and open files.

    A fork server imports once what all of them need. It and all that come from it leave Ctrl-C to
    this process, which ends them.

    Args:
        preload: Modules that the server imports; the first caller decides.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = _Roomy()
    context.set_forkserver_preload(list(preload))
    # A mask outlives the start of a program; one that is interrupted while it imports would tell
    # of it in a traceback of its own.
    resource_tracker.ensure_running()  # which takes the signal off the mask when it has started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


class _Roomy(ForkServerContext):
    """Starts processes from a server; its pipes hold more where the system lets them."""

    def Pipe(self, duplex: bool = True) -> tuple[Connection, Connection]:
        """Return two connections with a pipe between them."""
        reader, writer = super().Pipe(duplex)
        with suppress(OSError, AttributeError):  # the user has too many; not Linux
            fcntl.fcntl(writer.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
        return reader, writer


# What glibc calls them in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

KEPT = 32 << 20
"""Bytes of freed memory that a worker keeps: as much as a few batches of texts take."""


def keep_memory() -> None:
    """Let this process keep what it frees, where its C library can be told.

    Else the arrays of each batch are given back and asked for again, a page at a time, which takes
    as long as filling them.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is not None:
        tell(_MMAP_THRESHOLD, KEPT)
        tell(_TRIM_THRESHOLD, KEPT)


def skip_scipy() -> None:
    """Keep numba from importing SciPy only to see whether it can multiply matrices: 0.3 s.

    No kernel multiplies any. Called where the process is ours alone, before the first kernel runs.
    """
    sys.modules.setdefault("scipy.linalg", None)  # type: ignore[arg-type]  # None: not to be had


def silence_orphans() -> None:
    """Let no process tell by a traceback that the one that started it has gone meanwhile.

    Called in the fork server. Whoever waits for a worker that could not start learns of it anyway.
    """
    sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error, unless it is what a lost connection comes to."""
    if not issubclass(kind, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)

"""How processes are started: the server that workers are forked from, and this one."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from types import TracebackType
from typing import Any

from dedup.errors import WorkerError
from dedup.parallel.main_guard import require_main_guard

_SAFE_PATH = "PYTHONSAFEPATH"


class _Users:
    """Who uses the server that workers are forked from, in this process.

    Attributes:
        starting: Is taken by the thread that starts the server.
        counting: Is taken by the thread that counts tasks.
        tasks: Tasks that are under way.
        ran_before: Whether the server ran before the first of them.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.starting, self.counting = threading.Lock(), threading.Lock()
        self.tasks = 0
        self.ran_before = False


_USERS = _Users()


def worker_context(preload: str) -> ForkServerContext:
    """Start the server that workers are forked from, unless it runs, and return how they start.

    Workers are never forked from this process, which has threads and open files. The server and its
    workers ignore Ctrl-C; this process ends them. The call does not wait for the server to import
    the module, which takes about a second.

    Args:
        preload: Module that the server imports for all workers; the first call decides.

    Raises:
        UnguardedScriptError: Workers would run the script that calls, and start processes, too.
        WorkerError: This process may start none, or the folder for temporary files has too long a
            path for the server's socket.
    """
    require_main_guard()
    if not may_start_processes():
        raise WorkerError(
            "this process is daemonic, as the workers of multiprocessing.Pool are, and may start "
            "no processes, which pages need; run it in another one"
        )
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    try:
        with _USERS.starting, _no_module_of_the_current_folder():
            # The server inherits the mask. Interrupted while it imports, it would print a
            # traceback. The tracker first: it unblocks the signal once it has started.
            resource_tracker.ensure_running()
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            try:
                forkserver.ensure_running()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    except OSError as error:
        if "AF_UNIX" not in str(error):
            raise
        raise WorkerError(
            f"the folder for temporary files, {tempfile.gettempdir()}, has too long a path for the "
            "sockets of worker processes; set TMPDIR to a shorter one"
        ) from error
    return context


@contextmanager
def server_of_a_task() -> Iterator[None]:
    """Let a task of an engine leave no process behind in a process that lives on.

    The server for workers, which has imported what pages need, ends with the task, unless it ran
    before or other threads of this process have tasks of their own.
    """
    with _USERS.counting:
        if not _USERS.tasks:
            _USERS.ran_before = _server()["_forkserver_pid"] is not None
        _USERS.tasks += 1
    try:
        yield
    finally:
        with _USERS.counting:
            _USERS.tasks -= 1
            if not (_USERS.tasks or _USERS.ran_before):
                _end_server()


def _server() -> dict[str, Any]:
    """Return what Python knows of the server; it has no function that ends it."""
    return vars(forkserver._forkserver)


def _end_server() -> None:
    """End the server, if there is one."""
    pid = _server()["_forkserver_pid"]
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):  # where the system collects children
            os.waitpid(pid, 0)
        _forget_server()


def _forget_server() -> None:
    """Know of no server."""
    alive = _server()["_forkserver_alive_fd"]
    if alive is not None:
        os.close(alive)
    none = dict.fromkeys(["_forkserver_pid", "_forkserver_alive_fd", "_forkserver_address"])
    _server().update(none, _lock=threading.Lock())


def _begin_forked() -> None:
    """Know nothing of the tasks and the server of the process that this one was forked from.

    Engines fork processes for their tasks. Python takes the server for a child of the new one.
    """
    _USERS.__init__()  # type: ignore[misc]
    _forget_server()


os.register_at_fork(after_in_child=_begin_forked)


def may_start_processes() -> bool:
    """Return whether this process may have children: Python lets no daemonic process have one."""
    return not multiprocessing.current_process().daemon


@contextmanager
def _no_module_of_the_current_folder() -> Iterator[None]:
    """Let Python start without the current folder in its path: a dump may have a ``copy.py``.

    It would come before the module of that name which the server imports. The server then gets the
    path of this process.
    """
    with environment_variable(_SAFE_PATH, "1"):
        yield


@contextmanager
def environment_variable(name: str, value: str) -> Iterator[None]:
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


def start_safely() -> None:
    """Let every Python that this process starts, and starts again, be one without that folder.

    Called in processes that run nothing but this program.
    """
    os.environ[_SAFE_PATH] = "1"


# What glibc calls them in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

_KEPT_BYTES = 32 << 20
"""Freed memory that a worker keeps: as much as a few batches of texts occupy."""

_OBJECTS = 50_000
"""Objects after which a worker collects garbage: more than a batch makes, none in a cycle."""


def begin_worker() -> None:
    """Prepare a worker: it ignores Ctrl-C, and ends when the process that started it has ended.

    It keeps memory, and collects garbage less often.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory()
    gc.set_threshold(_OBJECTS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()


def keep_memory() -> None:
    """Let this worker keep what it imported and what it frees.

    Collections of garbage skip what was imported, and the next batch or page takes freed memory
    without asking the system for it.
    """
    gc.freeze()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # the C library is glibc
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    """Wait for a process to end, and end this one."""
    parent.join()
    os._exit(1)


def silence_orphans() -> None:
    """Let no process print a lost connection: the process that started it has ended.

    Called in the server; its workers inherit it. A process that waits for a worker that could not
    start learns of it anyway.
    """
    sys.excepthook = _print_error


def _print_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an error as Python does, unless it comes from a lost connection."""
    if not issubclass(kind, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)


def skip_scipy() -> None:
    """Keep numba from importing SciPy: 0.4 s, a sixth of a run on 3,000 short texts.

    numba imports it to see whether it can multiply matrices, which no kernel does. Called before
    the first kernel is loaded, in processes that run nothing but this program.
    """
    sys.modules.setdefault("scipy.linalg", None)  # type: ignore[arg-type]  # None: import fails

"""A script without a ``__main__`` guard: refused before the first process is started.

A worker process begins with the module-level code of the script that started it, as Python's
``multiprocessing`` has it. A call of this package in that code would start processes that start
processes.
"""

from __future__ import annotations

import ast
import sys
import threading
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType

from dedup.errors import UnguardedScriptError

_GUARD = 'if __name__ == "__main__":'

# Functions of multiprocessing that a guard may ask as well.
_PROCESSES = ("parent_process", "current_process")


def require_main_guard() -> None:
    """Refuse to start processes for the module-level code of a script, unless it is guarded.

    Code without a file, as in a notebook or a REPL, is run by no worker.

    Raises:
        UnguardedScriptError: A worker would come to this call again.
    """
    main = sys.modules.get("__main__")
    if main is None:
        return
    _forget_stream(main)
    if not _is_run_by_workers(main):
        return
    for path, line in _module_lines(main):
        if not _is_guarded(path, line):
            raise UnguardedScriptError(
                f"worker processes run {path} from the top, too: write {_GUARD} above line {line}, "
                "and indent below it what starts the run",
                path=Path(path),
            )


def _forget_stream(main: ModuleType) -> None:
    """Forget that code on stdin has a file ``<stdin>``: each worker would look for it, and end."""
    if getattr(main, "__file__", None) == "<stdin>":
        del main.__file__


def _is_run_by_workers(main: ModuleType) -> bool:
    """Return whether a worker begins with the code of the main module."""
    name = getattr(getattr(main, "__spec__", None), "name", None)
    if name is not None:  # python -m; a package's __main__ is not run again
        return bool(name.rpartition(".")[2] != "__main__")
    return getattr(main, "__file__", None) is not None


def _module_lines(main: ModuleType) -> Iterator[tuple[str, int]]:
    """Yield the file and the line at which module-level code of a module waits for this call.

    A thread is taken to be started by what the main thread does.
    """
    threads = {threading.get_ident(), threading.main_thread().ident}
    frames = sys._current_frames()
    for frame in (frames.get(each) for each in threads if each is not None):
        while frame is not None:
            if _is_module_code(frame, main):
                yield frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back


def _is_module_code(frame: FrameType, main: ModuleType) -> bool:
    """Return whether a frame is of the code of a module's own file."""
    return (
        frame.f_globals is main.__dict__
        and frame.f_code.co_name == "<module>"
        and not frame.f_code.co_filename.startswith("<")  # a prompt that goes on behind a script
    )


def _is_guarded(path: str, line: int) -> bool:
    """Return whether a line of a file is below a guard; True where that cannot be seen."""
    try:
        with tokenize.open(path) as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return True
    return any(
        node.lineno <= line <= (node.end_lineno or line) and _asks_for_name(_condition(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.If | ast.IfExp | ast.BoolOp)
    )


def _condition(node: ast.If | ast.IfExp | ast.BoolOp) -> ast.expr:
    """Return what a part of a program depends on."""
    return node.values[0] if isinstance(node, ast.BoolOp) else node.test


def _asks_for_name(condition: ast.expr) -> bool:
    """Return whether a condition can tell a worker from the script."""
    for node in ast.walk(condition):
        if isinstance(node, ast.Name) and node.id in ("__name__", *_PROCESSES):
            return True
        if isinstance(node, ast.Attribute) and node.attr in _PROCESSES:
            return True
    return False

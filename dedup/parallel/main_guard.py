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
    frames = _frames_of(main)
    module_level = [frame for frame in frames if frame.f_code.co_name == "<module>"]
    if module_level and not any(map(_is_guarded, frames)):
        path, line = module_level[-1].f_code.co_filename, module_level[-1].f_lineno
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


def _frames_of(main: ModuleType) -> list[FrameType]:
    """Return the frames of a module's own file that wait for this call, the outermost last.

    A thread is taken to be started by what the main thread does.
    """
    current = sys._current_frames()
    threads = dict.fromkeys([threading.get_ident(), threading.main_thread().ident])
    found = []
    for frame in (current.get(each) for each in threads if each is not None):
        while frame is not None:
            # A prompt that goes on behind a script has "<stdin>".
            if frame.f_globals is main.__dict__ and not frame.f_code.co_filename.startswith("<"):
                found.append(frame)
            frame = frame.f_back
    return found


def _is_guarded(frame: FrameType) -> bool:
    """Return whether the line of a frame is below a guard; True where that cannot be seen."""
    path, line = frame.f_code.co_filename, frame.f_lineno
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

"""How kernels are compiled: at their first call, unless an earlier run kept the compiled code."""

from __future__ import annotations

import functools
import hashlib
import logging
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np
from numba.core import caching

from dedup import disk_cache
from dedup.cache_folder import VARIABLE, cache_folder

log = logging.getLogger(__name__)

COMPILE_SECONDS = 30
"""Measured for all kernels on a core of 2.6 GHz; a run of the level ``copies`` needs a quarter."""


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator like :func:`numba.njit` whose compiled code is kept in the cache folder.

    numba's own caches are not used. They take code from folders that others can write, keep no code
    where they cannot write a folder that was filled for them, end the program where the disk is
    full, and do not notice when a function changed that another one calls.

    Args:
        options: Those of :func:`numba.njit`, without ``cache``.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        kernel: Any = nb.njit(**options)(function)
        if not nb.config.DISABLE_JIT:
            folder = kernel_folder()
            kernel._cache = _Nothing() if folder is None else _Kept(function)
        return kernel

    return decorate


@functools.cache
def kernel_folder() -> Path | None:
    """Return the folder of the code that this very source and these libraries compile to.

    None where no code is kept.
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    libraries = [library.__version__ for library in (nb, np)]
    options = [sys.implementation.cache_tag, nb.config.OPT, nb.config.BOUNDSCHECK]
    digest.update(repr([libraries, options]).encode())
    base = cache_folder().path
    return base and base / f"kernels-{digest.hexdigest()}"


@functools.cache
def _announce() -> None:
    """Say once, and in the first process only, that something is compiled."""
    folder = cache_folder()
    if multiprocessing.parent_process() is not None:
        return
    if folder.writable:
        log.warning("compiling, once, up to %d s; kept in %s", COMPILE_SECONDS, folder.path)
    else:
        _announce_loss(folder.fault or f"{folder.path} cannot be written")


@functools.cache
def _announce_loss(fault: str) -> None:
    """Say once why compiled code is not kept."""
    if multiprocessing.parent_process() is None:
        log.warning(
            "compiling, up to %d s, in this run and in each one: %s; set %s to a folder that only "
            "you can write",
            COMPILE_SECONDS, fault, VARIABLE,
        )  # fmt: skip


class _Nothing(caching.NullCache):  # type: ignore[misc]  # numba has no types
    """Keeps nothing, and says so."""

    def load_overload(self, sig: Any, target_context: Any) -> None:
        """Return nothing: the kernel is compiled."""
        _announce()


class _Locator(caching._CacheLocator):  # type: ignore[misc]
    """Says where the code of a kernel is kept; the folder stands for the version of all sources."""

    def __init__(self, file: str, line: int) -> None:
        self._py_file = file  # for numba's warnings
        self._line = line

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> _Locator:
        """Return the locator of a kernel."""
        return cls(py_file, py_func.__code__.co_firstlineno)

    def ensure_cache_path(self) -> None:
        """Do nothing: a folder that cannot be written can be read."""

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(kernel_folder())

    def get_source_stamp(self) -> str:
        """Return the same for all: the name of the folder changes with the source."""
        return ""

    def get_disambiguator(self) -> str:
        """Return what tells apart two functions of one name."""
        return str(self._line)


class _Results(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """How compiled code becomes bytes: as in numba."""

    _locator_classes = (_Locator,)


class _Files(caching.IndexDataCacheFile):  # type: ignore[misc]
    """The files of a kernel, one for each signature and processor.

    numba numbers them and keeps an index. Two processes that compile at once for other signatures
    or processors, as in a folder of a network, would give the same number to different code.
    """

    def load(self, key: Any) -> Any:
        """Return the code of a key as numba saved it, None where there is none that is whole."""
        name = self._name(key)
        whole = disk_cache.load(Path(self._data_path(name))) is not None
        return self._load_data(name) if whole else None

    def save(self, key: Any, data: Any) -> None:
        """Keep the code of a key."""
        disk_cache.save(Path(self._data_path(self._name(key))), self._dump(data))

    def _name(self, key: Any) -> str:
        digest = hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()
        return f"{Path(self._index_name).stem}-{digest}.nbc"


class _Kept(caching.FunctionCache):  # type: ignore[misc]
    """Takes a kernel's code from the folder and keeps it there; no fault of a disk ends the run."""

    _impl_class = _Results

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, "")

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for a signature; None where it is to be compiled, which is announced."""
        found = super().load_overload(sig, target_context)
        if found is None:
            _announce()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for a signature, where that can be done."""
        try:
            super().save_overload(sig, data)
        except OSError:
            if cache_folder().writable:  # else it was said before
                _announce_loss(disk_cache.unsaved[-1])

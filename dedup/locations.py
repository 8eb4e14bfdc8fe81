"""Files and folders on this machine, or at an address that the machines of a cluster share."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    import pyarrow.fs as pafs

_FILE_SYSTEMS = 64
"""File systems that stay connected: a scheme, a host and options each."""

_OF_A_STORE = re.compile(r"AWS Error (\w+) during \w+ operation: ([^;]*)")
"""What Arrow says where a store of objects refuses something; names of files stand before it."""


class Entry(NamedTuple):
    """What a folder holds.

    Attributes:
        name: Its name.
        is_folder: Whether it is a folder.
        size: Bytes of a file, 0 for a folder.
    """

    name: str
    is_folder: bool
    size: int


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A file or a folder; it can be sent to other processes and machines.

    Attributes:
        address: An absolute path of this machine, or an address: ``s3://bucket/folder``, ``gs://``,
            ``abfss://`` or ``hdfs://``, with options as Arrow reads them behind a ``?``. In a name
            ``?`` is ``%3F`` and ``%`` is ``%25``.
    """

    address: str

    @classmethod
    def of(cls, given: str | Path) -> Location:
        """Return the location that a person named; a relative path is one of this process."""
        text = str(given)
        return cls(text) if is_address(text) else cls(str(Path(text).absolute()))

    @property
    def is_local(self) -> bool:
        """Whether it is a path of this machine."""
        return not is_address(self.address)

    @property
    def path(self) -> Path:
        """The path.

        Raises:
            ValueError: It is an address.
        """
        if not self.is_local:
            raise ValueError(f"{self.address} is no path")
        return Path(self.address)

    @property
    def name(self) -> str:
        """Its last component."""
        path = self.address if self.is_local else unquote(_parts(self.address).path)
        return path.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> Location:
        """The folder around it."""
        if self.is_local:
            return Location(str(Path(self.address).parent))
        parts = _parts(self.address)
        folder = parts.path.rstrip("/").rpartition("/")[0]
        return Location(joined_address(parts._replace(path=folder)))

    def __truediv__(self, name: str) -> Location:
        """Return what has a name, or several with slashes between, in this folder."""
        if self.is_local:
            return Location(str(Path(self.address) / name))
        parts = _parts(self.address)
        quoted = name.replace("%", "%25").replace("?", "%3F")
        return Location(joined_address(parts._replace(path=f"{parts.path.rstrip('/')}/{quoted}")))

    def __str__(self) -> str:
        """Return the address without its options, which may hold a password."""
        if self.is_local:
            return self.address
        parts = _parts(self.address)
        return joined_address(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))

    @contextmanager
    def read(self) -> Iterator[Any]:
        """Open a file to read from any place in it: an Arrow file, which Python reads as well.

        Raises:
            OSError: It cannot be read.
        """
        system, path = self._found()
        with system.open_input_file(path) as file:
            yield file

    @contextmanager
    def written(self) -> Iterator[Any]:
        """Write a file, which gets its name when it is whole; folders above it are made.

        Raises:
            OSError: It cannot be written.
        """
        import pyarrow as pa  # slow to import: --help must not wait for it

        if not self.is_local:
            with self._streamed() as file:
                yield file
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}.part")
        try:
            with pa.OSFile(str(part), "wb") as file:
                yield file
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _streamed(self) -> Iterator[Any]:
        """Write a file at an address; an object of a store appears when it is closed.

        Raises:
            OSError: It cannot be written.
        """
        system, path = self._found()
        try:
            stream = system.open_output_stream(path, compression=None)
        except FileNotFoundError:  # a store has no folders, but a file system has
            system.create_dir(path.rpartition("/")[0], recursive=True)
            stream = system.open_output_stream(path, compression=None)
        try:
            with stream:
                yield stream
        except BaseException:
            with suppress(OSError):
                system.delete_file(path)
            raise

    def read_bytes(self) -> bytes:
        """Return the content of a file.

        Raises:
            OSError: It cannot be read.
        """
        with self.read() as file:
            content: bytes = file.read()
        return content

    def write_bytes(self, content: bytes) -> None:
        """Write a file.

        Raises:
            OSError: It cannot be written.
        """
        with self.written() as file:
            file.write(content)

    def entries(self) -> list[Entry]:
        """Return what a folder holds, by name; nothing where it does not exist.

        Raises:
            OSError: It cannot be listed.
        """
        import pyarrow.fs as pafs

        system, path = self._found()
        found = system.get_file_info(pafs.FileSelector(path, allow_not_found=True))
        listed = (
            Entry(each.base_name, each.type == pafs.FileType.Directory, each.size or 0)
            for each in found
        )
        return sorted(listed)

    def info(self) -> Entry | None:
        """Return what is here, None for nothing.

        Raises:
            OSError: That cannot be found out.
        """
        import pyarrow.fs as pafs

        system, path = self._found()
        found = system.get_file_info(path)
        if found.type == pafs.FileType.NotFound:
            return None
        return Entry(self.name, found.type == pafs.FileType.Directory, found.size or 0)

    def remove(self) -> None:
        """Remove a file, or a folder with all that it holds; nothing where there is none.

        Raises:
            OSError: It cannot be removed.
        """
        found = self.info()
        if found is None:
            return
        system, path = self._found()
        with suppress(FileNotFoundError):  # somebody else was faster
            (system.delete_dir if found.is_folder else system.delete_file)(path)

    def move(self, to: Location) -> None:
        """Give a file of the same file system another place; folders above that are made.

        On this machine and in a store of objects it replaces what is there.

        Raises:
            OSError: It cannot be moved.
        """
        system, path = self._found()
        _, target = to._found()
        if to.is_local:
            to.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            system.move(path, target)
        except OSError:  # a file system lacks a folder, and not each says so
            if to.is_local:
                raise
            system.create_dir(target.rpartition("/")[0], recursive=True)
            system.move(path, target)

    def _found(self) -> tuple[pafs.FileSystem, str]:
        """Return the file system, and the path in it."""
        import pyarrow.fs as pafs

        if self.is_local:
            return pafs.LocalFileSystem(), self.address
        parts = _parts(self.address)
        system, base = _file_system(joined_address(parts._replace(path="/")))
        return system, f"{base.rstrip('/')}/{unquote(parts.path).lstrip('/')}".rstrip("/")


def _parts(address: str) -> SplitResult:
    """Return the parts of an address; a name may have a ``#``."""
    return urlsplit(address, allow_fragments=False)


def joined_address(parts: SplitResult) -> str:
    """Return the address of parts; unlike Python's, an address without a host stays one.

    >>> joined_address(urlsplit("hdfs:///news/2026?user=me"))
    'hdfs:///news/2026?user=me'
    """
    options = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{options}"


def reason_of(error: OSError) -> str:
    """Return why a place cannot be used, without the name of a file and the number of the error.

    >>> reason_of(OSError(2, "Failed to open local file 'a'"))
    'No such file or directory'
    >>> reason_of(OSError("When reading 'a': AWS Error ACCESS_DENIED during PutObject operation: "))
    'access denied'
    """
    if error.errno:
        return os.strerror(error.errno)
    message = str(error).partition("\n")[0] or type(error).__name__
    if found := _OF_A_STORE.search(message):
        code, said = found[1].replace("_", " ").lower(), found[2].strip(" .")
        return f"{code}: {said}" if said and said != "No response body" else code
    return message


def is_address(text: str) -> bool:
    """Return whether a text is an address and no path.

    >>> is_address("s3://news/2026"), is_address("news/2026"), is_address("/s3:/news")
    (True, False, False)
    """
    scheme, mark, _ = text.partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").isalnum()


@lru_cache(maxsize=_FILE_SYSTEMS)
def _file_system(root: str) -> tuple[pafs.FileSystem, str]:
    """Return the file system of an address, and the path of its root.

    Raises:
        OSError: There is none for this kind of address, or it cannot be reached.
    """
    import pyarrow as pa
    import pyarrow.fs as pafs

    try:
        found: tuple[pafs.FileSystem, str] = pafs.FileSystem.from_uri(root)
    except (pa.ArrowException, ValueError, ImportError) as error:
        shown = str(Location(root))
        why = str(error).partition("\n")[0].replace(root, shown)
        raise OSError(f"cannot open {shown} ({why})") from error
    return found

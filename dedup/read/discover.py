"""From INPUT arguments to the files to read, in an order that hangs on nothing but their names."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.errors import InputError
from dedup.read.formats import Format, format_of_name
from dedup.read.tally import Tally

STDIN = "-"

_WILDCARD = re.compile(r"[*?\[]")

_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True)
class Source:
    """One file or stream to read.

    Attributes:
        name: Start of its documents' ids: the path relative to the INPUT folder, the file's own
            name for a file INPUT, ``-`` for stdin.
        path: The file, or None for stdin.
        size: Its bytes on disk, 0 if unknown.
        root: The INPUT folder it was found in, all links resolved; None if it was named itself.
    """

    name: str
    path: Path | None
    size: int = 0
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file or folder to take: where it lies, its name and the INPUT folder of that name."""

    path: Path
    name: str
    root: Path | None
    is_folder: bool


def discover(inputs: Sequence[str | Path], *, tally: Tally | None = None) -> Iterator[Source]:
    """Find every file of the INPUT arguments.

    Arguments are taken in sorted order and ``-`` last, so their order changes nothing. What two of
    them name is read once. Folders are walked lazily, in sorted order of path components; links to
    folders are not followed, and names that start with a dot are passed over.

    Args:
        inputs: Files, folders, globs and ``-``. A glob counts as an INPUT folder: what it finds is
            named by the path from the part before its first wildcard.
        tally: Where to count what is passed over.

    Raises:
        InputError: An argument names nothing. Raised before the first source.
    """
    given = {str(each) for each in inputs}
    ordered = sorted(given - {STDIN}, key=lambda each: (_parts(Path(each)), each))
    entries = _once([entry for each in ordered for entry in _entries(each)])
    return _sources(entries, tally or Tally(), with_stdin=STDIN in given)


def begins_with_page(inputs: Sequence[str | Path]) -> bool:
    """Return whether the first input is a page or an archive of pages, as far as its name tells.

    Raises:
        InputError: An argument names nothing.
    """
    first = next(discover(inputs), None)
    return first is not None and format_of_name(first.name) in (Format.PAGE, Format.WARC)


def safe_name(path: Path) -> str:
    r"""Return a path with ``/`` between its parts and every odd byte of it written out.

    >>> safe_name(Path("a") / os.fsdecode(b"caf\xe9.html"))
    'a/caf\\xe9.html'
    """
    return _printed(path.as_posix())


def _printed(name: str) -> str:
    """Return a name with every odd byte of it written out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _entries(given: str) -> list[_Entry]:
    """Return what one INPUT argument names, in sorted order."""
    path = Path(given)
    # Not Path.exists, which raises on names that are too long and folders that nobody may enter.
    if os.path.exists(path):  # noqa: PTH110
        return [_entry(path, path if path.is_dir() else path.parent, named=True)]
    wild = _WILDCARD.search(given)
    hits = list(_hits(path)) if wild else []
    if not hits:
        fault = "matches no file" if wild else "does not exist"
        raise InputError(f"{given} {fault}: check the path and its spelling", path=path)
    base = _fixed_part(path)
    return [_entry(hit, base, named=False) for hit in sorted(hits, key=_parts)]


def _hits(pattern: Path) -> Iterator[Path]:
    """Yield what a pattern matches."""
    parts = pattern.parts
    if _ANY_DEPTH not in parts:
        # Not Path.glob: that matches hidden names too and raises on patterns such as "**x".
        yield from map(Path, glob.glob(str(pattern)))  # noqa: PTH207
        return
    deep = parts.index(_ANY_DEPTH)
    bases = glob.glob(str(Path(*parts[:deep])))  # noqa: PTH207
    for base in bases:
        yield from _below(Path(base), parts[deep:])


def _below(base: Path, pattern: Sequence[str]) -> Iterator[Path]:
    """Yield what a pattern that begins with ``**`` matches below a folder.

    Links to folders are not followed, as in the walk of an INPUT folder: two that lead back would
    be followed two to the power of forty times.
    """
    way = [(base, _places({0}, pattern))]
    while way:
        folder, places = way.pop()
        if len(pattern) in places:
            yield folder
        try:
            with os.scandir(folder) as listing:
                children = list(listing)
        except OSError:  # the walk tells of it where the folder itself is an input
            continue
        for child in children:
            onward = _onward(child.name, places, pattern)
            if onward and _is_folder(child, follow=False):
                way.append((Path(child.path), onward))
            elif len(pattern) in onward:
                yield Path(child.path)


def _onward(name: str, places: Iterable[int], pattern: Sequence[str]) -> set[int]:
    """Return the places in a pattern that a name leads to from some others."""
    found = set()
    for place in places:
        part = pattern[place] if place < len(pattern) else ""
        if name.startswith(".") and not part.startswith("."):
            continue
        if part == _ANY_DEPTH:
            found.add(place)
        elif fnmatch.fnmatchcase(name, part):
            found.add(place + 1)
    return _places(found, pattern)


def _places(places: set[int], pattern: Sequence[str]) -> set[int]:
    """Add to places in a pattern those behind ``**``, which may stand for no folder at all."""
    for place in range(len(pattern)):
        if place in places and pattern[place] == _ANY_DEPTH:
            places.add(place + 1)
    return places


def _entry(path: Path, base: Path, *, named: bool) -> _Entry:
    is_folder = path.is_dir()
    root = _real(base) if is_folder or not named else None
    if root and not _real(path).is_relative_to(root):
        is_folder = False  # a link that a pattern has found: the reader refuses it
    return _Entry(path, safe_name(path.relative_to(base)), root, is_folder)


def _fixed_part(pattern: Path) -> Path:
    """Return the part of a glob before its first component with a wildcard."""
    parts = pattern.parts
    wild = next((n for n, part in enumerate(parts) if _WILDCARD.search(part)), len(parts))
    return Path(*parts[:wild])


def _parts(path: Path) -> tuple[str, ...]:
    return path.parts


def _real(path: Path) -> Path:
    # Not Path.resolve, which raises on a loop of links.
    return Path(os.path.realpath(path))


def _once(entries: Iterable[_Entry]) -> list[_Entry]:
    """Leave out what is named twice, or lies in a folder that is named itself."""
    first: dict[Path, _Entry] = {}
    for entry in entries:
        first.setdefault(_real(entry.path), entry)
    folders = {real for real, entry in first.items() if entry.is_folder}
    return [entry for real, entry in first.items() if not _covered(real, folders)]


def _covered(real: Path, folders: set[Path]) -> bool:
    """Tell whether the walk of another INPUT folder will come to this path."""
    for depth, parent in enumerate(real.parents, start=1):
        if real.parts[-depth].startswith("."):
            return False
        if parent in folders:
            return True
    return False


def _sources(entries: Iterable[_Entry], tally: Tally, *, with_stdin: bool) -> Iterator[Source]:
    for entry in entries:
        yield from _walk(entry, tally)
    if with_stdin:
        yield Source(STDIN, None)


def _walk(entry: _Entry, tally: Tally) -> Iterator[Source]:
    """Yield a file, or the files below a folder.

    No more is held than the names of the folders on the way. They may lie deeper than calls can.
    """
    way = [iter([entry])]
    while way:
        found = next(way[-1], None)
        if found is None:
            way.pop()
        elif found.is_folder and (children := _children(found, tally)):
            way.append(children)
        else:
            # A folder that cannot be listed, too: the reader finds that it is no file and says so.
            yield _source(found)


def _children(folder: _Entry, tally: Tally) -> Iterator[_Entry] | None:
    """Return what lies in a folder in sorted order, or None where it cannot be listed."""
    try:
        with os.scandir(folder.path) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError:
        return None
    return _taken(children, folder, tally)


def _taken(children: Iterable[os.DirEntry[str]], folder: _Entry, tally: Tally) -> Iterator[_Entry]:
    for child in children:
        is_folder = _is_folder(child, follow=False)
        if child.name.startswith("."):
            tally.passed_over["hidden file or folder"] += 1
        elif not is_folder and _is_folder(child, follow=True):
            tally.passed_over["link to a folder"] += 1
        else:
            name = _printed(child.name)
            name = name if folder.name == "." else f"{folder.name}/{name}"
            yield _Entry(Path(child.path), name, folder.root, is_folder)


def _is_folder(child: os.DirEntry[str], *, follow: bool) -> bool:
    try:
        return child.is_dir(follow_symlinks=follow)
    except OSError:  # vanished since its folder was listed, or a link that leads nowhere
        return False


def _source(entry: _Entry) -> Source:
    try:
        size = entry.path.stat().st_size
    except OSError:
        size = 0
    return Source(entry.name, entry.path, size, entry.root)

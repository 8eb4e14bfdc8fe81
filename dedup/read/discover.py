"""From INPUT arguments to the files to read, in an order that depends on their names alone."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

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


class _Entry(NamedTuple):
    """One file or folder to read: its path, its name and the INPUT folder of that name."""

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
        inputs: Files, folders, globs and ``-``. A glob counts as an INPUT folder: its files are
            named by the path from the part before its first wildcard.
        tally: Where to count what is passed over.

    Raises:
        InputError: An argument names nothing. Raised before the first source.
    """
    arguments = {str(each) for each in inputs}
    ordered = sorted(arguments - {STDIN}, key=lambda each: (Path(each).parts, each))
    entries = _without_repeats([entry for each in ordered for entry in _entries(each)])
    counted = tally or Tally()
    sources = chain.from_iterable(_walk(entry, counted) for entry in entries)
    return chain(sources, [Source(STDIN, None)] if STDIN in arguments else [])


def begins_with_page(inputs: Sequence[str | Path]) -> bool:
    """Return whether the first input is a page or an archive of pages, judged by its name.

    Raises:
        InputError: An argument names nothing.
    """
    first = next(discover(inputs), None)
    return first is not None and format_of_name(first.name) in (Format.PAGE, Format.WARC)


def real_path(path: Path) -> Path:
    """Return a path with its links resolved; Path.resolve raises where they form a loop."""
    return Path(os.path.realpath(path))


def safe_name(path: str | Path) -> str:
    r"""Return a path with every byte that is not UTF-8 escaped.

    >>> safe_name(Path("a") / os.fsdecode(b"caf\xe9.html"))
    'a/caf\\xe9.html'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _entries(argument: str) -> list[_Entry]:
    """Return the files and folders of one INPUT argument, in sorted order."""
    path = Path(argument)
    # Not Path.exists, which raises on names that are too long and folders that may not be entered.
    if os.path.exists(path):  # noqa: PTH110
        return [_entry(path, path if path.is_dir() else path.parent, named=True)]
    wild = next((n for n, part in enumerate(path.parts) if _WILDCARD.search(part)), None)
    matches = [] if wild is None else sorted(_matches(path), key=lambda match: match.parts)
    if not matches:
        problem = "does not exist" if wild is None else "matches no file"
        raise InputError(f"{argument} {problem}: check the path and its spelling", path=path)
    base = Path(*path.parts[:wild])
    return [_entry(match, base, named=False) for match in matches]


def _entry(path: Path, base: Path, *, named: bool) -> _Entry:
    is_folder = path.is_dir()
    root = real_path(base) if is_folder or not named else None
    if root and not real_path(path).is_relative_to(root):
        is_folder = False  # a link that a pattern matches: the reader refuses it
    return _Entry(path, safe_name(path.relative_to(base)), root, is_folder)


def _matches(pattern: Path) -> Iterator[Path]:
    """Yield what a pattern matches."""
    parts = pattern.parts
    if _ANY_DEPTH not in parts:
        # Not Path.glob: that matches hidden names too and raises on patterns such as "**x".
        yield from map(Path, glob.glob(str(pattern)))  # noqa: PTH207
        return
    deep = parts.index(_ANY_DEPTH)
    for base in glob.glob(str(Path(*parts[:deep]))):  # noqa: PTH207
        yield from _matches_below(Path(base), parts[deep:])


def _matches_below(base: Path, pattern: Sequence[str]) -> Iterator[Path]:
    """Yield what a pattern that begins with ``**`` matches below a folder.

    Links to folders are not followed, as in the walk of an INPUT folder: two that lead back would
    be followed two to the power of forty times.
    """
    waiting = [(base, _with_skipped({0}, pattern))]
    while waiting:
        folder, positions = waiting.pop()
        if len(pattern) in positions:
            yield folder
        try:
            with os.scandir(folder) as listing:
                children = list(listing)
        except OSError:  # the walk reports it where the folder itself is an input
            continue
        for child in children:
            onward = _positions_after(child.name, positions, pattern)
            if onward and _is_folder(child, follow=False):
                waiting.append((Path(child.path), onward))
            elif len(pattern) in onward:
                yield Path(child.path)


def _positions_after(name: str, positions: Iterable[int], pattern: Sequence[str]) -> set[int]:
    """Return the positions in a pattern that a name leads to from some others."""
    reached = set()
    for position in positions:
        part = pattern[position] if position < len(pattern) else ""
        if name.startswith(".") and not part.startswith("."):
            continue
        if part == _ANY_DEPTH:
            reached.add(position)
        elif fnmatch.fnmatchcase(name, part):
            reached.add(position + 1)
    return _with_skipped(reached, pattern)


def _with_skipped(positions: set[int], pattern: Sequence[str]) -> set[int]:
    """Add the positions behind each ``**``, which may stand for no folder at all."""
    for position, part in enumerate(pattern):
        if position in positions and part == _ANY_DEPTH:
            positions.add(position + 1)
    return positions


def _without_repeats(entries: Iterable[_Entry]) -> list[_Entry]:
    """Leave out what is named twice, or is in a folder that is named itself."""
    first: dict[Path, _Entry] = {}
    for entry in entries:
        first.setdefault(real_path(entry.path), entry)
    folders = {real for real, entry in first.items() if entry.is_folder}
    return [entry for real, entry in first.items() if not _is_covered(real, folders)]


def _is_covered(real: Path, folders: set[Path]) -> bool:
    """Return whether the walk of another INPUT folder reaches this path; hidden names end it."""
    for name, parent in zip(reversed(real.parts), real.parents, strict=False):
        if name.startswith("."):
            return False
        if parent in folders:
            return True
    return False


def _walk(entry: _Entry, tally: Tally) -> Iterator[Source]:
    """Yield a file, or the files below a folder.

    Memory holds only the names in the folders on the way. They may be nested deeper than calls can.
    """
    levels = [iter([entry])]
    while levels:
        current = next(levels[-1], None)
        if current is None:
            levels.pop()
        elif current.is_folder and (children := _children(current, tally)):
            levels.append(children)
        else:
            # A folder that cannot be listed, too: the reader finds that it is no file and says so.
            try:
                size = current.path.stat().st_size
            except OSError:
                size = 0
            yield Source(current.name, current.path, size, current.root)


def _children(folder: _Entry, tally: Tally) -> Iterator[_Entry] | None:
    """Return the entries of a folder in sorted order, or None where it cannot be listed."""
    try:
        with os.scandir(folder.path) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError:
        return None
    return _visible(children, folder, tally)


def _visible(
    children: Iterable[os.DirEntry[str]], folder: _Entry, tally: Tally
) -> Iterator[_Entry]:
    for child in children:
        is_folder = _is_folder(child, follow=False)
        if child.name.startswith("."):
            tally.passed_over["hidden file or folder"] += 1
        elif not is_folder and _is_folder(child, follow=True):
            tally.passed_over["link to a folder"] += 1
        else:
            name = safe_name(child.name)
            name = name if folder.name == "." else f"{folder.name}/{name}"
            yield _Entry(Path(child.path), name, folder.root, is_folder)


def _is_folder(child: os.DirEntry[str], *, follow: bool) -> bool:
    try:
        return child.is_dir(follow_symlinks=follow)
    except OSError:  # vanished since its folder was listed, or a link that leads nowhere
        return False

"""From INPUT arguments to the files to read, in an order that depends on their names alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.locations import Location
from dedup.read.address_folders import Found, find, matches_at, split_pattern
from dedup.read.formats import Format, format_of_name
from dedup.read.globs import is_folder, matches
from dedup.read.selection import CRAWLERS_OWN, LEFT_OUT, is_crawlers_own, is_selected
from dedup.read.tally import Tally

STDIN = "-"

EVERYTHING = ReadConfig()
"""No file is left out."""

_ARCHIVES = (Format.ZIP, Format.TAR)

_WILDCARD = re.compile(r"[*?\[]")

# Addresses have one; of paths only those that were written as addresses.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One file or stream to read.

    Attributes:
        name: Start of its documents' ids: the path relative to the INPUT folder, the file's own
            name for a file INPUT, ``-`` for stdin; after the end of the INPUT folder's or the
            file's path that distinguishes it from other INPUTs.
        path: The file, or None for stdin.
        size: Its stored bytes, 0 if unknown.
        root: The INPUT folder it was found in, all links resolved; None if it was named itself, or
            is at an address.
        place: The path relative to the INPUT folder; empty if the file was named itself.
        folder: The INPUT folder's own name, where ``name`` begins with it; else empty.
    """

    name: str
    path: Path | Location | None
    size: int = 0
    root: Path | None = None
    place: str = ""
    folder: str = ""


class _Entry(NamedTuple):
    """One file or folder to read.

    Attributes:
        path: Where it is.
        base: The INPUT folder as it was given, or the folder of a file that was named itself.
        place: Its path relative to the base.
        root: The INPUT folder, all links resolved; None for a file that was named itself.
        is_folder: Whether it is walked.
        prefix: What precedes the place in ids, with a slash at its end; empty for one INPUT folder.
        found: What is at an address, whose path and base are those of :class:`Found`; else None.
        base_found: Its base; else None.
    """

    path: Path
    base: Path
    place: str
    root: Path | None
    is_folder: bool
    prefix: str = ""
    found: Found | None = None
    base_found: Found | None = None

    def real_path(self) -> Path:
        """Return its path, links resolved."""
        return self.path if self.found else real_path(self.path)


def discover(
    inputs: Sequence[str | Path],
    config: ReadConfig = EVERYTHING,
    *,
    tally: Tally | None = None,
    addresses: bool = False,
) -> Iterator[Source]:
    """Find every file of the INPUT arguments.

    Arguments are taken in sorted order and ``-`` last, so their order changes nothing. What two of
    them name is read once. Folders are walked lazily, in sorted order of path components; links to
    folders are not followed, and names that start with a dot are passed over.

    Where several INPUT folders are given, each name begins with the last components of its INPUT
    folder: as many as distinguish all of them, whatever files they hold. Likewise for files that
    were named themselves.

    Args:
        inputs: Files, folders, globs and ``-``. A glob counts as an INPUT folder: its files are
            named by the path from the part before its first wildcard.
        config: Says which files are left out.
        tally: Where to count what is passed over.
        addresses: Whether addresses such as ``s3://bucket/folder`` are read; else they are refused.

    Raises:
        InputError: An argument names nothing. Raised before the first source.
    """
    arguments = {str(each) for each in inputs}
    ordered = sorted(arguments - {STDIN}, key=lambda each: (Path(each).parts, each))
    found = _without_repeats([entry for each in ordered for entry in _entries(each, addresses)])
    entries = _with_prefixes(found)
    counted = tally or Tally()
    sources = chain.from_iterable(_walk(entry, config, counted) for entry in entries)
    return chain(sources, [Source(STDIN, None)] if STDIN in arguments else [])


def begins_with_page(inputs: Sequence[str | Path], config: ReadConfig = EVERYTHING) -> bool:
    """Return whether the first input is a page or an archive of pages, judged by its name.

    Raises:
        InputError: An argument names nothing.
    """
    first = next(discover(inputs, config), None)
    pages = (Format.PAGE, Format.MHTML, Format.WARC, *_ARCHIVES)
    return first is not None and format_of_name(first.name) in pages


def real_path(path: Path) -> Path:
    """Return a path with its links resolved; Path.resolve raises where they form a loop."""
    return Path(os.path.realpath(path))


def safe_name(path: str | Path) -> str:
    r"""Return a path with every byte that is not UTF-8 escaped.

    >>> safe_name(Path("a") / os.fsdecode(b"caf\xe9.html"))
    'a/caf\\xe9.html'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _entries(argument: str, addresses: bool) -> list[_Entry]:
    """Return the files and folders of one INPUT argument, in sorted order."""
    if addresses and _SCHEME.match(argument):
        return _entries_at(argument)
    path = Path(argument)
    # Not Path.exists, which raises on names that are too long and folders that may not be entered.
    if os.path.exists(path):  # noqa: PTH110
        return [_entry(path, path if path.is_dir() else path.parent, named=True)]
    wild = next((n for n, part in enumerate(path.parts) if _WILDCARD.search(part)), None)
    if _SCHEME.match(argument):
        raise InputError(
            f"{argument} is an address: files, folders, globs and - (JSON lines on stdin) are "
            "read; download it first, or pipe it in",
            path=path,
        )
    found = [] if wild is None else sorted(matches(path), key=lambda match: match.parts)
    if not found:
        problem = "does not exist" if wild is None else "matches no file"
        raise InputError(f"{argument} {problem}: check the path and its spelling", path=path)
    base = Path(*path.parts[:wild])
    return [_entry(match, base, named=False) for match in found]


def _entries_at(argument: str) -> list[_Entry]:
    """Return the files and folders of one address, in sorted order."""
    named = find(Location(argument))
    if named:
        base = named if named.is_folder else named.parent()
        return [_entry_at(named, base, named=True)]
    names = [name for name in urlsplit(argument, allow_fragments=False).path.split("/") if name]
    wild = next((n for n, part in enumerate(names) if _WILDCARD.search(part)), None)
    top, pattern = split_pattern(argument, len(names) if wild is None else wild)
    found = matches_at(top, pattern) if pattern else []
    if not found:
        problem = "does not exist" if wild is None else "matches no file"
        raise InputError(f"{Location(argument)} {problem}: check the address and its spelling")
    return [_entry_at(match, Found(top, True, 0), named=False) for match in found]


def _entry_at(found: Found, base: Found, *, named: bool) -> _Entry:
    place = safe_name(found.path.relative_to(base.path))
    root = base.path if found.is_folder or not named else None
    return _Entry(found.path, base.path, place, root, found.is_folder, "", found, base)


def _entry(path: Path, base: Path, *, named: bool) -> _Entry:
    walked = path.is_dir()
    root = real_path(base) if walked or not named else None
    if root and not real_path(path).is_relative_to(root):
        walked = False  # a link that a pattern matches: the reader refuses it
    return _Entry(path, base, safe_name(path.relative_to(base)), root, walked)


def _with_prefixes(entries: Sequence[_Entry]) -> list[_Entry]:
    """Give each entry what distinguishes its names from those of other INPUTs."""
    folders: dict[Path, _Entry] = {}
    for entry in entries:
        if entry.root:
            folders.setdefault(entry.root, entry)
    bases = [_absolute(entry.base) for entry in folders.values()]
    tails = _distinct_tails(bases) if len(folders) > 1 else [Path()]
    prefixes = {root: _prefix(tail) for root, tail in zip(folders, tails, strict=False)}
    walked = {prefix: folders[root] for root, prefix in prefixes.items()}
    files = _file_prefixes([entry for entry in entries if not entry.root], walked)
    return [
        entry._replace(prefix=prefixes[entry.root] if entry.root else files[entry.path])
        for entry in entries
    ]


def _file_prefixes(files: Sequence[_Entry], folders: Mapping[str, _Entry]) -> dict[Path, str]:
    """Return what distinguishes files that were named themselves, and from files of INPUT folders.

    Args:
        files: The files.
        folders: INPUT folders by their prefixes, an entry of each.
    """
    paths = [_absolute(entry.base) / entry.path.name for entry in files]
    for least in range(1, max((len(path.parts) for path in paths), default=1) + 1):
        tails = _distinct_tails(paths, least)
        both = zip(files, tails, strict=True)
        if not any(_is_in_folder(entry, tail, folders) for entry, tail in both):
            break
    both = zip(files, tails, strict=True)
    return {entry.path: _prefix(tail.parent) for entry, tail in both}


def _is_in_folder(file: _Entry, tail: Path, folders: Mapping[str, _Entry]) -> bool:
    """Return whether another file, in an INPUT folder, has the name that a file would have."""
    name = str(tail)
    for prefix, folder in folders.items():
        if not name.startswith(prefix) or folder.root is None:
            continue
        below = name.removeprefix(prefix)
        if folder.base_found:
            other = find(folder.base_found.location / below)
            if other:
                return other.path != file.path
        elif os.path.lexists(folder.root / below):
            return real_path(folder.root / below) != file.real_path()
    return False


def _distinct_tails(paths: Sequence[Path], least: int = 1) -> list[Path]:
    """Return the fewest last components that distinguish absolute paths, as many of each.

    No result is the beginning of another, so that no two files below them have one name.
    """
    longest = max((len(path.parts) for path in paths), default=0)
    tails: list[tuple[str, ...]] = []
    for count in range(least, longest + 1):
        tails = [path.parts[1:][-count:] for path in paths]
        ordered = sorted(tails)
        if not any(after[: len(tail)] == tail for tail, after in pairwise(ordered)):
            break
    return [Path(*tail) for tail in tails]


def _prefix(tail: Path) -> str:
    return f"{safe_name(tail)}/" if tail.parts else ""


def _absolute(path: Path) -> Path:
    """Return an absolute path with the links that it was given with, unless a ``..`` follows."""
    return real_path(path) if ".." in path.parts else Path(os.path.abspath(path))  # noqa: PTH100


def _without_repeats(entries: Iterable[_Entry]) -> list[_Entry]:
    """Leave out what is named twice, or is in a folder that is named itself."""
    first: dict[Path, _Entry] = {}
    for entry in entries:
        first.setdefault(entry.real_path(), entry)
    folders = {real for real, entry in first.items() if entry.is_folder}
    return [entry for real, entry in first.items() if not _is_covered(real, folders)]


def _is_covered(real: Path, folders: set[Path]) -> bool:
    """Return whether the walk of another INPUT folder reaches a path; names passed over end it."""
    for name, parent in zip(reversed(real.parts), real.parents, strict=False):
        if name.startswith(".") or is_crawlers_own(name):
            return False
        if parent in folders:
            return True
    return False


def _walk(entry: _Entry, config: ReadConfig, tally: Tally) -> Iterator[Source]:
    """Yield a file, or the files below a folder.

    Memory holds only the names in the folders on the way. They may be nested deeper than calls can.
    """
    levels = [iter([entry])]
    while levels:
        current = next(levels[-1], None)
        if current is None:
            levels.pop()
        elif not _is_selected(current, config):
            tally.passed_over[LEFT_OUT] += 1
        elif current.is_folder and (children := _children(current, tally)):
            levels.append(children)
        else:
            # A folder that cannot be listed, too: the reader finds that it is no file and says so.
            yield _source(current)


def _is_selected(entry: _Entry, config: ReadConfig) -> bool:
    if entry.place == ".":
        return True
    opened = entry.is_folder or format_of_name(entry.place) in _ARCHIVES
    return is_selected([entry.place], config, whole=not opened)


def _source(entry: _Entry) -> Source:
    path: Path | Location = entry.path
    if entry.found:
        path, root, size = entry.found.location, None, entry.found.size
    else:
        root, size = entry.root, _size(entry.path)
    name = f"{entry.prefix}{entry.place}" if entry.place != "." else entry.prefix.rstrip("/") or "."
    if entry.root is None:
        return Source(name, path, size)
    folder = entry.prefix.rstrip("/").rpartition("/")[2]
    return Source(name, path, size, root, entry.place, folder)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _children(folder: _Entry, tally: Tally) -> Iterator[_Entry] | None:
    """Return the entries of a folder in sorted order, or None where it cannot be listed."""
    if folder.found:
        below = [
            (name, False, folder._replace(path=child.path, is_folder=walked, found=child))
            for name, walked, child in folder.found.children()
        ]
        return _visible(below, folder, tally)
    try:
        with os.scandir(folder.path) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError:
        return None
    return _visible((_child(folder, each) for each in children), folder, tally)


def _child(folder: _Entry, child: os.DirEntry[str]) -> tuple[str, bool, _Entry]:
    """Return the name of what is in a folder, whether it is a link to a folder, and its entry."""
    walked = is_folder(child, follow=False)
    is_link = not walked and is_folder(child, follow=True)
    return child.name, is_link, folder._replace(path=Path(child.path), is_folder=walked)


def _visible(
    children: Iterable[tuple[str, bool, _Entry]], folder: _Entry, tally: Tally
) -> Iterator[_Entry]:
    for own_name, is_link, child in children:
        if own_name.startswith("."):
            tally.passed_over["hidden file or folder"] += 1
        elif is_crawlers_own(own_name):
            tally.passed_over[CRAWLERS_OWN] += 1
        elif is_link:
            tally.passed_over["link to a folder"] += 1
        else:
            name = safe_name(own_name)
            place = name if folder.place == "." else f"{folder.place}/{name}"
            yield child._replace(place=place)

"""Globs: what a pattern matches on disk, and whether it matches a name."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

Place = TypeVar("Place")

ANY_DEPTH = "**"
"""A component of a pattern that stands for any number of folders."""


def matches(pattern: Path) -> Iterator[Path]:
    """Yield what a pattern matches."""
    parts = pattern.parts
    if ANY_DEPTH not in parts:
        # Not Path.glob: that matches hidden names too and raises on patterns such as "**x".
        yield from map(Path, glob.glob(str(pattern)))  # noqa: PTH207
        return
    deep = parts.index(ANY_DEPTH)
    for base in glob.glob(str(Path(*parts[:deep]))):  # noqa: PTH207
        yield from matches_below(Path(base), parts[deep:], _children)


def _children(folder: Path) -> list[tuple[str, bool, Path]]:
    """Return what a folder holds.

    Links to folders are not followed, as in the walk of an INPUT folder: two that lead back would
    be followed two to the power of forty times.
    """
    try:
        with os.scandir(folder) as listing:
            return [(each.name, is_folder(each, follow=False), Path(each.path)) for each in listing]
    except OSError:  # the walk reports it where the folder itself is an input
        return []


def matches_below(
    base: Place, pattern: Sequence[str], children: Callable[[Place], list[tuple[str, bool, Place]]]
) -> Iterator[Place]:
    """Yield what a pattern matches below a folder.

    Args:
        base: The folder.
        pattern: The components of the pattern.
        children: Returns what a folder holds: its name, whether it is a folder, and it.
    """
    waiting = [(base, _with_skipped({0}, pattern))]
    while waiting:
        folder, positions = waiting.pop()
        if len(pattern) in positions:
            yield folder
        for name, is_walked, child in children(folder):
            onward = _positions_after(name, positions, pattern)
            if onward and is_walked:
                waiting.append((child, onward))
            elif len(pattern) in onward:
                yield child


def matches_path(path: str, pattern: Sequence[str]) -> bool:
    """Return whether a pattern matches a path or a folder on it, hidden names as any others.

    >>> matches_path("a/b/c.html", ["**", "b"]), matches_path("a/b/c.html", ["b"])
    (True, False)
    """
    positions = _with_skipped({0}, pattern)
    for name in path.split("/"):
        positions = _positions_after(name, positions, pattern, hidden=True)
        if len(pattern) in positions:
            return True
    return False


def _positions_after(
    name: str, positions: Iterable[int], pattern: Sequence[str], *, hidden: bool = False
) -> set[int]:
    """Return the positions in a pattern that a name leads to from some others.

    Args:
        name: One component of a path.
        positions: Those before it.
        pattern: The components of the pattern.
        hidden: Whether wildcards match names that start with a dot.
    """
    reached = set()
    for position in positions:
        part = pattern[position] if position < len(pattern) else ""
        if name.startswith(".") and not (hidden or part.startswith(".")):
            continue
        if part == ANY_DEPTH:
            reached.add(position)
        elif fnmatch.fnmatchcase(name, part):
            reached.add(position + 1)
    return _with_skipped(reached, pattern)


def _with_skipped(positions: set[int], pattern: Sequence[str]) -> set[int]:
    """Add the positions behind each ``**``, which may stand for no folder at all."""
    for position, part in enumerate(pattern):
        if position in positions and part == ANY_DEPTH:
            positions.add(position + 1)
    return positions


def is_folder(child: os.DirEntry[str], *, follow: bool) -> bool:
    """Return whether an entry is a folder, or with ``follow`` a link to one."""
    try:
        return child.is_dir(follow_symlinks=follow)
    except OSError:  # vanished since its folder was listed, or a link that leads nowhere
        return False

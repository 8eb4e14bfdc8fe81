"""Old names of fields and arguments, which stay usable for one release."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def new_names(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return keyword arguments with old names replaced by new ones; an old name wins.

    Args:
        given: Keyword arguments as a caller wrote them.
        names: Old name to new name.
    """
    replaced = {name: value for name, value in given.items() if name not in names}
    for old, new in names.items():
        if old in given:
            warn(old, new, frames=4)
            replaced[new] = given[old]
    return replaced


def warn(old: str, new: str, *, frames: int = 3) -> None:
    """Warn that a name is going away, where it was used.

    Args:
        old: The name that was used.
        new: The name to use.
        frames: Frames of the stack from here to the use, both counted.
    """
    message = f"{old} is now called {new}; the old name goes with the next release"
    warnings.warn(message, DeprecationWarning, stacklevel=frames)


def renamed_fields(**names: str) -> Callable[[Class], Class]:
    """Return a decorator that keeps old names of the fields of a dataclass.

    Args:
        names: Old name to new name.
    """

    def keep_old_names(cls: Class) -> Class:
        make = cls.__init__  # type: ignore[misc]  # the dataclass's own, not a subclass's

        @functools.wraps(make)
        def make_by_either_name(self: Any, *args: Any, **given: Any) -> None:
            make(self, *args, **(new_names(given, names) if given.keys() & names else given))

        cls.__init__ = make_by_either_name  # type: ignore[misc]
        for old, new in names.items():
            setattr(cls, old, property(functools.partial(_read, old=old, new=new)))
        return cls

    return keep_old_names


def _read(self: Any, *, old: str, new: str) -> Any:
    """Return a field by its old name."""
    warn(old, new)
    return getattr(self, new)

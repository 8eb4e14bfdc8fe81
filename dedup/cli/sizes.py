"""Sizes as options give them: ``256MB``."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "B": 1} | {
    f"{letter}{ending}": base ** (power + 1)
    for base, ending in ((1000, "B"), (1024, "iB"))
    for power, letter in enumerate("KMGT")
}

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]*)")


class Size(click.ParamType):  # type: ignore[type-arg]
    """A number of bytes, one at least."""

    name = "size"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the bytes of a size; fails for what is none.

        >>> Size().convert("1.5 kB", None, None)
        1500
        """
        match = _SIZE.fullmatch(str(value).strip())
        units = {unit.upper(): factor for unit, factor in _UNITS.items()}
        if not match or match[2].upper() not in units:
            self.fail(f"{value!r} is no size; give one such as 256MB, 1.5GB or 512MiB", param, ctx)
        size = int(float(match[1]) * units[match[2].upper()])
        if size < 1:
            self.fail(f"{value!r} is too small; a size is 1 byte at least", param, ctx)
        return size

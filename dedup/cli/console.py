"""The console that results for a person are printed on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """Return a console on stdout: as wide as the terminal, without colours where it is none.

    Texts of the dump must pass through :func:`dedup.errors.printable` and are never read as markup.
    """
    from rich.console import Console  # --help must not wait for it

    return Console(file=sys.stdout, markup=False, highlight=False, emoji=False)

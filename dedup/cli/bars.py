"""Progress bars on stderr."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


class Bars:
    """Draws a bar a stage: documents, rate, time left where the total is known."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._bar: Any = None
        self._documents = 0

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """Begin a bar."""
        self._documents = 0
        self._bar = tqdm(
            desc=f"{stage:>14}",
            total=total or None,
            unit=unit,
            unit_scale=unit == "B",
            unit_divisor=1024,
            file=sys.stderr,
            dynamic_ncols=True,
            leave=True,
        )

    def advance(self, amount: int, documents: int = 0) -> None:
        """Move the bar; where it does not count documents itself, show them with their rate."""
        if self._bar is None:
            return
        self._documents += documents
        if self._bar.unit == "B" and self._documents:
            elapsed = max(1e-9, self._bar.format_dict["elapsed"])
            self._bar.set_postfix_str(
                f"{self._documents} docs, {self._documents / elapsed:.1f} docs/s", refresh=False
            )
        self._bar.update(amount)

    def end(self) -> None:
        """Finish the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

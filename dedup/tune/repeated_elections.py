"""The canonicals that a run would elect of stories that it did not make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.cluster.canonical import parse_policy
from dedup.explain.election_steps import tellings_ranked

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


class RepeatedElections:
    """Elects by the rules of a run, and each story once."""

    def __init__(self, run: Run) -> None:
        """Elect as a run did."""
        self._run = run
        self._policy = parse_policy(run.config.cluster.canonical)
        self._elected: dict[tuple[int, ...], int] = {}

    def canonical(self, representatives: Iterable[int]) -> int:
        """Return the canonical of the story of some tellings.

        Args:
            representatives: Rows of one representative or more.
        """
        rows = tuple(sorted(representatives))
        if len(rows) == 1:  # its copies have elected it
            return rows[0]
        if rows not in self._elected:
            known = self._run.store.results.copies(rows)
            copies = {row: known.get(row, []) for row in rows}
            dump = self._run.store.dumps.number
            first, *_ = tellings_ranked(self._run, copies, self._policy, dump)
            self._elected[rows] = first.facts.row
        return self._elected[rows]

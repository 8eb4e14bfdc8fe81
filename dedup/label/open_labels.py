"""A finished run and a file to a session: its pairs are drawn, or it goes on with those it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.evaluation.labelled_pairs import LabelledPair, read_labels, write_labels
from dedup.label.draw_pairs import draw_pairs
from dedup.label.label_session import LabelSession
from dedup.label.pair_population import pair_population
from dedup.write.file_lock import locked_beside

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


PAIRS = 200
"""Pairs that are drawn where no other count is given."""


@contextmanager
def open_labels(run: Run, path: Path, count: int | None, seed: int) -> Iterator[LabelSession]:
    """Open a file of labels for one session; another one at the same time is refused.

    Args:
        run: The run whose pairs are judged.
        path: The file; it is made where there is none.
        count: How many pairs it is to have at least: a file with fewer gets more, and one with more
            keeps them. None for ``PAIRS`` in a new file, and for those that another one has.
        seed: Of the random numbers by which they are drawn.

    Yields:
        The session.

    Raises:
        InputError: The file is there and is none of labelled pairs.
        OutputError: It is of another run or seed, is in use, or cannot be written; or the run
            compared no pairs.
    """
    path = path.resolve()  # one lock for all names of a file, and a link stays one
    in_use = f"{path} is in use by another dedup label; end that one first, or name another file"
    with locked_beside(path, in_use):
        earlier = _in_order(read_labels(path)) if path.exists() else []
        wanted = count or (PAIRS if not earlier else 0)
        drawn = draw_pairs(run, pair_population(run), max(wanted, len(earlier)), seed)
        if not drawn:
            raise OutputError(f"{run.path} has no pair to be judged; run with more documents")
        pairs = _continued(path, earlier, drawn)
        if pairs != earlier:
            write_labels(path, pairs)
        yield LabelSession(path, pairs)


def _in_order(pairs: Sequence[LabelledPair]) -> list[LabelledPair]:
    """Return pairs in the order of asking; those from elsewhere have none, and stay as they are."""
    return sorted(pairs, key=lambda pair: pair.place or 0)


def _continued(
    path: Path, earlier: Sequence[LabelledPair], drawn: Sequence[LabelledPair]
) -> list[LabelledPair]:
    """Return the drawn pairs, with what was answered of them earlier.

    Raises:
        OutputError: The earlier ones are not the first of those that were drawn.
    """
    blank = [replace(each, same=None, skipped=False, answered=None) for each in earlier]
    if blank != list(drawn[: len(earlier)]):
        raise OutputError(
            f"the pairs in {path} were not drawn from this run with this --seed; name the run and "
            "the seed that they were drawn with, or another file, which gets pairs of this run: "
            f"dedup label OUT -o {path.with_name(f'{path.stem}-2{path.suffix}').name}",
            path=path,
        )
    return [*earlier, *drawn[len(earlier) :]]

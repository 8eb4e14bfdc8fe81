"""What a run would have joined with another threshold or a narrower window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.kernels.array_types import Bools, Float64s, Int64s

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.pair_population import PairPopulation


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried.

    Attributes:
        threshold: Lowest mean story score of the tellings of one story, in (0, 1).
        window_days: Most days between two tellings of one story; not more than the run's.
    """

    threshold: float
    window_days: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a setting would do.

    Attributes:
        setting: The setting.
        together: For each pair of the population whether both would be in one story.
        lost: For each of the asked pairs of the population how many removed documents one pair of
            documents of it stands for, where these two tell different stories: each removed
            document is compared with the canonical of its story. 0 for pairs with no canonical.
        removed: Documents that would be removed.
    """

    setting: Setting
    together: Bools
    lost: Float64s
    removed: int


def replay_settings(
    run: Run, population: PairPopulation, settings: Sequence[Setting], asked: Int64s
) -> Iterator[Outcome]:
    """Yield what each setting would do.

    Args:
        run: The run.
        population: What it compared.
        settings: Thresholds, and windows no wider than the run's.
        asked: Numbers of the pairs that have a label: only their stories elect a canonical.
    """
    raise NotImplementedError

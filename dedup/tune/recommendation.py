"""Estimated settings to the one to take, why, and the command that applies it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.models import count_of
from dedup.run.run_settings import store_of
from dedup.tune.f1_difference import f1_of

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.tune.estimates import Interval
    from dedup.tune.tune_run import TunedSetting

Gain = Callable[["TunedSetting"], "Interval"]
"""Returns by how much the F1 of a setting exceeds that of the current one."""


def best_of_aim(settings: Sequence[TunedSetting], least_precision: float) -> TunedSetting | None:
    """Return the setting of most recall among those that reach a precision with confidence.

    The lower end of the interval must reach it: the estimate itself is too high for every second
    sample. Of equal ones the current setting is taken, then the widest window, then the highest
    threshold: in doubt, both documents stay.

    Args:
        settings: The settings.
        least_precision: The precision, in (0, 1).
    """
    reaching = [each for each in settings if each.estimate.precision.low >= least_precision]
    return max(reaching, key=lambda each: _key(each, each.estimate.recall.value), default=None)


def best_f1(settings: Sequence[TunedSetting], gain: Gain) -> TunedSetting:
    """Return the setting with the best F1, if that is better than the current one with confidence.

    Settings that may lose more documents do not count: F1 weighs a lost article like a pair that
    was missed, and that is worse. Few answers see a lost article at all, so that equal estimates
    say little: the upper end of the interval must not be higher either. In doubt nothing changes.

    Args:
        settings: The settings, the current one among them.
        gain: Compares with the current one.
    """
    current = _current(settings)
    lost = current.estimate.lost
    safe = [
        each
        for each in settings
        if each.estimate.lost.value <= lost.value and each.estimate.lost.high <= lost.high
    ]
    best = max(safe, key=lambda each: _key(each, f1_of(each.estimate)))
    return best if not best.is_current and gain(best).low > 0 else current


def bolder(
    settings: Sequence[TunedSetting], recommended: TunedSetting, gain: Gain
) -> TunedSetting | None:
    """Return the setting that would be recommended if no document could be lost, if there is one.

    Args:
        settings: The settings, the current one among them.
        recommended: What :func:`best_f1` returned.
        gain: Compares with the current one.
    """
    best = max(settings, key=lambda each: _key(each, f1_of(each.estimate)))
    better = f1_of(best.estimate) > f1_of(recommended.estimate)
    return best if better and gain(best).low > 0 else None


def _current(settings: Sequence[TunedSetting]) -> TunedSetting:
    """Return the setting of the run."""
    return next(each for each in settings if each.is_current)


def _key(tuned: TunedSetting, value: float) -> tuple[float, bool, float, float]:
    """Return what orders settings, the best last."""
    setting = tuned.setting
    return round(value, 9), tuned.is_current, setting.window_days, setting.threshold


def sentence_of(
    settings: Sequence[TunedSetting],
    recommended: TunedSetting | None,
    least_precision: float | None,
    *,
    uses_fitted: bool,
    bolder: TunedSetting | None,
    unanswered: int = 0,
) -> str:
    """Return the recommendation and why, in words.

    Args:
        settings: The settings, the current one among them.
        recommended: The one to take, if there is one.
        least_precision: The precision that was asked for, None for the best F1.
        uses_fitted: Whether the recommended one is with the scorer that was fitted.
        bolder: See :func:`bolder`.
        unanswered: Pairs that were drawn, and that nobody has judged or skipped.
    """
    if not settings:
        return "No setting is estimated: too few of the judged pairs were drawn for this run."
    if recommended is None:
        best = max(settings, key=lambda each: each.estimate.precision.low)
        return (
            f"No setting has a precision of {least_precision:g} with confidence. The best lower "
            f"end of an interval is {best.estimate.precision.low:.3f}, of {_named(best)}. "
            f"{_more_answers(unanswered)}, or ask for less."
        )
    scorer = " and the fitted scorer" if uses_fitted else ""
    takes = "stays" if recommended.is_current else "is recommended"
    why = _why(recommended, least_precision, uses_fitted=uses_fitted)
    words = f"{_named(recommended)}{scorer} {takes}: {why}. {_figures(recommended)}"
    if bolder is not None:
        words += (
            f" {_capital(_named(bolder))} has a better F1, {f1_of(bolder.estimate):.3f} against "
            f"{f1_of(recommended.estimate):.3f}, and may lose more documents, "
            f"{_count(bolder.estimate.lost)}: in doubt, both stay."
        )
    elif recommended.is_current and least_precision is None:
        words += _what_may_be_better(settings, recommended, unanswered)
    return _capital(words)


def _what_may_be_better(
    settings: Sequence[TunedSetting], current: TunedSetting, unanswered: int
) -> str:
    """Return what looks better than the current setting, and how to know; empty if nothing does."""
    best = max(settings, key=lambda each: _key(each, f1_of(each.estimate)))
    if best.is_current:
        return ""
    f1, own_f1 = (f1_of(each.estimate) for each in (best, current))
    lost, own_lost = (each.estimate.lost.value for each in (best, current))
    return (
        f" {_capital(_named(best))} looks better, but these answers do not show it: its estimated "
        f"F1 is {f1:.3f} against {own_f1:.3f}, and it loses {lost:,.0f} documents against "
        f"{own_lost:,.0f}. {_more_answers(unanswered)}, or ask for a precision with --precision."
    )


def _more_answers(unanswered: int) -> str:
    """Return how to get more answers, as the beginning of a sentence."""
    if unanswered:
        pairs = count_of(unanswered, "drawn pair")
        return f"Answer the other {pairs} with dedup label"
    return "Draw and judge more pairs with dedup label --pairs"


def _figures(tuned: TunedSetting) -> str:
    """Return how right a setting is, in words."""
    estimate = tuned.estimate
    return (
        f"Of {count_of(tuned.pairs, 'joined pair')} of documents {_interval(estimate.precision)} "
        f"tell one story; of the compared pairs that tell one story {_interval(estimate.recall)} "
        f"are joined; of {count_of(tuned.removed, 'removed document')} {_count(estimate.lost)} "
        "tell another story than their canonical."
    )


def _why(recommended: TunedSetting, least_precision: float | None, *, uses_fitted: bool) -> str:
    """Return why a setting is the one to take."""
    if least_precision is not None:
        why = (
            "it joins most of the pairs that tell one story, among the settings whose interval of "
            f"the precision begins at {least_precision:g} or above"
        )
    elif uses_fitted:
        why = "the scorer is better than that of the run with confidence"
    elif recommended.is_current:
        why = "none is shown to be better without losing more"
    else:
        why = (
            "its F1 is better with confidence, and it loses no more documents, as far as the "
            "answers say"
        )
    return f"{why} (its figures are of the pairs that taught it)" if uses_fitted else why


def _capital(words: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return words[0].upper() + words[1:]


def _named(tuned: TunedSetting) -> str:
    """Return a setting in words."""
    setting = tuned.setting
    days = "1 day" if setting.window_days == 1 else f"{setting.window_days:g} days"
    return f"threshold {setting.threshold:g} with a window of {days}"


def _interval(interval: Interval) -> str:
    """Return a share with its interval."""
    return f"{interval.value:.3f} (95 % interval {interval.low:.3f} to {interval.high:.3f})"


def _count(interval: Interval) -> str:
    """Return a number of documents with its interval."""
    return f"{interval.value:,.0f} (95 % interval {interval.low:,.0f} to {interval.high:,.0f})"


def command_of(run: Run, options: Sequence[str]) -> str:
    """Return the command that decides a run again, into a folder that is not there yet.

    Args:
        run: The run.
        options: Options and values that are others.
    """
    out = folder_of(run)
    store = [] if _is_found(run, out) else ["--store", str(run.store.path)]
    words = ["dedup", "regroup", str(out), "-o", str(_unused(out)), *options, *store]
    return shlex.join(words)


def folder_of(run: Run) -> Path:
    """Return the folder of a run, which may have been named by a file in it."""
    return run.path if run.path.is_dir() else run.path.parent


def _is_found(run: Run, out: Path) -> bool:
    """Return whether the store of a run is found by the folder of the run."""
    try:
        return store_of(out, run.manifest, None).resolve() == run.store.path.resolve()
    except OutputError:
        return False


def _unused(out: Path) -> Path:
    """Return a folder beside one that is not there."""
    names = (f"{out.name}-tuned{number or ''}" for number in count())
    return next(path for path in map(out.with_name, names) if not path.exists())

"""The chart of a report that shows what judged pairs say about thresholds."""

from __future__ import annotations

from dedup.report.chart_figures import Chart, Row, days_in_words
from dedup.tune.estimates import Interval
from dedup.tune.tune_run import TunedSetting, Tuning


def tuning_charts(tuning: Tuning) -> tuple[Chart, ...]:
    """Return a chart for each window, the narrowest first."""
    windows = sorted({each.setting.window_days for each in tuning.settings})
    return tuple(_chart(tuning, number, window) for number, window in enumerate(windows))


def _chart(tuning: Tuning, number: int, window: float) -> Chart:
    """Return precision and recall by threshold, with their intervals, at one window."""
    settings = [each for each in tuning.settings if each.setting.window_days == window]
    current = next((each for each in settings if each.is_current), None)
    best = tuning.recommended
    chosen = best if best is not None and best.setting.window_days == window else None
    return Chart(
        f"tuning-{number}",
        "intervals",
        f"Precision and recall with a window of {days_in_words(window)}",
        "The lines are estimates from the judged pairs, the areas their 95 % intervals.",
        _summary(current, chosen),
        ("Threshold", "Precision", "Recall", "Articles lost", "Removed"),
        tuple(_row(each) for each in settings),
        {
            "x": [each.setting.threshold for each in settings],
            "intervals": [
                [_ends(each.estimate.precision), _ends(each.estimate.recall)] for each in settings
            ],
            "current": current and current.setting.threshold,
            "recommended": chosen and chosen.setting.threshold,
        },
    )


def _row(tuned: TunedSetting) -> Row:
    """Return the numbers of a setting."""
    estimate = tuned.estimate
    lost = round(estimate.lost.value)
    values = (estimate.precision.value, estimate.recall.value, lost, tuned.removed)
    return Row(f"{tuned.setting.threshold:.2f}", values, (None,) * 4)


def _ends(interval: Interval) -> tuple[float, float, float]:
    """Return the lower end, the estimate and the upper end."""
    return interval.low, interval.value, interval.high


def _summary(current: TunedSetting | None, chosen: TunedSetting | None) -> str:
    """Return the settings that matter in words."""
    named = [("Current", current), ("Recommended", chosen)]
    if current is not None and current == chosen:
        named = [("Current, none is shown to be better,", current)]
    parts = [
        f"{name} threshold {each.setting.threshold:g}: precision "
        f"{in_words(each.estimate.precision)}, recall {in_words(each.estimate.recall)}"
        for name, each in named
        if each is not None
    ]
    return "; ".join(parts) or "Neither the current nor the recommended setting has this window"


def in_words(interval: Interval, digits: int = 3) -> str:
    """Return an estimate with its interval.

    >>> in_words(Interval(0.9, 0.85, 0.94))
    '0.900 (0.850 to 0.940)'
    """
    value, low, high = (
        f"{each:,.{digits}f}" for each in (interval.value, interval.low, interval.high)
    )
    return f"{value} ({low} to {high})"

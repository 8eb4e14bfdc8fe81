"""What judged pairs say about settings, on the terminal: a table, a curve, the recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dedup.cli.console import WIDE
from dedup.errors import printable
from dedup.models import count_of

if TYPE_CHECKING:
    from rich.bar import Bar
    from rich.console import Console
    from rich.table import Table

    from dedup.tune.estimates import Interval
    from dedup.tune.tune_run import TunedSetting, Tuning

_FITTED = "with the fitted scorer, of the pairs that taught it: a little too good"

_LEGEND = "* the run as it is   > recommended"

_LEGEND_OF_CURRENT = "* the run as it is, which stays: none is shown to be better"

_COLUMNS = (
    "precision: of the joined pairs, the share that tells one story",
    "recall: of the compared pairs that tell one story, the share that is joined",
    "lost: removed documents that tell another story than their canonical",
)

_NEIGHBOURS = 3
"""Thresholds that are listed on each side of one."""

_LONGEST_ROW = 1000
"""Cells that a row of the table has at most."""

_CURVE_ROWS = 16
"""Thresholds of a curve."""

_BAR_CELLS = 24
"""Width of an interval's scale in the curve."""

_NARROWEST = 0.5
"""Cells that the bar of an interval has at least: one without a width would not be seen."""


def print_tuning(found: Tuning, target: Console, *, everything: bool) -> None:
    """Print what judged pairs say.

    Args:
        found: What they say.
        target: Where to; what is no terminal gets no line broken.
        everything: Whether every setting is listed.
    """
    from rich.text import Text

    def say(line: str = "", style: str = "") -> None:
        target.print(Text(printable(line), style), soft_wrap=not target.is_terminal)

    for line in _heading(found):
        say(line)
    for name, settings in (("", found.settings), (_FITTED, found.with_fitted)):
        if settings:
            say()
            if name:
                say(name)
            _print_settings(settings, found, target, everything=everything)
    say()
    if found.fitted is not None:
        say(found.fitted.sentence)
    say(found.sentence, "bold")
    if found.command is not None:  # a line that was broken cannot be pasted
        target.print(Text(printable(found.command)), soft_wrap=True)


def _print_settings(
    settings: Sequence[TunedSetting], found: Tuning, target: Console, *, everything: bool
) -> None:
    """Print the settings of one scorer as a table and a curve."""
    shown = settings if everything else _around(settings, found)
    table = _table(shown, found, 2 if target.width >= WIDE else 1)
    # A line that is longer than that of the terminal is better than a number that is cut short.
    every = target.options.update(max_width=_LONGEST_ROW)
    table.width = target.measure(table, options=every).maximum
    target.print(table, crop=False)
    more = len(settings) - len(shown)
    legend = _LEGEND_OF_CURRENT if _stays(found) else _LEGEND
    target.print(legend + (f"   {count_of(more, 'more setting')}: --all lists all" if more else ""))
    for line in _COLUMNS:
        target.print(line)
    if not target.options.ascii_only:  # its blocks are no ASCII
        target.print()
        target.print(_curve(_curve_settings(settings, found), found))


def _heading(found: Tuning) -> list[str]:
    """Return the lines on the labels, and on what they cannot say."""
    lines = [
        f"{count_of(found.labels, 'judged pair')}: {found.same:,} one story, "
        f"{found.labels - found.same:,} different"
        + (f"; {found.skipped:,} skipped" if found.skipped else "")
    ]
    if found.settings:
        lines += [
            f"estimates for the {count_of(found.population, 'pair')} of documents that the run "
            "compared, with 95 % intervals",
            "recall is of pairs that were proposed: what was never compared is not in it",
        ]
    if found.unknown:
        lines.append(
            f"{found.unknown:,} of them are not used for estimates: the run did not compare them, "
            "or they were not drawn from it as it is"
        )
    return lines


def _is_recommended(each: TunedSetting, found: Tuning) -> bool:
    """Return whether a setting is the recommended one, and not one that only stays."""
    return each is found.recommended and not _stays(found)


def _stays(found: Tuning) -> bool:
    """Return whether the run stays as it is because no other setting is shown to be better."""
    best = found.recommended
    return best is not None and best.is_current and found.least_precision is None


def _of_window(settings: Sequence[TunedSetting], days: float) -> list[TunedSetting]:
    """Return the settings with one window, by threshold."""
    return [each for each in settings if each.setting.window_days == days]


def _marked(settings: Sequence[TunedSetting], found: Tuning) -> list[TunedSetting]:
    """Return the recommended and the current setting; where neither is there, the best F1."""
    from dedup.tune.f1_difference import f1_of

    marked = [each for each in settings if _is_recommended(each, found)]
    marked += [each for each in settings if each.is_current and each not in marked]
    return marked or [max(settings, key=lambda each: f1_of(each.estimate))]


def _around(settings: Sequence[TunedSetting], found: Tuning) -> list[TunedSetting]:
    """Return the settings near the current and the recommended one, in their order.

    Of other windows there is the one with the recommended threshold, else with the current one.
    """
    chosen = _marked(settings, found)
    threshold = chosen[0].setting.threshold
    kept = {each.setting for each in settings if each.setting.threshold == threshold}
    for each in chosen:
        window = _of_window(settings, each.setting.window_days)
        place = window.index(each)
        near = window[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        kept.update(other.setting for other in near)
    return [each for each in settings if each.setting in kept]


def _table(shown: Sequence[TunedSetting], found: Tuning, gap: int) -> Table:
    """Return the table of some settings, with a gap of some spaces between its columns."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for heading in ("threshold", "window", "joined", "removed", "precision", "recall", "lost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in shown:
        signs = ">" * _is_recommended(each, found) + "*" * each.is_current
        table.add_row(
            f"{signs} {each.setting.threshold:g}",
            f"{each.setting.window_days:g}",
            f"{each.pairs:,}",
            f"{each.removed:,}",
            _share(each.estimate.precision),
            _share(each.estimate.recall),
            _count(each.estimate.lost),
            style="bold" if _is_recommended(each, found) else "",
        )
    return table


def _share(interval: Interval) -> str:
    """Return a share with its interval."""
    low, high = (f"{end:.3f}".removeprefix("0") for end in (interval.low, interval.high))
    return f"{interval.value:.3f} {low}-{high}"


def _count(interval: Interval) -> str:
    """Return a number of documents with its interval."""
    return f"{interval.value:,.0f} {interval.low:,.0f}-{interval.high:,.0f}"


def _mark(each: TunedSetting, found: Tuning) -> str:
    """Return what a setting is, if it is more than one that was tried."""
    if each.is_current:
        return "current, stays" if each is found.recommended else "current"
    return "recommended" if each is found.recommended else ""


def _curve_settings(settings: Sequence[TunedSetting], found: Tuning) -> list[TunedSetting]:
    """Return the settings of a curve: by threshold, with the window that is recommended.

    Where there are too many, they are taken at even distances, the marked ones among them.
    """
    window = _of_window(settings, _marked(settings, found)[0].setting.window_days)
    step = max(1, len(window) // _CURVE_ROWS)
    return [
        each
        for place, each in enumerate(window)
        if place % step == 0 or each.is_current or _is_recommended(each, found)
    ]


def _curve(shown: Sequence[TunedSetting], found: Tuning) -> Table:
    """Return the intervals of precision and recall by threshold, each as a bar on one scale."""
    from rich.table import Table

    shares = [share for each in shown for share in (each.estimate.precision, each.estimate.recall)]
    least = min((share.low for share in shares), default=0.0)
    least = min(0.9, int(10 * least) / 10)  # the scale begins at a tenth
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("threshold", justify="right")
    for name in ("precision", "recall"):
        table.add_column(f"{name}, {least:.1f} to 1", width=_BAR_CELLS, no_wrap=True)
    table.add_column("")
    for each in shown:
        table.add_row(
            f"{each.setting.threshold:g}",
            _bar(each.estimate.precision, least, "cyan"),
            _bar(each.estimate.recall, least, "green"),
            _mark(each, found),
        )
    return table


def _bar(interval: Interval, least: float, color: str) -> Bar:
    """Return the bar of an interval on a scale from the least share to 1."""
    from rich.bar import Bar

    size = 1 - least
    narrowest = size * _NARROWEST / _BAR_CELLS
    end = min(size, max(interval.high - least, interval.low - least + narrowest))
    begin = min(interval.low - least, end - narrowest)
    return Bar(size, begin, end, width=_BAR_CELLS, color=color)

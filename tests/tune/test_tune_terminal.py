"""What `dedup tune` prints: a table of settings, a curve, the recommendation, the command."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from dedup.cli.tuned_settings import print_tuning
from dedup.tune.estimates import Estimate, Interval
from dedup.tune.replay_settings import Setting
from dedup.tune.tune_run import TunedSetting, Tuning

THRESHOLDS = [round(0.1 + 0.02 * step, 2) for step in range(40)]


def tuned(threshold, days, current=(0.18, 14)):
    """A setting: the higher its threshold, the higher its precision, and the lower its recall."""
    precision, recall = 0.5 + threshold / 2, 1 - threshold / 2
    estimate = Estimate(
        Interval(precision, precision - 0.04, min(1.0, precision + 0.03)),
        Interval(recall, recall - 0.05, recall),
        Interval(1234.0, 900.0, 1500.0),
    )
    return TunedSetting(
        Setting(threshold, days), (threshold, days) == current, 123_456, 2345, estimate
    )


def tuning(recommended=(0.7, 14), days=(3, 14), thresholds=THRESHOLDS, **more):
    settings = tuple(tuned(each, window) for window in days for each in thresholds)
    (best,) = [s for s in settings if (s.setting.threshold, s.setting.window_days) == recommended]
    known = {
        "labels": 200, "same": 120, "skipped": 3, "unknown": 0, "population": 23_900,
        "least_precision": 0.9, "settings": settings, "recommended": best,
        "sentence": "Take the threshold 0.7.",
        "command": "dedup regroup out -o out-tuned --threshold 0.7", "fitted": None,
    }  # fmt: skip
    return Tuning(**{**known, **more})


def printed(found, *, everything=False, width=80, encoding="utf-8"):
    """The lines on a terminal of a width, without spaces at their ends."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    target = Console(file=stream, markup=False, highlight=False, emoji=False, width=width)
    print_tuning(found, target, everything=everything)
    stream.flush()
    return [line.rstrip() for line in raw.getvalue().decode(encoding).splitlines()]


def rows(lines):
    """The words of the rows of the table."""
    start = next(at for at, line in enumerate(lines) if line.lstrip().startswith("threshold"))
    stop = next(at for at, line in enumerate(lines) if line.startswith("* the run"))
    return [line.split() for line in lines[start + 1 : stop]]


def test_the_last_line_is_the_command_and_nothing_else():
    lines = printed(tuning(command="dedup regroup out -o " + "o" * 100))

    assert lines[-1] == "dedup regroup out -o " + "o" * 100
    assert lines[-2] == "Take the threshold 0.7."


def test_without_a_command_the_last_line_is_the_sentence():
    assert printed(tuning(command=None))[-1] == "Take the threshold 0.7."


def test_settings_around_the_current_and_the_recommended_one_are_listed():
    table = rows(printed(tuning()))
    in_window = [row for row in table if row[-7] == "14" or "14" in row[:3]]
    thresholds = [float(row[1] if row[0] in "*>" else row[0]) for row in in_window]

    assert thresholds == [
        0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24,
        0.64, 0.66, 0.68, 0.7, 0.72, 0.74, 0.76,
    ]  # fmt: skip
    assert [row[:3] for row in table if row[0] in "*>"] == [["*", "0.18", "14"], [">", "0.7", "14"]]
    # Of another window the recommended threshold stands for all.
    assert [row[:2] for row in table if row not in in_window] == [["0.7", "3"]]


def test_all_are_listed_on_demand():
    found = tuning()

    assert len(rows(printed(found, everything=True))) == len(found.settings) == 80
    assert "65 more settings: --all lists all" in "\n".join(printed(found))
    assert "more setting" not in "\n".join(printed(found, everything=True))


def test_no_number_is_cut_on_a_narrow_terminal():
    lines = printed(tuning(), width=80)
    row = next(row for row in rows(lines) if row[0] == ">")

    assert row == [
        ">", "0.7", "14", "123,456", "2,345", "0.850", ".810-.880", "0.650", ".600-.650",
        "1,234", "900-1,500",
    ]  # fmt: skip
    assert max(len(line) for line in lines if line.endswith(".600-.650 1,234 900-1,500")) <= 80
    assert not any("…" in line for line in lines)


def test_no_number_of_a_large_dump_is_cut():
    lost = Interval(123_456.0, 98_765.0, 1_234_567.0)
    settings = tuple(
        replace(each, pairs=9_876_543_210, estimate=replace(each.estimate, lost=lost))
        for each in tuning(recommended=(0.18, 14)).settings
    )
    best = next(each for each in settings if each.is_current)
    lines = printed(replace(tuning(), settings=settings, recommended=best), width=80)
    row = next(row for row in rows(lines) if row[0] == ">*")

    assert row == [
        ">*", "0.18", "14", "9,876,543,210", "2,345", "0.590", ".550-.620", "0.910", ".860-.910",
        "123,456", "98,765-1,234,567",
    ]  # fmt: skip
    assert not any("…" in line for line in lines)


def bars(lines):
    """The rows of the curve: the threshold, and both scales as cells that are empty or are not."""
    start = next(at for at, line in enumerate(lines) if line.startswith("threshold  precision, "))
    first, second = (lines[start].index(name) for name in ("precision", "recall"))
    found = {}
    for line in lines[start + 1 :]:
        if not line:
            return found
        line = line.ljust(80)
        cells = line[first : second - 2], line[second : second + second - first - 2]
        found[float(line[:first])] = [[cell != " " for cell in part] for part in cells]
    raise AssertionError("the curve has no end")


def test_the_bars_of_the_curve_cover_the_intervals():
    curve = bars(printed(tuning()))
    least, cells = 0.5, len(curve[0.7][0])

    assert {0.18, 0.7} <= set(curve)
    assert len(curve) <= 22
    for threshold, (precision, recall) in curve.items():
        estimate = tuned(threshold, 14).estimate
        for bar, interval in ((precision, estimate.precision), (recall, estimate.recall)):
            covered = [at for at, full in enumerate(bar) if full]
            assert covered[0] == pytest.approx((interval.low - least) / (1 - least) * cells, abs=1)
            end = (interval.high - least) / (1 - least) * cells
            assert covered[-1] + 1 == pytest.approx(end, abs=1)


def test_an_interval_without_a_width_is_seen():
    exact = Interval(1.0, 1.0, 1.0)
    settings = [
        TunedSetting(Setting(each, 14), each == 0.18, 10, 5, Estimate(exact, exact, exact))
        for each in (0.18, 0.5)
    ]
    found = replace(tuning(), settings=tuple(settings), recommended=settings[1])
    curve = bars(printed(found))

    assert set(curve) == {0.18, 0.5}
    assert all(any(bar) for each in curve.values() for bar in each)


def test_where_blocks_cannot_be_shown_there_is_no_curve():
    lines = printed(tuning(), encoding="ascii")

    assert all(line.isascii() for line in lines)
    assert not any(line.startswith("threshold  precision, ") for line in lines)
    assert lines[-1].startswith("dedup regroup")


def test_what_the_labels_cannot_say_is_said():
    text = "\n".join(printed(tuning(unknown=7), width=200))

    assert "recall is of pairs that were proposed" in text
    assert "estimates for the 23,900 pairs of documents that the run compared" in text
    assert "200 judged pairs: 120 one story, 80 different; 3 skipped" in text
    assert "7 of them are not used for estimates: the run did not compare them" in text
    assert "not used" not in "\n".join(printed(tuning(), width=200))


def test_where_nothing_is_recommended_the_current_one_is_in_the_middle():
    found = tuning(sentence="No setting reaches 0.999.", command=None)
    lines = printed(replace(found, recommended=None))
    table = rows(lines)

    assert lines[-1] == "No setting reaches 0.999."
    assert [row[:3] for row in table if row[0] in "*>"] == [["*", "0.18", "14"]]
    assert len(table) == 7 + 1


def test_a_run_that_stays_is_current_and_not_recommended():
    stays = tuning(recommended=(0.18, 14), least_precision=None, command=None)
    lines = printed(stays)

    assert [row[:3] for row in rows(lines) if row[0] in "*>"] == [["*", "0.18", "14"]]
    assert "recommended" not in "\n".join(lines)
    assert any("which stays: none is shown to be better" in line for line in lines)
    reached = printed(replace(stays, least_precision=0.5))
    assert [row[0] for row in rows(reached) if row[0][0] in "*>"] == [">*"]


def test_each_figure_of_the_table_is_said_below_it():
    lines = printed(tuning())
    start = next(at for at, line in enumerate(lines) if line.startswith("* the run")) + 1

    assert [line.partition(":")[0] for line in lines[start : start + 3]] == [
        "precision", "recall", "lost",
    ]  # fmt: skip


def test_where_nothing_is_estimated_there_is_no_table_and_no_word_of_estimates():
    found = replace(tuning(command=None), settings=(), recommended=None, unknown=200)
    lines = printed(found, width=200)

    assert lines[0].startswith("200 judged pairs")
    assert lines[1].startswith("200 of them are not used for estimates")
    assert [line for line in lines[2:] if line] == [found.sentence]


def test_settings_with_a_fitted_scorer_have_a_table_of_their_own():
    found = tuning()
    fitted = tuple(replace(each, is_current=False) for each in found.settings)
    best = next(each for each in fitted if each.setting == Setting(0.3, 14))
    lines = printed(replace(found, with_fitted=fitted, recommended=best, command=None))
    start = next(at for at, line in enumerate(lines) if line.startswith("with the fitted scorer"))

    assert [row[:3] for row in rows(lines[:start]) if row[0] in "*>"] == [["*", "0.18", "14"]]
    assert [row[:3] for row in rows(lines[start:]) if row[0] in "*>"] == [[">", "0.3", "14"]]
    assert 0.3 in bars(lines[start:])

"""A finished run to what its report shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.report.report_data import ReportData

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.progress import Progress
    from dedup.tune.tune_run import Tuning


def read_report(
    run: Run, tuning: Tuning | None = None, progress: Progress | None = None
) -> ReportData:
    """Read what a report shows of a run.

    Args:
        run: The run.
        tuning: What judged pairs say about it, if there are any.
        progress: Gets the progress.
    """
    raise NotImplementedError

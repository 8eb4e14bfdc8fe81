"""What a report shows to one self-contained page."""

from __future__ import annotations

from dedup.report.report_data import ReportData


def report_page(data: ReportData) -> str:
    """Return the page: no request, no script but its own, everything of the run escaped."""
    raise NotImplementedError

"""Reports that tests look at."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def report_file(command, sample_run, tmp_path_factory):
    """The report of the run on the sample dump."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = command("report", sample_run.path, "-o", path)
    assert done.exit_code == 0, done.stderr
    return path

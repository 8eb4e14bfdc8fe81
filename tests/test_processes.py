"""How processes beside the main one are started."""

import sys

import pytest

from dedup import processes


def test_workers_never_start_by_forking(monkeypatch):
    assert processes.worker_context(["dedup"]).get_start_method() == "forkserver"
    monkeypatch.setattr(processes.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert processes.worker_context(["dedup"]).get_start_method() == "spawn"


@pytest.mark.parametrize(
    ("error", "told"),
    [(FileNotFoundError("gone"), False), (EOFError(), False), (ValueError("a bug"), True)],
)
def test_only_lost_connections_are_passed_over(monkeypatch, capsys, error, told):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    processes.leave_orphans_alone()
    sys.excepthook(type(error), error, None)
    assert bool(capsys.readouterr().err) == told

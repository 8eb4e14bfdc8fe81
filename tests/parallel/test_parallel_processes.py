"""How processes beside the main one are started."""

import fcntl
import signal
import sys
from multiprocessing import util

import pytest

from dedup.cli.stop import stoppable
from dedup.parallel import processes
from dedup.progress import NullProgress


def test_workers_never_start_by_forking(monkeypatch):
    assert processes.worker_context(["dedup"]).get_start_method() == "forkserver"
    monkeypatch.setattr(processes.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert processes.worker_context(["dedup"]).get_start_method() == "spawn"


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="Linux tells the size of a pipe")
def test_a_pipe_to_workers_holds_the_next_pages():
    reader, writer = processes.worker_context(["dedup"]).Pipe(duplex=False)
    assert fcntl.fcntl(reader.fileno(), fcntl.F_GETPIPE_SZ) == processes.PIPE
    writer.send("a page")
    assert reader.recv() == "a page"


def test_a_pipe_that_may_not_hold_more_does_as_it_is(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(processes.fcntl, "fcntl", refuse)
    reader, writer = processes.worker_context(["dedup"]).Pipe(duplex=False)
    writer.send("a page")
    assert reader.recv() == "a page"


@pytest.mark.parametrize(
    ("error", "told"),
    [(FileNotFoundError("gone"), False), (EOFError(), False), (ValueError("a bug"), True)],
)
def test_only_lost_connections_are_passed_over(monkeypatch, capsys, error, told):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    processes.silence_orphans()
    sys.excepthook(type(error), error, None)
    assert bool(capsys.readouterr().err) == told


def test_a_request_to_stop_waits_for_what_would_swallow_it():
    """What is raised while a thing of multiprocessing dies is told on stderr and forgotten."""
    asked = []

    class Dying:
        pass

    with stoppable(NullProgress()) as progress:
        thing = Dying()
        util.Finalize(thing, lambda: asked.append(progress.ask(signal.SIGINT, sys._getframe())))
        del thing
        assert asked == [None]
        with pytest.raises(KeyboardInterrupt):
            progress.advance(1)

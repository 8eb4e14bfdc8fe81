"""How processes are started."""

import gc
import os
import shutil
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import util

import pytest

from dedup.cli.stop import stoppable
from dedup.parallel import processes
from dedup.progress import NullProgress


def test_workers_never_start_by_forking_this_process():
    assert processes.worker_context("dedup").get_start_method() == "forkserver"


def test_a_folder_for_temporary_files_with_too_long_a_path_is_reported(command, samples, tmp_path):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    done = command.installed(
        "clean", samples / "dump", env={**os.environ, "TMPDIR": str(folder)}, text=True
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: the folder for temporary files, ")
    assert "Traceback" not in done.stderr


def test_a_server_starts_with_ctrl_c_blocked_and_leaves_it_to_this_process(monkeypatch):
    masks = []

    def ensure_running():
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))

    monkeypatch.setattr(processes.forkserver, "ensure_running", ensure_running)
    processes.worker_context("dedup")
    assert signal.SIGINT in masks[0]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.parametrize(
    ("error", "printed"),
    [(FileNotFoundError("gone"), False), (EOFError(), False), (ValueError("a bug"), True)],
)
def test_a_lost_connection_alone_is_not_printed(monkeypatch, capsys, error, printed):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    processes.silence_orphans()
    sys.excepthook(type(error), error, None)
    assert bool(capsys.readouterr().err) == printed


def test_a_request_to_stop_waits_until_it_would_not_be_swallowed():
    """An error raised while an object of multiprocessing is finalised is printed and lost."""
    requests = []

    class Finalised:
        pass

    with stoppable(NullProgress()) as progress:
        thing = Finalised()
        frame = sys._getframe
        util.Finalize(thing, lambda: requests.append(progress.handle(signal.SIGINT, frame())))
        del thing
        assert requests == [None]
        with pytest.raises(KeyboardInterrupt):
            progress.advance(1)


def worker_settings():
    """What a worker says of itself."""
    return signal.getsignal(signal.SIGINT), gc.get_threshold()[0]


def test_a_worker_ignores_ctrl_c_and_collects_garbage_less_often():
    context = processes.worker_context("dedup")
    with ProcessPoolExecutor(1, context, initializer=processes.begin_worker) as pool:
        handler, threshold = pool.submit(worker_settings).result()
    assert handler is signal.SIG_IGN
    assert threshold > gc.get_threshold()[0]


def test_no_process_imports_from_the_folder_where_a_run_is_started(command, samples, tmp_path):
    dump, mark = tmp_path / "dump", tmp_path / "imported"
    shutil.copytree(samples / "dump" / "harborpost.example", dump / "harborpost.example")
    for name in ("copy", "random", "selectors", "tempfile", "lxml", "dedup"):
        (dump / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').write(__name__)\n")
    pages = ("--include", "*.html", "--workers", 2, "-o", tmp_path / "out")
    done = command.installed("run", ".", *pages, cwd=dump, text=True)

    assert done.returncode == 0, done.stderr
    assert "8 stay" in done.stderr
    assert not mark.exists()

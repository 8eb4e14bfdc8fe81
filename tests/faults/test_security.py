"""The promises of SECURITY.md: no network, no file elsewhere, no code from data, limits."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from runs import Out

pytestmark = pytest.mark.slow

# Python runs it at the start of each process, workers among them. The hook writes down what it
# raises, because code may catch the exception.
GUARD = """
import os, sys

LOG = os.environ["GUARD_LOG"]
ALLOWED = tuple(os.environ["GUARD_ALLOWED"].split(":"))
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
busy = False

def note(what):
    global busy
    busy = True
    with open(LOG, "a") as log:
        log.write(f"{os.getpid()} {what}\\n")
    busy = False

def place(path):
    return os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""

def hook(event, args):
    if busy:
        return
    if event == "socket.__new__":
        if int(args[1]) == 1:  # AF_UNIX: how worker processes are started
            return
        # A library looks when it is imported whether this system knows IPv6. It does not here.
        if "_has_ipv6" not in names(sys._getframe()):
            note(f"network {event} {args[1]}")
        raise PermissionError("there is no network")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        note(f"network {event}")
        raise PermissionError("there is no network")
    elif event in ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "pty.spawn"):
        note(f"program {event} {args}")
    elif event == "open":
        path, _, flags = args
        if isinstance(path, (str, bytes)) and flags & WRITES:
            check(place(path), event)
    elif event in ("os.remove", "os.rmdir") and args[1] != -1:
        return  # in a folder that is open, which the hook cannot name
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect"):
        check(place(args[0]), event)
    elif event in ("os.rename", "os.link", "os.symlink"):
        check(place(args[1]), event)

def names(frame):
    while frame:
        yield frame.f_code.co_name
        frame = frame.f_back

def check(path, event):
    if path and not path.startswith(ALLOWED):
        note(f"write {event} {path}")

sys.addaudithook(hook)
note("begun")
"""


@pytest.fixture
def guarded(command, tmp_path, short_path):
    """Run the command with every process watched; return the lines of the log, and the folders."""
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD, "utf-8")
    # The same folders as without a guard, but none in which others are busy, too.
    own = {name: tmp_path / name for name in ("out", "home", "cwd")}
    own["tmp"] = short_path / "tmp"
    for path in list(own.values())[1:]:
        path.mkdir()

    def run(*arguments, **options):
        log = folder / "log"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
            "GUARD_LOG": str(log),
            "GUARD_ALLOWED": f"{own['out']}:/dev/null:/dev/shm:{os.environ['DEDUP_CACHE']}",
            "HOME": str(own["home"]),
            "TMPDIR": str(own["tmp"]),
        }
        done = command.installed(
            *arguments, "-o", own["out"], "-q", "--workers", "2", env=environment, cwd=own["cwd"],
            **options,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return log.read_text("utf-8").splitlines(), own

    return run


def copied(path):
    """The path that a line of the log names."""
    return path.split(" ", 3)[-1]


# The output, temporary files that are gone at the end, and compiled code beside the package are
# allowed.
def elsewhere(lines, own):
    written = {copied(line) for line in lines if " write " in line}
    return {
        path
        for path in written
        if not path.startswith(str(own["tmp"])) and "__pycache__" not in path
    }


@pytest.mark.parametrize("name", ["dump", "dump.jsonl", "dump.warc.gz"])
def test_a_run_needs_no_network_starts_no_program_and_writes_nowhere_else(
    name, guarded, samples, sample_run
):
    lines, own = guarded("run", samples / name)

    processes = {line.split()[0] for line in lines if line.endswith("begun")}
    assert len(processes) > 2, "the workers were not watched"
    assert [line for line in lines if " network " in line] == []
    assert [line for line in lines if " program " in line] == []
    assert elsewhere(lines, own) == set()
    assert [path for name in ("home", "cwd", "tmp") for path in own[name].rglob("*")] == []
    if name == "dump":
        assert Out(own["out"]).tables() == sample_run.tables()


@pytest.mark.slow
def test_addresses_in_pages_are_not_opened(guarded, tmp_path):
    html = (
        '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        '<html><head><base href="http://127.0.0.1:9/"><link rel="canonical" href="//127.0.0.1:9/a">'
        '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/"></head><body><article>'
        + "<p>The ferry to Port Elwood will run again from Monday, its owner said. &e;</p>"
        * 5
        + '<img src="http://127.0.0.1:9/p.png"><iframe src="http://127.0.0.1:9/"></iframe>'
        "</article></body></html>"
    )
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "page.html").write_text(html, "utf-8")
    lines, own = guarded("run", dump)

    assert [line for line in lines if " network " in line] == []
    (survivor,) = Out(own["out"]).survivors
    assert "ferry" in survivor["text"]
    assert "root:" not in json.dumps(survivor)


def test_names_of_inputs_lead_no_output_elsewhere(command, tmp_path):
    text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
    records = [
        {"id": "../../escaped", "text": text},
        {"id": "/etc/escaped", "text": text + "More."},
        {"id": "$(touch escaped)", "text": text + "Else.", "url": "file:///etc/passwd"},
        {"id": "'; DROP TABLE documents; --", "text": text + "Then."},
    ]
    dump = tmp_path / "records.jsonl"
    dump.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    out = command.run(dump, out=tmp_path / "here" / "out")
    assert len(out.decisions) == len(records)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "records.jsonl"]
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_workers_have_their_limit_of_memory(command, samples, tmp_path):
    from replay_faults import descendants

    dump = tmp_path / "dump"
    shutil.copytree(samples / "dump", dump)
    running = command.spawn("run", dump, "-o", tmp_path / "out", "-q", "--memory", "1111")
    most = str(1111 << 20)
    limited = set()
    while running.process.poll() is None:
        for pid in descendants(running.process.pid):
            try:
                lines = Path(f"/proc/{pid}/limits").read_text("utf-8").splitlines()
            except OSError:
                continue  # it has ended
            memory_limits = [
                line.split()[3:5] for line in lines if line.startswith("Max address space")
            ]
            limited |= {pid for limits in memory_limits if limits[:1] == [most]}
    assert running.process.returncode == 0
    assert limited

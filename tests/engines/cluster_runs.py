"""Runs of the command on an engine, some of whose processes are killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from runs import ROOT, TABLES

SECONDS = 1800
"""After so long a run has hung, however busy the machine is."""

LEAST_JAVA = 17


def no_java():
    """Why Spark cannot run here, empty if it can."""
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else shutil.which("java")
    if java is None:
        return "there is no Java: on Debian install openjdk-17-jre-headless"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < LEAST_JAVA:
        return f"Java is older than {LEAST_JAVA}: on Debian install openjdk-17-jre-headless"
    return ""


def made_dump(folder, articles):
    """A dump of made articles of all kinds."""
    dump = folder / f"made{articles}.jsonl"
    words = ["--articles", articles, "--words", 100, "--out", dump]
    script = ROOT / "scripts" / "make_dump.py"
    subprocess.run([sys.executable, script, *map(str, words)], check=True, capture_output=True)
    return dump


def started(dump, out, *options):
    """Start a run."""
    words = ["run", dump, "-o", out, "--quiet", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "dedup", *map(str, words)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def ended(running):
    """Wait for the end of a run, which must be a good one."""
    try:
        _, errors = running.communicate(timeout=SECONDS)
    finally:
        running.kill()
    assert running.returncode == 0, errors
    return errors


def tables_in(out):
    """The bytes of each table, its parts one behind another."""
    return {
        name: b"".join(path.read_bytes() for path in sorted(out.glob(f"{name}*.jsonl")))
        for name in TABLES
    }


def processes(running):
    """What a run started, and it did not end: numbers of processes, and their words."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (path / "stat").read_text().rpartition(")")[2].split()[:4]
            words = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(session) == running.pid and state != "Z":
            found[int(path.name)] = words
    return found


def left_by(running):
    """Which processes of a run that ended do not end soon."""
    limit = time.monotonic() + 60
    while (left := processes(running)) and time.monotonic() < limit:
        time.sleep(0.1)
    return left


def kill_when(running, is_time, is_chosen):
    """Kill the newest process of a run that is chosen by its words, as soon as it is time."""
    limit = time.monotonic() + SECONDS
    chosen = []
    while not (is_time() and chosen):
        assert running.poll() is None, running.stderr.read()
        assert time.monotonic() < limit, "the run has hung"
        time.sleep(0.02)
        chosen = [number for number, words in processes(running).items() if is_chosen(words)]
    os.kill(max(chosen), signal.SIGKILL)

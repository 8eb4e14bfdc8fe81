#!/usr/bin/env python3
"""Kill runs, damage their inputs and their stores, and see whether anything is lost or wrong.

    kills     a run over pages is killed at a random moment, again and again, and resumed until it
              is done; its results must be those of a run that nobody killed, byte for byte
    replicas  the dump is copied 24 times under other ids, random files are damaged, and the run on
              it is killed; inputs = canonical + duplicate + unique + rejected, each id decided once
    flips     a byte of a store is changed; the resumed run refuses it with a sentence, or gives the
              results of a run whose store nobody touched

Who is killed is drawn, too: the run, a process of its own, all of them, or it is asked to stop.
Some kills wait for a file to appear: a random moment would seldom meet the short time in question.
The same seed draws the same kills; what they meet depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measured import descendants

ROOT = Path(__file__).parent.parent

TABLES = ("decisions.jsonl", "stories.jsonl", "survivors.jsonl", "rejected.jsonl")

STATUSES = ("canonical", "duplicate", "unique", "rejected")

COPIES = 24
"""Copies of the sample dump in a replica."""

PADDING = 300_000
"""Bytes of a comment in each page, so that pages fill a batch before the last of them."""

LIMIT = 300
"""Seconds after which a run hangs."""

# What a kill may wait for, each in the folder of the run: a store that is being made, its log, a
# file that is being written, one that is, and the last.
SIGHTS = (
    "store.sqlite", "store.sqlite-wal", ".dedup.new/.decisions.jsonl.part",
    ".dedup.new/.survivors.jsonl.part", ".dedup.new/whole.json", "stories.jsonl",
)  # fmt: skip


class Fault(AssertionError):
    """Something was lost, or is wrong, or was told in more than a sentence."""


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill.

    Attributes:
        victim: ``run``, ``process`` (one of those that it started), ``all``, or the name of a
            signal that asks it to stop.
        moment: Seconds after the start.
        sight: A file to wait for instead, None for none.
    """

    victim: str
    moment: float
    sight: str | None = None

    def __str__(self) -> str:
        """Say it in a word or two."""
        return f"{self.victim} at {self.sight or f'{self.moment:.2f} s'}"


VICTIMS = ("run", "run", "process", "process", "all", "all", "SIGTERM", "SIGINT")


def blow(rng: random.Random, seconds: float) -> Blow:
    """Draw a kill of a run that takes so many seconds."""
    sight = rng.choice(SIGHTS) if rng.random() < 0.25 else None
    return Blow(rng.choice(VICTIMS), rng.uniform(0.02, seconds), sight)


class Case:
    """A dump and the results of an undisturbed run on it."""

    def __init__(self, dump: Path, folder: Path) -> None:
        """Run twice: the first run pays for what is kept between runs, the faster is timed."""
        self.dump = dump
        self.whole = folder / "whole"
        self.seconds = float(LIMIT)
        for _ in range(2):
            began = time.monotonic()
            finish(dump, self.whole, "--overwrite")
            self.seconds = min(self.seconds, time.monotonic() - began)
        self.expected = tables(self.whole)


def tables(out: Path) -> dict[str, bytes]:
    """Return the bytes of a run's results."""
    return {name: (out / name).read_bytes() for name in TABLES}


def command(dump: Path, out: Path, *options: str) -> list[str]:
    """Return the command of a run."""
    return [sys.executable, "-m", "dedup", "run", str(dump), "-o", str(out), "-q", *options]


def finish(dump: Path, out: Path, *options: str) -> None:
    """Run to the end.

    Raises:
        Fault: The run fails, or says something.
    """
    done = subprocess.run(
        command(dump, out, *options), check=False, capture_output=True, text=True, timeout=LIMIT
    )
    if done.returncode or done.stderr:
        raise Fault(f"exit {done.returncode}: {done.stderr[-2000:]}")


def strike(dump: Path, out: Path, planned: Blow, rng: random.Random) -> str:
    """Start or resume a run, let a kill come over it, and wait for its end.

    Returns:
        What the kill met: ``killed`` (it ended by it), ``stopped`` (by itself, with a sentence),
        ``lived`` (a process of its own was killed), ``late`` (it had ended already).

    Raises:
        Fault: It hangs, fails otherwise, or leaves processes behind.
    """
    running = subprocess.Popen(
        command(dump, out, "--resume"), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _wait(running, out, planned)
    family = [pid for pid in descendants(running.pid) if not _is_tracker(pid)]
    met = _hit(running, planned.victim, family, rng) if running.poll() is None else "late"
    try:
        _, errors = running.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired as error:
        os.killpg(running.pid, signal.SIGKILL)
        raise Fault(f"{planned}: hangs") from error
    _check_end(met, running.returncode, errors, planned)
    _check_none_left(family, planned)
    if met == "stopped" and not running.returncode:
        return "late"
    return met


def _wait(running: subprocess.Popen[str], out: Path, planned: Blow) -> None:
    """Wait for the moment of a kill, or for what it waits to see, or for the end of the run."""
    began = time.monotonic()
    sight = out / planned.sight if planned.sight else None
    there = sight is not None and sight.exists()  # of an earlier attempt: the moment decides
    while running.poll() is None:
        passed = time.monotonic() - began
        if passed >= planned.moment if sight is None or there else sight.exists():
            return
        time.sleep(0.001)


def _hit(running: subprocess.Popen[str], victim: str, family: list[int], rng: random.Random) -> str:
    """Send the signal; return what is expected of it."""
    if victim.startswith("SIG"):
        running.send_signal(getattr(signal, victim))
        return "stopped"
    if victim == "process":
        if family:
            _end(rng.choice(family))
        return "lived"
    running.kill()
    if victim == "all":
        for pid in family:
            _end(pid)
    return "killed"


def _is_tracker(pid: int) -> bool:
    """Return whether a process is Python's own resource tracker, whose death Python laments."""
    try:
        return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _end(pid: int) -> None:
    """Kill a process that may have ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _check_end(met: str, code: int, errors: str, planned: Blow) -> None:
    """Raise a fault where a run did not end as it must."""
    lines = errors.splitlines()
    if met == "killed" and code in (-signal.SIGKILL, 0):
        return
    if met == "stopped" and code == 1 and len(lines) == 1 and "--resume" in lines[0]:
        return
    # The signal may come before the program can take it, or after its work.
    if met == "stopped" and code in (-signal.SIGTERM, -signal.SIGINT, 0) and not lines:
        return
    early = planned.sight is None and planned.moment < STARTED
    if met == "stopped" and early and lines and lines[-1] in ("KeyboardInterrupt", "Aborted!"):
        return
    if met in ("lived", "late") and code == 0 and not lines:
        return
    raise Fault(f"{planned}: {met}, exit {code}: {errors[-2000:]}")


STARTED = 0.3
"""Seconds in which Python itself starts and takes a Ctrl-C in its own way."""


def _check_none_left(family: list[int], planned: Blow) -> None:
    """Raise a fault where processes go on without their run."""
    limit = time.monotonic() + 40
    while any(_alive(pid) for pid in family):
        if time.monotonic() > limit:
            raise Fault(f"{planned}: processes are left behind")
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    """Return whether a process is there and no corpse."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"


def check_named_are_whole(case: Case, out: Path) -> None:
    """Raise a fault where a file has its name before it is whole."""
    for name, expected in case.expected.items():
        path = out / name
        if path.exists() and path.read_bytes() != expected:
            raise Fault(f"{name} was named before it was whole")
    if (out / "manifest.json").exists() and not all((out / name).exists() for name in TABLES):
        raise Fault("the manifest was named before the other files")


def killed_run(case: Case, out: Path, rng: random.Random) -> list[str]:
    """Kill a run once or twice, resume it to its end, and compare.

    Returns:
        What happened, in words.

    Raises:
        Fault: Something is wrong.
    """
    told = []
    for _ in range(rng.choice((1, 1, 1, 2))):
        planned = blow(rng, case.seconds)
        told.append(f"{planned}: {strike(case.dump, out, planned, rng)}")
        check_named_are_whole(case, out)
    finish(case.dump, out, "--resume")
    if tables(out) != case.expected:
        raise Fault(f"other results after {'; '.join(told)}")
    return told


def pages(folder: Path) -> Path:
    """Make the dump that is killed: the sample pages, so padded that several batches commit."""
    source = ROOT / "samples" / "dump"
    for page in sorted(source.rglob("*.html")):
        data = page.read_bytes()
        copy = folder / page.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        comment = f"<!-- {'x' * PADDING} -->" if data.startswith(b"<") else ""
        copy.write_bytes(data + comment.encode())
    return folder


def truncate(path: Path, rng: random.Random) -> None:
    """Cut a file anywhere."""
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data) + 1)])


def flip(path: Path, rng: random.Random) -> None:
    """Change some bytes of a file."""
    data = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 40) if data else 0):
        data[rng.randrange(len(data))] = rng.randrange(256)
    path.write_bytes(data)


def lead_nowhere(path: Path, rng: random.Random) -> None:
    """Put a link to nothing in the place of a file."""
    path.unlink()
    path.symlink_to(f"nothing-{rng.randrange(1000)}")


def forbid(path: Path, rng: random.Random) -> None:
    """Let nobody read a file; an administrator may all the same."""
    path.chmod(0)


def delete(path: Path, rng: random.Random) -> None:
    """Remove a file."""
    path.unlink()


def replace_by_noise(path: Path, rng: random.Random) -> None:
    """Put random bytes in the place of a file."""
    path.write_bytes(rng.randbytes(rng.randrange(4000)))


FAULTS: tuple[Callable[[Path, random.Random], None], ...] = (
    truncate, flip, lead_nowhere, forbid, delete, replace_by_noise,
)  # fmt: skip


def replica(folder: Path, rng: random.Random) -> Counter[str]:
    """Copy the sample dump 24 times, as pages, WARC and JSON lines, and damage a tenth of it."""
    samples = ROOT / "samples"
    for number in range(COPIES):
        copy = folder / f"copy{number:02}"
        kind = number % 4
        if kind < 2:
            shutil.copytree(samples / "dump", copy)
        elif kind == 2:
            copy.mkdir(parents=True)
            shutil.copy(samples / "dump.warc.gz", copy / "dump.warc.gz")
        else:
            copy.mkdir(parents=True)
            lines = (samples / "dump.jsonl").read_text("utf-8").splitlines()
            records = [json.loads(line) for line in lines]
            told = [{**each, "id": f"{number}/{each['id']}"} for each in records]
            text = "".join(json.dumps(each) + "\n" for each in told)
            (copy / "dump.jsonl").write_text(text, "utf-8")
    done: Counter[str] = Counter()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in rng.sample(files, len(files) // 10):
        damage = rng.choice(FAULTS)
        damage(path, rng)
        done[damage.__name__] += 1
    return done


def check_sum(out: Path) -> dict[str, int]:
    """Return the counts of a run.

    Raises:
        Fault: They do not add up, or an input is decided twice, or not at all.
    """
    counts: dict[str, int] = json.loads((out / "manifest.json").read_bytes())["counts"]
    lines = [json.loads(line) for line in (out / "decisions.jsonl").read_bytes().splitlines()]
    by_status = Counter(line["status"] for line in lines)
    if counts["inputs"] != sum(counts[status] for status in STATUSES):
        raise Fault(f"the sum does not hold: {counts}")
    if len(lines) != counts["inputs"] or any(counts[s] != by_status[s] for s in STATUSES):
        raise Fault(f"decisions and counts differ: {counts}, {dict(by_status)}")
    ids = Counter(line["id"] for line in lines if line["status"] != "rejected")
    if ids and max(ids.values()) > 1:
        raise Fault("an id is decided twice")
    return counts


def replayed(folder: Path, rng: random.Random) -> list[str]:
    """Make a damaged replica, run on it with kills, and check the sums.

    Raises:
        Fault: Something is wrong.
    """
    dump = folder / "dump"
    done = replica(dump, rng)
    case = Case(dump, folder)
    counts = check_sum(case.whole)
    files = sum(1 for path in dump.rglob("*") if path.is_file() or path.is_symlink())
    if counts["inputs"] < files - COPIES:
        raise Fault(f"{files} files, but {counts['inputs']} inputs")
    out = folder / "out"
    told = killed_run(case, out, rng)
    check_sum(out)
    damaged = ", ".join(f"{count} {name}" for name, count in sorted(done.items()))
    return [f"{counts['inputs']} inputs, {counts['rejected']} rejected; {damaged}", *told]


def flipped(case: Case, out: Path, rng: random.Random) -> list[str]:
    """Change a byte in the store of a run, finished or killed, and resume it.

    Raises:
        Fault: The change is believed, or refused in more than a sentence.
    """
    out.mkdir()
    state = "finished"
    if rng.random() < 0.5:
        planned = Blow("all", rng.uniform(0.5, 1.0) * case.seconds)
        state = strike(case.dump, out, planned, rng)
    else:
        shutil.copy(case.whole / "store.sqlite", out)
    files = sorted(path for path in out.glob("store.sqlite*") if path.stat().st_size)
    if not files:
        return [f"{state}, no store yet"]
    path = rng.choice(files)
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    data[at] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    done = subprocess.run(
        command(case.dump, out, "--resume"),
        check=False, capture_output=True, text=True, timeout=LIMIT,
    )  # fmt: skip
    told = f"{state}, byte {at} of {path.name}"
    lines = done.stderr.splitlines()
    if done.returncode == 1 and len(lines) == 1 and "--overwrite" in lines[0]:
        return [f"{told}: refused"]
    if done.returncode or lines or tables(out) != case.expected:
        raise Fault(f"{told}: exit {done.returncode}: {done.stderr[-2000:]}")
    return [f"{told}: harmless"]


def replays(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, list[str] | Fault]]:
    """Yield the name of each replay that is asked for, and what came of it."""
    case = Case(pages(folder / "pages"), folder) if options.kills or options.flips else None
    plans: list[tuple[str, int, Callable[[Path, random.Random], list[str]]]] = [
        ("replica", options.replicas, replayed)
    ]
    if case:
        plans.append(("kill", options.kills, lambda out, rng: killed_run(case, out, rng)))
        plans.append(("flip", options.flips, lambda out, rng: flipped(case, out, rng)))
    for kind, count, replay in plans:
        for number in range(options.first, options.first + count):
            rng = random.Random(f"{options.seed} {kind} {number}")
            place = folder / f"{kind}{number}"
            told: list[str] | Fault
            try:
                told = replay(place, rng)
            except Fault as fault:
                told = fault
            shutil.rmtree(place, ignore_errors=True)
            yield f"{kind} {number}", told


def main() -> int:
    """Replay faults and print a line for each; exit code 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="killed runs over pages")
    parser.add_argument("--replicas", type=int, default=0, metavar="N", help="24-fold replays")
    parser.add_argument("--flips", type=int, default=0, metavar="N", help="bytes changed in stores")
    parser.add_argument("--seed", default="0", help="draws the same kills and faults again")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="begin with number K")
    options = parser.parse_args()
    right: Counter[str] = Counter()
    asked = {"kill": options.kills, "replica": options.replicas, "flip": options.flips}
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        for name, told in replays(options, Path(folder)):
            wrong = isinstance(told, Fault)
            print(f"{name:>12}  {'WRONG' if wrong else 'right'}  ", end="")
            print(told if isinstance(told, Fault) else "; ".join(told), flush=True)
            right[name.split()[0]] += not wrong
    for kind, count in asked.items():
        if count:
            print(f"{kind}: {right[kind]} of {count} right")
    return int(any(right[kind] != count for kind, count in asked.items()))


if __name__ == "__main__":
    sys.exit(main())

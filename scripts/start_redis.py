"""A Redis server of one's own on a loopback port, for tests and measurements."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "no Redis server here: apt-get install --no-install-recommends redis-server"

SECONDS = 60.0
"""For the start of a server; usually it takes a tenth of one."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        port: Where it listens on 127.0.0.1.
        pid: Its process.
    """

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Address of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"


def find_redis() -> str | None:
    """Return the server's program, None where it is not installed."""
    return shutil.which("redis-server")


@contextmanager
def started_redis(*options: str) -> Iterator[Server]:
    """Start a server that keeps nothing on the disk, and end it.

    Args:
        options: Of its command line, as in ``--maxmemory``, ``8mb``.
    """
    program = find_redis()
    if program is None:
        raise FileNotFoundError(MISSING)
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        process, port = _start(program, Path(folder), options)
        try:
            yield Server(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:  # it is inside a command
                process.kill()
                process.wait()


def _start(
    program: str, folder: Path, options: tuple[str, ...]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server on a free port, and wait until it answers."""
    settings = ["--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    until = time.monotonic() + SECONDS
    while True:
        port = _free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, "--port", str(port), *settings, *options], stdout=log, stderr=log
            )
        while process.poll() is None:
            if _answers(port):
                return process, port
            if time.monotonic() > until:
                process.kill()
                process.wait()
                break
            time.sleep(0.02)
        if time.monotonic() > until:  # else another program took the port meanwhile
            raise TimeoutError((folder / "log").read_text("utf-8", "replace"))
        time.sleep(0.1)


def _free_port() -> int:
    """Return a port that nothing listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    """Return whether a server answers a line of its protocol; with a password it is an error."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), 1)) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False

"""`dedup label` in a terminal of its own: keys go in, what is printed comes out."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from fcntl import ioctl

from runs import Command

LIMIT = 120
"""Seconds for one thing to be printed; usually it takes less than one."""

QUESTION = "[q]uit: "

_COLOURS = re.compile(r"\r|\x1b\[[0-9;]*m|\x1b(?:\[[0-9;]*)?\Z")


class Terminal:
    """The command with a terminal as its standard streams."""

    def __init__(self, *arguments, width=120):
        """Start it."""
        self._output = b""
        self.pid, self._end = pty.fork()
        if self.pid == 0:
            # By the child itself: it would read the size before its parent has set it.
            ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
            # Not the size of another terminal, which the readline module gives to child processes.
            own = {**os.environ, "TERM": "xterm"}
            for name in ("COLUMNS", "LINES"):
                own.pop(name, None)
            os.execve(Command.program, ["dedup", *map(str, arguments)], own)

    @property
    def printed(self):
        """What was printed so far, without colours.

        A read may end within a character or within a colour: such an end is left for the next.
        """
        return _COLOURS.sub(
            "", codecs.getincrementaldecoder("utf-8")("replace").decode(self._output)
        )

    def press(self, keys):
        """Press keys at once."""
        os.write(self._end, keys.encode())

    def wait_for(self, text):
        """Wait until something more is printed that has a text in it, and return that."""
        end, begun = time.monotonic() + LIMIT, len(self.printed)
        while text not in self.printed[begun:]:
            assert time.monotonic() < end, f"no {text!r} in {self.printed[begun:]!r}"
            assert self._read(), f"ended without {text!r}: {self.printed[begun:]!r}"
        return self.printed[begun:]

    def answer(self, key):
        """Wait for the question, for as long as a person needs to read, and press a key."""
        shown = self.wait_for(QUESTION)
        time.sleep(0.5)
        self.press(key)
        return shown

    def result(self):
        """Wait for its end, and return the exit code."""
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self, number=signal.SIGKILL):
        """Send it a signal."""
        os.kill(self.pid, number)

    def close(self):
        """Close the terminal, as of a window, and wait for the end of the command."""
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self):
        """Read what is printed next, and return whether there was something."""
        if not select.select([self._end], [], [], LIMIT)[0]:
            return False
        try:
            some = os.read(self._end, 65536)
        except OSError:  # the other end is closed
            return False
        self._output += some
        return bool(some)

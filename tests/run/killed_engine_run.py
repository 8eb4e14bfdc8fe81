"""The command in a process that gets a signal when it has kept a table: SIGNAL TABLE ARGUMENT..."""

from __future__ import annotations

import os
import signal
import sys
import threading

from dedup.cli import main
from dedup.engines.spark.work_folder import WorkFolder


def stopped_after(name, table, delay, arguments):
    """Run the command; some seconds after it has kept a table as always, a signal comes."""
    mark = WorkFolder.mark_kept
    number = signal.Signals[name]

    def mark_and_stop(self, kept, schema, files):
        mark(self, kept, schema, files)
        if kept == table:
            if delay:  # in the middle of a job of the engine
                threading.Timer(delay, os.kill, (os.getpid(), number)).start()
            else:
                os.kill(os.getpid(), number)

    WorkFolder.mark_kept = mark_and_stop
    main(arguments)


if __name__ == "__main__":
    stopped_after(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:])

"""The command in a process that gets a signal when it has kept a table: SIGNAL TABLE ARGUMENT..."""

from __future__ import annotations

import os
import signal
import sys

from dedup.cli import main
from dedup.engines.spark.work_folder import WorkFolder


def stopped_after(name, table, arguments):
    """Run the command; when it has kept a table as always, a signal comes."""
    mark = WorkFolder.mark_kept

    def mark_and_stop(self, kept, schema, files):
        mark(self, kept, schema, files)
        if kept == table:
            os.kill(os.getpid(), signal.Signals[name])

    WorkFolder.mark_kept = mark_and_stop
    main(arguments)


if __name__ == "__main__":
    stopped_after(sys.argv[1], sys.argv[2], sys.argv[3:])

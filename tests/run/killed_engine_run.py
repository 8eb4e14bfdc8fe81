"""The command in a process that gets a signal when it has kept a table: SIGNAL TABLE ARGUMENT..."""

from __future__ import annotations

import os
import signal
import sys

from dedup.cli import main
from dedup.engines.spark.work_folder import WorkFolder

SIGNAL, TABLE, *ARGUMENTS = sys.argv[1:]

mark = WorkFolder.mark_kept


def mark_and_stop(self, name, schema, files):
    """Keep a table as always; then the signal comes."""
    mark(self, name, schema, files)
    if name == TABLE:
        os.kill(os.getpid(), signal.Signals[SIGNAL])


WorkFolder.mark_kept = mark_and_stop

if __name__ == "__main__":
    main(ARGUMENTS)

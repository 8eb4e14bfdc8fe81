"""``dedup`` and ``python -m dedup``: the command in a process of its own."""

import sys


def command() -> None:
    """Run the command."""
    try:
        from dedup.cli import main
        from dedup.cli.closed_streams import hold_streams
        from dedup.parallel.processes import skip_scipy, start_safely
    except KeyboardInterrupt:  # nothing was begun, and click, which says so, is not there yet
        sys.exit("Aborted!")
    hold_streams()
    start_safely()
    skip_scipy()
    main(prog_name="dedup")


if __name__ == "__main__":
    command()

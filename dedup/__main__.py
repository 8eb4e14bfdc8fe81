"""``dedup`` and ``python -m dedup``: the command in a process of its own."""

from dedup.cli import main
from dedup.cli.closed_streams import hold_streams
from dedup.parallel.processes import skip_scipy, start_safely


def command() -> None:
    """Run the command."""
    hold_streams()
    start_safely()
    skip_scipy()
    main(prog_name="dedup")


if __name__ == "__main__":
    command()

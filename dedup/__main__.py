"""``dedup`` and ``python -m dedup``: the command in a process of its own."""

from dedup.cli import main
from dedup.processes import spare_scipy


def command() -> None:
    """Run the command and end."""
    spare_scipy()
    main(prog_name="dedup")


if __name__ == "__main__":
    command()

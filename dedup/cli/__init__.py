"""The `dedup` command: one module a command, nothing heavy imported before it is needed."""

from dedup.cli.main import main

__all__ = ["main"]

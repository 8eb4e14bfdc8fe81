"""Runs on an engine in tests: Sail, which is installed with pip and needs no Java."""

from __future__ import annotations

import shutil
from importlib import util

import pytest
from runs import TABLES, Out

if util.find_spec("pysail") is None or util.find_spec("pyspark") is None:
    pytest.skip("Sail is not installed: pip install '.[sail]'", allow_module_level=True)


def tables_of(out):
    """The bytes of each table, its parts one behind another."""
    return {
        name: b"".join(path.read_bytes() for path in sorted(out.glob(f"{name}-*.jsonl")))
        for name in TABLES
    }


def run_on_sail(command, *arguments, out, exit_code=0):
    """Run the command on Sail; it must end so."""
    return command.run(*arguments, "--engine", "sail", out=out, exit_code=exit_code)


def copied(out, to):
    """A folder with what is in another."""
    shutil.copytree(out, to)
    return Out(to)

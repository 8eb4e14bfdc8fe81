"""Folders of the tests of faults. Their replay is a script: its folder is put on the path."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from runs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))


@pytest.fixture
def short_path():
    """A folder for temporary files: its path leaves room for that of a socket, of 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="dedup") as folder:
        yield Path(folder)

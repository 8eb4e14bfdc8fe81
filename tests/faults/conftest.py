"""Folders of the tests of faults. Their replay is a script: its folder is put on the path."""

from __future__ import annotations

import os
import subprocess
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


@pytest.fixture
def small(short_path):
    """Mount a file system of some size, in a folder of its own, until the test ends."""
    if os.geteuid() or sys.platform != "linux":
        pytest.skip("only root may mount a small file system")
    mounted = []

    def mount(options):
        folder = short_path / f"disk{len(mounted)}"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False)
        if done.returncode:
            pytest.skip("this system mounts nothing")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)

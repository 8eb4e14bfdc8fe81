"""The replay of faults is a script: its folder is put on the path for these tests."""

from __future__ import annotations

import sys

from runs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

"""Loads the compiled code for texts once, in the process that all others for texts come from."""

from __future__ import annotations

from dedup.config import Config
from dedup.feed.rows import rows_of_texts
from dedup.models import RawRecord
from dedup.processes import leave_orphans_alone, spare_scipy

leave_orphans_alone()
spare_scipy()
rows_of_texts([RawRecord("1", "warm", text="Ready? Steady. Go!")], Config(), signed=True)

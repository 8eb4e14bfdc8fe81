"""Loads the compiled code of signing once, in the process that all others for texts come from."""

from __future__ import annotations

from dedup.config import Config
from dedup.feed.sign import signature_parts
from dedup.processes import leave_orphans_alone

leave_orphans_alone()
signature_parts([("Ready? Steady. Go!", None, None)], Config())

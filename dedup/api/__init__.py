"""The library: what the commands do, for other programs."""

from dedup.api.deduplicate import deduplicate
from dedup.api.result import Result

__all__ = ["Result", "deduplicate"]

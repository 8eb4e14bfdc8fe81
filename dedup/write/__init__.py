"""Results to files: written under temporary names, renamed when whole, the manifest last."""

from dedup.write.document_rows import survivor_rows
from dedup.write.folder import Lines, OutputFolder, refuse_existing, stream_out, write_file
from dedup.write.lines import (
    change_lines,
    cleaned_lines,
    decision_lines,
    rejected_lines,
    story_lines,
    survivor_lines,
)
from dedup.write.manifest import KIBIBYTES_A_UNIT, package_versions, peak_memory

__all__ = [
    "KIBIBYTES_A_UNIT",
    "Lines",
    "OutputFolder",
    "change_lines",
    "cleaned_lines",
    "decision_lines",
    "package_versions",
    "peak_memory",
    "refuse_existing",
    "rejected_lines",
    "story_lines",
    "stream_out",
    "survivor_lines",
    "survivor_rows",
    "write_file",
]

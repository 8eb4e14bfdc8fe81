"""Results to files: written under temporary names, renamed when whole, the manifest last."""

from dedup.write.annotated_file import AnnotatedFile
from dedup.write.document_rows import annotated_rows, survivor_rows
from dedup.write.folder import OutputFolder
from dedup.write.lines import (
    annotated_lines,
    change_lines,
    cleaned_lines,
    decision_lines,
    rejected_lines,
    story_lines,
    survivor_lines,
)
from dedup.write.manifest import KIBIBYTES_A_UNIT, package_versions, peak_memory
from dedup.write.named_files import (
    refuse_existing,
    refuse_irregular,
    refuse_unwritable,
    write_file,
)
from dedup.write.streamed_output import stream_out
from dedup.write.table_files import SUFFIXES, Layout, Lines, files_in, layout_of

__all__ = [
    "KIBIBYTES_A_UNIT",
    "SUFFIXES",
    "AnnotatedFile",
    "Layout",
    "Lines",
    "OutputFolder",
    "annotated_lines",
    "annotated_rows",
    "change_lines",
    "cleaned_lines",
    "decision_lines",
    "files_in",
    "layout_of",
    "package_versions",
    "peak_memory",
    "refuse_existing",
    "refuse_irregular",
    "refuse_unwritable",
    "rejected_lines",
    "story_lines",
    "stream_out",
    "survivor_lines",
    "survivor_rows",
    "write_file",
]

"""Runs from inputs on disk to output files on disk."""

from dedup.run.cleaning import clean_dump
from dedup.run.dump import run_dump
from dedup.run.places import read_inputs, size_of_inputs
from dedup.run.regroup import Changes, regroup_run
from dedup.run.result_files import ResultFiles

__all__ = [
    "Changes",
    "ResultFiles",
    "clean_dump",
    "read_inputs",
    "regroup_run",
    "run_dump",
    "size_of_inputs",
]

"""Runs from inputs on disk to output files on disk."""

from dedup.run.cleaning import clean_dump
from dedup.run.dump import run_dump
from dedup.run.places import read_inputs, size_of_inputs
from dedup.run.result_files import ResultFiles

__all__ = ["ResultFiles", "clean_dump", "read_inputs", "run_dump", "size_of_inputs"]

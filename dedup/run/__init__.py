"""Runs from inputs on disk to output files on disk."""

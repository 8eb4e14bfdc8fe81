"""Compiled loops: arrays in, arrays out, no type of ours; imported where one is about to run."""

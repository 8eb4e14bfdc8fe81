"""Compiled loops: arrays in, arrays out, no type of ours. Import only where a kernel is about to run."""

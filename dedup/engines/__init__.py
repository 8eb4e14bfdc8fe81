"""Engines: what runs a plan over tables, in one process or in many."""

"""Entries on a Redis server that several processes share."""

"""Tables of an LSH in memory that take less of it."""

"""Known documents that share text with a record, to verified copies and versions."""

"""Questions to a finished run: what became of a document, and why."""

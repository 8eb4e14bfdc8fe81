"""Worker processes and threads: how they are started, and how results keep their order."""

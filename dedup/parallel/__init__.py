"""Worker processes and threads: how they are started, and how results keep their order.

Nothing here knows what the work is.
"""

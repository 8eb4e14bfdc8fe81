"""Load what the first page needs; imported by the server from which workers are forked.

Word lists of a hundred languages and the list of public suffixes take most of a second: once for
all workers, and not again for one that replaces another.
"""

import gc

gc.disable()  # what is imported stays: looking through it for garbage takes an eighth of the time

from dedup.clean.extract import extract  # noqa: E402  after that
from dedup.parallel.processes import silence_orphans  # noqa: E402

# Too short for Trafilatura alone, so that the other extractors load their lists too, and of a host
# of three letters, which is looked up in the list of public suffixes.
_PAGE = b"""
<html><head><link rel="canonical" href="https://abc.example/a"></head>
<body><p>The ferry to Port Elwood will run again from Monday, its owner said.</p></body></html>
"""

silence_orphans()
extract(_PAGE)
gc.enable()

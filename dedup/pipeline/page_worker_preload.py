"""Load what the first page needs; imported by the server that page workers are forked from.

Word lists of a hundred languages and the list of public suffixes take most of a second: once for
all workers, and not again for one that replaces another.
"""

from dedup.parallel.processes import silence_orphans
from dedup.pipeline.page_workers import clean_page

silence_orphans()
# Too short for Trafilatura alone, so that the other extractors load their lists too, and of a host
# of three letters, which is looked up in the list of public suffixes.
clean_page(b"""
<html><head><link rel="canonical" href="https://abc.example/a"></head>
<body><p>The ferry to Port Elwood will run again from Monday, its owner said.</p></body></html>
""")

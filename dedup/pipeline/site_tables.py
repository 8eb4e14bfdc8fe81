"""The tables between the stages that find what of the lines of hosts is their sites'.

``key`` and ``row`` are those of :mod:`dedup.pipeline.tables`.
"""

from __future__ import annotations

import pyarrow as pa

from dedup.pipeline.tables import KEY, ROW

_STRING, _BYTES, _INT, _DIGEST = pa.string(), pa.binary(), pa.int64(), pa.uint64()

SITE_DOCUMENTS = pa.schema(
    [KEY, ROW, ("host", _STRING), ("page", _DIGEST), ("title", _DIGEST), ("lines", pa.int32()),
     ("characters", _INT), ("second", _DIGEST), ("last", _DIGEST), ("long", _BYTES)]
)  # fmt: skip
"""Documents whose lines are compared with those of their host; ``key`` is a digest of the host.

``page`` and ``title`` are numbers of these; from ``lines`` on they are what
:class:`dedup.cleaning.lines_left_out.AllLines` knows.
"""

LINES = pa.schema([KEY, ("host", _INT), ROW, ("place", pa.int32()), ("elsewhere", pa.bool_())])
"""Lines of documents by host and line: ``host`` is a digest of the host, and ``key`` that digest
and the one of the line, one by exclusive or the other; ``elsewhere`` is whether the line is the
headline of another document."""

SITE_LINES = pa.schema(
    [KEY, ROW, ("place", pa.int32()), ("digest", _DIGEST), ("elsewhere", pa.bool_())]
)
"""Lines by which hosts are judged; ``key`` is a digest of the host."""

SITE_QUESTIONS = pa.schema(
    [KEY, ("host", _STRING), ("recurring", _BYTES), ("read", _BYTES), ("lines", _BYTES),
     ("same_text", _BYTES), ("candidates", _BYTES), ("openings", _BYTES),
     ("opening_sizes", _BYTES)]
)  # fmt: skip
"""What the lines of hosts show, see :class:`dedup.pipeline.strip_sites.SiteQuestions`, by host.

All arrays are of 64 bits; ``read``, ``lines`` and ``same_text`` are those of its questions, null
where there are none; ``openings`` are laid end to end. ``candidates`` are empty where no document
has two or more of them.
"""

SITE_DIGESTS = pa.schema([KEY, ("host", _STRING), ("digests", _BYTES)])
"""Digests of lines by host: candidates for headlines of other articles, or such headlines."""

TITLED_TEXTS = pa.schema([KEY, ROW, ("title", _STRING), ("text", _BYTES), ("whole", _BYTES)])
"""Documents that are read to judge the lines of their host, by host.

Texts may hold lone surrogates. ``whole`` has the site boilerplate that was removed behind the
text, null where none was.
"""

SITES = pa.schema(
    [("host", _STRING), ("recurring", _BYTES), ("foreign", _BYTES), ("shared", _BYTES),
     ("walls", _BYTES), ("teasers", _BYTES)]
)  # fmt: skip
"""Hosts some lines of which are the site's, see :class:`dedup.cleaning.strip_site_lines.Site`."""

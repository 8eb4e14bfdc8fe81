"""The tables between the stages of a plan, in the order of the plan.

A *row* is a document: its number in the store, by input order over all dumps. A *text* is known by
the first row that has it (``text_id``). A *number* is a representative's place in the order of ids,
from 0. Arrays in a binary column are little-endian, as :func:`dedup.store.blob` returns them.

``key`` is the column by which the next exchange brings rows together: rows of several tables with
one key are in one partition. It is given of each table that has one, and means nothing else.
"""

from __future__ import annotations

import pyarrow as pa

KEY = pa.field("key", pa.int64())
ROW = pa.field("row", pa.int64())

_STRING, _BYTES, _INT, _FLOAT = pa.string(), pa.binary(), pa.int64(), pa.float64()

_CELLS = {
    # Columns of the tables ``documents`` and ``contents`` of the store.
    "doc_id": _STRING, "source": _STRING, "reason": _STRING, "detail": _STRING, "from_page": _INT,
    "title": _STRING, "url": _STRING, "page": _STRING, "canonical_page": _STRING, "host": _STRING,
    "date": _STRING, "moment": _FLOAT, "language": _STRING, "agency": _STRING, "agency_page": _INT,
    "dateline": _STRING, "credit": _STRING, "leftovers": _INT, "digest": _BYTES, "stamp": _BYTES,
    "line_digests": _BYTES,
    "text_field": _STRING, "removed": _BYTES, "extraction": _BYTES, "fields": _BYTES,
    "text": _BYTES,
    # Those of ``signatures`` and ``sets``, where two have other names: ``shingles`` (their number)
    # and ``language``; null for what is not signed.
    "fingerprint": _BYTES, "tokens": _INT, "shingle_count": _INT, "text_language": _STRING,
    "signature": _BYTES, "lead": _BYTES, "numbers": _BYTES, "shingles": _BYTES, "terms": _BYTES,
    # Those of ``written_dates``, and ``days``, ``first`` and ``dates`` of ``lead_days``; null for a
    # document without a row there.
    "unread": _STRING, "date_order": _STRING,
    "lead_days": _INT, "lead_first_days": _INT, "lead_dates": _BYTES,
}  # fmt: skip

# What a plan finds; the columns are those of the tables of the store, see docs/store.md.

DOCUMENTS = pa.schema([ROW, *(pa.field(name, kind) for name, kind in _CELLS.items())])
"""All inputs, rejected ones among them: all that the store keeps of each."""

COPY_PAIRS = pa.schema(
    [("one", _INT), ("other", _INT), ("jaccard", _FLOAT), ("one_in_other", _FLOAT),
     ("other_in_one", _FLOAT), ("numbers", _FLOAT), ("matched", _INT)]
)  # fmt: skip
"""Measured pairs of texts that match, and others that share a fifth or more of one of both.

``numbers`` is the share of numbers in common, ``matched`` is 1 or 0.
"""

CANDIDATE_SCORES = pa.schema([("one", _INT), ("other", _INT), ("score", _FLOAT)])
"""Scored pairs of representatives, by rows."""

DECISIONS = pa.schema(
    [ROW, ("status", _STRING), ("story_id", _STRING), ("canonical_id", _STRING), ("size", _INT),
     ("relation", _STRING), ("score", _FLOAT), ("reason", _STRING), ("representative", _INT)]
)  # fmt: skip
"""Decisions on documents in stories.

A document without a row is rejected where ``DOCUMENTS.reason`` is set, else unique.
"""

STORIES = pa.schema(
    [("story_id", _STRING), ("canonical", _INT), ("first_dump", _INT), ("body", _BYTES)]
)
"""Stories, with their members as JSON."""

# Of several parts of the plan.

ROWS = pa.schema([ROW])
"""Some documents."""

KEYS = pa.schema([KEY])
"""Some keys."""

COUNTS = pa.schema([("count", _INT)])
"""Numbers of rows."""

PAIRS = pa.schema([("one", _INT), ("other", _INT)])
"""Pairs of texts, the smaller first."""

# From inputs to documents; the functions of the plan are in
# ``plan_documents``; the tables by which the lines of sites are found are in ``site_tables``.

INPUTS = pa.schema(
    [("part", _INT), ("place", _INT), ("worker_kib", _INT), ("tally", _BYTES),
     *list(DOCUMENTS)[1:]]
)  # fmt: skip
"""Inputs, read, cleaned and signed, in parts: part and place in it stand for the row.

A row without a place is no input: its ``tally`` has what was counted while the part was read, as
JSON.
"""

PART_SIZES = pa.schema([("part", _INT), ("tally", _BYTES), ("inputs", _INT), ("worker_kib", _INT)])
"""Inputs in some rows of a part, and the most memory that a worker for their pages used, in KiB; or
no input, and what was counted in a part.
"""

DATE_ORDERS = pa.schema([("source", _STRING), ("date_order", _STRING)])
"""Which order of day and month the dates of a source show; both, where they disagree."""

IDS = pa.schema([KEY, ROW, ("doc_id", _STRING)])
"""Inputs by id; ``key`` is a digest of the id. Those of earlier dumps have lower rows."""

KNOWN_IDS = pa.schema([ROW, ("doc_id", _STRING)])
"""Inputs of earlier dumps by id: of several inputs of one id the first."""

MOMENTS = pa.schema([("moment", _FLOAT)])
"""Known moments of documents, in seconds."""

DIGESTS = pa.schema([("digest", pa.uint64())])
"""Digests of lines, see :func:`dedup.cleaning.site_lines.piece_digests`, or of headlines."""

# From documents to stories of copies; the functions of the plan are in ``plan_copies``.

FINGERPRINTS = pa.schema([KEY, ROW, ("fingerprint", _BYTES)])
"""Documents by their texts; ``key`` is the beginning of the fingerprint."""

REPEATED_TEXTS = pa.schema([ROW, ("text_id", _INT)])
"""Documents whose text others have, too, with the first document that has it."""

BANDS = pa.schema([KEY, ("band", pa.int16()), ROW])
"""Texts by the bands of their signatures, those of the lead last.

``key`` is a hash of the band and its values, ``row`` is the text.
"""

BUCKETS = pa.schema([*BANDS, ("size", _INT)])
"""Texts that share a bucket with others; the rows of a bucket stand together, ascending."""

BUCKET_COUNTS = pa.schema([("over_cap", _INT), ("largest", _INT)])
"""Buckets over the cap, and the texts of the largest bucket."""

CAPPED = pa.schema([KEY, ("bucket", _INT), ("band", pa.int16())])
"""Texts in buckets over the cap; ``key`` is the text, ``bucket`` the key of its bucket."""

SIGNATURES = pa.schema([KEY, ("signature", _BYTES), ("lead", _BYTES)])
"""Signed texts; ``key`` is the text."""

RANKED = pa.schema([*BANDS, ("values", _BYTES), ("whole", _INT)])
"""Texts in buckets over the cap, with what they are sorted by: uint32 values, and a digest."""

ORIGINALS = pa.schema([KEY, ("page", _STRING), ("doc_id", _STRING), ("text_id", _INT)])
"""Documents by a page, their own or the one that they name as their original.

``key`` is a digest of the page; ``text_id`` is null for what is not signed.
"""

CANDIDATES = pa.schema([KEY, ("one", _INT), ("other", _INT)])
"""Pairs of texts, the smaller first, that are to be measured.

``key`` is the *place* where a pair meets its texts: the blocks of 4,096 rows that both are in, so
that a text is sent once to each place, and not once for each pair.
"""

NEEDED = pa.schema([KEY, ("place", _INT)])
"""Texts, by row as ``key``, and each place where pairs need them; of rewrites, documents."""

TEXTS = pa.schema(
    [KEY, ROW, ("host_digest", _INT), ("repeated", pa.bool_()), ("shingles", _BYTES),
     ("numbers", _BYTES)]
)  # fmt: skip
"""What measuring a text takes; ``key`` is the text, and the place once it was sent there.

``host_digest`` is -1 for a host that is unknown.
"""

MEASURED_PAIRS = pa.schema([*COPY_PAIRS, ("passages", _FLOAT)])
"""Measured pairs that match, may be versions of one article, or share enough to be stored.

``passages`` is null where they match by their texts already, or cannot be versions.
"""

POSSIBLE_VERSIONS = pa.schema([KEY, *MEASURED_PAIRS])
"""Measured pairs that are versions if their documents are of one page, by place as ``key``."""

VERSION_FACTS = pa.schema(
    [KEY, ROW, ("text_id", _INT), ("host", _STRING), ("page", _STRING), ("title", _STRING),
     ("moment", _FLOAT)]
)  # fmt: skip
"""What tells whether documents are versions of one article.

``key`` is the text, and the place once it was sent there.
"""

LEADS = pa.schema([KEY, ROW, ("whole", _INT), ("lead", _BYTES)])
"""Leads of texts, each once: digests of the lead (``key``) and of the whole text, and the values
that are looked up."""

LEAD_VALUES = pa.schema([KEY, ROW])
"""Texts by a value of their lead; ``key`` is ``permutation << 32 | value``."""

LARGEST_VALUES = pa.schema([("permutation", _INT), ("value", _INT)])
"""The largest value of leads under each permutation."""

LEAD_HITS = pa.schema([KEY, ROW])
"""Longer texts (``key``) that have a value of the lead of another text (``row``)."""

LABELS = pa.schema([ROW, ("text_id", _INT), ("label", _INT)])
"""Documents of connected components: their text, and the first row of the component."""

LABELLED_PAIRS = pa.schema([KEY, *COPY_PAIRS])
"""Matching pairs by component: ``key`` is its first row."""

_FACTS = (
    "doc_id", "host", "page", "canonical_page", "title", "url", "moment", "date", "agency",
    "agency_page", "tokens", "shingle_count", "leftovers", "from_page", "removed", "text_field",
    "fields", "text", "shingles", "numbers",
)  # fmt: skip

CLUSTERED = pa.schema(
    [KEY, ROW, ("text_id", _INT), *(pa.field(name, _CELLS[name]) for name in _FACTS)]
)
"""Documents by component, its first row as ``key``, with all that clustering asks of them."""

STORIES_OF_COPIES = pa.schema(
    [*STORIES, ("decisions", pa.list_(pa.struct(list(DECISIONS)))), ("replaced", pa.list_(_INT)),
     ("open", pa.list_(_INT))]
)  # fmt: skip
"""Stories with the decisions on their documents.

``replaced`` and ``open`` have the numbers of earlier stories: those that they replace, and those
that are in parts for now and must be merged again.
"""

# From documents to stories of rewrites; the functions of the plan are in ``plan_rewrites``. A
# *tile* is a run of neighbours in time.

REPRESENTATIVES = pa.schema(
    [ROW, ("doc_id", _STRING), ("moment", _FLOAT), ("language", _STRING), ("lead_days", pa.uint8()),
     ("length", _INT), ("terms", _BYTES)]
)  # fmt: skip
"""Representatives of tellings: the language of the text, the weekdays of the lead, a bit each, the
terms in text order, and how many these are."""

_NUMBERED = ("row", "moment", "language", "lead_days", "length")

LISTED_BY_RANGE = pa.schema(
    [KEY, ("doc_id", _STRING), *(REPRESENTATIVES.field(name) for name in _NUMBERED)]
)
"""The same without terms, by range of ids."""

LISTED = pa.schema([("place", _INT), *(REPRESENTATIVES.field(name) for name in _NUMBERED)])
"""What numbers representatives: ``place`` is in the order of their ids, which are left out."""

SAMPLED_IDS = pa.schema([("doc_id", _STRING)])
"""Ids of some representatives."""

LOOSE_GROUPS = pa.schema([ROW, ("first", _INT), ("must_link", _INT)])
"""Representatives in loose groups; see :meth:`dedup.store.Results.add_loose_groups`."""

TERM_COUNTS = pa.schema([KEY, ("count", _INT)])
"""Documents of each term; ``key`` is the term."""

TERM_SLICES = pa.schema(
    [KEY, ("number", _INT), ("moment", _FLOAT), ("language", pa.int16()),
     ("terms", pa.list_(pa.uint32())), ("bands", pa.list_(pa.uint16())),
     ("band_keys", pa.list_(pa.uint64()))]
)  # fmt: skip
"""Representatives by slice, which is ``key``: a share of the buckets of all bands.

A row has the heaviest terms of one, and its bands and their values in the slice.
"""

BAND_KEYS = pa.schema([("key_hash", pa.uint64())])
"""Hashes of keys and their bands, one for each document of a sample and band."""

SLICE_PAIRS = pa.schema(
    [("pairs", pa.list_(pa.uint64())), ("capped", _INT), ("largest", _INT)]
)  # fmt: skip
"""Pairs of slices by number, ``smaller << 32 | larger``, and counts of their buckets."""

REWRITE_CANDIDATES = pa.schema([KEY, ("pair", pa.uint64())])
"""Candidate pairs by number; ``key`` is of the tile of the earlier one and the run of tiles of the
later one."""

SENT_TERMS = pa.schema([KEY, ROW, ("terms", _BYTES)])
"""Terms of representatives; ``key`` is the row, and a place once they were sent there."""

NUMBERED_SCORES = pa.schema([("pair", pa.uint64()), ("score", _FLOAT)])
"""Candidate pairs that score enough to be of a loose group, by number."""

NEAR_DOCUMENTS = pa.schema(
    [KEY, ("document", _INT), ("other", _INT), ("strong", pa.bool_())]
)  # fmt: skip
"""Representatives and their neighbours, by number; ``key`` is a run of documents in time."""

NEIGHBOURHOODS = pa.schema(
    [KEY, ("document", _INT), ("others", pa.list_(_INT)), ("party", pa.list_(pa.int32()))]
)  # fmt: skip
"""Representatives that may tell several stories, and their neighbours, by number."""

VERDICTS = pa.schema(
    [("document", _INT), ("roundup", pa.bool_()), ("against", pa.list_(_INT))]
)  # fmt: skip
"""Whether they do, see :class:`dedup.cluster.roundups.Verdict`."""

CLUSTER_PAIRS = pa.schema([KEY, ("sum", _INT), ("low_size", pa.int32()), ("high_size", pa.int32())])
"""Pairs of clusters of representatives, each known by its smallest number.

``key`` is the pair, ``smaller << 32 | larger``; the sum of the scores between them is a whole
number of units, see :data:`dedup.cluster.average_linkage.UNIT`.
"""

CLUSTER_CHOICES = pa.schema([KEY, ("pair", pa.uint64()), ("sum", _INT), ("product", _INT)])
"""Clusters (``key``) and the best pair that each has in a partition of ``CLUSTER_PAIRS``."""

CHOSEN_PAIRS = pa.schema([("pair", pa.uint64())])
"""The best pair of each cluster that has one."""

GROWN_CLUSTERS = pa.schema([("cluster", _INT), ("label", _INT), ("size", _INT)])
"""Clusters, what they are called after a round, and their documents then."""

GROUP_LABELS = pa.schema([("document", _INT), ("label", _INT)])
"""Representatives by number, and the smallest one of the group of each."""

GROUP_PAIRS = pa.schema([KEY, ("one", _INT), ("other", _INT), ("score", _FLOAT)])
"""Scored pairs of representatives inside of groups, by number; ``key`` is the group's smallest."""

GROUP_ROUTES = pa.schema([KEY, ROW, ("representative", _INT), ("text_id", _INT)])
"""Documents of loose groups; ``key`` is the number of the group's first representative.

``representative`` is null for a document that goes along for its text only.
"""

MERGED = pa.schema(
    [("splits", _INT), ("stories", pa.list_(pa.struct(list(STORIES)))),
     ("decisions", pa.list_(pa.struct(list(DECISIONS))))]
)  # fmt: skip
"""What became of some loose groups: stories of rewrites, and the decisions on their documents."""

# From stories to the files of a run; the functions of the plan are in ``plan_results``. A *block*
# is the rows of one partition of documents, a *range* is a run of the ids of stories.

ROW_RANGES = pa.schema([("first", _INT), ("last", _INT)])
"""The first and the last row of partitions."""

STORY_DIGITS = pa.schema([ROW, ("digits", pa.uint32())])
"""Documents in stories, with the first digits of the id of the story."""

STORIES_BY_RANGE = pa.schema([KEY, *STORIES])
"""Stories by range."""

DECISIONS_BY_RANGE = pa.schema([KEY, *DECISIONS])
"""The decisions on their documents, likewise."""

MEMBERS = pa.schema([KEY, ROW, *((name, _STRING) for name in ("doc_id", "url", "title", "host"))])
"""What their documents say of themselves, likewise."""

DECIDED = pa.schema(
    [*(each for each in DECISIONS if each.name != "representative"), ("copy_of", _STRING)]
)
"""Decisions with the id of the representative, null for one."""

DESCRIBED_STORIES = pa.schema(
    [("range", _INT), ("story_id", _STRING), ("size", _INT), ("body", _BYTES),
     ("decisions", pa.list_(pa.struct(list(DECIDED))))]
)  # fmt: skip
"""Stories, in each partition by id, whose members say what their documents do, and decisions."""

DECIDED_BY_BLOCK = pa.schema([KEY, *DECIDED])
"""The same decisions; ``key`` is the number of a block."""

DECIDED_FILES = pa.schema([("first", _INT), ("address", _STRING)])
"""Files of ``DECIDED`` by row, with the first row of the block."""

DOCUMENT_COUNTS = pa.schema(
    [("reason", _STRING), ("inputs", _INT), ("missing", _INT), ("unreadable", _INT),
     ("guessed", _INT), ("row", _INT), ("doc_id", _STRING), ("unread", _STRING)]
)  # fmt: skip
"""Inputs by reason of rejection, null for those that are used.

Of these also how many have no date, one that is not read, and one that is a guess; and the first
whose date is not read.
"""

DECISION_COUNTS = pa.schema([("status", _STRING), ("relation", _STRING), ("count", _INT)])
"""Decisions by status and relation."""

HOST_COUNTS = pa.schema([KEY, ("host", _STRING), ("relation", _STRING), ("count", _INT)])
"""Documents by host and, of duplicates, relation; ``key`` is a digest of the host."""

LISTED_FIRST = pa.schema([("entry", _BYTES), ("in_all", _INT)])
"""What is listed of a partition, as JSON; ``in_all`` is how many could be, in the first row."""

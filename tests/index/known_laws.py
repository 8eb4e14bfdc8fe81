"""What holds of every place where an index keeps its documents: laws, and entries to try them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dedup.index.known_documents import Entry

IDS = ["a", "b", "ab", "é\u4e2d", "https://news.example/1?x=2&y", "\ud800", "a\x00b"]
KEYS = [b"", b"k", b"k\xff", b"\x00\x00", b"kk", bytes(16)]
TERMS = [0, 1, 255, 256, 2**31, 2**32 - 1]
MOMENTS = [-1e9, 0.0, 0.1, 1.7e9, 1.7e9 + 1e-6, 4e9]

entries = st.builds(
    lambda doc_id, value, keys, moment, terms: Entry(
        doc_id, value, tuple(sorted(keys)), moment, np.array(sorted(terms), np.uint32)
    ),
    st.sampled_from(IDS),
    st.binary(max_size=8),
    st.sets(st.sampled_from(KEYS), max_size=3),
    st.sampled_from(MOMENTS),
    st.sets(st.sampled_from(TERMS), max_size=4),
)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), entries), st.tuples(st.just("remove"), st.sampled_from(IDS))
    ),
    max_size=12,
)


def play(known, steps):
    """Add and remove, and return the entries that there should be, by id."""
    expected = {}
    for verb, what in steps:
        if verb == "add":
            known.remove(what.doc_id)
            known.put(what)
            expected[what.doc_id] = what
        else:
            known.remove(what)
            expected.pop(what, None)
    return expected


def check(known, expected):
    """Fail where a place does not know exactly the expected entries."""
    assert len(known) == len(expected)
    assert known.values(IDS) == [
        expected[doc_id].value if doc_id in expected else None for doc_id in IDS
    ]
    assert known.values([]) == []
    for doc_id in IDS:
        assert (doc_id in known) == (doc_id in expected)
    found = [sorted(each.doc_id for each in expected.values() if key in each.keys) for key in KEYS]
    assert known.found_by(KEYS, len(IDS)) == found
    assert known.found_by(KEYS, 2) == [ids[:2] for ids in found]
    assert known.found_by([], 2) == []
    for moment in MOMENTS:
        older = sorted(each.doc_id for each in expected.values() if each.moment < moment)
        assert known.older_than(moment) == older
    counts, documents = known.term_counts(np.array(TERMS, np.uint32))
    assert documents == len(expected)
    assert counts.dtype == np.int64
    assert counts.tolist() == [
        sum(term in each.terms.tolist() for each in expected.values()) for term in TERMS
    ]
    none, documents = known.term_counts(np.empty(0, np.uint32))
    assert (none.size, documents) == (0, len(expected))

"""The bytes of a known document: what goes in comes out, and nothing else is believed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config
from dedup.index.copy_matches import copy_matches
from dedup.index.entry_bytes import FORMAT, entry_bytes, read_entries, read_entry
from dedup.index.signed_document import SignedDocument

hashes = st.lists(st.integers(0, 2**32 - 1), max_size=40)
texts = st.none() | st.text(max_size=30)
days = st.tuples(
    st.integers(0, 1023), st.integers(0, 1023), st.sampled_from([b"", b"\x45\x00", b"\x45\x02"])
).filter(any)


def array(values):
    return np.array(values, np.uint32)


documents = st.builds(
    SignedDocument,
    doc_id=st.just("a"),
    fingerprint=st.binary(min_size=16, max_size=16),
    tokens=st.integers(0, 10**6),
    shingles=hashes.map(array),
    numbers=st.sets(st.integers(0, 2**32 - 1), max_size=9).map(sorted).map(array),
    terms=hashes.map(array),
    lead_days=st.none() | days,
    title=texts,
    url=texts,
    page=texts,
    canonical_page=texts,
    host=texts,
    date=texts,
    moment=st.none() | st.floats(-6e10, 2.5e11),
    language=texts,
)


def as_values(document):
    return [
        value.tolist() if isinstance(value, np.ndarray) else value
        for value in (getattr(document, name) for name in SignedDocument.__slots__)
    ]


@given(documents)
def test_a_document_comes_back_as_it_was(document):
    assert as_values(read_entry("a", entry_bytes(document))) == as_values(document)


EXAMPLE = SignedDocument(
    "a", b"f" * 16, 40, array([5, 1, 9]), array([2, 7]), array([8, 16]), title="Ferry", moment=5.0
)


@settings(max_examples=500)
@given(st.data())
def test_changed_bytes_are_no_document_or_one_that_can_be_compared(data):
    value = bytearray(entry_bytes(EXAMPLE))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(value) - 1))
        value[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(value)))
    for each in (bytes(value), bytes(value[:cut]), bytes(value) + b"\0"):
        known = read_entries(["a"], [each])
        copy_matches(EXAMPLE, known, Config(level="copies"))


@given(st.binary(max_size=200))
def test_any_bytes_are_no_document(value):
    assert read_entry("a", value) is None


def with_facts(facts):
    value = entry_bytes(EXAMPLE)
    own = value[value.index(b"[") : value.index(b"]") + 1]
    header = bytearray(value[: value.index(b"[")])
    header[4:8] = len(facts).to_bytes(4, "little")
    return bytes(header) + facts + value[len(header) + len(own) :]


HOSTILE = {
    "another format": entry_bytes(EXAMPLE).replace(
        FORMAT.to_bytes(2, "little"), (FORMAT + 1).to_bytes(2, "little"), 1
    ),
    "a number for a title": with_facts(b"[40,5.0,7,null,null,null,null,null,null,0,0]"),
    "true for a number": with_facts(b"[true,5.0,null,null,null,null,null,null,null,0,0]"),
    "no date that can be": with_facts(b"[40,1e300,null,null,null,null,null,null,null,0,0]"),
    "too few facts": with_facts(b"[40,5.0]"),
    "too many facts": with_facts(b"[40,5.0,null,null,null,null,null,null,null,null,0,0]"),
    "an object": with_facts(b'{"tokens":40}'),
    "deep nesting": with_facts(b"[" * 100_000 + b"]" * 100_000),
    "weekdays that are none": with_facts(b"[40,5.0,null,null,null,null,null,null,null,4096,0]"),
    "numbers that are not sorted": entry_bytes(
        SignedDocument("a", b"f" * 16, 40, array([]), array([7, 2]), array([]))
    ),
    "nothing": b"",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_bytes_of_others_are_no_document(value):
    assert read_entry("a", value) is None


def test_what_the_facts_of_an_example_are_is_read():
    value = with_facts(b'[40,5.0,"Ferry",null,null,null,null,null,null,0,0]')
    assert value == entry_bytes(EXAMPLE)


def test_documents_that_are_not_known_or_do_not_parse_are_left_out():
    values = [None, b"nothing", entry_bytes(EXAMPLE)]
    assert [each.doc_id for each in read_entries(["a", "b", "c"], values)] == ["c"]

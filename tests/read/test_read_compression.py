from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from functools import cache

import pytest
import zstandard
from reading import PACKERS, ids, reasons

from dedup.read.compression import MemberOffsets

REASONS = {"gz": "broken-gzip", "zst": "broken-zstd", "bz2": "broken-bz2", "xz": "broken-xz"}
LINES = [json.dumps({"text": f"line {n}"}).encode() + b"\n" for n in range(2_000)]


@cache
def noise(number):
    """Lines that do not pack well, so that a fault in the middle is in the middle."""
    rng = random.Random(1)
    return [
        json.dumps({"text": "".join(rng.choices("abcdefghijklmnop ", k=200))}).encode() + b"\n"
        for _ in range(number)
    ]


@cache
def packed_noise(pack):
    return pack(b"".join(noise(10_000)))


def test_packed_lines_are_read(dump, packed):
    suffix, pack = packed
    found = dump.read(f"a.jsonl.{suffix}", pack(b"".join(LINES)))
    assert [each.text for each in found] == [f"line {n}" for n in range(2_000)]
    assert ids(found)[-1] == f"a.jsonl.{suffix}:2000"


def test_members_that_follow_one_another_are_read_as_one(dump, packed):
    suffix, pack = packed
    cut = b"".join(LINES)
    parts = [pack(cut[at : at + 999]) for at in range(0, len(cut), 999)]
    found = dump.read(f"a.jsonl.{suffix}", b"".join([*parts[:9], pack(b""), *parts[9:]]))
    assert [each.text for each in found] == [f"line {n}" for n in range(2_000)]


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_a_cut_keeps_what_came_before_and_is_reported_once(dump, packed, kept):
    suffix, pack = packed
    lines = noise(10_000)
    stored = packed_noise(pack)
    name = f"a.jsonl.{suffix}"
    found = dump.read(name, stored[: int(len(stored) * kept)])
    assert reasons(found) == [""] * (len(found) - 1) + [REASONS[suffix]]
    assert found[-1].doc_id == f"{name}:{len(found)}"
    assert [each.fields for each in found[:-1]] == [
        json.loads(line) for line in lines[: len(found) - 1]
    ]
    assert len(found) > 1 or kept < 0.5


@pytest.mark.parametrize("suffix", PACKERS)
def test_damage_is_reported_once_at_the_end(dump, suffix):
    stored = bytearray(PACKERS[suffix](b"".join(noise(3_000))))
    stored[len(stored) // 2] ^= 0xFF
    found = dump.read(f"a.jsonl.{suffix}", bytes(stored))
    assert reasons(found)[-1] == REASONS[suffix]
    assert REASONS[suffix] not in reasons(found)[:-1]


def test_a_wrong_checksum_costs_no_line(dump):
    stored = bytearray(gzip.compress(b"".join(LINES[:10])))
    stored[-8] ^= 0xFF
    found = dump.read("a.jsonl.gz", bytes(stored))
    assert reasons(found) == [""] * 10 + ["broken-gzip"]
    assert found[-1].doc_id == "a.jsonl.gz:11"


def test_what_follows_the_last_member_is_reported_and_costs_nothing(dump, packed):
    suffix, pack = packed
    found = dump.read(f"a.jsonl.{suffix}", pack(b"".join(LINES[:10])) + b"garbage, not a member")
    assert reasons(found) == [""] * 10 + [REASONS[suffix]]
    assert found[-1].doc_id == f"a.jsonl.{suffix}:11"


@pytest.mark.parametrize("padding", [1, 600, 100_000])
def test_padding_after_the_last_member_is_passed_over(dump, packed, padding):
    suffix, pack = packed
    found = dump.read(f"a.jsonl.{suffix}", pack(LINES[0]) + bytes(padding))
    assert reasons(found) == [""]


def test_a_last_line_that_is_whole_but_for_its_end_is_kept(dump):
    whole = gzip.compress(b"".join(LINES[:3]).rstrip())
    found = dump.read("a.jsonl.gz", whole[:-4])
    assert reasons(found) == ["", "", "", "broken-gzip"]
    assert found[-1].doc_id == "a.jsonl.gz:4"


def test_a_line_that_a_fault_cuts_is_part_of_the_fault(dump):
    packed = gzip.compress(b'{"text": "a"}\n{"text": "b') + gzip.compress(b'"}\n')[:12]
    found = dump.read("a.jsonl.gz", packed)
    assert (ids(found), reasons(found)) == (["a.jsonl.gz:1", "a.jsonl.gz:2"], ["", "broken-gzip"])


def test_an_array_that_a_fault_cuts_is_reported_as_that_fault(dump):
    found = dump.read("a.json.gz", gzip.compress(b'[{"text": "a"}, {"text": "b"}]')[:-9])
    assert reasons(found)[-1] == "broken-gzip"


@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_a_page_or_text_that_is_cut_is_rejected_under_its_own_id(dump, packed, name):
    suffix, pack = packed
    found = dump.read(f"{name}.{suffix}", pack(b"<p>Rain fell. " * 9)[:-3])
    assert (ids(found), reasons(found)) == ([f"{name}.{suffix}"], [REASONS[suffix]])


def test_a_file_of_nothing_but_damage_is_reported_as_that(dump, packed):
    suffix, pack = packed
    found = dump.read(f"a.html.{suffix}", pack(b"<p>Rain fell.")[:7])
    assert (ids(found), reasons(found)) == ([f"a.html.{suffix}"], [REASONS[suffix]])


def test_a_page_in_every_packing_is_read(dump, packed):
    suffix, pack = packed
    page = b"<p>Rain fell.</p>"
    assert dump.read_one(f"a.html.{suffix}", pack(page)).html == page


def test_a_zstd_file_may_begin_with_a_skippable_frame(dump):
    skippable = b"\x5d\x2a\x4d\x18\x04\x00\x00\x00abcd"
    found = dump.read("a.jsonl.zst", skippable + zstandard.compress(LINES[0]))
    assert [each.text for each in found] == ["line 0"]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bz2", "xz"])
def test_what_unpacks_to_far_more_than_was_packed_comes_whole(dump, pack):
    content = b" " * 5_000_000 + b"\n" + LINES[0]
    assert ids(dump.read("a.jsonl", pack(content))) == ["a.jsonl:2"]


def test_positions_are_located_by_member_and_by_the_offset_in_it():
    members = MemberOffsets()
    for unpacked, stored in ((0, 0), (100, 40), (100, 60), (250, 90)):
        members.add(unpacked, stored)
    assert [members.locate(position) for position in (0, 99, 100, 249, 250, 300)] == [
        "0",
        "0+99",
        "60",
        "60+149",
        "90",
        "90+50",
    ]

from __future__ import annotations

from dedup.read import Tally


def _tally(*files):
    tally = Tally()
    for name, digest in files:
        tally.add_file(name, digest, 3)
    return tally


def test_files_and_bytes_are_counted():
    tally = _tally(("a", "00"), ("b", "01"))
    assert (tally.files, tally.bytes) == (2, 6)


def test_the_same_files_give_the_same_digest():
    assert _tally(("a", "00"), ("b", "01")).digest() == _tally(("a", "00"), ("b", "01")).digest()


def test_names_contents_order_and_borders_all_change_the_digest():
    lists = [
        [],
        [("a", "00")],
        [("b", "00")],
        [("a", "01")],
        [("a", "00"), ("b", "01")],
        [("b", "01"), ("a", "00")],
        [("a0", "0")],
    ]
    assert len({_tally(*files).digest() for files in lists}) == len(lists)


def test_what_is_passed_over_starts_at_nothing():
    assert Tally().passed_over["anything"] == 0

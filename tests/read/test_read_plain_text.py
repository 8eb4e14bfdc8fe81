from __future__ import annotations

import random

import pytest
from reading import ids, reasons

RUSSIAN = "Сильный дождь прошёл в среду над городом, и вода вышла из берегов реки. " * 5
CHINESE = "周三，一场大雨席卷全城，河水漫过了堤岸，数百名居民连夜撤离。" * 5


def test_a_file_is_one_document_under_its_own_name(dump):
    found = dump.read("a.txt", b"Rain fell.\r\nIt rained.\n")
    assert ids(found) == ["a.txt"]
    text = "Rain fell.\r\nIt rained.\n"
    assert (found[0].text, found[0].fields) == (text, {"text": text})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251"])
def test_the_encoding_is_detected(dump, encoding):
    assert dump.read_one("a.txt", RUSSIAN.encode(encoding)).text == RUSSIAN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_the_encoding_of_chinese_is_detected(dump, encoding):
    assert dump.read_one("a.txt", CHINESE.encode(encoding)).text == CHINESE


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"], ids=["little", "big"])
def test_a_mark_decides_the_byte_order_and_is_taken_off(dump, mark):
    order = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert dump.read_one("a.txt", mark + "дождь".encode(order)).text == "дождь"


def test_the_whole_text_is_looked_at(dump):
    text = "plain words " * 9_000 + RUSSIAN
    assert dump.read_one("a.txt", text.encode("cp1251")).text == text


def test_bytes_that_fit_no_encoding_are_replaced(dump):
    found = dump.read_one("a.txt", b"Rain fell on caf\xe9. " * 3_300 + "ż".encode() * 3_300)
    assert found.text.startswith("Rain fell on caf")


@pytest.mark.parametrize("extra", [0, 1])
def test_a_text_over_the_limit_is_rejected(dump, extra):
    found = dump.read("a.txt", b"x" * (1_000 + extra), max_document_bytes=1_000)
    assert reasons(found) == [["", "too-large"][extra]]


def test_binary_data_is_no_text(dump):
    assert reasons(dump.read("a.txt", random.Random(1).randbytes(3_000))) == ["unknown-kind"]

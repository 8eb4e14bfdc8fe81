from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text_encoding import in_utf8

PLAIN = "number,words\n" + "1,The ferry runs again from Monday.\n" * 4_000  # over two blocks
LETTERS = {
    "cp1251": "2,Сильный дождь прошёл в среду над городом, и вода вышла из берегов реки.\n",
    "cp1250": "2,W środę nad miastem spadł ulewny deszcz i rzeka wystąpiła z brzegów.\n",
    "iso8859-2": "2,Zażółć gęślą jaźń: w środę nad miastem spadł ulewny deszcz.\n",
    "iso8859-7": "2,Την Τετάρτη έπεσε δυνατή βροχή στην πόλη και το ποτάμι ξεχείλισε.\n",
    "cp1254": "2,Çarşamba günü şehirde şiddetli yağmur yağdı, ırmak taştı.\n",
    "cp1252": "2,L’été dernier, la rivière a débordé ; « c’était très inquiétant ».\n",
    "gb18030": "2,周三，一场大雨席卷全城，河水漫过了堤岸，数百名居民连夜撤离。\n",
    "cp932": "2,水曜日、大雨が市内を襲い、川の水が堤防を越え、数百人の住民が避難した。\n",
    "utf-8": "2,Сильный дождь прошёл в среду над городом.\n",
}


def read(stored):
    return in_utf8(io.BytesIO(stored)).read().decode()


@pytest.mark.parametrize("before", ["", PLAIN], ids=["at once", "after much ASCII"])
@pytest.mark.parametrize(("codec", "line"), LETTERS.items(), ids=LETTERS)
def test_the_encoding_is_that_of_the_first_letters_beyond_ascii(codec, line, before):
    text = before + line * 2_000
    assert read(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides_and_is_taken_off(codec):
    text = PLAIN + LETTERS["cp1251"] * 2_000
    assert read(text.encode(codec)) == text


def test_broken_letters_in_utf8_cost_no_others():
    text = LETTERS["cp1252"] * 3_000
    assert read(text.encode() + b"caf\xe9.\n" + text.encode()) == f"{text}café.\n{text}"


def test_a_file_that_is_cut_inside_a_letter_loses_that_letter_only():
    assert read(("a" * 70_000 + "né").encode()[:-1]) == "a" * 70_000 + "nÃ"
    assert read(("ü" + "a" * 70_000 + "né").encode()[:-1]) == "ü" + "a" * 70_000 + "n"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 3))
def test_utf8_stays_as_it_is(text, cut):
    stored = ("x" * (65_536 - cut) + text).encode()
    assert in_utf8(io.BytesIO(stored)).read() == stored


@given(st.binary(max_size=200))
def test_any_bytes_have_a_text(stored):
    read(b"x" * 65_500 + stored)

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.text_encoding import decode_page, decode_text
from dedup.text_encoding.declared import codecs_of

TEXTS = {
    "ru": "Сильный дождь прошёл в среду над городом, и вода вышла из берегов реки.",
    "uk": "Сильний дощ пройшов у середу над містом, і вода вийшла з берегів ріки.",
    "pl": "Zażółć gęślą jaźń: w środę nad miastem spadł ulewny deszcz, rzeka wystąpiła z brzegów.",
    "cs": "Příliš žluťoučký kůň: ve středu nad městem pršelo a řeka vystoupila z břehů.",
    "fr": "L’été dernier, la rivière a débordé ; « c’était très inquiétant », a déclaré un élu.",
    "de": "Über der Stadt fiel am Mittwoch starker Regen, der Fluss trat über die Ufer. Größe: 5 €",
    "tr": "Çarşamba günü şehirde şiddetli yağmur yağdı, ırmak taştı ve yüzlerce kişi kaçtı.",
    "el": "Την Τετάρτη έπεσε δυνατή βροχή στην πόλη και το ποτάμι ξεχείλισε.",
    "he": "ביום רביעי ירד גשם כבד על העיר והנהר עלה על גדותיו.",
    "ar": "هطلت أمطار غزيرة يوم الأربعاء على المدينة وفاض النهر على ضفتيه.",
    "th": "ฝนตกหนักเมื่อวันพุธในเมือง และแม่น้ำก็เอ่อล้นตลิ่ง",
    "zh": "周三，一场大雨席卷全城，河水漫过了堤岸，数百名居民连夜撤离。",
    "tw": "週三，一場大雨席捲全城，河水漫過了堤岸，數百名居民連夜撤離。",
    "ja": "水曜日、大雨が市内を襲い、川の水が堤防を越え、数百人の住民が避難した。①",
    "ko": "수요일 폭우가 도시를 덮쳐 강물이 둑을 넘었고 주민 수백 명이 밤새 대피했다.",
}

# Language, the label as pages write it, the codec that browsers read it with.
ENCODINGS = [
    ("ru", "windows-1251", "cp1251"),
    ("ru", "koi8-r", "koi8-r"),
    ("ru", "ISO-8859-5", "iso8859-5"),
    ("ru", "x-mac-cyrillic", "mac-cyrillic"),
    ("uk", "koi8-u", "koi8-u"),
    ("pl", "iso-8859-2", "iso8859-2"),
    ("pl", "windows-1250", "cp1250"),
    ("cs", "latin2", "iso8859-2"),
    ("fr", "iso-8859-1", "cp1252"),
    ("fr", "us-ascii", "cp1252"),
    ("fr", "latin1", "cp1252"),
    ("fr", "x-user-defined", "cp1252"),
    ("fr", "macintosh", "mac-roman"),
    ("de", "iso-8859-1", "cp1252"),
    ("tr", "iso-8859-9", "cp1254"),
    ("el", "iso-8859-7", "iso8859-7"),
    ("he", "iso-8859-8-i", "iso8859-8"),
    ("ar", "windows-1256", "cp1256"),
    ("th", "tis-620", "cp874"),
    ("th", "iso-8859-11", "cp874"),
    ("zh", "gb2312", "gb18030"),
    ("zh", "gbk", "gb18030"),
    ("tw", "big5", "big5hkscs"),
    ("ja", "shift_jis", "cp932"),
    ("ja", "x-sjis", "cp932"),
    ("ja", "euc-jp", "euc_jis_2004"),
    ("ja", "iso-2022-jp", "iso2022_jp_3"),
    ("ko", "euc-kr", "cp949"),
    ("ko", "ks_c_5601-1987", "cp949"),
    ("ko", "iso-2022-kr", "iso2022_kr"),
]
PLACES = {
    "meta": '<meta charset="{}">',
    "unquoted": "<META CHARSET={}>",
    "http-equiv": '<meta http-equiv="Content-Type" content="text/html; charset={}">',
    "reversed": "<meta content='text/html;charset={}' http-equiv=content-type />",
    "xml": '<?xml version="1.0" encoding="{}"?>',
    "late": "<title>Rain</title>" + "<link rel=stylesheet href=/s.css>" * 600 + "<meta charset={}>",
}
LENGTHS = {"short": 1, "long": 400}


@pytest.mark.parametrize("times", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("language", "label", "codec"), ENCODINGS, ids=lambda value: value)
def test_a_declared_encoding_is_believed(language, label, codec, place, times):
    page = place.format(label) + f"<p>{TEXTS[language]}</p>\n" * times
    assert decode_page(page.encode(codec)) == page


@pytest.mark.parametrize(("language", "label", "codec"), ENCODINGS, ids=lambda value: value)
def test_what_the_server_declares_is_believed(language, label, codec):
    page = f"<p>{TEXTS[language]}"
    assert decode_page(page.encode(codec), label) == page


@pytest.mark.parametrize(("language", "label", "codec"), ENCODINGS, ids=lambda value: value)
def test_a_page_that_ends_inside_a_letter_loses_that_letter_only(language, label, codec):
    page = f"<meta charset={label}><p>" + TEXTS[language] * 20
    cut = decode_page(page.encode(codec)[:-7])
    # A tail that is no whole letter, and in encodings of shifts the sign that ends them, is lost.
    assert page.startswith(cut)
    assert len(page) - len(cut) <= 7


UNDECLARED = [
    ("ru", "cp1251"),
    ("ru", "koi8-r"),
    ("pl", "cp1250"),
    ("pl", "iso8859-2"),
    ("fr", "cp1252"),
    ("de", "cp1252"),
    ("tr", "cp1254"),
    ("el", "cp1253"),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    ("th", "cp874"),
    ("zh", "gb18030"),
    ("tw", "big5hkscs"),
    ("ja", "cp932"),
    ("ja", "euc_jis_2004"),
    ("ja", "iso2022_jp_3"),
    ("ko", "cp949"),
]


@pytest.mark.parametrize(("language", "codec"), UNDECLARED)
@pytest.mark.parametrize("before", [0, 30_000], ids=["at-once", "after-much-ascii"])
def test_an_undeclared_page_is_read_from_its_whole(language, codec, before):
    filler = "<div class=menu><a href=/>Home</a></div>\n" * (before // 40)
    page = f"{filler}<p>{TEXTS[language]}</p>{filler}"
    assert decode_page(page.encode(codec)) == page
    assert decode_text(page.encode(codec)) == page


RUSSIAN, FRENCH, CHINESE = TEXTS["ru"], TEXTS["fr"], TEXTS["zh"]

TRUST = {
    "a mark over all": (codecs.BOM_UTF8 + RUSSIAN.encode(), "windows-1251", RUSSIAN),
    "UTF-16 with a mark": (f"<p>{RUSSIAN}".encode("utf-16"), "koi8-r", f"<p>{RUSSIAN}"),
    "UTF-16 without one": (f"<p>{RUSSIAN}".encode("utf-16-be"), None, f"<p>{RUSSIAN}"),
    "UTF-16 that the server names": ("Rain fell".encode("utf-16-le"), "utf-16", "Rain fell"),
    "UTF-16 that is none": (b"<p>Rain fell", "utf-16", "<p>Rain fell"),
    "UTF-8 over a wrong server": (RUSSIAN.encode(), "windows-1251", RUSSIAN),
    "UTF-8 over a wrong page": (
        f"<meta charset=gbk>{FRENCH}".encode(),
        None,
        f"<meta charset=gbk>{FRENCH}",
    ),
    "the server over the page": (
        f"<meta charset=koi8-r>{RUSSIAN}".encode("cp1251"),
        "windows-1251",
        f"<meta charset=koi8-r>{RUSSIAN}",
    ),
    "the page over a server's default": (
        f"<meta charset=windows-1251>{RUSSIAN}".encode("cp1251"),
        "ISO-8859-1",
        f"<meta charset=windows-1251>{RUSSIAN}",
    ),
    "the first of two in the page": (
        f"<meta charset=windows-1251><meta charset=koi8-r>{RUSSIAN}".encode("cp1251"),
        None,
        f"<meta charset=windows-1251><meta charset=koi8-r>{RUSSIAN}",
    ),
    "a label that is none": (
        f"<meta charset=utf8mb5><meta charset=koi8-r>{RUSSIAN}".encode("koi8-r"),
        None,
        f"<meta charset=utf8mb5><meta charset=koi8-r>{RUSSIAN}",
    ),
    "not one in a comment": (
        f"<!-- <meta charset=koi8-r> --><meta charset=cp1251>{RUSSIAN}".encode("cp1251"),
        None,
        f"<!-- <meta charset=koi8-r> --><meta charset=cp1251>{RUSSIAN}",
    ),
    "not one in a script": (
        f"<script>'<meta charset=koi8-r>'</script><meta charset=cp1251>{RUSSIAN}".encode("cp1251"),
        None,
        f"<script>'<meta charset=koi8-r>'</script><meta charset=cp1251>{RUSSIAN}",
    ),
    "not one in a description": (
        f"<meta name=description content='charset=koi8-r'>{RUSSIAN}".encode("cp1251"),
        None,
        f"<meta name=description content='charset=koi8-r'>{RUSSIAN}",
    ),
    "not one that the page is not in": (
        f"<meta charset=utf-8>{FRENCH}".encode("cp1252"),
        None,
        f"<meta charset=utf-8>{FRENCH}",
    ),
    "not one that the page is not in, many bytes": (
        f"<meta charset=shift_jis>{RUSSIAN}".encode("cp1251"),
        None,
        f"<meta charset=shift_jis>{RUSSIAN}",
    ),
    "UTF-16 in a page of bytes is UTF-8": (
        f"<meta charset=utf-16>{RUSSIAN}".encode(),
        None,
        f"<meta charset=utf-16>{RUSSIAN}",
    ),
}


@pytest.mark.parametrize(("page", "declared", "text"), TRUST.values(), ids=TRUST)
def test_the_order_of_trust(page, declared, text):
    assert decode_page(page, declared) == text


BROKEN = {
    "windows-1252 pasted into UTF-8": (
        FRENCH.encode() + b" nobody\x92s caf\xe9.",
        FRENCH + " nobody’s café.",
    ),
    "half a letter": (FRENCH.encode() + b" apr\xc3s", FRENCH + " apr\ufffds"),
    "half a letter of another script": (
        RUSSIAN.encode() + b" \x92 \xd0.",
        RUSSIAN + " \ufffd \ufffd.",
    ),
    "letters stored as halves of UTF-16": (
        b"Rain \xed\xa0\xbd\xed\xb8\x80 fell",
        "Rain \U0001f600 fell",
    ),
    "one letter at the end that is not UTF-8": (b"<p>caf\xe9", "<p>café"),
    "the euro of GBK": (
        b"<meta charset=gbk>" + CHINESE.encode("gbk") + b"\x805 cents",
        f"<meta charset=gbk>{CHINESE}€5 cents",
    ),
    "quotes of Windows in an ISO encoding": (
        b"<meta charset=iso-8859-2>\x84" + "Zażółć".encode("iso8859-2") + b"\x94",
        "<meta charset=iso-8859-2>„Zażółć”",
    ),
    "letters of Windows in an ISO encoding": (
        b"<meta charset=iso-8859-2>" + "Łódź".encode("iso8859-2") + b" \x9aok",
        "<meta charset=iso-8859-2>Łódź šok",
    ),
    "controls that were taken for Latin-1 once": ("nobody\x92s café".encode(), "nobody’s café"),
    "one broken letter in a declared encoding": (
        b"<meta charset=gbk>" + CHINESE.encode("gbk") * 3 + b"\xff" + CHINESE.encode("gbk"),
        f"<meta charset=gbk>{CHINESE * 3}\ufffd{CHINESE}",
    ),
}


@pytest.mark.parametrize(("page", "text"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_costs_no_more_than_itself(page, text):
    assert decode_page(page) == text


def test_a_declaration_in_an_element_that_is_not_closed_takes_linear_time():
    for piece in (b"<!--", b"<script ", b"<meta ", b"<title ", b'<meta "', b"<?xml "):
        decode_page(piece * 200_000 + b"\xe9")


def test_a_declaration_that_is_repeated_is_tried_once():
    began = time.process_time()
    decode_page(b"<meta charset=big5>\xff\x81" * 4_000)
    assert time.process_time() - began < 5


LETTERS = {label: TEXTS[language].split() for language, label, _ in ENCODINGS}


@given(st.sampled_from(sorted(LETTERS)), st.data())
def test_what_an_encoding_can_hold_comes_back_letter_for_letter(label, data):
    codec = codecs_of(label)[0]
    alphabet = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cc", "Cs", "Co"])
    drawn = data.draw(st.text(alphabet, max_size=40)) + data.draw(st.sampled_from(LETTERS[label]))
    stored = drawn.encode(codec, "ignore")
    text = stored.decode(codec)  # some letters have no way back
    assume(is_hardly_utf8(stored))
    page = f"<meta charset={label}>{text}"
    assert decode_page(page.encode(codec)) == page


def is_hardly_utf8(stored: bytes) -> bool:
    """Whether bytes are ASCII or contain more of what is not UTF-8 than of what is."""
    if stored.isascii():
        return True
    text = stored.decode("utf-8", "replace")
    return text.count("\ufffd") * 4 > sum(character > "\x7f" for character in text)


@given(
    st.binary(max_size=300), st.sampled_from([None, "gbk", "utf-8", "iso-8859-1", "euc-jp", "?"])
)
def test_any_bytes_have_a_text(page, declared):
    assert decode_page(page, declared).encode().decode() == decode_page(page, declared)


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"])),
    st.sampled_from([None, "gbk", "koi8-r"]),
)
def test_utf8_stays_as_it_is(text, declared):
    assume(not text.startswith("\ufeff"))
    assert decode_page(text.encode(), declared) == text

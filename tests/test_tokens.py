import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import SignConfig
from dedup.signatures.minhash import sign
from dedup.tokens import (
    DIGIT,
    LETTER,
    MARK,
    SEPARATOR,
    SINGLE,
    TABLE_SIZE,
    UNSPACED,
    character_tables,
    count_tokens,
    count_words,
)

ONE_TOKEN = SignConfig(shingle_size=1, signable_tokens=1)


def hashes(text):
    """The hash of each token, in text order."""
    signed = sign([text], ONE_TOKEN)
    return signed.shingles[: signed.shingle_bounds[1]].tolist()


LANGUAGES = {
    "Spanish": ("¿Cuándo volverá el niño?", ["cuándo", "volverá", "el", "niño"]),
    "German": ("Die Straßen-Übergänge, GROẞ", ["die", "straßen", "übergänge", "groß"]),
    "Russian": ("Ёлка упала: 5 человек", ["ёлка", "упала", "5", "человек"]),
    "Greek": ("Η Αθήνα", ["η", "αθήνα"]),
    "Arabic with diacritics": ("قَالَ الوَزِيرُ", ["قَالَ", "الوَزِيرُ"]),
    "Hebrew with points": ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
    "Hindi with vowel signs": ("मंत्री ने कहा", ["मंत्री", "ने", "कहा"]),
    "Korean": ("서울 시장", ["서울", "시장"]),
    "Chinese": ("新华社北京", ["新", "华", "社", "北", "京"]),
    "Chinese with a number": ("2024年5月", ["2024", "年", "5", "月"]),
    "Japanese": ("東京タワーへ行く", ["東", "京", "タ", "ワ", "ー", "へ", "行", "く"]),
    "Japanese with a combining voice mark": ("か\u3099っこう", ["か\u3099", "っ", "こ", "う"]),
    "Thai": ("กินข้าว", ["กิ", "น", "ข้", "า", "ว"]),
    "Chinese within English": ("the 北京 office", ["the", "北", "京", "office"]),
    "full width": ("ＡＢＣ　１２３", ["abc", "123"]),
    "ideographs past the first plane": ("\U00020000\U00030000", ["\U00020000", "\U00030000"]),
    "letters past the first plane": ("\U0001d400\U0001d401 x", ["\U0001d400\U0001d401", "x"]),
    "a selector of a form counts for nothing": ("葛\U000e0100城", ["葛", "城"]),
    "digits and letters together": ("G20 F-16 3rd", ["g20", "f", "16", "3rd"]),
    "emoji and punctuation": ("a\U0001f600b—c…d", ["a", "b", "c", "d"]),
}


@pytest.mark.parametrize(("text", "tokens"), LANGUAGES.values(), ids=LANGUAGES)
def test_tokens_of_every_script_are_what_a_reader_takes_for_words(text, tokens):
    assert hashes(text) == [one for token in tokens for one in hashes(token)]
    assert len(hashes(text)) == len(tokens)


DIFFERENT = {
    "accents": ("año", "ano"),
    "a vowel sign": ("कि", "की"),
    "a diacritic": ("قَالَ", "قال"),
    "a voice mark": ("か\u3099", "か"),
    "a digit": ("2024", "2025"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_marks_separate_tokens(one, other):
    assert len(hashes(one)) == len(hashes(other)) == 1
    assert hashes(one) != hashes(other)


def test_case_does_not_separate_tokens():
    for one, other in (("ÉTÉ", "été"), ("МОСКВА", "москва"), ("ΑΘΗΝΑ", "αθηνα"), ("ＡＢ", "ab")):
        assert hashes(one) == hashes(other)


def test_every_code_point_below_the_second_plane_has_the_class_of_its_category():
    kinds, folded = character_tables()
    assert kinds.size == folded.size == TABLE_SIZE
    unspaced = {point for first, last in UNSPACED for point in range(first, last + 1)}
    for point in range(0x20000):
        category = unicodedata.category(chr(point))[0]
        letter = SINGLE if point in unspaced else LETTER
        assert kinds[point] == {"L": letter, "N": DIGIT, "M": MARK}.get(category, SEPARATOR)
    assert (kinds[0x20000:] == SINGLE).all()


def test_no_letter_or_digit_is_assigned_past_the_table():
    for point in range(TABLE_SIZE, sys.maxunicode + 1):
        assert unicodedata.category(chr(point))[0] not in "LN"


def test_folding_is_lower_case_once_and_for_all():
    _, folded = character_tables()
    assert (folded[folded] == folded).all()
    assert chr(folded[ord("Ä")]) == "ä"
    assert folded[ord("\u0130")] == ord("\u0130")  # its lower case is two characters
    assert chr(folded[0xFF11]) == "1"
    assert chr(folded[0xFF3A]) == "z"


COUNTS = {
    "": (0, 0),
    "one": (1, 1),
    "one two\nthree": (3, 3),
    "— one — two —": (2, 2),
    "don't stop": (3, 3),
    "東京": (2, 1),
    "東京駅前で": (5, 3),
    "서울 시장": (2, 2),
    "मंत्री ने कहा": (3, 3),
    "the 北京 office": (4, 3),
    "\ud800 a": (1, 1),
}


@pytest.mark.parametrize(("text", "counts"), COUNTS.items(), ids=ascii)
def test_tokens_and_words_are_counted(text, counts):
    assert (count_tokens(text), count_words(text)) == counts


TRICKY = st.sampled_from("aÉ5東กิ\u3099\u0301꧀ -.\n\U00020000\U000e0100\u1b05\U0003ffff\U00040000")


@given(st.lists(TRICKY | st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_counted_is_what_shingles_are_made_of(characters):
    text = "".join(characters)
    assert count_tokens(text) == sign([text], ONE_TOKEN).tokens[0]


@pytest.mark.parametrize("script", ["ᥘᥫᥴ", "ᦺᦎ", "ᬅᬓ᭄ᬱᬭ", "ꦲꦏ꧀ꦱꦫ", "ꪼꪕ", "ᨲ᩠ᩅᩫᨾᩮᩬᩥᨦ", "ㄓㄨㄧㄣ", "ꆈꌠ"])
def test_each_letter_of_a_script_without_spaces_is_a_token(script):
    assert count_tokens(script) == sum(unicodedata.category(c)[0] == "L" for c in script)

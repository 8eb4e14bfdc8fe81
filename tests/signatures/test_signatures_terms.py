import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_kernels import FOLDED, HUGE, ODD, fnv, format_of, hostile, mix

from dedup.kernels.terms import FLAGS, NAME, NUMBER, OPENS, terms_of
from dedup.signatures.terms import PREFIX, term_hashes, term_spans, terms, titled_terms
from dedup.tokens import (
    DIGIT,
    LETTER,
    MARK,
    SEPARATOR,
    SINGLE,
    STOPS,
    character_tables,
    trait_table,
)

laws = settings(max_examples=200, deadline=None)

# --- definition ----------------------------------------------------------------------------------

# A text as one sign a character: letter, digit, character of an unspaced script, mark, and of what
# separates: what may stand in a number (:), what ends a sentence before a space (.) and anyway (!).
# The full stop may stand in a number too: it is written %.
SIGNS = {LETTER: "L", DIGIT: "D", SINGLE: "C", MARK: "M"}

TOKENS = re.compile(
    r"(?P<number>D(?:[LDM]|[%:](?=D))*)"
    r"|(?P<word>L[LDM]*)"
    r"|(?P<couple>CM*(?=C))"
    r"|(?P<alone>CM*)"
    r"|(?P<stop>!|[.%](?![LDCM]))"
    r"|."
)


def sign_of(character):
    if character in ".,:":
        return "%" if character == "." else ":"
    if character in STOPS:
        return "!" if character == "\n" or character >= "\u3000" else "."
    return SIGNS.get(format_of(ord(character)), " ")


def hash_of(values):
    return mix(fnv(values)) >> 32 & ~7


def folded(text):
    return [int(FOLDED[ord(character)]) for character in text]


def without_article(word):
    """An Arabic word without its al- and a particle before that, if three letters follow."""
    found = re.match("[وفبك]?ال", word)
    if found and "".join(map(sign_of, word[found.end() :])).startswith("LLL"):
        return word[found.end() :]
    return word


def cut(word, number):
    """The first characters and all digits of a word; whatever joins digits is a point."""
    kept, length = [], 0
    for character in word:
        if number and format_of(ord(character)) == SEPARATOR:
            kept.append(ord("."))
            continue
        if length < PREFIX or format_of(ord(character)) == DIGIT:
            kept += folded(character)
        length += 1
    return kept


def defined(text):
    """The tokens of a text with their flags, as the kernel's documentation tells it."""
    found = []
    begins, opens, since = True, True, 0
    for match in TOKENS.finditer("".join(map(sign_of, text))):
        kind, piece = match.lastgroup, text[slice(*match.span())]
        if kind == "stop":
            begins = True
            opens = opens or since >= 3
        if kind in (None, "stop") or (kind == "alone" and found and not begins):
            continue  # the last character of a run is in the couple before it
        if kind == "couple":
            token = hash_of(folded(piece[0] + text[match.end()]))
        elif kind == "alone":
            token = hash_of(folded(piece[0]))
        else:
            token = hash_of(cut(without_article(piece), kind == "number"))
        token |= NUMBER if kind == "number" else 0
        token |= NAME if kind == "word" and piece[0].isupper() and not begins else 0
        token |= OPENS if opens else 0
        since = 1 if opens else since + 1
        begins = opens = False
        found.append(token)
    return found


# --- what they are compared on -------------------------------------------------------------------

PIECES = [
    "Mr", "the", "Port", "elected", "Elections", "Straße", "U.S", "5.6", "5,6", "12:30", "1980s",
    "3", "7.", ",8", "..", ". ", "! ", "? ", "\n", " ", "-", "。", "\u2026 ", "\u061f ", "\u0964 ",
    "中国", "人", "ほん", "ไทย", "e\u0301t", "\u0301", "\ud800", "\U00040001", "\u0130stanbul",
    "الملك", "والمدينة", "وال", "الله", "بال\u064eقصر",
    "\uff11\uff0e\uff12", "\u0661\u066b\u0662", "\u01c5", "A", "b2B", "\U00020000",
]  # fmt: skip
sentences = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def found(text):
    tokens, bounds = terms([text])
    assert bounds.tolist() == [0, tokens.size]
    return tokens.tolist()


def hashes(text):
    return term_hashes([text])[0].tolist()


def flagged(text, flag):
    """Which tokens of a text have a flag, by their number."""
    return [number for number, token in enumerate(found(text)) if token & flag]


# --- tokens --------------------------------------------------------------------------------------

SAME_TERM = [
    ("election", "elections"),
    ("Elect", "electorate"),
    ("éléphants", "ÉLÉPHANT"),
    ("выборы", "ВЫБОРАХ"),
    ("5.6", "5,6"),
    ("12.30", "12:30"),
    ("1.234,5", "1,234.5"),
    ("\uff11\uff12", "12"),
    ("\uff21\uff42c", "abc"),
    ("e\u0301lan", "E\u0301LAN"),
    ("المدينة", "مدينة"),
    ("والمدينة", "بالمدينة"),
]
OTHER_TERM = [
    ("elec", "elect"),
    ("1234567", "1234568"),
    ("5.6", "56"),
    ("covid19", "covid20"),
    ("e\u0301lan", "elan"),
    ("abcdef1", "abcdef"),
    ("\u0661\u0662", "12"),
    ("الله", "له"),
    ("والد", "د"),
    ("وملك", "ملك"),
]


@pytest.mark.parametrize(("one", "other"), SAME_TERM, ids=ascii)
def test_words_that_begin_alike_and_numbers_written_otherwise_are_one_term(one, other):
    assert len(hashes(one)) == 1
    assert hashes(one) == hashes(other)


@pytest.mark.parametrize(("one", "other"), OTHER_TERM, ids=ascii)
def test_other_beginnings_other_digits_and_other_marks_are_other_terms(one, other):
    assert len(hashes(one)) == len(hashes(other)) == 1
    assert hashes(one) != hashes(other)


COUNTS = [
    ("", 0),
    (" .,! \n", 0),
    ("\u0301\u0302", 0),
    ("Port Elwood's 2 ferries", 5),
    ("5.6", 1),
    ("5. 6", 2),
    ("5.", 1),
    (".5", 1),
    ("5..6", 2),
    ("5,6,7:8.9", 1),
    ("a.b", 2),
    ("a5.6", 2),
    ("5a.6", 1),
    ("1980s", 1),
    ("中", 1),
    ("中国", 1),
    ("中国人", 2),
    ("中国 人民", 2),
    ("中国。人民", 2),
    ("中\u0301国\u0301人\u0301", 2),
    ("ab中国cd", 3),
    ("日本の首相", 4),
    ("한국 총리", 2),
    ("ประเทศ", 5),
]


@pytest.mark.parametrize(("text", "count"), COUNTS, ids=[ascii(text) for text, _ in COUNTS])
def test_a_text_has_as_many_tokens_as_a_reader_would_count(text, count):
    assert len(found(text)) == count == len(defined(text))


def test_a_couple_of_characters_is_one_term_wherever_it_stands():
    assert hashes("中国人") == [*hashes("中国"), *hashes("国人")]
    assert set(hashes("中国")) < set(hashes("在中国的"))
    assert hashes("中国") != hashes("国中")


def test_the_marks_of_a_couple_change_nothing_and_those_of_a_letter_do():
    assert hashes("中\u0301国") == hashes("中国")
    assert hashes("a\u0301b") != hashes("ab")


def test_a_mark_stays_with_its_letter():
    assert len(hashes("नमस्ते दुनिया")) == 2
    assert hashes("cafe\u0301 noir") == [*hashes("cafe\u0301"), *hashes("noir")]


def test_a_term_is_a_multiple_of_eight_and_a_token_has_its_flags_below():
    texts = ["On Monday 12 Ferries ran."]
    tokens, _ = terms(texts)
    assert (term_hashes(texts)[0] % 8 == 0).all()
    assert (tokens & ~FLAGS).tolist() == term_hashes(texts)[0].tolist()
    assert tokens.dtype == np.uint32


# --- flags ---------------------------------------------------------------------------------------

NAMES = [
    ("The Ferry to Port Elwood ran", [1, 3, 4]),
    ("Ferry ran. Elwood slept. She saw Elwood", [6]),
    ("he met Mr. Smith", [2]),
    ("a B\nC D", [1, 3]),
    ("«Le Monde» said NATO", [1, 3]),
    ("the eU and iPhone", []),
    ("1 Monday", [1]),
    ("выборы в Москве", [2]),
    ("中国 Apple", [1]),
    ("the \u01c5ep", []),
]


@pytest.mark.parametrize(("text", "names"), NAMES, ids=[ascii(text) for text, _ in NAMES])
def test_names_are_capitalised_words_inside_a_sentence(text, names):
    assert flagged(text, NAME) == names


def test_numbers_begin_with_a_digit():
    assert flagged("about 12,5 of b2 in 1980s", NUMBER) == [1, 5]


OPENINGS = [
    ("one two three", [0]),
    ("one two three. four five six", [0, 3]),
    ("one two. three four five six. seven", [0, 6]),
    ("Mr. Smith came late. He left", [0, 4]),
    ("U.S. troops left. They went", [0, 4]),
    ("one two three.four five six", [0]),
    ("it cost 5.6 million now", [0]),
    ("it cost 5. Then more", [0, 3]),
    ("one two three\nfour five six", [0, 3]),
    ("one\ntwo\nthree\nfour five", [0, 3]),
    ("one two three! four? five six… seven", [0, 3, 6]),
    ("one two three.", [0]),
    (". one two", [0]),
    ("今天下雨。明天天晴！后天有雪？好", [0, 3, 6, 9]),
    ("雨。雪。风。云", [0, 3]),
    ("یک دو سه؟ چهار پنج شش۔ هفت", [0, 3, 6]),
    ("एक दो तीन। चार पाँच छह", [0, 3]),
    ("one two three.) four", [0, 3]),
    ('one two three." Four', [0, 3]),
    ("one two three.\U00040001four", [0, 3]),
]


@pytest.mark.parametrize(("text", "opens"), OPENINGS, ids=[ascii(text) for text, _ in OPENINGS])
def test_a_sentence_opens_behind_a_full_stop_unless_the_one_before_was_none(text, opens):
    assert flagged(text, OPENS) == opens


# --- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*ODD, *PIECES], ids=ascii)
def test_an_odd_text_has_the_tokens_of_the_definition(text):
    assert found(text) == defined(text)


@laws
@given(hostile | sentences | st.text(st.characters(exclude_categories=()), max_size=60))
def test_tokens_are_those_of_the_definition(text):
    assert found(text) == defined(text)


@pytest.mark.parametrize("text", HUGE, ids=[ascii(text[:2]) for text in HUGE])
def test_huge_runs_have_the_tokens_of_the_definition(text):
    assert found(text[:20_000]) == defined(text[:20_000])


@laws
@given(st.lists(hostile | sentences, max_size=6))
def test_a_batch_is_what_its_texts_are_one_by_one(texts):
    tokens, bounds = terms(texts)
    assert bounds.size == len(texts) + 1
    alone = [tokens[start:end].tolist() for start, end in itertools.pairwise(bounds)]
    assert alone == [found(text) for text in texts]
    assert bounds[-1] == tokens.size


@laws
@given(sentences, sentences)
def test_a_line_end_parts_two_texts(one, other):
    """Only flags may change: a term never reaches over a line."""
    assert hashes(one) + hashes(other) == hashes(f"{one}\n{other}")


@laws
@given(hostile | sentences)
def test_the_first_token_opens_a_sentence_and_is_no_name(text):
    for token in found(text)[:1]:
        assert token & OPENS
        assert not token & NAME


# --- titles --------------------------------------------------------------------------------------


def titled(title, text):
    tokens, bounds = titled_terms([title], [text])
    assert bounds.tolist() == [0, tokens.size]
    return tokens.tolist()


def test_a_title_is_the_first_sentence_and_has_no_names():
    """Many titles have a capital in every word."""
    tokens = titled("Ferry Sinks Off Port Elwood", "The ferry Marlona sank on Monday.")
    assert [number for number, token in enumerate(tokens) if token & OPENS] == [0, 5]
    assert [number for number, token in enumerate(tokens) if token & NAME] == [7, 10]
    assert [token & ~int(FLAGS) for token in tokens] == [
        *hashes("Ferry Sinks Off Port Elwood"),
        *hashes("The ferry Marlona sank on Monday."),
    ]


def test_a_number_of_a_title_stays_a_number():
    assert titled("Fire kills 12", "")[2] == found("Fire kills 12")[2]
    assert titled("Fire kills 12", "")[2] & NUMBER


@pytest.mark.parametrize("title", [None, "", " \n.", "\u0301"], ids=ascii)
def test_a_text_without_a_title_has_its_own_tokens(title):
    assert titled(title, "A ferry sank off Port Elwood.") == found("A ferry sank off Port Elwood.")


@laws
@given(st.lists(st.tuples(st.none() | hostile | sentences, hostile | sentences), max_size=6))
def test_titles_and_texts_are_tokenised_end_to_end(drawn):
    tokens, bounds = titled_terms([title for title, _ in drawn], [text for _, text in drawn])
    assert tokens.dtype == np.uint32
    assert bounds.size == len(drawn) + 1
    parts = [tokens[start:end].tolist() for start, end in itertools.pairwise(bounds)]
    assert parts == [
        [*(token & ~int(NAME) for token in found(title or "")), *found(text)]
        for title, text in drawn
    ]


def test_no_texts_give_no_tokens():
    for tokens, bounds in (terms([]), titled_terms([], [])):
        assert (tokens.size, bounds.tolist()) == (0, [0])


def test_nothing_behind_the_tokens_of_a_text_is_written():
    points = np.frombuffer("5.6 Mr. 中国人\u0301".encode("utf-32-le"), np.uint32)
    out = np.full(points.size + 4, 7, np.uint32)
    spans = np.full((out.size, 2), 7, np.int32)
    count = terms_of(points, (*character_tables(), trait_table()), PREFIX, out, spans)
    assert spans[count:].tolist() == [[7, 7]] * (out.size - count)
    assert out[count:].tolist() == [7] * (out.size - count)


def test_code_points_past_the_last_are_separators():
    for ends in ([ord("5"), ord("."), 2**32 - 1], [ord("a"), 0x40000], [0x3FFFF, 2**32 - 1]):
        points = np.array(ends, np.uint32)
        out = np.empty(points.size, np.uint32)
        tables = (*character_tables(), trait_table())
        assert terms_of(points, tables, PREFIX, out, np.empty((0, 2), np.int32)) == 1


# --- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry's 5.6 km, at 10:30!", ["The", "ferry", "s", "5.6", "km", "at", "10:30"]),
        ("中国人", ["中国", "国人"]),
        ("3万人 بالمدينة", ["3", "万人", "بالمدينة"]),
        ("cafe\u0301", ["cafe\u0301"]),
        ("", []),
    ],
)
def test_each_term_comes_with_the_place_of_its_word(text, words):
    found, spans = term_spans(text)
    assert [text[start:end] for start, end in spans.tolist()] == words
    assert found.tolist() == term_hashes([text])[0].tolist()


@laws
@given(st.text(st.characters(), max_size=60))
def test_a_word_alone_is_the_term_that_it_is_in_its_text(text):
    found, spans = term_spans(text)
    assert found.tolist() == term_hashes([text])[0].tolist()
    for term, (start, end) in zip(found.tolist(), spans.tolist(), strict=True):
        assert term_hashes([text[start:end]])[0].tolist()[0] == term

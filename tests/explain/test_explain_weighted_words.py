from dedup.explain.texts.weighted_words import words_of_terms
from dedup.signatures.terms import titled_terms, without_flags


def test_a_term_is_named_by_the_first_word_that_has_it():
    words = words_of_terms("Ferries return", "The ferry returned. FERRIES cost 5,60 euros.")
    assert list(words.values()) == [
        "Ferries", "return", "The", "ferry", "cost", "5,60", "euros",
    ]  # fmt: skip


def test_every_term_that_is_stored_has_a_word():
    title, text = "Ciudad 10% más", "東京駅前で 3 trains, 5.6 km."
    stored = without_flags(titled_terms([title], [text])[0]).tolist()
    assert sorted(set(stored)) == sorted(words_of_terms(title, text))


def test_a_document_without_a_headline_has_the_words_of_its_text():
    assert words_of_terms(None, "") == {}
    assert list(words_of_terms(None, "Tram 9").values()) == ["Tram", "9"]

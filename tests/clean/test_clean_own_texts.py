from dedup.clean.own_texts import clean_own_text
from dedup.config import CleanConfig
from dedup.models import RawRecord, Reason, Rejection


def cleaned(record):
    return clean_own_text(record, CleanConfig())


def test_a_text_becomes_a_document_or_tells_why_not():
    fields = {"title": "Ferry", "author": 5}
    text = "The ferry went past the wall."
    assert cleaned(RawRecord("a", "x", fields, text=text)).text == text
    for record, reason in (
        (RawRecord("c", "x", text=""), Reason.NO_TEXT),
        (RawRecord("d", "x", text="Too short."), Reason.TOO_SHORT),
    ):
        assert cleaned(record).reason == reason


def test_a_record_that_is_rejected_stays_so():
    rejection = Rejection(Reason.TOO_LARGE, "9 bytes")
    assert cleaned(RawRecord("b", "x", rejection=rejection)) == rejection


def test_a_records_own_title_and_author_are_known_to_the_steps():
    text = "River rises\nThe river rose by a metre in the night, people said."
    fields = {"headline": "River rises", "title": 7}
    record = RawRecord("a", "x", fields, {"title": "headline"}, text=text)
    assert cleaned(record).text == text.partition("\n")[2]

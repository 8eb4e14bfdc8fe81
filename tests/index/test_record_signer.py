"""What an index reads of a record."""

from __future__ import annotations

from dedup.config import Config
from dedup.index.record_signer import RecordSigner
from dedup.pipeline.page_workers import PageCleaner

PAGE = """<html lang="en"><head><title>Ferry runs again</title></head><body><article>
<h1>Ferry runs again</h1><p>The ferry to Port Elwood will run again from Monday, its owner said on
Friday, after eleven days in the dock and a new hull plate below the car deck.</p>
<p>Islanders were warned to expect only {sailings} sailings a day until the end of the month.</p>
</article></body></html>"""


def test_a_page_that_is_asked_about_and_then_added_is_cleaned_once(monkeypatch):
    cleaned = []
    clean = PageCleaner.clean
    monkeypatch.setattr(
        PageCleaner, "clean", lambda self, read: cleaned.append(read) or clean(self, read)
    )
    signer = RecordSigner(Config())
    records = [{"id": each, "html": PAGE.format(sailings=each)} for each in ("two", "three")]
    try:
        signed = [signer.sign(dict(records[at])) for at in (0, 0, 1, 1, 0)]
    finally:
        signer.close()

    assert [each.doc_id for each in cleaned] == ["two", "three", "two"]
    assert [each.doc_id for each in signed] == ["two", "two", "three", "three", "two"]
    assert len({each.fingerprint for each in signed}) == 2

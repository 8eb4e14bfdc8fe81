"""Records and their cleaned texts become documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dedup.cleaning.agencies import agency_of_domain
from dedup.cleaning.dates import OwnDate, own_date, parse_date
from dedup.cleaning.pipeline import clean_text
from dedup.cleaning.urls import host_of, page_of
from dedup.config import STANDARD_FIELDS, CleanConfig
from dedup.models import (
    BELIEVED_DATES,
    GUESSED_DATE,
    CleanPage,
    Document,
    Draft,
    Extraction,
    RawRecord,
    Reason,
    Rejection,
    count_of,
    field_text,
)
from dedup.tokens import count_tokens, count_words

# A page whose longest line has fewer words is a menu, not an article.
_SENTENCE_WORDS = 6

# First characters of a text: in most articles they have enough words.
_BEGINNING = 60

# A folder name that can only be a host: labels with dots between, letters last.
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.IGNORECASE)

# Folders of days, as in ``2026-04-06/x.example/a.html`` and ``2026/04/06/x.example/a.html``.
_DAYS = re.compile(r"\A(?:[0-9]{1,8}(?:[-_.][0-9]{1,4})*/)+")

_NO_PAGE = Extraction(text="")

# Metadata of a page that goes to its output record, in this order.
_PAGE_FIELDS = (
    "url", "title", "date", "author", "site", "hostname", "canonical_url", "language",
    "description",
)  # fmt: skip


def from_page(record: RawRecord, page: CleanPage, config: CleanConfig) -> Document | Rejection:
    """Return the document of a page; the record's own fields win over the page's metadata.

    Args:
        record: The record that contained the page. Where a field has another name in it, the
            page's metadata goes there, too.
        page: The extracted and cleaned page.
        config: The minimum length.
    """
    extraction, draft = page.extraction, page.draft
    if parse_date(extraction.date) is None:  # a date that no page can have
        extraction = replace(extraction, date=None, date_source=None)
    if bad := too_short(draft.text, config) or no_sentence(draft.text, extraction.title):
        return bad
    fields: dict[str, Any] = {"id": record.doc_id, **record.fields}
    own = _own(record)
    for name in _PAGE_FIELDS:
        value = getattr(extraction, name)
        if value is not None and own.get(name) is None:
            key = record.mapped.get(name, name)
            fields.setdefault(key, value)
            if name == "date" and fields[key] is value and extraction.date_source:
                fields.setdefault("date_source", extraction.date_source)
    for name, value in (("agency", draft.agency), ("dateline", draft.dateline)):
        if value is not None:
            fields.setdefault(name, value)
    return _document(record, own, fields, extraction, draft, config)


def clean_own_texts(
    records: Sequence[RawRecord], config: CleanConfig
) -> list[Document | Rejection]:
    """Clean records with a text; return the document of each, or why it has none.

    Args:
        records: The records; one with a rejection keeps it. Their fields stay as they are.
        config: The minimum length.
    """
    return [record.rejection or _from_text(record, config) for record in records]


def _from_text(record: RawRecord, config: CleanConfig) -> Document | Rejection:
    """Return the document of a record with a text, or why it has none."""
    title, author = _text_field(record, "title"), _text_field(record, "author")
    draft = clean_text(record.text or "", title=title, author=author, agencies=config.agencies)
    if short := too_short(draft.text, config):
        return short
    fields, own = record.fields, _own(record)
    if own.get("id") in (None, ""):
        fields = {**fields, record.mapped.get("id", "id"): record.doc_id}
    return _document(record, own, fields, _NO_PAGE, draft, config)


def _text_field(record: RawRecord, name: str) -> str | None:
    """Return a standard field of a record if it is a text."""
    return field_text(record.own(name), name)


def too_short(text: str, config: CleanConfig) -> Rejection | None:
    """Return a rejection for a text of fewer than ``config.min_tokens`` tokens.

    >>> too_short("Page not found.", CleanConfig()).detail
    '3 tokens are left, 5 are needed'
    """
    if _plain_words(text[:_BEGINNING]) >= config.min_tokens:
        return None
    tokens = count_tokens(text)
    if tokens >= config.min_tokens:
        return None
    if not tokens:
        return Rejection(Reason.NO_TEXT, "no text is left")
    left = f"{count_of(tokens, 'token')} {'is' if tokens == 1 else 'are'} left"
    needed = f"{config.min_tokens:,} {'is' if config.min_tokens == 1 else 'are'} needed"
    return Rejection(Reason.TOO_SHORT, f"{left}, {needed}")


def _plain_words(text: str) -> int:
    """Return how many words are letters and digits alone, each a token or more: most are."""
    return sum(map(str.isalnum, text.split()))


def no_sentence(text: str, title: str | None = None) -> Rejection | None:
    r"""Return a rejection for the text of a page none of whose lines is long enough for a sentence.

    A headline makes no article of a menu.

    >>> no_sentence("Home\nPolitics\nSport\nContact us").detail
    'only lines too short for a sentence: a menu'
    """
    lines = [line for line in text.split("\n") if line != title]
    if any(_plain_words(line) >= _SENTENCE_WORDS for line in lines):
        return None
    if any(count_words(line) >= _SENTENCE_WORDS for line in lines):
        return None
    return Rejection(Reason.NO_TEXT, "only lines too short for a sentence: a menu")


def _own(record: RawRecord) -> Mapping[str, Any]:
    """Return the record's own fields, the standard ones under their standard names."""
    lists = [name for name in STANDARD_FIELDS if isinstance(record.fields.get(name), list)]
    if not (record.mapped or lists):
        return record.fields
    return {**record.fields, **{name: record.own(name) for name in (*lists, *record.mapped)}}


def _text_or(value: Any, other: str | None) -> str | None:
    """Return the record's own value if it is a text, else the page's."""
    return value if isinstance(value, str) and value.strip() else other


def address_excluded(record: RawRecord, config: CleanConfig) -> Rejection | None:
    """Return a rejection where the record's own address is one of an excluded host."""
    if not config.exclude_hosts:
        return None
    return host_excluded(host_of(_text_field(record, "url")), config)


def host_excluded(host: str | None, config: CleanConfig) -> Rejection | None:
    """Return a rejection for a document of an excluded host, or of a host below one."""
    if host is None:
        return None
    for given in config.exclude_hosts:
        excluded = host_of(f"http://{given.removeprefix('*').strip('.')}/")
        if host == excluded or host.endswith(f".{excluded}"):
            return Rejection(Reason.EXCLUDED_HOST, f"{host} is left out by --exclude-host {given}")
    return None


def names_of(record: RawRecord) -> dict[str, str | None]:
    """Return title, url and host of an input that is no document, as far as it names them."""
    url = _text_or(_text_field(record, "url"), None)
    host = host_of(url or _mirror_address(record) or _folder_address(record))
    return {"title": _text_or(_text_field(record, "title"), None), "url": url, "host": host}


def _mirror_address(record: RawRecord) -> str | None:
    """Return the address of a page in the folder of a mirroring crawler: ``host/path/page``.

    Folders of days may precede it.
    """
    for place in (_DAYS.sub("", each) for each in record.places):
        first, slash, _ = place.partition("/")
        if slash and _HOST.fullmatch(first):
            return f"http://{place}"
    return None


def _folder_address(record: RawRecord) -> str | None:
    """Return the address of a page in an INPUT folder that is named like a host.

    It counts less than a page's own: ``crawl.old`` is named like one, too.
    """
    named = record.places and _HOST.fullmatch(record.folder)
    return f"http://{record.folder}/{record.places[-1]}" if named else None


def _document(
    record: RawRecord,
    own: Mapping[str, Any],
    fields: dict[str, Any],
    extraction: Extraction,
    draft: Draft,
    config: CleanConfig,
) -> Document | Rejection:
    """Put a document together, unless its host is excluded."""
    declared = _text_or(own.get("canonical_url"), extraction.canonical_url)
    url = _text_or(own.get("url"), extraction.url)
    mirrored = _mirror_address(record) if url is None else None
    if url is None and (mirrored is None or host_of(mirrored) == host_of(declared)):
        url = declared
    address = url or mirrored or _folder_address(record)
    site = _text_or(own.get("site"), extraction.site)
    host = host_of(address) or (site.casefold() if site else None)
    if refused := host_excluded(host, config):
        return refused
    stated = own_date(own.get("date"))
    date = stated.date or parse_date(extraction.date)
    domain_agency = agency_of_domain(host) if host else None
    return Document(
        doc_id=record.doc_id,
        source=record.source,
        fields=fields,
        text=draft.text,
        title=_text_or(own.get("title"), extraction.title),
        url=url,
        page=page_of(address),
        canonical_page=page_of(declared),
        host=host,
        date=date[0] if date else None,
        moment=date[1] if date and _is_believed(record, stated, extraction) else None,
        unread_date=stated.unread,
        date_order=stated.order,
        language=_text_or(own.get("language"), extraction.language),
        agency=draft.agency,
        agency_page=domain_agency is not None and draft.agency in (None, domain_agency),
        dateline=draft.dateline,
        credit=draft.credit,
        removed=draft.removed,
    )


def _is_believed(record: RawRecord, stated: OwnDate, extraction: Extraction) -> bool:
    """Return whether the date of a document decides: its own, or one that its page states."""
    if stated.date is None:
        return extraction.date_source in BELIEVED_DATES
    # A line of `dedup clean` says so of a page's date.
    return record.fields.get("date_source") != GUESSED_DATE

"""Texts to stored signatures."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.cleaning.headline_words import same_headline_key
from dedup.cleaning.site_lines import own_text
from dedup.config import Config
from dedup.progress import Progress, log_counts
from dedup.signatures.language import best_language, languages_of
from dedup.signatures.lead_days import NO_DAYS, named_days
from dedup.signatures.minhash import sign
from dedup.signatures.terms import titled_terms
from dedup.store import LeadDayCells, Store, StoredPart, blob, blobs
from dedup.text_batch import TextBatch

log = logging.getLogger(__name__)

SIGN_BATCH = 1000


def sign_texts(store: Store, config: Config, progress: Progress) -> None:
    """Sign the documents that are not signed yet, a batch and a commit at a time.

    Most are signed when they are stored; those that lost site boilerplate since then are signed
    again.

    Args:
        store: Where texts are read and signature data is kept.
        config: The options; only for the level ``stories`` texts become terms too.
        progress: Is called with documents.
    """
    progress.start("sign", store.signatures.signable(), "doc")
    progress.advance(store.signatures.count())
    last = store.dumps.first - 1
    while batch := store.signatures.unsigned(last, SIGN_BATCH):
        rows, texts, titles, languages, lines = zip(*batch, strict=True)
        own = TextBatch(map(own_text, texts, lines))
        parts = signature_parts(own, titles, languages, config, texts)
        store.signatures.add(zip(rows, parts, strict=True))
        last = rows[-1]
        progress.advance(len(batch), len(batch))
    log_counts(log, "signed {texts:,} texts", texts=store.signatures.count())
    progress.end()


def signature_parts(
    texts: TextBatch,
    titles: Sequence[str | None],
    stated: Sequence[str | None],
    config: Config,
    whole: Sequence[str] | None = None,
) -> list[StoredPart]:
    """Return what is stored of some signed texts.

    Args:
        texts: The texts, without the lines that are not compared.
        titles: The title of each.
        stated: The language that each says it is in.
        config: The options.
        whole: The texts with those lines, where there are any.
    """
    signed = sign(texts, config.sign)
    story_terms: Sequence[bytes | None] = [None] * len(texts)
    languages: Sequence[str | None] = [None] * len(texts)
    days: Sequence[LeadDayCells | None] = [None] * len(texts)
    if config.level == "stories":
        tokens, bounds = titled_terms(titles, texts)
        guessed = languages_of(texts, tokens, bounds)
        languages = [best_language(*both) for both in zip(stated, guessed, strict=True)]
        story_terms = blobs(tokens, bounds)
        days = list(map(_lead_days, texts, languages))
    columns = zip(
        whole or texts, titles, signed.tokens.tolist(), languages,
        _rows(signed.signatures), _rows(signed.leads),
        blobs(signed.shingles, signed.shingle_bounds),
        blobs(signed.numbers, signed.number_bounds), story_terms, days, strict=True,
    )  # fmt: skip
    parts = []
    for text, title, count, language, signature, lead, *sets in columns:
        if count < config.sign.signable_tokens:
            # What is left of a failed page ("This video is not available.") is the same for many
            # articles, whose titles differ.
            text, signature, lead = f"{text}\0{same_headline_key(title)}", None, None
            sets[-2:] = None, None
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
        parts.append(StoredPart(digest, count, language, signature, lead, *sets))
    return parts


def _lead_days(text: str, language: str | None) -> LeadDayCells | None:
    """Return the cells of the days that the lead of a text names, None where it names none."""
    named = named_days(text, language)
    if named == NO_DAYS:
        return None
    dates = blob(np.array(named.dates, np.uint16)) if named.dates else b""
    return named.days, named.first, dates


def _rows(values: npt.NDArray[np.uint32]) -> list[bytes]:
    """Return the bytes of each row of a matrix."""
    count, width = values.shape
    return blobs(values.reshape(-1), np.arange(count + 1) * width)

"""Stored texts to stored signatures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.observe import Observer
from dedup.sign import Signed, best_language, languages_of, sign, terms
from dedup.store import Store, StoredPart

SIGN_BATCH = 1000


def sign_texts(store: Store, config: Config, observer: Observer) -> None:
    """Sign the documents that are not signed yet, a batch and a commit at a time.

    Args:
        store: Where texts are read and signature data is kept.
        config: The options; only for the level ``stories`` texts become terms too.
        observer: Is told documents.
    """
    stories = config.level == "stories"
    while batch := store.signatures.unsigned(SIGN_BATCH):
        texts = [text for _, text, _, _ in batch]
        signed = sign(texts, config.sign)
        told = _terms_of(texts, [stated for *_, stated in batch]) if stories else None
        store.signatures.add(
            _stored_part(row, text, title, signed, index, config, told)
            for index, (row, text, title, _) in enumerate(batch)
        )
        observer.advance(len(batch), len(batch))


@dataclass(frozen=True, slots=True)
class _Terms:
    """A batch for the story view: tokens end to end, their bounds, and the languages."""

    tokens: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.int64]
    languages: list[str | None]


def _terms_of(texts: list[str], stated: list[str | None]) -> _Terms:
    """Return the terms of a batch and the languages that its texts are in."""
    tokens, bounds = terms(texts)
    guessed = languages_of(texts, tokens, bounds)
    languages = [best_language(*both) for both in zip(stated, guessed, strict=True)]
    return _Terms(tokens, bounds, languages)


def _stored_part(
    row: int,
    text: str,
    title: str | None,
    signed: Signed,
    index: int,
    config: Config,
    told: _Terms | None,
) -> StoredPart:
    """Return what is stored of one signed text.

    The fingerprint of a text too short to sign takes in its title: what is left of a failed page
    ("This video is not available.") is the same for many articles.
    """
    short = bool(signed.tokens[index] < config.sign.signable_tokens)
    printed = f"{text}\0{title or ''}" if short else text
    fingerprint = hashlib.blake2b(printed.encode("utf-8", "surrogatepass"), digest_size=16)
    return StoredPart(
        row=row,
        fingerprint=fingerprint.digest(),
        tokens=int(signed.tokens[index]),
        signature=None if short else signed.signatures[index],
        lead=None if short else signed.leads[index],
        shingles=_part(signed.shingles, signed.shingle_bounds, index),
        numbers=_part(signed.numbers, signed.number_bounds, index),
        terms=None if short or told is None else _part(told.tokens, told.bounds, index),
        language=told.languages[index] if told else None,
    )


def _part(
    values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64], index: int
) -> npt.NDArray[np.uint32]:
    """Return one text's part of a ragged array."""
    return values[bounds[index] : bounds[index + 1]]

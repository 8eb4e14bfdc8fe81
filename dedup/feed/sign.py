"""Stored texts to stored signatures."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.observe import Observer
from dedup.sign import Signed, sign
from dedup.store import Store, StoredPart

SIGN_BATCH = 1000


def sign_texts(store: Store, config: Config, observer: Observer) -> None:
    """Sign the documents that are not signed yet, a batch and a commit at a time."""
    while batch := store.signatures.unsigned(SIGN_BATCH):
        signed = sign([text for _, text, _ in batch], config.sign)
        store.signatures.add(
            _stored_part(row, text, title, signed, index, config)
            for index, (row, text, title) in enumerate(batch)
        )
        observer.advance(len(batch), len(batch))


def _stored_part(
    row: int, text: str, title: str | None, signed: Signed, index: int, config: Config
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
    )


def _part(
    values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64], index: int
) -> npt.NDArray[np.uint32]:
    """Return one text's part of a ragged array."""
    return values[bounds[index] : bounds[index + 1]]

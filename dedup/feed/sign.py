"""Texts to stored signatures."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.observe import Observer
from dedup.sign import best_language, languages_of, sign, terms
from dedup.store import Store, StoredPart, blob

SIGN_BATCH = 1000


def sign_texts(store: Store, config: Config, observer: Observer) -> None:
    """Sign the documents that are not signed yet, a batch and a commit at a time.

    Most are signed when they are stored; those that lost residue since then are signed again.

    Args:
        store: Where texts are read and signature data is kept.
        config: The options; only for the level ``stories`` texts become terms too.
        observer: Is told documents.
    """
    last = store.dumps.first - 1
    while batch := store.signatures.unsigned(last, SIGN_BATCH):
        parts = signature_parts([(text, title, told) for _, text, title, told in batch], config)
        rows = [row for row, _, _, _ in batch]
        store.signatures.add(zip(rows, parts, strict=True))
        last = rows[-1]
        observer.advance(len(batch), len(batch))


def signature_parts(
    texts: Sequence[tuple[str, str | None, str | None]], config: Config
) -> list[StoredPart]:
    """Return what is stored of some signed texts.

    Args:
        texts: Text, title and stated language of each.
        config: The options.
    """
    if not texts:
        return []
    given = [text for text, _, _ in texts]
    signed = sign(given, config.sign)
    found: Sequence[bytes | None] = [None] * len(texts)
    languages: Sequence[str | None] = [None] * len(texts)
    if config.level == "stories":
        found, languages = _terms_of(given, [stated for _, _, stated in texts])
    columns = zip(
        texts, signed.tokens.tolist(), languages, _rows(signed.signatures), _rows(signed.leads),
        _parts(signed.shingles, signed.shingle_bounds),
        _parts(signed.numbers, signed.number_bounds), found, strict=True,
    )  # fmt: skip
    parts = []
    for (text, title, _), tokens, language, signature, lead, shingles, numbers, told in columns:
        if tokens >= config.sign.signable_tokens:
            part = StoredPart(
                _fingerprint(text), tokens, language, signature, lead, shingles, numbers, told
            )
        else:
            # What is left of a failed page ("This video is not available.") is the same for many
            # articles: the title tells them apart.
            printed = _fingerprint(f"{text}\0{title or ''}")
            part = StoredPart(printed, tokens, language, None, None, shingles, numbers)
        parts.append(part)
    return parts


def _terms_of(
    texts: Sequence[str], stated: Sequence[str | None]
) -> tuple[list[bytes], list[str | None]]:
    """Return the terms and the languages of some texts."""
    tokens, bounds = terms(texts)
    guessed = languages_of(texts, tokens, bounds)
    languages = [best_language(*both) for both in zip(stated, guessed, strict=True)]
    return _parts(tokens, bounds), languages


def _fingerprint(text: str) -> bytes:
    """Return a digest of a text, 16 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _rows(values: npt.NDArray[np.uint32]) -> list[bytes]:
    """Return the bytes of each row of a matrix."""
    count, width = values.shape
    return _parts(values.reshape(-1), np.arange(count + 1) * width)


def _parts(values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]) -> list[bytes]:
    """Return the bytes of the part of each text of a ragged array."""
    data = blob(values[: bounds[-1]])  # the bytes of each by itself take several times as long
    places = (bounds * values.itemsize).tolist()
    return [data[start:end] for start, end in itertools.pairwise(places)]

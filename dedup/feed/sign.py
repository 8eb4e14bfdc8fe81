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
from dedup.store import Store, StoredPart

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
    shingles = _parts(signed.shingles, signed.shingle_bounds)
    numbers = _parts(signed.numbers, signed.number_bounds)
    counts: list[int] = signed.tokens.tolist()
    parts = []
    told = (
        _terms_of(given, [stated for _, _, stated in texts]) if config.level == "stories" else None
    )
    for index, (text, title, _) in enumerate(texts):
        short = counts[index] < config.sign.signable_tokens
        parts.append(
            StoredPart(
                fingerprint=_fingerprint(text, title, short=short),
                tokens=counts[index],
                signature=None if short else signed.signatures[index],
                lead=None if short else signed.leads[index],
                shingles=shingles[index],
                numbers=numbers[index],
                terms=None if short or told is None else told[0][index],
                language=told[1][index] if told else None,
            )
        )
    return parts


def _terms_of(
    texts: Sequence[str], stated: Sequence[str | None]
) -> tuple[list[npt.NDArray[np.uint32]], list[str | None]]:
    """Return the terms and the languages of some texts."""
    tokens, bounds = terms(texts)
    guessed = languages_of(texts, tokens, bounds)
    languages = [best_language(*both) for both in zip(stated, guessed, strict=True)]
    return _parts(tokens, bounds), languages


def _fingerprint(text: str, title: str | None, *, short: bool) -> bytes:
    """Return a digest of a text, 16 bytes.

    That of a text too short to sign takes in its title: what is left of a failed page ("This video
    is not available.") is the same for many articles.
    """
    printed = f"{text}\0{title or ''}" if short else text
    return hashlib.sha256(printed.encode("utf-8", "surrogatepass")).digest()[:16]


def _parts(
    values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]
) -> list[npt.NDArray[np.uint32]]:
    """Return the part of each text of a ragged array."""
    return [values[start:end] for start, end in itertools.pairwise(bounds.tolist())]

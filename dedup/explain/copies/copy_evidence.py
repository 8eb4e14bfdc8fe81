"""What makes two documents copies, or what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.explain.copies.copy_sentences import chain_sentence, match_sentence, meeting_sentence
from dedup.explain.copies.copy_sets import load_documents
from dedup.explain.copies.shared_runs import shared_runs
from dedup.explain.evidence import BandEvidence, CopyEvidence
from dedup.kernels.array_types import UInt32s
from dedup.match.minhash_lsh import equal_bands
from dedup.match.relations import relation
from dedup.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.config import Config
    from dedup.explain.open_run import Run


def copy_evidence(run: Run, first: int, second: int) -> CopyEvidence | None:
    """Return how much of two documents is word for word the same, and what follows from it.

    Args:
        run: The run.
        first: Row of the one.
        second: Row of the other.

    Returns:
        None where one of them is rejected.
    """
    store, config = run.store, run.config
    signed = store.lookups.signatures(sorted({first, second}))
    if first not in signed or second not in signed:
        return None
    facts, texts = load_documents(store, [first, second], config)
    one, other = facts[first], facts[second]
    pair = texts.pairs(other.text_id, [one.text_id])[0]
    related = relation(other, one, pair, texts.passages, config.match)
    signature, lead = _bands(signed[first][3:], signed[second][3:], config)
    proposed = any(each is not None and each.proposed for each in (signature, lead))
    sentences: list[str | None] = [
        match_sentence(one, other, pair, related, texts.passages, config)
    ]
    if not pair.same:
        stored = store.lookups.stored_match(*_first_rows(store, signed, first, second))
        sentences.append(meeting_sentence(related, proposed=proposed, stored=stored))
    sentences.append(chain_sentence(run, one, other, related))
    return CopyEvidence(
        same_text=pair.same,
        signature=signature,
        lead=lead,
        jaccard=pair.jaccard,
        containment=pair.contained,
        contains=pair.contains,
        numbers=pair.numbers if texts.has_numbers(one.text_id, other.text_id) else None,
        least_numbers=config.match.veto_numbers,
        matched=related is not None,
        relation=None if related is None else related[0].value,
        least_jaccard=config.match.near,
        least_containment=config.match.contained,
        runs=shared_runs(*_texts(store, first, second), least=config.sign.shingle_size),
        sentence=" ".join(filter(None, sentences)),
    )


def _texts(store: Store, first: int, second: int) -> tuple[str, str]:
    """Return the cleaned texts of two documents."""
    texts = {row: text for row, _, text in store.documents.titled_texts(sorted({first, second}))}
    return texts[first], texts[second]


def _first_rows(
    store: Store,
    signed: dict[int, tuple[bytes, int, str | None, bytes | None, bytes | None]],
    first: int,
    second: int,
) -> tuple[int, int]:
    """Return the first documents with the texts of two: pairs are kept under their rows."""
    alike = store.lookups.rows_of_texts(sorted({signed[row][0] for row in (first, second)}))
    firsts: dict[bytes, int] = {}
    for row in sorted(alike):
        firsts.setdefault(alike[row], row)
    return firsts[signed[first][0]], firsts[signed[second][0]]


def _bands(
    first: Sequence[bytes | None], second: Sequence[bytes | None], config: Config
) -> tuple[BandEvidence | None, BandEvidence | None]:
    """Return the bands of whole signatures and of leads, None where a text has no signature.

    Args:
        first: Signature of the one, and that of its lead.
        second: The same of the other.
        config: Bands and rows.
    """
    matrices = []
    for cells in zip(first, second, strict=True):
        if cells[0] is None or cells[1] is None:
            return None, None
        matrices.append(np.stack([np.frombuffer(cell, "<u4") for cell in cells if cell]))
    match = config.match
    equal = equal_bands(matrices[0], matrices[1], match)
    return (
        band_evidence(equal[: match.bands], match.rows, _estimate(matrices[0])),
        band_evidence(equal[match.bands :], match.lead_rows, _estimate(matrices[1])),
    )


def _estimate(signatures: UInt32s) -> float:
    """Return the Jaccard that two signatures estimate."""
    return float(np.mean(signatures[0] == signatures[1]))


def band_evidence(equal: Sequence[bool], rows: int, similarity: float) -> BandEvidence:
    """Return what bands say of a pair.

    Args:
        equal: For each band whether it is equal in both.
        rows: Values of a band.
        similarity: Jaccard of the two.
    """
    return BandEvidence(
        proposed=any(equal),
        equal_bands=tuple(band for band, same in enumerate(equal) if same),
        bands=len(equal),
        rows=rows,
        similarity=similarity,
        probability=1 - (1 - similarity**rows) ** len(equal),
    )

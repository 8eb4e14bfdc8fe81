"""Known documents that share text with a record, to verified copies and versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from dedup.config import Config
from dedup.index.matches import Match
from dedup.index.signed_document import SignedDocument
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.relations import relation
from dedup.models import SAME, Facts, Pair, Relation


def copy_matches(
    asked: SignedDocument, known: Sequence[SignedDocument], config: Config
) -> list[Match]:
    """Return which documents a record is a copy or a version of, the best first.

    The measures and thresholds are those of a run. A text that is too short to sign is a copy of
    the same text alone.

    Args:
        asked: The record.
        known: Candidates.
        config: The thresholds.
    """
    matches = []
    texts = [asked, *known]
    loaded = load_texts(texts, config)
    facts = [each.facts(row, row) for row, each in enumerate(texts)]
    least = config.sign.signable_tokens
    for row, each in enumerate(known, 1):
        if each.fingerprint == asked.fingerprint:
            pair = SAME
        elif min(each.tokens, asked.tokens) >= least:
            [pair] = loaded.pairs(row, [0])
        else:
            continue
        if found := _relation(facts[row], facts[0], pair, loaded, config):
            matches.append(match_of(each, *found))
    return sorted(matches, key=rank)


def load_texts(texts: Sequence[SignedDocument], config: Config) -> LoadedTexts:
    """Return documents as texts that can be measured, each by its place."""
    shingles = joined(each.shingles for each in texts)
    numbers = joined(each.numbers for each in texts)
    return LoadedTexts(range(len(texts)), shingles, numbers, config.match)


def match_of(known: SignedDocument, kind: Relation, score: float) -> Match:
    """Return the answer on a known document."""
    return Match(
        known.doc_id, kind.value, round(score, 4), kind.score_kind, known.url, known.title,
        known.date,
    )  # fmt: skip


def rank(match: Match) -> tuple[bool, bool, float, str]:
    """Return by what matches are sorted: copies first, those of the same text before all others."""
    return not match.is_copy, match.relation != Relation.EXACT, -match.score, match.id


def _relation(
    known: Facts, asked: Facts, pair: Pair, loaded: LoadedTexts, config: Config
) -> tuple[Relation, float] | None:
    """Return what the record is to a known document, None where it is no copy."""
    return relation(known, asked, pair, loaded.passages, config.match)


def joined(parts: Iterable[UInt32s]) -> tuple[UInt32s, Int64s]:
    """Return arrays end to end, and their bounds."""
    listed = list(parts)
    bounds = np.zeros(len(listed) + 1, np.int64)
    np.cumsum([part.size for part in listed], out=bounds[1:])
    return np.concatenate(listed), bounds

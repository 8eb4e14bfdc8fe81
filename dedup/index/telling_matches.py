"""Known documents that tell the story of a record in other words.

A run decides on a document among all others of its loose group. An index has the record and the
known documents one by one: each pair stands alone, as two documents without others in a run do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import compress, islice
from typing import TYPE_CHECKING

import numpy as np

from dedup.config import Config, StoryConfig
from dedup.index.copy_matches import joined, load_texts, match_of
from dedup.index.entry_bytes import read_entries
from dedup.index.heavy_terms import BANDS, ROWS, frequencies_of, heaviest_of, signature_of
from dedup.index.known_documents import KnownDocuments
from dedup.index.lsh_tables import LshTables
from dedup.index.matches import Match
from dedup.index.signed_document import SignedDocument
from dedup.kernels.array_types import Float64s, UInt32s
from dedup.match.loose_group_odds import SECONDS_A_DAY, loose_group_odds
from dedup.match.relations import retelling
from dedup.match.similarity import pairs_of
from dedup.match.story_score import Model, probability, shipped_scorer
from dedup.models import Pair
from dedup.pipeline.match_rewrites import SEED_SHIFT
from dedup.pipeline.representatives import weekdays_of_lead
from dedup.signatures.term_weights import DocumentFrequencies, vectorize

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer

UNSEEN_PENALTY = 0.56
"""Log odds that two documents need beyond those of two single ones in a run, because an index does
not see what else tells either story. With it nine in ten named tellings of labelled news are right
with dates and without; the default threshold asks for a score of 0.7 then, in place of 0.57."""

MOST_READ = 96
"""Known documents, those that share most buckets with a record, that are read to find those within
the window and in its language."""

MOST_SCORED = 12
"""Of these so many are scored. With twice as many no more documents have a telling named."""

_READ_AT_ONCE = 12


class TellingMatches:
    """The tables of tellings of an index."""

    def __init__(
        self, documents: KnownDocuments, name: str, config: Config, scorer: Scorer | None
    ) -> None:
        """Open the tables, or make them.

        Args:
            documents: What is known; its values are read with
                :func:`dedup.index.entry_bytes.read_entry`.
            name: Prefix of the keys of the tables.
            config: The options.
            scorer: What scores pairs, None for the one that comes with the package.
        """
        self._documents, self._config = documents, config
        self._model = (scorer or shipped_scorer()).group
        self._tables = LshTables(
            documents, f"{name}:terms:", BANDS * ROWS, BANDS, ROWS, config.sign
        )

    def add(self, document: SignedDocument) -> None:
        """Add a document, whose entry was put before; one of its id must have been removed."""
        if (signature := self._signature(document)) is not None:
            self._tables.insert(document.doc_id, signature)

    def remove(self, doc_id: str) -> None:
        """Remove a document, if it is there; its entry is still known."""
        self._tables.remove(doc_id)

    def matches(self, asked: SignedDocument, copies: Sequence[Match]) -> list[Match]:
        """Return which known documents tell the story of a record in other words.

        Args:
            asked: The record.
            copies: What is known as its copies and versions, which are no tellings.
        """
        left_out = [match.id for match in copies]
        if not asked.unnamed:
            left_out.append(asked.doc_id)
        ids = self._nearest(asked, left_out)
        known = list(islice(self._comparable(asked, ids), MOST_SCORED))
        if not known:
            return []
        tokens = np.concatenate([each.terms for each in (asked, *known)])
        frequencies = frequencies_of(tokens, asked.terms, self._documents.term_counts)
        odds, pairs = telling_odds(asked, known, frequencies, self._model, self._config)
        story = self._config.story
        is_likely = (odds >= least_odds(story)).tolist()
        answers = zip(known, pairs, probability(odds).tolist(), strict=True)
        return [
            match_of(each, *retelling(pair, chance, story))
            for each, pair, chance in compress(answers, is_likely)
        ]

    def _nearest(self, asked: SignedDocument, left_out: Iterable[str]) -> list[str]:
        """Return the known documents that share most buckets with a record, then by id."""
        signature = self._signature(asked)
        if signature is None:
            return []
        shared = self._tables.shared(signature)
        for doc_id in left_out:
            shared.pop(doc_id, None)
        return nsmallest(MOST_READ, shared, key=lambda doc_id: (-shared[doc_id], doc_id))

    def _signature(self, document: SignedDocument) -> UInt32s | None:
        """Return the MinHash of a document's heaviest terms, None where it has too few."""
        terms = heaviest_of(document, self._documents.term_counts)
        few = terms.size < self._config.story.shared_terms
        return None if few else signature_of(terms, self._config.sign.seed + SEED_SHIFT)

    def _comparable(self, asked: SignedDocument, ids: Sequence[str]) -> Iterator[SignedDocument]:
        """Yield the documents of some ids that can tell the story of a record."""
        for start in range(0, len(ids), _READ_AT_ONCE):
            part = ids[start : start + _READ_AT_ONCE]
            for each in read_entries(part, self._documents.values(part)):
                if are_comparable(asked, each, self._config.story):
                    yield each


def least_odds(story: StoryConfig) -> float:
    """Return the log odds from which a telling is named.

    >>> round(float(probability(np.array(least_odds(StoryConfig())))), 2)
    0.7
    """
    return story.threshold_odds + story.singleton_penalty + UNSEEN_PENALTY


def are_comparable(asked: SignedDocument, known: SignedDocument, story: StoryConfig) -> bool:
    """Return whether two documents are within the window and in no two known languages."""
    if not known.terms.size:
        return False
    if asked.language and known.language and asked.language != known.language:
        return False
    if asked.moment is None or known.moment is None:
        return True
    return abs(asked.moment - known.moment) <= story.window_days * SECONDS_A_DAY


def telling_odds(
    asked: SignedDocument,
    known: Sequence[SignedDocument],
    frequencies: DocumentFrequencies,
    model: Model,
    config: Config,
) -> tuple[Float64s, list[Pair]]:
    """Return how likely known documents tell the story of a record, each as if it were alone.

    Args:
        asked: The record.
        known: The documents.
        frequencies: Those of all known documents, for the terms of these.
        model: For pairs of a loose group.
        config: Window, penalties and thresholds.

    Returns:
        Log odds of each, and what was measured on its text, seen from the record.
    """
    documents = [asked, *known]
    tokens, bounds = joined(each.terms for each in documents)
    languages = [each.language for each in documents]
    vectors, _ = vectorize(tokens, bounds, languages, frequencies)
    moments = [np.nan if each.moment is None else each.moment for each in documents]
    days = [weekdays_of_lead(each.lead_days, each.moment, each.language) for each in documents]
    left = np.zeros(len(known), np.int64)
    pair_scores = load_texts(documents, config).measured(left, 1 + np.arange(left.size))
    parts = loose_group_odds(
        vectors,
        np.array(moments, np.float64),
        np.array(days, np.uint8),
        np.full(len(documents), -1, np.int16),  # other languages were left out
        pair_scores,
        model,
        config.match,
        config.story,
    )
    return parts.odds(), pairs_of(pair_scores)

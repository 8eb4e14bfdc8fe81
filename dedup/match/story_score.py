"""Term vectors of pairs to features, and features to the odds that both tell one story."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.json_codec import load_json
from dedup.kernels import story_score as kernels
from dedup.kernels.array_types import Float64s, Int32s, Int64s
from dedup.models import TermVectors

FEATURES: Mapping[str, str] = {
    "lead": "cosine of the first 80 tokens of each",
    "names": "cosine over words that are capitalised inside a sentence; the whole where none are",
    "retold": "mean of the best overlap of the first six sentences with any sentence of the other",
    "containment": "weighted share of the lighter text's terms that the other holds",
    "headline": "weighted share of the headline's terms that the other text holds, mean of both",
    "lead_names": "the same of the names of the lead; of the whole lead where it has none",
}
"""What each feature of two texts means; all lie in [0, 1], and a higher value makes one story more
likely."""

GROUP_FEATURES: Mapping[str, str] = {
    **FEATURES,
    "no_other_day": "0 where the leads name weekdays, none in common, on other days; else 1",
    "same_day": "1 where the leads name a weekday in common, else 0",
}
"""The same for a pair inside a loose group, whose reports may be of different days."""

TEMPLATE_FEATURES: Mapping[str, int] = {
    name: list(FEATURES).index(name) for name in ("names", "containment", "headline", "lead_names")
}
"""Columns of the features that :func:`dedup.match.templates.from_template` reads."""

SENTENCES = 6
"""First sentences of a text whose retelling is looked for: news puts what happened first."""

MOST_ODDS = 8.0
"""Bound of the log odds of one pair, so that no single pair outvotes a group."""


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic function of the features.

    Attributes:
        intercept: Log odds where every feature is 0.
        weights: Log odds for a unit of each feature, in the order of :data:`FEATURES` or of
            :data:`GROUP_FEATURES`.
    """

    intercept: float
    weights: tuple[float, ...]

    def odds(self, features: Float64s) -> Float64s:
        """Return the log odds of pairs, within ``MOST_ODDS``.

        Those of a pair are the same in any batch, to the last bit; a product of matrices adds up in
        an order that depends on their sizes.
        """
        odds = np.full(features.shape[0], self.intercept)
        for column, weight in zip(features.T, self.weights, strict=True):
            odds += column * weight
        bounded: Float64s = np.clip(odds, -MOST_ODDS, MOST_ODDS)
        return bounded


@dataclass(frozen=True, slots=True)
class Scorer:
    """What was learned on labelled news.

    Attributes:
        candidate: For pairs that were only proposed: makes loose groups.
        group: For all pairs inside a loose group, where the easy ones are gone; of
            :data:`GROUP_FEATURES`.
    """

    candidate: Model
    group: Model

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Scorer:
        """Return a scorer from the JSON values of its fields, as a store keeps them."""
        models = {
            name: Model(model["intercept"], tuple(model["weights"]))
            for name, model in values.items()
        }
        return cls(**models)


MODEL_FEATURES: Mapping[str, Mapping[str, str]] = {
    "candidate": FEATURES,
    "group": GROUP_FEATURES,
}
"""The features of each model of a scorer."""


def probability(odds: Float64s) -> Float64s:
    """Return log odds as probabilities."""
    return 1.0 / (1.0 + np.exp(-odds))


def read_scorer(data: Mapping[str, Any]) -> Scorer:
    """Return the scorer of a JSON object as ``scripts/train_scorer.py`` writes it."""
    models = {
        name: Model(data[name]["intercept"], tuple(data[name]["weights"][key] for key in features))
        for name, features in MODEL_FEATURES.items()
    }
    return Scorer(**models)


@functools.cache
def shipped_scorer() -> Scorer:
    """Return the scorer that comes with the package."""
    return read_scorer(load_json(files("dedup.match").joinpath("scorer.json").read_bytes()))


def pair_features(
    vectors: TermVectors, others: TermVectors, left: Int64s, right: Int64s
) -> Float64s:
    """Return the features of pairs of documents.

    Args:
        vectors: Some documents.
        others: Some others, or the same.
        left: Index of one document of each pair, in ``vectors``.
        right: Index of the other, in ``others``.

    Returns:
        pairs x features, in the order of :data:`FEATURES`.
    """
    out = np.empty((left.size, len(FEATURES)))
    batches = ((*_arrays(each), _document_weights(each)) for each in (vectors, others))
    kernels.pair_features(*batches, left, right, SENTENCES, out)
    return out


def pair_scores(
    vectors: TermVectors, others: TermVectors, left: Int64s, right: Int64s, model: Model
) -> Float64s:
    """Return how likely both documents of pairs tell one story; see :func:`pair_features`."""
    return probability(model.odds(pair_features(vectors, others, left, right)))


def sentence_overlaps(
    vectors: TermVectors, document: int, others: Int64s
) -> tuple[Float64s, Float64s, Int32s]:
    """Return the weights of the sentences of a document, and how well each other one tells them.

    Args:
        vectors: Some documents.
        document: The document, as its index among them.
        others: Those that may tell its sentences again, likewise.

    Returns:
        A weight a sentence; the best overlap of it with any sentence of each other document, others
        x sentences, in [0, 1]; and which sentence of the other that is, likewise.
    """
    start, end = vectors.sentence_bounds[document : document + 2]
    best = np.empty((others.size, end - start))
    place = np.empty(best.shape, np.int32)
    kernels.best_overlaps(_arrays(vectors), document, others, best, place)
    return vectors.sentence_weight[start:end], best, place


def _arrays(vectors: TermVectors) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays of a batch in the order that kernels take."""
    return (
        vectors.terms, vectors.weight, vectors.normalised, vectors.sentence, vectors.bounds,
        vectors.sentence_weight, vectors.sentence_bounds,
    )  # fmt: skip


def _document_weights(vectors: TermVectors) -> Float64s:
    """Return the weight of the whole of each document."""
    out = np.empty(vectors.size)
    kernels.part_weights(vectors.weight, vectors.bounds, out)
    return out

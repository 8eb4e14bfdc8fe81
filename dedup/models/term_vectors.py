"""Documents as weighted terms, which the story view compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports the models, and must not wait for numpy
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TermVectors:
    """The weighted terms of n documents, end to end.

    Document d has six parts: its whole text, its lead, its names, its headline, the names of its
    lead, and its sentences. Part q of it is ``terms[bounds[6 * d + q]:bounds[6 * d + q + 1]]``.

    Attributes:
        terms: Distinct terms of each part, sorted, uint32; in sentences once for each sentence.
        weight: The weight of each, float32.
        normalised: Its value in the part's unit vector, float32; unused in sentences.
        sentence: In sentences, the number of the sentence, int32.
        bounds: 6 n + 1 bounds, int64.
        sentence_weight: Weight of each sentence, float64.
        sentence_bounds: n + 1 bounds in ``sentence_weight``, int64.
    """

    terms: npt.NDArray[np.uint32]
    weight: npt.NDArray[np.float32]
    normalised: npt.NDArray[np.float32]
    sentence: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]
    sentence_weight: npt.NDArray[np.float64]
    sentence_bounds: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """The number of documents."""
        return self.sentence_bounds.size - 1

    def whole(self, document: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
        """Return the distinct terms of a document, sorted, and their weights."""
        from dedup.kernels.vectorizer import PARTS  # compiled: loaded when it is first needed

        start, end = self.bounds[PARTS * document : PARTS * document + 2]
        return self.terms[start:end], self.weight[start:end]

    def part(self, start: int, end: int) -> TermVectors:
        """Return documents ``start`` to ``end - 1``, without a copy of their terms."""
        from dedup.kernels.vectorizer import PARTS  # loads compiled code at first use

        first, *_, last = sentences = self.sentence_bounds[start : end + 1]
        return TermVectors(
            self.terms, self.weight, self.normalised, self.sentence,
            self.bounds[PARTS * start : PARTS * end + 1],
            self.sentence_weight[first:last], sentences - first,
        )  # fmt: skip

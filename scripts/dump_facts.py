"""The facts of the stories of a made news dump: what a write-up tells, in whatever words.

A fact is a few words of its own, a person, a place or an organisation, and a number. Every affair
is of a topic, whose words and people it shares with other affairs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from dump_words import Lexicon, Tokens, zipf

Rows = npt.NDArray[np.int64]

FACTS = (7, 14)
PARTS = 7
OWN_PARTS = 4
"""Of the parts of a fact so many are words of its own: a story has 28 to 56."""
PERSON, PLACE_OR_BODY, QUANTITY = 4, 5, 6
CAST = 4

TOPICS = 100
TOPIC_WORDS = 60
TOPIC_NAMES = 25
TOPICAL_WORDS, TOPICAL_NAMES = 0.6, 0.25
"""Share of the words and of the names of a story that are its topic's."""

SAGA_TOLD_AGAIN = 0.35
"""Share of a saga's facts that a later report has, too; its first two are new."""
SAGA_CAST = 2
"""Of the people, of the places and of the organisations so many are in all reports of a saga."""

Draw = Callable[[np.random.Generator, int], Tokens]


class Facts:
    """Draws facts for stories."""

    def __init__(self, lexicon: Lexicon, seed: int) -> None:
        """Draw the words and the names of the topics."""
        self._lexicon = lexicon
        rng = np.random.default_rng([seed, 5])
        self._names: list[tuple[Draw, Tokens]] = [
            (draw, draw(rng, TOPICS * TOPIC_NAMES).reshape(TOPICS, TOPIC_NAMES))
            for draw in (lexicon.people, lexicon.spots, lexicon.bodies)
        ]
        self._words = lexicon.content(rng, TOPICS * TOPIC_WORDS).reshape(TOPICS, TOPIC_WORDS)
        self._chances = [_heights(TOPICS), _heights(TOPIC_WORDS), _heights(TOPIC_NAMES)]

    def of(self, rng: np.random.Generator, affair: Rows) -> Tokens:
        """Return the facts of stories.

        Args:
            rng: Random numbers.
            affair: Number of each story's affair, rising; the reports of one affair share people,
                places, organisations and facts.

        Returns:
            Tokens, stories x facts x parts.
        """
        stories = affair.size
        shape = (stories, FACTS[1])
        first = np.searchsorted(affair, affair)
        topic = self._ranks(rng, 0, stories)[first]
        facts = np.empty((*shape, PARTS), np.int64)
        facts[:, :, :OWN_PARTS] = self._mixed(
            rng, topic, shape[1] * OWN_PARTS, self._lexicon.content, self._words, TOPICAL_WORDS
        ).reshape(*shape, OWN_PARTS)
        again = rng.random(shape) < SAGA_TOLD_AGAIN
        again[:, :2] = False
        facts[again] = facts[first][again]
        cast = []
        for draw, names in self._names:
            drawn = self._mixed(rng, topic, CAST, draw, names, TOPICAL_NAMES)
            drawn[:, :SAGA_CAST] = drawn[first, :SAGA_CAST]
            cast.append(drawn)
        rows = np.arange(stories)[:, None]
        people, spots, bodies = (each[rows, rng.integers(0, CAST, shape)] for each in cast)
        facts[:, :, PERSON] = people
        facts[:, :, PLACE_OR_BODY] = np.where(rng.random(shape) < 0.5, spots, bodies)
        facts[:, :, QUANTITY] = self._lexicon.quantities(rng, stories * shape[1]).reshape(shape)
        return facts

    def _mixed(
        self,
        rng: np.random.Generator,
        topic: Rows,
        count: int,
        draw: Draw,
        topical: Tokens,
        share: float,
    ) -> Tokens:
        """Return so many tokens for each story, a share of them of its topic."""
        shape = (topic.size, count)
        of_topic = topical[
            topic[:, None], self._ranks(rng, 1 if topical is self._words else 2, shape)
        ]
        return np.where(
            rng.random(shape) < share, of_topic, draw(rng, topic.size * count).reshape(shape)
        )

    def _ranks(self, rng: np.random.Generator, which: int, shape: int | tuple[int, int]) -> Rows:
        """Draw topics, words or names of a topic by Zipf's law."""
        found: Rows = np.searchsorted(self._chances[which], rng.random(shape))
        return found


def _heights(count: int) -> npt.NDArray[np.float64]:
    """Return the cumulative chances of ranks by Zipf's law, flattened at the head."""
    return np.cumsum(zipf(count, 10) / zipf(count, 10).sum())

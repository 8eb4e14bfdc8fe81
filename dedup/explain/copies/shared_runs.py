"""The longest runs of words that two texts have in common.

A suffix automaton of the one text is read with the other: time and memory are linear in both.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from dedup.explain.evidence import SharedRun
from dedup.tokens import folded_tokens

MOST_RUNS = 20
"""Runs that are returned, the longest ones."""

MOST_TOKENS = 20_000
"""First tokens of a text that are looked at: the longest articles have fewer."""

MOST_CHARACTERS = 10 * MOST_TOKENS
"""First characters of a text that are looked at."""

LONGEST = 2_000
"""Most characters of a run; of longer ones the beginning is returned."""

Run = tuple[int, int, int]
"""Place of the first token of a run in one text and in the other, and its tokens."""


def shared_runs(first: str, second: str, *, least: int) -> tuple[SharedRun, ...]:
    """Return the longest runs of words that stand in both of two texts, the longest first.

    Args:
        first: A text; runs do not overlap in it.
        second: Another one, in which a run may stand several times.
        least: Fewest words of a run.
    """
    (words, spans), (others, other_spans) = (
        folded_tokens(text[:MOST_CHARACTERS]) for text in (first, second)
    )
    found = longest_runs(words[:MOST_TOKENS], others[:MOST_TOKENS], least, MOST_RUNS)
    runs = []
    for place, other_place, size in found:
        start, end = spans[place][0], spans[place + size - 1][1]
        if end - start > LONGEST:
            end = max(
                (stop for _, stop in spans[place : place + size] if stop - start <= LONGEST),
                default=start + LONGEST,
            )
        runs.append(SharedRun(first[start:end], size, start, other_spans[other_place][0]))
    return tuple(runs)


def longest_runs(words: Sequence[str], others: Sequence[str], least: int, most: int) -> list[Run]:
    """Return the longest runs of words that two sequences share, without overlaps in the first.

    Args:
        words: The one sequence.
        others: The other.
        least: Fewest words of a run.
        most: Most runs.
    """
    waiting = [(-size, place, other) for place, other, size in _maximal(words, others)]
    heapq.heapify(waiting)
    chosen: list[Run] = []
    while waiting and len(chosen) < most and -waiting[0][0] >= least:
        negative, place, other = heapq.heappop(waiting)
        start, end = _free(place, place - negative, chosen)
        if end - start == -negative:
            chosen.append((place, other, -negative))
        elif end - start >= least:  # what is left of it competes with the others
            heapq.heappush(waiting, (start - end, start, other + start - place))
    return chosen


def _free(start: int, end: int, chosen: Sequence[Run]) -> tuple[int, int]:
    """Return what of a run no chosen one covers; none of these is shorter than it."""
    for place, _, size in chosen:
        if place <= start < place + size:
            start = min(place + size, end)
        if place < end <= place + size:
            end = max(place, start)
    return start, end


def _maximal(words: Sequence[str], others: Sequence[str]) -> Iterator[Run]:
    """Yield the runs that the next word does not continue, each as long as it goes back."""
    automaton = _SuffixAutomaton(others)
    state = size = end = 0
    for place, word in enumerate(words):
        next_state, next_size = automaton.step(state, size, word)
        if size and next_size <= size:
            yield place - size, end - size, size
        state, size, end = next_state, next_size, automaton.ends[next_state]
    if size:
        yield len(words) - size, end - size, size


class _SuffixAutomaton:
    """All runs of words of a sequence, in as many states as twice its words.

    Attributes:
        ends: For each state where the first of its runs ends, behind the last word.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Add one word after the other."""
        self.ends = [0]
        self._next: list[dict[str, int]] = [{}]
        self._link, self._length = [-1], [0]
        last = 0
        for end, word in enumerate(words, 1):
            last = self._add(last, word, end)

    def step(self, state: int, size: int, word: str) -> tuple[int, int]:
        """Return the state of the longest run that ends with a word, and its words.

        Args:
            state: The state of the longest run before the word.
            size: The words of that run.
            word: The word.
        """
        while state and word not in self._next[state]:
            state = self._link[state]
            size = self._length[state]
        after = self._next[state].get(word)
        return (0, 0) if after is None else (after, size + 1)

    def _state(self, length: int, link: int, end: int, after: dict[str, int]) -> int:
        """Add a state; return its number."""
        self._length.append(length)
        self._link.append(link)
        self.ends.append(end)
        self._next.append(after)
        return len(self.ends) - 1

    def _add(self, last: int, word: str, end: int) -> int:
        """Add a word behind the last state; return the state of all words until now."""
        state = self._state(end, 0, end, {})
        at = last
        while at >= 0 and word not in self._next[at]:
            self._next[at][word] = state
            at = self._link[at]
        if at >= 0:
            known = self._next[at][word]
            self._link[state] = known
            if self._length[known] > self._length[at] + 1:
                self._link[state] = self._split(at, word, known)
        return state

    def _split(self, at: int, word: str, known: int) -> int:
        """Part the shorter runs of a state from it; return the state that has them."""
        shorter = self._state(
            self._length[at] + 1, self._link[known], self.ends[known], dict(self._next[known])
        )
        self._link[known] = shorter
        while at >= 0 and self._next[at].get(word) == known:
            self._next[at][word] = shorter
            at = self._link[at]
        return shorter

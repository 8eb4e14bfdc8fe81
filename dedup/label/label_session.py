"""One sitting of a person who judges pairs: what is asked next, what was answered, what is undone.

The terminal and the local page ask by the same session. Each answer is in the file before the next
pair is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dedup.evaluation.labelled_pairs import LabelledPair, write_labels


@dataclass(frozen=True, slots=True)
class Counted:
    """How far a file of pairs is.

    Attributes:
        pairs: Its pairs.
        answered: Those of them that have an answer.
        skipped: Those that somebody did not want to judge.
    """

    pairs: int
    answered: int
    skipped: int

    @property
    def left(self) -> int:
        """Pairs that are still to be asked."""
        return self.pairs - self.answered - self.skipped


class LabelSession:
    """The pairs of a file of labels in the order of asking; every change is saved at once.

    Attributes:
        path: The file.
        pairs: The pairs; their places are their indexes.
    """

    def __init__(self, path: Path, pairs: Sequence[LabelledPair]) -> None:
        """Ask pairs, some of which may have an answer already."""
        self.path, self.pairs = path, list(pairs)
        self._taken_back: int | None = None

    @property
    def current(self) -> LabelledPair | None:
        """The pair to be asked: the one whose answer was taken back, else the first without one."""
        if self._taken_back is not None and _is_open(self.pairs[self._taken_back]):
            return self.pairs[self._taken_back]
        return next(filter(_is_open, self.pairs), None)

    @property
    def counted(self) -> Counted:
        """How far the file is."""
        answered = sum(each.same is not None for each in self.pairs)
        return Counted(len(self.pairs), answered, sum(each.skipped for each in self.pairs))

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer to take back."""
        return self._last() > 0

    def answer(self, place: int | None, same: bool | None) -> bool:
        """Save the answer to the pair that is being asked.

        Args:
            place: Its place. That of another pair changes nothing: whoever answers twice has seen
                one pair, and has not seen the next.
            same: Whether both documents tell one story; None to skip the pair.

        Returns:
            Whether it was saved.

        Raises:
            OutputError: The file cannot be written; the pair is still to be asked.
        """
        pair = self.current
        if pair is None or pair.place != place:
            return False
        self.save_all([_answered(pair, same, self._last() + 1)])
        return True

    def undo(self, place: int | None) -> bool:
        """Take back the last answer, or the last skipped pair, and ask that pair again.

        Args:
            place: The place of the pair that is being asked, None where there is none. Another one
                changes nothing.

        Returns:
            Whether an answer was taken back.

        Raises:
            OutputError: The file cannot be written; the answer stays.
        """
        asked = self.current
        last = max(self.pairs, key=lambda each: each.answered or 0, default=None)
        if (asked and asked.place) != place or last is None or last.answered is None:
            return False
        self.save_all([replace(last, same=None, skipped=False, answered=None)])
        self._taken_back = last.place
        return True

    def save_all(self, changed: Iterable[LabelledPair]) -> None:
        """Put pairs in the place of those that stand there, and save the file.

        Raises:
            OutputError: The file cannot be written; all pairs are as they were.
        """
        pairs = list(self.pairs)
        for each in changed:
            assert each.place is not None, "a drawn pair has a place"
            pairs[each.place] = each
        try:
            write_labels(self.path, pairs)
        except KeyboardInterrupt:  # whoever answers and stops at once has answered all the same
            write_labels(self.path, pairs)
            self.pairs = pairs
            raise
        self.pairs = pairs

    def answer_all(self, answers: Iterable[tuple[int, bool | None]]) -> None:
        """Save answers from elsewhere, in their order.

        Args:
            answers: Places of pairs, and whether both documents tell one story; None for pairs that
                were skipped.

        Raises:
            OutputError: The file cannot be written; no answer was saved.
        """
        number = self._last()
        changed = [
            _answered(self.pairs[place], same, number + offset)
            for offset, (place, same) in enumerate(answers, 1)
        ]
        if changed:
            self.save_all(changed)

    def _last(self) -> int:
        """Return the number of the last answer, 0 where there is none."""
        return max((each.answered or 0 for each in self.pairs), default=0)


def _is_open(pair: LabelledPair) -> bool:
    """Return whether a pair is still to be asked."""
    return pair.same is None and not pair.skipped


def _answered(pair: LabelledPair, same: bool | None, number: int) -> LabelledPair:
    """Return a pair with an answer; None for a skipped one."""
    return replace(pair, same=same, skipped=same is None, answered=number)

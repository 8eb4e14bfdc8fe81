"""The ordered table of cleaning steps, and the function that runs them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dedup.cleaning.boilerplate import GROUPS, boilerplate
from dedup.cleaning.comments import comments
from dedup.cleaning.dateline import dateline
from dedup.cleaning.headline import headline
from dedup.cleaning.normalise import normalise
from dedup.cleaning.wire import byline, credit
from dedup.models import Draft

# Taking one piece off can bring another to an edge. None of 309 real pages changed after the first
# round; the cap keeps a text that is made of boilerplate in a hostile order linear.
_MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: Its name.
        run: The step itself; it expects and returns a normalised text.
        reports: The values of ``Removal.step`` in its removals.
    """

    name: str
    run: Callable[[Draft], Draft]
    reports: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    # Before the boilerplate, which takes their heading and buttons.
    Step("comments", comments, ("comments",)),
    Step("headline", headline, ("headline",)),
    Step("byline", byline, ("byline",)),
    Step("dateline", dateline, ("dateline",)),
    # Before the boilerplate, so that an agency's copyright is its credit and not any site's notice.
    Step("credit", credit, ("credit",)),
    Step("boilerplate", boilerplate, GROUPS),
)
"""The steps in the order in which they run."""


def clean_text(
    text: str,
    *,
    title: str | None = None,
    author: str | None = None,
    agencies: tuple[str, ...] = (),
) -> Draft:
    r"""Normalise a text and run the steps over it until none of them changes it.

    Args:
        text: The text.
        title: The headline, if known.
        author: The author field, if known.
        agencies: Names of agencies beside those of the table.

    >>> clean_text("LONDON, Nov 3 (Reuters) - Shares rose.\nRead more: Markets").text
    'Shares rose.'
    """
    draft = Draft(text=normalise(text), title=title, author=author, agencies=agencies)
    unchanged = 0  # steps in a row that changed nothing
    for _ in range(_MAX_ROUNDS):
        for step in STEPS if draft.text else ():
            before = draft.text
            draft = step.run(draft)
            unchanged = unchanged + 1 if draft.text == before else 0
            if unchanged == len(STEPS):
                return draft
    return draft

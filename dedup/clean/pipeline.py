"""The ordered table of cleaning steps, and the one call that runs them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dedup.clean import hints
from dedup.clean.boilerplate import GROUPS, boilerplate
from dedup.clean.dateline import dateline
from dedup.clean.headline import headline
from dedup.clean.normalise import normalise
from dedup.clean.wire import byline, credit
from dedup.models import Draft

# Taking one piece off can bring another to an edge. None of 309 real pages changed after the first
# round; the cap keeps a text that is made of boilerplate in a hostile order linear.
_MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: Its name.
        hint: The bit of a text in which it could find something.
        run: The step itself.
        reports: What ``Removal.step`` says of its removals; empty if it removes no text.
    """

    name: str
    hint: int
    run: Callable[[Draft], Draft]
    reports: tuple[str, ...] = ()


def _normalise(draft: Draft) -> Draft:
    """Normalise the text of a draft."""
    text = normalise(draft.text)
    return draft if text == draft.text else replace(draft, text=text)


STEPS: tuple[Step, ...] = (
    Step("normalise", hints.NORMALISE, _normalise),
    Step("headline", hints.HEADLINE, headline, ("headline",)),
    Step("byline", hints.BYLINE, byline, ("byline",)),
    Step("dateline", hints.DATELINE, dateline, ("dateline",)),
    # Before the boilerplate, so that an agency's copyright is its credit and not any site's notice.
    Step("credit", hints.CREDIT, credit, ("credit",)),
    Step("boilerplate", hints.BOILERPLATE, boilerplate, GROUPS),
)
"""The steps in the order in which they run."""


def clean_text(
    text: str, *, title: str | None = None, author: str | None = None, hinted: int = hints.EVERY
) -> Draft:
    r"""Run the steps over a text until none of them changes it.

    Args:
        text: The text.
        title: The headline, where it is known.
        author: What the author field holds.
        hinted: What :func:`dedup.clean.hints.hints_of` said of the text; changes no result.

    >>> clean_text("LONDON, Nov 3 (Reuters) - Shares rose.\nRead more: Markets").text
    'Shares rose.'
    """
    draft = Draft(text=text, title=title, author=author)
    if hinted & hints.NORMALISE:
        draft = _normalise(draft)
    if author:
        hinted |= hints.BYLINE  # of which no hint tells: hints are those of texts and titles
    if not hinted:
        return draft  # as most texts
    for _ in range(_MAX_ROUNDS):
        before = draft.text
        for step in STEPS[1:] if before else ():  # what is left of a normalised text is normalised
            if hinted & step.hint or draft.text != text:
                draft = step.run(draft)
        if draft.text == before:
            break
    return draft

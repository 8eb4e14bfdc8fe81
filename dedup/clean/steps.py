"""The ordered table of cleaning steps, and the one call that runs them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from dedup.clean.furniture import GROUPS, headline, strip_group
from dedup.clean.normalise import normalise
from dedup.clean.wire import byline, credit, dateline
from dedup.models import Draft

# Taking one piece off can bring another to an edge. Real pages come to rest in the second or
# third round; the cap keeps a text that is made of furniture in a hostile order linear.
_MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: What ``Removal.step`` says of its removals.
        run: The step itself.
    """

    name: str
    run: Callable[[Draft], Draft]


def _normalise(draft: Draft) -> Draft:
    """Normalise the text of a draft."""
    text = normalise(draft.text)
    return draft if text == draft.text else replace(draft, text=text)


STEPS: tuple[Step, ...] = (
    Step("normalise", _normalise),
    Step("headline", headline),
    *(Step(group.name, partial(strip_group, group=group)) for group in GROUPS if group.name != "notices"),
    Step("byline", byline),
    Step("dateline", dateline),
    Step("credit", credit),
    # After the credits, so that an agency's copyright is credited before any other is dropped.
    *(Step(group.name, partial(strip_group, group=group)) for group in GROUPS if group.name == "notices"),
)
"""The steps in the order in which they run."""


def clean_text(text: str, *, title: str | None = None, author: str | None = None) -> Draft:
    """Run the steps over a text until none of them changes it.

    >>> clean_text("LONDON, Nov 3 (Reuters) - Shares rose.\\nRead more: Markets").text
    'Shares rose.'
    """
    draft = Draft(text=text, title=title, author=author)
    for _ in range(_MAX_ROUNDS):
        before = draft.text
        for step in STEPS:
            draft = step.run(draft)
        if draft.text == before or not draft.text:
            break
    return draft

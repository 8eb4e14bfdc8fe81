"""Count the worst mistakes of an output: removed documents that no kept document tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dedup.evaluation.metrics import Decided, Labelled


@dataclass(frozen=True, slots=True)
class ArticlesLost:
    """What an output removed, and what of it is gone.

    A removed document is lost if no document of its gold story remains. What remains are the
    labelled documents that are canonical or unique, and labelled canonicals of earlier dumps.

    Attributes:
        removed: The labelled documents that are duplicates, as ascending positions.
        lost: Those of them that are lost.
        unknown: Those of which it cannot be known: no labelled document of their gold story
            remains, and their canonical has no label.
    """

    removed: tuple[int, ...]
    lost: tuple[int, ...]
    unknown: tuple[int, ...]


def articles_lost(
    documents: Sequence[Labelled], decisions: Mapping[str, Decided]
) -> ArticlesLost | None:
    """Return which labelled documents an output lost.

    Args:
        documents: The labelled documents.
        decisions: The decisions on them by id, as far as there are any.

    Returns:
        The losses, None where no decision says whether its document remains.

    >>> gold = [Labelled("a", "ferry"), Labelled("b", "ferry"), Labelled("c", "storm")]
    >>> kept, removed = Decided(kept=True), Decided(kept=False, canonical_id="a")
    >>> articles_lost(gold, {"a": kept, "b": removed, "c": removed}).lost
    (2,)
    """
    story_of = {each.doc_id: each.story for each in documents}
    made = [(each, decisions.get(each.doc_id, Decided())) for each in documents]
    if all(decision.kept is None for _, decision in made):
        return None
    removed = [place for place, (_, decision) in enumerate(made) if decision.kept is False]
    canonicals = {place: made[place][1].canonical_id for place in removed}
    remaining = {each.story for each, decision in made if decision.kept}
    remaining.update(story_of[name] for name in canonicals.values() if name in story_of)
    gone = [place for place in removed if made[place][0].story not in remaining]
    return ArticlesLost(
        tuple(removed),
        tuple(place for place in gone if canonicals[place] in story_of),
        tuple(place for place in gone if canonicals[place] not in story_of),
    )

"""Two runs to what differs between them: documents, stories, settings, and the worst examples.

The fields of these classes are the JSON of ``dedup diff --json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import NotFoundError
from dedup.explain.compare import difference_words
from dedup.explain.compare.compared_documents import (
    DUPLICATE,
    REJECTED,
    ComparedDocuments,
    compare_documents,
)
from dedup.explain.compare.compared_stories import KINDS, count_story_changes, in_same_story
from dedup.explain.compare.differing_settings import SettingChange, differing_settings
from dedup.explain.summaries import summaries
from dedup.kernels.array_types import Bools, Int8s, Int64s
from dedup.models import count_of
from dedup.store.document_states import STATUSES

if TYPE_CHECKING:
    from dedup.explain.evidence import DocumentSummary
    from dedup.explain.open_run import Run

EXAMPLES = (
    "deleted", "rejected", "replaced", "restored", "readmitted", "other-story", "other-canonical",
    "still-kept", "other-relation",
)  # fmt: skip
"""Kinds of :class:`DocumentChange`, the worst first."""

UNCHANGED = len(EXAMPLES)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many documents have one status in the one run and one in the other.

    Attributes:
        before: The status in the one run.
        after: The status in the other run.
        documents: How many.
    """

    before: str
    after: str
    documents: int


@dataclass(frozen=True, slots=True)
class StoryChange:
    """What became of stories; those of which no document is compared are not counted.

    Attributes:
        kind: ``split`` (the members of one are in several stories or in none), ``merged`` (the
            reverse), ``torn`` (both), ``grown`` (documents that were in no story joined),
            ``shrunk`` (documents left for no story), ``exchanged`` (both), ``canonical`` (the same
            members, another canonical) or ``same``.
        before: Stories of the one run.
        after: Stories of the other run that they became.
    """

    kind: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document on which two runs decided otherwise.

    Attributes:
        kind: ``deleted`` (kept before, and now a duplicate of a document that it was in no story
            with), ``rejected`` (kept before), ``replaced`` (its story kept it before, and now
            another member), ``restored`` (a duplicate before, now kept), ``readmitted`` (rejected
            before or now, and not kept before), ``other-story`` and ``other-canonical`` (a
            duplicate of another document, which it was not or was in a story with),
            ``still-kept`` (canonical or unique), ``other-relation`` (or another score).
        id: The id.
        title: Its headline, or None.
        host: The host of its address, or None.
        before: Its status in the one run.
        after: Its status in the other run.
        canonical_before: Id of the canonical of its story in the one run, or None.
        canonical_id: The same in the other run: the document that tells it now.
        canonical_title: Headline of that document, or None.
        score: The score by which it is a duplicate in the other run, else that of the one run.
        reason: Why, in the other run.
        reason_before: Why, in the one run.
    """

    kind: str
    id: str
    title: str | None
    host: str | None
    before: str
    after: str
    canonical_before: str | None
    canonical_id: str | None
    canonical_title: str | None
    score: float | None
    reason: str
    reason_before: str


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """What differs between two runs.

    Documents that both have are compared: the inputs of the two dumps, and documents of earlier
    dumps on which one of the two decided again.

    Attributes:
        before: Folder or store of the one run.
        after: That of the other run.
        settings: Settings that differ.
        compared: Documents that both have.
        only_before: Inputs that only the one run has.
        only_after: Inputs that only the other run has.
        statuses: Documents by both statuses; they sum to ``compared``.
        other_story: Duplicates of both runs with another canonical, in another story. A story is
            the same where it was not split, merged or torn and has another document in common, or
            where both canonicals are in it in both runs.
        other_canonical: Those with another canonical in the same story.
        other_relation: Duplicates of both runs with the same canonical, and another relation or
            score.
        stories: What became of stories, a count for each kind.
        changed: Documents that could be examples.
        examples: Documents that changed, the worst first, the lowest scores first.
    """

    before: str
    after: str
    settings: tuple[SettingChange, ...]
    compared: int
    only_before: int
    only_after: int
    statuses: tuple[StatusCount, ...]
    other_story: int
    other_canonical: int
    other_relation: int
    stories: tuple[StoryChange, ...]
    changed: int
    examples: tuple[DocumentChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two decided the same on the same inputs, whatever their settings."""
        return not (self.changed or self.only_before or self.only_after)

    def moved(self, before: tuple[str, ...], after: tuple[str, ...]) -> int:
        """Return how many documents went from one of some statuses to one of others.

        Args:
            before: Statuses in the one run.
            after: Statuses in the other run.
        """
        return sum(
            each.documents
            for each in self.statuses
            if each.before in before and each.after in after
        )

    @property
    def removed(self) -> int:
        """Documents kept in the one run, and duplicates or rejected in the other."""
        return self.moved(("canonical", "unique"), ("duplicate", "rejected"))

    @property
    def restored(self) -> int:
        """Documents that are duplicates or rejected in the one run, and kept in the other."""
        return self.moved(("duplicate", "rejected"), ("canonical", "unique"))

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from dedup.explain.html_pages import fragment  # jinja2: most become no page

        return fragment("difference.html", found=self, words=difference_words)

    def __repr__(self) -> str:
        """Return the main counts."""
        stories = ", ".join(
            f"{each.before or each.after:,} {each.kind}"
            for each in self.stories
            if each.kind != "same" and (each.before or each.after)
        )
        return (
            f"<Difference of {count_of(self.compared, 'document')}: {self.changed:,} changed, "
            f"{self.removed:,} now removed, {self.restored:,} now kept; "
            f"stories: {stories or 'the same'}>"
        )


def difference(run: Run, other: Run, examples: int = 10) -> Difference:
    """Return what differs between two runs over the same ids.

    Args:
        run: The one.
        other: The other.
        examples: Most documents that are listed; 0 for all.

    Raises:
        NotFoundError: They have no document in common.
    """
    documents = compare_documents(run, other)
    before, after = documents.before, documents.after
    if not before.rows.size:
        raise NotFoundError(
            f"{run.path} and {other.path} have no input in common; compare two runs over the same "
            "ids"
        )
    kinds = change_kinds(documents)
    story_counts = count_story_changes(documents)
    counts = np.bincount(kinds, minlength=UNCHANGED + 1).tolist()
    by_kind = dict(zip(EXAMPLES, counts, strict=False))
    return Difference(
        before=str(run.path),
        after=str(other.path),
        settings=differing_settings(run, other),
        compared=before.rows.size,
        only_before=before.only,
        only_after=after.only,
        statuses=status_counts(before.statuses, after.statuses),
        other_story=by_kind["other-story"],
        other_canonical=by_kind["other-canonical"],
        other_relation=by_kind["other-relation"],
        stories=tuple(
            StoryChange(kind, *map(int, cells))
            for kind, *cells in zip(KINDS, *story_counts, strict=True)
        ),
        changed=before.rows.size - counts[UNCHANGED],
        examples=_examples(run, other, documents, kinds, examples),
    )


def status_counts(before: Int8s, after: Int8s) -> tuple[StatusCount, ...]:
    """Return the pairs of statuses that occur."""
    n = len(STATUSES)
    counts = np.bincount(before * n + after, minlength=n * n).tolist()
    return tuple(
        StatusCount(STATUSES[place // n].value, STATUSES[place % n].value, count)
        for place, count in enumerate(counts)
        if count
    )


def change_kinds(documents: ComparedDocuments) -> Int64s:
    """Return what changed of each document, as its place in ``EXAMPLES``, or ``UNCHANGED``."""
    before, after = documents.before, documents.after
    removed = (before.statuses == DUPLICATE) & (after.statuses == DUPLICATE)
    known = documents.with_canonical_of_after()
    both = known & documents.swapped.with_canonical_of_after()
    same_story = both | in_same_story(documents)
    deleted = before.kept & (after.statuses == DUPLICATE)
    moved = removed & ~documents.same_canonical
    cases: list[tuple[Bools, str]] = [
        (deleted & ~known, "deleted"),
        (before.kept & (after.statuses == REJECTED), "rejected"),
        (deleted, "replaced"),
        ((before.statuses == DUPLICATE) & after.kept, "restored"),
        ((before.statuses == REJECTED) != (after.statuses == REJECTED), "readmitted"),
        (moved & ~same_story, "other-story"),
        (moved, "other-canonical"),
        (before.kept & (before.statuses != after.statuses), "still-kept"),
        (removed & ~documents.same_evidence, "other-relation"),
    ]
    which = [each for each, _ in cases]
    places = [EXAMPLES.index(kind) for _, kind in cases]
    kinds: Int64s = np.select(which, places, default=UNCHANGED).astype(np.int64)
    return kinds


def _examples(
    run: Run, other: Run, documents: ComparedDocuments, kinds: Int64s, most: int
) -> tuple[DocumentChange, ...]:
    """Return the documents that changed, the worst first: by kind, score and id."""
    before, after = documents.before, documents.after
    changed = np.flatnonzero(kinds != UNCHANGED)
    scores = np.where(np.isnan(after.scores), before.scores, after.scores)
    chosen = changed[np.lexsort([changed, scores[changed], kinds[changed]])]
    chosen = chosen[:most] if most else chosen
    known = summaries(run.store, before.rows[chosen].tolist())
    now = summaries(other.store, after.rows[chosen].tolist())
    titles = _titles(other, {each.canonical_id for each in now.values() if each.canonical_id})
    return tuple(
        _example(
            EXAMPLES[kinds[place]],
            known[int(before.rows[place])],
            now[int(after.rows[place])],
            titles,
        )
        for place in chosen.tolist()
    )


def _titles(run: Run, ids: set[str]) -> dict[str, str | None]:
    """Return the headlines of some documents by their ids."""
    found = [run.store.lookups.row_of(each) for each in sorted(ids)]
    known = summaries(run.store, [row for row in found if row is not None])
    return {each.id: each.title for each in known.values()}


def _example(
    kind: str, before: DocumentSummary, after: DocumentSummary, titles: Mapping[str, str | None]
) -> DocumentChange:
    """Return a document that changed, from what either run knows of it."""
    return DocumentChange(
        kind=kind,
        id=after.id,
        title=after.title,
        host=after.host,
        before=before.status,
        after=after.status,
        canonical_before=before.canonical_id,
        canonical_id=after.canonical_id,
        canonical_title=titles.get(after.canonical_id or ""),
        score=before.score if after.score is None else after.score,
        reason=after.reason,
        reason_before=before.reason,
    )

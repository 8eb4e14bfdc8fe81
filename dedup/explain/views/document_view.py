"""One document of a run: what became of it and why, its text, and what cleaning removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.cleaning.pipeline import STEPS
from dedup.explain.html_pages import fragment
from dedup.explain.summaries import NamedDocument, named_document, short_name, summaries
from dedup.models import SITE_BOILERPLATE, Relation, Removal, Why

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

STEP_NAMES = (*(report for step in STEPS for report in step.reports), SITE_BOILERPLATE)
"""What removes text, in the order in which it does."""


@dataclass(frozen=True, slots=True, repr=False)
class DocumentView:
    """A document as ``dedup show`` prints it; its fields are the JSON.

    Attributes:
        id: Its id.
        title: Its headline, or None.
        url: Its address, or None.
        host: The host of the address, or None.
        date: Publication, ISO 8601, or None.
        date_source: Of a page: where its date is from, as in the survivors.
        is_dated: Whether the date decides; a guess decides nothing.
        unread_date: Its own date as written, where it was not read.
        language: Two letters, or None.
        agency: Wire agency credited, or None.
        dateline: Removed dateline, or None.
        source: Name of its file or stream.
        status: ``canonical``, ``duplicate``, ``unique`` or ``rejected``.
        story_id: Its story, or None.
        size: Documents of its story, 1 for a unique one, None for a rejected one.
        canonical_id: Id of the canonical of its story, or None.
        canonical: The same document by its names.
        copy_of: Id of the document whose copy it is, or None.
        relation: What it is to the canonical, of a duplicate.
        score: The score of the relation, in [0, 1].
        score_kind: What the score is.
        reason: Why it was decided so; of a rejected input the fixed word.
        detail: Of a rejected input: why, in words.
        why: Of a canonical: why it was elected, as in ``stories.jsonl``.
        runner_up: Of a canonical: the runner-up by its names.
        stands_for: Of a canonical: how many others it stands for.
        removed: What cleaning removed, in the order of the steps.
        text: The cleaned text; None where nothing is kept of a rejected input.
    """

    id: str
    title: str | None
    url: str | None
    host: str | None
    date: str | None
    date_source: str | None
    is_dated: bool
    unread_date: str | None
    language: str | None
    agency: str | None
    dateline: str | None
    source: str
    status: str
    story_id: str | None
    size: int | None
    canonical_id: str | None
    canonical: NamedDocument | None
    copy_of: str | None
    relation: str | None
    score: float | None
    score_kind: str | None
    reason: str
    detail: str | None
    why: Why | None
    runner_up: NamedDocument | None
    stands_for: int | None
    removed: tuple[Removal, ...]
    text: str | None

    def __repr__(self) -> str:
        """Return it in one line."""
        return f"<Document {short_name(self.id, self.title, self.host)}: {self.decision}>"

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        return fragment("document.html", document=self)

    @property
    def decision(self) -> str:
        """What was decided, in some words."""
        if self.relation is not None and self.score is not None:
            return f"{self.status}, {self.relation}, {self.score_kind} {self.score:.2f}"
        if self.stands_for:
            noun = "other" if self.stands_for == 1 else "others"
            return f"{self.status}, stands for {self.stands_for:,} {noun}"
        return f"{self.status}, {self.reason}" if self.status == "rejected" else self.status

    @property
    def date_words(self) -> str | None:
        """The date, and where it is from."""
        if self.date is None:
            return self.unread_date and f"{self.unread_date}: not read, counts as undated"
        if not self.is_dated:
            return f"{self.date} (a guess from {self.date_source or 'the page'}, decides nothing)"
        return f"{self.date} (from {self.date_source})" if self.date_source else self.date


def document_view(run: Run, row: int) -> DocumentView:
    """Return what is known of a document, given by its row.

    Raises:
        OutputError: The store is damaged.
    """
    summary = summaries(run.store, [row])[row]
    details = run.store.details.document(row)
    is_canonical = summary.status == "canonical"
    story = None
    if summary.story_id is not None:
        story = run.store.details.story(summary.story_id)
    size = len(story["members"]) if story else 1
    why = Why(**story["why"]) if story and is_canonical else None
    own_date_source = (details.fields or {}).get("date_source")
    is_copy = summary.representative_id != summary.id
    return DocumentView(
        id=summary.id,
        title=summary.title,
        url=summary.url,
        host=summary.host,
        date=summary.date,
        date_source=own_date_source if isinstance(own_date_source, str) else None,
        is_dated=bool(details.is_dated),
        unread_date=details.unread_date,
        language=summary.language,
        agency=details.agency,
        dateline=details.dateline,
        source=details.source,
        status=summary.status,
        story_id=summary.story_id,
        size=None if summary.status == "rejected" else size,
        canonical_id=summary.canonical_id,
        canonical=named_document(run.store, summary.canonical_id),
        copy_of=summary.representative_id if is_copy else None,
        relation=summary.relation,
        score=summary.score,
        score_kind=summary.relation and Relation(summary.relation).score_kind,
        reason=summary.reason,
        detail=details.detail,
        why=why,
        runner_up=named_document(run.store, why.runner_up if why else None),
        stands_for=size - 1 if is_canonical else None,
        removed=tuple(sorted(details.removed, key=lambda each: _place(each.step))),
        text=details.text,
    )


def _place(step: str) -> int:
    """Return the place of a step in the order of cleaning; one of an earlier version is last."""
    return STEP_NAMES.index(step) if step in STEP_NAMES else len(STEP_NAMES)

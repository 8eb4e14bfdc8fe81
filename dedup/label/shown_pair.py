"""What a person sees of a pair that is to be judged.

Neither the score nor what the run decided is among it: whoever knows what the program thinks tends
to think the same, and the answers would measure nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.explain.evidence import AlignedSentence
from dedup.explain.summaries import summaries
from dedup.explain.texts.aligned_sentences import aligned_sentences

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run

TOO_SOON = 0.3
"""Seconds after a pair is shown in which no key answers it: nobody has read it by then."""

LONGEST_PARAGRAPH = 500
"""Characters of sentences that are shown together."""

ONE_STORY = (
    "Two documents tell one story where they report the same event, in the same words or in "
    "others. A later report on what followed is another story. Skip what both texts leave open. Or "
    "apply your own rule, the same to all pairs."
)
"""What a person is asked, for the beginning."""


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document of a pair, without what the run decided on it.

    Attributes:
        id: Its id.
        title: Its headline, or None.
        host: The host of its address, or None.
        date: Publication, ISO 8601, or None.
        language: Two letters, or None.
        url: Its address, or None.
        text: Its cleaned text.
    """

    id: str
    title: str | None
    host: str | None
    date: str | None
    language: str | None
    url: str | None
    text: str

    @property
    def address(self) -> str | None:
        """Its address, None where its id says as much."""
        return None if self.url and self.id in self.url else self.url


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair that is to be judged.

    Attributes:
        place: Its place in the order of asking, from 0.
        documents: Both documents.
        sentences: Both texts sentence by sentence, in the order of the first. Sentences in a row
            that only one text has are one paragraph, beside what only the other has.
    """

    place: int
    documents: tuple[ShownDocument, ShownDocument]
    sentences: tuple[AlignedSentence, ...]


def shown_pair(run: Run, pair: LabelledPair) -> ShownPair:
    """Return what a person sees of a pair.

    Raises:
        OutputError: The run does not have one of its documents.
    """
    first, second = documents_of(run, pair)
    language = first.language if first.language == second.language else None
    sentences = aligned_sentences(first.text, second.text, language, run.frequencies)
    return ShownPair(pair.place or 0, (first, second), tuple(_closed_up(sentences)))


def documents_of(run: Run, pair: LabelledPair) -> tuple[ShownDocument, ShownDocument]:
    """Return both documents of a pair.

    Raises:
        OutputError: The run does not have one of them.
    """
    return _document(run, pair.a), _document(run, pair.b)


def _closed_up(rows: Iterable[AlignedSentence]) -> Iterator[AlignedSentence]:
    """Yield rows without the gaps beside sentences that only one text has."""
    for are_alone, some in groupby(rows, lambda row: row.how == "only"):
        if not are_alone:
            yield from some
            continue
        firsts, seconds = zip(*((row.first, row.second) for row in some), strict=True)
        for first, second in zip_longest(_paragraphs(firsts), _paragraphs(seconds)):
            yield AlignedSentence(first, second, 0.0, "only", (), ())


def _paragraphs(sentences: Iterable[str | None]) -> Iterator[str]:
    """Yield sentences that follow one another, as many together as are read at a glance."""
    paragraph = ""
    for sentence in filter(None, sentences):
        if paragraph and len(paragraph) + len(sentence) > LONGEST_PARAGRAPH:
            yield paragraph
            paragraph = ""
        paragraph = f"{paragraph} {sentence}".lstrip()
    if paragraph:
        yield paragraph


def _document(run: Run, doc_id: str) -> ShownDocument:
    """Return a document by its id."""
    row = run.store.lookups.row_of(doc_id)
    if row is None:
        raise OutputError(f"{run.path} has changed; open it again", path=run.path)
    known = summaries(run.store, [row])[row]
    text = run.store.documents.text(row)
    return ShownDocument(
        known.id, known.title, known.host, known.date, known.language, known.url, text
    )

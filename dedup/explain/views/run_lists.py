"""Lists of the stories and the documents of a run, read row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar

from dedup.cleaning.urls import host_of
from dedup.errors import ConfigError, OutputError, printable
from dedup.explain.find_documents import find_document, storable
from dedup.explain.html_pages import fragment
from dedup.explain.summaries import short_name
from dedup.models import ALONE, Relation, Status, count_of
from dedup.store.list_queries import ORDERS, Filters
from dedup.write.lines import DECIMALS

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.store import Dump

LIMIT = 20
"""Rows of a list, unless another number is asked for."""

_SCORE_KINDS = {each.value: each.score_kind for each in Relation}

# Places among the cells of a listed document, its row left out.
_RELATION, _REASON = 5, 7


@dataclass(frozen=True, slots=True)
class ListedLink:
    """The weakest link of a story.

    Attributes:
        left: Id of the one document.
        right: Id of the other.
        score: Their score, in [0, 1].
        score_kind: What the score is.
    """

    left: str
    right: str
    score: float
    score_kind: str | None


@dataclass(frozen=True, slots=True, repr=False)
class ListedStory:
    """A story in a list; its fields are the JSON.

    Attributes:
        story_id: Its id.
        canonical_id: Id of its canonical.
        title: Headline of the canonical, or None.
        host: Host of the canonical, or None.
        url: Address of the canonical, or None.
        size: Documents of it.
        origins: Number of independent tellings.
        outlets: Hosts of the members.
        agencies: Agencies that members credit.
        first_date: Earliest known publication, ISO 8601.
        last_date: Latest known publication.
        weakest: The weakest link.
    """

    story_id: str
    canonical_id: str
    title: str | None
    host: str | None
    url: str | None
    size: int
    origins: int
    outlets: tuple[str, ...]
    agencies: tuple[str, ...]
    first_date: str | None
    last_date: str | None
    weakest: ListedLink | None

    def __repr__(self) -> str:
        """Return it in one line."""
        name = short_name(self.canonical_id, self.title, self.host)
        return f"<Story {self.story_id}: {count_of(self.size, 'document')}, canonical {name}>"


@dataclass(frozen=True, slots=True, repr=False)
class ListedDocument:
    """A document in a list; its fields are the JSON, named as in ``decisions.jsonl``.

    Attributes:
        id: Its id.
        status: ``canonical``, ``duplicate``, ``unique`` or ``rejected``.
        story_id: Its story, or None.
        canonical_id: The canonical of its story, or None.
        copy_of: Id of the document whose copy it is, or None.
        relation: What it is to the canonical, of a duplicate.
        score: The score of the relation, in [0, 1].
        score_kind: What the score is.
        reason: Why; of a rejected input the fixed word.
        detail: Of a rejected input: why, in words.
        source: Name of its file or stream.
        size: Documents of its story, 1 for a unique one, None for a rejected one.
        title: Its headline, or None.
        url: Its address, or None.
        host: The host of the address, or None.
        date: Publication, ISO 8601, or None.
    """

    id: str
    status: str
    story_id: str | None
    canonical_id: str | None
    copy_of: str | None
    relation: str | None
    score: float | None
    score_kind: str | None
    reason: str
    detail: str | None
    source: str
    size: int | None
    title: str | None
    url: str | None
    host: str | None
    date: str | None

    def __repr__(self) -> str:
        """Return it in one line."""
        name = short_name(self.id, self.title, self.host)
        more = self.reason if self.status == "rejected" else self.relation
        score = "" if self.score is None else f" {self.score:.2f}"
        return f"<Document {name}: {self.status}{f', {more}' if more else ''}{score}>"


Row = TypeVar("Row", ListedStory, ListedDocument)


@dataclass(frozen=True, slots=True, repr=False)
class Listing(Sequence[Row], Generic[Row]):
    """A list of stories or of documents.

    Attributes:
        rows: Those that are listed.
        total: How many there are.
        undated: Documents without a date, which a filter of dates left out.
    """

    rows: tuple[Row, ...]
    total: int
    undated: int = 0

    def __len__(self) -> int:
        """Return how many are listed."""
        return len(self.rows)

    def __getitem__(self, place: Any) -> Any:
        """Return one row, or some."""
        return self.rows[place]

    def __repr__(self) -> str:
        """Return a line for each row, and how many are left out."""
        return "\n".join([*map(repr, self.rows), *notes(len(self.rows), self.total, self.undated)])

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        said = notes(len(self.rows), self.total, self.undated)
        stories = bool(self.rows) and isinstance(self.rows[0], ListedStory)
        return fragment("list.html", rows=self.rows, stories=stories, notes=said)


def notes(listed: int, total: int, undated: int, no_limit: str = "limit=0") -> list[str]:
    """Return what a list leaves out, a sentence each.

    Args:
        listed: Rows that are listed.
        total: Rows that there are.
        undated: Documents without a date, which a filter of dates left out.
        no_limit: What lists all.
    """
    said = []
    if not total:
        said.append("nothing fits")
    elif listed < total:
        left_out = total - listed
        verb = "is" if left_out == 1 else "are"
        said.append(f"{left_out:,} of {total:,} {verb} left out; {no_limit} lists all")
    if undated:
        noun, verb = ("document", "is") if undated == 1 else ("documents", "are")
        said.append(f"{undated:,} {noun} without a date {verb} left out")
    return said


class DocumentFilters(TypedDict, total=False):
    """What a document must have to be listed; all that is given must hold.

    Attributes:
        status: One of these: ``canonical``, ``duplicate``, ``unique``, ``rejected``.
        relation: One of these, as in ``decisions.jsonl``.
        copy_of: It is a copy of the document of this name, or the one of which that is a copy.
        max_score: Most score; what has none is left out.
        host: Host of its address, or a host above it.
        since: First day of its date, as in ``2026-03-31``; what has no date is left out.
        until: Last day of its date, likewise.
        min_size: Least number of documents of its story.
        title: Words of its headline, in any case and order.
    """

    status: Sequence[str]
    relation: Sequence[str]
    copy_of: str | None
    max_score: float | None
    host: str | None
    since: str | None
    until: str | None
    min_size: int
    title: str | None


def filters_of(run: Run, given: DocumentFilters) -> Filters:
    """Return filters from what a person gives.

    Raises:
        ConfigError: A value cannot be used.
        NotFoundError: No document has the name ``copy_of``.
        AmbiguousNameError: Several have it.
    """
    status, relation = several(given.get("status")), several(given.get("relation"))
    _check("--status", status, Status)
    _check("--relation", relation, Relation)
    host, copy_of = given.get("host"), given.get("copy_of")
    filters = Filters(
        status=status,
        relation=relation,
        max_score=given.get("max_score"),
        host=None if host is None else _host(host),
        since=_day("--since", given.get("since")),
        until=_day("--until", given.get("until")),
        min_size=given.get("min_size") or 0,
        title=tuple(storable(given.get("title") or "").split()),
    )
    if copy_of is None:
        return filters
    row = find_document(run.store, copy_of)
    representative = run.store.lookups.representative(row)
    return replace(filters, representative=representative, other_than=row)


def list_stories(
    run: Run, given: DocumentFilters, order: str | None, limit: int
) -> Listing[ListedStory]:
    """Return stories; see :meth:`dedup.explain.open_run.Run.stories`."""
    filters = filters_of(run, given)
    rows = tuple(listed_stories(run, filters, order, limit))
    total = count_stories(run, filters, len(rows), limit)
    return Listing(rows, total, count_undated(run, filters))


def list_documents(
    run: Run, given: DocumentFilters, order: str | None, limit: int
) -> Listing[ListedDocument]:
    """Return documents; see :meth:`dedup.explain.open_run.Run.documents`."""
    filters = filters_of(run, given)
    rows = tuple(listed_documents(run, filters, order, limit))
    return Listing(
        rows, count_documents(run, filters, len(rows), limit), count_undated(run, filters)
    )


def listed_stories(
    run: Run, filters: Filters, order: str | None = None, limit: int = LIMIT
) -> Iterator[ListedStory]:
    """Yield stories with a document of the dump of a run that passes all filters.

    Args:
        run: The run.
        filters: The filters.
        order: ``size`` (the largest first, the default), ``weakest`` (the lowest score of a weakest
            link first) or ``date`` (the latest first).
        limit: How many; 0 for all.
    """
    _check("--sort", [order] if order else [], ORDERS)
    found = run.store.lists.stories(dump_of(run), filters, order, limit or -1)
    for story, (doc_id, title, url, host, size) in found:
        link = story["weakest"]
        yield ListedStory(
            story["story_id"], doc_id, title, host, url, size, story["origins"],
            tuple(story["outlets"]), tuple(story["agencies"]), story["first_date"],
            story["last_date"], link and _link(link),
        )  # fmt: skip


def listed_documents(
    run: Run, filters: Filters, order: str | None = None, limit: int = LIMIT
) -> Iterator[ListedDocument]:
    """Yield documents of the dump of a run that pass all filters.

    Args:
        run: The run.
        filters: The filters.
        order: ``size`` (those of the largest story first), ``weakest`` (the lowest score first) or
            ``date`` (the latest first); None for the order of the inputs.
        limit: How many; 0 for all.
    """
    _check("--sort", [order] if order else [], ORDERS)
    found = run.store.lists.documents(dump_of(run), filters, order, limit or -1)
    for _, *cells, signed in found:
        decided, (reason, *known) = cells[:_REASON], cells[_REASON:]
        kind = _SCORE_KINDS.get(decided[_RELATION])
        values = (*decided, kind, reason or ALONE[bool(signed)], *known)
        yield ListedDocument(*values)


def count_stories(run: Run, filters: Filters, listed: int, limit: int) -> int:
    """Return how many stories :func:`listed_stories` has without a limit.

    Args:
        run: The run.
        filters: The filters.
        listed: How many it had with the limit.
        limit: The limit; 0 for none.
    """
    if listed < limit or not limit:
        return listed
    return run.store.lists.count_stories(dump_of(run), filters)


def count_documents(run: Run, filters: Filters, listed: int, limit: int) -> int:
    """Return how many documents there are without a limit; see :func:`count_stories`."""
    if listed < limit or not limit:
        return listed
    return run.store.lists.count_documents(dump_of(run), filters)


def count_undated(run: Run, filters: Filters) -> int:
    """Return how many documents without a date a filter of dates leaves out."""
    return run.store.lists.count_undated(dump_of(run), filters) if filters.asks_date else 0


def dump_of(run: Run) -> Dump:
    """Return the dump of a run; of a store, its last one.

    Raises:
        OutputError: The store has none.
    """
    dumps = run.store.dumps
    number = run.manifest.get("store", {}).get("dump", dumps.number)
    found = next((each for each in dumps.all() if each.number == number), None)
    if found is None:
        path = run.store.path
        raise OutputError(f"the store {path} has no dump; name the output of dedup run", path=path)
    return found


def _link(link: dict[str, Any]) -> ListedLink:
    """Return a weakest link as the outputs have it."""
    score = round(link["score"], DECIMALS)
    return ListedLink(link["left"], link["right"], score, link.get("score_kind"))


def _check(option: str, values: Sequence[str], allowed: Any) -> None:
    """Raise ConfigError for a value that is not allowed."""
    words = [str(each) for each in allowed]
    for value in values:
        if value not in words:
            raise ConfigError(f"{option} {printable(str(value))}: give one of {', '.join(words)}")


def _host(given: str) -> str:
    """Return a host as documents have it, from a host or an address.

    >>> _host("www.News.example"), _host("https://news.example/a"), _host("The Daily News")
    ('news.example', 'news.example', 'the daily news')
    """
    address = given if "://" in given else f"http://{given.removeprefix('*').strip('.')}/"
    return host_of(address) or storable(given)


def _day(option: str, given: str | None) -> str | None:
    """Return a day, ISO 8601.

    Raises:
        ConfigError: It is none.
    """
    if given is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        message = f"{option} {printable(given)}: give a day as in 2026-03-31"
        raise ConfigError(message) from None


def several(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return values as a tuple, one value, too."""
    return (given,) if isinstance(given, str) else tuple(given or ())

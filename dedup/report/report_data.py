"""What a report shows of a run: figures, what to doubt first, an index of its documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.tune.tune_run import Tuning


@dataclass(frozen=True, slots=True)
class Count:
    """A name with how often it comes.

    Attributes:
        name: A reason, a relation, a host.
        count: How often.
    """

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Stories of about one size.

    Attributes:
        low: Least documents of a story of it.
        high: Most; None for no limit.
        stories: How many stories.
        documents: Documents in them.
    """

    low: int
    high: int | None
    stories: int
    documents: int


@dataclass(frozen=True, slots=True)
class HostFigures:
    """A host.

    Attributes:
        host: Its name; an empty text for documents without one.
        documents: Its usable documents.
        duplicates: Those that are removed.
        kept_elsewhere: Those of them whose canonical is on another host.
    """

    host: str
    documents: int
    duplicates: int
    kept_elsewhere: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day of publication.

    Attributes:
        day: ISO 8601, cut to months or years where there are too many days; None where unknown.
        documents: Its usable documents.
        duplicates: Those that are removed.
    """

    day: str | None
    documents: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Who copies whom: documents of one source whose canonical is another's.

    Attributes:
        origin: An agency that the document or its canonical credits, else the canonical's host;
            a station's own name is no agency.
        host: The host of the removed document.
        documents: How many.
        is_agency: Whether ``origin`` is an agency.
    """

    origin: str
    host: str
    documents: int
    is_agency: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """Scores of pairs of two kinds, in bins of one width over [0, 1].

    Attributes:
        joined: Pairs of one story a bin.
        apart: Other pairs a bin.
        threshold: The threshold of the run; None without one.
    """

    joined: tuple[int, ...]
    apart: tuple[int, ...]
    threshold: float | None


@dataclass(frozen=True, slots=True)
class BandCurve:
    """How likely bands propose a pair, by similarity.

    Attributes:
        bands: Bands of a signature.
        rows: Values of a band.
        similarity: Points in [0, 1].
        probability: ``1 - (1 - s^rows)^bands`` at each.
        least: The least similarity at which the run takes a pair for a match.
        at_least: The probability there.
    """

    bands: int
    rows: int
    similarity: tuple[float, ...]
    probability: tuple[float, ...]
    least: float
    at_least: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A story or a pair to look at.

    Attributes:
        story: Number of the story in the index; None for a host.
        left: Number of a document in the index, or None.
        right: Number of another one, or None.
        host: A host, or None.
        value: What it is ordered by: a score, a size, a share.
        detail: In words, what is to be doubted.
    """

    story: int | None
    left: int | None
    right: int | None
    host: str | None
    value: float
    detail: str


@dataclass(frozen=True, slots=True)
class DoubtList:
    """What to doubt first, of one kind.

    Attributes:
        name: ``weakest``, ``largest``, ``hosts``, ``mean`` or ``same_host``.
        title: A heading.
        explanation: Why these are to be doubted, and what to do, in a sentence or two.
        doubts: The first ones.
        count: How many there are in all.
    """

    name: str
    title: str
    explanation: str
    doubts: tuple[Doubt, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Index:
    """The documents of a report, a column each; a place in the columns is a document's number.

    Attributes:
        ids: Their ids.
        titles: Their headlines; an empty text for none.
        hosts: Number of the host of each in ``host_names``.
        host_names: The hosts.
        days: ISO 8601 date of each; an empty text where unknown.
        status: Number in ``status_names``.
        status_names: ``canonical`` and so on; ``earlier canonical`` and ``earlier duplicate`` are
            documents of earlier dumps in stories of this one, which no other figure counts.
        relation: Number in ``relation_names``; -1 for none, and for earlier documents.
        relation_names: ``exact`` and so on.
        score: Score of the relation in hundredths; -1 likewise.
        story: Number of the story in ``story_ids``; -1 for none. The canonical of a story is its
            only document with the status ``canonical`` or ``earlier canonical``.
        story_ids: Ids of the stories.
        reason: Number in ``reason_names``: of a rejected document, else -1.
        reason_names: Reasons of rejections.
        left_out: Documents of the run that are not listed here: the last unique ones, where that is
            not enough also rejected ones and whole stories.
        agencies: Number in ``agency_names`` of the agency of a removed document, as in ``Flow``;
            -1 for none. Empty where no document has one.
        agency_names: The agencies.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    hosts: tuple[int, ...]
    host_names: tuple[str, ...]
    days: tuple[str, ...]
    status: tuple[int, ...]
    status_names: tuple[str, ...]
    relation: tuple[int, ...]
    relation_names: tuple[str, ...]
    score: tuple[int, ...]
    story: tuple[int, ...]
    story_ids: tuple[str, ...]
    reason: tuple[int, ...]
    reason_names: tuple[str, ...]
    left_out: int
    agencies: tuple[int, ...] = ()
    agency_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two documents of a story sentence by sentence, as ``dedup explain`` shows them.

    Attributes:
        left: Number of the one in the index: the canonical, or one end of a weakest link.
        right: Number of the other.
        html: The table of aligned sentences, escaped, from a template.
    """

    left: int
    right: int
    html: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a report shows.

    Attributes:
        name: Name of the output folder, without the folders above it.
        dump: Name of the dump.
        version: The version that made the run.
        level: ``copies`` or ``stories``.
        counts: ``inputs``, ``canonical``, ``duplicate``, ``unique``, ``rejected``.
        settings: Options of the run that decide, in words: name and value.
        rejections: By reason, the most first.
        sizes: Stories by size.
        relations: Removed documents by relation.
        hosts: The hosts with most documents.
        hosts_in_all: How many there are.
        days: By day.
        flows: The largest, agencies first.
        flows_in_all: How many there are.
        story_scores: Pairs of tellings by score; None at the level of copies.
        copy_scores: Compared pairs of texts by Jaccard similarity.
        curve: The bands that propose copies.
        doubts: What to doubt first.
        index: The documents.
        pairs: Pairs with their texts, the most doubted first, as many as the page has room for.
        pairs_left_out: Pairs of stories without their texts here.
        tuning: What judged pairs say; None without.
    """

    name: str
    dump: str
    version: str
    level: str
    counts: dict[str, int]
    settings: tuple[tuple[str, str], ...]
    rejections: tuple[Count, ...]
    sizes: tuple[SizeClass, ...]
    relations: tuple[Count, ...]
    hosts: tuple[HostFigures, ...]
    hosts_in_all: int
    days: tuple[DayFigures, ...]
    flows: tuple[Flow, ...]
    flows_in_all: int
    story_scores: Histogram | None
    copy_scores: Histogram
    curve: BandCurve
    doubts: tuple[DoubtList, ...]
    index: Index
    pairs: tuple[ComparedPair, ...]
    pairs_left_out: int
    tuning: Tuning | None

"""The charts of a report: their numbers, what these mean, and the lists behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dedup.report.list_address import INPUTS, KEPT, UNKNOWN, list_address
from dedup.report.report_data import (
    Count,
    Flow,
    Histogram,
    HostFigures,
    Index,
    ReportData,
    SizeClass,
)

MOST_FLOWS = 30
"""Flows that the chart draws; its table has all of the data."""

MOST_HOSTS = 20
"""Hosts that the chart draws; its table has all of the data."""

_COPIES, _REWRITES = ("exact", "near"), ("derived", "rewrite")  # whose scores are of that kind


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a chart's table: a bar, a flow, a point of a curve.

    Attributes:
        label: What it is of.
        values: A number a series; None where there is none.
        addresses: The list behind each value, or None.
    """

    label: str
    values: tuple[float | None, ...]
    addresses: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        name: Its name in the page: ``charts.js`` draws it as ``kind`` says.
        kind: ``bars`` (across), ``columns``, ``histogram``, ``flows``, ``curve`` or ``intervals``.
        title: Its heading.
        explanation: How to read it, in a sentence or two.
        summary: What it shows, in a sentence: its alternative as a text.
        headings: Of the labels, then of each series.
        rows: Its numbers.
        more: What else the script is to know.
    """

    name: str
    kind: str
    title: str
    explanation: str
    summary: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    more: dict[str, Any] = field(default_factory=dict)

    def island(self) -> dict[str, Any]:
        """Return what the script draws."""
        return {
            "kind": self.kind,
            "headings": self.headings,
            "rows": [(each.label, each.values, each.addresses) for each in self.rows],
            **self.more,
        }


def charts_of(data: ReportData) -> dict[str, Chart]:
    """Return the charts of a report by name; those without numbers have no rows."""
    charts = [
        _funnel(data),
        _rejections(data.rejections),
        _sizes(data.sizes),
        _relations(data.relations),
        _hosts(data.hosts, data.hosts_in_all),
        _days(data),
        _flows(data.flows, data.flows_in_all, frozenset(data.index.agency_names)),
        _copy_scores(data.copy_scores, data.index),
        _curve(data),
    ]
    if data.story_scores is not None:
        charts.append(_story_scores(data.story_scores, data.index))
    return {each.name: each for each in charts}


def _funnel(data: ReportData) -> Chart:
    """Return the way from inputs to survivors."""
    counts = data.counts
    kept = counts["canonical"] + counts["unique"]
    usable = kept + counts["duplicate"]
    rejected, duplicates = counts["rejected"], counts["duplicate"]
    usable_ones = list_address(status="canonical,duplicate,unique")
    of_rejected, of_duplicates = (list_address(status=each) for each in ("rejected", "duplicate"))
    rows = (
        Row("Inputs", (counts["inputs"], 0, 0), (list_address(status=INPUTS), None, None)),
        Row("Usable", (usable, rejected, 0), (usable_ones, of_rejected, None)),
        Row("Survivors", (kept, 0, duplicates), (list_address(status=KEPT), None, of_duplicates)),
    )
    return Chart(
        "funnel",
        "bars",
        "From inputs to survivors",
        "Each bar is what the one above it leaves, and what is taken off there.",
        f"{_inputs(counts['inputs'])}, {usable:,} usable, {kept:,} survive.",
        ("Stage", "Left", "Rejected", "Removed as duplicates"),
        rows,
        {"colors": ["kept", "rejected", "removed"], "labelled": True},
    )


def _inputs(count: int) -> str:
    """Return how many inputs there are."""
    return f"{count:,} {'input' if count == 1 else 'inputs'}"


def _counted(
    name: str, title: str, explanation: str, counts: Sequence[Count], what: str, color: str
) -> Chart:
    """Return bars of one series, each of which leads to the documents with that name."""
    rows = tuple(
        Row(each.name, (each.count,), (list_address(**{name: each.name}),)) for each in counts
    )
    listed = ", ".join(f"{each.name} {each.count:,}" for each in counts[:5])
    more = {"colors": [color]}
    headings = (name.capitalize(), what)
    return Chart(f"{name}s", "bars", title, explanation, listed, headings, rows, more)


def _rejections(counts: Sequence[Count]) -> Chart:
    """Return rejected inputs by reason."""
    explanation = (
        "Inputs without an article that can be compared. None of them is removed for another."
    )
    return _counted(
        "reason", "Rejected inputs by reason", explanation, counts, "Inputs", "rejected"
    )


def _relations(counts: Sequence[Count]) -> Chart:
    """Return removed documents by relation."""
    explanation = "What each removed document is to its canonical."
    return _counted(
        "relation", "Duplicates by relation", explanation, counts, "Duplicates", "removed"
    )


def _sizes(sizes: Sequence[SizeClass]) -> Chart:
    """Return stories by size."""
    rows = []
    most = max((each.low for each in sizes if each.stories), default=0)
    for each in sizes:
        if each.low > most:  # no story is so large
            break
        high = "" if each.high is None else str(each.high)
        address = list_address(size=f"{each.low}-{high}")
        label = _range(each.low, each.high)
        rows.append(Row(label, (each.stories, each.documents), (None, address)))
    stories = sum(each.stories for each in sizes)
    return Chart(
        "sizes",
        "columns",
        "Stories by size",
        "How many documents a story has. A column leads to the documents of its stories.",
        f"{stories:,} stories with {sum(each.documents for each in sizes):,} documents.",
        ("Documents of a story", "Stories", "Documents in them"),
        tuple(rows),
        {"colors": ["kept"], "series": 1, "clicks": 1},
    )


def _range(low: int, high: int | None) -> str:
    """Return a range of sizes in words."""
    if high is None:
        return f"{low:,}+"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _hosts(hosts: Sequence[HostFigures], in_all: int) -> Chart:
    """Return the hosts with most documents: what stays of them, and what does not."""
    rows = []
    for each in hosts:
        of_host = {"host": each.host}
        here = each.duplicates - each.kept_elsewhere
        rows.append(
            Row(
                each.host or "(no host)",
                (each.documents - each.duplicates, here, each.kept_elsewhere),
                (
                    list_address(**of_host, status=KEPT),
                    list_address(**of_host, status="duplicate", kept="here"),
                    list_address(**of_host, status="duplicate", kept="elsewhere"),
                ),
            )
        )
    shown = _part(min(len(hosts), MOST_HOSTS), len(hosts), in_all, "hosts")
    return Chart(
        "hosts",
        "bars",
        "Duplicates by host",
        f"The usable documents of each host, by where their canonical is.{shown}",
        "; ".join(
            f"{each.host or 'no host'}: {each.duplicates:,} of {each.documents:,} removed"
            for each in hosts[:5]
        ),
        ("Host", "Kept", "Removed, canonical on the same host", "Removed, canonical elsewhere"),
        tuple(rows) if any(each.host for each in hosts) else (),
        {"colors": ["kept", "rejected", "removed"], "most": MOST_HOSTS},
    )


def _part(drawn: int, listed: int, in_all: int, what: str) -> str:
    """Return a sentence that says how many of all are drawn, and how many the table has."""
    if drawn == in_all:
        return ""
    table = "" if drawn == listed else f"; the table has {listed:,}"
    return f" The chart has the {drawn:,} largest of {in_all:,} {what}{table}."


def _days(data: ReportData) -> Chart:
    """Return documents by day: kept and removed."""
    rows = []
    for each in data.days:
        of_day = {"day": UNKNOWN if each.day is None else each.day}
        rows.append(
            Row(
                each.day or "no date",
                (each.documents - each.duplicates, each.duplicates),
                (
                    list_address(**of_day, status=KEPT),
                    list_address(**of_day, status="duplicate"),
                ),
            )
        )
    dated = [each.day for each in data.days if each.day is not None]
    unknown = sum(each.documents for each in data.days if each.day is None)
    unit = {4: "year", 7: "month"}.get(len(dated[0]) if dated else 10, "day")
    without = f" {unknown:,} without a date are in the table only." if unknown else ""
    summary = f"{len(dated):,} {unit}s, {dated[0]} to {dated[-1]}." if dated else ""
    return Chart(
        "days",
        "columns",
        f"Duplicates by {unit}",
        f"Usable documents by {unit} of publication.{without}",
        summary,
        (unit.capitalize(), "Kept", "Removed"),
        tuple(rows) if dated else (),
        {"colors": ["kept", "removed"], "left_out": "no date"},
    )


def _flows(flows: Sequence[Flow], in_all: int, agencies: frozenset[str]) -> Chart:
    """Return who copies whom."""
    rows = []
    for each in flows:
        origin = {"agency" if each.is_agency else "from": each.origin}
        known = origin if not each.is_agency or each.origin in agencies else {}
        address = list_address(**known, host=each.host, status="duplicate")
        label = f"{each.origin or '(no host)'} → {each.host or '(no host)'}"
        rows.append(Row(label, (each.documents,), (address,)))
    shown = _part(min(len(flows), MOST_FLOWS), len(flows), in_all, "flows")
    ends = [
        (each.origin or "(no host)", each.host or "(no host)", each.is_agency)
        for each in flows[:MOST_FLOWS]
    ]
    return Chart(
        "flows",
        "flows",
        "Who copies whom",
        "From the origin on the left, an agency or the host of the canonical, to the host of the "
        f"removed documents on the right. Agencies are at the top.{shown}",
        "; ".join(f"{row.label}: {row.values[0]:,}" for row in rows[:5]),
        ("Flow", "Removed documents"),
        tuple(rows),
        {"ends": ends},
    )


def _story_scores(scores: Histogram, index: Index) -> Chart:
    """Return pairs of tellings by candidate score."""
    return _histogram(
        "story-scores",
        "Candidate scores of pairs of tellings",
        "Pairs that were proposed, by the score of their whole texts. The threshold is one of "
        "means: pairs above it that are apart, and pairs below it that are joined, are so by their "
        "dates and by the other tellings around them.",
        scores,
        _scored(index, _REWRITES, len(scores.joined)),
        _REWRITES,
    )


def _copy_scores(scores: Histogram, index: Index) -> Chart:
    """Return pairs of texts by similarity."""
    return _histogram(
        "copy-scores",
        "Jaccard similarity of compared texts",
        "Pairs that the bands proposed. A pair below the threshold can still be a copy when one "
        "text contains the other.",
        scores,
        _scored(index, _COPIES, len(scores.joined)),
        _COPIES,
    )


def _scored(index: Index, relations: Sequence[str], bins: int) -> list[int]:
    """Return how many removed documents of some relations have a score in each bin."""
    wanted = {place for place, name in enumerate(index.relation_names) if name in relations}
    counts = [0] * bins
    for relation, score in zip(index.relation, index.score, strict=True):
        if relation in wanted and score >= 0:
            counts[min(score * bins // 100, bins - 1)] += 1
    return counts


def _histogram(
    name: str,
    title: str,
    explanation: str,
    scores: Histogram,
    documents: Sequence[int],
    relations: Sequence[str],
) -> Chart:
    """Return scores of pairs, of one story and of two, with the documents that have them."""
    bins = len(scores.joined) if any(scores.joined) or any(scores.apart) else 0
    rows = []
    for number in range(bins):
        # The ends of the list are whole hundredths, both of them in it.
        low, high = -(-100 * number // bins), -(-100 * (number + 1) // bins)
        last = 100 if number == bins - 1 else high - 1
        address = list_address(
            relation=",".join(relations), score=f"{low / 100:.2f}-{last / 100:.2f}"
        )
        behind = documents[number]
        values = (scores.joined[number], scores.apart[number], behind)
        label = f"{number / bins:.2f} to {(number + 1) / bins:.2f}"
        rows.append(Row(label, values, (None, None, address if behind else None)))
    threshold = scores.threshold
    words = "" if threshold is None else f" The line is the threshold, {threshold:g}."
    leads = " A column leads to the removed documents whose own score lies in it."
    return Chart(
        name,
        "histogram",
        title,
        f"{explanation}{words}{leads}",
        f"{sum(scores.joined):,} pairs joined, {sum(scores.apart):,} apart.",
        ("Score", "Pairs of one story", "Other pairs", "Removed documents"),
        tuple(rows),
        {"colors": ["removed", "rejected"], "threshold": threshold, "series": 2, "clicks": 2},
    )


def _curve(data: ReportData) -> Chart:
    """Return how likely the bands find a pair."""
    curve = data.curve
    points = zip(curve.similarity, curve.probability, strict=True)
    return Chart(
        "curve",
        "curve",
        "What the bands can find",
        f"{curve.bands} bands of {curve.rows} values propose two texts with this probability, by "
        "their Jaccard similarity.",
        f"At similarity {curve.least:g}, the least that counts as a match, a pair is proposed "
        f"with probability {curve.at_least:.3f}.",
        ("Similarity", "Probability"),
        tuple(
            Row(f"{each:.2f}", (round(probability, 4),), (None,)) for each, probability in points
        ),
        {"least": curve.least, "at_least": round(curve.at_least, 4), "x": list(curve.similarity)},
    )


def days_in_words(days: float) -> str:
    """Return a number of days.

    >>> days_in_words(1.0), days_in_words(2.5)
    ('1 day', '2.5 days')
    """
    return f"{days:g} {'day' if days == 1 else 'days'}"

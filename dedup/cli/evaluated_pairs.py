"""What `dedup evaluate` prints on gold pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dedup.cli.evaluated_stories import document_line
from dedup.models import count_of

_COLUMNS = (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))


def pair_report(report: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a report on gold pairs: the measures, the worst mistakes."""
    pairs = report["pairs"]
    yield from _counts(report)
    yield ""
    yield from _table(pairs)
    yield ""
    is_weighted = pairs["population"] is not None
    yield from _articles_lost(report["articles_lost"], is_weighted=is_weighted)
    yield from _mistakes("joined pairs judged different", report["merges"])
    yield from _mistakes("pairs apart judged the same", report["splits"])


def _counts(report: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on how many pairs there are, and on what the figures hold for."""
    pairs = report["pairs"]
    yield (
        f"{count_of(pairs['judged'], 'judged pair')}: {pairs['same']:,} one story, "
        f"{pairs['judged'] - pairs['same']:,} different; {pairs['joined']:,} joined in OUT"
    )
    others = (
        ("skipped", "skipped"),
        ("unanswered", "not judged yet"),
        ("without_decision", "not in OUT: left out"),
        ("rejected", "with a document that OUT rejected: apart"),
    )
    for field, name in others:
        if count := report[field]:
            yield f"{count:,} {name}"
    if pairs["population"] is None:
        yield "the figures hold for these pairs only: not each was drawn from a stratum"
    else:
        yield (
            f"the figures are estimates for the {count_of(pairs['population'], 'pair')} of "
            "documents in the parts of the run from which they were drawn; parts without an answer "
            "are not in them"
        )


def _table(pairs: dict[str, Any]) -> Iterator[str]:
    """Yield the table of measures, with their intervals if there are any."""
    yield f"{'':8}" + "".join(f"{heading:>11}" for heading, _ in _COLUMNS)
    yield f"{'all':8}" + "".join(f"{pairs[field]:11.3f}" for _, field in _COLUMNS)
    for end, percent in enumerate(("2.5 %", "97.5 %") if "intervals" in pairs else ()):
        values = "".join(f"{pairs['intervals'][field][end]:11.3f}" for _, field in _COLUMNS)
        yield f"{percent:8}{values}"


def _articles_lost(lost: dict[str, Any], *, is_weighted: bool) -> Iterator[str]:
    """Yield the lines on removed documents that their canonical does not tell."""
    if lost["count"] is None:
        yield "lost: not known, for no decision has a status"
        return
    line = (
        "lost, removed documents that tell another story than their canonical: "
        f"{lost['count']:,} of {lost['removed']:,} judged"
    )
    if lost["count"]:
        weighted = "weighted, " if is_weighted else ""
        line += f" ({weighted}{100 * lost['share_of_removed']:.1f} % of the removed)"
        line += ", if no other kept document tells them"
    yield from _listed(line, lost["worst"])


def _mistakes(name: str, mistakes: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on the worst mistakes of one kind."""
    yield ""
    yield from _listed(f"{name}: {mistakes['count']:,}", mistakes["worst"])


def _listed(line: str, worst: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line, and the documents of some pairs below it."""
    yield line + (f"; the first {len(worst):,}:" if worst else "")
    for each in worst:
        yield "  no score" if each["score"] is None else f"  score {each['score']:.3f}"
        yield from map(document_line, each["documents"])

"""What `dedup evaluate` prints on gold stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dedup.errors import printable

# Columns of the table of scores: heading, field of the scores.
_COLUMNS = (
    ("pair P", "pair_precision"), ("R", "pair_recall"), ("F1", "pair_f1"),
    ("B3 P", "b3_precision"), ("R", "b3_recall"), ("F1", "b3_f1"), ("ARI", "adjusted_rand"),
    ("exact", "exact_stories"),
)  # fmt: skip

_LOST = ("removed", "count")

# What a screen has room for; --json prints everything.
_PARTS_LISTED = 8
_DOCUMENTS_LISTED = 4
_TITLE_LENGTH = 80
_EXAMPLES = 3


def story_report(report: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a report on gold stories: the table of scores, the worst mistakes."""
    lost = report["articles_lost"]
    yield from _table({**report["sets"], "all": report["all"]}, {**lost["sets"], "all": lost})
    for field, name in (("without_decision", "no decision"), ("rejected", "rejected")):
        if ids := report[field]:
            some = ", ".join(map(printable, ids[:_EXAMPLES])) + (", ..." if ids[_EXAMPLES:] else "")
            yield f"{name}: {len(ids):,} of GOLD, each a story of its own: {some}"
    yield from _articles_lost(lost)
    yield from _mistakes("false merges", "story_id", "story", "gold stories", report["merges"])
    yield from _mistakes("splits", "story", "story_id", "stories of OUT", report["splits"])


def _table(rows: Mapping[str, dict[str, Any]], lost: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the table of scores, and how many documents were removed and lost."""
    names = {name: _shortened(name, 24) for name in rows}
    width = max(6, *map(len, names.values()))
    headings = "".join(f"{heading:>8}" for heading, _ in _COLUMNS)
    yield f"{'set':{width}}{'n':>8}{'stories':>9}{headings}{'removed':>9}{'lost':>6}"
    for name, row in rows.items():
        values = "".join(f"{row[field]:8.3f}" for _, field in _COLUMNS)
        removed, gone = ("-" if lost[name][each] is None else lost[name][each] for each in _LOST)
        yield f"{names[name]:{width}}{row['n']:8d}{row['stories']:9d}{values}{removed:>9}{gone:>6}"
        for end, percent in enumerate(("2.5 %", "97.5 %") if "intervals" in row else ()):
            values = "".join(f"{row['intervals'][field][end]:8.3f}" for _, field in _COLUMNS)
            yield f"{'':{width}}{percent:>17}{values}"


def _articles_lost(lost: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on removed documents that no kept document tells."""
    yield ""
    if lost["count"] is None:
        yield "articles lost: not known, for no decision has a status"
        return
    line = f"articles lost: {lost['count']:,} of {lost['removed']:,} removed"
    if lost["count"]:
        shares = (100 * lost[f"share_of_{whole}"] for whole in ("removed", "all"))
        line += " ({:.1f} %), {:.1f} % of all".format(*shares)
    if lost["unknown"]:
        line += f"; not known of {lost['unknown']:,}, whose canonical is not in GOLD"
    worst = lost["worst"]
    yield line + (f"; the first {len(worst):,}:" if worst else "")
    for each in worst:
        yield f"{document_line(each)}  gold story {printable(str(each['story']))}"


def _mistakes(
    name: str, label: str, part: str, parts: str, mistakes: dict[str, Any]
) -> Iterator[str]:
    """Yield the lines on the worst false merges or splits.

    Args:
        name: What the mistakes are.
        label: Field of a mistake that names it.
        part: Field of a part of a mistake that names it.
        parts: What the parts are.
        mistakes: Their count, and the worst of them.
    """
    worst = mistakes["worst"]
    yield ""
    yield f"{name}: {mistakes['count']:,}" + (f"; the largest {len(worst):,}:" if worst else "")
    for mistake in worst:
        yield (
            f"  {printable(str(mistake[label]))}: {mistake['documents']:,} documents in "
            f"{len(mistake['parts']):,} {parts}, wrong pairs: {mistake['wrong_pairs']:,}"
        )
        named = [each for each in mistake["parts"] if each[part] is not None]
        for each in named[:_PARTS_LISTED]:
            yield from _part(printable(str(each[part])), each["documents"])
        yield from _more(named, _PARTS_LISTED, "    ")
        alone = [each["documents"][0] for each in mistake["parts"] if each[part] is None]
        if alone:
            yield from _part("alone", alone)


def _part(name: str, documents: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines on one part of a mistake."""
    yield f"    {name}: {len(documents):,}"
    yield from map(document_line, documents[:_DOCUMENTS_LISTED])
    yield from _more(documents, _DOCUMENTS_LISTED, "      ")


def _more(items: Sequence[Any], listed: int, indent: str) -> Iterator[str]:
    """Yield a line on how many were left out, if any were."""
    if len(items) > listed:
        yield f"{indent}... and {len(items) - listed:,} more"


def document_line(document: dict[str, Any]) -> str:
    """Return the line on one document."""
    line = f"      {printable(document['id'])}"
    if document["title"] != document["id"]:
        line += f"  {_shortened(document['title'], _TITLE_LENGTH)}"
    if document["relation"] is not None:
        score = document["score"]
        shown = f" {score:.3f}" if isinstance(score, int | float) else ""
        canonical = printable(str(document["canonical_id"]))
        line += f"  [{printable(str(document['relation']))}{shown} of {canonical}]"
    return line


def _shortened(text: str, length: int) -> str:
    """Return a text on one line, cut where it is longer than that."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= length else line[: length - 3] + "..."

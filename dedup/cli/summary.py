"""What the commands print for a person: the summaries of runs and the report of an evaluation."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dedup.errors import printable
from dedup.models import CleanReport, DateReport, RunReport, counted

# Large stories, and hosts with many duplicates, listed one by one; the manifest has more.
_WARNINGS_LISTED = 5
_LONGEST_NAME = 200

# Columns of the table of scores: heading, field of the scores.
_COLUMNS = (
    ("pair P", "pair_precision"), ("R", "pair_recall"), ("F1", "pair_f1"),
    ("B3 P", "b3_precision"), ("R", "b3_recall"), ("F1", "b3_f1"), ("ARI", "adjusted_rand"),
)  # fmt: skip

_LOST = ("removed", "count")

# What a screen has room for; --json prints everything.
_PARTS_LISTED = 8
_DOCUMENTS_LISTED = 4
_TITLE_LENGTH = 80
_EXAMPLES = 3


def run_summary(report: RunReport, out: Path) -> str:
    """Return the results of a run in a few lines."""
    counts = report.counts
    kept = counts["canonical"] + counts["unique"]
    seconds = sum(report.manifest["timings"].values())
    lines = ["finished before; the results were written again"] if report.again else []
    lines += [
        f"{counts['inputs']:,} inputs in {seconds:.1f} s: {kept:,} stay "
        f"({counts['unique']:,} unique, {counts['canonical']:,} canonical), "
        f"{counts['duplicate']:,} are duplicates, {counts['rejected']:,} rejected",
    ]
    changes = {
        "with another canonical" if change == "canonical" else change: count
        for change, count in report.manifest["store"]["changes"].items()
    }
    for name, numbers in (
        ("duplicates", report.relations),
        ("rejected", report.reasons),
        ("passed over", report.passed_over),
        ("earlier stories", changes),
    ):
        if numbers:
            lines.append(f"{name}: {counted(numbers)}")
    lines += _dates(report.dates)
    lines += _warnings(report.manifest["warnings"], shlex.quote(str(out)))
    lines.append(f"results: {out}")
    return "\n".join(lines)


def run_facts(report: RunReport, out: Path) -> dict[str, Any]:
    """Return the same as a machine reads it."""
    manifest = report.manifest
    return {
        "counts": {**report.counts, "stories": report.stories},
        "seconds": round(sum(manifest["timings"].values()), 3),
        "duplicates_by_relation": report.relations,
        "rejected_by_reason": report.reasons,
        "passed_over": report.passed_over,
        "dates": asdict(report.dates),
        "changes": manifest["store"]["changes"],
        "warnings": manifest["warnings"],
        "exit_code": report.return_code,
        "results": str(out),
    }


def clean_facts(report: CleanReport) -> dict[str, Any]:
    """Return what :func:`clean_summary` says as a machine reads it."""
    return {
        "counts": report.counts,
        "rejected_by_reason": report.reasons,
        "passed_over": report.passed_over,
        "dates": asdict(report.dates),
        "exit_code": 0 if report.failure is None else 1,
    }


def fail(report: RunReport | CleanReport, advice: str) -> None:
    """End the command with 1 and a sentence where a finished run failed.

    Args:
        report: What was done.
        advice: What a person can do to see the rejected inputs.
    """
    if report.failure is not None:
        behind = f"; {advice}" if report.counts["rejected"] else ""
        raise click.ClickException(f"{report.failure}{behind}")


def clean_summary(report: CleanReport) -> str:
    """Return the results of cleaning in a few lines."""
    inputs, cleaned, rejected = (report.counts[name] for name in ("inputs", "cleaned", "rejected"))
    lines = [f"{inputs:,} inputs: {cleaned:,} cleaned, {rejected:,} rejected"]
    for name, numbers in (("rejected", report.reasons), ("passed over", report.passed_over)):
        if numbers:
            lines.append(f"{name}: {counted(numbers)}")
    return "\n".join([*lines, *_dates(report.dates)])


def _dates(dates: DateReport) -> Iterator[str]:
    """Yield a line on the dates that are missing, unreadable or guessed, if there are any."""
    counts = {"missing": dates.missing, "unreadable": dates.unreadable, "guessed": dates.guessed}
    if not any(counts.values()):
        return
    line = f"dates: {counted({name: count for name, count in counts.items() if count})}"
    if dates.unreadable_id is not None and dates.unreadable_date is not None:
        date, doc_id = _name(dates.unreadable_date), _name(dates.unreadable_id)
        line += f"; the first unreadable one: {date} ({doc_id})"
    yield line


def _warnings(warnings: dict[str, Any], out: str) -> Iterator[str]:
    """Yield a line for each of the largest stories, and of the hosts with most duplicates.

    Args:
        warnings: Those of the manifest.
        out: The output folder, as a shell takes it.
    """
    stories, hosts = warnings["stories"][:_WARNINGS_LISTED], warnings["hosts"][:_WARNINGS_LISTED]
    yield from map(_large_story, stories)
    if stories:
        yield f"read one: dedup show {out} {stories[0]['story_id']}"
    for each in hosts:
        yield (
            f"host {_name(each['host'])}: {each['duplicates']:,} of {each['documents']:,} "
            f"documents are duplicates: {counted(each['relations'])}"
        )
    if hosts:
        host = shlex.quote(_name(hosts[0]["host"]))
        yield f"list them: dedup show {out} --host {host} --status duplicate"
    more_stories = warnings["stories_in_all"] - len(stories)
    more_hosts = warnings["hosts_in_all"] - len(hosts)
    if more_stories or more_hosts:
        more = f"{more_stories:,} more large stories, {more_hosts:,} more such hosts"
        yield f"{more}: see manifest.json"


def _large_story(story: dict[str, Any]) -> str:
    """Return the line on one large story; the threshold joins rewrites only, no copies."""
    line = f"story {story['story_id']}: {story['size']:,} documents"
    if story["outlets"]:
        line += f" of {story['outlets']:,} outlet{'s' if story['outlets'] > 1 else ''}"
    if weakest := story["weakest"]:
        left, right = (_name(weakest[end]) for end in ("left", "right"))
        line += f"; weakest link: {left} and {right} at {weakest['score']:.2f}"
    return line + ("; a higher --threshold joins fewer rewrites" if story["rewrites"] else "")


def _name(name: str) -> str:
    """Return a name for a line, cut where it is too long."""
    return printable(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}...")


def evaluation_report(report: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the report of an evaluation: the table of scores, the worst mistakes."""
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
        yield f"{_document(each)}  gold story {printable(str(each['story']))}"


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
    yield from map(_document, documents[:_DOCUMENTS_LISTED])
    yield from _more(documents, _DOCUMENTS_LISTED, "      ")


def _more(items: Sequence[Any], listed: int, indent: str) -> Iterator[str]:
    """Yield a line on how many were left out, if any were."""
    if len(items) > listed:
        yield f"{indent}... and {len(items) - listed:,} more"


def _document(document: dict[str, Any]) -> str:
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

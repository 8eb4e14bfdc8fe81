"""What the commands print for a person: the summaries of runs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dedup.errors import printable
from dedup.locations import Location
from dedup.models import CleanReport, DateReport, RunReport, counted
from dedup.run.run_settings import STORE_NAME

# Large stories, and hosts with many duplicates, listed one by one; the manifest has more.
_WARNINGS_LISTED = 5
_LONGEST_NAME = 200


def run_summary(report: RunReport, out: Path | Location) -> str:
    """Return the results of a run in a few lines."""
    counts = report.counts
    kept = counts["canonical"] + counts["unique"]
    seconds = sum(report.manifest["timings"].values())
    engine = report.manifest.get("engine")
    again = "the results were written again" if engine is None else "its results are as they were"
    lines = [f"finished before; {again}"] if report.again else []
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
    if engine is not None:
        lines.append(_engine(engine))
    lines += _warnings(report.manifest["warnings"], out, is_on_engine=engine is not None)
    lines.append(f"results: {out}")
    return "\n".join(lines)


def _engine(engine: dict[str, Any]) -> str:
    """Return the line on the engine of a run."""
    stages = engine["stages"]
    tasks = sum(stage["tasks"] for stage in stages)
    where = f" at {engine['remote']}" if engine["remote"] else ""
    return (
        f"{engine['name']} {engine['version']}{where}: {tasks:,} tasks in {len(stages):,} stages, "
        f"{engine['core_hours']:,.2f} core-hours, {engine['shuffled_bytes'] / 1e6:,.1f} MB shuffled"
    )


def run_facts(report: RunReport, out: Path | Location) -> dict[str, Any]:
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


def _warnings(
    warnings: dict[str, Any], out: Path | Location, *, is_on_engine: bool
) -> Iterator[str]:
    """Yield a line for each of the largest stories, and of the hosts with most duplicates.

    Args:
        warnings: Those of the manifest.
        out: The output folder.
        is_on_engine: Whether an engine left the tables of a store in place of the store.
    """
    stories, hosts = warnings["stories"][:_WARNINGS_LISTED], warnings["hosts"][:_WARNINGS_LISTED]
    shown = shlex.quote(str(out))
    if is_on_engine and (stories or hosts):
        store, shown = _store_to_make(out)
        if store is not None:
            yield f"before dedup show: dedup store {store} --from {shlex.quote(str(out))}"
    yield from map(_large_story, stories)
    if stories:
        yield f"read one: dedup show {shown} {stories[0]['story_id']}"
    for each in hosts:
        yield (
            f"host {_name(each['host'])}: {each['duplicates']:,} of {each['documents']:,} "
            f"documents are duplicates: {counted(each['relations'])}"
        )
    if hosts:
        host = shlex.quote(_name(hosts[0]["host"]))
        yield f"list them: dedup show {shown} --host {host} --status duplicate"
    more_stories = warnings["stories_in_all"] - len(stories)
    more_hosts = warnings["hosts_in_all"] - len(hosts)
    if more_stories or more_hosts:
        more = f"{more_stories:,} more large stories, {more_hosts:,} more such hosts"
        yield f"{more}: see manifest.json"


def _store_to_make(out: Path | Location) -> tuple[str | None, str]:
    """Return the store to make of the tables of an engine, and what then shows it, for a shell.

    There is none to make where it is there; for an address it is made on this machine.
    """
    if isinstance(out, Location) and not out.is_local:
        name = shlex.quote(f"{out.name or 'dump'}.sqlite")
        return name, name
    store = Path(str(out)) / STORE_NAME
    shown = shlex.quote(str(out))
    return (None if store.exists() else shlex.quote(str(store))), shown


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

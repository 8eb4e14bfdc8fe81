"""The last lines of a run, for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dedup.errors import printable
from dedup.models import RunReport

# Large stories, and hosts with many duplicates, listed one by one; the manifest has more.
LISTED = 5

LONGEST_NAME = 200


def run_summary(report: RunReport, out: Path) -> str:
    """Return what a run came to, in a few lines."""
    counts = report.counts
    kept = counts["canonical"] + counts["unique"]
    seconds = sum(report.manifest["timings"].values())
    lines = [
        f"{counts['inputs']:,} inputs in {seconds:.1f} s: {kept:,} stay "
        f"({counts['unique']:,} unique, {counts['canonical']:,} canonical), "
        f"{counts['duplicate']:,} are duplicates, {counts['rejected']:,} rejected",
    ]
    if report.relations:
        lines.append("duplicates: " + _listed(report.relations))
    if report.reasons:
        lines.append("rejected: " + _listed(report.reasons))
    if report.passed_over:
        lines.append("passed over: " + _listed(report.passed_over))
    if changes := report.manifest["store"]["changes"]:
        lines.append("earlier stories: " + _listed(_worded(changes)))
    lines += _warnings(report.manifest["warnings"])
    lines.append(f"results: {out}")
    return "\n".join(lines)


def clean_summary(counts: dict[str, int], reasons: dict[str, int]) -> str:
    """Return what cleaning came to, in a line or two."""
    inputs, cleaned, rejected = (counts[name] for name in ("inputs", "cleaned", "rejected"))
    lines = [f"{inputs:,} inputs: {cleaned:,} cleaned, {rejected:,} rejected"]
    if reasons:
        lines.append("rejected: " + _listed(reasons))
    return "\n".join(lines)


def _worded(changes: dict[str, int]) -> dict[str, int]:
    """Return counts of changes, each named by what happened."""
    words = {"canonical": "with another canonical"}
    return {words.get(kind, kind): count for kind, count in changes.items()}


def _warnings(found: dict[str, Any]) -> list[str]:
    """Return a line for each of the largest stories, and of the hosts with most duplicates."""
    lines = [_large_story(story) for story in found["stories"][:LISTED]]
    lines += [
        f"host {printable(_cut(each['host']))}: {each['lost']:,} of {each['documents']:,} "
        f"documents are duplicates: {_listed(each['relations'])}"
        for each in found["hosts"][:LISTED]
    ]
    stories, hosts = (
        found[f"{kind}_in_all"] - min(LISTED, len(found[kind])) for kind in ("stories", "hosts")
    )
    if stories or hosts:
        lines.append(
            f"{stories:,} more large stories, {hosts:,} more such hosts: see manifest.json"
        )
    return lines


def _large_story(story: dict[str, Any]) -> str:
    """Return what to say of one large story; the threshold joins rewrites only, no copies."""
    line = f"story {story['story_id']}: {story['size']:,} documents"
    if story["outlets"]:
        line += f" of {story['outlets']:,} outlet{'s' if story['outlets'] > 1 else ''}"
    if weakest := story["weakest"]:
        left, right = (printable(_cut(weakest[end])) for end in ("left", "right"))
        line += f"; weakest link: {left} and {right} at {weakest['score']:.2f}"
    return line + ("; a higher --threshold joins fewer rewrites" if story["rewrites"] else "")


def _cut(name: str) -> str:
    """Return the beginning of a name that is too long for a line."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def _listed(counts: dict[str, int]) -> str:
    """Return counts as words, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in ordered)

"""The last lines of a run, for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dedup.models import RunReport

# Large stories, and hosts that lose many documents, told one by one; the manifest has more.
TOLD = 5

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
    lines += _large(report.manifest["blast_radius"])
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


def _large(radius: dict[str, Any]) -> list[str]:
    """Return what a person should look at: the largest stories, the hosts that lose most."""
    lines = [_large_story(story) for story in radius["stories"][:TOLD]]
    lines += [
        f"host {_name(each['host'])} loses {each['lost']:,} of {each['documents']:,} documents; "
        "if it is no mirror, look at their relations"
        for each in radius["hosts"][:TOLD]
    ]
    stories, hosts = (
        radius[f"{kind}_in_all"] - min(TOLD, len(radius[kind])) for kind in ("stories", "hosts")
    )
    if stories or hosts:
        lines.append(f"and {stories:,} more stories, {hosts:,} more hosts: see manifest.json")
    return lines


def _large_story(story: dict[str, Any]) -> str:
    """Return what to say of one large story; the threshold joins rewrites only, no copies."""
    line = f"story {story['story_id']} holds {story['size']:,} documents"
    if story["outlets"]:
        line += f" of {story['outlets']:,} outlet{'s' if story['outlets'] > 1 else ''}"
    if weakest := story["weakest"]:
        left, right = _name(weakest["left"]), _name(weakest["right"])
        line += f"; weakest link: {left} and {right} at {weakest['score']:.2f}"
    return f"{line}; look at it" + (", or raise --threshold" if story["rewrites"] else "")


def _name(name: str) -> str:
    """Return a stranger's name fit for a terminal: short, on one line, without control codes."""
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown
    )


def _listed(counts: dict[str, int]) -> str:
    """Return counts as words, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in ordered)

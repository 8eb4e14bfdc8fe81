"""The last lines of a run, for a person."""

from __future__ import annotations

from pathlib import Path

from dedup.models import RunReport


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
    lines.append(f"results: {out}")
    return "\n".join(lines)


def clean_summary(counts: dict[str, int], reasons: dict[str, int]) -> str:
    """Return what cleaning came to, in a line or two."""
    inputs, cleaned, rejected = (counts[name] for name in ("inputs", "cleaned", "rejected"))
    lines = [f"{inputs:,} inputs: {cleaned:,} cleaned, {rejected:,} rejected"]
    if reasons:
        lines.append("rejected: " + _listed(reasons))
    return "\n".join(lines)


def _listed(counts: dict[str, int]) -> str:
    """Return counts as words, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in ordered)

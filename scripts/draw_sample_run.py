"""Draw where the inputs of a run end: the picture in the README, from the decisions of a run.

dedup run samples/dump -o out
python scripts/draw_sample_run.py out/decisions.jsonl docs/figures/sample-run.svg
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

COPIES = ("exact", "near", "abridged", "expanded", "update")
"""Relations found in the stage of copies; the others are found in the stage of rewrites."""

WIDTH, HEIGHT = 900, 450
LEFT, TOP, STEP = 36, 96, 200
FLOW = 224.0
"""Height of the band of all inputs."""
TURN = 16
"""Inner radius of a band that leaves the flow."""
A_LINE = 2
"""Kinds on one line of a label."""
FLOOR = TOP + FLOW + 30
"""Where a band that leaves the flow ends."""

FLOWING, KEPT, ALONE = "#9fc5d1", "#1f6f83", "#5a9fb0"
REJECTED, COPIED, REWRITTEN = "#b9b4ab", "#e2a23b", "#c2674f"
INK, PALE = "#1d2b30", "#5c6b70"
FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\""


def draw(decisions: Sequence[dict[str, Any]]) -> str:
    """Return the picture as SVG.

    Args:
        decisions: The lines of ``decisions.jsonl``.
    """
    status = Counter(each["status"] for each in decisions)
    reasons = Counter(each["reason"] for each in decisions if each["status"] == "rejected")
    relations = Counter(each["relation"] for each in decisions if each["relation"])
    copies = Counter({name: relations[name] for name in COPIES if relations[name]})
    rewrites = relations - copies
    kept = status["canonical"] + status["unique"]
    after_copies = kept + rewrites.total()
    cleaned = after_copies + copies.total()
    unit = FLOW / len(decisions)
    stages = (
        ("Read and clean", "inputs", len(decisions), "rejected", reasons, REJECTED),
        ("Match copies", "clean texts", cleaned, "copies", copies, COPIED),
        ("Match rewrites", "different texts", after_copies, "rewrites", rewrites, REWRITTEN),
    )
    parts: list[str] = []
    for number, (title, what, count, gone, kinds, colour) in enumerate(stages):
        x = LEFT + number * STEP
        parts += _heading(x, title, f"{count} {what}")
        parts.append(_rect(x, TOP, STEP + 1, (count - kinds.total()) * unit, FLOWING))
        parts += _leaving(x, count * unit, kinds.total() * unit, colour)
        parts += _label(x + 4, f"{kinds.total()} {gone}", kinds)
    parts += _survivors(LEFT + len(stages) * STEP, kept, status, unit)
    return "\n".join((*_frame(len(decisions), kept), *parts, "</svg>", ""))


def _frame(inputs: int, kept: int) -> Iterator[str]:
    """Yield the start of the picture."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" {FONT}>'
    )
    yield f"<title>A run on the sample dump: {inputs} inputs, {kept} survivors</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#ffffff"/>'


def _heading(x: float, title: str, count: str) -> Iterator[str]:
    """Yield the name of a stage and what enters it."""
    yield _text(x, 46, title, 20, INK, weight=600)
    yield _text(x, 72, count, 18, PALE)


def _leaving(x: float, height: float, width: float, colour: str) -> Iterator[str]:
    """Yield the band that leaves the lower edge of the flow in one stage, and turns down."""
    top, bottom = TOP + height - width, TOP + height
    outer, turned = TURN + width, bottom + TURN
    yield (
        f'<path fill="{colour}" d="M{x:.1f} {top:.1f} h40 '
        f"a{outer:.1f} {outer:.1f} 0 0 1 {outer:.1f} {outer:.1f} V{FLOOR:.1f} "
        f"h{-width:.1f} V{turned:.1f} a{TURN} {TURN} 0 0 0 -{TURN} -{TURN} "
        f'h-40 z"/>'
    )


def _label(x: float, title: str, kinds: Counter[str]) -> Iterator[str]:
    """Yield what left the flow, under its band."""
    yield _text(x, FLOOR + 26, title, 18, INK, weight=600)
    words = [
        f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda kv: (-kv[1], kv[0]))
    ]
    for number, start in enumerate(range(0, len(words), A_LINE)):
        line = ", ".join(words[start : start + A_LINE])
        yield _text(x, FLOOR + 48 + 20 * number, line, 16, PALE)


def _survivors(x: float, kept: int, status: Counter[str], unit: float) -> Iterator[str]:
    """Yield the documents that stay."""
    yield from _heading(x, "Elect and write", f"{kept} survivors")
    top = float(TOP)
    for name, meaning, colour in (
        ("canonical", "one for each story", KEPT),
        ("unique", "in no story", ALONE),
    ):
        height = status[name] * unit
        yield _rect(x, top, 56, height, colour)
        yield _text(x + 68, top + height / 2, f"{status[name]} {name}", 18, INK, weight=600)
        yield _text(x + 68, top + height / 2 + 21, meaning, 16, PALE)
        top += height


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def _text(x: float, y: float, text: str, size: int, colour: str, weight: int = 400) -> str:
    """Return a line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}">{text}</text>'
    )


def main() -> None:
    """Read decisions, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("decisions", type=Path, help="decisions.jsonl of a run")
    parser.add_argument("output", type=Path, help="the SVG file")
    options = parser.parse_args()
    lines = options.decisions.read_text("utf-8").splitlines()
    options.output.write_text(draw([json.loads(line) for line in lines]), "utf-8")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Draw the plan of a run from the plan itself, as it runs on the sample dump.

    python scripts/draw_plan.py docs/figures

Writes a picture for each module of the plan: a row for each verb, in the order of the plan, and a
line for each table from the verb that makes it to those that read it. Lines are dashed for tables
that are shared with all processes. The verbs stand below the name of the function of the plan that
has them. A table that is collected goes to the process that runs the plan.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from dedup.config import Config
from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.recording import RecordingEngine, Step
from dedup.pipeline.run_plan import run_plan
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.places import read_inputs
from dedup.store import Store

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "dump"

PLANS = {
    "plan_documents": "From inputs to documents",
    "plan_copies": "From documents to stories of copies",
    "plan_rewrites": "From representatives to stories of rewrites",
}
"""The modules of the plan, and what their pictures are called."""

WIDTH, ROW, LANE = 900, 26, 15
LEFT, TOP = 24, 64
INK, PALE, KEPT, GROUND = "#1d2b30", "#5c6b70", "#1f6f83", "#ffffff"
LINES = ("#1f6f83", "#c2674f", "#e2a23b", "#5a7d3a", "#7a5c99", "#4f86c2", "#a3475f", "#6b6b47")
"""Colours of lines by lane."""
FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\""
COLUMNS = 4
"""Columns that are named of a table that no stage made."""


@dataclass(slots=True)
class Place:
    """Where a step is drawn.

    Attributes:
        row: Its row.
        lane: The lane of its line.
        last: The last row that reads it.
    """

    row: int
    lane: int
    last: int


def recorded(samples: Path = SAMPLES) -> list[Step]:
    """Return the steps of a run on a dump."""
    config = Config(workers=1)
    engine = RecordingEngine(InMemoryEngine())
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.sqlite") as store:
        records = read_inputs([samples], config, Tally())
        run_plan(engine, records, None, store, config, NullProgress())
    return engine.steps


def draw(steps: Sequence[Step], plan: str) -> str:
    """Return the picture of one module of a plan as SVG.

    Args:
        steps: All steps of a run.
        plan: Name of the module.
    """
    own = [number for number, step in enumerate(steps) if step.plan == plan]
    from_others = sorted({each for n in own for each in _sources(steps[n])} - set(own))
    rows: list[int | str] = ["tables of other parts", *from_others] if from_others else []
    part = ""
    for number in own:
        if steps[number].part != part:
            part = steps[number].part
            rows.append(part.strip("_").replace("_", " "))
        rows.append(number)
    sources = {number: _sources(steps[number]) for number in own}
    places = _places(sources, rows)
    text = LEFT + LANE * (2 + max(place.lane for place in places.values()))
    lines = [line for number in own for line in _curves(steps[number], number, places)]
    marks = [line for number in places for line in _step(steps[number], places[number], text, plan)]
    for row, name in enumerate(rows):
        if isinstance(name, str):
            marks.append(_text(text, _y(row) + 5, name, INK, "font-weight='600'"))
    height = _y(len(rows)) + 8
    return "\n".join((*_frame(PLANS.get(plan, plan), height), *lines, *marks, "</svg>", ""))


def _sources(step: Step) -> tuple[int, ...]:
    """Return the steps whose tables a step is given."""
    return tuple(dict.fromkeys((*step.reads, *step.shared)))


def _places(sources: Mapping[int, Sequence[int]], rows: Sequence[int | str]) -> dict[int, Place]:
    """Return where steps are drawn: each in the first lane that is free down to its last reader."""
    row_of = {number: row for row, number in enumerate(rows) if isinstance(number, int)}
    last = dict(row_of)
    for number, row in row_of.items():
        for source in sources.get(number, ()):
            last[source] = row
    places: dict[int, Place] = {}
    ends: list[int] = []  # the last row of each lane that is taken
    for number, row in row_of.items():
        lane = next((lane for lane, end in enumerate(ends) if end < row), len(ends))
        ends[lane : lane + 1] = [last[number]]
        places[number] = Place(row, lane, last[number])
    return places


def _curves(step: Step, number: int, places: Mapping[int, Place]) -> Iterator[str]:
    """Yield the lines from the tables that a step is given."""
    own = places[number]
    x, y = _x(own.lane), _y(own.row)
    for source in _sources(step):
        place = places[source]
        dashes = ' stroke-dasharray="3 3"' if source not in step.reads else ""
        yield (
            f'<path fill="none" stroke="{LINES[place.lane % len(LINES)]}" stroke-width="2"{dashes} '
            f'd="M{_x(place.lane)} {_y(place.row)} V{y - ROW // 2} '
            f'Q{_x(place.lane)} {y} {x} {y}"/>'
        )


def _step(step: Step, place: Place, text: int, plan: str) -> Iterator[str]:
    """Yield the mark of a step, and what is written beside it."""
    x, y = _x(place.lane), _y(place.row)
    colour = LINES[place.lane % len(LINES)]
    if step.verb == "exchange":
        yield f'<path fill="{colour}" d="M{x - 7} {y} l7 -7 l7 7 l-7 7 z"/>'
    else:
        fill = colour if step.kept else GROUND
        yield f'<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
    name = step.stage or _listed(step.columns)
    where = f"{step.module}.py" if step.module else ""
    if step.plan != plan:
        name, where = step.kept or name, f"of {step.plan}.py"
    yield _text(text, y + 5, step.verb, PALE)
    yield _text(text + 78, y + 5, name, INK)
    yield _text(text + 330, y + 5, where, PALE)
    notes = [f"kept: {step.kept}"] if step.kept and step.plan == plan else []
    notes += ["collected"] if step.is_collected and step.plan == plan else []
    if notes:
        yield _text(WIDTH - 16, y + 5, ", ".join(notes), KEPT, "text-anchor='end'")


def _listed(columns: Sequence[str]) -> str:
    """Return the names of the first columns."""
    return ", ".join(columns[:COLUMNS]) + (", ..." if len(columns) > COLUMNS else "")


def _frame(title: str, height: int) -> Iterator[str]:
    """Yield the start of a picture."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" font-size="14" {FONT}>'
    )
    yield f"<title>{escape(title)}</title>"
    yield f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{GROUND}"/>'
    yield _text(LEFT - 6, 36, title, INK, "font-weight='600' font-size='18'")


def _text(x: int, y: int, text: str, colour: str, more: str = "") -> str:
    """Return a line of text."""
    return f'<text x="{x}" y="{y}" fill="{colour}" {more}>{escape(text)}</text>'


def _x(lane: int) -> int:
    """Return the place of a lane."""
    return LEFT + LANE * lane


def _y(row: int) -> int:
    """Return the place of a row."""
    return TOP + ROW * row


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the pictures are written")
    folder = parser.parse_args().folder
    steps = recorded()
    for plan in PLANS:
        name = plan.replace("_", "-")
        (folder / f"{name}.svg").write_text(draw(steps, plan), "utf-8")


if __name__ == "__main__":
    main()

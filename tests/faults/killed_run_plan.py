"""A dump through the plan on the engine of one machine, as a process: SOURCE FOLDER WORKERS."""

from __future__ import annotations

import sys
from pathlib import Path

from dedup.config import Config
from dedup.engines.local import LocalEngine
from dedup.json_codec import dump_json
from dedup.pipeline import TEXT_PRELOAD
from dedup.pipeline.run_plan import run_plan
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.places import read_inputs
from dedup.store import Store
from dedup.write import decision_lines, story_lines, survivor_lines


def main() -> None:
    """Run the plan, or go on with it, and write its results."""
    source, folder, workers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    config = Config(workers=workers)
    engine = LocalEngine(
        folder / "tables", workers=workers, plan_digest="plan", preload=TEXT_PRELOAD,
        partition_bytes=100_000, start_bytes=100_000,
    )  # fmt: skip
    with Store(folder / "store.sqlite") as store:
        with engine:
            run_plan(engine, read_inputs([source], config, Tally()), None, store, config,
                     NullProgress())  # fmt: skip
        lines = [
            *decision_lines(store.results.decisions()),
            *story_lines(store.results.described_stories()),
            *survivor_lines(store.results.survivors()),
        ]
    texts = (line if isinstance(line, bytes) else dump_json(line) for line in lines)
    (folder / "out").write_bytes(b"\n".join(texts))


if __name__ == "__main__":
    main()

"""What a run on an engine leaves, made of one of the command: tables in place of the store."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from dedup import config_digest
from dedup.config import Config
from dedup.engines.in_memory import InMemoryEngine
from dedup.locations import Location
from dedup.pipeline.earlier_dumps import NoEarlierDumps
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.plan import final_stories, plan_dump
from dedup.pipeline.store_folder import write_store_tables
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.places import read_inputs
from dedup.run.run_settings import config_of, manifest_in
from dedup.scorer_file import scorer_file
from dedup.write.table_files import STORE_LIST


def as_on_an_engine(run: Path, inputs: list[Path], out: Path, engine=None, parts: int = 3) -> Path:
    """Write what a run on an engine would leave.

    Args:
        run: The output folder of ``dedup run``.
        inputs: What it read.
        out: A new folder.
        engine: The engine; one of this process with four partitions by default.
        parts: How many parts the inputs are read in.

    Returns:
        The new folder.
    """
    config = config_of(manifest_in(run))
    shutil.copytree(run, out, ignore=shutil.ignore_patterns("store.sqlite*"))
    for table in ("survivors", "decisions", "stories", "rejected"):
        split_in_parts(out / f"{table}.jsonl", parts)
    write_tables(out, inputs, config, engine or InMemoryEngine(4), parts)
    return out


def split_in_parts(table: Path, parts: int) -> None:
    """Write a table as files whose concatenation it is."""
    lines = table.read_bytes().splitlines(keepends=True)
    for part in range(parts):
        here = lines[part * len(lines) // parts : (part + 1) * len(lines) // parts]
        table.with_name(f"{table.stem}-{part:05}.jsonl").write_bytes(b"".join(here))
    table.unlink()


def _given(records, tally):
    """Inputs that were read already: nothing more is counted."""
    return iter(records)


def write_tables(out: Path, inputs: list[Path], config: Config, engine, parts: int) -> None:
    """Write the tables of the store."""
    records = list(read_inputs(inputs, config, Tally()))
    size = max(1, -(-len(records) // parts))
    ranges = [records[start : start + size] for start in range(0, len(records), size)] or [[]]
    inputs_of_parts = [
        InputPart(number, partial(_given, part), None) for number, part in enumerate(ranges)
    ]
    planned = plan_dump(engine, inputs_of_parts, NoEarlierDumps(), config, NullProgress())
    written = write_store_tables(
        engine, planned, final_stories(engine, planned), Location.of(out / ".tables"),
        options=config_digest.digest(config), basis=config_digest.basis(config),
        scorer=scorer_file(None).names,
    )  # fmt: skip
    for file, name in written.last_names().items():
        file.move(Location.of(out / "store") / name)
    (out / "store" / STORE_LIST).write_bytes(written.listing())
    shutil.rmtree(out / ".tables")

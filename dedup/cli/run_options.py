"""The options of `dedup run` that no other command has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dedup.cli.engine_options import ENGINE_OPTIONS, Place
from dedup.cli.options import DEFAULT, RenamedOption
from dedup.cli.sizes import Size
from dedup.config import COMPRESSIONS, FORMATS, LEVELS

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "-o",
        "--output",
        "out",
        type=Place(),
        help="Folder for the results; with --engine also an address such as s3://bucket/out. "
        "Required, except with --dry-run.",
    ),
    click.option(
        "--level",
        type=click.Choice(LEVELS),
        default=DEFAULT.level,
        help="What counts as one story. copies: the same text, whole, shortened, extended or "
        "updated. stories: also the same story partly or wholly in other words (derived, "
        "rewrite).",
    ),
    click.option(
        "--threshold",
        type=float,
        default=DEFAULT.story.threshold,
        metavar="FLOAT",
        help="Lowest mean score, a probability, at which tellings become one story under --level "
        "stories, from 0.1 to 0.99; few tellings need more. Raise it to join fewer look-alikes; "
        "lower it to find more rewrites.",
    ),
    click.option(
        "--window",
        type=float,
        default=DEFAULT.story.window_days,
        metavar="DAYS",
        help="Most days between two tellings of one story under --level stories. Raise it to find "
        "later tellings; lower it to separate later reports of one affair. "
        "An unknown date is within the window of every date.",
    ),
    click.option(
        "--scorer",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="JSON file of another scorer of pairs of tellings, as scripts/train_scorer.py writes "
        "it, for --level stories. Without it the scorer that comes with dedup is used.",
    ),
    click.option(
        "--canonical",
        multiple=True,
        metavar="RULES",
        help="Rules that decide first which document of a story is the canonical, separated by "
        "commas: agency, declared, complete, handed-on, earliest, latest, longest, cleanest, "
        "shortest-url, id, field:NAME:asc, field:NAME:desc. The default rules break ties.",
    ),
    click.option(
        "--warn-story-size",
        "--report-size",
        cls=RenamedOption,
        type=int,
        default=DEFAULT.cluster.warn_story_size,
        metavar="N",
        help="Warn at the end about stories with at least N documents. Lower it for more warnings. "
        "It changes no decision.",
    ),
    click.option(
        "--warn-host-share",
        "--report-share",
        cls=RenamedOption,
        type=float,
        default=DEFAULT.cluster.warn_host_share,
        metavar="SHARE",
        help="Warn at the end about hosts with "
        f"{DEFAULT.cluster.warn_host_documents} documents or more of which at least this share are "
        "duplicates, from 0 to 1. Lower it for more warnings. It changes no decision.",
    ),
    click.option(
        "--format",
        "table_format",
        type=click.Choice(FORMATS),
        default=FORMATS[0],
        help="Format of all tables.",
    ),
    click.option(
        "--survivors",
        type=click.Choice(["-"]),
        help="Write the survivors to stdout as JSON lines, not to OUT; with --engine to OUT, too.",
    ),
    click.option(
        "--annotate",
        type=Place(is_file=True),
        metavar="FILE",
        help="Write all documents to FILE, too, with the decision on each beside its fields: "
        "nothing is removed. The name says the format: .jsonl, .jsonl.gz, .jsonl.zst or .parquet. "
        "With --engine it is in parts, all-00000.jsonl and so on of all.jsonl, and may be an "
        "address.",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the run to FILE at the end, too, as one page to look at, as dedup report does.",
    ),
    click.option(
        "--compress",
        type=click.Choice(COMPRESSIONS),
        help="Compress the JSON lines in OUT, as in survivors.jsonl.zst.",
    ),
    click.option(
        "--shard-size",
        type=Size(),
        metavar="SIZE",
        help="Split the survivors, and the FILE of --annotate, into files of at most SIZE, as in "
        "256MB or 1GiB, counted before compression: survivors-00000.jsonl and so on. A larger "
        "document has a file of its own.",
    ),
    click.option(
        "--store",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="File that holds earlier dumps, made where there is none. The documents of this dump "
        "are matched against earlier ones within the --window, and earlier stories keep their "
        "ids. OUT lists the documents of this dump; changes.jsonl lists the changes of earlier "
        "stories.",
    ),
    click.option(
        "--dump",
        metavar="NAME",
        help="Name of this dump in the --store. The same name and inputs again write the same "
        "results again; the last dump can be replaced with --overwrite. Without it the manifest "
        "in OUT names the dump; a new one gets the name of the folder OUT.",
    ),
    click.option(
        "--against",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Match the documents against earlier dumps as with --store FILE, and remember "
        "nothing: FILE is only read, and OUT gets no store.",
    ),
    click.option(
        "--expire",
        type=float,
        default=DEFAULT.expire,
        show_default=False,
        metavar="DAYS",
        help="Delete documents from the --store that are older than this dump's by DAYS and in no "
        "younger story; at least the --window. Without it the store keeps everything.",
    ),
    click.option(
        "--resume",
        is_flag=True,
        help="Continue the run that was stopped in OUT. One that was never begun is begun, and one "
        "that was finished writes its results again.",
    ),
    click.option(
        "--overwrite",
        is_flag=True,
        help="Replace the run in OUT. Its results stay until the new ones are whole.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="List the files that would be read, and do nothing."
    ),
    *ENGINE_OPTIONS,
)


def run_options(command: Command) -> Command:
    """Give the command its options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

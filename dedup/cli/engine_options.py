"""The options of a run on an engine, and those that do not go with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from dedup.errors import OutputError
from dedup.locations import Location, is_address

ENGINES = ("spark", "sail")


class Place(click.Path):
    """A folder or a file: a path, or an address such as ``s3://bucket/folder``."""

    def __init__(self, *, is_file: bool = False) -> None:
        """Take no file for a folder, and no folder for a file."""
        super().__init__(path_type=Path, file_okay=is_file, dir_okay=not is_file)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path, or the location of an address."""
        if isinstance(value, str) and is_address(value):
            return Location(value)
        return value if isinstance(value, Location) else super().convert(value, param, ctx)


ENGINE_OPTIONS = (
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        help="Run on an engine, for dumps that one machine does not hold; the results are the "
        "same. spark: a cluster, or Spark on this machine, which needs Java. sail: the same "
        "without Java. Inputs and OUT may be addresses such as s3://bucket/folder.",
    ),
    click.option(
        "--remote",
        metavar="URL",
        help="Where the engine is: sc://host:15002, or a master of Spark such as local[4] or "
        "spark://host:7077. Without it the engine runs on this machine, on all cores.",
    ),
    click.option(
        "--work",
        type=Place(),
        metavar="URI",
        help="Folder for temporary tables that this process and all machines of the engine share: "
        "a path or an address. Without it they are in OUT. They need some times the size of the "
        "input and are removed at the end.",
    ),
    click.option(
        "--partitions",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help="Parts in which the engine brings documents together. Without it there are as many as "
        "the bytes ask for; give more where tasks run out of memory. It changes no result.",
    ),
)

_WITHOUT = "Run without --engine"

_REFUSED = {
    "store": "--store is not for a run on an engine: it adds no dump to a store. "
    f"{_WITHOUT}, or give the inputs of all dumps to one run",
    "against": "--against is not for a run on an engine: it reads no store. "
    f"{_WITHOUT}, or give the inputs of all dumps to one run",
    "dump": f"--dump names a dump in a --store, and a run on an engine has none. {_WITHOUT}",
    "expire": f"--expire is for a --store, and a run on an engine has none. {_WITHOUT}",
}
"""Options that do not go with ``--engine``, and what to do."""

_ENGINE_ONLY = ("remote", "work", "partitions")


def refuse_with_engine(ctx: click.Context) -> None:
    """Refuse options that do not go with ``--engine``, or only with it.

    Raises:
        click.UsageError: One was given.
    """
    if ctx.params["engine"] is None:
        for name in _ENGINE_ONLY:
            if ctx.params[name] is not None:
                raise click.UsageError(
                    f"--{name} is for a run on an engine: add --engine spark or --engine sail, or "
                    f"leave --{name} out"
                )
        return
    for name, sentence in _REFUSED.items():
        if ctx.params[name]:
            raise click.UsageError(sentence)
    if ctx.get_parameter_source("workers") is ParameterSource.COMMANDLINE:
        message = "--workers is for a run on one machine: leave it out"
        if ctx.params["engine"] == "spark":
            message += ", or choose the cores of Spark on this machine with --remote 'local[4]'"
        raise click.UsageError(message)


def local_place(place: Path | Location) -> Path:
    """Return the place of results of a run on one machine.

    Raises:
        OutputError: It is an address.
    """
    if isinstance(place, Location):
        raise OutputError(
            f"{place} is an address: results are written to this machine, give a path, or run on "
            "an engine with --engine spark or --engine sail"
        )
    return place


def engine_options(options: dict[str, Any]) -> dict[str, Any]:
    """Take the values of these options, by name, from those of all options."""
    return {name: options.pop(name) for name in ("engine", *_ENGINE_ONLY)}

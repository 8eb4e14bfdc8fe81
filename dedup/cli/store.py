"""`dedup store`: the dumps of a store, and what can be done to the whole of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.settings import SettingsCommand
from dedup.errors import OutputError, printable

if TYPE_CHECKING:
    from dedup.store import Dump, Store

_COUNTS = ("inputs", "canonical", "duplicate", "unique", "rejected")


@click.command(
    cls=SettingsCommand,
    short_help="List, check or compact the dumps of a store, or remove the last.",
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "made_from",
    metavar="OUT",
    help="Make FILE, the store of a run on an engine, of the tables that it left in OUT, a folder "
    "or an address.",
)
@click.option(
    "--remove-last",
    is_flag=True,
    help="Remove the last dump as a whole, finished or not. Earlier stories are again what they "
    "were before it.",
)
@click.option("--check", is_flag=True, help="Read the whole file; exit with 1 if it is damaged.")
@click.option(
    "--compact",
    is_flag=True,
    help="Give the space of deleted documents back to the disk. That needs as much room again "
    "while it works.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the dumps as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing on stderr but errors.")
def store(
    path: Path,
    made_from: str | None,
    remove_last: bool,
    check: bool,
    compact: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """List the dumps of the store FILE, the one of --store or the store.sqlite of any OUT.

    \b
    Examples:
      dedup store news.sqlite
      dedup store news.sqlite --json
      dedup store news.sqlite --remove-last
      dedup store out/store.sqlite --check
      dedup store out/store.sqlite --from out

    A run with --engine leaves its store as tables; --from makes FILE of them, which the other
    commands need. A store of an earlier version is migrated when it is opened. Exit code 0: done;
    1: the store or a table is damaged, in use, or cannot do what is asked; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    from dedup.pipeline.remove_dump import remove_last_dump  # numpy: --help must not wait for it
    from dedup.store import ANOTHER, Store

    def say(message: str) -> None:
        if not quiet:
            click.echo(message, err=True)

    if made_from is not None:
        make_of_tables(path, made_from, quiet=quiet)
        say(f"made {path}")
    _refuse_no_file(path)
    if not path.stat().st_size:
        raise OutputError(f"{path} is empty: no store; name another file", path=path)
    with Store(path, ANOTHER) as opened:
        if check:
            opened.verify(whole=True)
            say(f"{path} is whole: every row is what was written")
        if remove_last:
            removed = _last_to_remove(opened)
            remove_last_dump(opened)
            say(f"removed dump {removed.number}, {printable(removed.name)}")
        if compact:
            opened.compact()
        dumps = [_described(opened, dump) for dump in opened.dumps.all()]
    if compact:
        say(f"{path} has {path.stat().st_size:,} bytes now")
    if as_json:
        click.echo(json.dumps({"dumps": dumps}, indent=2))
    elif not (made_from or check or remove_last or compact):
        click.echo(_table(dumps))


def make_of_tables(path: Path, out: str, *, quiet: bool) -> None:
    """Make a store of the tables of a run on an engine, with progress.

    Args:
        path: The file to make.
        out: The output folder of the run: a path, or an address.
        quiet: Whether there is no progress.

    Raises:
        OutputError: See :func:`dedup.run.make_store.make_store`.
    """
    from dedup.cli.log import logged
    from dedup.cli.stop import stoppable
    from dedup.run.make_store import make_store

    with logged(quiet=quiet, verbose=False) as shown, stoppable(shown) as progress:
        make_store(out, path, progress)


def _refuse_no_file(path: Path) -> None:
    """Refuse what is no file.

    Raises:
        OutputError: It is still to be made.
        UsageError: It is a folder, or not there.
    """
    from dedup.run.run_settings import STORE_NAME, refuse_tables_only

    refuse_tables_only(path / STORE_NAME if path.is_dir() else path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise click.UsageError(f"{printable(str(path))} {what}; name the file of a store")


def _last_to_remove(opened: Store) -> Dump:
    """Return the last dump.

    Raises:
        OutputError: There is none, or it cannot be removed.
    """
    last = opened.dumps.last
    if last is None:
        raise OutputError(f"the store {opened.path} has no dump to remove", path=opened.path)
    if (why := opened.dumps.why_final()) is not None:
        message = f"the dump {last.name} of the store {opened.path} cannot be removed: {why}"
        raise OutputError(message, path=opened.path)
    return last


def _described(opened: Store, dump: Dump) -> dict[str, Any]:
    """Return what is listed of a dump, as JSON values."""
    manifest = opened.dumps.get("manifest", dump.number) or {}
    is_last = dump.end is None
    return {
        "number": dump.number,
        "name": dump.name,
        "date": None if dump.moment is None else _date(dump.moment),
        "counts": {name: manifest.get("counts", {}).get(name) for name in _COUNTS},
        "state": _state(opened, dump),
        "can_be_replaced": is_last and opened.dumps.why_final() is None,
    }


def _state(opened: Store, dump: Dump) -> str:
    """Return how far a dump got, and what is left of it."""
    if not dump.is_finished:
        return "not finished"
    return "expired" if opened.dumps.has_lost(dump) else "finished"


def _date(moment: float) -> str:
    """Return the day of a moment."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _table(dumps: list[dict[str, Any]]) -> str:
    """Return a line for each dump under a line of headings."""
    rows = [("number", "name", "date", *_COUNTS, "state", "can be replaced")]
    for dump in dumps:
        counts = ("-" if count is None else f"{count:,}" for count in dump["counts"].values())
        last = "yes" if dump["can_be_replaced"] else "no"
        name, date = printable(dump["name"]), dump["date"] or "unknown"
        rows.append((str(dump["number"]), name, date, *counts, dump["state"], last))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = (1, 2, len(rows[0]) - 2)
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )

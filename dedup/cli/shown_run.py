"""A run that is shown, that signals stop, and that says how it can be continued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from dedup.cli.log import logged
from dedup.cli.stop import stoppable
from dedup.errors import EngineStoppedError, FullDiskError
from dedup.progress import Progress


@contextmanager
def shown_run(*, overwrite: bool, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """Show a run, and say of one that did not come to its end how it can be continued.

    Args:
        overwrite: Whether it replaces an earlier run.
        quiet: See :func:`dedup.cli.log.logged`.
        verbose: Likewise.

    Raises:
        ClickException: The run was stopped, found the disk full, or lost its engine.
    """
    goes_on = "continue with the same command and --resume"
    if overwrite:
        goes_on += " in place of --overwrite; the earlier results stay until the new ones are whole"
    try:
        with logged(quiet=quiet, verbose=verbose) as shown, stoppable(shown) as progress:
            yield progress
    except KeyboardInterrupt:
        raise click.ClickException(f"stopped; {goes_on}") from None
    except FullDiskError as error:
        raise click.ClickException(f"{error} and {goes_on}") from error
    except EngineStoppedError as error:
        raise click.ClickException(f"{error}; {goes_on}") from error

"""The group of commands, and how their errors are reported."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from dedup.cli.clean import clean
from dedup.cli.closed_streams import STDOUT
from dedup.cli.diff import diff
from dedup.cli.evaluate import evaluate
from dedup.cli.explain import explain
from dedup.cli.installation import DISTRIBUTION
from dedup.cli.label import label
from dedup.cli.log import logs_json, note_format, say
from dedup.cli.regroup import regroup
from dedup.cli.report import report
from dedup.cli.run import run
from dedup.cli.show import show
from dedup.cli.store import store
from dedup.cli.tune import tune
from dedup.cli.warm import warm
from dedup.errors import ConfigError, DedupError
from dedup.version import __version__


class _Group(click.Group):
    """Turns the package's own errors into one line; any other is a bug and keeps its traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments before the command; --help and --version print something."""
        with _in_one_line():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where its log is for a machine, so is its error."""
        try:
            with _in_one_line():
                return super().invoke(ctx)
        except click.ClickException as error:
            if not logs_json():
                raise
            say("", "error", level="error", message=error.format_message())
            ctx.exit(error.exit_code)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command; its errors are for a machine even where its options are wrong."""
        note_format(ctx, args)
        return super().resolve_command(ctx, args)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn errors that a user can cause into those that click prints in one line."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException("stopped") from None
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    except DedupError as error:
        raise click.ClickException(str(error)) from error
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library in ("", "dedup"):
            raise
        message = f"the library {library} is missing; install it or {DISTRIBUTION} again"
        raise click.ClickException(message) from error
    except OSError as error:
        if (advice := _about_disk(error)) is None:
            raise
        raise click.ClickException(advice) from error


def _about_disk(error: OSError) -> str | None:
    """Return what to do about an error of a disk, None for another error.

    The writers of outputs report their own errors; libraries keep files elsewhere.
    """
    if error.filename == STDOUT:
        return f"stdout cannot be written: {error.strerror}"
    if "No usable temporary directory" in (error.strerror or ""):
        return "no folder for temporary files can be written; set TMPDIR to one that can"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "no space left for temporary files; free some, then use --resume"
    return None


_CONTEXT = {"help_option_names": ["-h", "--help"], "show_default": True}


@click.group(cls=_Group, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="dedup")
def main() -> None:
    """Keep one canonical version of every copied article in a scraped news dump.

    \b
    Examples:
      dedup run crawl/ -o out            a folder of pages
      dedup run news.jsonl.zst -o out    records with text or html
      dedup clean page.html              only remove the boilerplate

    Shell completion for bash; for zsh and fish, zsh_source and fish_source:

    \b
      eval "$(_DEDUP_COMPLETE=bash_source dedup)"
    """


for command in (
    run,
    clean,
    show,
    explain,
    report,
    label,
    regroup,
    diff,
    evaluate,
    tune,
    store,
    warm,
):
    main.add_command(command)

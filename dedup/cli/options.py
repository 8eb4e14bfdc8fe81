"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dedup.cli.log import log_option
from dedup.cli.settings import InputsArgument
from dedup.config import Config
from dedup.models import NONE_REJECTED, RejectionLimit, rejection_limit

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT = Config()


class RenamedOption(click.Option):
    """An option whose last name is an old one, which works for one release and is not shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the help without the old name."""
        shown, self.opts = self.opts, self.opts[:-1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = shown


_INPUTS = click.argument("inputs", cls=InputsArgument, nargs=-1, required=True, metavar="INPUT...")

_SHARED = (
    click.option(
        "--field",
        multiple=True,
        metavar="NAME=OWN",
        help="The records' own name for a standard field, as in --field text=body, or a path into "
        "nested objects, as in --field text=article.body. "
        "NAME is one of id, text, html, url, title, date, author, site, language, canonical_url. "
        "May be given several times.",
    ),
    click.option(
        "--include",
        multiple=True,
        metavar="GLOB",
        help="Read only files, and members of archives, that the glob matches, as in "
        "--include '*.html' or --include 'sport/**'. Without a slash it matches any component of "
        "the path below INPUT, with one the path from its beginning. May be given several times.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Do not read files, folders, or members of archives, that the glob matches; it goes "
        "before --include. May be given several times.",
    ),
    click.option(
        "--exclude-host",
        multiple=True,
        metavar="HOST",
        help="Reject documents of this host, and of hosts below it, as excluded-host; they do not "
        "count under --strict and --max-rejected. May be given several times.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        default=lambda: os.cpu_count() or 1,
        show_default="number of cores",
        help="Processes that read, clean and sign. It changes no result.",
    ),
    click.option(
        "--timeout",
        type=float,
        default=DEFAULT.clean.timeout,
        metavar="SECONDS",
        help="Longest time for one page; after that the page is rejected as timeout.",
    ),
    click.option(
        "--memory",
        type=int,
        default=DEFAULT.clean.memory_mb,
        metavar="MIB",
        help="Most memory for one worker; a page that needs more is rejected. 0 sets no limit.",
    ),
    click.option(
        "--max-bytes",
        type=int,
        default=DEFAULT.read.max_document_bytes,
        metavar="N",
        help="A page or record larger than this, unpacked, is rejected as too-large.",
    ),
    click.option(
        "--min-tokens",
        type=int,
        default=DEFAULT.clean.min_tokens,
        metavar="N",
        help="A cleaned text with fewer tokens is rejected as too-short.",
    ),
    click.option(
        "--agency",
        multiple=True,
        metavar="NAME",
        help="A wire agency beside those that are known, as it stands in datelines, bylines and "
        "credits. May be given several times.",
    ),
    click.option("--strict", is_flag=True, help="Exit with 1 when an input was rejected."),
    click.option(
        "--max-rejected",
        metavar="N|PERCENT",
        help="Exit with 1 when more inputs than this were rejected, as in --max-rejected 100 or "
        "--max-rejected 5%. The results are written all the same.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print no progress and no summary."),
    click.option("-v", "--verbose", is_flag=True, help="Also log what each stage does."),
    log_option,
)


def shared_options(command: Command) -> Command:
    """Give a command the INPUT argument and the options that every command has."""
    for option in reversed((_INPUTS, *_SHARED)):
        command = option(command)
    return command


def question_options(of: str = "the run") -> Callable[[Command], Command]:
    """Return what gives a command the options of all questions about a finished run.

    Args:
        of: Whose store ``--store`` names.
    """
    options = (
        click.option(
            "--store",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"The store of {of}, where it is not in OUT and not found.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print no notes on stderr."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def build_limit(*, strict: bool, max_rejected: str | None) -> RejectionLimit | None:
    """Return how many inputs may be rejected; ``--strict`` allows none.

    Raises:
        ConfigError: The value cannot be used.
    """
    limit = None if max_rejected is None else rejection_limit(max_rejected)
    return NONE_REJECTED if strict else limit


def load_for_pages(inputs: tuple[str, ...], config: Config) -> None:
    """Start the process that loads what pages need, where the first input is one.

    That takes longer than loading the rest of this program, which happens at the same time.

    Raises:
        InputError: An argument names nothing.
    """
    from dedup.read import begins_with_page  # fastwarc: --help must not wait for it

    if begins_with_page(inputs, config.read):
        from dedup.parallel.processes import worker_context
        from dedup.pipeline import PAGE_PRELOAD

        worker_context(PAGE_PRELOAD)

"""`dedup warm`: what the first run would have to compile and make, beforehand."""

from __future__ import annotations

import time

import click

from dedup.cache_folder import VARIABLE, CacheFolder, cache_folder
from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import log_option, logged, say
from dedup.cli.settings import SettingsCommand
from dedup.errors import OutputError, printable


@click.command(
    cls=SettingsCommand, short_help="Compile the code and make the word lists that runs need."
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    help="Make only the word list of this language, such as en. May be given several times. "
    "Without it the lists of all languages are made.",
)
@log_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def warm(languages: tuple[str, ...], quiet: bool) -> None:
    """Compile the code and make the word lists that runs need, and keep them for later runs.

    The first run does this otherwise, half a minute long. The folder is the one that the
    environment variable DEDUP_CACHE names, else $XDG_CACHE_HOME/dedup, else ~/.cache/dedup. A run
    takes from it what is there, also as a user who cannot write to it; it must not be writable by
    users other than its owner, for compiled code is executed.

    \b
    Examples:
      dedup warm
      dedup warm --language en --language de
      DEDUP_CACHE=/var/cache/dedup dedup warm          as root, for all users
    """
    if not quiet:
        warn_of_leftover()
    folder = _writable(cache_folder())
    from dedup.disk_cache import unsaved
    from dedup.warm_up import compile_kernels, listed_languages, make_word_lists  # everything

    listed = listed_languages()
    if unknown := sorted({*languages} - {*listed}):
        raise click.UsageError(
            f"--language {unknown[0]}: there is no such word list; there are {', '.join(listed)}"
        )
    wanted = languages or listed
    began = time.monotonic()
    with logged(quiet=quiet, verbose=False):
        compile_kernels()
        compiled = time.monotonic()
        make_word_lists(wanted)
    if unsaved:
        raise OutputError(f"not everything was kept: {printable(unsaved[0])}")
    if not quiet:
        seconds = round(compiled - began, 1), round(time.monotonic() - compiled, 1)
        say(
            f"compiled code ready after {seconds[0]} s, {len(wanted)} word lists after another "
            f"{seconds[1]} s\nkept in {printable(folder)}",
            "warm", compiled_seconds=seconds[0], listed_seconds=seconds[1], lists=len(wanted),
            folder=folder,
        )  # fmt: skip


def _writable(folder: CacheFolder) -> str:
    """Return the path of a folder that can be written.

    Raises:
        OutputError: There is none.
    """
    if not folder.writable:
        fault = folder.fault or f"{folder.path} cannot be written"
        raise OutputError(
            f"nothing can be kept: {printable(fault)}; set {VARIABLE} to a folder that only you "
            "can write"
        )
    return str(folder.path)

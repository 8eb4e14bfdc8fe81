"""What this package is installed as, and the other distribution that may own its files."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import click

from dedup.errors import printable

DISTRIBUTION = "dedup-news"

# An unrelated package on the public index, and what this one was called before its first release.
# Its metadata lies in `dedup-VERSION.dist-info`, ours in `dedup_news-VERSION.dist-info`.
_OTHER = "dedup"
_ENDINGS = (".dist-info", ".egg-info")


def warn_of_leftover() -> None:
    """Say on stderr that another distribution shares the folder or the command of this one."""
    found = find_leftover()
    if found:
        click.echo(
            f"Warning: the distribution {_OTHER} ({printable(str(found))}) shares files with "
            f"{DISTRIBUTION}, and removing it later would delete them: run `pip uninstall "
            f"{_OTHER} {DISTRIBUTION}`, then install {DISTRIBUTION} again",
            err=True,
        )


def find_leftover() -> Path | None:
    """Return the metadata of the other distribution, None where it is not installed.

    Only names of files are looked at: importlib.metadata takes 40 ms to import.
    """
    # The first is the folder of the script or the current one, in which a whole dump may lie.
    for folder in sys.path if sys.flags.safe_path else sys.path[1:]:
        with suppress(OSError):  # a folder that is not there, or an archive
            for path in Path(folder).iterdir():
                name = path.name.lower()
                if name.startswith(f"{_OTHER}-") and name.endswith(_ENDINGS):
                    return path
    return None

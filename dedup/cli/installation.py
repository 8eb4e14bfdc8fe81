"""The distribution of this package, and another one that may own its files."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from dedup.cli.log import say
from dedup.errors import printable

DISTRIBUTION = "dedup-news"

# An unrelated package on the public index, and the name of this one before its first release. Its
# metadata is in `dedup-VERSION.dist-info`, ours in `dedup_news-VERSION.dist-info`.
_OTHER = "dedup"
_ENDINGS = (".dist-info", ".egg-info")


def warn_of_leftover() -> None:
    """Warn on stderr if another distribution shares the folder or the command of this one."""
    if path := find_leftover():
        say(
            f"Warning: the distribution {_OTHER} ({printable(str(path))}) shares files with "
            f"{DISTRIBUTION}, and removing it later would delete them: run `pip uninstall "
            f"{_OTHER} {DISTRIBUTION}`, then install {DISTRIBUTION} again",
            "message",
            level="warning",
        )


def find_leftover() -> Path | None:
    """Return the metadata of the other distribution, None where it is not installed.

    Only names of files are looked at: importlib.metadata takes 40 ms to import.
    """
    # The first is the folder of the script or the current one, which may hold a whole dump.
    for folder in sys.path if sys.flags.safe_path else sys.path[1:]:
        with suppress(OSError):  # a missing folder, or an archive
            for path in Path(folder).iterdir():
                name = path.name.lower()
                if name.startswith(f"{_OTHER}-") and name.endswith(_ENDINGS):
                    return path
    return None

"""Keywords of the library to the options of a run."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeAlias

from dedup.config import Config
from dedup.option_fields import with_options
from dedup.progress import NullProgress, Progress
from dedup.stage_progress import ShownProgress

Place: TypeAlias = str | os.PathLike[str]
"""A file or a folder."""


def config_of(config: Config | None, **given: Any) -> Config:
    """Return the options of a call.

    Args:
        config: Has the values of what is not given. Without it these are the defaults of ``dedup
            run``: as many workers as there are cores.
        given: Values by keyword; None for what is not given.

    Raises:
        ConfigError: A value cannot be used.
        TypeError: A value is of a wrong type.

    Example:
        >>> config_of(None, threshold=0.3, workers=1).story.threshold
        0.3
    """
    return with_options(config or Config(workers=os.cpu_count() or 1), given)


def path_of(place: Place | None) -> Path | None:
    """Return a file that may not be given as a path."""
    return None if place is None else Path(place)


def shown_progress(progress: Progress | bool | None) -> AbstractContextManager[Progress]:
    """Return what gets the progress, as a context."""
    if progress is not True:
        return nullcontext(progress or NullProgress())
    from dedup.progress_bars import Bars  # tqdm: only where it is asked for

    return ShownProgress(Bars())

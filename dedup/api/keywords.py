"""Keywords of the library to the options of a run."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dedup.config import Config
from dedup.option_fields import option_name, with_options
from dedup.progress import NullProgress, Progress
from dedup.stage_progress import ShownProgress

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer

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

    Examples:
        >>> config_of(None, threshold=0.3, workers=1).story.threshold
        0.3
    """
    if not isinstance(config, Config | None):
        raise TypeError(f"config takes a Config, not {config!r}")
    return with_options(config or Config(workers=os.cpu_count() or 1), given)


def path_of(name: str, place: Place | None) -> Path | None:
    """Return the file that a keyword names, None where it names none.

    Raises:
        TypeError: It is no path.
    """
    if place is None:
        return None
    if not isinstance(place, str | os.PathLike) or not os.fspath(place):
        raise TypeError(f"{option_name(name)} takes a path, not {place!r}")
    return Path(place)


def name_of(dump: str | None) -> str | None:
    """Return the name of a dump.

    Raises:
        TypeError: It is no text.
    """
    if not isinstance(dump, str | None):
        raise TypeError(f"--dump takes a text, as in str(day), not {dump!r}")
    return dump


def scorer_of(scorer: Place | Scorer | None) -> Path | Scorer | None:
    """Return a scorer, or the file that has it.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(scorer, str | os.PathLike):
        return path_of("scorer", scorer)
    # What it does is asked for: the class is in a module that is slow to import.
    if scorer is None or (hasattr(scorer, "candidate") and hasattr(scorer, "group")):
        return scorer
    raise TypeError(f"--scorer takes a path or a scorer, not {scorer!r}")


def shown_progress(progress: Progress | bool | None) -> AbstractContextManager[Progress]:
    """Return what gets the progress, as a context.

    Raises:
        TypeError: It has not the methods for that.
    """
    if not isinstance(progress, bool | None) and not all(
        callable(getattr(progress, name, None)) for name in ("start", "advance", "end")
    ):
        raise TypeError(
            "progress takes True, or an object with start, advance and end, as "
            f"dedup.progress.Progress has them, not {type(progress).__name__}"
        )
    if progress is not True:
        return nullcontext(progress or NullProgress())
    from dedup.progress_bars import Bars  # tqdm: only where it is asked for

    return ShownProgress(Bars())

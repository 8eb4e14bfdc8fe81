"""De-duplicate scraped news: one canonical version of every story.

>>> from dedup import deduplicate
>>> text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
>>> result = deduplicate([{"id": "a", "text": text}, {"id": "b", "text": text}])
>>> [record["id"] for record in result.survivors]
['a']
>>> result.decision("b").relation
'exact'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.version import __version__

if TYPE_CHECKING:
    from dedup.api.clean_pages import CleanResult, clean
    from dedup.api.deduplicate import deduplicate
    from dedup.api.result import Result
    from dedup.config import Config
    from dedup.explain.open_run import Run, open_run
    from dedup.index.matches import Match
    from dedup.index.story_index import StoryIndex

__all__ = [
    "CleanResult",
    "Config",
    "Match",
    "Result",
    "Run",
    "StoryIndex",
    "__version__",
    "clean",
    "deduplicate",
    "open_run",
]

_HOME = {
    "CleanResult": "dedup.api.clean_pages",
    "Config": "dedup.config",
    "Match": "dedup.index.matches",
    "Result": "dedup.api.result",
    "Run": "dedup.explain.open_run",
    "StoryIndex": "dedup.index.story_index",
    "clean": "dedup.api.clean_pages",
    "deduplicate": "dedup.api.deduplicate",
    "open_run": "dedup.explain.open_run",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use: ``dedup --help`` needs none of them."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Return the names of the module, those that are not imported yet among them."""
    return sorted({*globals(), *__all__})

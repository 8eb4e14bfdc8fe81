"""The options in which two runs differ, by the names that they have on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.option_fields import FIELD_OF, option_name
from dedup.run.claim import option_values

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

OPTIONS = {field: option_name(name) for name, field in FIELD_OF.items()}
"""The option of a field of the configuration; a field of another name has none."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting in which two runs differ.

    Attributes:
        option: The option, as ``--threshold``; the name of a field that has none, as
            ``story.shared_terms``; or ``version of`` a package.
        before: Its value in the one run, a JSON value; None where it is not known.
        after: Its value in the other run.
    """

    option: str
    before: Any
    after: Any


def differing_settings(run: Run, other: Run) -> tuple[SettingChange, ...]:
    """Return the settings that can change a result and differ, in the order of the options."""
    before, after = (dict(_settings(each)) for each in (run, other))
    return tuple(
        SettingChange(name, before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    )


def _settings(run: Run) -> Iterator[tuple[str, Any]]:
    """Yield each setting of a run by its name."""
    for name, value in option_values(run.config.as_dict()).items():
        yield OPTIONS.get(name, name), value
    yield "--scorer", _scorer(run.manifest)
    for package, version in run.manifest.get("versions", {}).items():
        yield f"version of {package}", version


def _scorer(manifest: Mapping[str, Any]) -> str | None:
    """Return the name of a scorer and the beginning of its digest; a name may hide a change."""
    scorer = manifest.get("scorer")
    return None if not scorer else f"{scorer.get('name')} {str(scorer.get('sha256'))[:8]}"

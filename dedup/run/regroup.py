"""A finished run decided again with other options, from what its store keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dedup import config_digest
from dedup.cluster.canonical import parse_policy
from dedup.config import SHIPPED_SCORER, Config
from dedup.errors import ConfigError, FullDiskError, OutputError, refused
from dedup.models import RunReport, report_of
from dedup.pipeline.decide import decide_again
from dedup.progress import NullProgress, Progress, Timer
from dedup.run.claim import option_values
from dedup.run.manifest import manifest_of, times_and_memory
from dedup.run.places import refuse_addresses
from dedup.run.result_files import ResultFiles
from dedup.run.run_settings import config_of, manifest_in, scorer_of, store_of
from dedup.scorer_file import ScorerFile, scorer_file
from dedup.store import ANOTHER, Store, copy_store
from dedup.write import Layout, OutputFolder, layout_of


@dataclass(frozen=True, slots=True)
class Changes:
    """The options of a run that are to be others; None for the run's own.

    Attributes:
        threshold: See :class:`dedup.config.StoryConfig`.
        level: See :class:`dedup.config.Config`.
        window_days: See :class:`dedup.config.StoryConfig`.
        canonical: Rules in place of the run's own.
        scorer: A file with another scorer.
        exclude_hosts: Hosts that are left out beside those that the run left out.
        workers: Threads; they change no result.
    """

    threshold: float | None = None
    level: str | None = None
    window_days: float | None = None
    canonical: tuple[str, ...] | None = None
    scorer: Path | None = None
    exclude_hosts: tuple[str, ...] = ()
    workers: int | None = None

    def made_in(self, config: Config) -> Config:
        """Return options with these changes.

        Raises:
            ConfigError: A value cannot be used.
        """
        hosts = tuple(dict.fromkeys([*config.clean.exclude_hosts, *self.exclude_hosts]))
        return replace(
            config,
            **_given(level=self.level, workers=self.workers),
            clean=replace(config.clean, exclude_hosts=hosts),
            story=replace(
                config.story, **_given(threshold=self.threshold, window_days=self.window_days)
            ),
            cluster=replace(config.cluster, **_given(canonical=self.canonical)),
        )


def regroup_run(
    out: Path,
    to: Path,
    changes: Changes,
    *,
    store: Path | None = None,
    layout: Layout | None = None,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Decide on the documents of a finished run again, into another folder.

    Args:
        out: The folder of the run, which stays as it is.
        to: The folder for the results.
        changes: The options that are to be others.
        store: The store, where the run used one outside of its folder that is not found.
        layout: How tables are written; None for the way they are written in ``out``.
        overwrite: Replace a run in ``to``; its results stay until the new ones are whole.
        settings: For the manifest: where the values of options came from, as JSON values.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: No document has the field of a rule.
        OutputError: There is no finished run, its store cannot be read or has later dumps, or the
            folder for the results cannot be written or holds another run.
    """
    manifest = manifest_in(out)
    before = config_of(manifest)
    config = changes.made_in(before)
    parse_policy(config.cluster.canonical)
    chosen = None if changes.scorer is None else scorer_file(changes.scorer)
    source = store_of(out, manifest, store)
    _refuse_places(out, to, source)
    timer = Timer(progress or NullProgress())
    folder = OutputFolder(to)
    files = ResultFiles(layout or layout_of(out))
    with folder.claim():
        if folder.has_files and not (overwrite or folder.has_no_document):
            message = f"{to} holds an earlier run; replace it with --overwrite, or choose another"
            raise OutputError(f"{message} folder", path=to)
        with _copied(source, folder, timer) as place, Store(place, ANOTHER, shown=source) as opened:
            refuse_unless_last(opened, out, manifest)
            _refuse_mixture(opened, before, config, chosen)
            opened.verify(whole=True)  # a damaged row must not decide
            scored_by = chosen or _own_scorer(opened, manifest, config)
            with opened.commit():
                _decide(opened, before, config, scored_by, timer)
            described = manifest_of(opened, config, settings, scored_by, None, None)
            described["regrouped"] = _what_changed(out, before, config, manifest, scored_by)
            timer.start("write", None, "file")
            with_changes = (out / f"changes{layout_of(out).suffix}").exists()
            files.write(folder, config, opened, replace=overwrite, changes=with_changes)
            timer.end()
            costs = times_and_memory(opened.get("worker_kib"), timer)
            opened.put("manifest", {**described, **costs})
            opened.dumps.finish()
            made: dict[str, Any] = opened.get("manifest")
            folder.write_json("manifest.json", made)
        folder.put_copy_in_place()
    return report_of(made)


def _given(**values: Any) -> dict[str, Any]:
    """Return the values that are given."""
    return {name: value for name, value in values.items() if value is not None}


def _decide(
    store: Store, before: Config, config: Config, scored_by: ScorerFile, timer: Timer
) -> None:
    """Decide again, and let the store know with what."""
    decide_again(store, before, config, timer, scored_by.scorer)
    store.put("config_digest", config_digest.digest(config))
    store.put("basis", config_digest.basis(config))
    store.put("scorer", scored_by.names)


@contextmanager
def _copied(source: Path, folder: OutputFolder, timer: Timer) -> Iterator[Path]:
    """Copy a store into a folder; an error leaves nothing of it."""
    timer.start("copy the store", None, "B")
    place = folder.new_regrouped()
    try:
        with refused(folder.path):
            copy_store(source, place)
        timer.end()
        yield place
    except BaseException as error:
        folder.drop_copy()
        if isinstance(error, FullDiskError):  # it names the store that was copied
            raise FullDiskError(folder.path) from error
        raise


def _refuse_places(out: Path, to: Path, source: Path) -> None:
    """Refuse to write to the run itself, or where its store lies.

    Raises:
        OutputError: The results would go there.
    """
    refuse_addresses([to])
    if to.resolve() == out.resolve() or source.resolve().is_relative_to(to.resolve()):
        raise OutputError(
            f"{to} is the run that is to be decided again; choose another folder for the results",
            path=to,
        )


def refuse_unless_last(store: Store, out: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a run that is not the last, finished dump of its store.

    Raises:
        OutputError: It is not.
    """
    last = store.dumps.last
    kept = {each.number: store.dumps.get("manifest", each.number) for each in store.dumps.all()}
    numbers = [number for number, each in kept.items() if each in (None, manifest)]
    if last is None or not last.is_finished:
        message = f"the store {store.path} holds a dump that was not finished; finish it first"
    elif not numbers:
        message = f"the store {store.path} is not that of the run in {out}; name it with --store"
    elif last.number not in numbers:
        message = (
            f"the run in {out} is not the last dump of the store {store.path}, which is "
            f"{last.name}: only that one can be decided again"
        )
    elif (why := store.dumps.why_final()) is not None:
        message = f"the dump {last.name} of {store.path} cannot be decided again: {why}"
    else:
        return
    raise OutputError(message, path=store.path)


def _refuse_mixture(
    store: Store, before: Config, config: Config, chosen: ScorerFile | None
) -> None:
    """Refuse what all dumps of a store must share.

    Raises:
        ConfigError: One of several dumps would have another level or scorer.
    """
    if store.dumps.number == 1:
        return
    if config.level != before.level:
        option = "--level"
    elif chosen is not None and not store.is_scored_by(chosen.names):
        option = "--scorer"
    else:
        return
    raise ConfigError(
        f"{option} cannot be changed: the store has earlier dumps, and all dumps of a store have "
        "the same; regroup a run that has a store of its own"
    )


def _own_scorer(store: Store, manifest: Mapping[str, Any], config: Config) -> ScorerFile:
    """Return the scorer of a run.

    Raises:
        ConfigError: It is needed, and the store has not kept it.
    """
    about = manifest.get("scorer")
    shipped = scorer_file(None)
    if not about or about["sha256"] == shipped.sha256:
        return shipped
    if config.level == "stories" and store.get("scorer_models") is None:
        raise ConfigError(
            f"the store has not kept the scorer {about['name']}; name its file with --scorer"
        )
    scorer = scorer_of(store) if config.level == "stories" else None
    return ScorerFile(scorer, **about)


def _what_changed(
    out: Path,
    before: Config,
    config: Config,
    manifest: Mapping[str, Any],
    scorer: ScorerFile,
) -> dict[str, Any]:
    """Return for the manifest which run was decided again, and with what changes."""
    one, other = (option_values(each.as_dict()) for each in (before, config))
    changed = {name: [one[name], value] for name, value in other.items() if one[name] != value}
    earlier = (manifest.get("scorer") or {}).get("name", SHIPPED_SCORER)
    if (manifest.get("scorer") or scorer.as_manifest())["sha256"] != scorer.sha256:
        changed["scorer"] = [earlier, scorer.name]
    return {"run": str(out), "changed": changed}

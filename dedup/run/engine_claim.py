"""What a run on an engine finds in its output folder: begun, continued, replaced or finished."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dedup import config_digest
from dedup.config import Config
from dedup.errors import OutputError
from dedup.json_codec import dump_json, load_own_json
from dedup.locations import Location, is_address
from dedup.read import discover
from dedup.run.claim import changed_options
from dedup.run.dump_claim import OVERWRITE
from dedup.version import __version__
from dedup.write import Layout
from dedup.write.annotated_parts import AnnotatedParts
from dedup.write.engine_folder import EngineFolder
from dedup.write.table_files import split_name

_GIVE_THE_SAME = f"give the same ones, {OVERWRITE}"


@dataclass(frozen=True, slots=True)
class EngineClaim:
    """What a run on an engine wants of its output folder.

    Attributes:
        config: The options.
        scorer: What the scorer is known by.
        inputs: What tells the inputs from others: see :func:`inputs_digest`.
        work: The folder for temporary tables as it is shown, None for one in the output folder.
        layout: How the tables are written.
        annotated: The file for all documents, None for none.
        resume: Whether a run that was stopped is to be continued.
        overwrite: Whether a run is to be replaced.
    """

    config: Config
    scorer: Sequence[str]
    inputs: str
    work: str | None
    layout: Layout
    annotated: AnnotatedParts | None
    resume: bool
    overwrite: bool

    def known(self) -> dict[str, Any]:
        """Return what is noted of a new run: JSON values."""
        return {
            "run": uuid.uuid4().hex,
            "version": __version__,
            "config": load_own_json(dump_json(self.config.as_dict())),
            "options": config_digest.digest(self.config),
            "scorer": list(self.scorer),
            "inputs": self.inputs,
            "work": self.work,
            "annotate": self._annotate,
        }

    @property
    def _annotate(self) -> str | None:
        """The file for all documents as it is shown, None for none."""
        return str(self.annotated.place) if self.annotated else None

    def difference(self, known: Mapping[str, Any]) -> str | None:
        """Return what is other than in a run that was noted and what to do, None if nothing is."""
        if known.get("options") != config_digest.digest(self.config):
            names = changed_options(known.get("config", {}), self.config.as_dict())
            named = f" ({', '.join(names)})" if names else ""
            return f"other options{named}; {_GIVE_THE_SAME}"
        if known.get("scorer") != list(self.scorer):
            return f"another --scorer; {_GIVE_THE_SAME}"
        if (file := known.get("annotate")) != self._annotate:
            return _given("--annotate", file)
        if known.get("version") != __version__:
            return f"another version of dedup ({known.get('version')}); {_GIVE_THE_SAME}"
        return None


@dataclass(frozen=True, slots=True)
class GoingRun:
    """A run that is to be done.

    Attributes:
        known: What is noted of it.
        is_resumed: Whether it was begun before.
        replaced: What is noted of another that was begun, which it replaces.
    """

    known: Mapping[str, Any]
    is_resumed: bool
    replaced: Mapping[str, Any] | None = None

    @property
    def digest(self) -> str:
        """Return what its kept tables are known by."""
        return hashlib.sha256(dump_json(self.known)).hexdigest()


def find_inputs(inputs: Sequence[str | Path], config: Config) -> tuple[int, str]:
    """Return the bytes of all inputs, and a digest of their names, sizes and times of change.

    Raises:
        InputError: An input is missing.
    """
    digest, total = hashlib.sha256(), 0
    for source in discover(inputs, config.read, addresses=True):
        total += source.size
        changed = source.path.stat().st_mtime_ns if isinstance(source.path, Path) else None
        digest.update(dump_json([source.name, source.size, changed]) + b"\n")
    return total, digest.hexdigest()


def claim_folder(folder: EngineFolder, claim: EngineClaim) -> GoingRun | dict[str, Any]:
    """Return the run to do; or the manifest of one that was finished, and is as it was asked for.

    Args:
        folder: The output folder, which is locked.
        claim: What the run wants.

    Raises:
        OutputError: The folder holds a run that is neither to be continued nor replaced, or was
            begun with other options or inputs.
    """
    begun, manifest = folder.begun(), folder.manifest()
    new = GoingRun(claim.known(), is_resumed=False)
    is_damaged = begun is not None and not _has_id(begun)
    if claim.overwrite:
        return new if is_damaged else replace(new, replaced=begun)
    if is_damaged:
        raise _refusal(
            folder,
            f"what is known of the run that was begun in {folder.location} is damaged; begin anew "
            "with --overwrite",
        )
    if begun is not None:
        if not claim.resume:
            raise folder.refusal(resume=False)
        _refuse_other(folder, claim, begun)
        return GoingRun(begun, is_resumed=True)
    if has_no_document(manifest) or not folder.has_files():
        return new
    if not claim.resume:
        raise folder.refusal(resume=False)
    if manifest is None:
        raise _refusal(
            folder,
            f"{folder.location} holds a run without --engine that was not finished; continue it "
            f"without --engine, {OVERWRITE}",
        )
    known = (manifest.get("engine") or {}).get("run")
    if not isinstance(known, dict):
        raise folder.refusal(resume=True)
    _refuse_other(folder, claim, {**known, "work": claim.work})
    if not _is_whole(folder, claim, manifest["files"]):
        raise _refusal(
            folder,
            f"files of the finished run in {folder.location} were changed or removed; begin anew "
            "with --overwrite",
        )
    _refuse_other_format(folder, claim, manifest)
    return manifest


def _has_id(known: Mapping[str, Any]) -> bool:
    """Return whether a run that was noted has an id that can be in the names of folders."""
    run = known.get("run")
    return isinstance(run, str) and run.isalnum()


def _is_whole(
    folder: EngineFolder, claim: EngineClaim, files: Mapping[str, Sequence[Mapping[str, Any]]]
) -> bool:
    """Return whether all files of a finished run are there, by table as its manifest lists them."""
    sizes = {
        table: {each["name"]: each["bytes"] for each in listed} for table, listed in files.items()
    }
    beside = sizes.pop("annotated", {})
    in_folder = {name: size for table in sizes.values() for name, size in table.items()}
    return folder.has_all(in_folder) and (
        claim.annotated is None or claim.annotated.has_all(beside)
    )


def _refuse_other_format(
    folder: EngineFolder, claim: EngineClaim, manifest: Mapping[str, Any]
) -> None:
    """Refuse to leave files of a finished run as they are where others are asked for.

    Raises:
        OutputError: They are.
    """
    about = f"the run in {folder.location} is finished and its"
    for table, what, options, wanted in (
        ("decisions", "tables", "--format and --compress", claim.layout.suffix),
        ("survivors", "survivors", "--survivors", claim.layout.survivors_suffix),
    ):
        _, suffix = split_name(manifest["files"][table][0]["name"]) or ("", wanted)
        if suffix != wanted:
            raise _refusal(
                folder,
                f"{about} {what} are {suffix}, not {wanted}; leave {options} as they were, "
                f"{OVERWRITE}",
            )
    given = manifest["engine"].get("shard_size")
    if given != claim.layout.shard_bytes:
        cut = (
            f"files are of {given} bytes, as --shard-size said; give the same"
            if given
            else "files are of no --shard-size; leave it out"
        )
        raise _refusal(folder, f"{about} {cut}, {OVERWRITE}")


def has_no_document(manifest: Mapping[str, Any] | None) -> bool:
    """Return whether a manifest is of a run that could use no input."""
    counts = (manifest or {}).get("counts") or {}
    return "inputs" in counts and counts["inputs"] == counts.get("rejected")


def _refuse_other(folder: EngineFolder, claim: EngineClaim, known: Mapping[str, Any]) -> None:
    """Refuse to go on with a run that differs.

    Raises:
        OutputError: It does.
    """
    about = f"the run in {folder.location} was begun with"
    if (other := claim.difference(known)) is not None:
        raise _refusal(folder, f"{about} {other}")
    if known.get("inputs") != claim.inputs:
        raise _refusal(
            folder,
            f"the inputs changed since the run in {folder.location} was begun; {_GIVE_THE_SAME}",
        )
    if known.get("work") != claim.work:
        raise _refusal(folder, f"{about} {_given('--work', known.get('work'))}")


def _given(option: str, value: str | None) -> str:
    """Return how an option was given to a run, and what to do where it is given otherwise."""
    if value:
        return f"{option} {value}; give the same one, {OVERWRITE}"
    return f"no {option}; leave it out, {OVERWRITE}"


def _refusal(folder: EngineFolder, message: str) -> OutputError:
    """Return the error for a folder that cannot be used."""
    return OutputError(message, path=folder.path)


def shown_remote(remote: str | None) -> str | None:
    """Return an address without its parameters, which may hold a token."""
    if remote is None or not is_address(remote):
        return remote
    return str(Location(remote.partition("/;")[0]))

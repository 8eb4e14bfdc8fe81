"""What a run reads and the places that it writes to, which must not be the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from dedup.config import Config
from dedup.errors import OutputError
from dedup.models import Raw
from dedup.read import STDIN, Tally, discover, has_text, read_raw, real_path, require_text
from dedup.run.run_settings import ADDRESS, refuse_tables_only
from dedup.write import OutputFolder, refuse_irregular


def read_inputs(inputs: Sequence[str | Path], config: Config, tally: Tally) -> Iterator[Raw]:
    """Return all inputs, in their order; lines of JSON are not parsed yet.

    Raises:
        InputError: An input is missing, or no record has a text.
    """
    # Every INPUT is checked before the first is read.
    sources = discover(inputs, config.read, tally=tally)
    raws = (record for source in sources for record in read_raw(source, config.read, tally))
    return require_text(raws, config.read, lambda: _has_text(inputs, config))


def _has_text(inputs: Sequence[str | Path], config: Config) -> bool:
    """Return whether one of the first records of any file can be used, as far as one can see."""
    files = (source for source in discover(inputs, config.read) if source.path is not None)
    # The first records of a stream cannot be read twice.
    return has_text(files, config.read) or (STDIN in map(str, inputs) and len(inputs) > 1)


def size_of_inputs(
    inputs: Sequence[str | Path], config: Config, outputs: Sequence[Path] = ()
) -> int | None:
    """Return the bytes of all inputs, None where a stream is among them.

    Args:
        inputs: Files, folders, globs, or ``-``.
        config: Says which files are left out.
        outputs: Files and folders that will be written.

    Raises:
        InputError: An input is missing.
        OutputError: An output is an input, or has one in it, which would be read and replaced.
    """
    real_outputs = list(map(real_path, outputs))
    total = 0
    for source in discover(inputs, config.read):
        total += source.size
        if not isinstance(source.path, Path) or not real_outputs:
            continue
        place = real_path(source.path)
        for output in filter(place.is_relative_to, real_outputs):
            raise OutputError(
                f"{source.path} would be read and replaced: it is, or lies in, the output "
                f"{output}; choose another output",
                path=output,
            )
    return None if STDIN in map(str, inputs) else total


def output_places(
    inputs: Sequence[str | Path],
    out: Path,
    store: Path | None,
    against: Path | None,
    annotated: Sequence[Path],
) -> list[Path]:
    """Return the places that a run writes to, the output folder first.

    Raises:
        OutputError: They cannot be written, or lie in each other or among the inputs; a store is
            still to be made of tables; or one that is only to be read lies in the output folder,
            whose files are replaced.
    """
    outputs = [out] if store is None else [out, store]
    refuse_addresses([*outputs, *annotated])
    for path in filter(None, (store, against)):
        refuse_tables_only(path)
    _refuse_nested(inputs, outputs)
    for path in annotated:
        refuse_irregular(path)
        _refuse_in_folders(inputs, [path])
        if real_path(path) in [real_path(each) for each in (store, against) if each is not None]:
            raise OutputError(f"{path} is the store; choose another file", path=path)
        if OutputFolder(real_path(out)).has_place_of(real_path(path)):
            raise OutputError(f"{path} is a file of the run itself; choose another name", path=path)
    if against is not None and real_path(against).is_relative_to(real_path(out)):
        raise OutputError(
            f"the store {against} lies in the output folder {out}; choose another folder",
            path=against,
        )
    return [*outputs, *annotated]


def refuse_addresses(outputs: Sequence[Path]) -> None:
    """Refuse outputs that are no places of this machine.

    Raises:
        OutputError: One is an address such as ``s3://bucket/out``, which would become a folder
            named ``s3:``; or a name that is too long, or a circle of links.
    """
    for output in outputs:
        if ADDRESS.match(str(output)):
            raise OutputError(
                f"{output} is an address: results are written to this machine, give a path",
                path=output,
            )
        try:
            output.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue  # it can be made, or is refused with its folder
        except OSError as error:
            message = f"{output} is no place for a file ({error.strerror}); name another one"
            raise OutputError(message, path=output) from error


def _refuse_nested(inputs: Sequence[str | Path], outputs: Sequence[Path]) -> None:
    """Refuse a store in the output folder, and outputs in an input folder.

    The first would be replaced with the run; the second would be read by the next run.
    """
    out, *stores = outputs
    for store in stores:
        if store.resolve().is_relative_to(out.resolve()):
            raise OutputError(
                f"the store {store} lies in the output folder {out}; keep it outside, where it is "
                "not replaced with the run",
                path=store,
            )
    _refuse_in_folders(inputs, outputs)


def _refuse_in_folders(inputs: Sequence[str | Path], outputs: Sequence[Path]) -> None:
    """Refuse outputs in an input folder."""
    folders = [Path(name) for name in map(str, inputs) if name != "-" and Path(name).is_dir()]
    for folder, output in itertools.product(folders, outputs):
        if real_path(output).is_relative_to(real_path(folder)):
            raise OutputError(
                f"the output {output} lies in the input folder {folder}; choose a place outside",
                path=output,
            )

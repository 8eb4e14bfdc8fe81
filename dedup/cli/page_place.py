"""Where a page may be written: over no file of a run, and over no other without leave."""

from __future__ import annotations

from pathlib import Path

from dedup.errors import OutputError


def refuse_place(page: Path, out: Path, store: Path, option: str, *, overwrite: bool) -> None:
    """Refuse to write a page over another file, or over one of the run.

    Args:
        page: The place.
        out: The output folder of the run.
        store: Its store.
        option: The option that names the page.
        overwrite: Whether another file may be replaced.

    Raises:
        OutputError: It is the place of one, or ``-``.
    """
    from dedup.run.places import refuse_addresses
    from dedup.write.folder import OutputFolder
    from dedup.write.named_files import refuse_existing, refuse_irregular

    if str(page) == "-":
        raise OutputError(f"{option} writes a file, not stdout; name one in the place of -")
    refuse_addresses([page])
    refuse_irregular(page)
    is_of_run = OutputFolder(out.resolve()).has_place_of(page.resolve())
    if is_of_run or page.resolve() == store.resolve():
        message = f"{page} is a file of the run; name another one for {option}"
        raise OutputError(message, path=page)
    refuse_existing(page, overwrite=overwrite)

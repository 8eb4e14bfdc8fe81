"""Which dump of a store a run is, and whether it is begun, continued, replaced or written again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from dedup.errors import (
    NoDocumentError,
    OutputError,
    UnguardedScriptError,
    UnknownFieldError,
    refused,
)
from dedup.models import Raw, failure
from dedup.pipeline.ingest import number_ids
from dedup.pipeline.prepared_rows import stamp_of
from dedup.pipeline.remove_dump import remove_last_dump
from dedup.run.claim import Claim, changed_options
from dedup.store import AGAINST, ANOTHER, Dump, Store, copy_store
from dedup.write import OutputFolder

OVERWRITE = "or begin anew with --overwrite"

RESULTS_STAY = "the results of the earlier run stay"

FIRST_SUFFIX = 2
"""The number behind the name of a second dump from a folder of the same name."""


def refuse_results(folder: OutputFolder, claim: Claim) -> None:
    """Refuse a folder with results that a run without ``--store`` may not replace.

    With one, only the store knows whose results they are.

    Raises:
        OutputError: It holds another run.
    """
    if claim.resume and folder.begun_on_engine.exists():
        raise OutputError(
            f"{folder.path} holds a run that was begun with --engine and not finished; continue it "
            f"with the same --engine, {OVERWRITE}",
            path=folder.path,
        )
    if claim.store or claim.overwrite or not folder.has_files:
        return
    if folder.has_no_document:
        return
    if not claim.resume:
        raise folder.refusal(resume=False)
    if not claim.against and folder.is_of_engine and not folder.staged_store.exists():
        raise _made_on_engine(folder)
    if claim.against:
        others = folder.has_results and not folder.is_against
    else:
        others = folder.has_results and not folder.own_store.exists()
    if others:
        raise folder.refusal(resume=True)


def _made_on_engine(folder: OutputFolder) -> OutputError:
    """Return the error for a finished run on an engine that is continued without one."""
    return OutputError(
        f"{folder.path} holds a finished run that was made with --engine; give the same --engine, "
        f"{OVERWRITE}",
        path=folder.path,
    )


def open_store(folder: OutputFolder, claim: Claim) -> Store:
    """Open the store that a run works on, which is made where there is none.

    Args:
        folder: The output folder; results that may not be replaced were refused.
        claim: What the run wants.

    Raises:
        OutputError: A store cannot be opened, read or written.
    """
    if claim.store:
        return Store(claim.store, ANOTHER)
    if not claim.against:
        goes_on = claim.resume and (folder.staged_store.exists() or not folder.has_no_document)
        return Store(folder.own_store if goes_on else folder.new_store())
    if not (claim.resume and folder.copied_store.exists()):
        copy = folder.new_copy()
        with refused(folder.path):
            copy_store(claim.against, copy)
    return Store(folder.copied_store, AGAINST, shown=claim.against)


def claim_dump(
    store: Store, folder: OutputFolder, claim: Claim, is_unchanged: Callable[[Dump], bool]
) -> Dump | None:
    """Find the dump of a run, and begin, continue or replace it, or leave it as it is.

    Args:
        store: Has the dumps.
        folder: Where the results go.
        claim: What the run wants.
        is_unchanged: Returns whether the inputs are those of a dump. It is called for a finished
            dump only.

    Returns:
        The finished dump whose results are to be written again, or None where the stages are to
        be run on the current dump.

    Raises:
        OutputError: The store is damaged, its last dump must be finished first, the dump cannot be
            replaced, was made with other options, or the folder holds results of another run.
    """
    try:
        return _claimed(store, folder, claim, is_unchanged)
    except OutputError:
        if claim.against and store.get("against") is None:
            folder.drop_copy()  # no dump was begun in it
        raise


def _claimed(
    store: Store, folder: OutputFolder, claim: Claim, is_unchanged: Callable[[Dump], bool]
) -> Dump | None:
    """Do what :func:`claim_dump` says."""
    store.verify(whole=False)
    _forget_unclaimed(store)
    dump = _dump_of(store, folder, claim)
    if claim.store and not claim.overwrite and not _may_write(folder, store, dump, claim):
        raise folder.refusal(resume=claim.resume)
    if dump is None:
        _begin_next(store, folder, claim)
        return None
    if not dump.is_finished:
        _go_on(store, folder, claim, dump)
        return None
    if claim.store and claim.resume and folder.is_of_engine:  # a store made of its tables
        raise _made_on_engine(folder)
    if _is_to_be_replaced(store, claim, dump, is_unchanged):
        _replace_last(store, folder, claim, dump.name)
        return None
    return dump


@contextmanager
def dropped_if_refused(store: Store, folder: OutputFolder, claim: Claim) -> Iterator[None]:
    """Leave nothing of a dump whose results must not be written.

    Raises:
        NoDocumentError: They are of no document, and would replace those of an earlier run.
        UnguardedScriptError: The run cannot start processes.
    """
    try:
        yield
        _refuse_none_for_some(store, folder, claim)
    except (UnknownFieldError, NoDocumentError, UnguardedScriptError) as error:
        if isinstance(error, UnguardedScriptError) and claim.resume:
            raise  # an earlier run may have begun it; the next one goes on
        remove_last_dump(store)
        if not claim.store:
            folder.drop_store()
        raise


def _refuse_none_for_some(store: Store, folder: OutputFolder, claim: Claim) -> None:
    """Refuse to replace the results of an earlier run by those of one that could use no input.

    Raises:
        NoDocumentError: They would be.
    """
    status, reasons, _ = store.results.tally()
    inputs = sum(status.values())
    if folder.has_documents and inputs == status["rejected"]:
        message = f"{failure(inputs, reasons, {}, None)}; {RESULTS_STAY}"
        if claim.store:
            message += (
                ", and the store no longer has this dump: --overwrite with other inputs adds it"
            )
        raise NoDocumentError(message)


def end_dump(store: Store, claim: Claim, manifest: Mapping[str, Any]) -> None:
    """Store that the current dump is finished.

    One without a usable document is removed from a store of several dumps instead. So the mistake
    can be mended under the same name on any later day. The results say why.
    """
    counts = manifest["counts"]
    if claim.store and counts["inputs"] == counts["rejected"]:
        remove_last_dump(store)
    else:
        store.dumps.finish()


def are_inputs_of(store: Store, dump: Dump, raws: Iterable[Raw]) -> bool:
    """Return whether inputs are those that are stored of a finished dump.

    An id may have got the number of the dump in front, see :func:`number_ids`: whether an earlier
    dump has the id without it cannot be asked any more, it may have expired.

    Args:
        store: Has the dump.
        dump: The dump.
        raws: All inputs, in their order.
    """
    stamps = store.documents.stamps(dump.first, dump.end)
    return all(
        raw is not None and stamp is not None and _has_stamp(raw, stamp, dump.number)
        for raw, stamp in zip_longest(raws, stamps)
    )


def _has_stamp(raw: Raw, stamp: bytes, number: int) -> bool:
    """Return whether an input has a stamp, with the number of its dump in its id or without it."""
    if stamp_of(raw) == stamp:
        return True
    (numbered,) = number_ids([raw], number, lambda _: True)
    return numbered is not raw and stamp_of(numbered) == stamp


def _forget_unclaimed(store: Store) -> None:
    """Remove a last dump of which nothing is known: an earlier version made one in every store."""
    last = store.dumps.last
    if last is not None and not last.is_finished and store.get("config_digest") is None:
        store.dumps.remove_last()


def _dump_of(store: Store, folder: OutputFolder, claim: Claim) -> Dump | None:
    """Return the dump that is meant, None for a new one."""
    dumps = store.dumps.all()
    if claim.name is not None:
        return store.dumps.named(claim.name)
    if not (claim.store or claim.against):
        return dumps[0] if dumps else None
    if claim.against:  # finished or not: its results may not be in their places
        return dumps[-1] if dumps and store.get("against") is not None else None
    unfinished = bool(dumps) and not dumps[-1].is_finished
    if unfinished and _is_begun_for(store, folder):
        return dumps[-1]
    manifest = folder.manifest()
    return next((each for each in dumps if _kept(store, each) == manifest), None)


def _kept(store: Store, dump: Dump) -> object:
    """Return the manifest that is kept of a dump; what equals no other manifest for none."""
    return store.dumps.get("manifest", dump.number) or dump


def _place(folder: OutputFolder) -> str:
    """Return the real path of an output folder."""
    return str(folder.path.resolve())


def _is_begun_for(store: Store, folder: OutputFolder) -> bool:
    """Return whether the last dump, which is not finished, may be that of a folder."""
    return store.get("out") in (None, _place(folder))


def _may_write(folder: OutputFolder, store: Store, dump: Dump | None, claim: Claim) -> bool:
    """Return whether a folder has no results, or those of a dump."""
    if folder.has_no_document:
        return True
    if not folder.has_results:
        return claim.resume or not folder.has_files
    if dump is None:
        return False
    if dump.is_finished:
        return folder.manifest() == _kept(store, dump)
    return _is_begun_for(store, folder)


def _begin_next(store: Store, folder: OutputFolder, claim: Claim) -> None:
    """Begin a dump behind the last, which must be finished."""
    last = store.dumps.last
    if last is not None and not last.is_finished:
        raise OutputError(
            f"the store {store.path} holds the dump {last.name}, which was not finished; "
            "finish it first: its command with --resume; or remove it: "
            f"dedup store {store.path} --remove-last",
            path=store.path,
        )
    _begin(store, folder, claim, claim.name or _new_name(store, folder))


def _new_name(store: Store, folder: OutputFolder) -> str:
    """Return the name of the folder, with a number where a dump has it already."""
    taken = {each.name for each in store.dumps.all()}
    name = new = "".join(filter(str.isprintable, folder.path.resolve().name)) or "dump"
    number = FIRST_SUFFIX
    while new in taken:
        new = f"{name}-{number}"
        number += 1
    return new


def _begin(store: Store, folder: OutputFolder, claim: Claim, name: str) -> None:
    """Begin a dump."""
    with store.commit():
        store.begin(name, options=claim.options, basis=claim.basis, scorer=claim.scorer)
        if claim.store and claim.keeps_files:
            store.put("out", _place(folder))
        if claim.against:
            store.put("against", str(claim.against.resolve()))


def _go_on(store: Store, folder: OutputFolder, claim: Claim, dump: Dump) -> None:
    """Continue the last dump, which was not finished, or begin it anew."""
    if claim.overwrite:
        _replace_last(store, folder, claim, dump.name)
        return
    if not claim.resume:
        raise OutputError(
            f"the store {store.path} holds the dump {dump.name}, which was not finished; "
            "finish it first: the same command with --resume",
            path=store.path,
        )
    if (other := _other_options(store, claim, dump)) is not None:
        message = f"the dump {dump.name} in {store.path} was begun with {other}"
        raise _refusal(store, f"{message}; give the same ones, {OVERWRITE}")
    store.verify(whole=True)
    if claim.store:
        store.put("out", _place(folder) if claim.keeps_files else None)


def _other_options(store: Store, claim: Claim, dump: Dump) -> str | None:
    """Return what is other than when a dump was begun, None if nothing is."""
    if store.dumps.get("config_digest", dump.number) != claim.options:
        manifest = store.dumps.get("manifest", dump.number)
        names = changed_options(manifest["config"], claim.config) if manifest else []
        return f"other options ({', '.join(names)})" if names else "other options"
    if claim.against and store.get("against") != str(claim.against.resolve()):
        return "another --against"
    return None if store.is_scored_by(claim.scorer) else "another --scorer"


def _is_to_be_replaced(
    store: Store, claim: Claim, dump: Dump, is_unchanged: Callable[[Dump], bool]
) -> bool:
    """Return whether a finished dump is to be replaced: False where its results are to be written.

    Raises:
        OutputError: It can be neither.
    """
    about = f"the dump {dump.name} in {store.path}"
    if store.dumps.has_lost(dump):
        raise _refusal(
            store, f"documents of {about} have expired: its results cannot be written again"
        )
    if store.dumps.get("manifest", dump.number) is None:
        raise _refusal(
            store, f"{about} is of an earlier version, which kept no results; name another --dump"
        )
    last = dump.end is None
    changed, same = _other_options(store, claim, dump), "give the same ones"
    if changed is not None:
        changed = f"{about} was begun with {changed}"
    elif (claim.overwrite and last and claim.reads_stream) or not is_unchanged(dump):
        changed = f"the inputs changed since {about} was finished"
    if changed is None:
        return False
    if not last:
        message = f"{changed}, and only the last dump can be replaced; {same}, or another --dump"
        raise _refusal(store, message)
    if not claim.overwrite and (why := store.dumps.why_final()) is not None:
        message = f"{changed}, and it cannot be replaced: {why}; {same}, or another --dump"
        raise _refusal(store, message)
    if not claim.overwrite:
        anew = "replace it with --overwrite, or name another --dump"
        raise _refusal(store, f"{changed}; {same}, {anew if claim.store else OVERWRITE}")
    return True


def _refusal(store: Store, message: str) -> OutputError:
    """Return the error for a dump that can be neither written again nor replaced."""
    return OutputError(message, path=store.path)


def _replace_last(store: Store, folder: OutputFolder, claim: Claim, name: str) -> None:
    """Remove the last dump as a whole, and begin another under its name, in one commit."""
    if (why := store.dumps.why_final()) is not None:
        raise OutputError(
            f"the dump {name} of the store {store.path} cannot be replaced: {why}; "
            "name another --dump",
            path=store.path,
        )
    with store.commit():
        remove_last_dump(store)
        _begin(store, folder, claim, name)

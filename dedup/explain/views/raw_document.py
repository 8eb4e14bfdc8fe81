"""A document as it came: from the store, or read again from the inputs of its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError, NotFoundError, printable
from dedup.json_codec import dump_json
from dedup.models import Raw, RawLine
from dedup.pipeline.prepared_rows import stamp_of
from dedup.read import Tally, discover, read_raw
from dedup.run.run_settings import config_of

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.store import Dump


def raw_document(run: Run, row: int) -> bytes:
    """Return a document as it came.

    Of a record with a text these are its own fields as JSON, which the store keeps. A page, and an
    input that was rejected, is read again from the inputs that the manifest names, and must be what
    the run read: the page, the line, or the record as JSON.

    Raises:
        InputError: The inputs are gone, have changed or were a stream or records of a program.
        NotFoundError: Nothing of it could be read.
    """
    details = run.store.details.document(row)
    fields = run.store.details.fields(row)
    if fields is not None and not details.from_page:
        return fields
    ((_, doc_id, *_),) = run.store.lookups.summaries([row])
    dump, manifest = _dump_with(run, row)
    for raw in _read_again(manifest, details.source):
        if _is_same(raw, doc_id, details.stamp, dump.number):
            return _content(raw)
    raise InputError(
        f"{printable(details.source)} is not among the inputs as it was read: it changed, was "
        "moved or is gone; put the inputs of the run back"
    )


def _dump_with(run: Run, row: int) -> tuple[Dump, Mapping[str, Any]]:
    """Return the dump of a document and its manifest."""
    dumps = run.store.dumps
    dump = next(each for each in reversed(dumps.all()) if each.first <= row)
    return dump, dumps.get("manifest", dump.number) or run.manifest


def _read_again(manifest: Mapping[str, Any], source: str) -> Iterator[Raw]:
    """Yield what the inputs of a run have under the name of a source.

    Nothing is opened but what the inputs lead to: the name only chooses among these.

    Raises:
        InputError: The inputs are gone, or the source was a stream or a program.
    """
    config = config_of(manifest).read
    inputs = (manifest.get("read") or {}).get("inputs") or []
    if source == "-":
        raise InputError("it came from stdin, which cannot be read again")
    if not inputs:
        raise InputError("a program passed it in, and the store keeps no page")
    try:
        sources = discover(inputs, config, addresses=True)
    except InputError as error:
        raise InputError(
            f"an input of the run is not found from this folder ({error}); call dedup show where "
            "dedup run was called",
            path=error.path,
        ) from error
    for each in sources:
        if each.path is not None and f"{source}/".startswith(f"{each.name}/"):
            yield from read_raw(each, config, Tally())


def _is_same(raw: Raw, doc_id: str, stamp: bytes, dump: int) -> bool:
    """Return whether an input is a document as its run read it.

    Args:
        raw: The input.
        doc_id: Id of the document.
        stamp: Stamp of the document.
        dump: Number of its dump, which may precede an id that is made of a file's name.
    """
    numbered = replace(raw, doc_id=f"{dump}/{raw.doc_id}")
    return any(
        stamp_of(each) == stamp
        for each in (raw, numbered)
        if isinstance(each, RawLine) or each.doc_id == doc_id
    )


def _content(raw: Raw) -> bytes:
    """Return an input as it came.

    Raises:
        NotFoundError: Nothing of it can be read.
    """
    if isinstance(raw, RawLine):
        return raw.line
    if raw.html is not None and not isinstance(raw.own("html"), str):
        return raw.html
    if raw.fields:
        return dump_json(raw.fields)
    detail = raw.rejection.detail if raw.rejection else "it has no content"
    raise NotFoundError(f"nothing of {printable(raw.doc_id)} can be read: {printable(detail)}")

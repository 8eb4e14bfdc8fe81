"""Read what is needed of a run on disk to compare it with labels: decisions and titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dedup.errors import InputError, OutputError
from dedup.evaluation.gold_records import gold_records
from dedup.evaluation.metrics import Decided, decided, first_words
from dedup.models import Status
from dedup.store import Store
from dedup.write import files_in

Report = dict[str, Any]
"""Values of JSON."""


def read_decisions(out: Path, wanted: set[str]) -> dict[str, Decided]:
    """Return the decisions of a run on some documents by id.

    Where an id comes twice, the first decision that is no rejection counts: the other is on an
    input that was rejected as ``duplicate-id``.

    Args:
        out: Folder of the run, or a file of decisions.
        wanted: Ids of the documents.

    Raises:
        InputError: The file is missing or cannot be used.
    """
    decisions: dict[str, Decided] = {}
    for path in _decisions_files(out):
        for record, place in gold_records(str(path)):
            doc_id = record.doc_id
            if doc_id in wanted and (doc_id not in decisions or decisions[doc_id].rejected):
                decisions[doc_id] = decided(record.fields, place)
    return decisions


def read_titles(out: Path, wanted: set[str]) -> tuple[dict[str, str], str]:
    """Return titles or first words by id from the store; and why it cannot be read, if so.

    Args:
        out: Folder of the run; what is none has no titles.
        wanted: Ids of the documents.
    """
    titles, path = dict[str, str](), out / "store.sqlite"
    if not wanted or not path.is_file():
        return titles, ""
    try:
        with Store(path) as store:
            rows = [
                each.row
                for each in store.results.decisions()
                if each.doc_id in wanted and each.status is not Status.REJECTED
            ]
            for facts in store.results.facts(rows, {row: row for row in rows}):
                words = facts.title or first_words({"text": store.documents.text(facts.row)})
                titles[facts.doc_id] = words or facts.doc_id
    except OutputError as error:
        return {}, str(error)
    return titles, ""


def document_as_json(
    doc_id: str, title: str | None, decisions: Mapping[str, Decided], titles: Mapping[str, str]
) -> Report:
    """Return a document and the decision on it as JSON values.

    Args:
        doc_id: Its id.
        title: A title for where the store has none.
        decisions: The decisions, by id.
        titles: The titles that the store has, by id.
    """
    known = asdict(decisions.get(doc_id, Decided()))
    names = ("canonical_id", "relation", "score")
    return {
        "id": doc_id,
        "title": titles.get(doc_id) or title or doc_id,
        **{name: known[name] for name in names},
    }


def _decisions_files(out: Path) -> list[Path]:
    """Return the files of decisions: OUT itself, or those in it."""
    if not out.is_dir():
        return [out]
    if files := files_in(out, "decisions"):
        return files
    raise InputError(f"{out} holds no decisions: give the output folder of a finished run")

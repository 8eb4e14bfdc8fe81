"""Score the stories of a run on disk against stories labelled by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.errors import InputError, OutputError, printable
from dedup.evaluation.metrics import (
    Decided,
    Labelled,
    Mistake,
    bootstrap,
    decided,
    first_words,
    labelled,
    mistakes,
    scores,
)
from dedup.models import RawRecord, Reason, Status
from dedup.read import Tally, discover, read
from dedup.store import Store

Report = dict[str, Any]


def score_run(
    out: Path, gold: str, *, key: str, samples: int | None, seed: int, worst: int
) -> tuple[Report, str]:
    """Return the scores and the worst mistakes of a run as JSON values.

    Args:
        out: Folder of a run, or a file of decisions.
        gold: File with a record for each labelled document.
        key: Field of ``gold`` that holds the id.
        samples: Bootstrap samples, None for no intervals.
        seed: Seed of the bootstrap.
        worst: Most mistakes of each kind that are listed.

    Returns:
        The report; and why titles could not be read from the store, or an empty text.

    Raises:
        InputError: A file is missing or cannot be used.
    """
    documents = _read_gold(gold, key)
    decisions = _read_decisions(_decisions_file(out), {each.doc_id for each in documents})
    if not decisions:
        raise InputError(f"no id of {gold} is in {out}: check --key, which is {key}")
    report = _report(documents, decisions, samples, seed)
    merges, splits = mistakes(*_labels(documents, decisions))
    parts = [part for each in (*merges[:worst], *splits[:worst]) for part in each.parts]
    shown = {documents[at].doc_id for part in parts for at in part.positions}
    titles, note = _titles(out / "store.sqlite", shown)

    def as_json(found: list[Mistake], whole: str, part: str) -> Report:
        listed = [
            _mistake_as_json(each, whole, part, documents, decisions, titles)
            for each in found[:worst]
        ]
        return {"count": len(found), "worst": listed}

    report["merges"] = as_json(merges, "story_id", "story")
    report["splits"] = as_json(splits, "story", "story_id")
    return report, note


def _records(inputs: str, key: str = "id") -> Iterator[tuple[RawRecord, str]]:
    """Yield the records of any file that `dedup run` reads, and the place of each for messages."""
    config, tally = ReadConfig(fields=(("id", key),)), Tally()
    for source in discover([inputs]):
        for number, record in enumerate(read(source, config, tally), 1):
            rejection = record.rejection
            # Labels and decisions need no text.
            if rejection and rejection.reason not in (Reason.NO_TEXT, Reason.TOO_LARGE):
                raise InputError(f"{printable(record.doc_id)}: {printable(rejection.detail)}")
            place = f"record {number} of {source.name}"
            if record.fields.get(key) in (None, ""):
                raise InputError(f"{place} has no {key}: every line needs an id, see --key")
            yield record, place


def _read_gold(gold: str, key: str) -> list[Labelled]:
    """Return the documents of the gold file, in its order."""
    documents: dict[str, Labelled] = {}
    for record, place in _records(gold, key):
        if record.doc_id in documents:
            raise InputError(f"{place} has the id of an earlier one: {printable(record.doc_id)}")
        documents[record.doc_id] = labelled(record.fields, record.doc_id, place)
    return list(documents.values())


def _decisions_file(out: Path) -> Path:
    """Return the file of decisions: OUT itself, or a file in it."""
    if not out.is_dir():
        return out
    for name in ("decisions.jsonl", "decisions.parquet"):
        if (out / name).exists():
            return out / name
    raise InputError(f"{out} holds no decisions: give the output folder of a finished run")


def _read_decisions(path: Path, wanted: set[str]) -> dict[str, Decided]:
    """Return the decisions on some documents by id.

    Where an id comes twice, the first decision that is no rejection counts: the other is on an
    input that was rejected as ``duplicate-id``.
    """
    decisions: dict[str, Decided] = {}
    for record, place in _records(str(path)):
        doc_id = record.doc_id
        if doc_id in wanted and (doc_id not in decisions or decisions[doc_id].rejected):
            decisions[doc_id] = decided(record.fields, place)
    return decisions


def _labels(
    documents: Iterable[Labelled], decisions: Mapping[str, Decided]
) -> tuple[list[Any], list[Any]]:
    """Return the gold story and the story of the output of each document."""
    pairs = [(each.story, decisions.get(each.doc_id)) for each in documents]
    return [story for story, _ in pairs], [decision and decision.story_id for _, decision in pairs]


def _report(
    documents: Sequence[Labelled], decisions: Mapping[str, Decided], samples: int | None, seed: int
) -> Report:
    """Return the scores of all documents and of each set, and the ids without a decision."""

    def scores_of(part: Iterable[Labelled]) -> Report:
        labels = _labels(part, decisions)
        row: Report = asdict(scores(*labels))
        if samples:
            row["intervals"] = bootstrap(*labels, samples=samples, seed=seed)
        return row

    sets: dict[str, list[Labelled]] = {}
    for each in documents:
        if each.group is not None:
            sets.setdefault(each.group, []).append(each)
    ids = [each.doc_id for each in documents]
    return {
        "all": scores_of(documents),
        "sets": {name: scores_of(part) for name, part in sorted(sets.items())},
        "bootstrap": {"samples": samples, "seed": seed, "level": 0.95} if samples else None,
        "without_decision": [each for each in ids if each not in decisions],
        "rejected": [each for each in ids if each in decisions and decisions[each].rejected],
    }


def _titles(path: Path, wanted: set[str]) -> tuple[dict[str, str], str]:
    """Return titles or first words by id from the store; and why it cannot be read, if so."""
    titles: dict[str, str] = {}
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


def _mistake_as_json(
    mistake: Mistake,
    whole: str,
    part: str,
    documents: Sequence[Labelled],
    decisions: Mapping[str, Decided],
    titles: Mapping[str, str],
) -> Report:
    """Return a mistake as JSON values.

    Args:
        mistake: The mistake.
        whole: Name of its label.
        part: Name of the labels of its parts.
        documents: The labelled documents.
        decisions: The decisions on them, by id.
        titles: The titles that the store has, by id.
    """

    def document(each: Labelled) -> Report:
        known = asdict(decisions[each.doc_id]) if each.doc_id in decisions else {}
        title = titles.get(each.doc_id) or each.title or each.doc_id
        names = ("canonical_id", "relation", "score")
        return {"id": each.doc_id, "title": title, **{name: known.get(name) for name in names}}

    return {
        whole: mistake.label,
        "documents": sum(len(each.positions) for each in mistake.parts),
        "wrong_pairs": mistake.wrong_pairs,
        "parts": [
            {part: each.label, "documents": [document(documents[at]) for at in each.positions]}
            for each in mistake.parts
        ],
    }

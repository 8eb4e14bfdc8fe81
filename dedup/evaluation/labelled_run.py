"""Score the stories of a run on disk against stories labelled by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dedup.errors import InputError, printable
from dedup.evaluation.articles_lost import ArticlesLost, articles_lost
from dedup.evaluation.gold_records import gold_records
from dedup.evaluation.metrics import (
    Decided,
    Labelled,
    Mistake,
    bootstrap,
    labelled,
    mistakes,
    scores,
)
from dedup.evaluation.run_decisions import Report, document_as_json, read_decisions, read_titles


def score_stories(
    out: Path, gold: str, *, key: str, samples: int | None, seed: int, worst: int
) -> tuple[Report, str]:
    """Return the scores, the articles lost and the worst mistakes of a run as JSON values.

    Args:
        out: Folder of a run, or a file of decisions.
        gold: File with a record for each labelled document.
        key: Field of ``gold`` that holds the id.
        samples: Bootstrap samples, None for no intervals.
        seed: Seed of the bootstrap.
        worst: Most mistakes of each kind, and most articles lost, that are listed.

    Returns:
        The report; and why titles could not be read from the store, or an empty text.

    Raises:
        InputError: A file is missing or cannot be used.
    """
    documents = _read_gold(gold, key)
    decisions = read_decisions(out, {each.doc_id for each in documents})
    if not decisions:
        raise InputError(f"no id of {gold} is in {out}: check --key, which is {key}")
    report = _report(documents, decisions, samples, seed)
    merges, splits = mistakes(*_labels(documents, decisions))
    lost = articles_lost(documents, decisions)
    worst_lost = _worst_lost(lost, documents, decisions)[:worst]
    parts = [part for each in (*merges[:worst], *splits[:worst]) for part in each.parts]
    positions = [at for part in parts for at in part.positions] + worst_lost
    shown = {documents[at].doc_id for at in positions}
    titles, note = read_titles(out, shown)

    def document(at: int) -> Report:
        return document_as_json(documents[at].doc_id, documents[at].title, decisions, titles)

    def as_json(found: list[Mistake], whole: str, part: str) -> Report:
        listed = [_mistake_as_json(each, whole, part, document) for each in found[:worst]]
        return {"count": len(found), "worst": listed}

    report["articles_lost"] = {
        **_losses(lost, documents),
        "worst": [{**document(at), "story": documents[at].story} for at in worst_lost],
    }
    report["merges"] = as_json(merges, "story_id", "story")
    report["splits"] = as_json(splits, "story", "story_id")
    return report, note


def _read_gold(gold: str, key: str) -> list[Labelled]:
    """Return the documents of the gold file, in its order."""
    documents: dict[str, Labelled] = {}
    for record, place in gold_records(gold, key):
        if record.doc_id in documents:
            raise InputError(f"{place} has the id of an earlier one: {printable(record.doc_id)}")
        documents[record.doc_id] = labelled(record.fields, record.doc_id, place)
    return list(documents.values())


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


def _losses(lost: ArticlesLost | None, documents: Sequence[Labelled]) -> Report:
    """Return the numbers of articles lost, of all documents and of each set, as JSON values."""
    groups = sorted({each.group for each in documents if each.group is not None})
    by_set = {
        name: _losses_of(lost, [at for at, each in enumerate(documents) if each.group == name])
        for name in groups
    }
    return {**_losses_of(lost, range(len(documents))), "sets": by_set}


def _losses_of(lost: ArticlesLost | None, part: Sequence[int]) -> Report:
    """Return the numbers of articles lost among some documents; None where nothing is known."""
    names = ("count", "removed", "unknown", "share_of_removed", "share_of_all")
    if lost is None:
        return dict.fromkeys(names)
    among = set(part)
    count, removed, unknown = (
        len(among.intersection(each)) for each in (lost.lost, lost.removed, lost.unknown)
    )
    shares = (count / removed if removed else 0.0, count / len(part))
    return dict(zip(names, (count, removed, unknown, *shares), strict=True))


def _worst_lost(
    lost: ArticlesLost | None, documents: Sequence[Labelled], decisions: Mapping[str, Decided]
) -> list[int]:
    """Return the articles lost, those first that were removed with the highest score."""

    def order(at: int) -> tuple[float, str]:
        score = decisions[documents[at].doc_id].score
        return (-score if isinstance(score, int | float) else 0.0, documents[at].doc_id)

    return sorted(lost.lost if lost else (), key=order)


def _mistake_as_json(
    mistake: Mistake, whole: str, part: str, document: Callable[[int], Report]
) -> Report:
    """Return a mistake as JSON values.

    Args:
        mistake: The mistake.
        whole: Name of its label.
        part: Name of the labels of its parts.
        document: Returns the JSON values of the document at a position.
    """
    return {
        whole: mistake.label,
        "documents": sum(len(each.positions) for each in mistake.parts),
        "wrong_pairs": mistake.wrong_pairs,
        "parts": [
            {part: each.label, "documents": [document(at) for at in each.positions]}
            for each in mistake.parts
        ],
    }

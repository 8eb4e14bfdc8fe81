"""Score the stories of a run on disk against pairs that a person judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from dedup.errors import InputError
from dedup.evaluation.labelled_pairs import LabelledPair, read_labels
from dedup.evaluation.metrics import Decided
from dedup.evaluation.pair_measures import (
    DecidedPair,
    bootstrap_pairs,
    pair_losses,
    pair_measures,
    pair_mistakes,
)
from dedup.evaluation.run_decisions import Report, document_as_json, read_decisions, read_titles


def score_pairs(
    out: Path, gold: str, *, samples: int | None, seed: int, worst: int
) -> tuple[Report, str]:
    """Return the measures, the articles lost and the worst mistakes of a run as JSON values.

    Args:
        out: Folder of a run, or a file of decisions.
        gold: File with a pair a line.
        samples: Bootstrap samples, None for no intervals.
        seed: Seed of the bootstrap.
        worst: Most mistakes of each kind, and most articles lost, that are listed.

    Returns:
        The report; and why titles could not be read from the store, or an empty text.

    Raises:
        InputError: A file is missing or cannot be used, or no pair of it can be compared.
    """
    labels = read_labels(Path(gold))
    judged = [each for each in labels if each.same is not None]
    if not judged:
        raise InputError(f"no pair of {gold} is judged: same is null in every line")
    decisions = read_decisions(out, {name for each in judged for name in (each.a, each.b)})
    known = [each for each in judged if each.a in decisions and each.b in decisions]
    if not known:
        raise InputError(f"of no pair of {gold} both documents are in {out}: check the ids")
    pairs = [_decided(each, decisions) for each in known]
    report = _figures(labels, pairs, samples, seed)
    report["without_decision"] = len(judged) - len(known)
    report["rejected"] = sum(
        decisions[each.a].rejected or decisions[each.b].rejected for each in known
    )
    note = _list_worst(report, pairs, out, decisions, worst)
    return report, note


def _decided(label: LabelledPair, decisions: Mapping[str, Decided]) -> DecidedPair:
    """Return a judged pair with the decisions on its documents."""
    a, b = decisions[label.a], decisions[label.b]
    removed = retold = None
    score = label.score
    for own, one, other, its in ((label.a, a, label.b, b), (label.b, b, label.a, a)):
        if one.kept is not False:
            continue
        if one.canonical_id == other:
            removed = own
            score = one.score if score is None else score
        if label.same and its.kept:
            retold = own
    together = a.story_id is not None and a.story_id == b.story_id
    return DecidedPair(label, together, score, removed, retold)


def _figures(
    labels: Sequence[LabelledPair], pairs: Sequence[DecidedPair], samples: int | None, seed: int
) -> Report:
    """Return the measures, and how many pairs have none."""
    report: Report = {"pairs": asdict(pair_measures(pairs))}
    if samples:
        report["pairs"]["intervals"] = bootstrap_pairs(pairs, samples=samples, seed=seed)
    report["bootstrap"] = {"samples": samples, "seed": seed, "level": 0.95} if samples else None
    report["skipped"] = sum(each.skipped for each in labels)
    report["unanswered"] = sum(each.same is None and not each.skipped for each in labels)
    return report


def _list_worst(
    report: Report,
    pairs: Sequence[DecidedPair],
    out: Path,
    decisions: Mapping[str, Decided],
    worst: int,
) -> str:
    """Add the articles lost and the mistakes to a report; return why titles are missing, if so."""
    losses = pair_losses(pairs)
    merges, splits = pair_mistakes(pairs)
    lost = [at for at in merges if at in set(losses.lost)]
    shown = {*lost[:worst], *merges[:worst], *splits[:worst]}
    names = {name for at in shown for name in (pairs[at].label.a, pairs[at].label.b)}
    titles, note = read_titles(out, names)

    def listed(places: Sequence[int]) -> list[Report]:
        return [_pair_as_json(pairs[at], decisions, titles) for at in places[:worst]]

    has_status = any(each.kept is not None for each in decisions.values())
    report["articles_lost"] = {
        "count": len(losses.lost) if has_status else None,
        "removed": len(losses.removed) if has_status else None,
        "share_of_removed": losses.share if has_status else None,
        "worst": listed(lost),
    }
    report["merges"] = {"count": len(merges), "worst": listed(merges)}
    report["splits"] = {"count": len(splits), "worst": listed(splits)}
    return note


def _pair_as_json(
    pair: DecidedPair, decisions: Mapping[str, Decided], titles: Mapping[str, str]
) -> Report:
    """Return a judged pair as JSON values: both documents, the removed one first."""
    ends = sorted((pair.label.a, pair.label.b), key=lambda name: name != pair.removed)
    documents = [document_as_json(name, None, decisions, titles) for name in ends]
    return {"score": pair.score, "documents": documents}

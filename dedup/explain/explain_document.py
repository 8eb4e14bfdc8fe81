"""A document to its nearest others, and to why it was elected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.explain.copies.copy_sets import load_documents
from dedup.explain.document_explanation import DocumentExplanation, Neighbour
from dedup.explain.election_steps import election_steps
from dedup.explain.evidence import DocumentSummary
from dedup.explain.rewrites.loose_group_replay import replay
from dedup.explain.summaries import summaries
from dedup.match.relations import relation
from dedup.match.story_score import probability
from dedup.models import PROBABILITY, Relation, Status, count_of
from dedup.pipeline.group_candidates import LEAST_SCORE
from dedup.pipeline.match_copies import KEPT_CONTAINMENT

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

MOST_NEIGHBOURS = 20
"""Neighbours that are returned."""

MOST_COPIES = 200
"""Documents with common words that are measured: a text may have thousands of copies."""

Scores = dict[int, tuple[str, float]]
"""Kind and value of the score of each neighbour, by row."""


def explain_document(run: Run, row: int) -> DocumentExplanation:
    """Explain what is near a document, and for a canonical the election against the runner-up.

    Args:
        run: The run.
        row: The document.
    """
    document = summaries(run.store, [row])[row]
    scores, left_out = _neighbours(run, document)
    canonical = _canonical(run, document)
    # The canonical of a document is shown, however many others are nearer.
    order = sorted(scores, key=lambda other: (other != canonical, -scores[other][1], other))
    nearest = order[:MOST_NEIGHBOURS]
    known = summaries(run.store, nearest)
    neighbours = sorted(
        (
            Neighbour(known[other], _same_story(document, known[other]), *scores[other])
            for other in nearest
        ),
        key=lambda each: (-each.score, each.document.id),
    )
    runner_up = _runner_up(run, document)
    return DocumentExplanation(
        document=document,
        neighbours=tuple(neighbours),
        election=() if runner_up is None else election_steps(run, row, runner_up.row),
        runner_up=runner_up,
        sentence=_sentence(run, document, len(scores) + left_out),
    )


def _canonical(run: Run, document: DocumentSummary) -> int | None:
    """Return the row of the canonical of a duplicate, None for any other document."""
    if document.status != Status.DUPLICATE or document.canonical_id is None:
        return None
    return run.store.lookups.row_of(document.canonical_id)


def _same_story(document: DocumentSummary, other: DocumentSummary) -> bool:
    """Return whether two documents are one story."""
    return document.story_id is not None and document.story_id == other.story_id


def _runner_up(run: Run, document: DocumentSummary) -> DocumentSummary | None:
    """Return the document that would be the canonical without one; None for no canonical."""
    if document.status != Status.CANONICAL or document.story_id is None:
        return None
    name = run.store.lookups.runner_up(document.story_id)
    row = None if name is None else run.store.lookups.row_of(name)
    return None if row is None else summaries(run.store, [row])[row]


def _neighbours(run: Run, document: DocumentSummary) -> tuple[Scores, int]:
    """Return the scores of what is near a document, and how many near ones have none."""
    row, store = document.row, run.store
    if document.status == Status.REJECTED:
        return {}, 0
    scores = _scores_of_tellings(run, store.lookups.representative(row))
    others = _with_common_words(run, row)
    for other, (kind, score, matches) in _measured(run, row, others[:MOST_COPIES]).items():
        if matches or (other not in scores and score >= KEPT_CONTAINMENT):
            scores[other] = kind, score
    canonical = _canonical(run, document)
    if canonical is not None and document.relation and document.score is not None:
        kind = Relation(document.relation).score_kind
        scores.setdefault(canonical, (kind, document.score))
    return scores, sum(other not in scores for other in others[MOST_COPIES:])


def _with_common_words(run: Run, row: int) -> list[int]:
    """Return the documents that may share words with one: its copies, those that were measured."""
    store = run.store
    ((fingerprint, *_),) = store.lookups.signatures([row]).values()
    alike = sorted(store.lookups.rows_of_texts([fingerprint]))
    representative = store.lookups.representative(row)
    copies = store.results.copies([representative]).get(representative, [])
    # Pairs are kept under the first document with a text.
    pairs = sorted(store.lookups.pairs_of(alike[0]), key=lambda cells: (-max(cells[1:4]), cells[0]))
    listed = [representative, *alike, *(other for other, *_ in pairs), *copies]
    return [other for other in dict.fromkeys(listed) if other != row]


def _scores_of_tellings(run: Run, representative: int) -> Scores:
    """Return how likely others tell the story of a representative, in its loose group or not."""
    scores: Scores = {
        other: ("candidate_score", score)
        for other, score in run.store.lookups.candidate_scores_of(representative)
    }
    group = replay(run, representative)
    if group is not None:
        chances = probability(group.odds[group.rows.index(representative)]).tolist()
        scores |= {
            other: (PROBABILITY, chance)
            for other, chance in zip(group.rows, chances, strict=True)
            if other != representative and chance >= LEAST_SCORE
        }
    return scores


def _measured(run: Run, row: int, others: list[int]) -> dict[int, tuple[str, float, bool]]:
    """Return for some documents what they share with one: kind, value, and whether they match."""
    known = run.store.lookups.signatures(sorted({row, *others}))
    facts, texts = load_documents(run.store, list(known), run.config)
    one = facts[row]
    found = {}
    listed = [facts[other] for other in others if other in facts]
    pairs = texts.pairs(one.text_id, [other.text_id for other in listed])
    for other, pair in zip(listed, pairs, strict=True):
        related = relation(one, other, pair, texts.passages, run.config.match)
        near = related is not None and related[0].score_kind == "jaccard"
        score = pair.jaccard if near else max(pair.contained, pair.contains)
        kind = "jaccard" if near else "containment"
        found[other.row] = kind, score, related is not None
    return found


def _sentence(run: Run, document: DocumentSummary, near: int) -> str:
    """Return how many documents are near one, or why none is."""
    config = run.config
    if near > MOST_NEIGHBOURS:
        return f"{near:,} documents are near; these are the {MOST_NEIGHBOURS} nearest."
    if near:
        return "One document is near." if near == 1 else f"{near} documents are near."
    if document.status == Status.REJECTED:
        return f"It was rejected ({document.reason}), and compared with no other."
    _, tokens, _, signature, _ = run.store.lookups.signatures([document.row])[document.row]
    if signature is None:
        return (
            f"It has {count_of(tokens, 'word')}. A text of fewer than "
            f"{config.sign.signable_tokens} is only compared with "
            "the same text under the same headline, which no other document has."
        )
    return _nothing_shared(config)


def _nothing_shared(config: Config) -> str:
    """Return why nothing is near a document that was compared."""
    words = f"No other document was found that shares {KEPT_CONTAINMENT:.0%} of its words with it"
    if config.level != "stories":
        return f"{words}."
    return (
        f"{words}, or that within {config.story.window_days:g} days shares "
        f"{config.story.shared_terms} of its heaviest terms and scores {LEAST_SCORE:g} or more."
    )

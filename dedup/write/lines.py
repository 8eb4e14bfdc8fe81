"""The lines of each output file, a JSON object each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dedup.json_codec import dump_json, load_json
from dedup.models import Decision, OutputRecord, Relation, Removal, Status

Line = dict[str, Any]

# Decimals of a share in the outputs: more would be noise of the last bits.
DECIMALS = 6


Decided = Iterable[tuple[OutputRecord, Decision]]
"""Documents with the decisions on them."""


def survivor_lines(survivors: Decided) -> Iterator[bytes]:
    """Yield the documents that stay, as JSON, in input order."""
    return _document_lines(survivors, survivor_decision)


def annotated_lines(documents: Decided) -> Iterator[bytes]:
    """Yield all inputs with the decision on each, as JSON, in input order."""
    return _document_lines(documents, annotation)


def survivor_decision(decision: Decision) -> Line:
    """Return ``dedup`` of a survivor."""
    status = decision.status.value
    return {"story_id": decision.story_id, "size": decision.size, "status": status}


def annotation(decision: Decision) -> Line:
    """Return ``dedup`` of a document among all inputs; a rejected one is in nothing of a size."""
    size = None if decision.status is Status.REJECTED else decision.size
    return {**_decided(decision), "size": size}


def _decided(decision: Decision) -> Line:
    """Return what was decided on an input."""
    return {
        "status": decision.status.value,
        "story_id": decision.story_id,
        "canonical_id": decision.canonical_id,
        "copy_of": decision.copy_of,
        "relation": decision.relation,
        "score": decision.score,
        "score_kind": decision.score_kind,
        "reason": decision.reason,
    }


def _document_lines(documents: Decided, say: Callable[[Decision], Line]) -> Iterator[bytes]:
    """Yield documents as JSON, in input order.

    A record with a text is written as it was read; a page also gets the cleaned ``text``, unless it
    has a field of that name. ``dedup`` is appended to the fields as they are stored: parsing and
    writing a whole record takes ten times as long.
    """
    for (_, _, fields, text), decision in documents:
        decided: Line = {"dedup": say(decision)}
        if text is None and b'"dedup"' not in fields and fields != b"{}":
            yield fields[:-1] + (b"," + dump_json(decided)[1:])  # the long part is copied once
            continue
        line: Line = load_json(fields)
        if text is not None and not line.get("text"):
            line["text"] = text
        yield dump_json({**line, **decided})


def cleaned_lines(
    documents: Iterable[tuple[Line, str, Line, Iterable[Removal]]],
) -> Iterator[Line]:
    """Yield cleaned documents, in input order.

    Args:
        documents: Output fields, cleaned text, recognised fields (``agency`` ...), removed pieces.
    """
    for fields, text, recognised, removed in documents:
        yield {
            **fields,
            "text": text,
            **{name: value for name, value in recognised.items() if value is not None},
            "removed": [{"step": removal.step, "text": removal.text} for removal in removed],
        }


def decision_lines(decisions: Iterable[Decision]) -> Iterator[Line]:
    """Yield a line for each input, in input order."""
    for decision in decisions:
        yield {
            "id": decision.doc_id,
            **_decided(decision),
            "url": decision.url,
            "title": decision.title,
            "host": decision.host,
        }


def story_lines(stories: Iterable[Line]) -> Iterator[Line]:
    """Yield a line for each story, by id of the story.

    Args:
        stories: Stories as the store describes them.
    """
    for story in stories:
        canonical = story["members"][0]
        yield {
            "story_id": story["story_id"],
            "canonical_id": canonical["doc_id"],
            "why": story["why"],
            "first_date": story["first_date"],
            "last_date": story["last_date"],
            "outlets": story["outlets"],
            "agencies": story["agencies"],
            "origins": story["origins"],
            "weakest": _rounded_link(story["weakest"]),
            "absorbed": story["absorbed"],
            "size": len(story["members"]),
            "members": [
                {
                    "id": member["doc_id"],
                    "copy_of": member["copy_of"],
                    "relation": member["relation"],
                    "score": _rounded(member["score"]),
                    "score_kind": member["relation"] and Relation(member["relation"]).score_kind,
                    "jaccard": _rounded(member["jaccard"]),
                    "containment": _rounded(member["contained"]),
                    "contains": _rounded(member["contains"]),
                    "url": member["url"],
                    "title": member["title"],
                    "host": member["host"],
                }
                for member in story["members"]
            ],
        }


def _rounded_link(link: Line | None) -> Line | None:
    return link and {**link, "score": _rounded(link["score"]), "score_kind": link.get("score_kind")}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, DECIMALS)


def rejected_lines(rejections: Iterable[tuple[str, str, str, str | None]]) -> Iterator[Line]:
    """Yield a line for each input that could not be used, in input order."""
    for doc_id, source, reason, detail in rejections:
        yield {"id": doc_id, "source": source, "reason": reason, "detail": detail or None}


def change_lines(changes: Iterable[Line]) -> Iterator[Line]:
    """Yield a line for each change, in their order; each kind of change has the fields of all.

    Args:
        changes: Changes as the store keeps them.
    """
    for change in changes:
        yield {
            "story_id": change["story_id"],
            "dump": change["dump"],
            "date": change["date"],
            "canonical_id": change["canonical_id"],
            "change": change["change"],
            "added": change.get("added", []),
            "unique_until_now": change.get("unique_until_now", []),
            "absorbed": change.get("absorbed", []),
            "canonical_until_now": change.get("canonical_until_now"),
            "other_canonicals_until_now": change.get("other_canonicals_until_now", []),
            "why": change["why"],
        }

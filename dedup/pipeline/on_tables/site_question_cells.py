"""What the lines of hosts show as cells of a table, see ``SITE_QUESTIONS``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.cleaning.site_lines import Digests, Numbers
from dedup.cleaning.site_questions import Questions
from dedup.pipeline.strip_sites import SiteQuestions
from dedup.store import blob

_NO_ROWS = np.empty(0, np.int64)


def question_cells(host: str, asked: SiteQuestions) -> list[Any]:
    """Return the cells of a host, in the order of the columns of ``SITE_QUESTIONS`` after ``key``.

    Args:
        host: The host.
        asked: What its lines show.
    """
    questions = asked.questions
    read: tuple[bytes | None, ...] = (None, None, None)
    if questions is not None:
        read = tuple(map(blob, (questions.rows, questions.digests, questions.same_text)))
    sizes = np.array(list(map(len, asked.openings)), np.int64)
    openings = np.array([row for each in asked.openings for row in each], np.int64)
    candidates = asked.candidates if asked.lists.size else asked.candidates[:0]
    arrays = (candidates, openings, sizes)
    return [host, blob(asked.recurring), *read, *map(blob, arrays)]


def questions_of(rows: pa.RecordBatch) -> Iterator[tuple[str, SiteQuestions]]:
    """Yield hosts with what their lines show; ``lists`` are found where documents are."""
    for _, host, recurring, *read, candidates, openings, sizes in zip(
        *(column.to_pylist() for column in rows.columns), strict=True
    ):
        questions = None
        if read[0] is not None:
            asked, digests, same_text = read
            pairs = _numbers(same_text).reshape(2, -1)
            questions = Questions(_numbers(asked), _digests(digests), pairs)
        ends = np.cumsum(_numbers(sizes))[:-1]
        groups = [each.tolist() for each in np.split(_numbers(openings), ends)] if sizes else []
        yield (
            host,
            SiteQuestions(_digests(recurring), questions, _digests(candidates), _NO_ROWS, groups),
        )


def _numbers(data: bytes) -> Numbers:
    """Return an array of rows or numbers."""
    return np.frombuffer(data, "<i8")


def _digests(data: bytes) -> Digests:
    """Return an array of digests."""
    return np.frombuffer(data, "<u8")

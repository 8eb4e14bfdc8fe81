"""Why no setting of ``dedup regroup`` makes one story of two documents."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.config import Config
from dedup.explain.changed_settings import LEAST_THRESHOLD

_REASONS = {
    "rejected": "a rejected input is in no story",
    "too-short": "a text that short joins only the same text under the same headline",
    "roundup": "a document that tells several stories is joined to no rewrite",
    "language": "they are in two languages",
    "template": "they are two texts off one template",
    "window": "they are too many days apart",
    "loose-threshold": "no loose group has both, and only documents of one are joined",
    "not-compared": "they were not compared, as too little proposes them",
    "threshold": "they would part at the least threshold that can be given, {least:g}, too",
    "contrast-terms": "they would part at the least threshold that can be given, {least:g}, too",
    "earlier-dump": "an earlier dump decided on them, and the last one alone is decided on again",
}
"""What keeps two documents apart whatever is set, by the cause; what is said first counts."""

_BY_SCORE = frozenset({"loose-threshold", "threshold", "contrast-terms"})


def no_setting(causes: Sequence[str], config: Config) -> str | None:
    """Return why no setting of regroup joins two documents of two stories for which none is known.

    Args:
        causes: Those of their verdict.
        config: The options of the run.

    Returns:
        None where regroup itself has to say first.
    """
    if "earlier-version" in causes:
        return None
    cause = next((each for each in ("earlier-dump", *_REASONS) if each in causes), None)
    if cause is None:
        return None
    reason = _REASONS[cause].format(least=max(LEAST_THRESHOLD, config.story.loose_threshold))
    scorer = "; another --scorer may" if cause in _BY_SCORE else ""
    return f"No setting of dedup regroup joins them: {reason}{scorer}."

"""What scores and loose groups of rewrites were made from: where it is the same, so are they."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from dedup.config import Config
from dedup.json_codec import dump_json
from dedup.match.story_score import Scorer
from dedup.pipeline.representatives import Numbered
from dedup.version import __version__


@dataclass(frozen=True, slots=True)
class RewriteBasis:
    """Digests of what was measured of rewrites, in hexadecimal.

    Document frequencies are not among it: they are those of the representatives.

    Attributes:
        scores: Of all that the score of a pair depends on.
        groups: Of all that candidates and loose groups depend on, their scores among it.
    """

    scores: str
    groups: str

    @classmethod
    def of(cls, numbered: Numbered, scorer: Scorer, config: Config) -> RewriteBasis:
        """Return the digests for some representatives, a scorer, and options."""
        scores = hashlib.sha256(dump_json([__version__, asdict(scorer.candidate)]))
        scores.update(numbered.rows.tobytes())
        story = config.story
        limits = [
            config.sign.seed, story.window_days, story.bands, story.rows, story.shared_terms,
            story.bucket_cap, story.neighbours, story.loose_threshold, story.max_group,
        ]  # fmt: skip
        groups = hashlib.sha256(dump_json([scores.hexdigest(), limits]))
        for values in (numbered.fresh, numbered.must_link, numbered.changed):
            groups.update(values.tobytes())
        return cls(scores.hexdigest(), groups.hexdigest())

"""A reason that names a mean says what an explanation of the pair says."""

from __future__ import annotations

import math
import re

from runs import read_lines

from dedup.explain.open_run import open_run

BELOW = re.compile(
    r"below the threshold 0\.18: the mean with the other tellings joined them, (.+)$"
)


def test_a_reason_and_an_explanation_give_the_same_mean(dev_run):
    with open_run(dev_run) as run:
        below = 0
        for decision in read_lines(dev_run / "decisions.jsonl"):
            is_low = decision["score_kind"] == "probability" and decision["score"] < 0.18
            said = BELOW.search(decision["reason"])
            assert bool(said) == is_low
            if said is None:
                continue
            below += 1
            found = run.explain(decision["id"], decision["canonical_id"])
            join = found.rewrites.join
            assert found.together
            assert join.joined
            assert f"{found.rewrites.score:.6f}" == f"{decision['score']:.6f}"
            assert said[1] == f"{1 / (1 + math.exp(-join.mean_log_odds)):.2f}"
        assert below > 9

"""Pairs of a run that are drawn to be judged, and answered from gold stories."""

from __future__ import annotations

from dataclasses import replace

from runs import read_lines

from dedup.evaluation.labelled_pairs import write_labels
from dedup.explain.open_run import open_run
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population


def gold_stories(path):
    """The story of each document of a gold file, by its id."""
    return {each["id"]: each["story"] for each in read_lines(path)}


def judged_pairs(out, stories, count, seed=0):
    """Pairs that are drawn from the run in a folder, each answered."""
    with open_run(out) as run:
        drawn = draw_pairs(run, pair_population(run), count, seed)
    return [
        replace(each, same=stories[each.a] == stories[each.b], answered=number)
        for number, each in enumerate(drawn, 1)
    ]


def judge(out, stories, labels, count, seed=0):
    """Write a file of such pairs; return its path."""
    write_labels(labels, judged_pairs(out, stories, count, seed))
    return labels

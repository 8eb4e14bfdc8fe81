"""A finished run to what its report shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.explain.views.run_lists import dump_of
from dedup.match.story_score import probability
from dedup.progress import NullProgress
from dedup.report import report_figures, score_figures
from dedup.report.chart_figures import days_in_words
from dedup.report.compared_pairs import PAIRS_BYTES, compared_pairs, numbered
from dedup.report.doubts import doubt_lists, renumbered
from dedup.report.report_data import ReportData
from dedup.report.report_index import INDEX_BYTES, index_of, listed_places, story_numbers
from dedup.report.run_columns import read_columns

if TYPE_CHECKING:
    from dedup.config import Config, StoryConfig
    from dedup.explain.open_run import Run
    from dedup.progress import Progress
    from dedup.store import Dump
    from dedup.tune.tune_run import Tuning


def read_report(
    run: Run, tuning: Tuning | None = None, progress: Progress | None = None
) -> ReportData:
    """Return what a report shows of a run.

    It is of the dump of the run, as that was decided when it was finished, whatever later dumps of
    its store replaced. Members of stories that are of earlier dumps count with the stories, and
    nowhere else.

    Args:
        run: The run.
        tuning: What judged pairs say about it, if there are any.
        progress: Gets the progress.

    Raises:
        OutputError: The store has no dump, or is damaged.
    """
    dump = dump_of(run)
    with run.store.reports.as_of(dump):
        return _report_of(run, dump, tuning, progress or NullProgress())


def _report_of(run: Run, dump: Dump, tuning: Tuning | None, progress: Progress) -> ReportData:
    """Return what a report shows of a dump."""
    store, config = run.store, run.config
    columns = read_columns(store, dump, progress)
    doubts = doubt_lists(store, columns, config)
    places = listed_places(columns, doubts, INDEX_BYTES)
    number_of = np.full(columns.rows.size, -1)
    number_of[places] = np.arange(places.size)
    pairs, pairs_left_out = compared_pairs(run, columns, doubts, places, PAIRS_BYTES, progress)
    hosts, hosts_in_all = report_figures.hosts(columns)
    flows, flows_in_all = report_figures.flows(columns)
    return ReportData(
        name=run.path.name or str(run.path),
        dump=dump.name,
        version=str(run.manifest.get("versions", {}).get("dedup", "")),
        level=config.level,
        counts=report_figures.counts(columns),
        settings=settings_in_words(run, config),
        rejections=report_figures.rejections(columns),
        sizes=report_figures.sizes(columns),
        relations=report_figures.relations(columns),
        hosts=hosts,
        hosts_in_all=hosts_in_all,
        days=report_figures.days(columns),
        flows=flows,
        flows_in_all=flows_in_all,
        story_scores=score_figures.story_scores(store, dump, config),
        copy_scores=score_figures.copy_scores(store, dump, config),
        curve=score_figures.band_curve(config.match),
        doubts=renumbered(doubts, number_of, story_numbers(columns, places)),
        index=index_of(columns, places),
        pairs=numbered(pairs, number_of),
        pairs_left_out=pairs_left_out,
        tuning=tuning,
    )


def settings_in_words(run: Run, config: Config) -> tuple[tuple[str, str], ...]:
    """Return the options of a run that decide: name and value."""
    found = [("level", config.level)]
    if config.level == "stories":
        scorer = run.manifest.get("scorer") or {}
        found += [
            ("threshold", threshold_in_words(config.story)),
            ("window", days_in_words(config.story.window_days)),
            ("scorer", str(scorer.get("name") or scorer.get("file") or "shipped")),
        ]
    rules = ", ".join(config.cluster.canonical) or "default"
    found += [("canonical", rules), ("near copies from Jaccard", f"{config.match.near:g}")]
    found += [("contained copies from", f"{config.match.contained:g}")]
    if config.clean.exclude_hosts:
        found.append(("hosts left out", ", ".join(config.clean.exclude_hosts)))
    return tuple(found)


def threshold_in_words(config: StoryConfig) -> str:
    """Return the threshold, and the score that joins two documents.

    >>> from dedup.config import StoryConfig
    >>> threshold_in_words(StoryConfig())
    '0.18: two lone documents need a score of 0.57, many tellings less'
    """
    odds = np.array(config.threshold_odds + config.singleton_penalty)
    least = float(probability(odds))
    return (
        f"{config.threshold:g}: two lone documents need a score of {least:.2f}, many tellings less"
    )

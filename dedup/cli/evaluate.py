"""`dedup evaluate`: the stories of a run against stories or pairs labelled by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from dedup.cli.evaluated_pairs import pair_report
from dedup.cli.evaluated_stories import story_report
from dedup.cli.installation import warn_of_leftover
from dedup.cli.settings import SettingsCommand


@click.command(
    cls=SettingsCommand, short_help="Score the stories of a run against labelled stories or pairs."
)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("gold", metavar="GOLD")
@click.option(
    "--key",
    default="id",
    metavar="FIELD",
    help="Field of gold stories that holds the id of the document.",
)
@click.option(
    "--bootstrap",
    "samples",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Add 95 % intervals from N resamples of the gold stories, or of the gold pairs of each "
    "stratum; 1000 is a good number.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    help="Seed of the resamples; the same seed gives the same intervals.",
)
@click.option(
    "--worst",
    type=click.IntRange(0),
    default=5,
    metavar="N",
    help="How many false merges and how many splits to list, the largest first, and how many "
    "articles lost and mistakes on pairs, those with the highest scores first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, not a table.")
@click.option("-q", "--quiet", is_flag=True, help="Print no notes on stderr.")
def evaluate(
    out: Path,
    gold: str,
    key: str,
    samples: int | None,
    seed: int,
    worst: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score the stories in OUT against gold stories or gold pairs, and list the worst mistakes.

    OUT is the output folder of a run, or a file of decisions (id, story_id).

    GOLD has one line for each document: its id, its story, and optionally a set and a title. A
    document of GOLD that was rejected or has no decision counts as a story of its own. Documents
    of OUT that are not in GOLD do not count. Articles lost are removed documents of GOLD of whose
    gold story no document remains.

    Or GOLD has one line for each pair: the ids a and b, and same, which is true or false; a file of
    dedup label is one. Pairs that it drew count for all that they were drawn from. Articles lost
    are removed documents judged different from their canonical.

    \b
    Examples:
      dedup evaluate out gold.jsonl
      dedup evaluate out gold.jsonl --bootstrap 1000 --worst 20
      dedup evaluate out/decisions.jsonl gold.jsonl --key url --json
      dedup evaluate out labels.jsonl
    """
    if not quiet:
        warn_of_leftover()
    report, lines, note = _score(out, gold, key, samples, seed, worst)
    if note and not quiet:
        click.echo(note, err=True)
    if as_json:  # on one line, in ASCII and without a bare control character
        click.echo(json.dumps(report).replace("\x7f", "\\u007f"))
    else:
        click.echo("\n".join(lines))


def _score(
    out: Path, gold: str, key: str, samples: int | None, seed: int, worst: int
) -> tuple[dict[str, Any], Iterator[str], str]:
    """Return the report on gold stories or gold pairs, its lines, and why titles are missing."""
    from dedup.evaluation.gold_records import holds_pairs  # numpy: --help must not wait for it

    if holds_pairs(gold, key):
        from dedup.evaluation.judged_run import score_pairs

        report, note = score_pairs(out, gold, samples=samples, seed=seed, worst=worst)
        return report, pair_report(report), note and f"documents have no titles: {note}"
    from dedup.evaluation.labelled_run import score_stories

    report, note = score_stories(out, gold, key=key, samples=samples, seed=seed, worst=worst)
    return report, story_report(report), note and f"the titles are those of {gold}: {note}"

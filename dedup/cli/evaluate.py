"""`dedup evaluate`: the stories of a run against stories labelled by hand."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.settings import SettingsCommand
from dedup.cli.summary import evaluation_report


@click.command(
    cls=SettingsCommand, short_help="Score the stories of a run against stories labelled by hand."
)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("gold", metavar="GOLD")
@click.option(
    "--key",
    default="id",
    metavar="FIELD",
    help="Field of GOLD that holds the id of the document.",
)
@click.option(
    "--bootstrap",
    "samples",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Add 95 % intervals from N resamples of the gold stories; 1000 is a good number.",
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
    "articles lost, those with the highest scores first.",
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
    """Score the stories in OUT against the gold stories in GOLD, and list the worst mistakes.

    Articles lost are removed documents of GOLD of whose gold story no document remains.

    OUT is the output folder of a run, or a file of decisions (id, story_id). GOLD has one line for
    each document: its id, its story, and optionally a set and a title. A document of GOLD that was
    rejected or has no decision counts as a story of its own. Documents of OUT that are not in GOLD
    do not count.

    \b
    Examples:
      dedup evaluate out gold.jsonl
      dedup evaluate out gold.jsonl --bootstrap 1000 --worst 20
      dedup evaluate out/decisions.jsonl gold.jsonl --key url --json
    """
    if not quiet:
        warn_of_leftover()
    from dedup.evaluation.labelled_run import score_run  # numpy: --help must not wait for it

    report, note = score_run(out, gold, key=key, samples=samples, seed=seed, worst=worst)
    if note and not quiet:
        click.echo(f"the titles are those of {gold}: {note}", err=True)
    if as_json:  # on one line, in ASCII and without a bare control character
        click.echo(json.dumps(report).replace("\x7f", "\\u007f"))
    else:
        click.echo("\n".join(evaluation_report(report)))

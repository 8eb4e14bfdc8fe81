"""`dedup evaluate`: the stories of a run against stories labelled by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.errors import printable

Report = dict[str, Any]

# Columns of the table: heading, field of the scores.
_COLUMNS = (
    ("pair P", "pair_precision"), ("R", "pair_recall"), ("F1", "pair_f1"),
    ("B3 P", "b3_precision"), ("R", "b3_recall"), ("F1", "b3_f1"), ("ARI", "adjusted_rand"),
)  # fmt: skip

# What a screen has room for; --json tells everything.
_PARTS_SHOWN = 8
_DOCUMENTS_SHOWN = 4
_TITLE_LENGTH = 80
_EXAMPLES = 3


@click.command(short_help="Score the stories of a run against stories labelled by hand.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("gold", metavar="GOLD")
@click.option(
    "--key",
    default="id",
    show_default=True,
    metavar="FIELD",
    help="The field of GOLD that holds the id of the document.",
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
    show_default=True,
    help="Seed of the resamples; the same seed gives the same intervals.",
)
@click.option(
    "--worst",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    metavar="N",
    help="How many of the largest false merges and splits to list.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, not a table.")
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")
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

    OUT is the output folder of a run, or a file of decisions (id, story_id). GOLD has a line for
    each document with its id and story, and maybe a set; documents of OUT that are not in GOLD
    do not count. A document of GOLD that was rejected or has no decision is a story of its own.

    \b
    Examples:
      dedup evaluate out gold.jsonl
      dedup evaluate out gold.jsonl --bootstrap 1000 --worst 20
      dedup evaluate out/decisions.jsonl gold.jsonl --key url --json
    """
    if not quiet:
        warn_of_leftover()
    from dedup.evaluation.labelled_run import score_run  # not for --help: it imports numpy

    report, note = score_run(out, gold, key=key, samples=samples, seed=seed, worst=worst)
    if note and not quiet:
        click.echo(f"titles are those of {gold}: {note}", err=True)
    click.echo(_as_json(report) if as_json else "\n".join(_as_text(report)))


def _as_json(report: Report) -> str:
    """Return a report as JSON on one line, in ASCII and without a bare control character."""
    return json.dumps(report).replace("\x7f", "\\u007f")


def _as_text(report: Report) -> Iterator[str]:
    """Yield the lines of a report for a person."""
    yield from _table({**report["sets"], "all": report["all"]})
    for name, words in (("without_decision", "no decision"), ("rejected", "rejected")):
        if ids := report[name]:
            some = ", ".join(map(printable, ids[:_EXAMPLES])) + (", ..." if ids[_EXAMPLES:] else "")
            yield f"{words}: {len(ids):,} of GOLD, each a story of its own: {some}"
    yield from _listed("false merges", "story_id", "story", "gold stories", report["merges"])
    yield from _listed("splits", "story", "story_id", "stories of OUT", report["splits"])


def _table(rows: Mapping[str, Report]) -> Iterator[str]:
    """Yield the table of scores."""
    names = {name: _shortened(name, 24) for name in rows}
    width = max(6, *map(len, names.values()))
    headings = "".join(f"{heading:>8}" for heading, _ in _COLUMNS)
    yield f"{'set':{width}}{'n':>8}{'stories':>9}{headings}"
    for name, row in rows.items():
        values = "".join(f"{row[field]:8.3f}" for _, field in _COLUMNS)
        yield f"{names[name]:{width}}{row['n']:8d}{row['stories']:9d}{values}"
        for end, percent in enumerate(("2.5 %", "97.5 %") if "intervals" in row else ()):
            values = "".join(f"{row['intervals'][field][end]:8.3f}" for _, field in _COLUMNS)
            yield f"{'':{width}}{percent:>17}{values}"


def _listed(kind: str, whole: str, part: str, parts: str, found: Report) -> Iterator[str]:
    """Yield the lines on the worst mistakes of a kind."""
    worst = found["worst"]
    yield ""
    yield f"{kind}: {found['count']:,}" + (f"; the largest {len(worst):,}:" if worst else "")
    for mistake in worst:
        label = printable(str(mistake[whole]))
        yield (
            f"  {label}: {mistake['documents']:,} documents in "
            f"{len(mistake['parts']):,} {parts}, wrong pairs: {mistake['wrong_pairs']:,}"
        )
        named = [each for each in mistake["parts"] if each[part] is not None]
        for each in named[:_PARTS_SHOWN]:
            yield from _part(printable(str(each[part])), each["documents"])
        yield from _more(named, _PARTS_SHOWN, "    ")
        alone = [each["documents"][0] for each in mistake["parts"] if each[part] is None]
        if alone:
            yield from _part("alone", alone)


def _part(name: str, documents: Sequence[Report]) -> Iterator[str]:
    """Yield the lines on one part of a mistake."""
    yield f"    {name}: {len(documents):,}"
    yield from map(_document, documents[:_DOCUMENTS_SHOWN])
    yield from _more(documents, _DOCUMENTS_SHOWN, "      ")


def _more(items: Sequence[Any], shown: int, indent: str) -> Iterator[str]:
    """Yield a line on how many were left out, if any were."""
    if len(items) > shown:
        yield f"{indent}... and {len(items) - shown:,} more"


def _document(document: Report) -> str:
    """Return the line on one document."""
    line = f"      {printable(document['id'])}"
    if document["title"] != document["id"]:
        line += f"  {_shortened(document['title'], _TITLE_LENGTH)}"
    if document["relation"] is not None:
        score = document["score"]
        shown = f" {score:.3f}" if isinstance(score, int | float) else ""
        canonical = printable(str(document["canonical_id"]))
        line += f"  [{printable(str(document['relation']))}{shown} of {canonical}]"
    return line


def _shortened(text: str, length: int) -> str:
    """Return a text on one line, cut where it is longer than that."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= length else line[: length - 3] + "..."

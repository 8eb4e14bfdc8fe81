"""`dedup evaluate`: the stories of a run against stories labelled by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.errors import InputError, OutputError

if TYPE_CHECKING:  # it brings numpy, and --help must not wait for that
    from dedup.evaluate import Decided, Labelled, Mistake
    from dedup.models import RawRecord

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
    documents = _read_gold(gold, key)
    decisions = _read_decisions(_decisions_file(out), {each.doc_id for each in documents})
    if not decisions:
        raise InputError(f"no id of {gold} is in {out}: check --key, which is {key}")
    report = _report(documents, decisions, samples, seed)
    merges, splits = _mistakes(documents, decisions)
    listed = [*merges[:worst], *splits[:worst]]
    shown = {
        documents[at].doc_id for each in listed for part in each.parts for at in part.positions
    }
    titles, note = _titles(out / "store.sqlite", shown)
    if note and not quiet:
        click.echo(f"titles are those of {gold}: {note}", err=True)
    for name, found, whole, part in (
        ("merges", merges, "story_id", "story"),
        ("splits", splits, "story", "story_id"),
    ):
        told = [_told(each, whole, part, documents, decisions, titles) for each in found[:worst]]
        report[name] = {"count": len(found), "worst": told}
    click.echo(_as_json(report) if as_json else "\n".join(_as_text(report)))


def _records(inputs: str, key: str = "id") -> Iterator[tuple[RawRecord, str]]:
    """Yield records of a file of any kind that `dedup run` reads, and where each stands.

    Raises:
        InputError: The file, or a record in it, cannot be read.
    """
    from dedup.config import ReadConfig
    from dedup.models import Reason
    from dedup.read import Tally, discover, read

    config, tally = ReadConfig(fields=(("id", key),)), Tally()
    for source in discover([inputs]):
        for number, record in enumerate(read(source, config, tally), 1):
            fault = record.rejection
            # Labels and decisions need no text.
            if fault and fault.reason not in (Reason.NO_TEXT, Reason.TOO_LARGE):
                raise InputError(f"{_escaped(record.doc_id)}: {_escaped(fault.detail)}")
            place = f"record {number} of {source.name}"
            if record.fields.get(key) in (None, ""):
                raise InputError(f"{place} has no {key}: every line needs an id, see --key")
            yield record, place


def _read_gold(gold: str, key: str) -> list[Labelled]:
    """Return the documents of the gold file, in its order."""
    from dedup.evaluate import labelled

    found: dict[str, Labelled] = {}
    for record, place in _records(gold, key):
        if record.doc_id in found:
            raise InputError(f"{place} has the id of an earlier one: {_escaped(record.doc_id)}")
        found[record.doc_id] = labelled(record.fields, record.doc_id, place)
    return list(found.values())


def _decisions_file(out: Path) -> Path:
    """Return the file of decisions that OUT is or holds."""
    if not out.is_dir():
        return out
    for name in ("decisions.jsonl", "decisions.parquet"):
        if (out / name).exists():
            return out / name
    raise InputError(f"{out} holds no decisions: give the output folder of a finished run")


def _read_decisions(path: Path, wanted: set[str]) -> dict[str, Decided]:
    """Return the decisions on some documents.

    Where an id comes twice the first that was not rejected counts: a rejected duplicate-id says
    nothing of the document that has the id.
    """
    from dedup.evaluate import decided

    found: dict[str, Decided] = {}
    for record, place in _records(str(path)):
        doc_id = record.doc_id
        if doc_id in wanted and (doc_id not in found or found[doc_id].rejected):
            found[doc_id] = decided(record.fields, place)
    return found


def _labels(
    documents: Iterable[Labelled], decisions: Mapping[str, Decided]
) -> tuple[list[Any], list[Any]]:
    """Return the gold story and the story of the output of each document."""
    pairs = [(each.story, decisions.get(each.doc_id)) for each in documents]
    return [story for story, _ in pairs], [found and found.story_id for _, found in pairs]


def _report(
    documents: Sequence[Labelled], decisions: Mapping[str, Decided], samples: int | None, seed: int
) -> Report:
    """Return the scores of all documents and of each set, and which were not decided."""
    from dedup.evaluate import bootstrap, scores

    def row(part: Iterable[Labelled]) -> Report:
        labels = _labels(part, decisions)
        told: Report = asdict(scores(*labels))
        if samples:
            told["intervals"] = bootstrap(*labels, samples=samples, seed=seed)
        return told

    sets: dict[str, list[Labelled]] = {}
    for each in documents:
        if each.group is not None:
            sets.setdefault(each.group, []).append(each)
    ids = [each.doc_id for each in documents]
    return {
        "all": row(documents),
        "sets": {name: row(part) for name, part in sorted(sets.items())},
        "bootstrap": {"samples": samples, "seed": seed, "level": 0.95} if samples else None,
        "without_decision": [each for each in ids if each not in decisions],
        "rejected": [each for each in ids if each in decisions and decisions[each].rejected],
    }


def _mistakes(
    documents: Sequence[Labelled], decisions: Mapping[str, Decided]
) -> tuple[list[Mistake], list[Mistake]]:
    """Return all false merges and all splits, the worst first."""
    from dedup.evaluate import mistakes

    return mistakes(*_labels(documents, decisions))


def _titles(path: Path, wanted: set[str]) -> tuple[dict[str, str], str]:
    """Return the titles, else the first words, that the store has of some documents.

    Returns:
        By id; and why there are none, where there is a store that cannot be read.
    """
    if not wanted or not path.is_file():
        return {}, ""
    from dedup.evaluate import first_words
    from dedup.models import Status
    from dedup.store import Store

    found: dict[str, str] = {}
    try:
        with Store(path) as store:
            rows = [
                each.row
                for each in store.results.decisions()
                if each.doc_id in wanted and each.status is not Status.REJECTED
            ]
            for facts in store.results.facts(rows, {row: row for row in rows}):
                words = facts.title or first_words({"text": store.documents.text(facts.row)})
                found[facts.doc_id] = words or facts.doc_id
    except OutputError as error:
        return {}, str(error)
    return found, ""


def _told(
    mistake: Mistake,
    whole: str,
    part: str,
    documents: Sequence[Labelled],
    decisions: Mapping[str, Decided],
    titles: Mapping[str, str],
) -> Report:
    """Return a mistake as JSON has it; its label and those of its parts have different names."""

    def told(each: Labelled) -> Report:
        known = asdict(decisions[each.doc_id]) if each.doc_id in decisions else {}
        title = titles.get(each.doc_id) or each.title or each.doc_id
        names = ("canonical_id", "relation", "score")
        return {"id": each.doc_id, "title": title, **{name: known.get(name) for name in names}}

    return {
        whole: mistake.label,
        "documents": sum(len(each.positions) for each in mistake.parts),
        "wrong_pairs": mistake.wrong_pairs,
        "parts": [
            {part: each.label, "documents": [told(documents[at]) for at in each.positions]}
            for each in mistake.parts
        ],
    }


def _as_json(report: Report) -> str:
    """Return a report as JSON on one line, in ASCII and without a bare control character."""
    return json.dumps(report).replace("\x7f", "\\u007f")


def _as_text(report: Report) -> Iterator[str]:
    """Yield the lines of a report for a person."""
    yield from _table({**report["sets"], "all": report["all"]})
    told = ("without_decision", "no decision"), ("rejected", "rejected")
    for name, words in told:
        if ids := report[name]:
            some = ", ".join(map(_escaped, ids[:_EXAMPLES])) + (", ..." if ids[_EXAMPLES:] else "")
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
        label = _escaped(str(mistake[whole]))
        yield (
            f"  {label}: {mistake['documents']:,} documents in "
            f"{len(mistake['parts']):,} {parts}, wrong pairs: {mistake['wrong_pairs']:,}"
        )
        named = [each for each in mistake["parts"] if each[part] is not None]
        for each in named[:_PARTS_SHOWN]:
            yield from _part(_escaped(str(each[part])), each["documents"])
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
    line = f"      {_escaped(document['id'])}"
    if document["title"] != document["id"]:
        line += f"  {_shortened(document['title'], _TITLE_LENGTH)}"
    if document["relation"] is not None:
        score = document["score"]
        told = f" {score:.3f}" if isinstance(score, int | float) else ""
        canonical = _escaped(str(document["canonical_id"]))
        line += f"  [{_escaped(str(document['relation']))}{told} of {canonical}]"
    return line


def _shortened(text: str, length: int) -> str:
    """Return a text on one line, cut where it is longer than that."""
    line = _escaped(" ".join(text.split()))
    return line if len(line) <= length else line[: length - 3] + "..."


def _escaped(text: str) -> str:
    r"""Return a text that moves no cursor: what cannot be printed is written out.

    >>> print(_escaped("a\x1b[2J\u202e"))
    a\x1b[2J\u202e
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )

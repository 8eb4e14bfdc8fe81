"""The explanation of two documents on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dedup.cli.console import WIDE, readable
from dedup.cli.side_by_side import print_sentences
from dedup.explain.explained_values import bands_in_words, copies_in_words, signed
from dedup.models import count_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from dedup.explain.evidence import (
        CandidateEvidence,
        CopyEvidence,
        DocumentSummary,
        ElectionStep,
        JoinEvidence,
        PairExplanation,
        RewriteEvidence,
        SharedFacts,
    )

NAMES = ("A", "B")
"""What the two documents are called."""

_RUNS = 3
_TERMS = 12
_LONGEST_RUN = 240
_LONGEST_FACT = 160


def print_pair(found: PairExplanation, target: Console, sentences: int) -> None:
    """Print why two documents are one story, or are not.

    Args:
        found: The explanation.
        target: Where to.
        sentences: Most rows of sentences; 0 for all.
    """
    from rich.text import Text

    style = "bold green" if found.together else "bold red"
    target.print(Text(readable(found.verdict, 1000), style))
    target.print()
    target.print(documents_table((found.first, found.second), target))
    if found.copies is not None:
        print_lines("Copies", found.copies.sentence, _copies(found.copies), target)
    if found.rewrites is not None:
        _print_rewrites(found.rewrites, target)
    if found.facts:
        _heading("Facts", target)
        target.print(_facts(found.facts, target))
    if found.sentences:
        _heading("Sentences", target)
        print_sentences(found.sentences, NAMES, target, sentences)
    if found.settings:
        _heading("What would change the answer", target)
        for each in found.settings:
            mark = "" if each.certain else " (not certain)"
            target.print(Text(f"{readable(each.sentence, 500)}{mark}"))
    if found.no_setting:
        _heading("What would change the answer", target)
        target.print(Text(readable(found.no_setting, 500)))
    if found.election:
        _heading("Election", target)
        if found.election_note:
            target.print(Text(readable(found.election_note, 500)))
        target.print(election_table(found.election))


def documents_table(documents: Sequence[DocumentSummary], target: Console) -> Table:
    """Return what is known of documents: a column each where there is room."""
    return described_table([[*_described(document)] for document in documents], target)


def described_table(described: Sequence[Sequence[tuple[str, str]]], target: Console) -> Table:
    """Return labels and values of one or two documents: a column each where there is room."""
    if target.width >= WIDE:
        return _side_by_side(described)
    table = _plain_table()
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for place, lines in enumerate(described):
        if place:
            table.add_row()
        name = NAMES[place] if len(described) > 1 else ""
        for label, value in lines:
            table.add_row(f"{name} {label}".strip(), value)
    return table


def _side_by_side(described: Sequence[Sequence[tuple[str, str]]]) -> Table:
    """Return a table with a column for each document."""
    table = _plain_table()
    table.add_column(style="dim", no_wrap=True)
    for name, _ in zip(NAMES, described, strict=False):
        table.add_column(name if len(described) > 1 else "", ratio=1, overflow="fold")
    table.show_header = len(described) > 1
    values = [dict(lines) for lines in described]
    for label in dict.fromkeys(label for each in values for label in each):
        table.add_row(label, *(each.get(label, "") for each in values))
    return table


def _described(document: DocumentSummary) -> Iterator[tuple[str, str]]:
    """Yield what is said of a document, with its label."""
    yield "title", readable(document.title) or "none"
    yield "host", readable(document.host) or "unknown"
    yield "date", readable(document.date) or "unknown"
    if document.language:
        yield "language", readable(document.language)
    yield "status", status_of(document)
    if document.story_id:
        yield "story", readable(document.story_id)
    yield "id", readable(document.id)
    if document.url and document.url != document.id:
        yield "address", readable(document.url)


def status_of(document: DocumentSummary) -> str:
    """Return the status of a document in words."""
    if document.relation is None:
        return document.status
    score = "" if document.score is None else f", score {document.score:.2f}"
    return f"{document.status}: {document.relation} of {readable(document.canonical_id)}{score}"


def print_lines(
    title: str, sentence: str, lines: Iterable[tuple[str, str]], target: Console
) -> None:
    """Print a section: a sentence, and values with their labels."""
    from rich.text import Text

    _heading(title, target)
    if sentence:
        target.print(Text(readable(sentence, 1000)))
    target.print(_labelled(lines))


def _copies(copies: CopyEvidence) -> Iterator[tuple[str, str]]:
    """Yield how much of two texts is the same."""
    yield from copies_in_words(copies)
    for number, run in enumerate(copies.runs[:_RUNS]):
        label = "" if number else "shared runs"
        yield label, f"{count_of(run.words, 'word')}: {readable(run.text, _LONGEST_RUN)}"
    if len(copies.runs) > _RUNS:
        yield "", f"and {count_of(len(copies.runs) - _RUNS, 'shorter one')}"


def _print_rewrites(rewrites: RewriteEvidence, target: Console) -> None:
    """Print what the score of two tellings is made of, and what grouping made of it."""
    from rich.text import Text

    one, other = map(readable, rewrites.of)
    print_lines("Rewrites", rewrites.candidate.sentence, _candidate(rewrites.candidate), target)
    target.print(Text(f"scored: {one} and {other}", "dim"))
    target.print()
    target.print(_contributions(rewrites, target))
    target.print()
    target.print(_labelled(_grouping(rewrites)))


def _candidate(candidate: CandidateEvidence) -> Iterator[tuple[str, str]]:
    """Yield whether heavy terms proposed a pair."""
    yield "compared", "yes" if candidate.proposed else "no"
    terms = _listed(candidate.shared_terms, _TERMS) or "none"
    yield "heavy terms", f"{terms} (at least {candidate.least_shared:,} in both)"
    for name, alone in zip(NAMES, (candidate.first_terms, candidate.second_terms), strict=True):
        if alone:
            yield f"  only {name}", _listed(alone, _TERMS)
    if candidate.bands is not None:
        yield "bands", bands_in_words(candidate.bands)
    days = "unknown" if candidate.days is None else f"{candidate.days:.1f}"
    yield "days apart", f"{days} (at most {candidate.window_days:g})"
    yield "candidate score", f"{candidate.candidate_score:.2f}"


def _contributions(rewrites: RewriteEvidence, target: Console) -> Table:
    """Return the addends of the log odds, with their sum so far."""
    table = _plain_table()
    table.show_header = True
    table.expand = False
    table.add_column("feature")
    for name in ("value", "weight", "log odds", "sum"):
        table.add_column(name, justify="right", no_wrap=True)
    is_wide = target.width >= WIDE
    if is_wide:
        table.add_column("meaning", ratio=1)
    total = 0.0
    for each in rewrites.contributions:
        total += each.log_odds
        cells = [
            each.name, _number(each.value), _number(each.weight), signed(each.log_odds),
            signed(total),
        ]  # fmt: skip
        table.add_row(*cells, *([readable(each.meaning, 400)] if is_wide else ()))
    score = f"score {rewrites.score:.2f}"
    end = [score, "", "", "", signed(rewrites.log_odds)]
    table.add_row(*end, *(["the same as a probability"] if is_wide else ()), style="bold")
    return table


def _grouping(rewrites: RewriteEvidence) -> Iterator[tuple[str, str]]:
    """Yield what grouping made of a score."""
    yield "least score", f"{rewrites.threshold:.2f}, the threshold: the least mean of a story"
    size = rewrites.group_size
    yield "loose group", "none with both" if size is None else count_of(size, "telling")
    if rewrites.roundups:
        yield "roundups", _listed(rewrites.roundups, len(rewrites.roundups))
    if rewrites.join is not None:
        yield from _join(rewrites.join)


def _join(join: JoinEvidence) -> Iterator[tuple[str, str]]:
    """Yield what joining two clusters was worth."""
    one, other = map(len, join.members)
    yield "clusters", f"{one:,} with A and {other:,} with B"
    yield "mean log odds", f"{signed(join.mean_log_odds):>5}  of the pairs between them"
    asked = signed(join.threshold_log_odds)
    yield "threshold", f"{signed(-join.threshold_log_odds):>5}  a mean of {asked} is asked for"
    yield "sizes", f"{signed(-join.size_cost):>5}  more is asked of few documents"
    yield "contrast", f"{signed(-join.contrast_cost):>5}  words that only one of them uses"
    for name, terms in zip(NAMES, join.contrast_terms, strict=True):
        if terms:
            yield f"  only {name}", _listed(terms, _TERMS)
    outcome = "joined" if join.joined else "not joined"
    must = "; an earlier dump had joined them" if join.must_link else ""
    yield "worth", f"{signed(join.worth):>5}  the sum, joined from 0 on: {outcome}{must}"


def _facts(facts: Sequence[SharedFacts], target: Console) -> Table:
    """Return what both texts have, and what one has alone."""
    if target.width < WIDE:
        return _labelled(_fact_lines(facts))
    table = _plain_table()
    table.show_header = True
    table.add_column("", style="dim", no_wrap=True)
    for name in ("both", *(f"only {name}" for name in NAMES)):
        table.add_column(name, ratio=1, overflow="fold")
    for each in facts:
        label = f"{each.kind}\n(none shared)" if each.conflicting else each.kind
        table.add_row(label, *_parts(each))
    return table


def _parts(facts: SharedFacts) -> tuple[str, str, str]:
    """Return what both have, what only the first has, and what only the second has."""
    marks = "“”" if facts.kind == "quotes" else ("", "")
    both, first, second = (
        _listed([f"{marks[0]}{each}{marks[1]}" for each in part], len(part))
        for part in (facts.shared, facts.first_only, facts.second_only)
    )
    return both, first, second


def _fact_lines(facts: Sequence[SharedFacts]) -> Iterator[tuple[str, str]]:
    """Yield the same, one below the other."""
    for each in facts:
        parts = _parts(each)
        names = ("both", *(f"only {name}" for name in NAMES))
        label = f"{each.kind} (none shared)" if each.conflicting else each.kind
        for name, part in zip(names, parts, strict=True):
            if part:
                yield label, f"{name}: {part}"
                label = ""
        if not any(parts):
            yield label, "none"


def election_table(steps: Sequence[ElectionStep]) -> Table:
    """Return the rules of an election in order; what comes after the one that decides is dim."""
    table = _plain_table()
    table.show_header = True
    table.add_column("", width=1)
    for name in ("rule", "canonical", "other"):
        table.add_column(name, overflow="fold")
    is_decided = False
    for each in steps:
        style = "bold" if each.decides else "dim" if is_decided else ""
        cells = (each.rule, each.canonical, each.other)
        table.add_row("*" if each.decides else "", *map(readable, cells), style=style)
        is_decided = is_decided or each.decides
    return table


def _labelled(lines: Iterable[tuple[str, str]]) -> Table:
    """Return values behind their labels."""
    table = _plain_table()
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for label, value in lines:
        table.add_row(label, value)
    return table


def _plain_table() -> Table:
    """Return a table without lines and headings."""
    from rich.table import Table

    return Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, header_style="bold"
    )


def _heading(title: str, target: Console) -> None:
    """Print the heading of a section."""
    from rich.text import Text

    target.print()
    target.print(Text(title, "bold underline"))


def _listed(values: Sequence[str], most: int) -> str:
    """Return some values with commas between them."""
    more = f", and {len(values) - most:,} more" if len(values) > most else ""
    return ", ".join(readable(value, _LONGEST_FACT) for value in values[:most]) + more


def _number(value: float | None) -> str:
    """Return a value of a feature."""
    return "" if value is None else f"{value:.3f}"

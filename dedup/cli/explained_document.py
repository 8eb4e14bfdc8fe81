"""The nearest others of a document, and its election, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.cli.console import readable
from dedup.cli.explained_pair import documents_table, election_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from dedup.explain.document_explanation import DocumentExplanation


_WIDE = 140
"""Columns from which a neighbour has one line."""


def print_document(found: DocumentExplanation, target: Console) -> None:
    """Print what is near a document."""
    from rich.text import Text

    document = found.document
    target.print(Text(f"{document.status}: {readable(document.reason, 1000)}", "bold"))
    target.print()
    target.print(documents_table([document], target))
    target.print()
    target.print(Text("Nearest others", "bold underline"))
    said = readable(found.sentence, 1000)
    if found.neighbours:
        target.print(_neighbours(found, target))
    else:
        said = said or "none: no other document was compared with it"
    if said:
        target.print(said)
    if found.election:
        target.print()
        target.print(Text("Election", "bold underline"))
        if found.runner_up is not None:
            name = f"{readable(found.runner_up.title)} ({readable(found.runner_up.id)})"
            target.print(Text(f"runner-up: {name}"))
        target.print(election_table(found.election))


def _neighbours(found: DocumentExplanation, target: Console) -> Table:
    """Return a row for each neighbour."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("of", no_wrap=True)
    table.add_column("story", no_wrap=True)
    is_wide = target.width >= _WIDE
    for name in ("document", *(("host", "date", "status", "id") if is_wide else ())):
        table.add_column(name, overflow="fold", ratio=3 if name == "document" else None)
    for each in found.neighbours:
        other = each.document
        title = readable(other.title) or readable(other.id)
        status = f"{other.status}, {other.relation}" if other.relation else other.status
        known = (readable(other.host), readable(other.date)[:10], status, readable(other.id))
        if not is_wide:
            title = "\n".join([title, "  ".join(filter(None, known[:3])), known[3]])
        cells = (title, *known) if is_wide else (title,)
        story = "same" if each.same_story else "other"
        style = "" if each.same_story else "dim"
        table.add_row(f"{each.score:.3f}", each.kind.replace("_", " "), story, *cells, style=style)
    return table

"""Pairs in the terminal: shown one after the other, and judged by single keys."""

from __future__ import annotations

import sys
import termios
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from dedup.cli.console import readable
from dedup.cli.explained_pair import NAMES, described_table
from dedup.cli.side_by_side import print_sentences
from dedup.label.shown_pair import ONE_STORY, TOO_SOON, shown_pair
from dedup.models import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.open_run import Run
    from dedup.label.label_session import LabelSession
    from dedup.label.shown_pair import ShownDocument, ShownPair

_KEYS = {
    "y": "one story",
    "n": "two stories",
    "s": "skipped",
    "u": "taken back",
    "a": "all sentences",
    "q": "quit",
}
"""The keys, and what is printed behind them."""

_ANSWERS = {"y": True, "n": False, "s": None}

_WORDS = {"yes": "y", "no": "n", "skip": "s", "undo": "u", "all": "a", "quit": "q"}

_QUESTION = "Do both tell one story? [y]es [n]o [s]kip [u]ndo [a]ll sentences [q]uit: "
_AT_END = "No pair is left. [u]ndo [q]uit: "

_LONGEST_LINE = 1000

_Read = Callable[[], str]


def ask_pairs(run: Run, session: LabelSession, target: Console, sentences: int) -> None:
    """Ask pair after pair until the person quits or the answers end.

    Args:
        run: The run.
        session: What is asked, and where answers go.
        target: Where to print.
        sentences: Most rows of sentences of a pair; 0 for all.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
        OutputError: An answer cannot be saved.
    """
    click.echo(ONE_STORY)
    read = _key if sys.stdin.isatty() and sys.stdout.isatty() else _line
    shown_place: int | None = -1  # of no pair
    while True:
        pair = session.current
        place = None if pair is None else pair.place
        if pair is not None and place != shown_place:
            shown = shown_pair(run, pair)
            _print_pair(shown, session, target, sentences)
        shown_place = place
        key = _asked(_AT_END if pair is None else _QUESTION, read)
        if key == "q":
            return
        if key == "u" and not session.undo(place):
            click.echo("there is no answer to take back")
        elif key == "a" and pair is not None:
            print_sentences(shown.sentences, NAMES, target, 0)
        elif key in _ANSWERS:
            session.answer(place, _ANSWERS[key])


def _asked(question: str, read: _Read) -> str:
    """Return the key that answers a question; ask again where it is none."""
    while True:
        click.echo(question, nl=False)
        try:
            given = read().lower()
        except (EOFError, OSError, termios.error):  # the end of the answers, or of the terminal
            click.echo()
            return "q"
        key = _WORDS.get(given, given)
        if key in _KEYS:
            click.echo(_KEYS[key])
            return key
        click.echo("press y, n, s, u, a or q")


def _key() -> str:
    """Return the key that is pressed next; what was pressed before the question is dropped.

    An answer that comes too soon after it was a key pressed twice.
    """
    asked = time.monotonic()
    while True:
        key: str = click.getchar()
        if key.lower() not in _ANSWERS or time.monotonic() - asked >= TOO_SOON:
            return key


def _line() -> str:
    """Return the next line of stdin.

    Raises:
        EOFError: There is none.
    """
    line = sys.stdin.buffer.readline(_LONGEST_LINE)
    if not line:
        raise EOFError
    return line.decode("utf-8", "replace").strip()


def _print_pair(shown: ShownPair, session: LabelSession, target: Console, sentences: int) -> None:
    """Print both documents of a pair and their texts, and how far the session is."""
    from rich.text import Text

    counted = session.counted
    skipped = f", {counted.skipped:,} skipped" if counted.skipped else ""
    far = f"{counted.answered:,} of {count_of(counted.pairs, 'pair')} answered{skipped}"
    target.print()
    target.rule(Text(f"pair {shown.place + 1:,}: {far}"), align="left")
    target.print(described_table([[*_described(each)] for each in shown.documents], target))
    target.print()
    print_sentences(shown.sentences, NAMES, target, sentences, "the key a shows all")


def _described(document: ShownDocument) -> Iterator[tuple[str, str]]:
    """Yield what is shown of a document, with its label."""
    yield "title", readable(document.title) or "none"
    yield "host", readable(document.host) or "unknown"
    yield "date", readable(document.date) or "unknown"
    if document.language:
        yield "language", readable(document.language)
    yield "id", readable(document.id)
    if document.address:
        yield "address", readable(document.address)

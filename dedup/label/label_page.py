"""A session as a page of a browser: all of it, or the part that an answer changes."""

from __future__ import annotations

from dataclasses import dataclass

from dedup.explain.html_pages import page, render
from dedup.label.label_session import Counted
from dedup.label.shown_pair import ONE_STORY, TOO_SOON, ShownPair

_PACKAGE = "dedup.label"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page shows.

    Attributes:
        pair: The pair to be judged; None where none is left.
        counted: How far the file is.
        file: The file of labels.
        message: What the last key did, in words.
        can_undo: Whether there is an answer to take back.
        again: The command that goes on.
        has_ended: Whether the page is to be closed.
    """

    pair: ShownPair | None
    counted: Counted
    file: str
    message: str
    can_undo: bool
    again: str
    has_ended: bool


def label_page(asked: Asked) -> str:
    """Return the page; its script replaces the part of :func:`asked_part`."""
    return page(
        "label.html",
        title="Do both tell one story?",
        package=_PACKAGE,
        styles=("templates/label.css",),
        scripts=("templates/label.js",),
        policy="connect-src 'self';",
        asked=asked,
        wait=round(1000 * TOO_SOON),
        one_story=ONE_STORY,
    )


def asked_part(asked: Asked) -> str:
    """Return the pair that is asked, and how far the file is."""
    return str(render("asked.html", package=_PACKAGE, asked=asked, one_story=ONE_STORY))

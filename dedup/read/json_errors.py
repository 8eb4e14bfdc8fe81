"""Where a JSON text is broken: only looked at when it is, so that good texts lose no time."""

from __future__ import annotations

import json
import re

OPENING_LENGTH = 1_024
"""Most bytes that are looked at for the opening of an object, its first name included."""

# The first quote of the next object ends the text of one that is cut: ``"cut in the {"id"``.
_CUT_INTO = re.compile(rb'\{\s{0,200}"\Z')


def _error(text: bytes) -> json.JSONDecodeError | None:
    """Return the first error of a JSON text; None where its brackets and quotes are right."""
    as_latin1 = text.decode("latin-1")  # so that a position is that of a byte
    try:
        json.loads(as_latin1)
    except json.JSONDecodeError as error:
        return error
    except (RecursionError, ValueError):  # too deep; a number of too many digits
        return None
    return None


def first_error(text: bytes) -> int:
    """Return where the first error of a text is, or the object begins that a cut text runs into."""
    error = _error(text)
    stop = error.pos if error else 0
    opening = _CUT_INTO.search(text, max(0, stop - OPENING_LENGTH), stop)
    return opening.start() if opening else stop


def is_alone(text: bytes) -> bool:
    """Return whether a broken text ends where it seems to: a text in it may hold line ends."""
    try:
        json.loads(text.decode("latin-1"), strict=False)
    except json.JSONDecodeError:
        return False
    except (RecursionError, ValueError):
        return True
    return True


def is_broken(text: bytes) -> bool:
    """Return whether the beginning of a JSON text is broken, not only cut."""
    error = _error(text)
    cut = error is None or error.msg.startswith("Unterminated") or error.pos + 9 > len(text)
    return not cut

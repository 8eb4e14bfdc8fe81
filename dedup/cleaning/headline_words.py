"""Whether a text speaks of what its headline says.

An article has most words of its headline. The text of a site, which stands under many headlines,
has them by chance.
"""

from __future__ import annotations

import re

# Shorter words are in every text. The first letters of a word serve as its stem.
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5

# Letters of scripts without spaces, and of Korean, whose words have endings: pairs of them count.
_WIDE = re.compile(
    r"[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)

# What an agency puts before the headline of a message that it sends again: "UPDATE 1-".
_AGAIN = re.compile(
    r"(?:[(\[]?(?:\d(?:st|nd|rd|th) )?"
    r"(?:update|wrapup|rpt|refile|corrected|correction|lead|breaking|urgent|flash|alert"
    r"|eil|eilmeldung|urgente|срочно)"
    r"(?: \d{1,2})?(?:[)\]]|(?=[-–—:]))\s?[-–—:]?\s*)+"
)

# What a site adds to its headlines: " | The Elwood Gazette".
_SITE_NAME = re.compile(r"\s+[|»·–—-]\s+[^|»·–—]*$")

_LEAST_WORDS = 2

SPEAKS = 0.5
"""Share of the words of a headline from which a text is what it announces."""

FOREIGN = 1 / 3
"""Share of the words of a headline below which a text says nothing of it."""


def stems(text: str) -> frozenset[str]:
    """Return the stems of the longer words of a text; of scripts without spaces pairs of letters.

    >>> sorted(stems("Ferries to Port Elwood")), sorted(stems("新渡轮"))
    (['elwoo', 'ferri', 'port'], ['新渡', '渡轮'])
    """
    folded = text.casefold()
    found = {word[:_STEM] for word in _WORD.findall(_WIDE.sub(" ", folded))}
    for run in _WIDE.findall(folded):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(found)


def without_site_name(title: str) -> str:
    """Return a headline without the name of the site behind it.

    >>> without_site_name("Ferry resumes | The Gazette")
    'Ferry resumes'
    """
    return _SITE_NAME.sub("", title)


def headline_stems(title: str | None, host: str) -> frozenset[str]:
    """Return the stems of a headline without the name of the site; none where it says too little.

    >>> sorted(headline_stems("Ferry to Port Elwood resumes | The Gazette", "gazette.example"))
    ['elwoo', 'ferry', 'port', 'resum']
    """
    shorter = without_site_name(title or "")
    found = stems(shorter) if len(stems(shorter)) >= _LEAST_WORDS else stems(title or "")
    own = frozenset(stem for stem in found if stem not in host)
    return own if len(own) >= _LEAST_WORDS else frozenset()


def same_headline_key(title: str | None) -> str:
    """Return a headline without letter case and without what an agency adds when it sends it again.

    >>> same_headline_key("UPDATE 1-Assembly passes law"), same_headline_key("(LEAD) Law passed")
    ('assembly passes law', 'law passed')
    """
    folded = " ".join((title or "").casefold().split())
    return _AGAIN.sub("", folded, count=1) if _AGAIN.match(folded) else folded


def share_of(headline: frozenset[str], text: str) -> float:
    """Return which share of the stems of a headline is in a text, in [0, 1]; 0 for no headline."""
    return len(headline & stems(text)) / max(1, len(headline))


def announced(headline: frozenset[str], text: str, enough: float = 1.0) -> float:
    r"""Return :func:`share_of` for a text without the lines that are the headline itself.

    Args:
        headline: The stems of a headline.
        text: A text of several lines.
        enough: The share with which no further line is read.

    >>> announced(stems("Ferry resumes"), "Ferry resumes\nThe ferry sails again.")
    0.5
    """
    found: frozenset[str] = frozenset()
    for line in text.split("\n"):
        if len(found) >= enough * len(headline):
            break
        inside = stems(line)
        if not inside <= headline:
            found |= headline & inside
    return len(found) / max(1, len(headline))

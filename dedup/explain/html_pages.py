"""Answers as HTML: a self-contained page for a file, a fragment for a notebook.

A template of ``templates/`` is the inside of a page. It has no script, no style of its own and no
reference to anything else; the policy of the page allows none. Whatever stands in a document is
escaped, and so are its characters that cannot be seen: controls, lone surrogates, and those that
change the direction of the text around.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dedup.explain.explained_values import (
    bands_in_words,
    copies_in_words,
    marked_parts,
    signed,
    some,
)
from dedup.models import count_of

LONGEST_NAME = 300
"""Characters of a title, an address or an id that are shown."""

_PAGE, _FRAGMENT, _STYLE = "base.html", "fragment.html", "style.css"

# Joiners are letters of some scripts; spaces and line ends are what they seem.
_HARMLESS = frozenset("\u200c\u200d\n\t")


def page(template: str, *, title: str, **values: Any) -> str:
    """Return a self-contained page.

    Args:
        template: Name of the template of its inside, such as ``explanation.html``.
        title: Its title, for the window and for bookmarks.
        values: What the template names.
    """
    return _render(_PAGE, template, {**values, "title": title})


def fragment(template: str, **values: Any) -> str:
    """Return the inside of a page with its style, as a notebook shows it (``_repr_html_``).

    Args:
        template: Name of the template.
        values: What the template names.
    """
    return _render(_FRAGMENT, template, values)


def visible(text: str) -> str:
    r"""Return a text with characters that cannot be seen escaped, but for spaces and joiners.

    >>> visible("a\x1b[31m\u202eb\ud800 \u200c")
    'a\\x1b[31m\\u202eb\\ud800 \u200c'
    """
    if text.isprintable():  # as nearly always
        return text
    return "".join(
        each if _is_plain(each) else each.encode("unicode_escape").decode() for each in text
    )


def _is_plain(character: str) -> bool:
    """Return whether a character is what it looks like."""
    is_space = character.isspace() and character > "\x9f"  # of Unicode, not of a terminal
    return character.isprintable() or is_space or character in _HARMLESS


def short(text: str | None, most: int = LONGEST_NAME) -> str:
    """Return a title or another name cut to some characters."""
    text = text or ""
    return text if len(text) <= most else f"{text[:most]}…"


def _render(outer: str, inner: str, values: dict[str, Any]) -> str:
    """Return a template inside of another one."""
    style, digest = _style()
    return (
        _environment()
        .get_template(outer)
        .render(**values, inside=inner, style=style, style_digest=digest)
    )


@cache
def _environment() -> Environment:
    """Return what templates are read and filled with: those of the package, and no others."""
    environment = Environment(
        loader=PackageLoader("dedup.explain"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        short=short,
        marked=marked_parts,
        count="{:,}".format,
        score="{:.2f}".format,
        signed=signed,
        some=some,
        bands_in_words=bands_in_words,
        copies_in_words=copies_in_words,
        count_of=count_of,
    )
    return environment


def _shown(value: Any) -> Any:
    """Return what is written for a value of a template."""
    if value is None:
        return ""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return visible(value) if plain else value


@cache
def _style() -> tuple[Markup, str]:
    """Return the style sheet, which comes with the package, and what the policy calls it by."""
    environment = _environment()
    assert environment.loader is not None
    source = environment.loader.get_source(environment, _STYLE)[0]
    style = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)).strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Markup(style), f"sha256-{digest}"

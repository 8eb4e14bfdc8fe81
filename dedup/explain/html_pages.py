"""Answers as HTML: a self-contained page for a file, a fragment for a notebook.

A template of ``templates/`` is the inside of a page. It has no reference to anything else, and the
policy of the page allows none: only the styles and scripts that come with this package are known to
it, by their digests. Whatever stands in a document is escaped, and so are its characters that
cannot be seen: controls, lone surrogates, and those that change the direction of the text around.

Other packages with pages (``label``, ``report``) keep their templates, styles and scripts in
folders of their own, and name their package.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
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

_OWN = "dedup.explain"

# Joiners are letters of some scripts; spaces and line ends are what they seem.
_HARMLESS = frozenset("\u200c\u200d\n\t")


def page(
    template: str,
    *,
    title: str,
    package: str = _OWN,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    policy: str = "",
    **values: Any,
) -> str:
    """Return a self-contained page.

    Args:
        template: Name of the template of its inside, such as ``explanation.html``.
        title: Its title, for the window and for bookmarks.
        package: Whose template it is; those of this package can be included in it.
        styles: Files of ``package`` with styles beside the common one, as paths below it.
        scripts: Files of ``package`` with scripts, which run in this order after the page is read.
        policy: More rules of its Content-Security-Policy, each followed by a semicolon.
        values: What the template names.
    """
    own = {
        "title": title,
        "styles": (_style(), *(_shrunk(package, each) for each in styles)),
        "scripts": tuple(_inlined(package, each) for each in scripts),
        "policy": policy,
    }
    return _render(package, _PAGE, template, {**values, **own})


def fragment(template: str, **values: Any) -> str:
    """Return the inside of a page with its style, as a notebook shows it (``_repr_html_``).

    Args:
        template: Name of the template.
        values: What the template names.
    """
    return _render(_OWN, _FRAGMENT, template, {**values, "style": _style()[0]})


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


def render(template: str, *, package: str = _OWN, **values: Any) -> Markup:
    """Return a filled template without a page around it, to be put into another one."""
    return Markup(_environment(package).get_template(template).render(**values))


def _render(package: str, outer: str, inner: str, values: dict[str, Any]) -> str:
    """Return a template inside of another one."""
    return _environment(package).get_template(outer).render(**values, inside=inner)


@cache
def _environment(package: str) -> Environment:
    """Return what templates are read and filled with: those of a package and of this one."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in dict.fromkeys((package, _OWN))]),
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


def _style() -> tuple[Markup, str]:
    """Return the common style sheet, and what the policy calls it by."""
    return _shrunk(_OWN, f"templates/{_STYLE}")


@cache
def _shrunk(package: str, path: str) -> tuple[Markup, str]:
    """Return a style sheet without comments and line ends, and what the policy calls it by."""
    source = files(package).joinpath(path).read_text("utf-8")
    return _known(re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)).strip())


@cache
def _inlined(package: str, path: str) -> tuple[Markup, str]:
    """Return a script, and what the policy calls it by."""
    return _known(files(package).joinpath(path).read_text("utf-8"))


def _known(source: str) -> tuple[Markup, str]:
    """Return what comes with a package, not to be escaped, and its digest for the policy."""
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return Markup(source), f"'sha256-{digest}'"

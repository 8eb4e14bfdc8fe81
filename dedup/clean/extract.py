"""Make main text and metadata of one page with Trafilatura; this module alone imports it."""

from __future__ import annotations

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.utils import load_html

from dedup.models import Extraction, Reason, Rejection


def extract(html: bytes) -> Extraction | Rejection:
    """Return main text and metadata of a page, or why there is none."""
    if not html or html.isspace():
        return Rejection(Reason.EMPTY, "no bytes" if not html else "only white space")
    tree: HtmlElement | None = load_html(html)
    if tree is None:
        return Rejection(Reason.NOT_HTML, "no tree")
    page = bare_extraction(tree, include_comments=False, deduplicate=False, with_metadata=True)
    if page is None or not page.text.strip():
        return Rejection(Reason.NO_TEXT, "no main text")
    return Extraction(
        text=page.text,
        title=page.title,
        date=page.date,
        author=page.author,
        site=page.sitename,
        hostname=page.hostname,
        url=page.url,
        language=page.language,
        description=page.description,
    )

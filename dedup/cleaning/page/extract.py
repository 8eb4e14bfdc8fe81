"""Extract main text and metadata of one page; the result depends on its bytes alone."""

from __future__ import annotations

from dedup.cleaning.page.bylines import byline
from dedup.cleaning.page.main_text import main_text
from dedup.cleaning.page.page_metadata import page_metadata
from dedup.cleaning.page.page_pruning import drop_menus, drop_without_text
from dedup.cleaning.page.page_tree import parse
from dedup.cleaning.page.paragraphs import ParagraphGroup, paragraph_groups
from dedup.cleaning.page.publication_date import guessed_date
from dedup.cleaning.page.saved_address import saved_address
from dedup.models import Extraction, Reason, Rejection


def extract(html: bytes) -> Extraction | Rejection:
    """Return main text and metadata of a page, or why there is none.

    The bytes may be in any encoding. A hostile page may take any time: the caller must stop it.
    """
    if not html or html.isspace():
        return Rejection(Reason.EMPTY, "only white space" if html else "no bytes")
    tree = parse(html)
    if tree is None:
        return Rejection(Reason.NOT_HTML, "no HTML elements in it")
    groups = paragraph_groups(tree)
    article = max(groups, key=lambda group: group.size, default=ParagraphGroup())
    page = page_metadata(tree)
    drop_without_text(tree)
    date = page.date if page.date.text else guessed_date(tree)
    author = page.author or byline(tree, article.elements)
    drop_menus(tree)
    text = main_text(html, tree, groups, page.headline, page.body)
    if not text:
        return Rejection(Reason.NO_TEXT, "no main text")
    return Extraction(
        text=text,
        title=page.title,
        date=date.text,
        date_source=date.source,
        author=author,
        site=page.site,
        hostname=page.hostname,
        url=page.url or saved_address(html),
        canonical_url=page.canonical_url,
        language=page.language,
        description=page.description,
    )

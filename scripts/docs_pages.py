"""A hook of the site: pages that stand outside of ``docs/`` become pages of it, links follow."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]

OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "samples/README.md": "samples.md",
}
"""Files by their path in the repository, and the page of the site that each becomes or stands on.
The README says in short what ``index.md`` says: a link to it leads there."""

_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for source, page in OUTSIDE.items():
        if files.get_file_from_path(page) is None:
            text = (ROOT / source).read_text("utf-8")
            files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links between the pages of the repository at the pages of the site."""
    here = page.file.src_uri
    place = {there: source for source, there in OUTSIDE.items() if there != "index.md"}
    folder = dirname(place.get(here, f"docs/{here}"))

    def moved(link: re.Match[str]) -> str:
        target = normpath(join(folder, link[1]))
        there = OUTSIDE.get(target, target.removeprefix("docs/"))
        return relpath(there, dirname(here) or ".")

    return _LINK.sub(moved, markdown)

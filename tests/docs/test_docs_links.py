"""Every link of a page leads somewhere, in plain Markdown and on the site."""

from __future__ import annotations

from types import SimpleNamespace

import docs_pages
import pytest
from pages import DOCS, PAGES, anchors, links, name_of
from runs import ROOT

LINKS = [
    pytest.param(page, link, id=f"{name_of(page)} {link}") for page in PAGES for link in links(page)
]


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page

    assert target.is_relative_to(ROOT)
    assert target.exists()
    assert not anchor or anchor in anchors(target)


def test_the_readme_leads_to_every_page_of_the_documentation_or_its_index_does():
    reached = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (ROOT / "README.md", DOCS / "index.md")
        for link in links(page)
    }

    assert set(DOCS.glob("*.md")) - {DOCS / "index.md"} <= reached


@pytest.mark.parametrize(
    ("page", "link", "moved"),
    [
        ("limits.md", "../SECURITY.md#dependencies", "security.md#dependencies"),
        ("quickstart.md", "../samples/README.md", "samples.md"),
        ("index.md", "figures/sample-run.svg", "figures/sample-run.svg"),
        ("index.md", "#the-flow", "#the-flow"),
        ("index.md", "https://example.com/docs/a.md", "https://example.com/docs/a.md"),
        ("changelog.md", "docs/hostile.md", "hostile.md"),
        ("samples.md", "../README.md", "index.md"),
    ],
)
def test_the_site_has_the_pages_outside_of_docs(page, link, moved):
    here = SimpleNamespace(file=SimpleNamespace(src_uri=page))

    assert docs_pages.on_page_markdown(f"[a]({link})", here, None, None) == f"[a]({moved})"

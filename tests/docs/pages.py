"""The pages for readers: where they are, their sections, their blocks of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from runs import ROOT

DOCS = ROOT / "docs"

PAGES = sorted(
    (
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        ROOT / "CHANGELOG.md",
        ROOT / "samples" / "README.md",
        *DOCS.glob("*.md"),
    ),
    key=str,
)

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    """Return the path of a page in the repository."""
    return page.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    """Return a page by its path in the repository."""
    return (ROOT / name).read_text("utf-8")


@dataclass(frozen=True)
class Block:
    """A block of code: its language and its text."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the blocks of code of a page, in order."""
    return blocks_in(page.read_text("utf-8"))


def blocks_in(text: str) -> list[Block]:
    """Return the blocks of code of a text, in order."""
    return [Block(*found) for found in _BLOCK.findall(text)]


def prose(page: Path) -> str:
    """Return a page without its code."""
    return re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", page.read_text("utf-8")))


def section(name: str, heading: str) -> str:
    """Return the part of a page under a heading, up to the next one of its level or above."""
    text = text_of(name)
    level = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert level, f"{name} has no section {heading}"
    rest = text[level.end() :]
    following = re.search(rf"^#{{1,{len(level[1])}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def rows(text: str) -> list[list[str]]:
    """Return the cells of the rows of all tables in a text, but for headings and lines."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    lines = {place for place, row in enumerate(cells) if set("".join(row)) <= set("-: ")}
    return [row for place, row in enumerate(cells) if not {place, place + 1} & lines]


def codes(text: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)", _BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


def links(page: Path) -> list[str]:
    """Return the links of a page that lead to this repository."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    return re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)

#!/usr/bin/env python3
"""Take the pictures of the report for the README and the pages: in a window, light and dark.

dedup run samples/dump -o out && dedup report out -o report.html
python scripts/draw_report.py report.html docs/figures --label ADDRESS

Writes `report.png`, `report-dark.png`, `report-figures.png` and `report-pair.png`, and with the
address that `dedup label out -o labels.jsonl --web` prints `label.png`. The pictures are of the
Chromium and the fonts of the machine: on another one they differ in letters.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from open_chromium import open_chromium
from playwright.sync_api import Browser, Page

WINDOW = {"width": 1200, "height": 1000}

# Two frames: what is visible has been drawn.
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

_ALL_DRAWN = """() => [...document.querySelectorAll(".drawing")].every(each => {
  const { top, bottom } = each.getBoundingClientRect();
  const isSeen = each.offsetParent && bottom > 0 && top < innerHeight;
  return !isSeen || each.querySelector("svg");
})"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a page.

    Attributes:
        name: Name of its file.
        ready: Selector of what is there when the page is complete.
        unfold: Selectors of what is opened before, in this order.
        top: Selector of what is at the top; None for the top of the page.
        options: Of the browser's context.
    """

    name: str
    ready: str = "#list-rows > li"
    unfold: tuple[str, ...] = ()
    top: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


PICTURES = (
    Picture("report.png"),
    Picture("report-dark.png", options={"color_scheme": "dark"}),
    Picture(
        "report-pair.png",
        unfold=("[data-doubts=weakest] .doubted >> nth=0 >> summary >> nth=0",),
        top="#doubts",
        options={"viewport": {"width": 1200, "height": 1100}},
    ),
    Picture(
        "report-figures.png", top="#figures", options={"viewport": {"width": 1200, "height": 1500}}
    ),
)

LABEL = Picture("label.png", ready="#asked[data-open]")


def draw(browser: Browser, address: str, picture: Picture, folder: Path) -> None:
    """Take a picture of a page.

    Args:
        browser: The browser.
        address: The page.
        picture: What to take.
        folder: Where to.
    """
    options = {"viewport": WINDOW, "color_scheme": "light", "reduced_motion": "reduce"}
    context = browser.new_context(**{**options, **picture.options})
    opened = context.new_page()
    opened.goto(address)
    opened.wait_for_selector(picture.ready)
    for each in picture.unfold:
        opened.click(each)
    _bring_to_top(opened, picture.top)
    opened.evaluate(_DRAWN)
    opened.screenshot(path=folder / picture.name)
    context.close()


def _bring_to_top(opened: Page, selector: str | None) -> None:
    """Scroll so that an element is at the top, and let everything near be drawn."""
    opened.mouse.move(0, 0)  # over nothing
    if selector is not None:
        opened.eval_on_selector(selector, "element => element.scrollIntoView()")
    opened.wait_for_function(_ALL_DRAWN)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path, help="the report of a run on samples/dump")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--label", metavar="ADDRESS", help="the page of dedup label --web")
    arguments = parser.parse_args()
    pages = [(arguments.report.resolve().as_uri(), each) for each in PICTURES]
    if arguments.label:
        pages.append((arguments.label, LABEL))
    with open_chromium() as browser:
        for address, picture in pages:
            draw(browser, address, picture, arguments.folder)
            print(arguments.folder / picture.name)


if __name__ == "__main__":
    main()

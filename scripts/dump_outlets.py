"""The outlets of a made news dump: their hosts, their standing lines and their pages."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

OUTLETS = 150

KINDS = ("Post", "Courier", "Times", "Herald", "Tribune", "Observer", "Gazette", "Mail", "Wire")

HEADS = (
    "{name} is free to read because our readers pay for it.",
    "Listen to this article in the {name} app, a new voice every morning.",
    "This article is part of the {name} series on how we live now.",
)
TAILS = (
    "Sign up to the {name} morning briefing and never miss what {place} talks about.",
    "Do you know more about this? Write to the newsroom of the {name} in {place}.",
    "Copyright {name} Media. All rights reserved, no part may be reproduced without permission.",
    "Follow the {name} for more news from {place} and the region around it.",
    "Our reporters in {place} follow this story. Support the {name} with a subscription.",
)
SECTIONS = ("Home", "World", "Politics", "Business", "Sport", "Culture", "Weather", "Opinion")
TEASERS = (
    "Ten ways to save on your heating bill this winter",
    "Why everybody in {place} queues for this bakery",
    "The quiz of the week: how well do you know {place}?",
    "Watch: a walk through the old harbour at dawn",
    "What our readers in {place} said about the new timetable",
)


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet.

    Attributes:
        name: Its name.
        host: Its host.
        head: Lines before each of its texts.
        tail: Lines behind each of its texts.
        teasers: Headlines on each of its pages.
        layout: Index into the layouts of pages.
    """

    name: str
    host: str
    head: str
    tail: str
    teasers: tuple[str, ...]
    layout: int

    def dressed(self, text: str) -> str:
        """Return a text between the outlet's own lines."""
        return f"{self.head}{text}{self.tail}"

    def page(self, address: str, title: str, date: str, text: str) -> str:
        """Return a page with an article on it."""
        return LAYOUTS[self.layout].format(
            name=self.name,
            host=self.host,
            address=address,
            title=html.escape(title),
            date=date,
            menu="".join(f'<li><a href="/{each.lower()}">{each}</a></li>' for each in SECTIONS),
            text="\n".join(
                f"<p>{html.escape(line)}</p>" for line in self.dressed(text).split("\n")
            ),
            teasers="".join(f'<li><a href="/more">{each}</a></li>' for each in self.teasers),
        )


def outlets(rng: np.random.Generator, places: Sequence[str]) -> list[Outlet]:
    """Return outlets of some places, those with lines of their own and those without."""
    made = []
    for at, place in enumerate(places[:OUTLETS]):
        name = f"{place} {KINDS[rng.integers(len(KINDS))]}"
        lines = [
            [line.format(name=name, place=place) for line in rng.choice(pool, most, replace=False)]
            for pool, most in ((HEADS, rng.integers(2)), (TAILS, rng.integers(3)))
        ]
        teasers = rng.choice(TEASERS, 3, replace=False)
        made.append(
            Outlet(
                name,
                f"{name.lower().replace(' ', '')}.example",
                "".join(f"{line}\n" for line in lines[0]),
                "".join(f"\n{line}" for line in lines[1]),
                tuple(teaser.format(place=place) for teaser in teasers),
                at % len(LAYOUTS),
            )
        )
    return made


_META = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | {name}</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="{name}">
<meta property="article:published_time" content="{date}">
<link rel="canonical" href="{address}"></head>
"""
LAYOUTS = tuple(
    _META + body
    for body in (
        """<body><header><a href="/">{name}</a><nav><ul>{menu}</ul></nav></header>
<main><article><h1>{title}</h1><time datetime="{date}">{date}</time>
{text}
</article></main>
<aside><h2>Most read</h2><ul>{teasers}</ul></aside>
<footer><p>{name}, {host}. About us. Contact. Terms of use. Privacy.</p></footer></body></html>
""",
        """<body><div id="top"><ul class="menu">{menu}</ul></div>
<div class="content"><h1 class="headline">{title}</h1><div class="byline">Staff, {name}</div>
<div class="article-body">
{text}
</div><div class="related"><h3>Related</h3><ul>{teasers}</ul></div></div>
<div id="bottom"><ul>{menu}</ul><p>All content belongs to {name}.</p></div></body></html>
""",
        """<body class="story"><div class="wrap"><div class="masthead">{name}</div>
<ol class="crumbs">{menu}</ol><section class="story"><h2>{title}</h2>
{text}
</section><section class="newsletter"><p>Get the {name} by mail every morning.</p></section>
<section class="more"><ul>{teasers}</ul></section></div></body></html>
""",
    )
)

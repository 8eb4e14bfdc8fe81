"""What a report shows to one self-contained page."""

from __future__ import annotations

import shlex
from collections import Counter

from dedup.explain.html_pages import page
from dedup.report.chart_figures import charts_of
from dedup.report.list_address import INPUTS, KEPT, list_address
from dedup.report.page_islands import json_island, packed_index
from dedup.report.report_data import Doubt, Index, ReportData
from dedup.report.tuning_figures import in_words, tuning_charts

_SCRIPTS = (
    "charts/echarts.min.js",
    "scripts/page.js",
    "scripts/address.js",
    "scripts/chart_options.js",
    "scripts/charts.js",
    "scripts/search.js",
    "scripts/documents.js",
    "scripts/stories.js",
    "scripts/list.js",
    "scripts/start.js",
)

_SHARES = frozenset({"hosts"})  # lists of doubts with a share of documents as their value


def report_page(data: ReportData) -> str:
    """Return the page: no request, no script but its own, everything of the run escaped.

    Args:
        data: What it shows, from :func:`dedup.report.read_report.read_report`.
    """
    charts = charts_of(data)
    tuned = tuning_charts(data.tuning) if data.tuning else ()
    drawn = [*charts.values(), *tuned]
    return page(
        "report.html",
        title=f"Report of {data.name}",
        package="dedup.report",
        styles=("styles/report.css",),
        scripts=_SCRIPTS,
        data=data,
        charts=charts,
        tuned=tuned,
        headlines=_headlines(data),
        doubted=_Doubted(data.index),
        not_listed=_not_listed(data),
        list_address=list_address,
        in_words=in_words,
        show=shlex.join(["dedup", "show", data.name]),
        figures=json_island(
            {"out": data.name, "charts": {each.name: each.island() for each in drawn if each.rows}}
        ),
        packed=packed_index(data.index),
    )


def _headlines(data: ReportData) -> list[tuple[str, int, str]]:
    """Return the first figures to look at: a name, a number, the list behind it."""
    counts = data.counts
    kept = counts["canonical"] + counts["unique"]
    stories = sum(each.stories for each in data.sizes)
    # Some have their canonical from an earlier dump.
    first = "canonical" if stories == counts["canonical"] else "canonical,earlier canonical"
    return [
        ("inputs", counts["inputs"], list_address(status=INPUTS)),
        ("survivors", kept, list_address(status=KEPT)),
        ("duplicates removed", counts["duplicate"], list_address(status="duplicate")),
        ("stories", stories, list_address(status=first)),
        ("rejected", counts["rejected"], list_address(status="rejected")),
    ]


def _not_listed(data: ReportData) -> str:
    """Return how many documents of each status the list leaves out, in words."""
    listed = Counter(data.index.status_names[each] for each in data.index.status)
    names = ("unique", "rejected", "duplicate", "canonical")
    left_out = {name: data.counts[name] - listed[name] for name in names}
    return ", ".join(f"{count:,} {name}" for name, count in left_out.items() if count)


class _Doubted:
    """What the template asks about documents and stories by their number."""

    def __init__(self, index: Index) -> None:
        self._index = index
        names = index.status_names
        canonical = {each for each, name in enumerate(names) if name.endswith("canonical")}
        self._canonicals = {
            story: number
            for number, (story, status) in enumerate(zip(index.story, index.status, strict=True))
            if story >= 0 and status in canonical
        }

    def document(self, number: int) -> dict[str, str]:
        """Return the title, the id and the host of a document."""
        index = self._index
        return {
            "title": index.titles[number],
            "id": index.ids[number],
            "host": index.host_names[index.hosts[number]] if index.hosts[number] >= 0 else "",
        }

    def titles(self, doubt: Doubt) -> list[str]:
        """Return the headlines of the two documents that are doubted, or of the canonical."""
        return [each["title"] or each["id"] for each in self._shown(doubt)]

    def hosts(self, doubt: Doubt) -> list[str]:
        """Return the hosts of these, each once."""
        return list(dict.fromkeys(each["host"] for each in self._shown(doubt) if each["host"]))

    def _shown(self, doubt: Doubt) -> list[dict[str, str]]:
        """Return the two documents that are doubted, or the canonical of the story."""
        canonical = None if doubt.story is None else self._canonicals.get(doubt.story)
        first = doubt.left if canonical is None else canonical
        both = (first,) if doubt.right is None else (doubt.left, doubt.right)
        return [self.document(each) for each in both if each is not None]

    def value(self, name: str, doubt: Doubt) -> str:
        """Return what the list is ordered by: a share, a number of documents, or a score."""
        if name in _SHARES and doubt.value <= 1:
            return f"{doubt.value:.0%}"
        is_count = doubt.value > 1 or name == "largest"
        return f"{doubt.value:,.0f}" if is_count else f"{doubt.value:.2f}"

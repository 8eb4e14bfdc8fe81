"""Finished runs with what their reports show, and what the tables of a run say by themselves."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from runs import Out

from dedup.explain.open_run import open_run
from dedup.report.read_report import read_report
from dedup.report.report_data import ReportData

HOSTILE_TITLES = (
    "<script>alert(1)</script>",
    "</template><img src=x onerror=alert(1)>",
    "\u202etxet lacitpo\u202c \x07 bell",
    "'\"&<!-- {{ 7 * 7 }} -->",
    "long " * 400,
)

STORY = (
    "The council of Kell Island voted on Tuesday to keep the old library open for another year. "
    "Its roof had been damaged in the storm of January, and repairs will cost 420,000 crowns. "
    "Residents had collected signatures for weeks, and filled the hall to the last seat. "
    "The mayor said that the money would come from the sale of the former fire station. "
    "An architect is to present plans by the autumn, and the reading room opens on Monday. "
)


@dataclass(frozen=True)
class Reported:
    """A run with its report.

    Attributes:
        out: Its folder.
        data: What the report shows.
        store: Its store.
    """

    out: Out
    data: ReportData
    store: object

    def decided(self, status):
        """The decisions with a status."""
        return [each for each in self.out.decisions if each["status"] == status]

    def documents(self):
        """What the store says of each input that is not rejected, by id."""
        query = (
            "SELECT id, host, substr(date, 1, 10), agency, url, title FROM v_documents "
            "WHERE status != 'rejected'"
        )
        with closing(sqlite3.connect(self.store)) as store:
            return {doc_id: tuple(cells) for doc_id, *cells in store.execute(query)}

    def pairs(self, view, value):
        """The pairs of a view whose documents are both there: their ids and a value."""
        with closing(sqlite3.connect(self.store)) as store:
            return store.execute(f"SELECT left_id, right_id, {value} FROM {view}").fetchall()


def reported(out, store=None):
    """Read the report of a run."""
    with open_run(out.path, store=store) as run:
        return Reported(out, read_report(run), store or out.path / "store.sqlite")


def write(folder, records, name="records.jsonl"):
    """Write records, one a line, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return path


def hostile_records():
    """Copies of one text under hostile titles, one text alone, and records without a text."""
    copies = [
        {
            "id": f"<b>{number}</b>",
            "url": f"https://host{number % 2}.example/{number}",
            "title": title,
            "date": f"2026-03-{number + 1:02}",
            "text": f"{STORY}{STORY if number % 2 else ''}Reported by desk number {number}.",
        }
        for number, title in enumerate(HOSTILE_TITLES)
    ]
    alone = {"id": "alone", "title": "\x1b[31mred", "text": "Nothing at all is like this. " * 9}
    return [*copies, alone, {"id": "none", "title": "<i>", "text": ""}]

"""The days that leads name, from the input to the arrays that the score reads."""

import numpy as np
import pytest

from dedup.pipeline.earlier_stories import read_earlier_stories
from dedup.pipeline.representatives import read_representatives
from dedup.store import Store

MONDAY, TUESDAY = 1, 2

MORE = (
    "Engineers had inspected the structure twice in the past year, and their reports named cracks"
    " in both of the pillars that carry its middle part. The mayor of the town asked for patience."
)

SOLD = (
    "A museum in the capital has bought the old harbour crane of Elwood, which was to be scrapped."
    " Visitors will be able to climb into its cabin from the next season on. A fund that collects"
    " machines of the last century has paid for the transport by barge."
)


def days_by_id(path):
    """Weekdays of the lead of each representative."""
    with Store(path) as store:
        store.dumps.look_back(4)
        ids = sorted(each.doc_id for each in store.results.decisions())
        found = read_representatives(store, read_earlier_stories(store))
        assert found.numbered.lead_days.dtype == np.uint8
        return dict(zip(ids, found.numbered.lead_days.tolist(), strict=True))


def page_of(text, lines=()):
    paragraphs = "".join(f"<p>{line}</p>" for line in [*lines, text])
    return f"<html><body><article><h1>Bridge</h1>{paragraphs}</article></body></html>"


BRIDGE = f"The bridge of Tarn was closed on Monday. It opened again on Tuesday. {MORE}"
FERRY = (
    "The ferry to Port Amsel ran aground yesterday, the coast guard said. Its 40 passengers were"
    " taken ashore in lifeboats, and nobody was hurt. Divers will look for leaks in the hull before"
    " tugs try to pull the ship off the sandbank at high water."
)
BRUECKE = (
    "Die Brücke wurde am 3. März gesperrt, wie die Stadt am Dienstag mitteilte. Fachleute hatten in"
    " zwei Pfeilern Risse gefunden und vor weiteren Schäden gewarnt. Die Bürgermeisterin bat die"
    " Bewohner um Geduld, bis der Umbau im Herbst beendet ist."
)


@pytest.mark.parametrize("field", ["text", "html"])
def test_texts_and_pages_have_the_days_of_their_leads(field, command, jsonl, tmp_path):
    texts = {"bridge": BRIDGE, "crane": SOLD, "ferry": FERRY}
    whole = texts if field == "text" else {key: page_of(text) for key, text in texts.items()}
    records = [
        {"id": key, field: text, "date": "2026-03-03", "language": "en"}
        for key, text in whole.items()
    ]

    run = command.run(jsonl(records), out=tmp_path / "out")

    assert days_by_id(run.path / "store.sqlite") == {
        "bridge": MONDAY | TUESDAY,
        "crane": 0,
        "ferry": MONDAY,
    }


def test_without_a_date_of_publication_yesterday_is_no_weekday(command, jsonl, tmp_path):
    records = [{"id": "bridge", "text": BRIDGE}, {"id": "ferry", "text": FERRY}]

    run = command.run(jsonl(records), out=tmp_path / "out")

    days = days_by_id(run.path / "store.sqlite")
    assert days == {"bridge": MONDAY | TUESDAY, "ferry": 0}


def test_a_date_that_the_whole_file_explains_counts(command, jsonl, tmp_path):
    """The order of day and month is known when another line shows it, after the text is signed."""
    records = [
        {"id": "ferry", "text": FERRY, "date": "03.04.2026"},
        {"id": "crane", "text": SOLD, "date": "25.04.2026"},
    ]

    run = command.run(jsonl(records), out=tmp_path / "out")

    thursday = 8  # the day before 3 April 2026
    assert days_by_id(run.path / "store.sqlite")["ferry"] == thursday


def test_a_line_of_the_site_names_no_day_of_its_articles(command, jsonl, tmp_path):
    notice = "The next meeting of the readers of the gazette is held in the town hall on Sunday."
    towns = ["Aldham", "Borley", "Cotton", "Dalham", "Elwood", "Fenton"]
    records = [
        {
            "id": town,
            "url": f"https://gazette.example/{town}",
            "text": f"{notice}\nA lorry hit a house in {town} on Monday night. {town} has {number}"
            f" houses.\n{town} {MORE}",
        }
        for number, town in enumerate(towns, 20)
    ]

    run = command.run(jsonl(records), out=tmp_path / "out")

    found = days_by_id(run.path / "store.sqlite")
    assert set(found.values()) == {MONDAY}


def test_copies_alone_need_no_days(command, jsonl, tmp_path):
    records = [{"id": "bridge", "text": BRIDGE}]

    run = command.run(jsonl(records), "--level", "copies", out=tmp_path / "out")

    with Store(run.path / "store.sqlite") as store:
        store.dumps.look_back(4)
        assert [named for *_, named in store.results.representatives()] == [None]


def test_a_lead_is_read_in_the_language_that_it_is_written_in(command, jsonl, tmp_path):
    records = [{"id": "bruecke", "text": BRUECKE, "language": "en"}]

    run = command.run(jsonl(records), out=tmp_path / "out")

    assert days_by_id(run.path / "store.sqlite") == {"bruecke": TUESDAY}

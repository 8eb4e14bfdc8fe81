"""The report of the sample dump in a browser: its numbers, lists, search, stories and pairs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from browsing import expect

FERRY = "Ferry with 212 aboard"


@pytest.fixture
def report(open_report, report_file):
    return open_report(report_file)


@pytest.fixture
def ids(sample_run):
    """The ids of the documents that pass a test, in the order of the run."""
    return lambda test: [each["id"] for each in sample_run.decisions if test(each)]


def utc_day(date):
    """The day of a date in UTC, as the report counts them."""
    moment = datetime.fromisoformat(date)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()


# --- numbers -------------------------------------------------------------------------------------


def test_the_headlines_are_the_counts_of_the_manifest(report, sample_run):
    counts = sample_run.manifest["counts"]

    assert report.headlines() == {
        "inputs": counts["inputs"],
        "survivors": len(sample_run.survivors),
        "duplicates removed": counts["duplicate"],
        "stories": len(sample_run.stories),
        "rejected": len(sample_run.rejected),
    }


def test_the_tables_have_the_numbers_of_the_files(report, sample_run):
    counts, decisions = sample_run.manifest["counts"], sample_run.decisions
    usable = counts["inputs"] - counts["rejected"]
    of_sizes = Counter(each["size"] for each in sample_run.stories)

    assert [each[0] for each in report.table("funnel").values()] == [
        counts["inputs"], usable, len(sample_run.survivors),
    ]  # fmt: skip
    assert report.table("reasons") == {
        reason: [times]
        for reason, times in Counter(each["reason"] for each in sample_run.rejected).items()
    }
    assert report.table("relations") == {
        relation: [times]
        for relation, times in Counter(each["relation"] for each in decisions).items()
        if relation
    }
    sizes = {label: numbers for label, numbers in report.table("sizes").items() if numbers[0]}
    assert sizes == {str(size): [times, size * times] for size, times in of_sizes.items()}


def test_the_table_of_hosts_has_what_each_keeps_and_loses(report, sample_run):
    decisions = {each["id"]: each for each in sample_run.decisions}
    hosts = {}
    for each in decisions.values():
        if each["status"] == "rejected":
            continue
        numbers = hosts.setdefault(each["host"], [0, 0, 0])
        canonical = decisions[each["canonical_id"] or each["id"]]
        place = 0 if each["status"] != "duplicate" else 1 + (canonical["host"] != each["host"])
        numbers[place] += 1

    assert report.table("hosts") == hosts


def test_the_table_of_days_has_every_usable_document(report, sample_run):
    dates = [utc_day(each["date"]) for each in sample_run.survivors if "date" in each]
    days = report.table("days")

    assert sum(sum(numbers) for numbers in days.values()) == len(
        [each for each in sample_run.decisions if each["status"] != "rejected"]
    )
    kept = {day: int(numbers[0]) for day, numbers in days.items() if numbers[0]}
    assert {day: times for day, times in kept.items() if day[:1].isdigit()} == Counter(dates)


def test_the_weakest_links_are_those_of_the_stories(report, sample_run):
    entries = report.find("[data-doubts=weakest] .doubted")
    titles = {each["id"]: each["title"] for each in sample_run.decisions}
    links = [each["weakest"] for each in sample_run.stories if each["weakest"]["score"] < 1]
    links.sort(key=lambda each: each["score"])
    sizes = {each["weakest"]["left"]: each["size"] for each in sample_run.stories}

    assert [float(each) for each in entries.locator(".value").all_text_contents()] == [
        pytest.approx(each["score"], abs=0.0051) for each in links
    ]
    for entry, link in zip(entries.all(), links, strict=True):
        shown = entry.locator("summary .title").all_text_contents()
        assert shown == [titles[link["left"]], titles[link["right"]]]
        if link["score_kind"] == "probability":  # clusters of several are joined by a mean
            mean = "mean " if sizes[link["left"]] > 2 else ""
            name = f"{mean}story score {link['score']:.2f}"
            expect(entry.locator("summary .detail")).to_contain_text(name)
            assert entry.locator("summary .detail").text_content().startswith(name)


def test_the_bars_of_the_funnel_have_their_numbers(report, sample_run):
    counts = sample_run.manifest["counts"]
    rejected, duplicates = counts["rejected"], counts["duplicate"]
    usable = counts["inputs"] - rejected
    texts = report.find("[data-chart=funnel] svg text").all_text_contents()

    assert {
        str(counts["inputs"]), f"{usable} (−{rejected})", f"{usable - duplicates} (−{duplicates})",
    } <= set(texts)  # fmt: skip


# --- lists ---------------------------------------------------------------------------------------


def test_every_number_leads_to_a_list_of_as_many_documents(report):
    links = report.links()
    assert len(links) > 80
    for address, number in links:
        report.go(address)
        assert (address, report.count()) == (address, number)


def test_the_list_has_all_documents_of_the_run(report, ids):
    assert report.listed() == ids(lambda each: True)


@pytest.mark.parametrize(
    ("chart", "color", "field"),
    [("relations", "removed", "relation"), ("reasons", "rejected", "reason")],
)
def test_a_bar_leads_to_its_documents(chart, color, field, report, sample_run):
    rows = report.table(chart)
    of_field = {each["id"]: each["reason"] for each in sample_run.rejected}
    if field == "relation":
        of_field = {each["id"]: each["relation"] for each in sample_run.decisions}
    for place, (name, (number,)) in enumerate(rows.items()):
        shapes = report.shapes(chart, color)
        assert len(shapes) == len(rows)
        report.click_shape(shapes[place])
        assert report.count() == number
        assert {of_field[each] for each in report.listed()} == {name}


def test_a_flow_leads_to_the_documents_that_flowed(report, sample_run):
    hosts = {each["id"]: each["host"] for each in sample_run.decisions}
    shape = max(report.shapes("flows", "removed"), key=lambda each: each.bounding_box()["width"])
    report.click_shape(shape)

    (host,) = {hosts[each] for each in report.listed()}
    assert any(label.endswith(f"→ {host}") for label in report.table("flows"))
    assert all(sample_run.status()[each] == "duplicate" for each in report.listed())


def test_the_back_button_leads_back(report, ids):
    report.go("#list?status=rejected")
    report.go("#list?relation=exact")
    assert report.listed() == ids(lambda each: each["relation"] == "exact")

    report.page.go_back()
    expect(report.find("#list-count")).to_contain_text("3 of 62")
    assert report.listed() == ids(lambda each: each["status"] == "rejected")
    report.page.go_back()
    expect(report.find("#list-count")).to_contain_text("62 documents")


def test_the_back_button_leads_from_a_search_to_what_was_before_it(report):
    report.find("#list-search").press_sequentially("ferry")
    expect(report.find("#list-count")).to_contain_text("of 62")
    assert report.page.url.endswith("#list?q=ferry")

    report.page.go_back()
    expect(report.find("#list-count")).to_contain_text("62 documents")
    expect(report.find("#list-search")).to_have_value("")
    assert "#" not in report.page.url


def test_an_address_opens_its_list(open_report, report_file, ids):
    address = f"{report_file.as_uri()}#list?relation=rewrite&status=duplicate"
    report = open_report(address)

    expect(report.find("#list-count")).to_contain_text("7 of 62")
    assert report.listed() == ids(lambda each: each["relation"] == "rewrite")
    expect(report.find("#list-heading")).to_be_in_viewport()


def test_filters_narrow_the_list_and_stand_in_the_address(report, ids):
    report.find("[data-filter=status]").select_option("duplicate")
    report.find("[data-filter=host]").select_option("lakecitynews.example")
    report.find("#list-low").fill("0.9")

    assert re.search(r"#list\?.*host=lakecitynews.example", report.page.url)
    wanted = ids(
        lambda each: each["host"] == "lakecitynews.example" and (each["score"] or 0) >= 0.895
    )
    assert wanted
    assert report.listed() == wanted
    report.find("#list-clear").click()
    assert report.count() == 62


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("ferry aground", "ferry"),
        ("FERRY Kell", "ferry"),
        ("alnahr.example", "alnahr.example"),
        ("cps-0310-114", "continentalpress.example/wire/cps-0310-114.html"),
        ("النخيل", "alnahr.example"),
        ("despide empleados", "diariocostero"),
    ],
)
def test_titles_hosts_and_ids_are_searched(words, part, report, sample_run):
    report.search(words)
    texts = {
        each["id"]: f"{each['title']} {each['host']} {each['id']}".lower()
        for each in sample_run.decisions
    }
    wanted = [name for name, text in texts.items() if all(w in text for w in words.lower().split())]

    assert report.listed() == wanted
    assert any(part in each for each in wanted) == bool(wanted)


def test_a_search_that_finds_nothing_says_so(report):
    report.search("no such words anywhere")

    assert report.count() == 0
    assert report.seen.text("#list-count") == "No document passes these filters."


# --- stories and pairs ---------------------------------------------------------------------------


def test_a_story_unfolds_to_its_members_and_a_pair_to_its_sentences(report, sample_run):
    story = next(
        each
        for each in sample_run.stories
        if any(str(member["title"]).startswith(FERRY) for member in each["members"])
    )
    report.go(f"#list?status=canonical&q={story['canonical_id']}")
    details = report.find("#list-rows .story")
    report.unfold(details)

    members = details.locator(".member")
    expect(members).to_have_count(story["size"])
    shown = [each.split("·")[-1] for each in members.locator(".facts").all_text_contents()]
    for member, text in zip(
        sorted(story["members"], key=lambda each: each["id"] != story["canonical_id"]),
        sorted(shown, key=lambda each: story["canonical_id"] not in each),
        strict=True,
    ):
        assert member["host"] in text
    pair = details.locator(".texts").first
    report.unfold(pair)
    rows = pair.locator("table.sentences tbody tr")
    expect(rows.first).to_be_visible()
    canonical = next(e for e in sample_run.survivors if e["id"] == story["canonical_id"])
    first = rows.first.locator(".first").text_content().strip()
    assert first[:40] in " ".join(canonical["text"].split())
    expect(pair.locator(".compared")).to_contain_text("retold elsewhere")
    assert pair.locator("mark").count() > 0


def test_every_doubt_unfolds(report):
    for panel in report.find(".panel").all():
        name = panel.get_attribute("data-doubts")
        tab = report.find(f"#doubts-{name}-tab")
        tab.click()
        expect(panel).to_be_visible()
        expect(tab).to_have_attribute("aria-selected", "true")
        for entry in panel.locator(".doubted").all():
            report.unfold(entry)
            expect(entry.locator(".members, .compared").first).to_be_visible()


def test_a_host_to_be_doubted_leads_to_what_it_loses(report, sample_run):
    report.find("#doubts-hosts-tab").click()
    entry = report.find("[data-doubts=hosts] .doubted-host").first
    host = entry.locator(".title").text_content()
    entry.click()

    lost = [
        each["id"]
        for each in sample_run.decisions
        if each["host"] == host and each["status"] == "duplicate"
    ]
    expect(report.find("#list-count")).to_contain_text(f"{len(lost)} of 62")
    assert report.listed() == lost


# --- bytes ---------------------------------------------------------------------------------------


def test_the_same_run_has_the_same_bytes(command, sample_run, report_file, tmp_path):
    again = tmp_path / "again.html"
    assert command("report", sample_run.path, "-o", again, "--quiet").exit_code == 0

    assert again.read_bytes() == report_file.read_bytes()

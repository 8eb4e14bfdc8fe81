"""Every figure of a report is what the files of the run say, counted plainly."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from lxml.html import document_fromstring
from reported_runs import HOSTILE_TITLES, STORY, hostile_records, reported, write
from runs import ROOT, dated_article, text_of

from dedup.cleaning.agencies import AGENCIES
from dedup.explain.open_run import open_run
from dedup.models import Relation
from dedup.report import read_report as reader
from dedup.report import report_figures
from dedup.report.read_report import read_report
from dedup.report.report_data import Count
from dedup.report.report_page import report_page

KNOWN = {each.name for each in AGENCIES}

DEV = ROOT.parent / "shared" / "data" / "dev.jsonl"


@pytest.fixture(scope="module")
def on_samples(sample_run):
    return reported(sample_run)


@pytest.fixture(scope="module")
def on_copies(copies_run):
    return reported(copies_run)


@pytest.fixture(scope="module")
def on_single_texts(command, tmp_path_factory):
    """A run in which no document is in a story."""
    folder = tmp_path_factory.mktemp("single")
    records = [dated_article(f"a{number}", text_of(number)) for number in range(5)]
    return reported(command.run(write(folder, records), out=folder / "out"))


@pytest.fixture(scope="module")
def on_hostile_titles(command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("titles")
    return reported(command.run(write(folder, hostile_records()), out=folder / "out"))


@pytest.fixture(scope="module")
def on_nothing_usable(command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unusable")
    source = write(folder, [{"id": "a", "text": ""}, {"id": "b", "text": "short"}])
    return reported(command.run(source, out=folder / "out", exit_code=1))


RUNS = ("on_samples", "on_copies", "on_single_texts", "on_hostile_titles", "on_nothing_usable")


@pytest.fixture(params=RUNS)
def run(request):
    """Each of the runs."""
    return request.getfixturevalue(request.param)


def counter_of(counts):
    return {each.name: each.count for each in counts}


def test_counts_are_those_of_the_manifest_and_sum_to_the_inputs(run):
    counts = dict(run.out.manifest["counts"])
    counts.pop("stories")

    assert run.data.counts == counts
    assert counts["inputs"] == sum(counts.values()) - counts["inputs"] == len(run.out.decisions)
    assert run.data.level == run.out.manifest["config"]["level"]


def test_rejections_and_relations_are_counted_the_most_first(run):
    reasons = Counter(each["reason"] for each in run.out.rejected)
    relations = Counter(each["relation"] for each in run.decided("duplicate"))

    for shown, counted in ((run.data.rejections, reasons), (run.data.relations, relations)):
        assert counter_of(shown) == counted
        assert list(shown) == sorted(shown, key=lambda each: (-each.count, each.name))


def test_each_story_is_in_one_class_of_sizes(run):
    sizes = [each["size"] for each in run.out.stories]

    for each in run.data.sizes:
        inside = [size for size in sizes if each.low <= size <= (each.high or size)]
        assert (each.stories, each.documents) == (len(inside), sum(inside))
    assert sum(each.stories for each in run.data.sizes) == len(sizes)


def test_hosts_are_those_with_most_documents(run):
    documents = run.documents()
    host_of = {doc_id: host or "" for doc_id, (host, *_) in documents.items()}
    removed = run.decided("duplicate")
    usable = Counter(host_of.values())
    lost = Counter(host_of[each["id"]] for each in removed)
    elsewhere = Counter(
        host_of[each["id"]]
        for each in removed
        if host_of[each["id"]] != host_of[each["canonical_id"]]
    )
    expected = [
        (host, count, lost[host], elsewhere[host])
        for host, count in sorted(usable.items(), key=lambda each: (-each[1], each[0]))
    ]

    shown = [(e.host, e.documents, e.duplicates, e.kept_elsewhere) for e in run.data.hosts]
    assert shown == expected[:50]
    assert run.data.hosts_in_all == len(expected)


def test_days_are_in_order_and_unknown_ones_last(run):
    day_of = {doc_id: cells[1] for doc_id, cells in run.documents().items()}
    usable = Counter(day_of.values())
    lost = Counter(day_of[each["id"]] for each in run.decided("duplicate"))

    days = sorted(day for day in usable if day) + [None] * (None in usable)
    shown = [(each.day, each.documents, each.duplicates) for each in run.data.days]
    assert shown == [(day, usable[day], lost[day]) for day in days]


def test_who_copies_whom_is_by_agency_else_by_the_host_of_the_canonical(run):
    documents = run.documents()
    crediting = defaultdict(set)
    for host, _, agency, *_ in documents.values():
        crediting[agency].add(host)
    expected = Counter()
    for each in run.decided("duplicate"):
        host, _, agency, *_ = documents[each["id"]]
        first, _, credited, *_ = documents[each["canonical_id"]]
        credits = (name for name in (agency, credited) if name)
        shared = [each for each in credits if each in KNOWN or len(crediting[each]) > 1]
        origin = shared[0] if shared else None
        if host and origin:
            expected[origin, host, True] += 1
        elif host and first and host != first:
            expected[first, host, False] += 1

    shown = {(e.origin, e.host, e.is_agency): e.documents for e in run.data.flows}
    assert shown == expected
    assert run.data.flows_in_all == len(expected)
    kinds = [each.is_agency for each in run.data.flows]
    assert kinds == sorted(kinds, reverse=True)


def test_a_station_that_puts_its_name_into_the_dateline_is_no_agency(command, tmp_path):
    def article(name, host, agency, text):
        text = f"SPRINGFIELD ({agency}) - {text}" if agency else text
        return {"id": name, "url": f"https://{host}/{name}", "title": name, "text": text}

    records = [
        article("a1", "a.example", "KXYZ", f"{STORY} {STORY[:300]}"),  # one host credits it
        article("b1", "b.example", None, STORY),
        article("c1", "wqrs.example", "WQRS", f"{text_of(3)} and more words of the same"),
        article("d1", "d.example", "WQRS", text_of(3)),  # copied with its dateline
        article("c2", "wqrs.example", "WQRS", text_of(5)),
        article("d2", "d.example", None, f"{text_of(5)} and more words of the same"),
        article("e1", "e.example", "AP", f"{text_of(7)} and more words of the same"),
        article("f1", "f.example", None, text_of(7)),
    ]
    source = write(tmp_path, records)
    options = ("--agency", "KXYZ", "--agency", "WQRS", "--canonical", "longest")
    data = reported(command.run(source, *options, out=tmp_path / "out")).data

    assert {(each.origin, each.host, each.is_agency) for each in data.flows} == {
        ("a.example", "b.example", False),
        ("WQRS", "d.example", True),
        ("d.example", "wqrs.example", False),
        ("AP", "f.example", True),
    }
    assert set(data.index.agency_names) == {"WQRS", "AP"}


@pytest.mark.parametrize(
    ("view", "value", "name"),
    [
        ("v_story_scores", "candidate_score", "story_scores"),
        ("v_copy_pairs", "jaccard", "copy_scores"),
    ],
)
def test_each_measured_pair_is_in_one_bin(view, value, name, run):
    shown = getattr(run.data, name)
    if shown is None:
        assert run.data.level == "copies"
        return
    story_of = {each["id"]: each["story_id"] for each in run.out.decisions}
    bins = {True: Counter(), False: Counter()}
    for left, right, score, matched in run.pairs(view, f"{value}, {_joined(view)}"):
        joined = matched if matched is not None else _same(story_of[left], story_of[right])
        bins[bool(joined)][min(int(score * 50), 49)] += 1

    assert {n: count for n, count in enumerate(shown.joined) if count} == bins[True]
    assert {n: count for n, count in enumerate(shown.apart) if count} == bins[False]


def _joined(view):
    return "matched" if view == "v_copy_pairs" else "NULL"


def _same(one, other):
    return one is not None and one == other


def test_the_curve_is_that_of_the_bands_of_the_run(run):
    match, curve = run.out.manifest["config"]["match"], run.data.curve

    assert (curve.bands, curve.rows) == (match["bands"], match["rows"])
    for similarity, probability in zip(curve.similarity, curve.probability, strict=True):
        exact = 1 - (1 - similarity ** match["rows"]) ** match["bands"]
        assert probability == pytest.approx(exact, abs=1e-6)
    assert curve.least == match["near"]
    assert curve.at_least > 0.99


def list_of(run, name):
    return next(each for each in run.data.doubts if each.name == name)


def test_the_weakest_links_come_first(run):
    index = run.data.index
    links = {
        each["story_id"]: each["weakest"]
        for each in run.out.stories
        if each["weakest"]["score"] < 1
    }
    found = list_of(run, "weakest")
    expected = sorted(links, key=lambda each: (links[each]["score"], each))

    assert [index.story_ids[each.story] for each in found.doubts] == expected[:50]
    assert found.count == len(links)
    for each in found.doubts:
        link = links[index.story_ids[each.story]]
        assert each.value == link["score"]
        assert {index.ids[each.left], index.ids[each.right]} == {link["left"], link["right"]}


def test_the_largest_stories_come_first(run):
    sizes = {each["story_id"]: each["size"] for each in run.out.stories if each["size"] > 2}
    found = list_of(run, "largest")

    assert [run.data.index.story_ids[each.story] for each in found.doubts] == sorted(
        sizes, key=lambda each: (-sizes[each], each)
    )[:50]
    assert found.count == len(sizes)


def test_hosts_of_which_the_run_warns_come_first(run):
    warned = [each["host"] for each in run.out.manifest["warnings"]["hosts"]]
    found = list_of(run, "hosts")
    losing = [each for each in run.data.hosts if each.host and each.duplicates]

    assert [each.host for each in found.doubts][: len(warned)] == warned
    assert all("warned of" in each.detail for each in found.doubts[: len(warned)])
    assert {each.host for each in found.doubts} == {each.host for each in losing}
    assert found.count == len(losing)


def below(run):
    """The removed documents whose own score is below the threshold, the lowest first."""
    least = run.out.manifest["config"]["story"]["threshold"]
    found = [
        each
        for each in run.decided("duplicate")
        if each["score_kind"] == "probability" and each["score"] < least
    ]
    return sorted(found, key=lambda each: each["score"])


def test_the_settings_say_what_score_joins_two_lone_documents(on_samples):
    settings = dict(on_samples.data.settings)

    assert settings["window"] == "4 days"
    assert settings["threshold"].startswith("0.18: two lone documents need a score of 0.57")


def test_members_below_the_threshold_are_doubted(run):
    check_members_below(run)


def test_members_that_only_the_mean_joined_are_doubted(command, tmp_path_factory):
    if not DEV.exists():
        pytest.skip("the labelled news are not on this machine")
    folder = tmp_path_factory.mktemp("dev")
    run = reported(command.run(DEV, out=folder / "out"))

    assert list_of(run, "mean").count > 9
    check_members_below(run)


def check_members_below(run):
    found, expected = list_of(run, "mean"), below(run)

    assert [each.value for each in found.doubts] == [each["score"] for each in expected][:50]
    assert found.count == len(expected)
    ids, canonical_of = run.data.index.ids, {e["id"]: e["canonical_id"] for e in expected}
    for each in found.doubts:
        assert canonical_of[ids[each.right]] == ids[each.left]


@pytest.fixture(scope="module")
def on_one_host(command, tmp_path_factory):
    """One host with longer and shorter texts: on one page, under one headline, and under others."""
    folder = tmp_path_factory.mktemp("host")

    def record(name, path, title, text):
        return {"id": name, "url": f"https://a.example/{path}", "title": title, "text": text}

    records = [
        record("whole", "library", "Council keeps the library", STORY),
        record("page", "library", "Library stays", STORY[: len(STORY) * 2 // 3]),
        record("title", "b", "Council keeps the library", STORY[: len(STORY) * 3 // 4]),
        record("other", "c", "Roof repairs to cost more", STORY[: len(STORY) * 4 // 5]),
        record("same", "reading-room", "Reading room opens", STORY),
        {"id": "beside", "url": "https://b.example/e", "title": "x", "text": STORY[:-90]},
    ]
    source = write(folder, records)
    return reported(command.run(source, "--canonical", "longest", out=folder / "out"))


def test_merges_of_other_pages_of_one_host_are_doubted(on_one_host):
    found, documents = list_of(on_one_host, "same_host"), on_one_host.documents()
    expected = set()
    for each in on_one_host.decided("duplicate"):
        host, _, _, url, title = documents[each["id"]]
        first, _, _, address, headline = documents[each["canonical_id"]]
        if host == first and each["relation"] != "exact" and url != address and title != headline:
            expected.add(each["id"])

    ids = on_one_host.data.index.ids
    assert len(on_one_host.out.stories) == 1
    assert {ids[each.right] for each in found.doubts} == expected
    assert expected == {"other"}
    assert found.count == 1
    assert all("a.example" in each.detail for each in found.doubts)


def test_the_index_has_each_input_once_with_what_was_decided(run):
    index, data = run.data.index, run.data
    documents = run.documents()
    shown = [
        (
            index.status_names[status],
            index.relation_names[relation] if relation >= 0 else None,
            score / 100 if score >= 0 else None,
            index.story_ids[story] if story >= 0 else None,
            index.reason_names[reason] if reason >= 0 else None,
        )
        for status, relation, score, story, reason in zip(
            index.status, index.relation, index.score, index.story, index.reason, strict=True
        )
    ]
    expected = [
        (
            each["status"],
            each["relation"],
            None if each["score"] is None else pytest.approx(each["score"], abs=0.0051),
            each["story_id"],
            each["reason"] if each["status"] == "rejected" else None,
        )
        for each in run.out.decisions
    ]

    assert list(index.ids) == [each["id"] for each in run.out.decisions]
    assert shown == expected
    assert index.left_out == 0
    for number, doc_id in enumerate(index.ids):
        if doc_id in documents:
            host, day, *_ = documents[doc_id]
            assert index.host_names[index.hosts[number]] == (host or "")
            assert index.days[number] == (day or "")
    assert len(set(data.index.story_ids)) == len(run.out.stories)


def test_agencies_of_the_index_are_those_of_the_flows(on_samples):
    index = on_samples.data.index
    flows = Counter()
    for number, agency in enumerate(index.agencies):
        if agency >= 0:
            assert index.status_names[index.status[number]] == "duplicate"
            flows[index.agency_names[agency], index.host_names[index.hosts[number]]] += 1

    by_agency = {(e.origin, e.host): e.documents for e in on_samples.data.flows if e.is_agency}
    assert by_agency == flows
    assert flows


def test_each_member_stands_beside_its_canonical_sentence_by_sentence(run):
    index = run.data.index
    members = {frozenset((each["id"], each["canonical_id"])) for each in run.decided("duplicate")}
    links = {
        frozenset((each["weakest"]["left"], each["weakest"]["right"])) for each in run.out.stories
    }
    shown = [frozenset((index.ids[each.left], index.ids[each.right])) for each in run.data.pairs]

    assert len(shown) == len(set(shown))
    assert members <= set(shown) <= members | links
    assert run.data.pairs_left_out == 0
    for each in run.data.pairs:
        assert each.html.lstrip().startswith("<")
        assert '<table class="sentences">' in each.html


def test_a_pair_is_shown_as_an_explanation_shows_it(on_samples):
    pair = on_samples.data.pairs[0]
    ids = on_samples.data.index.ids
    with open_run(on_samples.out.path) as opened:
        page = opened.explain(ids[pair.left], ids[pair.right]).page()

    assert pair.html.strip() in page


def test_nothing_of_a_hostile_title_or_text_is_markup(on_hostile_titles):
    data = on_hostile_titles.data
    titles = dict(zip(data.index.ids, data.index.titles, strict=True))

    assert titles["<b>0</b>"] == HOSTILE_TITLES[0]  # the page escapes it
    assert titles["<b>2</b>"] == HOSTILE_TITLES[2]  # likewise
    assert titles["<b>4</b>"] == ("long " * 400)[:200] + "…"
    assert len(data.index.ids) == 7
    for pair in data.pairs:
        assert {*re.findall(r"<(\w+)", pair.html)} <= {
            "table", "thead", "tbody", "tr", "th", "td", "span", "mark", "div",
        }  # fmt: skip


def test_a_run_without_stories_has_empty_lists(on_single_texts):
    data = on_single_texts.data

    assert data.counts["unique"] == data.counts["inputs"] == 5
    assert not any((data.relations, data.flows, data.pairs, data.index.story_ids))
    assert [(each.count, each.doubts) for each in data.doubts] == [(0, ())] * 5


def test_days_become_months_and_years_where_there_are_many(on_samples, monkeypatch):
    counted = {}
    for most in (100, 1, 0):
        monkeypatch.setattr(report_figures, "MOST_DAYS", most)
        counted[most] = reported(on_samples.out).data.days

    assert {len(each.day or "") for each in counted[100]} == {0, 10}
    assert {len(each.day or "") for each in counted[0]} == {0, 4}
    for days in counted.values():
        assert sum(each.documents for each in days) == 59
        assert sum(each.duplicates for each in days) == 28


def test_what_has_no_room_is_left_out_and_counted_unique_documents_first(on_samples, monkeypatch):
    whole = on_samples.data
    monkeypatch.setattr(reader, "INDEX_BYTES", 2_500)
    monkeypatch.setattr("dedup.report.report_index._AT_ONCE", 5)
    monkeypatch.setattr(reader, "PAIRS_BYTES", 60_000)
    data = reported(on_samples.out).data
    index = data.index
    status = Counter(index.status_names[each] for each in index.status)

    assert 0 < len(index.ids) < 62
    assert len(index.ids) + index.left_out == 62
    assert status["unique"] == 0
    assert 0 < len(data.pairs) < len(whole.pairs)
    assert len(data.pairs) + data.pairs_left_out == len(whole.pairs)
    assert sum(len(each.html.encode()) for each in data.pairs) <= 60_000
    assert (data.counts, data.hosts) == (whole.counts, whole.hosts)
    listed = set(index.ids)
    for before, after in zip(whole.doubts, data.doubts, strict=True):
        for one, other in zip(before.doubts, after.doubts, strict=True):
            for was, now in ((one.left, other.left), (one.right, other.right)):
                name = None if was is None else whole.index.ids[was]
                assert (None if now is None else index.ids[now]) == (
                    name if name in listed else None
                )


@pytest.mark.parametrize("room", range(1_000, 3_000, 250))
def test_no_listed_story_is_cut(room, on_samples, monkeypatch):
    monkeypatch.setattr(reader, "INDEX_BYTES", room)
    monkeypatch.setattr("dedup.report.report_index._AT_ONCE", 5)
    index = reported(on_samples.out).data.index
    listed = Counter(index.story_ids[each] for each in index.story if each >= 0)
    sizes = {each["story_id"]: each["size"] for each in on_samples.out.stories}

    assert index.ids
    assert listed == {story: sizes[story] for story in listed}


def test_the_page_says_of_which_status_documents_are_not_listed(on_samples, monkeypatch):
    monkeypatch.setattr(reader, "INDEX_BYTES", 2_000)
    monkeypatch.setattr("dedup.report.report_index._AT_ONCE", 5)
    data = reported(on_samples.out).data
    listed = Counter(data.index.status_names[each] for each in data.index.status)
    left_out = {name: data.counts[name] - listed[name] for name in data.counts if name != "inputs"}
    text = document_fromstring(report_page(data)).get_element_by_id("left-out").text_content()

    assert sum(left_out.values()) == data.index.left_out
    assert left_out["duplicate"] > 0
    for name, count in left_out.items():
        assert (f"{count} {name}" in text) == (count > 0)


def test_the_order_of_records_changes_no_doubt_and_no_compared_pair(command, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "PAIRS_BYTES", 8_000)
    records = [
        dated_article(
            f"{name}-{story}",
            f"{text_of(story)} {name}{story}.",
            url=f"https://a.example/{name}{story}",
        )
        for story in range(4)
        for name in "abcd"
    ]
    found = []
    for name, ordered in (("one", records), ("two", records[::-1])):
        source = write(tmp_path, ordered, f"{name}.jsonl")
        found.append(reported(command.run(source, out=tmp_path / name)).data)
    one, two = map(named_doubts, found)

    assert one == two
    assert any(one[0].values())
    assert found[0].pairs_left_out


def named_doubts(data):
    """The doubts of each list and the compared pairs, by the ids of their documents."""

    def name(number):
        return None if number is None else data.index.ids[number]

    doubts = {
        each.name: [(name(one.left), name(one.right), one.detail) for one in each.doubts]
        for each in data.doubts
    }
    return doubts, [(name(each.left), name(each.right)) for each in data.pairs]


@pytest.fixture(scope="module")
def days(command, tmp_path_factory):
    """Two dumps of one store, the first reported before the second and after it."""
    folder = tmp_path_factory.mktemp("days")
    store = folder / "news.sqlite"

    def article(name, day, text, **more):
        return dated_article(name, text, day=day, **more)

    first = [
        article("a1", 1, STORY), article("a2", 1, STORY[:-90]), article("a3", 1, text_of(3)),
        {"id": "bad", "text": ""},
    ]  # fmt: skip
    second = [
        article("b1", 2, f"{STORY}The plans were published in full."), article("b2", 2, STORY),
        article("b3", 2, f"{text_of(3)} and more words"), article("b4", 2, text_of(9)),
    ]  # fmt: skip
    outs = [folder / "one", folder / "two"]
    found = []
    for out, records in zip(outs, (first, second), strict=True):
        source = write(folder, records, f"{out.name}.jsonl")
        found.append(reported(command.run(source, "--store", store, out=out), store))
    return found[0], reported(found[0].out, store), found[1]


def test_the_report_of_a_dump_stays_what_it_was_when_the_dump_was_finished(days):
    before, after, _ = days

    assert replace(after.data, pairs=before.data.pairs) == before.data
    assert [(e.left, e.right) for e in after.data.pairs] == [
        (e.left, e.right) for e in before.data.pairs
    ]
    assert before.data.counts == {
        "inputs": 4, "canonical": 1, "duplicate": 1, "unique": 1, "rejected": 1,
    }  # fmt: skip


def test_members_of_earlier_dumps_count_with_their_stories_only(days):
    *_, second = days
    data, index = second.data, second.data.index
    of_story = defaultdict(dict)
    for doc_id, story, status in zip(index.ids, index.story, index.status, strict=True):
        if story >= 0:
            of_story[index.story_ids[story]][doc_id] = index.status_names[status]

    counts = dict(second.out.manifest["counts"])
    assert data.counts == {name: counts[name] for name in data.counts}
    assert data.dump == "two"
    expected = {each["story_id"]: {m["id"] for m in each["members"]} for each in second.out.stories}
    assert {story: set(members) for story, members in of_story.items()} == expected
    for story in second.out.stories:
        statuses = of_story[story["story_id"]]
        first = [name for name, status in statuses.items() if status.endswith("canonical")]
        assert first == [story["canonical_id"]]
        for doc_id, status in statuses.items():
            assert status.startswith("earlier") == doc_id.startswith("a")
    assert sum(each.documents for each in data.sizes) == sum(map(len, expected.values()))
    assert sum(each.count for each in data.relations) == counts["duplicate"]
    assert sum(each.documents for each in data.hosts) == 4


def test_the_page_counts_all_stories_of_a_dump_whose_canonicals_are_of_an_earlier_one(days):
    *_, second = days
    tree = document_fromstring(report_page(second.data))
    shown = {
        link.text_content().split()[-1]: (link.findtext("strong"), link.get("href"))
        for link in tree.xpath("//ul[@class='headlines']//a")
    }

    assert len(second.out.stories) > second.data.counts["canonical"]
    address = "#list?status=canonical%2Cearlier+canonical"
    assert shown["stories"] == (str(len(second.out.stories)), address)
    inputs = "#list?status=canonical%2Cunique%2Cduplicate%2Crejected"  # none of an earlier dump
    assert shown["inputs"] == (str(len(second.out.decisions)), inputs)


def test_a_report_leaves_the_run_as_it_was_to_be_asked(days):
    before, _, second = days
    with open_run(before.out.path, store=before.store) as opened:
        asked = [opened.stories(limit=0), opened.documents(limit=0)]
        read_report(opened)
        assert [opened.stories(limit=0), opened.documents(limit=0)] == asked
    assert second.data.rejections == ()
    assert before.data.rejections == (Count("no-text", 1),)


def test_relations_have_the_names_of_the_outputs(on_samples):
    assert on_samples.data.index.relation_names == tuple(map(str, Relation))

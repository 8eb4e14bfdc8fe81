"""Lines of one table have the same fields, and say of each document what it is and whose copy."""

import json

import pytest

from dedup import deduplicate

HOSTILE_TITLES = {
    "lines": ("Trams\r\n return\tsoon", '"Trams return soon"'),
    "quotes": ('Trams "return"', "\"Trams 'return'\""),
    "escapes": ("\x1b[2JTrams\u202e", '"\\x1b[2JTrams\\u202e"'),
    "a megabyte": ("trams " * 200_000, f'"{"trams " * 12}trams..."'),
    "half a character": ("Trams \ud800", '"Trams ?"'),
    "blanks alone": (" \n ", None),
}

WORDS = [f"{one}{two}{three}n" for one in "bdfgk" for two in "aeiou" for three in "lmrst"]


def text_of(number, length=60):
    return " ".join(WORDS[(number * 7 + at * at) % len(WORDS)] for at in range(length))


def copies(**fields):
    return [
        {"id": "1", "text": text_of(1), "date": "2026-03-01", **fields},
        {"id": "2", "text": text_of(1), "date": "2026-03-02"},
    ]


def all_changes(command, jsonl, tmp_path):
    """The lines of changes of three days, each kind of change among them."""
    day = {"date": "2026-03-01"}
    long, other = text_of(1), text_of(2)
    days = [
        [
            {"id": "a", "text": long, **day},
            {"id": "b", "text": long, **day},
            {"id": "lone", "text": other, **day},
        ],
        [{"id": "c", "text": f"{long} {text_of(3, 20)}", "date": "2026-02-28"}],
        [{"id": "d", "text": other, "date": "2026-03-02"}],
    ]
    lines = []
    for number, records in enumerate(days):
        source = jsonl(records, f"day{number}.jsonl")
        arguments = (source, "--level", "copies", "--canonical", "longest")
        out = command.run(
            *arguments, "--store", tmp_path / "store.sqlite", out=tmp_path / str(number)
        )
        lines += (out.path / "changes.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


def test_each_line_of_a_table_has_the_same_fields(sample_run):
    for table in (sample_run.decisions, sample_run.stories, sample_run.rejected):
        assert len({tuple(line) for line in table}) == 1
    assert len({tuple(each) for story in sample_run.stories for each in story["members"]}) == 1


def test_each_kind_of_change_has_the_fields_of_all_kinds(command, jsonl, tmp_path):
    changes = all_changes(command, jsonl, tmp_path)

    assert {each["change"] for each in changes} >= {"begun", "grown", "canonical"}
    assert len({tuple(each) for each in changes}) == 1


def test_decisions_and_members_say_what_their_documents_are(sample_run):
    known = {each["id"]: each for each in sample_run.decisions}
    for survivor in sample_run.survivors:
        line = known[survivor["id"]]
        url = survivor.get("url") or survivor.get("canonical_url")
        assert (line["url"], line["title"]) == (url, survivor.get("title"))
        host = url.split("/")[2] if url else survivor["id"].split("/")[0]
        assert line["host"] == host.removeprefix("www.")
    for story in sample_run.stories:
        for member in story["members"]:
            line = known[member["id"]]
            for name in ("url", "title", "host", "copy_of", "relation", "score", "score_kind"):
                assert member[name] == line[name]


@pytest.fixture(scope="module")
def mixed_run(command, copies_run, sample_run, tmp_path_factory):
    """The sample pages as records, those that are rewrites a second time at other hosts."""
    folder = tmp_path_factory.mktemp("mixed")
    rewrites = {each["id"] for each in sample_run.decisions if each["relation"] == "rewrite"}
    records = copies_run.survivors
    records += [
        {"id": f"copy/{each['id']}", "text": each["text"], "date": each["date"]}
        for each in records
        if each["id"] in rewrites
    ]
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return command.run(path, out=folder / "out")


def test_a_duplicate_is_a_copy_of_the_representative_of_its_telling(mixed_run):
    known = {each["id"]: each for each in mixed_run.decisions}
    copied = [each for each in known.values() if each["copy_of"]]

    assert [each for each in copied if each["copy_of"] != each["canonical_id"]]
    for each in copied:
        representative = known[each["copy_of"]]
        assert representative["story_id"] == each["story_id"]
        assert representative["copy_of"] is None
        assert each["status"] == "duplicate"
    for each in known.values():
        if each["status"] != "duplicate":
            assert each["copy_of"] is None
        elif not each["copy_of"]:
            assert each["score_kind"] == "probability"


def test_in_a_story_of_copies_alone_each_duplicate_is_a_copy_of_the_canonical(copies_run):
    for each in copies_run.decisions:
        copied = each["canonical_id"] if each["status"] == "duplicate" else None
        assert each["copy_of"] == copied


def test_the_weakest_link_says_what_its_score_is(sample_run, mixed_run):
    for story in (*sample_run.stories, *mixed_run.stories):
        kinds = {each["score_kind"] for each in story["members"][1:]}
        rewritten = any(each["copy_of"] is None for each in story["members"][1:])
        assert story["weakest"]["score_kind"] in ({"probability"} if rewritten else kinds)


def test_what_a_rejected_record_says_of_itself_is_said(command, jsonl, tmp_path):
    told = {"url": "https://www.a.example/1", "title": "Trams"}
    records = [
        *copies(),
        {"id": "short", "text": "no", **told},
        {"id": "1", "text": text_of(4), **told},
        {"id": "silent", "text": "no"},
    ]
    run = command.run(jsonl(records), out=tmp_path / "out")
    found = [each for each in run.decisions if each["status"] == "rejected"]

    names = [(each["id"], each["url"], each["title"], each["host"]) for each in found]
    assert names == [
        ("short", told["url"], "Trams", "a.example"),
        ("1", told["url"], "Trams", "a.example"),
        ("silent", None, None, None),
    ]


@pytest.mark.parametrize(("title", "name"), HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_a_hostile_title_is_one_short_printable_line_of_a_reason(title, name):
    result = deduplicate(copies(title=title))

    named = f"{name} (id 1)" if name else "id 1"
    assert result.decision("2").reason == f"the same text as {named}"


def test_a_reason_names_the_other_document_by_title_host_and_id():
    named = copies(title="Trams return after repairs", url="https://www.post.example/17")
    result = deduplicate(named)
    elected = result.decision("1").reason

    assert result.decision("2").reason == (
        'the same text as "Trams return after repairs" (post.example, id 1)'
    )
    assert elected == "elected by earliest: dated 2026-03-01; the runner-up id 2: dated 2026-03-02"

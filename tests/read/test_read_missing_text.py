from __future__ import annotations

import json

import pytest

from dedup import Config, deduplicate
from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.run.clean_dump import clean_dump
from dedup.run.dump import run_dump

STORY = (
    "The council of Morrow Vale votes on the new quarry on Monday, and nobody knows the outcome."
)


def _lines(path, number, **fields):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps({"id": f"{path.stem}{n}", **fields}) + "\n" for n in range(number)]
    path.write_text("".join(rows))
    return path


@pytest.mark.parametrize("number", [1, 3, 5_000])
def test_a_run_without_a_text_stops_with_the_names_that_there_are(tmp_path, number):
    dump = _lines(tmp_path / "a.jsonl", number, headline="Quarry", article={"body": STORY})
    message = (
        'no record has a text in "text" or "html"; the fields are id, headline, article.body: '
        "name the one with the text, as in --field text=article.body"
    )
    with pytest.raises(InputError, match=message):
        run_dump([dump], tmp_path / "out", Config())
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match=message):
        clean_dump([dump], tmp_path / "clean.jsonl", Config())
    with pytest.raises(InputError, match=message):
        deduplicate(dump)


def test_the_named_field_is_then_read(tmp_path):
    dump = _lines(tmp_path / "a.jsonl", 3, headline="Quarry", article={"body": STORY})
    config = Config(read=ReadConfig(fields=(("text", "article.body"),)))
    assert [each.relation for each in deduplicate(dump, config=config).decisions].count(
        "exact"
    ) == 2


def test_records_of_the_library_without_a_text_are_refused():
    with pytest.raises(InputError, match=r"--field text=body$"):
        deduplicate([{"id": "a", "body": STORY, "lead": "Short."}])


def test_a_wrong_name_is_in_the_message(tmp_path):
    dump = _lines(tmp_path / "a.jsonl", 2, body=STORY)
    with pytest.raises(InputError, match='no record has a text in "boddy" or "html"'):
        deduplicate(dump, config=Config(read=ReadConfig(fields=(("text", "boddy"),))))


def test_the_columns_of_a_table_are_named(tmp_path):
    (tmp_path / "a.csv").write_text(f"Nr;Inhalt\n1;{STORY}\n2;{STORY}\n")
    with pytest.raises(InputError, match=r"Nr, Inhalt: .* --field text=Inhalt$"):
        deduplicate(tmp_path / "a.csv")


def test_a_dump_with_a_text_in_another_file_is_read(tmp_path):
    _lines(tmp_path / "dump" / "a-index.jsonl", 1_500, title="No text here")
    _lines(tmp_path / "dump" / "b.jsonl", 1, text=STORY)
    statuses = [each.status for each in deduplicate(tmp_path / "dump").decisions]
    assert (statuses.count("rejected"), statuses.count("unique")) == (1_500, 1)


def test_a_dump_of_many_files_without_a_text_stops_early(tmp_path):
    for name in "abc":
        _lines(tmp_path / "dump" / f"{name}.jsonl", 1_500, body=STORY)
    with pytest.raises(InputError, match="--field text=body"):
        deduplicate(tmp_path / "dump")


def test_one_record_with_a_text_is_enough(tmp_path):
    dump = _lines(tmp_path / "a.jsonl", 500, body=STORY)
    dump.write_text(dump.read_text() + json.dumps({"text": STORY}) + "\n")
    assert [each.status for each in deduplicate(dump).decisions][-1] == "unique"


def test_what_has_no_fields_is_rejected_as_ever(tmp_path):
    (tmp_path / "a.jsonl").write_text("[1]\n{}\noops\n")
    assert {each.status for each in deduplicate(tmp_path / "a.jsonl").decisions} == {"rejected"}


def test_pages_that_a_server_refused_are_no_records_without_a_text(tmp_path):
    page = f"<html><body><p>{STORY}</p></body></html>"
    block = f"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n{page}"
    record = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://courier.example/a\r\n"
        "WARC-Date: 2026-03-05T08:00:00Z\r\nContent-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n{block}\r\n\r\n"
    )
    (tmp_path / "a.warc").write_text(record * 3, newline="")
    decisions = deduplicate(tmp_path / "a.warc").decisions
    assert [each.reason.split(":")[0] for each in decisions] == ["http-status"] * 3


def test_a_message_about_the_first_records_says_that_it_is_about_them(tmp_path):
    dump = _lines(tmp_path / "a.jsonl", 1_200, body=STORY)
    with pytest.raises(InputError, match=r"=body \(seen in the first 1,000 inputs\)$"):
        deduplicate(dump)


def test_records_in_a_list_of_one_object_are_not_to_be_joined(tmp_path):
    articles = [{"title": f"Vote {number}", "text": f"{STORY} {number}"} for number in range(3)]
    (tmp_path / "a.json").write_text(json.dumps({"status": "ok", "articles": articles}))
    message = (
        r"articles\[\].text: give each record of articles a line .* jq -c '\.articles\[\]' writes"
    )
    with pytest.raises(InputError, match=message):
        deduplicate(tmp_path / "a.json")


def test_lists_of_records_by_the_name_of_their_outlet_are_not_to_be_joined(tmp_path):
    body = {"summary": ["Rain."], "sections": [{"headline": [], "paragraphs": ["It rained."]}]}
    article = {"title": "Rain", "publishing_date": "2024-05-03", "authors": [], "body": body}
    source = tmp_path / "articles.json"
    source.write_text(json.dumps({"The Post": [article], "The Times": [article]}, indent=4))
    with pytest.raises(
        InputError, match=r"each record of its lists a line .* jq -c '\.\[\]\[\]\?'"
    ):
        deduplicate(source)


def test_paragraphs_in_a_list_are_named_to_be_joined(tmp_path):
    parts = [{"type": "p", "value": STORY}, {"type": "p", "value": STORY}]
    (tmp_path / "a.json").write_text(json.dumps([{"id": 1, "content": parts}]))
    with pytest.raises(InputError, match=r"--field text=content\.value$"):
        deduplicate(tmp_path / "a.json")

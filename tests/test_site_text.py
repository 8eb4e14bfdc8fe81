"""Dumps of one host whose pages share text of the site, through the real command."""

import json
import random

import pytest
from wordfreq import top_n_list

PAGES = 60


@pytest.fixture(scope="module")
def words():
    listed = [word for word in top_n_list("en", 20_000) if len(word) > 3 and word.isalpha()]
    return listed[500:]


def paragraph(rng, words, size):
    """Sentences of fifteen words."""
    chosen = [rng.choice(words) for _ in range(size)]
    sentences = [" ".join(chosen[at : at + 15]).capitalize() for at in range(0, size, 15)]
    return ". ".join(sentences) + "."


def dump(words, size):
    """Articles of 150 own words over three paragraphs of the site, and two copies."""
    rng = random.Random(size)
    site = [paragraph(rng, words[:3000], size) for _ in range(3)]
    records = []
    for number in range(PAGES):
        own = paragraph(rng, rng.sample(words[3000:], 100), 150)
        records.append(
            {
                "id": f"page-{number:02}",
                "url": f"https://gazette.example/news/{number}",
                "title": " ".join(own.split()[:7]),
                "date": "2026-03-02",
                "text": "\n".join([own, *site]),
            }
        )
    own = records[7]["text"].split("\n")[0]
    here = {**records[5], "id": "here", "url": "https://gazette.example/again/5"}
    elsewhere = {**records[7], "id": "there", "url": "https://other.example/7", "text": own}
    return [*records, here, elsewhere]


@pytest.mark.parametrize("level", ["copies", "stories"])
@pytest.mark.parametrize("size", [30, 400])
def test_shared_paragraphs_of_any_length_delete_no_article(command, tmp_path, words, size, level):
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in dump(words, size)), "utf-8")

    run = command.run(path, "--level", level, out=tmp_path / "out")

    lines = (run.path / "decisions.jsonl").read_text("utf-8").splitlines()
    decisions = {line["id"]: line for line in map(json.loads, lines)}
    kept = [each for each in decisions.values() if each["status"] in ("canonical", "unique")]
    assert len(kept) == PAGES
    for copy, of in (("here", "page-05"), ("there", "page-07")):
        assert decisions[copy]["story_id"] == decisions[of]["story_id"] is not None

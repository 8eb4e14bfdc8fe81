"""Laws on real pages, which are not part of the project."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dedup.cleaning.page.extract import extract
from dedup.cleaning.pipeline import clean_text
from dedup.models import Extraction

PAGES = Path(__file__).parents[2].parent / "shared" / "data" / "pages"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PAGES.is_dir(), reason="no pages beside the checkout"),
]


@pytest.fixture(scope="module")
def drafts():
    pairs = []
    for row in (PAGES / "gold.jsonl").read_text("utf-8").splitlines()[::4]:
        gold = json.loads(row)
        page = extract((PAGES / gold["file"]).read_bytes())
        if isinstance(page, Extraction):
            draft = clean_text(page.text, title=page.title, author=page.author)
            pairs.append((gold, page, draft))
    assert len(pairs) > 50
    return pairs


def test_twice_is_once(drafts):
    for gold, page, draft in drafts:
        again = clean_text(draft.text, title=page.title, author=page.author)
        assert again.text == draft.text, gold["file"]


def test_cleaning_takes_more_of_the_rest_than_of_the_article(drafts):
    lost, taken = 0, 0
    for gold, _, draft in drafts:
        wanted = Counter(gold["text"].split())
        for removal in draft.removed:
            words = Counter(removal.text.split())
            if removal.step not in {"dateline", "credit"}:
                taken += words.total()
                if " ".join(removal.text.split()) in " ".join(gold["text"].split()):
                    lost += (words & wanted).total()
    assert lost < 0.25 * taken

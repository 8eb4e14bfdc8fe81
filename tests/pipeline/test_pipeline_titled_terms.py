"""The title of a document is the first sentence of what the story score compares."""

from itertools import permutations

import numpy as np

from dedup import deduplicate
from dedup.pipeline.earlier_stories import read_earlier_stories
from dedup.pipeline.representatives import read_representatives
from dedup.signatures.terms import titled_terms
from dedup.store import Store

TITLE = "Crane Falls on Tarn Bridge"
CRANE = (
    "A crane fell across the Tarn bridge in Oswick on Monday and closed both lanes. Nobody was "
    "hurt, the Oswick fire brigade said. The crane belongs to the builder Hallen, which is renewing"
    " the railing of the bridge. Traffic is sent over Lower Marsh Road."
)
AGAIN = (
    "Both lanes of the Tarn bridge in Oswick are closed after a crane toppled onto it. The fire "
    "brigade of Oswick found nobody hurt. Hallen, the builder that renews the railing, owns the "
    "crane. Drivers have to take Lower Marsh Road."
)
BALLOT = (
    "Voters in Karsk turned down a new airport by a narrow margin, the election office announced. "
    "Mayor Igor Belin spoke of a missed chance. Opponents had warned of noise over three villages "
    "and of the price. The land will remain with the farmers who rent it."
)


def terms_by_id(path):
    """The stored terms of each document that no other stands for."""
    with Store(path) as store:
        store.dumps.look_back(4)
        found = read_representatives(store, read_earlier_stories(store))
        decisions = store.results.decisions()
        tokens = found.tokens(np.arange(found.size))
        ids = {each.row: each.doc_id for each in decisions}
        return {
            ids[row]: tokens.tokens[start:end].tolist()
            for row, start, end in zip(
                found.numbered.rows.tolist(), tokens.bounds, tokens.bounds[1:], strict=False
            )
        }


def record(name, text, title=None):
    return {"id": name, "text": text} | ({} if title is None else {"title": title})


def expected(title, text):
    return titled_terms([title], [text])[0].tolist()


def test_a_document_is_stored_with_the_terms_of_its_title_before_those_of_its_text(
    command, jsonl, tmp_path
):
    records = [record("crane", CRANE, TITLE), record("ballot", BALLOT)]
    run = command.run(jsonl(records), out=tmp_path / "out")
    assert terms_by_id(run.path / "store.sqlite") == {
        "crane": expected(TITLE, CRANE),
        "ballot": expected(None, BALLOT),
    }


def test_of_one_text_under_several_titles_the_order_of_the_dump_chooses_none():
    copies = [record("a", CRANE, TITLE), record("b", CRANE, "News of the Day"), record("c", CRANE)]
    others = [record("d", AGAIN, "Crane on Bridge"), record("e", BALLOT)]
    found = []
    for order in permutations(copies):
        decisions = deduplicate([*order, *others]).decisions
        found.append(sorted((each.doc_id, each.canonical_id, each.score) for each in decisions))
    assert found == found[:1] * len(found)
    assert {canonical for _, canonical, _ in found[0][:4]} == {found[0][0][1]} != {None}
    assert found[0][3][2] is not None

"""What a person may call a document or a story, and what is said of a name that fits several."""

from __future__ import annotations

import pytest
from runs import dated_article, text_of

from dedup.errors import AmbiguousNameError, NotFoundError
from dedup.explain.find_documents import find_document, find_named, find_story

SAME = text_of("same")

RECORDS = [
    dated_article("alpha-1", SAME, title="Trams Return After Repairs"),
    dated_article("alpha-12", SAME, title="Trams return after repairs at last"),
    dated_article("Ünal", text_of("ü"), title="STRAẞE GESPERRT"),
    dated_article("beta", text_of("beta"), url="https://www.beta.example/a/?utm_source=x&id=7"),
    dated_article("gamma", text_of("gamma"), title="alpha-1"),
    dated_article("beta", text_of("beta again")),
    {"id": "empty", "title": "Nothing here", "text": ""},
]


@pytest.fixture(scope="module")
def store(opened):
    return opened(RECORDS).store


def id_of(store, row):
    ((_, doc_id, *_),) = store.lookups.summaries([row])
    return doc_id


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("alpha-1", "alpha-1"),  # though it is a part of another id, and another title
        ("pha-12", "alpha-12"),
        ("trams return after REPAIRS", "alpha-1"),  # though it is a part of another title
        ("at last", "alpha-12"),
        ("straße ges", "Ünal"),
        ("https://www.beta.example/a/?utm_source=x&id=7", "beta"),
        ("http://m.beta.example/a?id=7#top", "beta"),
        ("beta.example/a", "beta"),
        ("beta", "beta"),  # the second with this id is rejected
        ("nothing HERE", "empty"),
    ],
)
def test_an_id_goes_before_an_address_or_a_title_and_these_before_parts(store, name, doc_id):
    assert id_of(store, find_document(store, name)) == doc_id


@pytest.mark.parametrize(
    "name", ["no such", "", " ", "\0", "ALPHA-9", "x\udcff", "al%-1", "alpha_1"]
)
@pytest.mark.parametrize("find", [find_document, find_story, find_named])
def test_a_name_that_fits_nothing_is_not_found(store, find, name):
    with pytest.raises(NotFoundError) as caught:
        find(store, name)
    assert str(caught.value).isprintable()


def test_what_is_ambiguous_is_listed_by_id_with_title_and_host(store):
    with pytest.raises(AmbiguousNameError) as caught:
        find_document(store, "pha-")
    assert caught.value.found == (
        'alpha-1  "Trams Return After Repairs"  (alpha-1.example)',
        'alpha-12  "Trams return after repairs at last"  (alpha-12.example)',
        'gamma  "alpha-1"  (gamma.example)',
    )


def test_at_most_ten_are_listed_and_how_many_more(opened):
    store = opened([dated_article(f"d{n:02}", text_of(n)) for n in range(15)]).store
    with pytest.raises(AmbiguousNameError) as caught:
        find_document(store, "About")
    assert len(caught.value.found) == 11
    assert caught.value.found[0].startswith("d00 ")
    assert caught.value.found[-1] == "and 5 more"


@pytest.mark.parametrize("of", [lambda s: s, lambda s: s[2:], lambda s: s[:9], lambda s: s[5:12]])
def test_a_story_is_found_by_its_id_or_a_part_with_or_without_its_first_letter(samples_run, of):
    from dedup.explain.open_run import open_run

    with open_run(samples_run) as run:
        story_id = next(run.store.results.stories())["story_id"]
        assert find_story(run.store, of(story_id)) == story_id
        assert find_named(run.store, of(story_id)) == story_id


def test_a_part_that_fits_several_documents_of_one_story_finds_the_story(store):
    assert find_story(store, "trams return") == find_story(store, "alpha-1")
    with pytest.raises(AmbiguousNameError):
        find_document(store, "rams return")


def test_a_document_without_a_story_has_none_to_show(store):
    with pytest.raises(NotFoundError, match="beta is in no story"):
        find_story(store, "beta")


def test_of_a_story_and_a_document_the_exact_one_is_meant(opened, store):
    story_id = find_story(store, "alpha-1")
    part = story_id[2:10]
    exact = dated_article(story_id, text_of("exact"))
    both = opened([*RECORDS, exact, dated_article("p", text_of("p"), title=part)]).store

    with pytest.raises(AmbiguousNameError, match="document or story"):
        find_named(both, story_id)  # both are exact
    assert find_named(both, story_id[2:]) == story_id
    assert id_of(both, find_named(both, part)) == "p"  # its title; a part of the other
    with pytest.raises(AmbiguousNameError) as caught:
        find_named(both, part[1:])
    assert [line.split("  ")[0] for line in caught.value.found] == [story_id, "p", story_id]


def test_what_is_listed_is_printable_and_short(opened):
    record = dated_article("x\x1b[2J\n" + "y" * 10_000, SAME, title="[red]\u202e\x9b\n" * 100)
    other = dated_article("z\x1b[2J", text_of("z"))
    store = opened([record, other]).store
    with pytest.raises(AmbiguousNameError) as caught:
        find_document(store, "\x1b[2J")
    assert all(each.isprintable() and len(each) < 2_000 for each in caught.value.found)
    assert str(caught.value).replace("\n", "").isprintable()

"""Each reason is true of what was decided: it is derived again from the inputs and outputs."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import deduplicate
from dedup.config import ClusterConfig, Config

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfglmnprst"]

SENTENCES = [" ".join(WORDS[start : start + 12]).capitalize() + "." for start in range(0, 480, 12)]
TITLES = ["Ferry runs again on Monday", "Ferry runs again", "Bakers strike over flour", None]
DATES = [None, "2026-03-04", "2026-03-05", "2026-03-05T08:00:00Z", "2026-03-05T21:30:00Z", "soon"]

texts = st.lists(st.integers(0, 9), min_size=1, max_size=8).map(
    lambda drawn: "\n".join(SENTENCES[number] for number in drawn)
)
documents = st.lists(
    st.fixed_dictionaries(
        {
            "text": texts,
            "title": st.sampled_from(TITLES),
            "date": st.sampled_from(DATES),
            "date_source": st.sampled_from([None, "meta", "text"]),
            "url": st.sampled_from(
                [None, "https://a.example/1", "https://a.example/2", "https://b.example/1"]
            ),
            "canonical_url": st.sampled_from([None, "https://a.example/1", "https://b.example/1"]),
            "rank": st.sampled_from([None, 1, 2.5, "first", ["x"], float("nan")]),
        }
    ),
    min_size=2,
    max_size=7,
).map(lambda drawn: [{"id": f"d{number}", **each} for number, each in enumerate(drawn)])

rules = st.sampled_from(
    [(), ("earliest",), ("latest",), ("longest",), ("field:date:asc",), ("field:rank:desc",)]
)

laws = settings(max_examples=60, deadline=None, derandomize=True)


def believed(record):
    """The date that decides, None where there is none or it is a guess."""
    guessed = record["date_source"] == "text" or record["date"] == "soon"
    return None if guessed else record["date"]


def document_name(record):
    """What a reason calls a document."""
    title = record["title"] and f'"{record["title"]}"'
    host = record["url"] and record["url"].split("/")[2]
    host = host or (record["canonical_url"] and record["canonical_url"].split("/")[2])
    if title is None:
        return f"id {record['id']}" + (f" of {host}" if host else "")
    return f"{title} ({host}, id {record['id']})" if host else f"{title} (id {record['id']})"


def shingles(text):
    tokens = re.findall(r"\w+", text.casefold())
    return {tuple(tokens[at : at + 3]) for at in range(len(tokens) - 2)}


def says_true(said, record, rule, story):
    """Whether what a reason says of a document is true of it."""
    if rule in ("earliest", "latest"):
        date = believed(record)
        return said == ("undated" if date is None else f"dated {date}")
    if rule == "declared":
        page = record["url"]
        named = [
            each
            for each in story
            if each["canonical_url"] and each["canonical_url"] not in (each["url"],)
        ]
        return said == f"named canonical by {sum(each['canonical_url'] == page for each in named)}"
    if rule == "shortest-url":
        return said == (record["url"] or record["canonical_url"] or "no address")
    if rule == "id":
        return said == record["id"]
    if rule == "field:date:asc":
        value = None if record["date_source"] == "text" else record["date"]
        return said == (f"date is {value!r}" if value else said) and (value or "is '" not in said)
    if rule == "field:rank:desc":
        value = record["rank"]
        plain = isinstance(value, str) or (value is not None and value == value and value != ["x"])
        return (said == f"rank is {value!r}") if plain else not said.startswith("rank is f")
    if rule == "longest":
        return said == f"{len(re.findall(r'[a-z]+', record['text'].casefold()))} tokens"
    return True


@laws
@given(documents, rules)
@example(
    [
        {"id": "d0", "text": "\n".join(SENTENCES[:5]), "title": None, "date": "2026-03-04",
         "date_source": "text", "url": None, "canonical_url": None, "rank": None},
        {"id": "d1", "text": "\n".join(SENTENCES[:5]), "title": None, "date": "2026-03-05",
         "date_source": None, "url": None, "canonical_url": None, "rank": None},
    ],
    ("latest",),
)  # fmt: skip
def test_what_a_reason_says_of_the_canonical_and_the_runner_up_is_true(drawn, chosen):
    config = Config(level="copies", cluster=ClusterConfig(canonical=chosen))
    result = deduplicate(drawn, config=config)
    records = {each["id"]: each for each in drawn}
    for story in result.stories:
        why = story["why"]
        if why["rule"] == "connected":
            continue
        name = document_name(records[why["runner_up"]])
        said = why["detail"].split(f"; the runner-up {name}: ")
        members = [records[each["id"]] for each in story["members"]]
        ends = records[story["canonical_id"]], records[why["runner_up"]]
        for words, record in zip(said, ends, strict=True):
            assert says_true(words, record, why["rule"], members), (words, record)
        assert why["runner_up"] in [each["id"] for each in story["members"][1:]]
        assert result.decision(story["canonical_id"]).reason == (
            f"elected by {why['rule']}: {why['detail']}"
        )


@laws
@given(documents)
def test_what_a_reason_says_of_a_duplicate_is_true(drawn):
    result = deduplicate(drawn, config=Config(level="copies"))
    records = {each["id"]: each for each in drawn}
    for decision in result.decisions:
        if decision.status != "duplicate":
            continue
        own = shingles(records[decision.doc_id]["text"])
        canonical = shingles(records[decision.canonical_id]["text"])
        common = len(own & canonical)
        shares = [f"{common / max(1, len(each)):.1%}" for each in (own, canonical)]
        said = {
            "exact": "the same text as",
            "near": f"Jaccard {common / max(1, len(own | canonical)):.3f}",
            "abridged": f"{shares[0]} of it stands in",
            "expanded": f"holds {shares[1]} of",
            "update": f"{shares[0]} of it stands there, it holds {shares[1]}",
        }[decision.relation]
        assert said in decision.reason
        assert document_name(records[decision.canonical_id]) in decision.reason
        if decision.relation == "exact":
            assert own == canonical


@laws
@given(documents)
def test_no_document_is_called_alone_that_has_the_text_and_title_of_another(drawn):
    result = deduplicate(drawn, config=Config(level="copies"))
    alone = [each.doc_id for each in result.decisions if "no other document has" in each.reason]
    keys = {each["id"]: (each["text"], each["title"]) for each in drawn}
    for doc_id in alone:
        assert list(keys.values()).count(keys[doc_id]) == 1

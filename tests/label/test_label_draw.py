"""Pairs drawn to be judged: each stratum at random, nested, and the same whatever the order."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pairs import THRESHOLD, made_pairs
from made_runs import joined_pairs, made_records
from runs import dated_article, text_of

from dedup.explain.open_run import open_run
from dedup.label.draw_pairs import (
    JOINED_SHARE,
    KINDS,
    LINKED_SHARE,
    draw_pairs,
    order_of_asking,
    strata_of,
)
from dedup.label.pair_population import pair_population


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """OUT of a run on made news, and of a run on the same in another order."""
    folder = tmp_path_factory.mktemp("made")
    records = made_records(folder)
    random.Random(3).shuffle(records)
    mixed = folder / "mixed.jsonl"
    mixed.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    return (
        command.run(folder / "made-400.jsonl", out=folder / "one"),
        command.run(mixed, "--workers", 2, out=folder / "two"),
    )


def drawn_of(out, count, seed=0):
    with open_run(out.path) as run:
        return draw_pairs(run, pair_population(run), count, seed)


def test_strata_hold_each_pair_of_documents_once_by_what_the_run_did_with_it():
    population = made_pairs(500, 1).population
    strata = strata_of(population, THRESHOLD)
    assert strata.documents.sum() == population.documents.sum()
    kinds = np.array(KINDS)[strata.kinds[strata.of_pair]]
    for kind, chosen in (
        ("canonical", population.linked),
        ("story", population.together & ~population.linked),
        ("group", population.grouped & ~population.together),
        ("apart", ~population.grouped & ~population.together),
    ):
        assert ((kinds == kind) == chosen).all()
    for number, name in enumerate(strata.names):
        kind, ends = name.split()
        low, high = map(float, ends.split("-"))
        score = population.score[strata.of_pair == number]
        assert kind == KINDS[strata.kinds[number]]
        assert (low - 0.005 <= score).all()
        assert (score <= high + 0.005).all()
    assert any(name.endswith(f"-{THRESHOLD:.2f}") for name in strata.names)


@given(st.integers(0, 50), st.integers(0, 400), st.integers(0, 400))
def test_each_first_part_of_the_order_is_that_of_fewer_pairs(seed, few, many):
    population = made_pairs(120, seed).population
    strata = strata_of(population, THRESHOLD)
    few, many = sorted((few, many))
    order = order_of_asking(strata, population, many)
    assert order[:few].tolist() == order_of_asking(strata, population, few).tolist()
    assert order.size == min(many, population.documents.sum())
    assert (np.bincount(order, minlength=strata.documents.size) <= strata.documents).all()


def test_joined_pairs_and_those_with_a_canonical_have_their_share():
    population = made_pairs(20_000, 1).population
    strata = strata_of(population, THRESHOLD)
    kinds = np.array(KINDS)[strata.kinds[order_of_asking(strata, population, 400)]]
    joined, linked = np.isin(kinds, KINDS[:3]), kinds == "canonical"
    assert JOINED_SHARE[0] - 0.02 <= joined.mean() <= JOINED_SHARE[1] + 0.02
    assert linked.sum() / joined.sum() >= LINKED_SHARE - 0.02


def test_all_pairs_of_documents_are_drawn_once_where_so_many_are_asked_for(made):
    drawn = drawn_of(made[0], 1_000_000)
    pairs = [(each.a, each.b) for each in drawn]
    assert len(set(pairs)) == len(pairs)
    assert all(one.encode() < other.encode() for one, other in pairs)
    assert {(each.a, each.b) for each in drawn if each.together} == joined_pairs(made[0].decisions)
    counts = Counter(each.stratum for each in drawn)
    assert {each.stratum: each.stratum_pairs for each in drawn} == counts
    assert [each.place for each in drawn] == list(range(len(drawn)))
    assert all(each.same is None and each.answered is None for each in drawn)


def test_fewer_pairs_are_the_first_of_more(made):
    assert drawn_of(made[0], 40, seed=5) == drawn_of(made[0], 200, seed=5)[:40]


def test_neither_the_order_of_the_inputs_nor_workers_change_what_is_drawn(made):
    one, two = (list(map(asdict, drawn_of(out, 120, seed=2))) for out in made)
    assert one == two


def test_another_seed_draws_other_pairs_of_the_same_strata(made):
    one, two = drawn_of(made[0], 60, seed=1), drawn_of(made[0], 60, seed=2)
    assert [each.stratum for each in one] == [each.stratum for each in two]
    assert {(each.a, each.b) for each in one} != {(each.a, each.b) for each in two}


def test_each_pair_of_a_stratum_is_as_likely_as_the_others(made):
    """Over 300 seeds, each half of a stratum gets half of its first draws."""
    with open_run(made[0].path) as run:
        population = pair_population(run)
        whole = draw_pairs(run, population, 1_000_000, 0)
        stratum = Counter(each.stratum for each in whole).most_common(1)[0][0]
        pairs = sorted((each.a, each.b) for each in whole if each.stratum == stratum)
        lower = set(pairs[: len(pairs) // 2])
        drawn = [
            (each.a, each.b)
            for seed in range(300)
            for each in draw_pairs(run, population, 10, seed)
            if each.stratum == stratum
        ]
    share = len(lower) / len(pairs)
    found = sum(each in lower for each in drawn)
    assert len(drawn) >= 300
    assert abs(found - share * len(drawn)) < 4 * np.sqrt(share * (1 - share) * len(drawn))


def test_copies_are_drawn_as_pairs_of_documents(command, tmp_path):
    text = text_of(1)
    lines = [json.dumps({"id": f"c{n}", "text": text, "title": "Same"}) for n in range(5)]
    source = tmp_path / "copies.jsonl"
    source.write_text("\n".join(lines), "utf-8")
    drawn = drawn_of(command.run(source, out=tmp_path / "out"), 100)
    assert {(each.a, each.b) for each in drawn} == {
        (f"c{one}", f"c{other}") for other in range(5) for one in range(other)
    }
    assert {each.stratum for each in drawn} == {"copies"}


def test_a_run_that_compared_no_pairs_draws_none(command, jsonl, tmp_path):
    source = jsonl([dated_article("one", text_of(1)), dated_article("two", text_of(2), day=25)])
    assert drawn_of(command.run(source, out=tmp_path / "out"), 100) == []

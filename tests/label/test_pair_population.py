"""The pairs of documents that a run compared, against its outputs and what explanations say."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter

import pytest
from explained_runs import documents_of, last_groups
from made_runs import cells_by_id, joined_pairs, made_records
from runs import ROOT, dated_article, text_of

from dedup.errors import OutputError
from dedup.explain.open_run import open_run
from dedup.explain.rewrites.rewrite_evidence import rewrite_evidence
from dedup.label.pair_population import pair_population
from dedup.store import ANOTHER, Store


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """OUT of a run on made news, and the records."""
    folder = tmp_path_factory.mktemp("made")
    records = made_records(folder)
    return command.run(folder / "made-400.jsonl", out=folder / "out"), records


@pytest.fixture(scope="module")
def two_days(command, tmp_path_factory):
    """OUT of two dumps of one store, the second with copies and rewrites of the first."""
    folder = tmp_path_factory.mktemp("days")
    records = made_records(folder)
    outs = []
    for name, part in (("one", records[::2]), ("two", records[1::2])):
        source = folder / f"{name}.jsonl"
        source.write_text("".join(f"{line}\n" for line in map(json.dumps, part)), "utf-8")
        store = folder / "store.sqlite"
        outs.append(command.run(source, "--store", store, out=folder / name))
    return outs


def test_the_scores_are_those_of_explanations_to_the_last_digit(sample_run, made):
    compared = Counter()
    for out in (sample_run, made[0]):
        with open_run(out.path) as run:
            population = pair_population(run)
            for left, right, score, grouped in zip(
                population.rows[population.left].tolist(),
                population.rows[population.right].tolist(),
                population.score.tolist(),
                population.grouped.tolist(),
                strict=True,
            ):
                if left == right:
                    assert (score, grouped) == (1, True)
                    continue
                evidence = rewrite_evidence(run, left, right)
                expected = evidence.score if grouped else evidence.candidate.candidate_score
                assert grouped == (evidence.group_size is not None)
                assert score == expected
                compared[grouped] += 1
    assert compared[True] > 20
    assert compared[False] > 20


def check(out):
    """Compare the pairs of a run of one dump with its outputs."""
    with open_run(out.path) as run:
        population = pair_population(run)
        cells = cells_by_id(run, population)
        groups = last_groups(run, documents_of(run))
    assert list(cells) == sorted(cells, key=lambda pair: [each.encode() for each in pair])
    assert all(left.encode() <= right.encode() for left, right in cells)
    assert population.left.size == len(cells) == len({frozenset(pair) for pair in cells})
    assert population.rows.tolist() == sorted(set(population.rows.tolist()))
    joined = joined_pairs(out.decisions)
    assert population.documents[population.together].sum() == len(joined)
    assert {pair for pair, cell in cells.items() if cell["together"] and pair[0] != pair[1]} == {
        pair for pair in cells if pair in joined
    }
    assert sum(k * (k - 1) // 2 for k in map(len, groups.values())) <= len(cells)
    return population, cells


def test_the_pairs_of_documents_in_one_story_are_those_of_the_outputs(sample_run, made):
    for out in (sample_run, made[0]):
        population, _ = check(out)
        assert (population.left == population.right).any()
        assert not population.together.all()


def test_each_telling_that_is_no_canonical_is_linked_with_one(made):
    out, _ = made
    with open_run(out.path) as run:
        cells = cells_by_id(run, pair_population(run))
    canonicals = {each["canonical_id"] for each in out.decisions} - {None}
    tellings = {
        (each["id"], each["canonical_id"])
        for each in out.decisions
        if each["relation"] in ("derived", "rewrite")
    }
    linked = {pair for pair, cell in cells.items() if cell["linked"]}
    assert all(set(pair) & canonicals for pair in linked)
    assert {pair for pair in linked if pair[0] != pair[1]} == {
        tuple(sorted(pair, key=str.encode)) for pair in tellings if linked_pair(pair, cells)
    }


def linked_pair(pair, cells):
    """Whether both ends are representatives."""
    return tuple(sorted(pair, key=str.encode)) in cells


def test_the_order_of_the_inputs_changes_no_pair_and_no_order(command, jsonl, made, tmp_path):
    out, records = made
    shuffled = random.Random(3).sample(records, len(records))
    other = command.run(jsonl(shuffled), "--workers", "1", out=tmp_path / "out")
    found = []
    for each in (out, other):
        with open_run(each.path) as run:
            found.append([*cells_by_id(run, pair_population(run)).items()])
    assert found[0] == found[1]


def test_a_run_on_one_article_has_no_pair(command, jsonl, tmp_path):
    out = command.run(jsonl([dated_article("a", text_of(1))]), out=tmp_path / "out")
    with open_run(out.path) as run:
        population = pair_population(run)
    assert population.rows.size == population.left.size == population.documents.size == 0


def test_the_pairs_of_a_last_dump_are_those_with_its_documents_and_of_its_groups(two_days):
    _, out = two_days
    with open_run(out.path) as run:
        population = pair_population(run)
        cells = cells_by_id(run, population)
        documents, first = documents_of(run), run.store.dumps.first
        groups = last_groups(run, documents)
    assert (population.rows < first).any()
    group_of = {row: name for name, rows in groups.items() for row in rows}
    fresh = {documents[row].representative_id for row in documents if row >= first}
    for left, right in zip(population.left.tolist(), population.right.tolist(), strict=True):
        rows = population.rows[[left, right]].tolist()
        grouped = rows[0] in group_of and group_of[rows[0]] == group_of.get(rows[1])
        assert grouped or fresh & {documents[row].id for row in rows}
    story = {each.id: each.story_id for each in documents.values()}
    for (left, right), cell in cells.items():
        assert cell["together"] == (story[left] is not None and story[left] == story[right])


def test_a_run_that_is_not_the_last_of_its_store_is_refused(two_days):
    with (
        open_run(two_days[0].path) as run,
        pytest.raises(OutputError, match="not the last dump of the store"),
    ):
        pair_population(run)


def test_a_run_at_the_level_of_copies_is_refused_with_what_to_do(copies_run):
    with (
        open_run(copies_run.path) as run,
        pytest.raises(OutputError, match=r"dedup regroup .* -o NEW --level stories"),
    ):
        pair_population(run)


def test_a_run_without_loose_groups_of_an_earlier_version_is_refused(sample_run, tmp_path):
    out = shutil.copytree(sample_run.path, tmp_path / "out")
    with Store(out / "store.sqlite", ANOTHER) as store, store.commit():
        store.put("rewrite_basis", None)
    with open_run(out) as run, pytest.raises(OutputError, match=r"dedup regroup \S+ -o NEW,"):
        pair_population(run)


@pytest.mark.slow
def test_the_pairs_of_the_labelled_news_are_those_of_the_outputs(command, tmp_path):
    source = ROOT.parent / "shared" / "data" / "dev.jsonl"
    if not source.exists():
        pytest.skip("the labelled news are not on this machine")
    population, _ = check(command.run(source, out=tmp_path / "out"))
    assert population.documents.sum() > 20_000

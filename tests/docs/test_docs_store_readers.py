"""The recipe with Datasette works on a run: its lists, its counts and its queries."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

import pytest
from pages import blocks
from runs import ROOT

pytest.importorskip("datasette", reason="Datasette is not installed")

RECIPES = ROOT / "docs" / "recipes.md"


@pytest.fixture(scope="module")
def browse(command, samples, tmp_path_factory):
    """Ask Datasette, called as the recipe calls it, for a page."""
    from click.testing import CliRunner
    from datasette.cli import cli

    folder = tmp_path_factory.mktemp("browse")
    command.run(samples / "dump", out=folder / "out")
    (described,) = [each for each in blocks(RECIPES) if each.text.startswith("# datasette.yaml")]
    (folder / "datasette.yaml").write_text(described.text, "utf-8")
    (line,) = [
        line
        for each in blocks(RECIPES)
        for line in each.text.splitlines()
        if "datasette -i" in line
    ]

    def ask(path, **query):
        words = [str(folder / word) if "." in word else word for word in shlex.split(line)[1:]]
        page = f"/store{path}" + (f"?{urlencode(query)}" if query else "")
        done = CliRunner().invoke(cli, ["serve", *words, "--get", page], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return ask


def test_the_first_page_lists_the_views_and_the_queries(browse):
    page = browse("")

    for name in ("v_documents", "v_members", "v_stories", "v_removed_lines", "weakest", "story"):
        assert f"/store/{name}" in page


def test_documents_are_counted_by_status_and_host(browse, sample_run):
    facets = json.loads(browse("/v_documents.json"))["facet_results"]
    counted = {each["value"]: each["count"] for each in facets["status"]["results"]}
    expected = sample_run.manifest["counts"]

    assert counted == {name: expected[name] for name in counted}
    assert len(counted) == 4
    assert {"relation", "host", "reason"} <= facets.keys()


def test_documents_are_filtered(browse, sample_run):
    found = json.loads(browse("/v_documents.json", status="rejected", _shape="objects"))["rows"]

    assert [row["id"] for row in found] == [each["id"] for each in sample_run.rejected]


def test_the_largest_stories_come_first(browse):
    rows = json.loads(browse("/v_stories.json", _shape="array"))
    sizes = [row["size"] for row in rows]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_the_queries_of_the_recipe_answer(browse, sample_run):
    weakest = json.loads(browse("/weakest.json", _shape="array"))
    scores = [row["weakest_score"] for row in weakest]
    assert scores == sorted(scores)

    story = weakest[0]
    members = json.loads(browse("/story.json", story_id=story["story_id"], _shape="array"))
    assert members[0]["id"] == story["canonical_id"]
    assert len(members) == story["size"]


def test_every_view_has_a_page_for_people(browse):
    for view in ("v_documents", "v_members", "v_copy_pairs", "v_story_scores", "v_removed_lines"):
        assert "<html" in browse(f"/{view}")

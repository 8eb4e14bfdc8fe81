"""The pictures of the plan are those of the plan as it is."""

from __future__ import annotations

import draw_plan
import pytest
from pages import DOCS
from runs import ROOT


@pytest.fixture(scope="module")
def steps():
    return draw_plan.recorded()


@pytest.mark.parametrize("plan", draw_plan.PLANS)
def test_a_picture_is_that_of_the_plan(plan, steps):
    """If not: python scripts/draw_plan.py docs/figures."""
    name = f"{plan.replace('_', '-')}.svg"
    assert draw_plan.draw(steps, plan) == (DOCS / "figures" / name).read_text("utf-8")
    assert f"(figures/{name})" in (DOCS / "architecture.md").read_text("utf-8")


def test_every_stage_of_the_plan_is_in_a_module_of_the_plan_or_of_its_stages(steps):
    places = ROOT / "dedup" / "pipeline"
    modules = {step.module for step in steps if step.module}
    missing = {each for each in modules if not (places / "on_tables" / f"{each}.py").exists()}
    assert missing <= {"plan", "earlier_dumps"}  # the store is read by the plan's own process
    assert {step.plan for step in steps} <= {"plan", *draw_plan.PLANS}


def test_two_runs_draw_one_picture(steps):
    again = draw_plan.recorded()
    assert [draw_plan.draw(again, plan) for plan in draw_plan.PLANS] == [
        draw_plan.draw(steps, plan) for plan in draw_plan.PLANS
    ]

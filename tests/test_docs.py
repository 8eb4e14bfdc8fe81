"""The README says what the command does: options, words and examples are checked on the code."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import click
import pytest

from dedup.cli import main
from dedup.cluster.canonical import DEFAULT_ORDER, RULES
from dedup.models import Reason, Relation, Status

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

OPTIONS = [
    pytest.param(command, option, id=f"{command.name} {option.opts[0]}")
    for command in main.commands.values()
    for option in command.params
    if isinstance(option, click.Option)
]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_has_help_and_stands_in_the_readme(command, option):
    assert option.help
    assert any(f"`{name}" in README for name in option.opts)


@pytest.mark.parametrize("word", [*Reason, *Relation], ids=str)
def test_every_fixed_word_is_explained_in_the_readme(word):
    assert f"`{word}`" in README


@pytest.mark.parametrize("word", list(Status), ids=str)
def test_every_status_is_named_in_the_readme(word):
    assert word in README


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_of_the_election_is_named_in_the_readme(rule):
    assert f"`{rule}`" in README


def test_the_rules_stand_in_the_readme_in_the_order_in_which_they_decide():
    elect = README[README.index("6. **Elect.**") : README.index("## Quality")]

    assert list(DEFAULT_ORDER) == sorted(DEFAULT_ORDER, key=lambda rule: elect.index(f"`{rule}`"))


def test_the_python_example_prints_what_its_comments_say():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    expected = re.findall(r"print\(.*\)  # (.*)", example)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})

    assert expected == printed.getvalue().splitlines()


@pytest.mark.parametrize("script", re.findall(r"^\./(scripts/\w+)", README, re.MULTILINE))
def test_the_commands_of_the_readme_exist_and_can_be_run(script):
    assert (ROOT / script).stat().st_mode & 0o111


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_the_links_of_the_readme_lead_somewhere(link):
    headings = re.findall(r"^#+ (.*)", README, re.MULTILINE)
    places = {"#" + re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
    assert link in places or (ROOT / link).exists()

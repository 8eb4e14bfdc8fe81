"""Every command and every Python block of the pages is run, and prints what the page shows.

The blocks of a page run one after another in a copy of the folder that the fixture ``desk`` makes.
What takes minutes or reaches for the network is not run: of our own scripts it is checked that they
exist and know the options, everything else must stand in ``NOT_RUN``.
"""

from __future__ import annotations

import ast
import contextlib
import csv
import io
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pages import PAGES, Block, blocks, name_of
from runs import ROOT, Command, read_lines

RUNNABLE = ("sh", "console", "python")

NOT_RUN = {
    "pip install .",
    ".venv/bin/mkdocs serve",
    ".venv/bin/mkdocs build --strict",  # the check does
    ".venv/bin/pip install pip-audit",
    ".venv/bin/pip-audit --skip-editable",
    "sudo DEDUP_CACHE=/var/cache/dedup dedup warm",  # TestImage of tests/test_account.py does
    "datasette -i out/store.sqlite -m datasette.yaml --setting facet_time_limit_ms 2000 "
    "--setting sql_time_limit_ms 5000",  # tests/docs/test_docs_store_readers.py does
    "dolma -c mixer.yaml mix",  # test_docs_pipelines.py does what it does
    "apt-get install --no-install-recommends chromium fonts-dejavu-core fonts-wqy-microhei",
    "apt-get install --no-install-recommends redis-server",
    "dedup label out -o labels.jsonl --web",  # tests/label does, in a browser
    # tests/docs/test_docs_crawlers.py crawls a site on this machine
    "scrapy runspider news.py -a front=https://harborpost.example/ -O kept.jsonl",
    "scrapy runspider news.py -a front=https://harborpost.example/ -O kept.jsonl "
    "-s DEDUP_STORE=out",
    "docker build -t dedup .",
    'docker run --rm --network none -v "$PWD/crawl:/in:ro" -v "$PWD/results:/out" '
    '--user "$(id -u):$(id -g)" dedup run /in -o /out/today',
}

SHELL = re.compile(r"[|>]|\$\(")
"""What needs a shell."""

NAMED = re.compile(r"(?:#!.*\n)?# ([\w.-]+\.(?:toml|sh|yaml|py))\n")
"""The first lines of a file that later commands of the page use: a comment with its name."""

TIMES = re.compile(r"\b\d+\.\d s\b")

CLOCK = re.compile(r"^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d ", re.MULTILINE)

PASSING = re.compile(r"^compiling, |^[a-z ]+: ([\d,]+ \w+, |\d+%, )*.*(\d s|left)$")
"""Lines that only slow runs have: on code that is compiled, and a line a minute."""

WITH_CODE = [
    pytest.param(page, id=name_of(page))
    for page in PAGES
    if any(block.language in RUNNABLE for block in blocks(page))
]


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE)
def test_the_commands_and_examples_of_a_page_run(page, desk, tmp_path):
    with in_a_copy(desk, tmp_path):
        for block in blocks(page):
            run_block(block)


@contextlib.contextmanager
def in_a_copy(desk, parent):
    """Stand in a copy of the desk, in which a page may do what it wants."""
    folder = parent / "desk"
    shutil.copytree(desk, folder)
    (folder / "samples").symlink_to(ROOT / "samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")
        yield


def run_block(block):
    """Run a block of code, or write the file that it is."""
    if named := NAMED.match(block.text):
        Path(named[1]).write_text(block.text, "utf-8")
    elif block.language == "sh":
        for line in block.text.splitlines():
            run(line)
    elif block.language == "console":
        run_shown(block)
    elif block.language == "python":
        run_python(block)


def run(line):
    """Run a command, or check that it could be run; return what it prints."""
    words = shlex.split(line, comments=True)
    if not words or line in NOT_RUN or shlex.join(words) in NOT_RUN:
        return ""
    if words[0] in ("sqlite3", "jq") and shutil.which(words[0]) is None:  # no part of Python
        return ""
    scripts = [word for word in words[:2] if word.removeprefix("./").startswith("scripts/")]
    if scripts:
        check_script(ROOT / scripts[0], words)
        return ""
    if "--resume" in words:
        run(shlex.join(word for word in words if word != "--resume"))  # what it goes on with
    if words[0] == "dedup" and "-o" in words and not {"--resume", "--overwrite"} & set(words):
        remove(Path(words[words.index("-o") + 1]))  # the reader's folder is a new one
    if words[0] != "dedup" or SHELL.search(line):
        return run_in_shell(line)
    done = Command()(*words[1:])
    assert done.exit_code == 0, f"{line}\n{done.output}"
    if words[1] == "label" and "--csv" in words:
        judge(Path(words[words.index("--csv") + 1]))
    return done.output


def run_in_shell(line):
    """Run what bash must take apart."""
    known = (str(Path("bin").resolve()), str(Command.program.parent), os.environ["PATH"])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        env={**os.environ, "PATH": os.pathsep.join(known)},
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout + done.stderr


def judge(table):
    """Fill in a table of pairs as a reader would who knows the stories of the sample pages."""
    known = read_lines(ROOT / "samples" / "expected.jsonl")
    stories = {each["id"]: each["story"] for each in known}
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["same"] = "y" if stories[row["a"]] == stories[row["b"]] else "n"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def remove(path):
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def check_script(path, words):
    """Check that a script of ours exists, can be run, and knows the options of a command."""
    assert path.is_file(), f"no such script: {path}"
    assert path.suffix == ".py" or os.access(path, os.X_OK)
    known = options_of(path)
    assert [word for word in words if word.startswith("--") and word not in known] == []


def options_of(path):
    """Return the options of a script: to ask each one for its help takes seconds."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"--[a-z][a-z-]*", text))
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    named = [call for call in calls if getattr(call.func, "attr", "") == "add_argument"]
    return {each.value for call in named for each in call.args if isinstance(each, ast.Constant)}


def run_shown(block):
    """Run the commands of a block, which must print what it shows."""
    shown = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)
    assert shown[0] == ""
    for line, output in zip(shown[1::2], shown[2::2], strict=True):
        assert plain(run(line)) == plain(output), line


def plain(output):
    """Return an output without passing lines and without the time of day, all times alike."""
    lines = CLOCK.sub("", TIMES.sub("0.0 s", output)).splitlines()
    return [line for line in lines if line.strip() and not PASSING.search(line)]


def run_python(block):
    """Run a block, which must print what the comments behind its calls of print say."""
    expected = re.findall(r"^ *print\(.*\)  # (.*)", block.text, re.MULTILINE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, "<page>", "exec"), {"__name__": "__main__"})

    assert not expected or expected == printed.getvalue().splitlines()


@pytest.mark.parametrize(
    "block", [block for page in PAGES for block in blocks(page) if block.language == "json"]
)
def test_what_a_page_shows_of_the_results_is_in_the_results(block, sample_run):
    results = sample_run.path.joinpath("decisions.jsonl").read_text("utf-8")
    results += sample_run.path.joinpath("stories.jsonl").read_text("utf-8")

    assert block.text.strip() in results


def test_a_command_that_fails_is_noticed(desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in ("dedup run missing/ -o out", "python scripts/check_nothing.py", "false | cat"):
        with pytest.raises(AssertionError):
            run(line)
    with pytest.raises(AssertionError):
        run("python scripts/make_dump.py --no-such-option")
    with pytest.raises(AssertionError):
        run_python(Block("python", "print(1)  # 2\n"))
    with pytest.raises(AssertionError):
        run_shown(Block("console", "$ echo one\ntwo\n"))


def test_the_picture_of_the_sample_run_shows_the_sample_run(sample_run):
    from draw_sample_run import draw

    picture = ROOT / "docs" / "figures" / "sample-run.svg"

    assert draw(read_lines(sample_run.path / "decisions.jsonl")) == picture.read_text("utf-8")

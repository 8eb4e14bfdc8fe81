"""What the package is installed as, beside which others, and with which files."""

from __future__ import annotations

import os
import re
import tomllib
from importlib import metadata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import ROOT, Out

from dedup.cli import main
from dedup.cli.installation import DISTRIBUTION
from dedup.version import __version__

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT, TOOLS = PYPROJECT["project"], PYPROJECT["tool"]

RECORD = {
    "id": "a",
    "text": "The council voted on Tuesday to keep the old library open for a year.",
}


COMMANDS = {
    "run": ["run", "nothing.jsonl", "-o", "out"],
    "clean": ["clean", "nothing.html"],
    "evaluate": ["evaluate", "nothing", "nothing.jsonl"],
    "show": ["show", "nothing"],
    "explain": ["explain", "nothing", "nothing"],
    "report": ["report", "nothing", "-o", "page.html"],
    "label": ["label", "nothing", "-o", "labels.jsonl"],
    "tune": ["tune", "nothing", "labels.jsonl"],
    "diff": ["diff", "nothing", "nothing2"],
    "regroup": ["regroup", "nothing", "-o", "out"],
    "warm": ["warm", "--language", "nothing"],
    "store": ["store", "nothing.sqlite"],
}

# A folder without its metadata, as an interrupted uninstall leaves it, is one, too.
NAMES = ("dedup-0.0.2.dist-info", "dedup-0.0.2-py3.11.egg-info", "Dedup-1!2.dist-info")


@pytest.fixture
def beside(command, tmp_path):
    """Run the installed command with a folder on the path that holds some names."""

    def run(arguments, *names, metadata_text=None, **variables):
        folder = tmp_path / "beside"
        folder.mkdir()
        for name in names:
            (folder / name).mkdir()
            if metadata_text:
                (folder / name / "METADATA").write_text(metadata_text)
        variables = {**os.environ, "PYTHONPATH": str(folder), **variables}
        return command.installed(*arguments, cwd=tmp_path, env=variables, text=True)

    return run


class TestAnotherDistributionNamedDedup:
    def test_no_command_is_forgotten(self):
        assert COMMANDS.keys() == main.commands.keys()

    @pytest.mark.parametrize("name", COMMANDS)
    def test_each_command_begins_with_one_sentence_that_says_what_to_do(self, name, beside):
        done = beside(COMMANDS[name], NAMES[0])
        first, *others = done.stderr.splitlines()

        assert first.startswith("Warning: the distribution dedup (")
        assert NAMES[0] in first
        assert f"pip uninstall dedup {DISTRIBUTION}" in first
        assert not any("Warning" in line for line in others)
        assert done.stdout == ""

    @pytest.mark.parametrize("name", NAMES)
    def test_it_is_found_whatever_installed_it(self, name, beside):
        assert beside(COMMANDS["clean"], name).stderr.startswith("Warning:")

    @pytest.mark.parametrize("name", COMMANDS)
    def test_quiet_says_nothing(self, name, beside):
        done = beside([*COMMANDS[name], "--quiet"], *NAMES)

        assert "Warning" not in done.stderr
        assert done.returncode

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["--version"], *([name, "-h"] for name in COMMANDS)]
    )
    def test_help_and_version_say_nothing(self, arguments, beside):
        done = beside(arguments, *NAMES)

        assert done.stderr == ""
        assert done.returncode == 0

    def test_completion_says_nothing(self, beside):
        wanted = {"_DEDUP_COMPLETE": "bash_complete", "COMP_WORDS": "dedup cl", "COMP_CWORD": "1"}
        done = beside([], *NAMES, **wanted)

        assert (done.stdout, done.stderr) == ("plain,clean\n", "")

    def test_others_are_none(self, beside):
        others = [f"{name}-0.1.0.dist-info" for name in ("dedup_news", "dedupe", "dedup_text")]
        done = beside(COMMANDS["clean"], *others, "dedup", "dedup.egg-info", "dedup-notes")

        assert done.stderr.startswith("Error:")

    def test_the_manifest_has_the_version_of_the_code_that_ran(self, beside, jsonl, tmp_path):
        done = beside(
            ["run", jsonl([RECORD]), "-o", tmp_path / "out", "--level", "copies"],
            NAMES[0],
            metadata_text="Metadata-Version: 2.1\nName: dedup\nVersion: 0.0.2\n",
        )

        assert done.returncode == 0
        assert Out(tmp_path / "out").manifest["versions"]["dedup"] == __version__


class TestMissingLibrary:
    @pytest.fixture
    def without_pyarrow(self, command, tmp_path):
        hidden = tmp_path / "hidden"
        hidden.mkdir()
        (hidden / "pyarrow.py").write_text("raise ModuleNotFoundError(name='pyarrow')\n")

        def run(*arguments):
            return command.installed(
                *("run", *arguments, "-o", tmp_path / "out", "--quiet"),
                env={**os.environ, "PYTHONPATH": str(hidden)},
                text=True,
            )

        return run

    def test_it_is_named_in_one_sentence(self, without_pyarrow, jsonl, tmp_path):
        table = tmp_path / "a.parquet"
        pq.write_table(pa.table({"id": ["a"], "text": ["b"]}), table)

        for arguments in [[table], [jsonl([RECORD]), "--format", "parquet", "--overwrite"]]:
            done = without_pyarrow(*arguments)

            assert done.returncode == 1
            assert done.stderr.startswith("Error: the library pyarrow is missing;")
            assert len(done.stderr.splitlines()) == 1

    def test_nothing_else_needs_it(self, without_pyarrow, jsonl):
        assert without_pyarrow(jsonl([RECORD])).returncode == 0

    def test_a_module_of_our_own_that_is_missing_is_a_bug(self, command, monkeypatch, tmp_path):
        def broken(*rest, **named):
            raise ModuleNotFoundError(name="dedup.nowhere")

        monkeypatch.setattr("dedup.run.dump.run_dump", broken)
        with pytest.raises(ModuleNotFoundError):
            command("run", tmp_path, "-o", tmp_path / "out")


class TestMetadata:
    def test_the_name_is_that_of_the_metadata(self):
        assert PROJECT["name"] == DISTRIBUTION
        assert metadata.version(DISTRIBUTION) == __version__

    def test_an_engine_is_installed_by_its_extra_alone(self):
        names = {
            extra: {re.match(r"[\w-]+", each)[0] for each in requirements}
            for extra, requirements in (
                ("", PROJECT["dependencies"]),
                *PROJECT["optional-dependencies"].items(),
            )
        }
        engines = {"pyspark", "pyspark-client", "pysail", "grpcio", "pandas"}

        assert not names[""] & engines
        assert names["spark"] == {"pyspark"}
        assert names["sail"] == {"pysail", "pyspark-client"}

    def test_every_data_file_of_the_package_is_packed(self):
        package = ROOT / "dedup"
        files = {path for path in package.rglob("*") if path.is_file()}
        own = {path for path in files if "__pycache__" not in path.parts}
        data = {path for path in own if path.suffix != ".py"}
        patterns = TOOLS["setuptools"]["package-data"]["dedup"]

        assert data
        assert data == {path for pattern in patterns for path in package.glob(pattern)}

    def test_no_page_advises_to_install_the_unrelated_package(self):
        pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/*.md")]
        sources = [path for name in ("dedup", "scripts") for path in (ROOT / name).rglob("*.py")]
        advice = re.compile(r"""\binstall\s+(-\S+\s+)*["']?dedup(?![-_\w])""")

        assert advice.search('pip install "dedup[parquet]"')
        assert [path for path in pages + sources if advice.search(path.read_text("utf-8"))] == []

"""The rules of the house, checked on the source text."""

from __future__ import annotations

import ast
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dedup"

MODULES = sorted(PACKAGE.rglob("*.py"))

# A module may import only from layers below its own.
LAYERS = [
    {"cache_folder"},
    {"disk_cache"},
    {"kernels"},
    {
        "errors",
        "renamed",
        "version",
        "json_codec",
        "text_batch",
        "calendar_names",
        "text_encoding",
        "tokens",
        "progress",
        "stage_progress",
    },
    {"models", "config", "parallel", "progress_bars", "locations"},
    {
        "read",
        "cleaning",
        "signatures",
        "match",
        "cluster",
        "write",
        "store",
        "engines",
        "config_digest",
        "option_fields",
    },
    {"pipeline", "scorer_file", "evaluation"},
    {"run"},
    {"api", "explain", "index"},
    {"label"},
    {"tune"},
    {"report"},
    {"__init__", "warm_up"},
    {"cli"},
    {"__main__"},
]

ONLY_HERE = {
    "click": {"cli", "__main__"},
    "tqdm": {"progress_bars"},
    "trafilatura": {"cleaning"},
    "htmldate": {"cleaning"},
    "lxml": {"cleaning"},
    "datasketch": {"signatures", "match", "index"},
    "sqlite3": {"store"},
    "pebble": {"parallel", "pipeline"},
    "fastwarc": {"read"},
    "pyarrow": {"read", "write", "engines", "pipeline", "api", "locations"},
    "pyspark": {"engines"},
    "pysail": {"engines"},
    "numba": {"kernels"},
    "rich": {"cli"},
    "jinja2": {"explain"},
    "redis": {"index"},
    "pandas": {"api"},
}

# Their bytes can run code when they are read.
EXECUTABLE_DATA = {"pickle", "marshal", "shelve", "cPickle", "dill", "cloudpickle", "joblib"}

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}

# Other programs, and shells that take what stands in a name for a command.
PROGRAMS = {"subprocess", "pty", "commands", "pexpect"}
STARTS = {"system", "popen", "posix_spawn", "posix_spawnp", "fork", "forkpty"}

NAMELESS = {"utils", "util", "helpers", "misc", "common"}

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60

LAYER_OF = {name: level for level, names in enumerate(LAYERS) for name in names}


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


def unit_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def tree_of(path):
    return ast.parse(path.read_text("utf-8"))


def imported_names(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write dedup.<module>"
            yield node.module
            if node.module == "dedup":
                yield from (f"dedup.{alias.name}" for alias in node.names)


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(function):
    """Lines of a function, decorators and docstring left out."""
    first = function.body[0]
    told = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0
    return function.end_lineno - function.lineno + 1 - told


def public_nodes(tree, inside=""):
    """Yield name and node of all that is public; functions inside functions are private."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name.startswith("_"):
                continue
            yield f"{inside}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_nodes(node, f"{node.name}.")


each_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


def test_every_unit_has_a_layer():
    assert {unit_of(path) for path in MODULES} <= set(LAYER_OF)


@each_module
def test_imports_point_down(path):
    unit = unit_of(path)
    for name in imported_names(path):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top != "dedup" or not other or other == unit or other.startswith("__"):
            continue
        assert LAYER_OF[other] < LAYER_OF[unit], f"{unit} must not import {other}"


@each_module
def test_a_library_is_imported_only_where_it_belongs(path):
    unit = unit_of(path)
    for name in imported_names(path):
        top = name.partition(".")[0]
        assert unit in ONLY_HERE.get(top, {unit}), f"{unit} must not import {top}"


@each_module
def test_nothing_that_is_read_can_run_code(path):
    assert not EXECUTABLE_DATA & {name.partition(".")[0] for name in imported_names(path)}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in RUNS_TEXT, f"line {node.lineno}: {node.func.id}()"
        for keyword in getattr(node, "keywords", []):
            assert keyword.arg != "allow_pickle", f"line {node.lineno}: allow_pickle"


@each_module
def test_no_other_program_is_started(path):
    tops = {name.partition(".")[0] for name in imported_names(path)}
    assert not tops & PROGRAMS
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os":
            starts = node.attr in STARTS or node.attr.startswith(("exec", "spawn"))
            assert not starts, f"line {node.lineno}: os.{node.attr}"


@each_module
def test_only_the_command_line_prints(path):
    if unit_of(path) == "cli":
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"line {node.lineno} prints"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            told = node.value.id == "sys" and node.attr in ("stdout", "stderr")
            assert not told, f"line {node.lineno} uses sys.{node.attr}"


@each_module
def test_a_module_has_at_most_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


@each_module
def test_a_function_has_at_most_60_lines(path):
    for function in functions(tree_of(path)):
        assert length(function) <= LONGEST_FUNCTION, function.name


@each_module
def test_everything_public_has_a_docstring(path):
    tree = tree_of(path)

    assert ast.get_docstring(tree)
    assert [name for name, node in public_nodes(tree) if not ast.get_docstring(node)] == []


@each_module
def test_nothing_has_a_name_that_says_nothing(path):
    assert not NAMELESS & set(path.relative_to(PACKAGE).with_suffix("").parts)


@each_module
def test_no_handler_catches_everything(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            undoes = caught == "BaseException" and isinstance(node.body[-1], ast.Raise)
            assert undoes or caught not in ("everything", "Exception", "BaseException")


@each_module
def test_nothing_holds_state_that_outlives_a_call(path):
    """No function declares a global; module constants are never rebound."""
    assert not [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Global)]


# Words that mean nothing to a reader from outside, and what the glossary has for them.
PRIVATE_WORDS = {
    "told": "message, detail, or what it is",
    "held": "must_link, size, or what it is",
    "heads": "representatives",
    "twin": "text_id",
    "twins": "exact_duplicates, text_ids",
    "shelf": "disk_cache",
    "unite": "merge_rewrites",
    "writeup": "telling",
    "writeups": "tellings",
    "rivalry": "contrast_terms",
    "lone": "singleton",
    "lateness": "date_penalty",
    "furniture": "boilerplate",
    "residue": "site_boilerplate",
}

# Old names that stay readable: those of fields for a release, of tables for the migration, and the
# name of a cleaning step in the output.
OLD_NAMES_STAY_IN = {"config.py", "store/schema.py", "models/documents.py"}


def words_of(name):
    """The words of an identifier or of a text, in lower case."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", name.replace("-", ""))
    return {word.lower() for word in re.split(r"[\W_]+", parted)}


def names_and_texts(path):
    """Yield every name and every text of a module with its line; comments are texts, too."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT):
                yield token.string, token.start[0]


@each_module
def test_no_name_and_no_text_has_a_private_word(path):
    if name_of(path) in OLD_NAMES_STAY_IN:
        return
    found = [
        f"line {line}: {word} ({PRIVATE_WORDS[word]})"
        for text, line in names_and_texts(path)
        for word in sorted(words_of(text) & PRIVATE_WORDS.keys())
        if word != "lone" or text.isidentifier()  # a lone surrogate is Unicode's term
    ]
    assert found == []


def test_no_basename_stands_twice():
    """Except ``__init__``, commands, kernels named after callers, ``write`` beside ``read``."""
    free = {"cli", "kernels", "write"}
    names = [path.name for path in MODULES if unit_of(path) not in free]
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {"__init__.py"}


def test_the_architecture_page_names_every_module():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text("utf-8")
    missing = [
        name_of(path)
        for path in MODULES
        if path.name not in ("__init__.py", "version.py")
        and unit_of(path) != "kernels"
        and f"`{name_of(path)}`" not in page
    ]
    named = re.findall(r"`((?!tests)[a-z_]+/[a-z_]+\.py)`", page)

    assert missing == []
    assert [name for name in named if not (PACKAGE / name).exists()] == []


STAGES = {"cleaning", "signatures", "match", "cluster"}

# What knows a database, a file, a clock of its own, a progress bar, or what feeds a stage.
OUTSIDE = {
    "sqlite3",
    "os",
    "pathlib",
    "io",
    "tempfile",
    "shutil",
    "time",
    "logging",
    "tqdm",
    "click",
}
FEEDERS = {"store", "write", "pipeline", "progress", "run", "api", "cli"}

# Tables that come with the package, and word lists that are kept between runs.
MAY_READ_FILES = {
    "signatures/language.py",
    "signatures/word_frequencies.py",
}


@pytest.mark.parametrize("path", [path for path in MODULES if unit_of(path) in STAGES], ids=name_of)
def test_a_stage_knows_neither_a_database_nor_a_file(path):
    tops = {name.partition(".")[0] for name in imported_names(path)}
    units = {name.split(".")[1] for name in imported_names(path) if name.startswith("dedup.")}
    opens = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]

    assert units & (FEEDERS | STAGES - {unit_of(path)}) == set()
    assert name_of(path) in MAY_READ_FILES or (tops & OUTSIDE == set() and opens == [])


@pytest.mark.parametrize(
    "path", [path for path in MODULES if unit_of(path) == "kernels"], ids=name_of
)
def test_kernels_know_only_kernels_and_where_their_code_is_kept(path):
    units = {name.split(".")[1] for name in imported_names(path) if name.startswith("dedup.")}

    kept = {"cache_folder", "disk_cache"} if path.stem == "compiled" else set()
    assert units <= {"kernels"} | kept

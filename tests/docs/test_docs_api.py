"""Each public name of the library has its contract, and stands in an example that is run.

Public are the names of ``dedup.__all__`` and those that docs/api.md lists.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from dataclasses import fields, is_dataclass
from functools import cached_property
from importlib import import_module

import pytest
from pages import DOCS, blocks, text_of
from test_docs_commands import in_a_copy, run_block

import dedup
from dedup import errors

PAGE = DOCS / "api.md"

REFERENCE = re.compile(r"^::: ([\w.]+)\n((?:    .*\n)*)", re.MULTILINE)

PUBLIC = {
    f"{module}.{name}": getattr(import_module(module), name)
    for module, options in REFERENCE.findall(text_of("docs/api.md"))
    for name in re.search(r"members: \[(.*)\]", options)[1].split(", ")
}

CLASSES = {name: each for name, each in PUBLIC.items() if inspect.isclass(each)}


def last(name):
    return name.rpartition(".")[2]


def members(cls):
    """The public methods and properties that a class defines itself, by name."""
    kinds = (property, cached_property, classmethod, staticmethod)
    return {
        name: each
        for name, each in vars(cls).items()
        if not name.startswith("_") and (inspect.isfunction(each) or isinstance(each, kinds))
    }


def functions():
    """Each public function, method and constructor, with its docstrings."""
    for name, each in PUBLIC.items():
        if not inspect.isclass(each):
            yield pytest.param(each, inspect.getdoc(each), id=name)
            continue
        if "__init__" in vars(each) and not is_dataclass(each):
            docs = f"{inspect.getdoc(each)}\n\n{inspect.getdoc(each.__init__)}"
            yield pytest.param(each.__init__, docs, id=name)
        for own, method in members(each).items():
            if inspect.isfunction(method):
                yield pytest.param(method, inspect.getdoc(method), id=f"{name}.{own}")


FUNCTIONS = list(functions())


def entries(doc, heading):
    """The names that a section of a docstring explains."""
    found = re.search(rf"^{heading}:\n((?:    .*\n|\n)*)", f"{doc}\n", re.MULTILINE)
    return re.findall(r"^    (\w+):", found[1], re.MULTILINE) if found else []


def parameters(function):
    known = inspect.signature(function).parameters
    return [name for name in known if name not in ("self", "cls")]


def raised(function):
    """The names of the errors that the body of a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [each.exc for each in ast.walk(tree) if isinstance(each, ast.Raise)]
    return {each.func.id for each in calls if isinstance(each, ast.Call)}


def test_the_page_lists_each_name_of_the_package():
    listed = {id(each) for each in PUBLIC.values()}
    missing = [
        name
        for name in dedup.__all__
        if name != "__version__" and id(getattr(dedup, name)) not in listed
    ]

    assert missing == []
    assert "`dedup.__version__`" in text_of("docs/api.md")


def test_the_page_lists_each_error():
    known = {
        f"{each.__module__}.{name}"
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, errors.DedupError)
    }

    assert known <= PUBLIC.keys()


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_and_its_members_have_a_docstring(name):
    each = PUBLIC[name]
    described = [each, *(members(each).values() if inspect.isclass(each) else ())]

    assert all(inspect.getdoc(one) for one in described)
    assert "see the class" not in inspect.getdoc(each)


@pytest.mark.parametrize("name", [name for name, each in CLASSES.items() if is_dataclass(each)])
def test_the_attributes_of_a_class_are_explained(name):
    cls = CLASSES[name]
    own = [each.name for each in fields(cls) if not each.name.startswith("_")]

    listed = entries(inspect.getdoc(cls), "Attributes")
    assert [each for each in listed if each not in members(cls)] == own


@pytest.mark.parametrize(("function", "doc"), FUNCTIONS)
def test_the_contract_of_a_function_names_what_it_takes_returns_and_raises(function, doc):
    known = inspect.signature(function)
    returns = known.return_annotation not in (None, "None", known.empty)

    assert entries(doc, "Args") == parameters(function)
    assert not returns or re.search(r"^(?:Return|Yield|Returns:|Yields:)", doc, re.MULTILINE)
    assert raised(function) <= set(entries(doc, "Raises"))


@pytest.fixture(scope="module")
def used(desk, tmp_path_factory):
    """The names that the examples of the page use, and the attributes of objects of each class.

    Attributes are those that a block asks for itself, seen while the blocks run.
    """
    seen = {name: set() for name in CLASSES}
    with pytest.MonkeyPatch.context() as patch, in_a_copy(desk, tmp_path_factory.mktemp("api")):
        for name, cls in CLASSES.items():
            patch.setattr(cls, "__getattribute__", noting(cls, seen[name]))
        for block in blocks(PAGE):
            run_block(block)
    trees = [ast.parse(each.text) for each in blocks(PAGE) if each.language == "python"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    named |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return named, seen


def noting(cls, seen):
    """A way to get attributes of a class that notes which ones a page gets."""
    plain = cls.__getattribute__

    def get(self, name):
        if sys._getframe(1).f_code.co_filename == "<page>" and type(self) is cls:
            seen.add(name)
        return plain(self, name)

    return get


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_stands_in_an_example_that_is_run(name, used):
    named, seen = used
    is_only_one = [last(each) for each in PUBLIC].count(last(name)) == 1
    stands = is_only_one and last(name) in named

    assert stands or seen.get(name) or ">>> " in inspect.getdoc(PUBLIC[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [each for each in CLASSES if dedup.__all__.count(last(each))])
def test_each_method_of_a_class_of_the_package_is_used_in_an_example(name, used):
    methods = {own for own, each in members(CLASSES[name]).items() if inspect.isfunction(each)}

    assert methods <= used[1][name]

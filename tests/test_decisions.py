"""decisions/: each page names modules that exist, and own code on a library's internals has a page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PAGES = sorted((ROOT / "decisions").glob("*.md"))
MODULES = sorted((ROOT / "api").rglob("*.py"))
# Names with an underscore that a library documents for use or overriding.
DOCUMENTED = {
    "_asdict": "collections.namedtuple",
    "_deserialize": "marshmallow: custom fields",
    "_meta": "peewee: Model._meta",
    "_replace": "collections.namedtuple",
    "_schema": "peewee: Model._schema, a SchemaManager",
}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def own_names(trees: list[ast.Module]) -> set[str]:
    """The private names that api/ itself defines: functions, classes, attributes of self, variables, fields."""
    names = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def foreign(tree: ast.Module, own: set[str]) -> Iterator[str]:
    """The private names of libraries that a module uses, as far as its text shows it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield from (part for part in (node.module or "").split(".") if is_private(part))
            yield from (alias.name for alias in node.names if is_private(alias.name))
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            inherited = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super"
            if inherited or node.attr not in own:
                yield node.attr


def uses() -> dict[str, set[str]]:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    own = own_names(list(trees.values()))
    names = {path.relative_to(ROOT).as_posix(): set(foreign(tree, own)) - DOCUMENTED.keys() for path, tree in trees.items()}
    return {path: found for path, found in names.items() if found}


def modules_named(page: Path) -> set[str]:
    return set(re.findall(r"`(api/[\w/]+\.py)`", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_modules_that_are_there(page: Path) -> None:
    assert re.fullmatch(r"\d{3}-[a-z0-9-]+", page.stem)
    assert page.read_text(encoding="utf-8").startswith(f"# {page.stem[:3]}. ")
    assert [name for name in sorted(modules_named(page)) if not (ROOT / name).is_file()] == []


def test_no_two_pages_have_the_same_number() -> None:
    numbers = [page.stem[:3] for page in PAGES]
    assert numbers == sorted(set(numbers))


def test_a_module_that_uses_private_names_of_a_library_has_a_page() -> None:
    named = set().union(*map(modules_named, PAGES))
    assert {path: sorted(names) for path, names in uses().items() if path not in named} == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pool._work_queue.empty()", {"_work_queue"}),
        ("super()._ours()", {"_ours"}),
        ("from library import _private", {"_private"}),
        ("from library._inner import public", {"_inner"}),
        ("self._ours; other._ours; value.__class__", set()),
        ("from .module import _ours", set()),
    ],
)
def test_private_names_of_a_library_are_recognized(text: str, names: set[str]) -> None:
    assert set(foreign(ast.parse(text), {"_ours"})) == names

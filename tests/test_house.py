"""What holds for every module of api/: names mean one thing, imports go by relative names, packages say what they are."""

import ast
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

MODULES = sorted((ROOT / "api").rglob("*.py"))
# Names of classes that still mean two things. None may be added.
DOUBLE: set[str] = set()


# What stands beside the code: whoever opens the project must know what each is for.
TOP = {
    *(
        ".ci",
        ".dockerignore",
        ".gitignore",
        ".vscode",
        "Dockerfile",
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "openapi.yaml",
    ),
    *("README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"),
    *("api", "benchmarks", "dataset", "decisions", "deploy", "docs", "tests"),
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="an unpacked archive has whatever folder it lies in")
def test_nothing_else_lies_at_the_top_of_the_house() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert {path.partition("/")[0] for path in listed} - TOP == set()


def test_no_two_classes_have_one_name() -> None:
    where = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name != "Meta":
                where[node.name].append(f"{name(path)}:{node.lineno}")
    assert {each: places for each, places in where.items() if len(places) > 1 and each not in DOUBLE} == {}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_first_what_it_is_for(path: Path) -> None:
    """A package in one sentence; what its reader must know beside follows after an empty line."""
    docstring = ast.get_docstring(tree(path))
    assert docstring, "no docstring"
    first = docstring.split("\n\n")[0].replace("\n", " ")
    assert first.endswith("."), first
    assert not (path.name == "__init__.py" and re.search(r"[.!?] ", first)), first


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_within_the_project_are_relative(path: Path) -> None:
    for node in ast.walk(tree(path)):
        modules = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            assert (module or "").split(".")[0] not in ("api", "diplomatic_events"), f"line {node.lineno}: import {module}"

"""The locks are complete and are installed as they stand, whatever has been released since they were made."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from importlib import metadata
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.txt", ".ci/requirements.txt", "benchmarks/requirements.txt")
PUBLISHING = "deploy/release.txt"  # in a container, after the first
ABOUT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = ABOUT["project"], ABOUT["dependency-groups"]
EXTRAS = PROJECT["optional-dependencies"]
RUN = [*PROJECT["dependencies"], *EXTRAS["postgresql"], *EXTRAS["redis"], *EXTRAS["watch"], *GROUPS["build"]]
STEPS = dict(
    zip(LOCKS, (RUN, [*GROUPS["dev"], *EXTRAS["release"]], GROUPS["bench"]), strict=True)
)  # what is asked for when a lock is made


def pins(lock: str) -> dict[str, Requirement]:
    """What a lock names for this machine, by name."""
    lines = re.findall(r"^(\w[^\\\n]*?) *\\$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(pin.name): pin for pin in found if not pin.marker or pin.marker.evaluate()}


def wanted(roots: list[str]) -> Iterator[tuple[str, Requirement]]:
    """Everything that must be there, each with who asks for it: down to the last extra, by what is said in the packages."""
    open_ = [("pyproject.toml", Requirement(root)) for root in roots]
    seen: dict[str, set[str]] = defaultdict(set)
    while open_:
        asker, requirement = open_.pop()
        yield asker, requirement
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if extra in seen[name]:
                continue
            seen[name].add(extra)
            for text in metadata.requires(name) or []:
                needs = Requirement(text)
                base = needs.marker is None or needs.marker.evaluate({"extra": ""})
                if base if not extra else not base and needs.marker is not None and needs.marker.evaluate({"extra": extra}):
                    open_.append((name, needs))


@pytest.mark.parametrize("last", range(len(LOCKS)), ids=LOCKS)
def test_every_requirement_of_what_is_locked_is_locked(last: int) -> None:
    """With the locks that are installed before it, a lock is complete: pip has nothing to look for."""
    there = {name: pin for lock in LOCKS[: last + 1] for name, pin in pins(lock).items()}
    roots = [root for lock in LOCKS[: last + 1] for root in STEPS[lock]]
    for asker, requirement in wanted(roots):
        pin = there.get(canonicalize_name(requirement.name))
        assert pin, f"{asker} needs {requirement}, which no lock names"
        (version,) = (specifier.version for specifier in pin.specifier)
        assert requirement.specifier.contains(version, prereleases=True), f"{asker} needs {requirement}, not {version}"
        assert metadata.version(pin.name) == version, "make installs another"


def test_locks_agree_and_name_nothing_but_packages_and_hashes() -> None:
    for lock in (*LOCKS, PUBLISHING):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        for line in text.splitlines():
            assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [^;\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    #.*", line), line
    for first, second in combinations((*LOCKS, PUBLISHING), 2):
        ones, others = pins(first), pins(second)
        for name in ones.keys() & others.keys():
            assert ones[name].specifier == others[name].specifier, (name, first, second)
    assert {canonicalize_name(requirement.name) for _, requirement in wanted(EXTRAS["release"])} <= pins(PUBLISHING).keys()


def test_wherever_a_lock_is_installed_it_is_installed_as_it_stands() -> None:
    places = [ROOT / name for name in ("Makefile", "Dockerfile", "deploy/compose.yaml")]
    places += [path for path in (ROOT / ".ci").rglob("*") if path.is_file() and path.suffix not in (".txt", ".pyc")]
    places += [*ROOT.glob("*.md"), *ROOT.glob("deploy/*"), *ROOT.glob("tests/*.py"), *ROOT.glob("benchmarks/*.py")]
    counted = 0
    for path in places:
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"\binstall\b.*(requirements|release)\.txt", line) and path.name != Path(__file__).name:
                counted += 1
                assert "--no-deps --require-hashes" in line, f"{path.name}: {line}"
    assert counted == 5, "three in the Makefile, two in the Dockerfile"


def wheel(folder: Path, name: str, version: str, *headers: str) -> str:
    """Makes a wheel of one empty module; its pin, as a lock has it."""
    about = f"{name}-{version}.dist-info"
    head = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *headers, ""])
    files = {f"{name}.py": "", f"{about}/METADATA": head}
    files[f"{about}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    sums = {at: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=") for at, text in files.items()}
    files[f"{about}/RECORD"] = "".join(f"{at},sha256={total.decode()},\n" for at, total in sums.items()) + f"{about}/RECORD,,\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for at, text in files.items():
            archive.writestr(at, text)
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.trials  # in short: test_every_requirement_of_what_is_locked_is_locked
@pytest.mark.parametrize("pip", ["as Python ships it", "as locked"])
def test_a_lock_installs_after_newer_releases_of_all_that_it_names(tmp_path: Path, pip: str) -> None:
    """The lines of the Makefile, before locks of their own and an index that has gone on since."""
    index, venv = tmp_path / "index", tmp_path / "venv"
    index.mkdir()
    with_extra = ("Provides-Extra: more", "Requires-Dist: innermost>=1; extra == 'more'")
    locks: dict[str, Any] = {
        "requirements.txt": wheel(index, "plain", "1.0"),
        ".ci/requirements.txt": wheel(index, "innermost", "1.0")
        + wheel(index, "inner", "1.0", *with_extra)
        + wheel(index, "outer", "1.0", "Requires-Dist: inner[more]>=1", "Requires-Dist: plain>=1"),
        "benchmarks/requirements.txt": wheel(index, "last", "1.0", "Requires-Dist: inner[more]"),
    }
    for name in ("plain", "innermost", "outer", "last"):
        wheel(index, name, "2.0")
    wheel(index, "inner", "2.0", *with_extra)
    for lock, text in locks.items():
        (tmp_path / lock).parent.mkdir(exist_ok=True)
        (tmp_path / lock).write_text(text)
    (tmp_path / "pyproject.toml").touch()
    ours = [] if pip == "as Python ships it" else [f"PIP={sys.executable} -m pip --python {venv}/bin/python"]
    make = [
        "make",
        "--dry-run",
        "--always-make",
        "--no-print-directory",
        "-f",
        str(ROOT / "Makefile"),
        f"VENV={venv}",
        f"PYTHON={sys.executable}",
        *ours,
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE", "MFLAGS"))}
    told = subprocess.run([*make, f"{venv}/bench"], cwd=tmp_path, env=environ, check=True, capture_output=True, text=True).stdout
    lines = [line for line in told.splitlines() if "--editable" not in line]  # this project, which is not here
    environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
    for line in lines:
        done = subprocess.run(line, shell=True, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    found = {at.name.rsplit(".", 1)[0] for at in venv.glob("lib/python*/site-packages/*.dist-info")}
    assert found >= {f"{name}-1.0" for name in ("plain", "innermost", "inner", "outer", "last")}
    assert sum(" check" in line for line in lines) == len(LOCKS)

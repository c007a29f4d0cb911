"""What is installed is written down to the byte, and says nothing of where it is fetched from."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS: dict[str, list[Any]] = PROJECT["dependency-groups"]


def locked(name: str) -> dict[str, Requirement]:
    lines = re.findall(r"^[a-z0-9].*?(?= \\$)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE)
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


@pytest.mark.parametrize(("lock", "groups"), [("run", ["build"]), ("test", ["build", "test"])])
def test_the_lock_satisfies_the_project(lock: str, groups: list[str]) -> None:
    wanted = PROJECT["project"]["dependencies"] + [line for group in groups for line in GROUPS[group]]
    for requirement in (Requirement(line) for line in wanted if isinstance(line, str)):
        (exactly,) = locked(lock)[requirement.name].specifier
        assert requirement.specifier.contains(exactly.version), requirement


def test_what_is_tested_is_what_runs() -> None:
    tested = locked("test")
    assert {name: str(tested[name]) for name in locked("run")} == {name: str(it) for name, it in locked("run").items()}


@pytest.mark.parametrize("lock", ["run", "test"])
def test_every_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9].* \\\n +--hash=sha256:", text, re.MULTILINE)) == len(locked(lock)) > 40


@pytest.mark.parametrize("folder", ["typescript", "tus"])
def test_npm_packages_have_hashes_and_no_address(folder: str) -> None:
    packages = json.loads((ROOT / f"tests/{folder}/package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert name == "" or package["integrity"].startswith("sha512-")

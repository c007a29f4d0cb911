"""The files around the code name things that exist; none of the checks builds the image."""

import os
import re
import subprocess
from pathlib import Path

import dev

ROOT = Path(__file__).parents[2]


def test_every_target_of_the_makefile_is_a_command_and_the_other_way_round() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(targets.split()) == set(dev.COMMANDS)


def test_the_dockerfile_copies_what_exists_and_is_let_in() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_in = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(copied) == set(let_in)
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_ci_is_a_script_that_bash_can_read() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)

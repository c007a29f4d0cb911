"""Disks that tests may fill up or make read-only."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def tiny_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, mounted at `folder`; skips the test where this process may not mount one."""
    folder.mkdir()
    if not shutil.which("mount") or mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)):
        pytest.skip("may not mount a disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def make_read_only(folder: Path) -> None:
    """Nothing can be written to this disk any more."""
    assert mount("-o", "remount,ro", str(folder)) == 0


def mount(*options: str) -> int:
    return subprocess.run(["mount", *options], stderr=subprocess.DEVNULL).returncode

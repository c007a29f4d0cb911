"""dev.py: what its table says, and when it says that all is well."""

import sys
from pathlib import Path

import pytest

import dev
from dev import Check, Outcome

PYTHON = sys.executable


def test_a_check_passes_when_each_of_its_commands_does(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("print('=== 3 passed ===\\n')")
    bad.write_text("raise SystemExit('broken')")
    heard: list[str] = []
    passed = dev.judge(Check("all", (f"{PYTHON} {good}", f"{PYTHON} {good}")), heard.append)
    failed = dev.judge(Check("half", (f"{PYTHON} {good}", f"{PYTHON} {bad}")), heard.append)
    assert (passed.result, passed.closing_line) == ("PASSED", "=== 3 passed ===")
    assert (failed.result, failed.remark) == ("FAILED", f"{PYTHON} {bad}: 1")
    assert "broken" in heard


def test_a_check_without_its_tool_says_how_to_get_it() -> None:
    check = Check("stars", (f"{PYTHON} -c 1/0",), needs=("no-such-telescope",), to_get="buy a telescope")
    assert dev.judge(check, print) == Outcome("stars", "NOT RUN", remark="to get it: buy a telescope")


def test_a_missing_program_is_a_failure_not_a_crash() -> None:
    assert dev.judge(Check("lost", ("no-such-program",)), print).result == "FAILED"


def test_checks_do_not_inherit_the_settings_of_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://production")
    script = tmp_path / "show.py"
    script.write_text("import os; print(os.environ.get('DATABASE_URL', 'none'))")
    assert dev.listen([PYTHON, str(script)], print) == (0, "none")


@pytest.mark.parametrize(
    ("results", "everything_must_run", "code"),
    [
        (["PASSED", "PASSED"], True, 0),
        (["PASSED", "FAILED"], False, 1),
        (["PASSED", "NOT RUN"], False, 0),
        (["PASSED", "NOT RUN"], True, 1),
    ],
)
def test_what_cannot_run_is_a_failure_in_ci(results: list[str], everything_must_run: bool, code: int) -> None:
    outcomes = [Outcome(result, result) for result in results]  # type: ignore[arg-type]
    assert dev.verdict(outcomes, everything_must_run=everything_must_run) == code


def test_the_table_names_every_check_with_its_result() -> None:
    outcomes = [Outcome("short", "PASSED", 1.25), Outcome("rather longer", "NOT RUN", remark="to get it: wait")]
    assert dev.table(outcomes).splitlines() == [
        "short          PASSED       1.2 s",
        "rather longer  NOT RUN      0.0 s  to get it: wait",
    ]


def test_an_environment_is_made_anew_when_the_lock_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").touch()
    lock = tmp_path / "requirements" / "run.lock"
    lock.write_text("fastapi==1")
    before = dev.stamp("run")
    assert dev.stamp("run") == before
    lock.write_text("fastapi==2")
    assert dev.stamp("run") != before

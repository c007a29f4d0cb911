"""The commands `app sorting`, as whoever keeps the server uses them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.criteria.stories import a_set, criteria
from tests.operations.test_cli import Run, kept, run  # noqa: F401  fixtures

LABELLED = [
    {
        "id": "1", "description": "除尘系统未设置泄爆口", "sectors": ["machinery"],
        "special_categories": ["dust_explosion"], "list": "hazard", "level": "major", "criteria": ["GM-11-03"],
        "factor": "object",
    },
    {"id": "2", "description": "除尘系统未设置泄爆口", "sectors": ["machinery"], "list": "risk", "level": None},
]  # fmt: skip


def written(folder: Path, told: dict[str, Any]) -> str:
    file = folder / "set.json"
    file.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return str(file)


def test_a_set_is_checked_loaded_listed_and_switched(kept: Run, tmp_path: Path) -> None:  # noqa: F811
    told = a_set()
    name, file = told["name"], written(tmp_path, told)
    assert (kept("sorting", "sets", "check", file).code, name in kept("sorting", "sets", "list").out) == (0, False)
    loaded = kept("sorting", "sets", "load", file, "--by", "张三")
    assert (loaded.code, loaded.out.splitlines()[0]) == (0, f"{name} version 1 is on: {told['title']}")
    (row,) = [each for each in json.loads(kept("sorting", "sets", "list", "--json").out) if each["name"] == name]
    assert (row["version"], row["active"], row["in_force"], row["criteria"], row["unverified"]) == (1, True, True, 2, 1)
    assert kept("sorting", "sets", "switch", name, "1", "off").out.endswith("  version 1: off\n")
    waiting = kept("sorting", "sets", "load", written(tmp_path, told | {"title": "更正"}), "--wait")
    assert waiting.out.splitlines()[1:] == ["  version 1: off", "  version 2: off"]
    assert "2026-06-01 – … in force" in kept("sorting", "sets", "switch", name, "2", "on").out
    assert kept("audit", "verify").out.startswith("events 5 ")  # the administrator, two loaded, one off, one on


def test_a_file_with_a_fault_is_refused_whole_and_every_fault_is_told(kept: Run, tmp_path: Path) -> None:  # noqa: F811
    file = written(tmp_path, criteria(a_set(), {"text": None}, {"sector": "mining"}))
    for command in ("check", "load"):
        said = kept("sorting", "sets", command, file)
        assert (said.code, "text missing" in said.error, "'mining'" in said.error) == (1, True, True)
    assert len(json.loads(kept("sorting", "sets", "list", "--json").out)) == 3
    (tmp_path / "set.json").write_text("{", "utf-8")
    assert "no JSON" in kept("sorting", "sets", "load", file).error
    assert "no version 1 of GM" in kept("sorting", "sets", "switch", "GM", "1", "off").error
    assert kept("sorting", "sets", "switch", "GM", "1", "away").error == "say on or off"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_labelled_findings_are_evaluated_without_a_database(run: Run, tmp_path: Path, kind: str) -> None:  # noqa: F811
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in LABELLED), "utf-8")
    said = run("sorting", "evaluate", str(file))
    assert said.code == 0
    assert "major: right criterion first         100.0 % (1 of 1)" in said.out
    assert "wrong: 1\n2  除尘系统未设置泄爆口\n    expected risk; got hazard" in said.out
    told = json.loads(run("sorting", "evaluate", str(file), "--json").out)
    assert (told["findings"], told["wrong"][0]["id"], len(told["untouched"])) == (2, "2", 103)
    file.write_text("{", "utf-8")
    bad = run("sorting", "evaluate", str(file))
    assert (bad.code, "line 1: no JSON" in bad.error) == (1, True)


def test_an_export_is_a_new_file_of_its_owner_s_alone(kept: Run, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "labels.jsonl"
    assert kept("sorting", "export", str(file)).out.endswith("labels.jsonl: 0 findings\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "FileExistsError" in kept("sorting", "export", str(file)).error

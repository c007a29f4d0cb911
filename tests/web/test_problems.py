"""Every code that the server answers is explained, where the `type` of its problem leads to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi.testclient import TestClient

from app.foundation.reading import IN_CHINESE, RULES_IN_CHINESE
from app.hazards.rules import REASONS
from app.web.problems import explained, problems_page

ROOT = Path(__file__).parents[2]
RAISES = {"at": 1, "refused": 1, "Contradiction": 1, "unless_taken": 2}  # which argument of a call is the code


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Codes of problems that are written in the code: `code="…"`, `Invalid.at(…, "…", …)`, `{"code": "…"}`."""
    for node in ast.walk(tree):
        said: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            said += node.args[RAISES[name] : RAISES[name] + 1] if name in RAISES else []
        elif isinstance(node, ast.Dict) and {"pointer", "code"} <= {getattr(key, "value", "") for key in node.keys}:
            said = [
                value for key, value in zip(node.keys, node.values, strict=True) if getattr(key, "value", "") == "code"
            ]
        yield from (each.value for each in said if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_code_is_explained() -> None:
    rooms = [path for path in (ROOT / "app").iterdir() if path.is_dir() and path.name not in {"demo", "web"}]
    files = [file for room in rooms for file in room.rglob("*.py")]
    said = {code for file in files for code in codes_in(ast.parse(file.read_text("utf-8")))}
    assert len(said) > 30
    assert said - {problem.code for problem in explained()} - IN_CHINESE.keys() == {"value_error"}


def test_every_rule_of_a_value_speaks_chinese() -> None:
    rooms = ("wire.py", "bodies.py", "schemas.py", "filter.py", "terms.py")
    files = [file for name in rooms for file in (ROOT / "app").rglob(name)]
    trees = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    raised = [node.exc for node in trees if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    said = {ast.literal_eval(call.args[0]) for call in raised if getattr(call.func, "id", "") == "ValueError"}
    assert said == RULES_IN_CHINESE.keys()


def test_the_page_is_made_from_the_code() -> None:
    committed = (ROOT / "docs" / "problems.md").read_text("utf-8")
    assert committed == problems_page(), "docs/problems.md is stale: run `.venv/bin/app openapi`"


def test_the_type_of_a_problem_leads_to_its_explanation(client: TestClient) -> None:
    problem = client.get("hazards").json()
    page = client.get(f"http://test{problem['type']}")
    assert page.status_code == 200
    assert f'id="{problem["type"].partition("#")[2]}"' in page.text
    assert all(f'id="{each.code}"' in page.text for each in explained())
    assert all(reason in page.text for reason in REASONS)


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("http://test/docs/problems")
    for address in re.findall(r'(?:src|href)="([^"]*)"', page.text):
        assert not address.startswith(("/", "http"))
        assert client.get(f"http://test/docs/{address}").status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")

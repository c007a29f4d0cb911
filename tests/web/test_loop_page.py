"""docs/loop.md says what the loop's table says."""

from pathlib import Path

from app.hazards.loop import LOOP
from app.hazards.terms import State
from app.web.loop_page import edges, loop_page


def test_the_page_is_made_from_the_table() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "loop.md").read_text("utf-8")
    assert committed == loop_page(), "docs/loop.md is stale: run `.venv/bin/app openapi`"


def test_every_action_has_its_row() -> None:
    page = loop_page()
    assert all(f"| `{action.name}` | {action.title} |" in page for action in LOOP.values())


def test_the_diagram_goes_only_where_the_table_goes() -> None:
    for (source, target), titles in edges().items():
        rows = [action for action in LOOP.values() if action.title in titles]
        assert all(source in action.sources and target in action.targets for action in rows)


def test_only_a_review_or_what_was_put_right_at_once_closes() -> None:
    assert {titles for (_, target), said in edges().items() if target is State.CLOSED for titles in said} == {
        "复查通过",
        "即查即改",
    }
    assert edges()[State.DISMISSED, State.REPORTED] == ["重新打开"]

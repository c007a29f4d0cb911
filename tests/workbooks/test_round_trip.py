"""Whatever a risk list holds, its export imports again unchanged."""

import unicodedata
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.people.scope import Role
from app.risks.levels import MeasureKind, RiskLevel
from app.risks.methods import Override, RatingMethod, methods
from app.risks.terms import CycleUnit, HolderRole, ObjectKind
from app.workbooks.risk_sheets import BOOK
from app.workbooks.writing import write
from tests.conftest import World
from tests.workbooks.sheets import got, send, taken

LETTERS = st.sampled_from(
    [*"=+-@'\"<&>#0１.e一二爆粉尘 \n\t", "_x0041_", "\u0301", "é", "😀", "\uffff", "\u3000", "\u200b"]
)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Text that a field takes, with what spreadsheets stumble over."""
    made = st.lists(LETTERS, min_size=1, max_size=12).map("".join)
    return made.filter(lambda text: 0 < len(text.strip()) <= longest)


def rating(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    def by(method: RatingMethod) -> st.SearchStrategy[dict[str, Any]]:
        factors = {f"{kind}_{name}": st.sampled_from(sorted(legal)) for name, legal in methods().values(method).items()}
        more = {f"{kind}_override": st.sampled_from([None, *Override]), f"{kind}_reason": st.none() | texts(200)}
        return st.fixed_dictionaries({f"{kind}_method": st.just(method), **factors, **more})

    return st.just({}) | st.sampled_from(RatingMethod).flatmap(by)


MEASURE = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(MeasureKind), "description": texts(200), "check": st.none() | texts(200),
        "holder": st.none() | texts(200), "holder_role": st.sampled_from([None, *HolderRole]), "always": st.booleans(),
        "way": st.sampled_from([None, "1", "02"]), "third": st.none() | texts(200),
    }
)  # fmt: skip
CYCLE: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"every": st.integers(1, 99), "cycle": st.sampled_from(CycleUnit)}
)
RISK = st.fixed_dictionaries(
    {
        "object": st.sampled_from(["甲", "=乙", "丙 "]), "unit": st.sampled_from(["一", "二"]), "event": texts(200),
        "place": st.none() | texts(200), "post": st.none() | texts(200), "level": st.sampled_from([None, *RiskLevel]),
        "next_review_on": st.none() | st.dates(),
    }
)  # fmt: skip
LISTED = st.tuples(RISK, rating("inherent"), rating("residual"), st.lists(st.tuples(MEASURE, CYCLE), max_size=3))
OBJECT = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["甲", "丁"]), "kind": st.sampled_from([None, *ObjectKind]),
        "grade": st.none() | st.integers(1, 4),
        "place": st.none() | texts(200), "code": st.none() | texts(36), "department": st.none() | texts(200),
    }
)  # fmt: skip


def rows_of(listed: list[Any]) -> list[dict[str, Any]]:
    """Rows of risks that differ by unit and event, with measures that differ by their words."""
    rows, seen = [], set()
    for risk, inherent, residual, measures in listed:
        key = (risk["object"].strip(), risk["unit"], normal(risk["event"]))
        if key in seen:
            continue
        seen.add(key)
        own = risk | inherent | residual
        if inherent or residual:
            own["level"] = None
        if own["next_review_on"] and own["next_review_on"].year < 1970:
            own["next_review_on"] = None
        by_words = {normal(measure["description"]): measure | cycle for measure, cycle in measures}
        rows += [own | measure for measure in by_words.values()] or [own]
    return rows


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


@settings(
    max_examples=8, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip
@given(listed=st.lists(LISTED, min_size=1, max_size=6), object=OBJECT)
def test_an_export_of_any_chain_imports_again_unchanged(
    client: TestClient, world: World, listed: list[Any], object: dict[str, Any]
) -> None:
    works = world.works()
    officer = world.someone(Role.SAFETY_OFFICER, enterprise_id=works)
    path, rows = f"enterprises/{works}/risks.xlsx", rows_of(listed)
    content = write(BOOK, {"risks": rows, "objects": [object]})
    answer = send(client, officer, path, content)
    assert answer.status_code == 201, answer.text
    out = got(client, officer, path)
    told = taken(client, officer, path, out)
    assert all(counted["unchanged"] == sum(counted.values()) for counted in told["counts"].values()), told["counts"]
    assert told["changes"] == []
    again = taken(client, officer, path, content)["counts"]
    assert all(counted["created"] == 0 for counted in again.values()), again

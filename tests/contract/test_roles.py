"""Every operation × every role, in its own works or town and from outside, against a table written by hand.

The table says what the roles of the contract are answered on what an enterprise found by itself, a general hazard
where it is one. `others` are the roles that may not; `worker:404` is what a role gets that does not even see it.
What everybody may do to themselves (`change_password`, with a wrong old one) is answered alike everywhere.
"""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.hazards.models import Hazard
from app.inspections.models import Finding, Inspection
from app.people.scope import INSPECTORS, Role, Scoped
from app.photos.models import PhotoUse
from app.risks.models import Risk
from tests.contract.town import Town

HERE = Path(__file__).parent
TABLE = {row["operation"]: row for row in csv.DictReader((HERE / "data" / "roles.csv").read_text("utf-8").splitlines())}
GROUPS: dict[str, frozenset[Role]] = {"all": frozenset(Role), "none": frozenset(), "inspectors": INSPECTORS}
BY_ID = (
    "hazard_id", "risk_id", "measure_id", "enterprise_id", "user_id", "inspection_id", "finding_id", "sha256",
    "upload_id", "object_id", "unit_id", "plan_id", "stop_id", "campaign_id", "person_id", "incident_id", "period_id",
    "post_id", "code",
)  # fmt: skip
NOWHERE = {"sha256": "ef" * 32, "code": "0" * 12}

Operations = dict[str, dict[str, Any]]


def may(row: dict[str, str]) -> set[Role]:
    roles: set[Role] = set()
    for word in row["may"].split():
        roles |= GROUPS[word] if word in GROUPS else {Role(word)}
    return roles


def expected(row: dict[str, str], role: Role, allowed: str, refused: str) -> int:
    """What a role is answered; `403 worker:404` has an exception."""
    if role in may(row):
        return int(row[allowed])
    usual, *exceptions = row[refused].split()
    return int(dict(part.split(":") for part in exceptions).get(role, usual))


def without_request(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    told.pop("request_id")
    return told


def test_the_table_has_a_row_for_every_operation_behind_the_login(operations: Operations) -> None:
    assert list(TABLE) == [name for name, operation in operations.items() if operation["security"]]


@pytest.mark.parametrize("name", TABLE)
def test_every_role_is_answered_as_the_table_says(town: Town, operations: Operations, name: str) -> None:
    row = TABLE[name]
    answers = {role: town.ask(operations[name], town.insiders[role]).status_code for role in Role}
    assert answers == {role: expected(row, role, "answer", "others") for role in Role}


@pytest.mark.parametrize("name", TABLE)
def test_outside_of_its_scope_no_role_gets_anywhere(town: Town, operations: Operations, name: str) -> None:
    row = TABLE[name]
    answers = {role: town.ask(operations[name], town.outsiders[role]) for role in Role}
    statuses = {role: answer.status_code for role, answer in answers.items()}
    assert statuses == {role: expected(row, role, "outside", "outside_others") for role in Role}
    if name.startswith("list_") and name != "list_areas":
        inside = {str(town.world.enterprise), str(town.worker.id), *town.path_values(name).values()} - {
            "phone",
            "thumbnail",
        }
        assert not any(id in answer.text for answer in answers.values() for id in inside)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row["outside"] == "404"])
def test_outside_its_scope_looks_like_nowhere(town: Town, operations: Operations, name: str) -> None:
    operation, role = operations[name], next(iter(may(TABLE[name])), Role.MANAGER)
    outsider = town.outsiders[role]
    named = [id for id in BY_ID if f"{{{id}}}" in operation["path"]]
    for id in named:
        nowhere = {id: NOWHERE.get(id) or str(uuid4())}
        outside, missing = town.ask(operation, outsider), town.ask(operation, outsider, nowhere)
        assert missing.status_code == 404
        assert without_request(outside) == without_request(missing)
    body = town.bodies().get(name, {})
    if not named and "enterprise_id" in body:
        missing = town.ask(operation, outsider, json={**body, "enterprise_id": str(uuid4())})
        assert without_request(town.ask(operation, outsider)) == without_request(missing)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("name", TABLE)
def test_without_a_token_nothing_else_is_said(town: Town, operations: Operations, name: str) -> None:
    operation = operations[name]
    for wrong in ({}, {"params": {"nonsense": "1", "limit": "0"}}, {"content": "{", "json": None, "files": None}):
        answer = town.ask(operation, None, **wrong)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "unauthenticated"


def test_nothing_was_stored_by_all_this_asking(town: Town, operations: Operations) -> None:
    for name in TABLE:
        town.path_values(name)
    before = stored(town)
    for name in TABLE:
        town.ask(operations[name], town.manager)
        town.ask(operations[name], town.outsiders[Role.MANAGER])
    assert stored(town) == before


def stored(town: Town) -> dict[str, int]:
    """How many rows the works has."""
    tables: tuple[type[Scoped], ...] = (Hazard, Risk, Finding, Inspection, PhotoUse)

    def counted(session: Session) -> dict[str, int]:
        own = {table: table.enterprise_id == town.world.enterprise for table in tables}
        return {t.__name__: session.scalar(select(func.count()).select_from(t).where(w)) or 0 for t, w in own.items()}

    counts: dict[str, int] = town.world.write(counted)
    return counts

"""The tale of one hazard: how it was found, and then one beat of its course after the other."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.demo.courses import Course, Found
from app.demo.data import Hazard as Template
from app.demo.stage import Stage
from app.demo.town import Works
from app.foundation import clock
from app.foundation.canonical import new_id
from app.hazards import commands
from app.hazards.loop import LOOP
from app.hazards.models import Hazard
from app.inspections.clocks import DeviceClock
from app.inspections.commands import report, report_finding
from app.inspections.schemas import Report, SingleFinding
from app.people.scope import Caller, Role

A_WHILE: Final = timedelta(minutes=25)
DUTY: Final = {
    Role.TEAM_LEADER: ("daily", "team"), Role.DEPARTMENT_HEAD: ("weekly", "department"),
    Role.SAFETY_OFFICER: ("weekly", "department"), Role.MANAGER: ("monthly", "manager"),
}  # fmt: skip
KINDS: Final = {Found.EXPERT: "expert", Found.COMPLAINT: "complaint"}
FROM_OUTSIDE: Final = frozenset({Found.GOVERNMENT, Found.GOVERNMENT_MAJOR, Found.SITE, Found.EXPERT, Found.COMPLAINT})


@dataclass
class Tale:
    """One hazard on its way."""

    stage: Stage
    works: Works
    template: Template
    course: Course
    finder: Caller
    id: UUID = field(default_factory=new_id)

    @property
    def row(self) -> Hazard:
        return self.stage.session.get_one(Hazard, self.id)

    @property
    def from_outside(self) -> bool:
        return self.course.found in FROM_OUTSIDE

    @property
    def criterion(self) -> str | None:
        """The criterion that makes it a major one."""
        return getattr(self.template, "criterion", None) if self.course.found.major else None

    def do(self, by: Caller, name: str, **said: Any) -> None:
        """Take the hazard a step further."""
        action = LOOP[name]
        body = action.body.model_validate(said)
        commands.act(self.stage.session, by, self.id, action, body, seen=lambda hazard: None)

    def find(self) -> None:
        """Report it: in an inspection, or, a worker, by itself."""
        told, session, sorter = self._finding(), self.stage.session, self.stage.sorter
        device = DeviceClock(None, clock.now())
        if self.course.found is Found.BY_A_WORKER:
            single = SingleFinding.model_validate(told | {"enterprise_id": self.works.id})
            report_finding(session, self.finder, single, device, sorter)
        else:
            report(session, self.finder, self._inspection(told), device, sorter)

    def see_again(self, by: Caller) -> None:
        """Come by on a later round, and find it as it was."""
        again = {
            "description": f"{self.template.description}，仍未整改",
            "seen_again": self.id,
            "photos": self.stage.camera.take(),
        }
        body = self._inspection(again | {"measure_id": self.row.measure_id})
        report(self.stage.session, by, body, DeviceClock(None, clock.now()), self.stage.sorter)

    def _finding(self) -> dict[str, Any]:
        measure = self.works.measure_of(self.template)
        told: dict[str, Any] = {
            "id": self.id, "description": self.template.description, "place": self.template.place,
            "measure_id": measure, "photos": self.stage.camera.take(self.stage.rnd.choice((1, 1, 2))),
        }  # fmt: skip
        if measure:
            told["seen_again"] = False
        if self.course.found is not Found.UNDERRATED and self.criterion:
            told["criterion"] = self.criterion
        elif measure is None:
            told["list"] = "hazard"
        if self.course.found in {Found.ON_THE_SPOT, Found.ON_THE_SPOT_ALONE}:
            told["rectified_on_the_spot"] = self._done_at_once()
        return told

    def _done_at_once(self) -> dict[str, Any]:
        others = tuple(one for one in self.works.people if one.id != self.finder.id)
        worker = self.finder if self.course.found is Found.ON_THE_SPOT_ALONE else self.stage.some(others)
        return {
            "measures_taken": self.template.measures_taken, "photos_before": [],
            "photos_after": self.stage.camera.take(), "rectified_by": [{"id": worker.id}],
            "performed_at": clock.now() - A_WHILE,
        }  # fmt: skip

    def _inspection(self, finding: dict[str, Any]) -> Report:
        """The round on which it was found, with what was seen at some other measures."""
        at, measure = clock.now(), finding.get("measure_id")
        cadence, tier = next((DUTY[role] for role in DUTY if self.finder.has(role)), (None, None))
        others = [held for held in self.works.measures if held.id != measure]
        seen = self.stage.rnd.sample(others, min(len(others), 3))
        results = [{"measure_id": held.id, "status": "normal", "checked_at": at - A_WHILE} for held in seen]
        if measure:
            results.append({"measure_id": measure, "status": "abnormal", "checked_at": at - A_WHILE})
        return Report.model_validate(
            {
                "enterprise_id": self.works.id, "cadence": cadence, "tier": tier, "findings": [finding],
                "kind": KINDS.get(self.course.found, "government" if self.from_outside else "routine"),
                "started_at": at - 2 * A_WHILE, "performed_at": at, "results": results,
                "position": self.works.data.position.model_dump(mode="json") | {"accuracy_m": 12.0},
            }
        )  # fmt: skip

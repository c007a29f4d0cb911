"""An enterprise's risk list as it is: read in a few queries, and as rows of the book."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from secrets import randbits
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.risks.methods import AssessmentKind, Override, RatingMethod
from app.risks.models import ControlMeasure, Risk, RiskAssessment, RiskObject, RiskUnit
from app.risks.terms import Answerable, CycleUnit, Decision
from app.workbooks.kinds import lines_of
from app.workbooks.persons import Persons
from app.workbooks.positions import flat_position

AT_ONCE: Final = 500
CODES: Final = ("way", "first", "second", "third")
NOT_LISTED: Final = (Decision.MERGE, Decision.REJECT, Decision.IS_HAZARD)


@dataclass
class Chain:
    """All objects, units, risks that have been placed, and measures of an enterprise, by id, in the order of a list."""

    objects: dict[UUID, RiskObject]
    units: dict[UUID, RiskUnit]
    risks: dict[UUID, Risk]
    measures: dict[UUID, list[ControlMeasure]]
    ratings: dict[UUID, RiskAssessment]
    persons: Persons

    @classmethod
    def of(cls, session: Session, enterprise_id: UUID, *, lock: bool = False) -> Self:
        """What there is; `lock` holds all of it until the transaction ends."""

        def all_of(kind: Any, *wanted: Any, order: Any = ()) -> list[Any]:
            asked = select(kind).where(kind.enterprise_id == enterprise_id, *wanted).order_by(*order, kind.id)
            return list(session.scalars(asked.with_for_update() if lock else asked))

        objects, units = all_of(RiskObject), all_of(RiskUnit)
        placed = (Risk.candidate.is_(False), Risk.unit_id.is_not(None))
        risks = [
            risk for risk in all_of(Risk, *placed, order=(Risk.created_at,)) if risk.decision not in NOT_LISTED
        ]  # fmt: skip
        measures: dict[UUID, list[ControlMeasure]] = {risk.id: [] for risk in risks}
        for measure in all_of(ControlMeasure, order=(ControlMeasure.created_at,)):
            measures.setdefault(measure.risk_id, []).append(measure)
        newest = [UUID(each["id"]) for risk in risks for each in (risk.inherent, risk.residual) if each]
        ratings: dict[UUID, RiskAssessment] = {}
        for some in range(0, len(newest), AT_ONCE):
            asked = select(RiskAssessment).where(RiskAssessment.id.in_(newest[some : some + AT_ONCE]))
            ratings |= {each.id: each for each in session.scalars(asked)}
        return cls(
            {each.id: each for each in objects}, {each.id: each for each in units}, {each.id: each for each in risks},
            measures, ratings, Persons.of(session, enterprise_id),
        )  # fmt: skip

    def object_row(self, object: RiskObject) -> dict[str, Any]:
        """An object as its row."""
        row: dict[str, Any] = {name: getattr(object, name) for name in ("name", "kind", "code", "place", "department")}
        row |= flat_position(object.position) | {"grade": object.grade, "retired": object.retired, "id": object.id}
        row["responsible"] = self.persons.label(object.responsible_id)
        three = {each["kind"]: each for each in object.answerable}
        for kind in Answerable:
            each = three.get(kind, {})
            row |= {kind: each.get("name"), f"{kind}_phone": each.get("phone")}
            row[f"{kind}_duties"] = lines_of(*each.get("duties", ()))
        return row

    def unit_row(self, unit: RiskUnit) -> dict[str, Any]:
        """A unit as its row."""
        row = {name: getattr(unit, name) for name in ("name", "department", "retired", "id")}
        return row | {
            "object": self.objects[unit.object_id].name, "responsible": self.persons.label(unit.responsible_id)
        }  # fmt: skip

    def risk_row(self, risk: Risk) -> dict[str, Any]:
        """A risk's part of its rows."""
        row = {name: getattr(risk, name) for name in ("event", "place", "level", "post", "next_review_on", "retired")}
        unit = self.units[risk.unit_id] if risk.unit_id else None
        assert unit is not None
        row |= {"risk_id": risk.id, "owner": self.persons.label(risk.owner_id), "unit": unit.name}
        row["object"] = self.objects[unit.object_id].name
        for kind in AssessmentKind:
            row |= self.rating_row(risk, kind)
        return row

    def rating(self, risk: Risk, kind: AssessmentKind) -> RiskAssessment | None:
        """The newest assessment of its kind."""
        newest: dict[str, Any] | None = getattr(risk, kind.value)
        return self.ratings.get(UUID(newest["id"])) if newest else None

    def rating_row(self, risk: Risk, kind: AssessmentKind) -> dict[str, Any]:
        """The newest assessment of its kind, as the risk's row has it."""
        rating = self.rating(risk, kind)
        if rating is None:
            return {f"{kind}_endorsed": False}
        row: dict[str, Any] = {f"{kind}_{name}": Decimal(value) for name, value in rating.factors.items()}
        row |= {f"{kind}_method": RatingMethod(rating.method), f"{kind}_score": Decimal(rating.score)}
        row |= {f"{kind}_override": rating.override and Override(rating.override), f"{kind}_reason": rating.reason}
        return row | {f"{kind}_endorsed": rating.endorsement is not None}


def measure_row(measure: ControlMeasure) -> dict[str, Any]:
    """A measure's part of its row."""
    names = ("kind", "description", "check", "holder", "holder_role", "always")
    row: dict[str, Any] = {name: getattr(measure, name) for name in names}
    cycle, codes = measure.check_cycle or {}, measure.classification or {}
    row |= {"every": cycle.get("every"), "cycle": CycleUnit(cycle["unit"]) if cycle else None}
    row |= {name: codes.get(name) for name in CODES}
    return row | {"measure_retired": measure.retired, "measure_id": measure.id}


def gather(session: Session, enterprise_id: UUID) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of the book: what is in use, object by object."""
    chain = Chain.of(session, enterprise_id)

    def place(risk: Risk) -> tuple[str, str]:
        unit = chain.units[risk.unit_id] if risk.unit_id else None
        return (chain.objects[unit.object_id].name, unit.name) if unit else ("", "")

    listed = sorted((risk for risk in chain.risks.values() if not risk.retired), key=place)
    in_use = {risk.unit_id for risk in listed}
    units = [unit for unit in chain.units.values() if not unit.retired or unit.id in in_use]
    around = {unit.object_id for unit in units}
    objects = [object for object in chain.objects.values() if not object.retired or object.id in around]
    return {
        "risks": list(_rows(chain, listed)),
        "objects": sorted((chain.object_row(object) for object in objects), key=lambda row: row["name"]),
        "units": sorted((chain.unit_row(unit) for unit in units), key=lambda row: (row["object"], row["name"])),
    }  # fmt: skip


def _rows(chain: Chain, risks: list[Risk]) -> Iterator[Mapping[str, Any]]:
    for risk in risks:
        row = chain.risk_row(risk)
        measures = [measure for measure in chain.measures[risk.id] if not measure.retired]
        for measure in measures:
            yield row | measure_row(measure)
        if not measures:
            yield row


def ids_in_order() -> Iterator[UUID]:
    """Ids of version 7 that are made at the same moment, and sort as they come: what is created at once is listed in
    the order of its rows."""
    first = new_id().int >> 62 << 62
    return (UUID(int=first | number << 40 | randbits(40)) for number in count())

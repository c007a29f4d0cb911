"""Who is asking, and what they may see. Scope is decided here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Computed, String, and_, column, false, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from app.foundation.columns import Id, has_word
from app.foundation.problems import NotFound, Said

# What scope needs of the enterprises: their table stands above this page.
ENTERPRISES: Final = table("enterprises", column("id", Id()), column("sectors", String()))


class Role(StrEnum):
    """The ten roles; a person may hold several, so rules that keep people apart compare persons."""

    WORKER = "worker"
    TEAM_LEADER = "team_leader"
    DEPARTMENT_HEAD = "department_head"
    MANAGER = "manager"
    SAFETY_OFFICER = "safety_officer"
    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    ENFORCEMENT_OFFICER = "enforcement_officer"
    EXPERT = "expert"
    ADMINISTRATOR = "administrator"


class Power(StrEnum):
    """What a government user may impose, as far as a certificate and the area's mandate go."""

    ORDER = "order"
    STOP = "stop"
    PENALIZE = "penalize"


ENTERPRISE: Final = frozenset({Role.WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD, Role.MANAGER, Role.SAFETY_OFFICER})
GOVERNMENT: Final = frozenset({Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER, Role.ADMINISTRATOR})
INSPECTORS: Final = frozenset({Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER})
TITLES: Final = {
    Role.WORKER: "员工", Role.TEAM_LEADER: "班组长", Role.DEPARTMENT_HEAD: "部门负责人", Role.MANAGER: "厂长经理",
    Role.SAFETY_OFFICER: "安全员", Role.INSPECTOR: "检查人员", Role.SUPERVISOR: "监管人员",
    Role.ENFORCEMENT_OFFICER: "执法人员", Role.EXPERT: "专家", Role.ADMINISTRATOR: "管理员",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who asks: of one enterprise; of the government with the subtrees of its areas, perhaps only some
    sectors of them; or an expert with the enterprises assigned."""

    id: UUID
    name: str
    roles: frozenset[Role]
    enterprise_id: UUID | None = None
    areas: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    assigned: tuple[UUID, ...] = ()
    powers: frozenset[Power] = frozenset()
    session_id: UUID | None = None

    @property
    def official(self) -> bool:
        """Of the government."""
        return bool(self.roles & GOVERNMENT)

    @property
    def only_works(self) -> bool:
        """A worker and nothing else: reads no names and phones of others."""
        return self.roles == {Role.WORKER}

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def governs(self, area_code: str) -> bool:
        """Whether one of the caller's areas is this one, or has it within."""
        return self.official and within_any(area_code, self.areas)


# Who acts where no person does: the operator at the command line. Governs everything, and never logs in.
SYSTEM: Final = Caller(UUID(int=0), "系统", frozenset({Role.ADMINISTRATOR}), areas=("0" * 12,))


class Scoped:
    """Columns of every business row. The routing codes are generated, so that they cannot disagree."""

    enterprise_id: Mapped[UUID]
    area_code: Mapped[str] = mapped_column(String(12))
    county_code: Mapped[str] = mapped_column(String(6), Computed("substr(area_code, 1, 6)", persisted=True))
    town_code: Mapped[str] = mapped_column(String(9), Computed("substr(area_code, 1, 9)", persisted=True))


S = TypeVar("S", bound=Scoped)


def visible(caller: Caller, rows: type[Scoped]) -> list[ColumnElement[bool]]:
    """The WHERE of visibility, as disjoint branches: for the enterprise, for the assigned ones, or for each area."""
    if caller.enterprise_id is not None:
        return [rows.enterprise_id == caller.enterprise_id]
    if not caller.official:
        return [rows.enterprise_id.in_(caller.assigned)] if caller.assigned else [false()]
    prefixes = {prefix(area) for area in caller.areas}
    outermost = [p for p in sorted(prefixes) if not any(p != other and p.startswith(other) for other in prefixes)]
    branches = [within(rows, p) for p in outermost] or [false()]
    return [and_(branch, of_sectors(rows, caller.sectors)) for branch in branches] if caller.sectors else branches


def find_visible(session: Session, caller: Caller, rows: type[S], id: UUID, missing: Said, *, lock: bool = False) -> S:
    """The row of this id, if the caller may see it; `lock` holds it until the transaction ends, and reads it again:
    it may have changed since this transaction saw it.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope; `missing` says what there is not.
    """
    query = select(rows).filter_by(id=id).where(or_(*visible(caller, rows)))
    held = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(held if lock else query)
    if found is None:
        raise NotFound(missing)
    return found


def of_sectors(rows: type[Scoped], sectors: Sequence[str]) -> ColumnElement[bool]:
    """Rows of enterprises that belong to one of the sectors."""
    among = or_(*(has_word(ENTERPRISES.c.sectors, sector) for sector in sectors))
    return rows.enterprise_id.in_(select(ENTERPRISES.c.id).where(among))


def within(rows: type[Scoped], prefix: str) -> ColumnElement[bool]:
    """Rows of a subtree: an equality where the prefix is a county, town or village, a short range above."""
    columns = {6: rows.county_code, 9: rows.town_code, 12: rows.area_code}
    if len(prefix) in columns:
        return columns[len(prefix)] == prefix
    return rows.county_code.between(prefix.ljust(6, "0"), prefix.ljust(6, "9"))


@lru_cache(4096)
def within_any(area_code: str, areas: tuple[str, ...]) -> bool:
    """Whether one of the areas is this one, or has it within."""
    return any(prefix(area_code).startswith(prefix(area)) for area in areas)


@lru_cache(4096)
def prefix(area_code: str) -> str:
    """What the codes of a subtree begin with: 500151101000 (a town) gives 500151101."""
    return next(area_code[:n] for n in (0, 2, 4, 6, 9, 12) if not area_code[n:].strip("0"))


def subtree(codes: InstrumentedAttribute[str], area_code: str) -> ColumnElement[bool]:
    """Codes of an area and everything in it, as a range that an index answers."""
    own = prefix(area_code)
    return codes.between(own.ljust(12, "0"), own.ljust(12, "9"))


def town_of(area_code: str) -> str:
    """The town that an area lies in, as a whole code; a county or above is its own."""
    return area_code[:9] + "000" if len(prefix(area_code)) > 9 else area_code


def common(codes: Sequence[str]) -> str:
    """The smallest area that holds all of these: of two towns, their county."""
    digits = zip(*(prefix(code) for code in codes), strict=False)
    shared = sum(1 for _ in takewhile(lambda digit: len(set(digit)) == 1, digits))
    return codes[0][: max(n for n in (0, 2, 4, 6, 9, 12) if n <= shared)].ljust(12, "0")

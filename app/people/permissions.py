"""What each role may do at all, by name, so that an app can draw its menus.

Only that: what may be done with one record depends on the record, and the record says so. The order of names is the
order of menus.
"""

from enum import StrEnum
from typing import Final

from app.people.scope import ENTERPRISE, INSPECTORS, Caller, Power, Role


class Permission(StrEnum):
    """A thing that some roles may do."""

    INSPECT = "inspect"
    REPORT = "report"
    CONFIRM = "confirm"
    ASSIGN = "assign"
    SUBMIT_PLAN = "submit_plan"
    APPROVE_PLAN = "approve_plan"
    RECTIFY = "rectify"
    REVIEW = "review"
    REGRADE = "regrade"
    KEEP_RISKS = "keep_risks"
    SEE_CONTACTS = "see_contacts"
    ADMINISTER = "administer"
    ORDER = "order"
    STOP = "stop"
    PENALIZE = "penalize"


_ALL: Final = frozenset(Role)
_KEEPERS: Final = frozenset({Role.SAFETY_OFFICER, Role.MANAGER})

TITLES: Final = {
    Permission.INSPECT: "提交排查记录",
    Permission.REPORT: "上报隐患",
    Permission.CONFIRM: "核实下达",
    Permission.ASSIGN: "改派",
    Permission.SUBMIT_PLAN: "报治理方案",
    Permission.APPROVE_PLAN: "审批治理方案",
    Permission.RECTIFY: "整改",
    Permission.REVIEW: "复查验收",
    Permission.REGRADE: "升降级",
    Permission.KEEP_RISKS: "维护风险清单",
    Permission.SEE_CONTACTS: "查看姓名电话",
    Permission.ADMINISTER: "管理企业和用户",
    Permission.ORDER: "责令改正",
    Permission.STOP: "责令停产停用",
    Permission.PENALIZE: "行政处罚",
}

ROLES: Final[dict[Permission, frozenset[Role]]] = {
    Permission.INSPECT: _ALL - {Role.WORKER, Role.ADMINISTRATOR},
    Permission.REPORT: _ALL - {Role.ADMINISTRATOR},
    Permission.CONFIRM: _KEEPERS | INSPECTORS,
    Permission.ASSIGN: _KEEPERS | INSPECTORS,
    Permission.SUBMIT_PLAN: _KEEPERS,
    Permission.APPROVE_PLAN: frozenset({Role.SUPERVISOR}),
    Permission.RECTIFY: ENTERPRISE,
    Permission.REVIEW: _KEEPERS | INSPECTORS | {Role.DEPARTMENT_HEAD, Role.EXPERT},
    Permission.REGRADE: _KEEPERS | INSPECTORS,
    Permission.KEEP_RISKS: _KEEPERS,
    Permission.SEE_CONTACTS: _ALL - {Role.WORKER},
    Permission.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
}


def permissions(caller: Caller) -> list[Permission]:
    """What the caller's roles and powers allow."""
    by_role = [permission for permission, roles in ROLES.items() if caller.roles & roles]
    return by_role + [Permission(power) for power in Power if power in caller.powers]

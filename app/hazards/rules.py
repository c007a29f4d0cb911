"""Who may take a hazard a step further. Pure: each rule looks at facts and a caller, and gives None or a reason."""

from collections.abc import Callable, Mapping
from typing import Final

from app.foundation.problems import Said
from app.hazards.terms import Facts, Origin
from app.people.scope import INSPECTORS, Caller, Role, prefix
from app.sorting.terms import Level, Method

Rule = Callable[[Facts, Caller], str | None]

REASONS: Final[Mapping[str, Said]] = {
    "illegal_transition": Said("当前状态不能执行这个操作", "Not possible in the present state"),
    "not_a_confirmer": Said(
        "企业自查的隐患由本企业安全员、负责人核实，其他隐患由检查人员核实",
        "What the enterprise found is confirmed by its safety officer or manager, all else by inspectors",
    ),
    "only_a_supervisor": Said("须由监管人员决定", "Only a supervisor may decide this"),
    "not_the_authority": Said("由处理机关或其上级决定", "Decided by the handling authority or above it"),
    "village_general_only": Said("村社区只处理一般隐患", "A village decides general hazards only"),
    "own_report": Said("不能否定自己上报的隐患", "Nobody dismisses what they reported"),
    "not_the_reporter": Said("只有上报人可以撤回", "Only its reporter may withdraw it"),
    "possible_major": Said("可能的重大隐患不能撤回", "A possible major hazard cannot be withdrawn"),
    "not_responsible": Said(
        "由整改责任人、安全员或负责人办理", "For the responsible person, the safety officer or the manager"
    ),
    "not_the_manager": Said("由负责人签报，或由安全员附签字文件上报", "For the manager, or the safety officer"),
    "rectified_it": Said("整改人不能复查自己的整改", "Nobody reviews what they rectified"),
    "not_a_reviewer": Said("您不负责复查这条隐患", "You do not review this hazard"),
    "own_request": Said("申请人不能批准自己的延期", "Nobody grants what they asked for"),
    "no_business": Said("管理员不办理业务", "Administrators take no business actions"),
    "not_an_inspector": Said("由检查人员办理", "For inspectors"),
}


def anyone(hazard: Facts, caller: Caller) -> None:
    return None


def reporter_here(hazard: Facts, caller: Caller) -> str | None:
    """Whoever may report here."""
    return "no_business" if caller.roles == {Role.ADMINISTRATOR} else None


def own(hazard: Facts, caller: Caller, *roles: Role) -> bool:
    """One of these roles in the hazard's own enterprise."""
    return caller.enterprise_id == hazard.enterprise_id and caller.has(*roles)


def decides(hazard: Facts, caller: Caller) -> bool:
    """Of the handling authority, or above it."""
    return caller.governs(hazard.handling_area)


def of_the_village(hazard: Facts, caller: Caller) -> bool:
    """Of a village below the handling authority, where the hazard is."""
    here = (area for area in caller.areas if len(prefix(area)) == 12 and area == hazard.area_code)
    return any(area.startswith(prefix(hazard.handling_area)) for area in here)


def supervisor(hazard: Facts, caller: Caller) -> str | None:
    if not caller.has(Role.SUPERVISOR):
        return "only_a_supervisor"
    return None if decides(hazard, caller) else "not_the_authority"


def inspector(hazard: Facts, caller: Caller) -> str | None:
    if not caller.has(*INSPECTORS):
        return "not_an_inspector"
    return None if decides(hazard, caller) else "not_the_authority"


def confirmer(hazard: Facts, caller: Caller) -> str | None:
    """Of what the enterprise found: its safety officer and manager; of all else inspectors. A supervisor: anything."""
    if hazard.origin == Origin.ENTERPRISE and own(hazard, caller, Role.SAFETY_OFFICER, Role.MANAGER):
        return None
    inspects = hazard.origin != Origin.ENTERPRISE and caller.has(*INSPECTORS)
    if not inspects and not caller.has(Role.SUPERVISOR):
        return "not_a_confirmer"
    return None if decides(hazard, caller) else "not_the_authority"


def with_village(rule: Rule) -> Rule:
    """The rule, where a village below the authority also decides, of general hazards only."""

    def judge(hazard: Facts, caller: Caller) -> str | None:
        reason = rule(hazard, caller)
        if reason == "not_the_authority" and of_the_village(hazard, caller):
            return None if hazard.level == Level.GENERAL else "village_general_only"
        return reason

    return judge


def dismisser(hazard: Facts, caller: Caller) -> str | None:
    """A confirmer, or, where nobody else of the enterprise may judge it, somebody from outside; never its reporter."""
    if caller.id == hazard.reported_by:
        return "own_report"
    if hazard.level == Level.MAJOR:
        return supervisor(hazard, caller)
    reason = confirmer(hazard, caller)
    return None if reason and from_outside(hazard, caller) else reason


def withdrawer(hazard: Facts, caller: Caller) -> str | None:
    if caller.id != hazard.reported_by:
        return "not_the_reporter"
    return "possible_major" if hazard.level == Level.MAJOR else None


def assigner(hazard: Facts, caller: Caller) -> str | None:
    if own(hazard, caller, Role.SAFETY_OFFICER, Role.MANAGER):
        return None
    return confirmer(hazard, caller)


def planner(hazard: Facts, caller: Caller) -> str | None:
    return None if own(hazard, caller, Role.MANAGER, Role.SAFETY_OFFICER) else "not_the_manager"


def worker_on_it(hazard: Facts, caller: Caller) -> str | None:
    """The responsible person, or the enterprise's safety officer or manager."""
    if caller.id == hazard.responsible_id or own(hazard, caller, Role.SAFETY_OFFICER, Role.MANAGER):
        return None
    return "not_responsible"


def rectifier(hazard: Facts, caller: Caller) -> str | None:
    """Who works on it; for an enterprise without accounts an inspector says so in its name."""
    if hazard.accountless and caller.has(*INSPECTORS):
        return with_village(inspector)(hazard, caller)
    return worker_on_it(hazard, caller)


def reviewer(hazard: Facts, caller: Caller) -> str | None:
    """Nobody reviews what they rectified: persons are compared, whatever their roles."""
    if caller.id in hazard.barred:
        return "rectified_it"
    return would_review(hazard, caller)


def would_review(hazard: Facts, caller: Caller) -> str | None:
    """Whoever reviews it, if they had no hand in it."""
    if hazard.level == Level.MAJOR:
        return supervisor(hazard, caller)
    if hazard.origin != Origin.ENTERPRISE:
        reason = with_village(inspector)(hazard, caller)
        return "not_a_reviewer" if reason == "not_an_inspector" else reason
    inside = own(hazard, caller, Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICER, Role.MANAGER)
    if inside or (caller.id == hazard.reported_by and caller.enterprise_id == hazard.enterprise_id):
        return None
    return None if from_outside(hazard, caller) else "not_a_reviewer"


def from_outside(hazard: Facts, caller: Caller) -> bool:
    """Where nobody else of the enterprise may judge what it found (小微互助): the partner's safety officer or manager,
    an assigned expert or an inspector, whoever comes first."""
    if not hazard.alone or hazard.origin != Origin.ENTERPRISE:
        return False
    partner = caller.enterprise_id == hazard.partner_id and caller.has(Role.SAFETY_OFFICER, Role.MANAGER)
    expert = caller.has(Role.EXPERT) and hazard.enterprise_id in caller.assigned
    return bool(
        (hazard.partner_id and partner)
        or expert
        or (caller.has(*INSPECTORS) and (decides(hazard, caller) or of_the_village(hazard, caller)))
    )


def upgrader(hazard: Facts, caller: Caller) -> str | None:
    """Up by a confirmer, down by a supervisor: before the level is known, whoever may do what would change it."""
    return confirmer(hazard, caller) if hazard.level == Level.GENERAL else supervisor(hazard, caller)


def granter(hazard: Facts, caller: Caller) -> str | None:
    if hazard.level == Level.MAJOR:
        return supervisor(hazard, caller)
    reason = confirmer(hazard, caller)
    return reason or ("own_request" if caller.id == hazard.extension_by else None)


def reopener(hazard: Facts, caller: Caller) -> str | None:
    general = hazard.origin == Origin.ENTERPRISE and hazard.level == Level.GENERAL
    if general and own(hazard, caller, Role.SAFETY_OFFICER):
        return None
    return inspector(hazard, caller)


def lowering(hazard: Facts, caller: Caller, to: Level, reason: str | None) -> str | None:
    """A possible major becomes general only by a supervisor; where only the text proposed it, by any confirmer but a
    village, with a reason."""
    if hazard.level != Level.MAJOR or to == Level.MAJOR:
        return "village_general_only" if to == Level.MAJOR and _village_only(hazard, caller) else None
    if supervisor(hazard, caller) is None:
        return None
    by_text = hazard.level_by == Method.TEXT and not hazard.level_confirmed and reason
    return None if by_text and confirmer(hazard, caller) is None else "only_a_supervisor"


def _village_only(hazard: Facts, caller: Caller) -> bool:
    return caller.official and not decides(hazard, caller)

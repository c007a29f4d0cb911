"""What a step needs of the record and of its body, beside the right person; each gives None or a reason.

Pure, but for the clock: an extension is asked for before the deadline.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.problems import Conflict, Forbidden, Invalid, Problem, Said
from app.hazards.ledgers import not_in_force
from app.hazards.rules import REASONS, lowering, supervisor
from app.hazards.terms import Facts, ReviewMethod, State, Whole
from app.people.scope import Caller, Role
from app.sorting.accident_types import standard_on
from app.sorting.criteria import Catalogue
from app.sorting.terms import Level

NO_SUCH_ACCIDENT: Final = Said(
    "发现之日施行的标准中没有这个事故类型",
    "The standard in force on the day of the finding has no such kind of accident",
)

Condition = Callable[[Facts], str | None]
Demand = Callable[[Whole, Caller, Any], Problem | None]

RECORD_REASONS: Final[Mapping[str, Said]] = {
    "no_plan": Said("没有待批的治理方案", "No plan is pending"),
    "no_extension": Said("没有待批的延期申请", "No extension is pending"),
    "extension_pending": Said("已有待批的延期申请", "An extension is pending already"),
    "extended_before": Said("重大隐患只能申请一次延期", "A major hazard may be extended once"),
    "past_due": Said("已过整改期限，不能再申请延期", "The deadline has passed"),
    "photos_missing": Said("整改照片尚未到齐", "Photos of the rectification have not arrived"),
    "same_level": Said("级别没有变化", "It has this level already"),
}


def always(hazard: Facts) -> None:
    return None


def no_demand(hazard: Facts, caller: Caller, body: Any) -> None:
    return None


def plan_pending(hazard: Facts) -> str | None:
    return None if hazard.plan_pending else "no_plan"


def extension_pending(hazard: Facts) -> str | None:
    return None if hazard.extension_by else "no_extension"


def extension_possible(hazard: Facts) -> str | None:
    """Before the deadline, one at a time, and for a major hazard once."""
    if hazard.extension_by:
        return "extension_pending"
    if hazard.level == Level.MAJOR and hazard.extension_requests:
        return "extended_before"
    return "past_due" if hazard.due_on and local_date(now()) > hazard.due_on else None


def evidence_arrived(hazard: Facts) -> str | None:
    """A major hazard is not closed on evidence that nobody can see yet."""
    waits = hazard.level == Level.MAJOR and hazard.evidence_missing
    return "photos_missing" if waits else None


def sensible(hazard: Whole, body: Any) -> Problem | None:
    """What no step may say: a deadline before the finding."""
    found_on, due_on = local_date(hazard.found_at), getattr(body, "due_on", None)
    if due_on and due_on < found_on:
        return Invalid.at("/due_on", "before_found", Said("期限早于发现之日", "It is before the day of the finding"))
    return None


def judged_by(hazard: Whole, body: Any, catalogue: Catalogue) -> Problem | None:
    """No step names a criterion that was not in force on the day of the finding."""
    criterion = getattr(body, "criterion", None)
    if criterion and catalogue.in_force(criterion, local_date(hazard.found_at)) is None:
        return Invalid.at("/criterion", "unknown_criterion", not_in_force(criterion))
    return None


def for_confirming(hazard: Whole, caller: Caller, body: Any) -> Problem | None:
    if body.responsible and not hazard.accountless:
        return _missing("/responsible_id", "企业有账号，请指定责任人账号", "Name a user of the enterprise")
    codes = {kind.code for kind in standard_on(local_date(hazard.found_at)).types}
    if body.accident_type is not None and body.accident_type not in codes:
        return Invalid.at("/accident_type", "unknown_accident_type", NO_SUCH_ACCIDENT)
    return _refused(lowering(hazard, caller, body.level, body.reason))


def for_planning(hazard: Facts, caller: Caller, body: Any) -> Problem | None:
    """Sending is signing, for the manager; anybody else sends what the manager has signed."""
    if not caller.has(Role.MANAGER) and body.signed_document is None:
        return _missing("/signed_document", "安全员代报须附负责人签字文件", "Attach the plan signed by the manager")
    return _after_deadline(hazard, body.due_on)


def for_approving(hazard: Whole, caller: Caller, body: Any) -> Problem | None:
    """The deadline may have been brought forward since the plan was sent."""
    return _after_deadline(hazard, date.fromisoformat(str(hazard.plan["due_on"])))


def _after_deadline(hazard: Facts, due_on: date) -> Problem | None:
    if hazard.due_on is None or due_on <= hazard.due_on:
        return None
    later = Said("方案期限晚于整改期限，请先申请延期", "Later than the hazard's deadline: ask for an extension")
    return Invalid.at("/due_on", "plan_after_deadline", later)


def for_accepting(hazard: Facts, caller: Caller, body: Any) -> Problem | None:
    """A level that is unconfirmed is stated; what is then a major hazard is accepted as one."""
    level = body.level or hazard.level
    if hazard.level_confirmed and level != hazard.level:
        return Invalid.at(
            "/level",
            "level_confirmed",
            Said("级别已经核实，改级请先升降级", "The level is confirmed: regrade it first"),
        )
    if hazard.level == Level.MAJOR and not hazard.level_confirmed and body.level is None:
        return _missing("/level", "级别尚未核实，请写明级别", "The level is unconfirmed: state it")
    if level == Level.GENERAL:
        return None
    return _refused(supervisor(hazard, caller)) or _unseen(hazard, body)


def _unseen(hazard: Facts, body: Any) -> Problem | None:
    """A major hazard is seen on site, with photos, and with a reason if no plan was ever approved."""
    if hazard.evidence_missing:
        return problem_of("photos_missing")
    if body.method != ReviewMethod.ON_SITE:
        return Invalid.at("/method", "on_site_needed", Said("重大隐患须现场复查", "A major hazard is reviewed on site"))
    if not body.photos:
        return _missing("/photos", "重大隐患复查须附现场照片", "Photos from the site are needed")
    if not hazard.plan_approved and not body.without_plan_reason:
        return _missing("/without_plan_reason", "没有批准的治理方案，请说明原因", "Say why no plan was approved")
    return None


def for_sending_back(hazard: Facts, caller: Caller, body: Any) -> Problem | None:
    """A new deadline, unless it goes back to be confirmed first."""
    to_be_confirmed = hazard.confirmed_at is None or hazard.state == State.DISMISSED
    if to_be_confirmed or body.due_on is not None:
        return None
    return _missing("/due_on", "请给出新的整改期限", "A new deadline is needed")


def for_regrading(hazard: Facts, caller: Caller, body: Any) -> Problem | None:
    if body.level == hazard.level:
        return problem_of("same_level")
    if body.level == Level.MAJOR and body.criterion is None:
        return _missing("/criterion", "升为重大隐患须写明判定标准", "Name the criterion that makes it a major hazard")
    return None


def later_than_due(hazard: Facts, caller: Caller, body: Any) -> Problem | None:
    if hazard.due_on and body.due_on <= hazard.due_on:
        return Invalid.at(
            "/due_on", "not_later", Said("须晚于现在的期限", "It must be later than the present deadline")
        )
    return None


def problem_of(reason: str) -> Problem:
    """The problem that says why somebody can not take this step on this record."""
    if reason in RECORD_REASONS:
        return Conflict(RECORD_REASONS[reason], code=reason)
    return Forbidden(REASONS[reason], reason=reason)


def said_of(reason: str) -> Said:
    return RECORD_REASONS.get(reason) or REASONS[reason]


def _refused(reason: str | None) -> Problem | None:
    return problem_of(reason) if reason else None


def _missing(pointer: str, zh: str, en: str) -> Problem:
    return Invalid.at(pointer, "missing", Said(zh, en))

"""The closed loop of a hazard, as one table.

Routes, OpenAPI, `GET /meta/loop`, the page in the docs with its diagram, and the lists of allowed actions all read
`LOOP`; to change the loop is to change a row. All of it is pure. Law: 安全生产法 (2021) arts 41, 46, 65; 总局令第16号
arts 14-18. `effects.py` says what a step changes besides the fields named in `sets`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.foundation.wire import Body
from app.hazards import bodies, conditions, effects, rules
from app.hazards.conditions import Condition, Demand
from app.hazards.effects import Effect, Step
from app.hazards.rules import Rule
from app.hazards.stages import waiting_for
from app.hazards.terms import STATE_TITLES, Facts, Origin, State, WaitingFor
from app.people.scope import Caller
from app.sorting.terms import Level

PLANNING, RECTIFYING, REVIEWING = State.PLANNING, State.RECTIFYING, State.REVIEWING
Way = Callable[[Facts, Level], State]


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the loop: from which states, to which, by whom, with what, and what it sets.

    `way` leads to the next state, which is one of `targets`; without a way the state stays. `when` is a condition of
    the record that does not depend on the body, `unless` a demand that does. `sets` names the fields taken from the
    body, `effect` adds those that follow from the step. A row without a way is a remark: it leaves the revision alone.
    `for_whom` is what `who` says, in a sentence for people.
    """

    name: str
    title: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: Rule
    body: type[Body]
    way: Way | None = None
    for_whom: str = ""
    sets: tuple[str, ...] = ()
    effect: Effect = effects.nothing
    when: Condition = conditions.always
    unless: Demand = conditions.no_demand
    law: str = ""

    def __post_init__(self) -> None:
        if unknown := set(self.sets) - self.body.model_fields.keys():
            raise TypeError(f"{self.name} sets what its body does not have: {unknown}")
        if (self.way is None) != (not self.targets):
            raise TypeError(f"{self.name} has a way and no targets, or targets and no way")

    @property
    def description(self) -> str:
        """The row in a sentence, for the OpenAPI."""
        leads = "、".join(STATE_TITLES[state] for state in self.targets) or "状态不变"
        sources = "、".join(STATE_TITLES[state] for state in self.sources)
        law = f"依据：{self.law}。" if self.law else ""
        return f"{self.title}：{sources} → {leads}。由谁办理：{self.for_whom}。{law}"

    def blocked(self, hazard: Facts, caller: Caller) -> str | None:
        """Why this caller can not do it now; None if they can."""
        if hazard.state not in self.sources:
            return "illegal_transition"
        return self.who(hazard, caller) or self.when(hazard)

    def changes(self, step: Step) -> dict[str, Any]:
        """The hazard's fields that change, as they are afterwards."""
        after: dict[str, Any] = {name: getattr(step.body, name) for name in self.sets}
        after |= self.effect(step)
        if self.way is None:
            return after
        state = after.pop("state", None) or self.way(step.hazard, after.get("level", step.hazard.level))
        assert state in self.targets, f"{self.name} leads to {state}, which its row does not name"
        return after | effects.stage(step, after, state)


def to(state: State, *, major: State | None = None) -> Way:
    """To one state, or to another where the hazard is (now) a major one."""
    return lambda _, level: major or state if level == Level.MAJOR else state


def stay(hazard: Facts, _: Level) -> State:
    return hazard.state


def back(hazard: Facts, level: Level) -> State:
    """Where a review sends it back to."""
    if hazard.confirmed_at is None:
        return State.REPORTED
    return PLANNING if level == Level.MAJOR and not hazard.plan_approved else RECTIFYING


def reopened(hazard: Facts, level: Level) -> State:
    return State.REPORTED if hazard.state == State.DISMISSED else back(hazard, level)


def regraded(hazard: Facts, level: Level) -> State:
    if level == Level.MAJOR:
        return PLANNING
    return RECTIFYING if hazard.state == PLANNING else hazard.state


BACK: Final = (State.REPORTED, PLANNING, RECTIFYING)

LOOP: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        Action(
            "confirm", "核实下达", (State.REPORTED,), (RECTIFYING, PLANNING),
            rules.with_village(rules.confirmer), bodies.Confirm, to(RECTIFYING, major=PLANNING),
            for_whom="企业自查的：本企业安全员、负责人；其他的：检查人员；监管人员均可。村社区可核实一般隐患",
            sets=("level", "due_on", "requirement", "reason", "cause", "interim_measures"),
            effect=effects.confirmed, unless=conditions.for_confirming,
            law="安全生产法第四十一条、总局令第16号第十四条",
        ),
        Action(
            "dismiss", "不予认定", (State.REPORTED,), (State.DISMISSED,),
            rules.dismisser, bodies.Because, to(State.DISMISSED), effect=effects.ended,
            for_whom="与核实相同；可能的重大隐患仅限监管人员；上报人本人除外",
        ),
        Action(
            "withdraw", "撤回", (State.REPORTED,), (State.DISMISSED,),
            rules.withdrawer, bodies.Because, to(State.DISMISSED), effect=effects.ended,
            for_whom="上报人本人；可能的重大隐患除外",
        ),
        Action(
            "assign", "改派", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.assigner, bodies.Assign, stay, effect=effects.assigned,
            for_whom="与核实相同；本企业安全员、负责人始终可以",
        ),
        Action(
            "submit_plan", "报治理方案", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.planner, bodies.SubmitPlan, stay, effect=effects.planned, unless=conditions.for_planning,
            for_whom="本企业负责人（上报即签发）；安全员须附签字文件",
            law="总局令第16号第十五条；重庆市安全生产条例（五落实）",
        ),
        Action(
            "approve_plan", "批准方案", (PLANNING, RECTIFYING), (RECTIFYING,),
            rules.supervisor, bodies.DecidePlan, to(RECTIFYING), effect=effects.plan_approved,
            for_whom="监管人员",
            when=conditions.plan_pending, unless=conditions.for_approving,
        ),
        Action(
            "reject_plan", "退回方案", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.supervisor, bodies.DecidePlan, stay, effect=effects.plan_rejected, when=conditions.plan_pending,
            for_whom="监管人员",
        ),
        Action(
            "rectify", "整改完成", (PLANNING, RECTIFYING), (REVIEWING,),
            rules.rectifier, bodies.Rectify, to(REVIEWING), effect=effects.rectified,
            for_whom="整改责任人，本企业安全员、负责人；企业没有账号的，由检查人员代报",
            law="安全生产法第六十五条",
        ),
        Action(
            "rectify_on_the_spot", "即查即改", (State.REPORTED,), (State.CLOSED, REVIEWING),
            rules.reporter_here, bodies.RectifyOnTheSpot, to(REVIEWING), effect=effects.rectified_on_the_spot,
            for_whom="在此可上报隐患的人（管理员除外）",
            law="安全生产法第四十六条",
        ),
        Action(
            "accept", "复查通过", (REVIEWING,), (State.CLOSED,),
            rules.reviewer, bodies.Accept, to(State.CLOSED), effect=effects.accepted, when=conditions.evidence_arrived,
            for_whom="企业自查的一般隐患：发现人、部门负责人、安全员、负责人；其他一般隐患：检查人员；重大隐患：监管人员。"
            "整改人本人除外，企业内无人可复查的由外部复查",
            unless=conditions.for_accepting, law="总局令第16号第十八条",
        ),
        Action(
            "reject", "复查退回", (REVIEWING,), BACK,
            rules.reviewer, bodies.Reject, back, effect=effects.sent_back, unless=conditions.for_sending_back,
            for_whom="与复查通过相同",
        ),
        Action(
            "regrade", "升降级", (PLANNING, RECTIFYING, REVIEWING), (PLANNING, RECTIFYING, REVIEWING),
            rules.upgrader, bodies.Regrade, regraded, sets=("level", "reason"), effect=effects.regraded,
            for_whom="升级：可核实的人（村社区除外）；降级：监管人员",
            unless=conditions.for_regrading,
        ),
        Action(
            "request_extension", "申请延期", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.worker_on_it, bodies.RequestExtension, stay, effect=effects.extension_requested,
            for_whom="整改责任人，本企业安全员、负责人；到期之前",
            when=conditions.extension_possible, unless=conditions.later_than_due,
        ),
        Action(
            "grant_extension", "批准延期", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.granter, bodies.GrantExtension, stay, sets=("due_on",), effect=effects.extension_granted,
            for_whom="一般隐患：可核实的人，申请人本人除外；重大隐患：监管人员",
            when=conditions.extension_pending, unless=conditions.later_than_due,
        ),
        Action(
            "refuse_extension", "不予延期", (PLANNING, RECTIFYING), (PLANNING, RECTIFYING),
            rules.granter, bodies.Because, stay, effect=effects.extension_refused, when=conditions.extension_pending,
            for_whom="与批准延期相同",
        ),
        Action(
            "reopen", "重新打开", (State.CLOSED, State.DISMISSED), BACK,
            rules.reopener, bodies.Reject, reopened, effect=effects.sent_back, unless=conditions.for_sending_back,
            for_whom="检查人员；企业自查的一般隐患，本企业安全员也可",
        ),
        Action("remind", "催办", tuple(State), (), rules.anyone, bodies.Say, for_whom="可见这条隐患的人"),
        Action("comment", "留言", tuple(State), (), rules.anyone, bodies.Say, for_whom="可见这条隐患的人"),
    )
}  # fmt: skip


# What may be done from each state, by whom it may be: a list asks this of every row.
FROM: Final[Mapping[State, tuple[Action, ...]]] = {
    state: tuple(action for action in LOOP.values() if state in action.sources) for state in State
}


def allowed_actions(hazard: Facts, caller: Caller) -> tuple[str, ...]:
    """What this caller can do now, in the order of the table."""
    possible = FROM[hazard.state]
    return tuple([action.name for action in possible if not (action.who(hazard, caller) or action.when(hazard))])


# The step that each wait is for.
MOVES: Final[Mapping[WaitingFor, str]] = {
    WaitingFor.ENTERPRISE_CONFIRMATION: "confirm",
    WaitingFor.GOVERNMENT_CONFIRMATION: "confirm",
    WaitingFor.PLAN: "submit_plan",
    WaitingFor.PLAN_APPROVAL: "approve_plan",
    WaitingFor.RECTIFICATION: "rectify",
    WaitingFor.ENTERPRISE_REVIEW: "accept",
    WaitingFor.OUTSIDE_REVIEW: "accept",
    WaitingFor.GOVERNMENT_REVIEW: "accept",
}


def awaited(hazard: Facts, caller: Caller) -> str | None:
    """The step that is waited for from this caller: a task of theirs. `facts.awaiting` finds all such hazards."""
    allowed = allowed_actions(hazard, caller)
    waiting = waiting_for(hazard)
    mine = caller.enterprise_id == hazard.enterprise_id
    if waiting and MOVES[waiting] in allowed and (mine or waiting != WaitingFor.ENTERPRISE_CONFIRMATION):
        return MOVES[waiting]
    return "grant_extension" if "grant_extension" in allowed and (mine or _government_grants(hazard)) else None


def _government_grants(hazard: Facts) -> bool:
    """A supervisor may grant anything, but what the enterprise found and may grant itself waits for the enterprise."""
    return hazard.level == Level.MAJOR or hazard.origin != Origin.ENTERPRISE


def blocked_actions(hazard: Facts, caller: Caller) -> dict[str, str]:
    """The actions that are not for this caller now, and why, so that a button can explain itself."""
    reasons = {action.name: action.blocked(hazard, caller) for action in LOOP.values()}
    return {name: code for name, code in reasons.items() if code}

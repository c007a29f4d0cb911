"""docs/loop.md: the loop's table as a page with its diagram, for people."""

from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any, Final

from app.hazards.effects import JUDGED_BY_PHOTOS
from app.hazards.loop import LOOP, MOVES, Action
from app.hazards.stages import policy
from app.hazards.terms import STATE_TITLES, WAITING_TITLES, State, WaitingFor
from app.sorting.terms import Level

ALWAYS: Final = frozenset({"id", "device"})
WAITS: Final = {
    State.REPORTED: (WaitingFor.ENTERPRISE_CONFIRMATION, WaitingFor.GOVERNMENT_CONFIRMATION),
    State.PLANNING: (WaitingFor.PLAN, WaitingFor.PLAN_APPROVAL),
    State.RECTIFYING: (WaitingFor.RECTIFICATION,),
    State.REVIEWING: (WaitingFor.ENTERPRISE_REVIEW, WaitingFor.OUTSIDE_REVIEW, WaitingFor.GOVERNMENT_REVIEW),
    State.CLOSED: (),
    State.DISMISSED: (),
}


def loop_page() -> str:
    """The whole page."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield "# 隐患闭环\n\n<!-- 由程序生成，请勿手改。 -->\n"
    yield "本页、路由、OpenAPI 和 `GET /api/v1/meta/loop` 读同一张表：`app/hazards/loop.py`。\n"
    yield "```mermaid\nstateDiagram-v2"
    for state, title in STATE_TITLES.items():
        yield f"    {state}: {title}"
    yield f"    [*] --> {State.REPORTED}"
    for (source, target), titles in edges().items():
        yield f"    {source} --> {target}: {'、'.join(titles)}"
    for source in JUDGED_BY_PHOTOS:
        yield f"    {source} --> {State.RECTIFYING}: 整改照片遗失"
    yield f"    {State.CLOSED} --> [*]\n    {State.DISMISSED} --> [*]\n```\n"
    yield "## 状态\n\n| 状态 | 名称 | 等待 | 期限 |\n| --- | --- | --- | --- |"
    for state, title in STATE_TITLES.items():
        waits = "，".join(f"`{wait}` {WAITING_TITLES[wait]}（`{MOVES[wait]}`）" for wait in WAITS[state])
        yield f"| `{state}` | {title} | {waits} | {_due(state)} |"
    yield "\n## 操作\n\n必填的字段加粗；每个操作都可带 `id`（可安全重发）。\n"
    yield "| 操作 | 名称 | 从 → 到 | 由谁办理 | 字段 | 依据 |\n| --- | --- | --- | --- | --- | --- |"
    for action in LOOP.values():
        targets = "、".join(f"`{state}`" for state in action.targets) or "不变"
        sources = "任何状态" if action.sources == tuple(State) else "、".join(f"`{state}`" for state in action.sources)
        cells = (
            f"`{action.name}`",
            action.title,
            f"{sources} → {targets}",
            action.for_whom,
            _fields(action),
            action.law,
        )
        yield f"| {' | '.join(cells)} |"
    sources = "、".join(f"`{state}`" for state in JUDGED_BY_PHOTOS)
    lost = "一次整改的照片全部申报遗失（`POST /photos/{sha256}/lost`）"
    yield f"\n不是操作、但也改变状态的：{lost}时，{sources} → `{State.RECTIFYING}`。期限不变，整改人仍不得复查。"


def _due(state: State) -> str:
    limits = policy()
    match state:
        case State.REPORTED:
            return f"{limits.confirm_days} 天；可能的重大隐患 {limits.possible_major_hours} 小时"
        case State.PLANNING:
            return f"{limits.plan_days} 天；审批 {limits.approval_work_days} 个工作日"
        case State.RECTIFYING:
            return "`due_on`"
        case State.REVIEWING:
            return f"{limits.review_days} 天"
        case _:
            return ""


def _fields(action: Action) -> str:
    fields = {name: field for name, field in action.body.model_fields.items() if name not in ALWAYS}
    return "、".join(f"**{name}**" if field.is_required() else name for name, field in fields.items())


def edges() -> dict[tuple[State, State], list[str]]:
    """From where to where an action may lead, and the titles of those that do."""
    found: dict[tuple[State, State], list[str]] = {}
    for action in LOOP.values():
        for source in action.sources:
            for target in sorted(_targets(action, source) - {source}, key=list(State).index):
                found.setdefault((source, target), []).append(action.title)
    return found


def _targets(action: Action, source: State) -> set[State]:
    """Where an action leads from one state: all its targets, or what its way says of every kind of hazard there."""
    if action.way is None:
        return set()
    if len(action.sources) == 1:
        return set(action.targets)
    kinds = product(Level, (None, "confirmed"), (False, True))
    return {action.way(_hazard(source, *told), told[0]) for told in kinds}


def _hazard(state: State, level: Level, confirmed_at: str | None, plan_approved: bool) -> Any:
    return SimpleNamespace(state=state, level=level, confirmed_at=confirmed_at, plan_approved=plan_approved)

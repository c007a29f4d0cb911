"""Every problem that is answered, explained: as the page that its `type` leads to, and as docs/problems.md."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from app.foundation.problems import Conflict, Invalid, Malformed, Problem, Said, all_problems
from app.foundation.reading import IN_CHINESE
from app.hazards.conditions import RECORD_REASONS
from app.hazards.rules import REASONS
from app.photos.losing import NOT_YOURS
from app.workbooks.terms import CELLS

CONTRADICTIONS: Final[Mapping[str, Said]] = {
    "abnormal_is_hazard": Said("管控措施异常的发现只能列入隐患清单", "A measure that does not hold is a hazard"),
    "criterion_is_hazard": Said("引用判定标准的发现只能列入隐患清单", "What meets a criterion is a hazard"),
    "criterion_not_in_force": Said("这条判定标准当日不施行", "This criterion was not in force on that day"),
    "major_is_hazard": Said("重大隐患只能列入隐患清单", "A major hazard belongs on the hazard list only"),
    "rectified_is_hazard": Said("即查即改的发现只能列入隐患清单", "What was put right on the spot is a hazard"),
    "unknown_criterion": Said("判定标准目录中没有这一条", "The catalogue has no such criterion"),
}

# Codes that a general problem takes where one rule of one room says no.
PARTICULAR: Final[Mapping[str, tuple[type[Problem], Said]]] = {
    "invalid_request": (Malformed, Said("登录表单有误", "The form of the login is not valid")),
    "unsupported_grant_type": (Malformed, Said("不支持的 grant_type", "This grant_type is not supported")),
    **{code: (Conflict, said) for code, said in RECORD_REASONS.items()},
    "already_hazard": (Conflict, Said("已经列入隐患清单", "It is on the hazard list already")),
    "seat_taken": (Conflict, Said("这个时段已有责任人", "Somebody holds this seat in that time")),
    "level_assessed": (Conflict, Said("级别由评估得出，请重新评估", "Its level follows from its assessment")),
    "name_taken": (Conflict, Said("已有同名的", "There is one of this name already")),
    "no_chief_engineer": (Conflict, Said("企业没有登记总工程师", "The enterprise has named no chief engineer")),
    "no_finding": (Conflict, Said("不是由发现提出的", "No finding stands behind this candidate")),
    "not_a_candidate": (Conflict, Said("不是待处理的候选风险", "This is no candidate that waits for a decision")),
    "not_on_list": (Conflict, Said("候选风险须先纳入清单", "Only what is on the risk list is assessed")),
    "confirmed": (Conflict, Said("隐患已经核实，不再分拣", "The hazard is confirmed: no more sorting")),
    "credit_code_taken": (Conflict, Said("这个统一社会信用代码已登记", "This credit code is registered already")),
    "major_seen_again": (
        Conflict, Said("可能的重大隐患不能并入一般隐患", "A possible major hazard is no general one seen again"),
    ),
    "not_open": (Conflict, Said("这条隐患已经销号或不予认定", "This hazard is no longer open")),
    "password_changed": (Conflict, Said("密码刚被修改", "The password has just been changed")),
    "too_many_devices": (Conflict, Said("设备过多，请先删除不用的", "Too many devices: remove some first")),
    "username_taken": (Conflict, Said("这个用户名已被使用", "This user name is taken")),
    "abnormal_without_finding": (Invalid, Said("异常的管控措施须有发现", "An abnormal measure comes with a finding")),
    "campaign_closed": (Conflict, Said("专项行动已经结束", "The campaign is closed")),
    "round_begun": (Conflict, Said("已开始的轮次不能改动", "A round that has begun stays as it is")),
    "round_over": (Invalid, Said("新的轮次不能在今天以前结束", "A new round does not end before today")),
    "area_too_wide": (Invalid, Said("请填写到镇街或村社区", "Give the town or the village")),
    "before_found": (Invalid, Said("期限早于发现之日", "It is before the day of the finding")),
    "datetime_parsing": (Invalid, Said("应为带时区的时刻", "Not an instant with its offset (RFC 3339)")),
    "ahead": (Invalid, Said("还没有发生", "It lies ahead")),
    "over": (Invalid, Said("已经过去的日子不能改", "Days that are over stay as they were")),
    "unknown_accident_type": (
        Invalid, Said("这个标准中没有这个事故类型", "The standard has no such kind of accident"),
    ),
    "begun": (Invalid, Said("已经开始，不能撤回", "It has begun and is not taken back")),
    "display_only": (Invalid, Said("水印只用于 display", "Only display is shown with a watermark")),
    "ends_before_it_begins": (Invalid, Said("结束早于开始", "It ends before it begins")),
    "does_not_fit": (Invalid, Said("与角色不符", "Does not go with the roles")),
    "invalid_credit_code": (Invalid, Said("统一社会信用代码有误", "The check digit of the credit code does not fit")),
    "kind_twice": (Invalid, Said("三个责任人每类一人", "One responsible person of each kind")),
    **{code: (Invalid, said) for code, said in CONTRADICTIONS.items()},
    "lasts_too_long": (Invalid, Said("时段过长", "It would last too long")),
    "level_confirmed": (Invalid, Said("级别已经核实，改级请先升降级", "The level is confirmed: regrade it first")),
    "missing": (Invalid, Said("在此情形下缺少必填项", "A field is missing that this case needs")),
    "mixed_roles": (Invalid, Said("企业、政府和专家的角色不能兼任", "Roles of different sides do not mix")),
    "no_grade": (Invalid, Said("只有重大危险源有包保责任人", "Only a major hazard installation has such persons")),
    "not_ahead": (Invalid, Said("须从明天或以后起", "It begins tomorrow or later")),
    "not_later": (Invalid, Said("须晚于现在的期限", "It must be later than the present deadline")),
    "only_daily": (Invalid, Said("只有日排查分班次", "Only daily plans have shifts")),
    "on_site_needed": (Invalid, Said("重大隐患须现场复查", "A major hazard is reviewed on site")),
    "one_enterprise": (Invalid, Said("企业人员须且只须指定一家企业", "People of an enterprise have just one")),
    "own_replacement": (Invalid, Said("不能用遗失的照片代替它自己", "A photo does not replace itself")),
    "own_partner": (Invalid, Said("互助企业不能是本企业", "An enterprise is not its own partner")),
    "plan_after_deadline": (
        Invalid, Said("方案期限晚于整改期限，请先申请延期", "The plan ends after the deadline: ask for an extension"),
    ),
    "powers_not_allowed": (Invalid, Said("不能有执法权限", "May not have powers of enforcement")),
    "repeated": (Invalid, Said("同一项出现了两次", "The same thing stands twice")),
    "retired": (Invalid, Said("已停用，请先恢复使用", "It is retired: take it into use again first")),
    "seen_again_is_hazard": (Invalid, Said("再次发现只用于隐患", "Only a hazard is seen again")),
    "too_many_reports": (Invalid, Said("排查记录过多，请缩小范围", "Too many reports: narrow it down")),
    "too_many_plans": (Invalid, Said("计划过多，请缩小范围或看汇总", "Too many plans: narrow it down")),
    "too_many_rows": (Invalid, Said("行数过多，请缩小范围后导出", "Too many rows: narrow it down")),
    "too_wide": (Invalid, Said("行业范围超出您自己的", "Sectors beyond your own")),
    "too_far_apart": (Invalid, Said("所辖区划相距过远", "The areas have nothing in common")),
    "unexpected_credit_code": (Invalid, Said("无证场所没有信用代码", "An unregistered site has no credit code")),
    "weak_password": (Invalid, Said("密码不能与用户名相同", "The password must not be the user name")),
    "wrong_password": (Invalid, Said("原密码不正确", "The old password is wrong")),
}  # fmt: skip

INTRO: Final = """\
错误以 `application/problem+json`（RFC 9457）回答：`type` 指向本页，程序看 `code`，人看 `detail`
（中文，或按 `Accept-Language` 为英文）。
`errors` 中的 `pointer` 是 JSON 指针（`/findings/0/description`）；`?limit` 指查询参数，`{hazard_id}` 指路径参数。
`retryable` 为 false 的，不改内容重发没有意义；为 true 的，按 `Retry-After` 稍后再发。
"""


class Explained(NamedTuple):
    """One code, and what it means."""

    status: int
    code: str
    said: Said
    retryable: bool


def explained() -> Sequence[Explained]:
    """Every code, by status; what is general stands before what is particular."""
    general = [Explained(kind.status, kind.code, kind.title, kind.retryable) for kind in all_problems()]
    particular = [Explained(kind.status, code, said, False) for code, (kind, said) in PARTICULAR.items()]
    known = {problem.code for problem in general}
    return sorted([*general, *(p for p in particular if p.code not in known)], key=lambda problem: problem.status)


def problems_page() -> str:
    """docs/problems.md."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield "# 错误代码 / Problems\n\n<!-- 由程序生成，请勿手改。 -->\n\n" + INTRO
    for status, problems in groupby(explained(), key=lambda problem: problem.status):
        yield f"\n## {status}\n\n| code | 说明 | meaning | 可重试 |\n| --- | --- | --- | --- |\n"
        for _, code, said, retryable in problems:
            yield f"| `{code}` | {said.zh} | {said.en} | {'是' if retryable else '否'} |\n"
    yield "\n## 422 `invalid` 的 `errors`\n\n| code | 说明 |\n| --- | --- |\n"
    for code, text in IN_CHINESE.items():
        yield f"| `{code}` | {text} |\n"
    yield "| `value_error` | 不合规则，见 `message` |\n"
    yield "\n导入表格时，每处错误另有 `sheet`、`row`（表格软件中的行号）、`column`（列的字母）、`header`（列名）；"
    yield "最多列出 1000 处，`more` 为未列出的处数。\n\n| code | 说明 |\n| --- | --- |\n"
    for code, text in CELLS.items():
        yield f"| `{code}` | {text} |\n"
    yield "\n## 403 `forbidden` 的 `reason`\n\n| reason | 说明 | meaning |\n| --- | --- | --- |\n"
    for reason, said in {**REASONS, "not_the_declarer": NOT_YOURS}.items():
        yield f"| `{reason}` | {said.zh} | {said.en} |\n"


def problems_html(page: str) -> str:
    """The same as a page for browsers: each code is an anchor, for `type` to lead to."""
    rows = "".join(
        f'<tr id="{escape(code)}"><td>{status}</td><td><code>{escape(code)}</code></td><td>{escape(said.zh)}</td>'
        f"<td>{escape(said.en)}</td><td>{'是' if retryable else '否'}</td></tr>\n"
        for status, code, said, retryable in explained()
    )
    reasons = "".join(
        f"<tr><td><code>{escape(reason)}</code></td><td>{escape(said.zh)}</td><td>{escape(said.en)}</td></tr>\n"
        for reason, said in REASONS.items()
    )
    intro = "".join(f"<p>{escape(line)}</p>" for line in INTRO.replace("`", "").splitlines())
    return page.replace("{intro}", intro).replace("{rows}", rows).replace("{reasons}", reasons)
